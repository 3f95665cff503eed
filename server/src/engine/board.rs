//! Which dispatches run at this moment, asked of the database several times a second by one task and read by all senders: a
//! pause or a cancel takes effect within a second without a question per message.

use std::sync::Arc;

use domain::dispatch::{Active, DispatchState, Lane};
use tokio::sync::watch;
use types::DispatchId;

pub(super) struct Board(watch::Sender<Arc<Vec<Active>>>);

impl Default for Board {
    fn default() -> Self {
        Self(watch::Sender::new(Arc::default()))
    }
}

impl Board {
    /// New news; senders are woken when anything changed.
    pub fn set(&self, active: Vec<Active>) {
        self.0.send_if_modified(|known| {
            let changed = **known != active;
            if changed {
                *known = Arc::new(active);
            }
            changed
        });
    }

    /// Wakes everybody: there may be something to claim.
    pub fn stir(&self) {
        self.0.send_modify(|_| {});
    }

    /// Whether a message of this dispatch may be handed over now.
    pub fn may_send(&self, dispatch: DispatchId) -> bool {
        // Not on the board yet: the claim has just looked at the state itself.
        self.0
            .borrow()
            .iter()
            .find(|it| it.id == dispatch)
            .is_none_or(|it| it.state == DispatchState::Sending)
    }

    /// Messages an hour that a dispatch may be sent at.
    pub fn throttle(&self, dispatch: DispatchId) -> Option<i32> {
        self.0
            .borrow()
            .iter()
            .find(|it| it.id == dispatch)?
            .throttle_per_hour
    }

    /// Dispatches of a lane that are being sent, the oldest first.
    pub fn sending_in(&self, lane: Lane) -> Vec<DispatchId> {
        self.0
            .borrow()
            .iter()
            .filter(|it| it.lane == lane && it.state == DispatchState::Sending)
            .map(|it| it.id)
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
        let active = |state| Active {
            id,
            lane: Lane::Marketing,
            state,
            throttle_per_hour: Some(60),
        };
        assert!(board.may_send(id), "unknown: the claim decides");
        board.set(vec![active(DispatchState::Sending)]);
        assert!(board.may_send(id));
        assert_eq!(board.sending_in(Lane::Marketing), [id]);
        assert!(board.sending_in(Lane::Transactional).is_empty());
        assert_eq!(board.throttle(id), Some(60));
        for state in [DispatchState::Paused, DispatchState::Cancelling] {
            board.set(vec![active(state)]);
            assert!(!board.may_send(id) && board.sending_in(Lane::Marketing).is_empty());
        }
    }
}
