//! What every channel (e-mail now; SMS and push later) has in common: one owned, warm line to a provider, over which one
//! message after the other is handed over, each with exactly one result.

use crate::outcome::HandOff;

/// One open line of a channel, owned by one sending task.
///
/// Implementations never retry by themselves: whether and when a message is tried again is decided by the ledger.
pub trait Channel {
    /// A message ready to go, with its envelope.
    type Message<'a>
    where
        Self: 'a;

    /// Hands one message over and says what became of it.
    ///
    /// If the returned future is dropped before it is ready, the line is no longer usable and the message counts as
    /// ambiguous when its content was already under way.
    fn hand_over<'a>(&'a mut self, message: Self::Message<'a>) -> impl Future<Output = HandOff> + Send + 'a;

    /// False once the line broke or the provider closed it: open a new one.
    fn is_usable(&self) -> bool;
}
