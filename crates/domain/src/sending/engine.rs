//! What sending itself reads. These functions take no proof: they are for workers, which act for the installation, and are
//! the only ones that open secrets. Nothing of it may be answered to a person.

use super::names::name_and_parents;
use super::seal::{Sealed, open};
use super::{relays as staff, seal};
use crate::dispatch::Lane;
use crate::keys::Keys;
use crate::{
    Domain, Error, Result, Tx,
    access::System,
    audit::{self, Object},
};
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use serde_json::json;
use types::sending::{DkimKind, RelayInput, RelaySecurity};
use types::{RelayId, UnitId};

/// A relay with its password open.
#[derive(Clone, Debug)]
pub struct RelayConfig {
    pub id: RelayId,
    pub name: String,
    pub host: String,
    pub port: u16,
    pub security: RelaySecurity,
    /// User and password.
    pub credentials: Option<(String, SecretString)>,
    /// Further certificate authorities to trust, PEM.
    pub authorities: Vec<u8>,
    /// What it serves; empty: everything.
    pub lanes: Vec<Lane>,
    /// Its share among relays of the same priority.
    pub weight: u32,
    /// Lower first.
    pub priority: i32,
    /// For campaigns, in one worker process.
    pub connections: u16,
    pub max_per_second: Option<f64>,
}

impl RelayConfig {
    /// Whether the relay takes mail of a lane.
    #[must_use]
    pub fn serves(&self, lane: Lane) -> bool {
        self.lanes.is_empty() || self.lanes.contains(&lane)
    }
}

/// The active relays: by priority, then the heavier first.
///
/// # Errors
/// Also when a password does not open. Leaving such a relay out could leave none, and mail would be captured as if nobody
/// had ever set up a relay.
pub async fn relays(domain: &Domain) -> Result<Vec<RelayConfig>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id: RelayId", name, host, port, security, username, password_sealed, authorities, lanes, weight, priority,
                  connections, max_per_second
           from relays where is_active order by priority, weight desc, id"#
    )
    .fetch_all(domain.pool())
    .await?;
    rows.into_iter().map(|row| row.open(domain.keys())).collect()
}

/// One relay, active or not: for trying it.
pub async fn relay_config(domain: &Domain, id: RelayId) -> Result<Option<RelayConfig>> {
    let row = sqlx::query_as!(
        Row,
        r#"select id as "id: RelayId", name, host, port, security, username, password_sealed, authorities, lanes, weight, priority,
                  connections, max_per_second
           from relays where id = $1"#,
        id.uuid()
    )
    .fetch_optional(domain.pool())
    .await?;
    row.map(|row| row.open(domain.keys())).transpose()
}

/// Whether any relay was ever set up, active or not. While none is active, mail waits; only an installation without any
/// relay captures it.
pub async fn has_relays(domain: &Domain) -> Result<bool> {
    Ok(
        sqlx::query_scalar!(r#"select exists (select from relays) as "any!""#)
            .fetch_one(domain.pool())
            .await?,
    )
}

/// The machines of the active relays, for the suggestion of an SPF record.
pub(super) async fn relay_hosts(tx: &mut Tx) -> Result<Vec<String>> {
    Ok(
        sqlx::query_scalar!("select distinct host from relays where is_active order by host limit 8")
            .fetch_all(tx.conn())
            .await?,
    )
}

struct Row {
    id: RelayId,
    name: String,
    host: String,
    port: i32,
    security: String,
    username: Option<String>,
    password_sealed: Option<Vec<u8>>,
    authorities: String,
    lanes: Vec<String>,
    weight: i32,
    priority: i32,
    connections: i32,
    max_per_second: Option<f64>,
}

impl Row {
    fn open(self, keys: &Keys) -> Result<RelayConfig> {
        let wrong = |what: &str| Error::broken(format!("relay {}: {what}", self.id));
        let credentials = match (&self.username, &self.password_sealed) {
            (Some(user), Some(sealed)) => {
                let opened = open(keys, Sealed::RelayPassword, self.id.uuid(), sealed)?;
                let password = std::str::from_utf8(opened.expose_secret()).map_err(|_| wrong("password"))?;
                Some((user.clone(), SecretString::from(password)))
            }
            _ => None,
        };
        Ok(RelayConfig {
            port: u16::try_from(self.port).map_err(|_| wrong("port"))?,
            security: self.security.parse().map_err(|_| wrong("security"))?,
            lanes: self.lanes.iter().filter_map(|lane| lane.parse().ok()).collect(),
            weight: self.weight.unsigned_abs(),
            connections: u16::try_from(self.connections).map_err(|_| wrong("connections"))?,
            id: self.id,
            name: self.name,
            host: self.host,
            credentials,
            authorities: self.authorities.into_bytes(),
            priority: self.priority,
            max_per_second: self.max_per_second,
        })
    }
}

/// The relay of the environment (`CAMPANILE_SMTP_URL`), to be kept.
pub struct SeedRelay<'a> {
    pub host: &'a str,
    pub port: u16,
    pub security: RelaySecurity,
    pub credentials: Option<(&'a str, &'a SecretString)>,
    pub authorities: String,
    pub connections: u16,
}

