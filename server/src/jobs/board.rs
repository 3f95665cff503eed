//! Which dispatches run at this moment, asked of the database several times a second by one task and read by all senders: a
//! pause or a cancel takes effect within a second without a question per message.

use std::collections::HashMap;
use std::sync::Arc;

use domain::dispatch::{DispatchState, Lane};
use tokio::sync::watch;
use types::DispatchId;

type States = HashMap<DispatchId, (Lane, DispatchState)>;

pub(super) struct Board(watch::Sender<Arc<States>>);

impl Default for Board {
    fn default() -> Self {
        Self(watch::Sender::new(Arc::default()))
    }
}

impl Board {
    /// New news; senders are woken when anything changed.
    pub fn set(&self, states: Vec<(DispatchId, Lane, DispatchState)>) {
        let states: States = states
            .into_iter()
            .map(|(id, lane, state)| (id, (lane, state)))
            .collect();
        self.0.send_if_modified(|known| {
            let changed = **known != states;
            if changed {
                *known = Arc::new(states);
            }
            changed
        });
    }

    /// Whether a message of this dispatch may be handed over now.
    pub fn may_send(&self, dispatch: DispatchId) -> bool {
        // Not on the board yet: the claim has just looked at the state itself.
        self.0
            .borrow()
            .get(&dispatch)
            .is_none_or(|(_, state)| *state == DispatchState::Sending)
    }

    /// Whether there is anything to claim in a lane.
    pub fn has_work(&self, lane: Lane) -> bool {
        self.0
            .borrow()
            .values()
            .any(|(its, state)| *its == lane && *state == DispatchState::Sending)
    }

    /// Dispatches that are sending.
    pub fn sending(&self) -> Vec<DispatchId> {
        self.0
            .borrow()
            .iter()
            .filter(|(_, (_, state))| *state == DispatchState::Sending)
            .map(|(id, _)| *id)
            .collect()
    }

    /// Returns when the board changes.
    pub async fn changed(&self) {
        let mut receiver = self.0.subscribe();
        receiver.mark_unchanged();
        let _ = receiver.changed().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_sending_is_sent() {
        let board = Board::default();
        let id = DispatchId(uuid::Uuid::from_u128(1));
        assert!(board.may_send(id), "unknown: the claim decides");
        board.set(vec![(id, Lane::Marketing, DispatchState::Sending)]);
        assert!(
            board.may_send(id) && board.has_work(Lane::Marketing) && !board.has_work(Lane::Transactional)
        );
        for state in [DispatchState::Paused, DispatchState::Cancelling] {
            board.set(vec![(id, Lane::Marketing, state)]);
            assert!(!board.may_send(id) && !board.has_work(Lane::Marketing) && board.sending().is_empty());
        }
    }
}
