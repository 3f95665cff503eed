//! Which relays this process uses: those of the console, else the one it was started with.

use std::sync::Arc;
use std::time::Duration;

use delivery::email;
use domain::sending::{self, RelayConfig};

use super::Shared;
use crate::engine::{FOLLOW, Relay, rate};
use crate::outside::relay_of;

/// The relay that was given at the start, or the capture inbox: used while none was ever set up in the console.
pub(super) struct Fallback {
    pub relay: email::Relay,
    pub connections: u16,
    /// How long each step may take, with any relay; none: as RFC 5321 says.
    pub timeout: Option<Duration>,
}

impl Fallback {
    fn patient(&self, mut relay: email::Relay) -> email::Relay {
        if let Some(most) = self.timeout {
            relay.timeouts.open = relay.timeouts.open.min(most);
            relay.timeouts.command = most;
            relay.timeouts.content = most;
        }
        relay
    }
}

/// Sets the relays at the start.
///
/// # Errors
/// When one cannot be used, or the database cannot be asked.
pub(super) async fn set(shared: &Shared, fallback: &Fallback) -> anyhow::Result<i64> {
    let version = sending::version(&shared.domain).await?;
    let mut relays = Vec::new();
    if sending::has_relays(&shared.domain).await? {
        for config in sending::relays(&shared.domain).await? {
            match from_row(&config, fallback) {
                Ok(relay) => relays.push(relay),
                // The others still work.
                Err(error) => tracing::error!(relay = config.name, %error, "a relay cannot be used"),
            }
        }
    } else {
        let relay = fallback.patient(fallback.relay.clone());
        let key = format!("{}:{}", relay.host, relay.port);
        let name = relay.host.clone();
        relays.push(Relay::new(
            &key,
            &name,
            relay.connector()?,
            usize::from(fallback.connections),
        ));
    }
    shared.relays.set(relays);
    Ok(version)
}

fn from_row(config: &RelayConfig, fallback: &Fallback) -> Result<Relay, email::RelayError> {
    let connector = fallback.patient(relay_of(config)).connector()?;
    let connections = usize::from(config.connections);
    let mut relay = Relay::new(&config.id.to_string(), &config.name, connector, connections);
    relay.lanes.clone_from(&config.lanes);
    relay.weight = config.weight;
    relay.priority = config.priority;
    relay.rate = config.max_per_second.map(rate);
    Ok(relay)
}

/// Follows changes until the process stops.
pub(super) async fn follow(shared: Arc<Shared>, fallback: Fallback, mut known: i64) {
    loop {
        tokio::select! {
            () = shared.stop.cancelled() => return,
            () = tokio::time::sleep(FOLLOW) => {}
        }
        match sending::version(&shared.domain).await {
            Ok(version) if version == known => continue,
            Ok(_) => {}
            Err(error) => {
                let _ = types::ApiError::from(error);
                continue;
            }
        }
        match set(&shared, &fallback).await {
            Ok(version) => known = version,
            Err(error) => tracing::error!(error = format!("{error:#}"), "the relays cannot be read"),
        }
    }
}
