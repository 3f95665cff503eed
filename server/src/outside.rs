//! What the domain asks of the world outside: relays, names, and endpoints of webhooks.

use std::net::SocketAddr;
use std::time::Duration;

use delivery::email::{Connection, OpenError, Relay, Security, Timeouts};
use delivery::http::Client;
use domain::sending::{Outside, RelayConfig, SeedRelay};
use domain::webhooks::{Call, Posted};
use futures::FutureExt;
use futures::future::{BoxFuture, join_all};
use types::Code;
use types::sending::{DnsRecord, RecordState, RelaySecurity, RelayTrial};

use crate::config::{Config, Network, SmtpConfig};
use crate::dns::Dns;
use http::Line;

pub mod http;

/// Somebody waits for the answer at a page: each step of a trial gets less time than in sending.
const TRIAL_STEP: Duration = Duration::from_secs(8);
/// The whole trial.
const TRIAL: Duration = Duration::from_secs(20);

/// Through this machine's network, names by the installation's resolver.
#[derive(Clone, Debug)]
pub struct World {
    /// The resolver of the configuration; absent: the system's.
    resolver: Option<SocketAddr>,
    /// To addresses that users gave.
    http: Client,
    allowed: Vec<Network>,
}

impl World {
    /// As the configuration says.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(config: &Config) -> anyhow::Result<Self> {
        Ok(Self {
            resolver: config.dns,
            http: http::client(config.dns, &config.outbound_allow, &[])?,
            allowed: config.outbound_allow.clone(),
        })
    }

    /// The client for addresses that users gave.
    #[must_use]
    pub fn http(&self) -> Client {
        self.http.clone()
    }
}

impl Outside for World {
    fn try_relay(&self, relay: RelayConfig) -> BoxFuture<'_, RelayTrial> {
        async move {
            let tried = tokio::time::timeout(TRIAL, open(&relay)).await;
            let trouble = match tried {
                Ok(Ok(())) => None,
                Ok(Err(trouble)) => Some(trouble),
                Err(_) => Some(OpenError::Unreachable("timed out".to_owned()).to_string()),
            };
            RelayTrial {
                works: trouble.is_none(),
                trouble: trouble.unwrap_or_default(),
            }
        }
        .boxed()
    }

    fn look_up(&self, records: Vec<DnsRecord>) -> BoxFuture<'_, Vec<DnsRecord>> {
        async move {
            match Dns::new(self.resolver) {
                Ok(dns) => join_all(records.into_iter().map(|record| dns.check(record))).await,
                Err(error) => {
                    tracing::warn!(%error, "records could not be looked up");
                    let failed = |record| DnsRecord {
                        state: RecordState::Failed,
                        found: Vec::new(),
                        ..record
                    };
                    records.into_iter().map(failed).collect()
                }
            }
        }
        .boxed()
    }

    fn webhook_url(&self, url: &str) -> Result<String, Code> {
        http::webhook_url(url, &self.allowed)
    }

    fn post(&self, call: Call) -> BoxFuture<'_, Posted> {
        async move { Line::new(self.http.clone(), &call.url).post(call).await }.boxed()
    }
}

async fn open(relay: &RelayConfig) -> Result<(), String> {
    let mut relay = relay_of(relay);
    relay.timeouts = Timeouts {
        open: TRIAL_STEP,
        command: TRIAL_STEP,
        content: TRIAL_STEP,
    };
    let connector = relay.connector().map_err(|error| error.to_string())?;
    let connection = Connection::open(&connector)
        .await
        .map_err(|error| error.to_string())?;
    connection.close().await;
    Ok(())
}

/// A relay as `delivery` knows it.
#[must_use]
pub fn relay_of(config: &RelayConfig) -> Relay {
    let mut relay = Relay::plain(&config.host, config.port);
    relay.security = match config.security {
        RelaySecurity::None => Security::None,
        RelaySecurity::Opportunistic => Security::Opportunistic,
        RelaySecurity::Required => Security::Required,
        RelaySecurity::Implicit => Security::Implicit,
    };
    relay.credentials.clone_from(&config.credentials);
    relay.authorities.clone_from(&config.authorities);
    relay
}

/// Keeps the relay of the environment as the first one of the console, until somebody changes it there.
///
/// # Errors
/// When its certificate authorities cannot be read, or the database is away.
pub async fn keep_relay(domain: &domain::Domain, smtp: &SmtpConfig) -> anyhow::Result<()> {
    use anyhow::Context;
    let Some(relay) = &smtp.relay else {
        domain::sending::follow_environment(domain, None).await?;
        return Ok(());
    };
    let authorities = match &relay.authorities_file {
        None => String::new(),
        Some(file) => std::fs::read_to_string(file)
            .with_context(|| format!("reading the relay's certificate authorities from {file}"))?,
    };
    let seed = SeedRelay {
        host: &relay.host,
        port: relay.port,
        security: match relay.security {
            Security::None => RelaySecurity::None,
            Security::Opportunistic => RelaySecurity::Opportunistic,
            Security::Required => RelaySecurity::Required,
            Security::Implicit => RelaySecurity::Implicit,
        },
        credentials: relay
            .credentials
            .as_ref()
            .map(|(user, password)| (user.as_str(), password)),
        authorities,
        connections: smtp.connections,
    };
    domain::sending::follow_environment(domain, Some(&seed)).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use domain::dispatch::Lane;
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    use tokio::net::TcpListener;

    use super::*;

    fn config(port: u16) -> RelayConfig {
        RelayConfig {
            id: types::RelayId(uuid::Uuid::nil()),
            name: "Test".to_owned(),
            host: "127.0.0.1".to_owned(),
            port,
            security: RelaySecurity::None,
            credentials: None,
            authorities: Vec::new(),
            lanes: vec![Lane::Marketing],
            weight: 1,
            priority: 1,
            connections: 1,
            max_per_second: None,
        }
    }

    #[tokio::test]
    async fn a_relay_is_tried_and_its_trouble_told() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        tokio::spawn(async move {
            let (stream, _) = listener.accept().await.expect("a caller");
            let mut stream = BufReader::new(stream);
            stream.write_all(b"220 relay ready\r\n").await.expect("sent");
            let mut line = String::new();
            while stream.read_line(&mut line).await.is_ok_and(|read| read > 0) {
                if stream.write_all(b"250 relay\r\n").await.is_err() {
                    break;
                }
                line.clear();
            }
        });
        let loaded = Config::load(&crate::config::Sources::default()).expect("a configuration");
        let world = World::new(&loaded).expect("a world");
        let works = world.try_relay(config(port)).await;
        assert!(works.works, "{works:?}");
        // The listener is gone with its one call.
        let broken = world.try_relay(config(port)).await;
        assert!(
            !broken.works && broken.trouble.contains("cannot be reached"),
            "{broken:?}"
        );
    }
}
