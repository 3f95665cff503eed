//! What became of a message, in their words.

use types::messages::MessageState;

/// The three that they know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    Sent,
    NotSent,
    Queued,
}

impl Event {
    /// As `eventCategoryType`.
    pub fn category(self) -> &'static str {
        match self {
            Self::Sent => "TransactionalSendEvents.EmailSent",
            Self::NotSent => "TransactionalSendEvents.EmailNotSent",
            Self::Queued => "TransactionalSendEvents.EmailQueued",
        }
    }
}

/// Where a message stands.
pub fn event(state: MessageState) -> Event {
    match state {
        MessageState::Sent => Event::Sent,
        MessageState::Failed
        | MessageState::Suppressed
        | MessageState::Cancelled
        | MessageState::Ambiguous => Event::NotSent,
        MessageState::Scheduled | MessageState::Queued | MessageState::Retrying => Event::Queued,
    }
}

/// `statusCode` and `statusMessage` of a message that was not sent: their subscriber error codes.
pub fn reason(state: MessageState, rule: &str) -> (i64, &'static str) {
    match (state, rule) {
        (_, "unsubscribed_all") => (33, "AccountLevelOptOut"),
        (_, "not_subscribed") => (31, "ListLevelOptOut"),
        (_, "complained") => (28, "OptOutListExclusion"),
        (_, "suppression_list") => (27, "SuppressionListExclusion"),
        (_, "hard_bounce") => (2, "Held"),
        (_, "no_address") => (4, "MissingEmailAddress"),
        (_, "erased") => (40, "SubscriberDeleted"),
        (_, "restricted") => (42, "RestrictedForProcessing"),
        (_, "duplicate_address") => (41, "DuplicateSubscriber"),
        (_, "expired") => (43, "SubscriberRequestExpired"),
        (_, "render_error") => (103, "MessageBuildError"),
        (MessageState::Cancelled, _) => (39, "SubscriberQueueCleared"),
        // Nobody can know whether it went.
        (MessageState::Ambiguous, _) => (15, "UnspecifiedError"),
        _ => (101, "Failure"),
    }
}
