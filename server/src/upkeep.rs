//! What a running installation does for itself from time to time. Every node may do it: each piece is safe to do twice.

use std::time::Duration;

use domain::Domain;
use tokio::time::MissedTickBehavior;

const PERIOD: Duration = Duration::from_secs(600);

/// Never returns; dropped when the process stops.
pub async fn run(domain: Domain) {
    let mut ticks = tokio::time::interval(PERIOD);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match domain::identity::sessions::sweep(&domain).await {
            Ok(0) => {}
            Ok(sessions) => tracing::debug!(sessions, "removed sessions that had ended"),
            Err(error) => tracing::warn!(%error, "ended sessions could not be removed; trying later"),
        }
        if let Err(error) = domain::messages::forget_files(&domain).await {
            tracing::warn!(%error, "attachments of long ago could not be deleted");
        }
        if let Err(error) = domain::clients::forget_expired(&domain).await {
            tracing::warn!(%error, "expired tokens could not be deleted; trying later");
        }
        match domain::audit_chain::extend(&domain).await {
            Ok(0) => {}
            Ok(rows) => tracing::debug!(rows, "extended the chain of the audit log"),
            Err(error) => {
                tracing::warn!(%error, "the chain of the audit log could not be extended; trying later");
            }
        }
    }
}
