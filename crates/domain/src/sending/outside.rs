//! What the domain knows nothing of: connections, names, and other people's web servers. The server does it, the console and the API ask for it.

use super::RelayConfig;
use crate::webhooks::{Call, Posted};
use futures::future::BoxFuture;
use types::Code;
use types::sending::{DnsRecord, RelayTrial};

/// Provided by the server.
pub trait Outside: Send + Sync {
    /// Opens a connection to a relay, protects it and signs in, and closes it.
    fn try_relay(&self, relay: RelayConfig) -> BoxFuture<'_, RelayTrial>;

    /// Looks every record up; fills in state and what was found.
    fn look_up(&self, records: Vec<DnsRecord>) -> BoxFuture<'_, Vec<DnsRecord>>;

    /// Whether events may be posted to an address, as far as can be said without asking anybody: the address in its normal form.
    ///
    /// # Errors
    /// Why not, as the code of a form's field.
    fn webhook_url(&self, url: &str) -> Result<String, Code>;

    /// Posts an event.
    fn post(&self, call: Call) -> BoxFuture<'_, Posted>;
}
