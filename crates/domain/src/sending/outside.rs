//! What the domain knows nothing of: connections and names. The server does it, the console and the API ask for it.

use super::RelayConfig;
use futures::future::BoxFuture;
use types::sending::{DnsRecord, RelayTrial};

/// Provided by the server.
pub trait Outside: Send + Sync {
    /// Opens a connection to a relay, protects it and signs in, and closes it.
    fn try_relay(&self, relay: RelayConfig) -> BoxFuture<'_, RelayTrial>;

    /// Looks every record up; fills in state and what was found.
    fn look_up(&self, records: Vec<DnsRecord>) -> BoxFuture<'_, Vec<DnsRecord>>;
}
