//! Captured mail, kept in the database: so that it survives a restart and every node shows the same.

use std::sync::Arc;

use anyhow::Context;
use delivery::capture::{self, Captured, Inbox, Limits, NotKept};
use delivery::email::Relay;
use domain::Domain;
use domain::captured::{self, NewMail};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::tasks::Tasks;

/// The inbox of a node.
pub struct CapturedMail(Domain);

impl Inbox for CapturedMail {
    async fn keep(&self, mail: Captured) -> Result<(), NotKept> {
        let new = NewMail {
            sender: mail.sender,
            recipients: mail.recipients,
            raw: mail.raw,
        };
        captured::keep(&self.0, new).await.map_err(|error| {
            let _ = types::ApiError::from(error);
            NotKept
        })
    }
}

/// Starts the inbox on a free port of loopback and returns the way to it.
pub(super) async fn start(
    domain: &Domain,
    tasks: &mut Tasks,
    stop: CancellationToken,
) -> anyhow::Result<Relay> {
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .context("no port is free for the capture inbox")?;
    let port = listener.local_addr()?.port();
    let inbox = Arc::new(CapturedMail(domain.clone()));
    tasks.run_inbox(async move { capture::serve(listener, inbox, Limits::default(), stop).await });
    tracing::info!(port, "no relay is configured: mail is captured");
    let mut relay = Relay::plain("127.0.0.1", port);
    relay.hello = Some("localhost".to_owned());
    Ok(relay)
}
