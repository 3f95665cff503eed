//! What happens after the hand-off: raw facts with a verdict, and the small tables that reports read (law 7).

mod record;
mod track;
mod unsubscribe;
mod verdict;

pub use record::{Hit, HitKind, record};
pub use track::{Place, Span, Tracked, Tracking, dispatches, of_dispatches, of_people};
pub use unsubscribe::{
    Recipient, RecipientTopic, RecipientUnit, recipient, subscriber, unsubscribe, unsubscribe_all,
};
pub use verdict::{Request, Rule, judge};
