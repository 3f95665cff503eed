//! Where a dispatch stands, and the one function that says what may follow.

use crate::{Error, Result};
use std::str::FromStr;

/// Own workers, own connections, own limits: transactional never waits for marketing (law 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lane {
    /// Answers to what a person did.
    Transactional,
    /// Necessary notices.
    Operational,
    /// Everything else.
    Marketing,
}

impl Lane {
    /// All lanes, the most urgent first.
    pub const ALL: [Self; 3] = [Self::Transactional, Self::Operational, Self::Marketing];

    /// As in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Transactional => "transactional",
            Self::Operational => "operational",
            Self::Marketing => "marketing",
        }
    }
}

impl Lane {
    /// The lane of that name.
    #[must_use]
    pub fn named(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lane| lane.as_str() == text)
    }
}

impl FromStr for Lane {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        Self::named(text).ok_or_else(|| Error::broken("unknown lane"))
    }
}

/// Where a dispatch stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DispatchState {
    /// The audience is being written.
    Expanding,
    /// Chunks may be claimed.
    Sending,
    /// Nothing is claimed until it is resumed.
    Paused,
    /// The rest is being written off.
    Cancelling,
    /// Every recipient has an outcome.
    Done,
    /// Every recipient has an outcome, the last of them because the seal did not hold.
    Stopped,
}

/// What can happen to a dispatch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// The ledger is written.
    Expanded,
    /// Staff pauses.
    Pause,
    /// Staff resumes.
    Resume,
    /// Staff cancels.
    Cancel,
    /// The approval no longer covers what would be sent.
    BreakSeal,
    /// No recipient is left.
    Complete,
    /// No recipient is left, and the seal was broken.
    CompleteBroken,
}

impl DispatchState {
    /// All states.
    pub const ALL: [Self; 6] = [
        Self::Expanding,
        Self::Sending,
        Self::Paused,
        Self::Cancelling,
        Self::Done,
        Self::Stopped,
    ];

    /// As in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expanding => "expanding",
            Self::Sending => "sending",
            Self::Paused => "paused",
            Self::Cancelling => "cancelling",
            Self::Done => "done",
            Self::Stopped => "stopped",
        }
    }
}

impl FromStr for DispatchState {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| Error::broken("unknown dispatch state"))
    }
}

/// The state that follows, or none when the command makes no sense now.
#[must_use]
pub fn transition(from: DispatchState, command: Command) -> Option<DispatchState> {
    use DispatchState::{Cancelling, Done, Expanding, Paused, Sending, Stopped};
    match (from, command) {
        (Expanding, Command::Expanded) | (Paused, Command::Resume) => Some(Sending),
        (Sending, Command::Pause) => Some(Paused),
        (Sending | Paused, Command::Cancel | Command::BreakSeal) => Some(Cancelling),
        // What was in flight when it was paused may have been the rest.
        (Sending | Paused | Cancelling, Command::Complete) => Some(Done),
        (Cancelling, Command::CompleteBroken) => Some(Stopped),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMANDS: [Command; 7] = [
        Command::Expanded,
        Command::Pause,
        Command::Resume,
        Command::Cancel,
        Command::BreakSeal,
        Command::Complete,
        Command::CompleteBroken,
    ];

    #[test]
    fn what_is_over_stays_over_and_everything_can_end() {
        for command in COMMANDS {
            assert_eq!(transition(DispatchState::Done, command), None);
            assert_eq!(transition(DispatchState::Stopped, command), None);
        }
        for state in DispatchState::ALL {
            let mut reached = vec![state];
            for at in 0..20 {
                let Some(&from) = reached.get(at) else { break };
                for next in COMMANDS
                    .into_iter()
                    .filter_map(|command| transition(from, command))
                {
                    if !reached.contains(&next) {
                        reached.push(next);
                    }
                }
            }
            assert!(
                reached
                    .iter()
                    .any(|it| matches!(it, DispatchState::Done | DispatchState::Stopped)),
                "{state:?}"
            );
        }
    }

    #[test]
    fn a_cancelled_dispatch_never_sends_again() {
        for command in COMMANDS {
            let next = transition(DispatchState::Cancelling, command);
            assert!(
                matches!(next, None | Some(DispatchState::Done | DispatchState::Stopped)),
                "{command:?}"
            );
        }
    }

    #[test]
    fn texts_read_back() {
        for state in DispatchState::ALL {
            assert_eq!(state.as_str().parse::<DispatchState>().unwrap(), state);
        }
        for lane in Lane::ALL {
            assert_eq!(lane.as_str().parse::<Lane>().unwrap(), lane);
        }
    }
}
