//! The one place that knows which act leads from which state to which.

use crate::{Error, Result};
use types::campaigns::CampaignState;

/// What can happen to a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    /// Any change of the draft. After approval it drops the approval: the seal no longer holds.
    Edit,
    Submit,
    Approve,
    Reject,
    /// Taken back by its authors, before or after approval.
    Withdraw,
    /// Approved and waiting for its time.
    Schedule,
    /// Its time has come.
    Launch,
    Pause,
    Resume,
    /// Every recipient has a final outcome.
    Finish,
    Cancel,
    /// The check at the moment of sending failed: back to the authors.
    BreakSeal,
}

impl Act {
    /// All of them, for exhaustive tests.
    pub const ALL: [Self; 12] = [
        Self::Edit,
        Self::Submit,
        Self::Approve,
        Self::Reject,
        Self::Withdraw,
        Self::Schedule,
        Self::Launch,
        Self::Pause,
        Self::Resume,
        Self::Finish,
        Self::Cancel,
        Self::BreakSeal,
    ];
}

/// Where an act leads, or `None` where it is not possible.
#[must_use]
pub fn transition(from: CampaignState, act: Act) -> Option<CampaignState> {
    use CampaignState::{Approved, Cancelled, Draft, Finished, InReview, Paused, Scheduled, Sending};
    Some(match (from, act) {
        (Draft | Approved | Scheduled, Act::Edit) => Draft,
        (Draft, Act::Submit) => InReview,
        (InReview, Act::Approve) => Approved,
        (InReview, Act::Reject) => Draft,
        (InReview | Approved | Scheduled, Act::Withdraw) => Draft,
        (Approved, Act::Schedule) => Scheduled,
        (Scheduled, Act::Launch) => Sending,
        (Scheduled, Act::BreakSeal) => Draft,
        (Sending, Act::Pause) => Paused,
        (Paused, Act::Resume) => Sending,
        // What was in flight when it was paused may have been the rest.
        (Sending | Paused, Act::Finish) => Finished,
        (Approved | Scheduled | Sending | Paused, Act::Cancel) => Cancelled,
        _ => return None,
    })
}

/// [`transition`], with the refusal that names the present state.
///
/// # Errors
/// `WrongState`, parameter `state`.
pub fn apply(from: CampaignState, act: Act) -> Result<CampaignState> {
    transition(from, act).ok_or_else(|| Error::wrong_state(from.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use CampaignState::*;
    use proptest::prelude::*;

    /// Every pair, written out by hand: a changed transition is a changed test.
    #[test]
    fn every_state_and_act() {
        let allowed = [
            (Draft, Act::Edit, Draft),
            (Draft, Act::Submit, InReview),
            (InReview, Act::Approve, Approved),
            (InReview, Act::Reject, Draft),
            (InReview, Act::Withdraw, Draft),
            (Approved, Act::Edit, Draft),
            (Approved, Act::Withdraw, Draft),
            (Approved, Act::Schedule, Scheduled),
            (Approved, Act::Cancel, Cancelled),
            (Scheduled, Act::Edit, Draft),
            (Scheduled, Act::Withdraw, Draft),
            (Scheduled, Act::Launch, Sending),
            (Scheduled, Act::BreakSeal, Draft),
            (Scheduled, Act::Cancel, Cancelled),
            (Sending, Act::Pause, Paused),
            (Sending, Act::Finish, Finished),
            (Sending, Act::Cancel, Cancelled),
            (Paused, Act::Resume, Sending),
            (Paused, Act::Finish, Finished),
            (Paused, Act::Cancel, Cancelled),
        ];
        for from in CampaignState::ALL {
            for act in Act::ALL {
                let expected = allowed
                    .iter()
                    .find(|(f, a, _)| f == from && *a == act)
                    .map(|(.., to)| *to);
                assert_eq!(transition(*from, act), expected, "{from} {act:?}");
            }
        }
    }

    proptest! {
        /// Whatever is tried in whatever order: nothing is sent without an approval after the last change,
        /// and what has ended stays ended.
        #[test]
        fn nothing_is_sent_unapproved(acts in prop::collection::vec(0..Act::ALL.len(), 0..60)) {
            let (mut state, mut approved) = (Draft, false);
            for act in acts.into_iter().map(|at| Act::ALL[at]) {
                let Some(next) = transition(state, act) else { continue };
                prop_assert!(!matches!(state, Finished | Cancelled), "{state} is the end");
                match act {
                    Act::Approve => approved = true,
                    Act::Edit | Act::Withdraw | Act::Reject | Act::Submit | Act::BreakSeal => approved = false,
                    _ => {}
                }
                if matches!(next, Approved | Scheduled | Sending | Paused) {
                    prop_assert!(approved, "{act:?} led to {next} without approval");
                }
                state = next;
            }
        }
    }
}
