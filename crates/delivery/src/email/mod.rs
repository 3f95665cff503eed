//! E-mail: addresses, MIME messages, the relay and the connection to it.

pub mod address;
mod attachment;
pub mod body;
pub mod connection;
pub mod dkim;
pub mod header;
pub mod message;
pub mod relay;
mod tls;
pub mod verp;

pub use address::{Address, Mailbox};
pub use connection::{Announced, Connection, Content, Delivered, Envelope, OpenError, Outgoing};
pub use message::{Attached, List, Message, MessageError};
pub use relay::{Connector, Relay, RelayError, Security, Timeouts};