/// Keeps the environment's relay as a row, while nobody set up or changed one in the console: what admins did there is not undone by
/// a restart, and a variable that was changed or taken away does not live on. `true`: a row was made.
///
/// # Errors
/// When the database cannot be asked.
pub async fn follow_environment(domain: &Domain, relay: Option<&SeedRelay<'_>>) -> Result<bool> {
    let mut tx = domain.begin().await?;
    // Nodes may start at the same moment.
    sqlx::query!("lock table relays in share row exclusive mode")
        .execute(tx.conn())
        .await?;
    let known = sqlx::query!(
        r#"select (select id from relays where from_environment limit 1) as "own: RelayId",
               exists (select from relays where not from_environment) as "others!""#
    )
    .fetch_one(tx.conn())
    .await?;
    let Some(relay) = relay.filter(|_| !known.others) else {
        if known.own.is_some() {
            sqlx::query!("delete from relays where from_environment")
                .execute(tx.conn())
                .await?;
            tx.commit().await?;
        }
        return Ok(false);
    };
    let input = RelayInput {
        name: relay.host.to_owned(),
        host: relay.host.to_owned(),
        port: i32::from(relay.port),
        security: relay.security,
        username: relay.credentials.map(|it| it.0.to_owned()).unwrap_or_default(),
        password: relay
            .credentials
            .map(|it| it.1.expose_secret().to_owned())
            .unwrap_or_default(),
        authorities: relay.authorities.clone(),
        connections: i32::from(relay.connections.clamp(1, 1000)),
        ..RelayInput::default()
    };
    if let Some(id) = known.own {
        staff::follow(&mut tx, id, &input).await?;
        tx.commit().await?;
        return Ok(false);
    }
    let id = staff::insert(&mut tx, &input, true).await?;
    // Before set-up there is no unit whose log could say so.
    if let Some(root) = crate::units::root(&mut tx).await? {
        let by = System.grant::<crate::access::ManageSystem>(root);
        let object = Object::new("relay", id.uuid(), &input.name);
        let detail = json!({ "host": input.host, "port": input.port, "from": "CAMPANILE_SMTP_URL" });
        audit::record(&mut tx, &by, "relay.created", object, detail).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// A key to sign with, open.
#[derive(Clone, Debug)]
pub struct SigningConfig {
    /// `d=`
    pub domain: String,
    /// `s=`
    pub selector: String,
    pub kind: DkimKind,
    /// PKCS#8, DER.
    pub pkcs8: SecretSlice<u8>,
}

/// The active keys for mail from `sender_domain`: those of the longest registered name that it is, or is below, and that
/// has an active key (a sub-domain whose own key still waits is signed for by the domain above, which aligns as well under
/// DMARC). RSA first.
pub async fn signing(domain: &Domain, sender_domain: &str) -> Result<Option<Vec<SigningConfig>>> {
    let names = name_and_parents(sender_domain);
    let rows = sqlx::query!(
        r#"select d.domain, k.id, k.selector, k.kind, k.private_sealed
           from dkim_keys k join sender_domains d on d.id = k.sender_domain_id
           where k.state = 'active' and d.id = (
               select d.id from sender_domains d where d.domain = any ($1)
                   and exists (select from dkim_keys k where k.sender_domain_id = d.id and k.state = 'active')
               order by length(d.domain) desc limit 1)
           order by k.kind desc"#,
        &names
    )
    .fetch_all(domain.pool())
    .await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let keys = rows.into_iter().map(|row| {
        Ok(SigningConfig {
            pkcs8: seal::open(domain.keys(), Sealed::DkimKey, row.id, &row.private_sealed)?,
            domain: row.domain,
            selector: row.selector,
            kind: row.kind.parse().map_err(|_| Error::broken("a DKIM key's kind"))?,
        })
    });
    keys.collect::<Result<Vec<_>>>().map(Some)
}

/// Where bounces and links of a message go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// Absent: the sender's own domain.
    pub bounce_domain: Option<String>,
    /// Without a slash at the end.
    pub tracking_origin: String,
}

/// The places for a unit's mail from a domain: of the nearest unit upwards that has one, else of the (longest) sender
/// domain, else the installation's.
pub async fn places(domain: &Domain, unit: UnitId, sender_domain: &str) -> Result<Places> {
    let mut tx = domain.begin().await?;
    places_of(&mut tx, unit, sender_domain).await
}

pub(super) async fn places_of(tx: &mut Tx, unit: UnitId, sender_domain: &str) -> Result<Places> {
    let names = name_and_parents(sender_domain);
    let row = sqlx::query!(
        r#"select
             coalesce(
               (select a.bounce_domain from units a where a.id = any (u.ancestors) and a.bounce_domain is not null
                order by cardinality(a.ancestors) desc limit 1),
               (select d.bounce_domain from sender_domains d where d.domain = any ($2) and d.bounce_domain is not null
                order by length(d.domain) desc limit 1)) as bounce_domain,
             coalesce(
               (select a.tracking_origin from units a where a.id = any (u.ancestors) and a.tracking_origin is not null
                order by cardinality(a.ancestors) desc limit 1),
               (select d.tracking_origin from sender_domains d where d.domain = any ($2) and d.tracking_origin is not null
                order by length(d.domain) desc limit 1)) as tracking_origin
           from units u where u.id = $1"#,
        unit.uuid(),
        &names
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(Error::not_found)?;
    Ok(Places {
        bounce_domain: row.bounce_domain,
        tracking_origin: row.tracking_origin.unwrap_or_else(|| tx.public_url().to_owned()),
    })
}

/// Counts changes of everything in this module. Changes are also told on the channel `campanile_sending`.
pub async fn version(domain: &Domain) -> Result<i64> {
    Ok(sqlx::query_scalar!("select version from sending_version")
        .fetch_one(domain.pool())
        .await?)
}
