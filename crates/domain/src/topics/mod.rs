//! Topics, who is subscribed to them, the append-only record of consent, and the list of addresses never to write to.
//! Who may get what is decided by SQL functions that counts, expansion and the last check share (`0008_who_may_get_what.sql`).

mod catalogue;
mod consent;
mod members;
mod numbered;
mod staff;
mod standing;
pub mod suppressions;

pub use catalogue::{archive, create, get, list, update};
pub use consent::{
    Choice, Origin, SubscriberChoice, choices_of_subscriber, choose, complained, restore_all, unsubscribe_all,
};
pub use members::{Member, MemberPlace, members, members_named};
pub use numbered::{Numbered, numbered, of_numbers};
pub use staff::{choices, choose_for, history, restore_all_for, unsubscribe_all_for};
pub use standing::{Standing, standing};

#[cfg(test)]
mod tests;
