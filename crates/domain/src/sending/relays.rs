//! The installation's relays, as its admins manage them.

use super::names::{is_host, optional_rate};
use super::seal::{Sealed, seal};
use crate::error::Fields;
use crate::{
    Error, Granted, Result, Tx,
    access::ManageSystem,
    audit::{self, Object},
};
use serde_json::json;
use types::sending::{Relay, RelayInput};
use types::{Code, RelayId};

/// All relays, the first to be used first. There are few, so there are no pages.
pub async fn list_relays(tx: &mut Tx, _by: &Granted<ManageSystem>) -> Result<Vec<Relay>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id: RelayId", name, host, port, security, username, authorities, lanes, weight, priority, connections,
                  max_per_second, is_active, created_at, updated_at, edit_version
           from relays order by is_active desc, priority, weight desc, name"#
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(Relay::try_from).collect()
}

/// One relay.
pub async fn get_relay(tx: &mut Tx, _by: &Granted<ManageSystem>, id: RelayId) -> Result<Option<Relay>> {
    let row = sqlx::query_as!(
        Row,
        r#"select id as "id: RelayId", name, host, port, security, username, authorities, lanes, weight, priority, connections,
                  max_per_second, is_active, created_at, updated_at, edit_version
           from relays where id = $1"#,
        id.uuid()
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(Relay::try_from).transpose()
}

/// Adds a relay.
///
/// # Errors
/// Fields that are not right.
pub async fn create_relay(tx: &mut Tx, by: &Granted<ManageSystem>, input: &RelayInput) -> Result<RelayId> {
    let input = check(input, None)?;
    let id = insert(tx, &input, false).await?;
    let object = Object::new("relay", id.uuid(), &input.name);
    audit::record(tx, by, "relay.created", object, detail(&input)).await?;
    Ok(id)
}

/// Writes a relay that was checked.
pub(super) async fn insert(tx: &mut Tx, input: &RelayInput, from_environment: bool) -> Result<RelayId> {
    let id: RelayId = tx.id();
    let sealed = sealed_password(tx, id, input)?;
    sqlx::query!(
        "insert into relays (id, name, host, port, security, username, password_sealed, authorities, lanes, weight, priority, connections,
             max_per_second, is_active, created_at, updated_at, from_environment)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15, $16)",
        id.uuid(),
        input.name,
        input.host,
        input.port,
        input.security.as_str(),
        user(input),
        sealed,
        input.authorities,
        &lanes(input),
        input.weight,
        input.priority,
        input.connections,
        input.max_per_second,
        input.is_active,
        tx.now_sql() as _,
        from_environment,
    )
    .execute(tx.conn())
    .await?;
    Ok(id)
}

/// The relay of the environment as it is said there now.
pub(super) async fn follow(tx: &mut Tx, id: RelayId, input: &RelayInput) -> Result<()> {
    let sealed = sealed_password(tx, id, input)?;
    sqlx::query!(
        "update relays set name = $2, host = $3, port = $4, security = $5, username = $6, password_sealed = $7, authorities = $8,
             connections = $9, updated_at = $10
         where id = $1 and (host, port, security, username, authorities, connections) is distinct from ($3, $4, $5, $6, $8, $9)
            or id = $1 and $7::bytea is not null",
        id.uuid(),
        input.name,
        input.host,
        input.port,
        input.security.as_str(),
        user(input),
        sealed,
        input.authorities,
        input.connections,
        tx.now_sql() as _,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Changes a relay, or takes it out of use (`is_active`), and answers with its new edit version.
///
/// # Errors
/// Fields that are not right; `EditConflict` where somebody changed it meanwhile; not found.
pub async fn update_relay(
    tx: &mut Tx,
    by: &Granted<ManageSystem>,
    id: RelayId,
    input: &RelayInput,
) -> Result<i32> {
    let row = sqlx::query!(
        "select edit_version, host, username from relays where id = $1 for update",
        id.uuid()
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(Error::not_found)?;
    if row.edit_version != input.edit_version {
        return Err(Error::code(Code::EditConflict));
    }
    let input = check(input, Some((&row.host, row.username.as_deref())))?;
    let sealed = sealed_password(tx, id, &input)?;
    let version = sqlx::query_scalar!(
        "update relays set name = $2, host = $3, port = $4, security = $5, username = $6,
             password_sealed = case when $6::text is null then null else coalesce($7, password_sealed) end,
             authorities = $8, lanes = $9, weight = $10, priority = $11, connections = $12, max_per_second = $13, is_active = $14,
             updated_at = $15, edit_version = edit_version + 1, from_environment = false
         where id = $1 returning edit_version",
        id.uuid(),
        input.name,
        input.host,
        input.port,
        input.security.as_str(),
        user(&input),
        sealed,
        input.authorities,
        &lanes(&input),
        input.weight,
        input.priority,
        input.connections,
        input.max_per_second,
        input.is_active,
        tx.now_sql() as _,
    )
    .fetch_one(tx.conn())
    .await?;
    let object = Object::new("relay", id.uuid(), &input.name);
    audit::record(tx, by, "relay.updated", object, detail(&input)).await?;
    Ok(version)
}

/// What the log says of a relay; that a password was given, never which.
fn detail(input: &RelayInput) -> serde_json::Value {
    json!({
        "host": input.host,
        "port": input.port,
        "security": input.security,
        "lanes": input.lanes,
        "weight": input.weight,
        "priority": input.priority,
        "connections": input.connections,
        "max_per_second": input.max_per_second,
        "is_active": input.is_active,
        "password_changed": !input.password.is_empty(),
    })
}

fn sealed_password(tx: &Tx, id: RelayId, input: &RelayInput) -> Result<Option<Vec<u8>>> {
    if input.username.is_empty() || input.password.is_empty() {
        return Ok(None);
    }
    seal(
        tx.keys(),
        Sealed::RelayPassword,
        id.uuid(),
        input.password.as_bytes(),
    )
    .map(Some)
}

fn user(input: &RelayInput) -> Option<&str> {
    Some(input.username.as_str()).filter(|user| !user.is_empty())
}

fn lanes(input: &RelayInput) -> Vec<String> {
    input.lanes.iter().map(|lane| lane.as_str().to_owned()).collect()
}

/// Checks and tidies what an admin filled in. `present`: host and user of the relay that is changed, whose password may
/// stay. Another host must be given it anew: otherwise whoever may change a relay could have its password sent to a
/// machine of theirs.
fn check(input: &RelayInput, present: Option<(&str, Option<&str>)>) -> Result<RelayInput> {
    let mut fields = Fields::new();
    let mut input = input.clone();
    input.name = fields.text("name", &input.name, 120);
    input.host = input.host.trim().to_ascii_lowercase();
    if input.host.is_empty() {
        fields.add("host", Code::Required);
    } else if !is_host(&input.host) {
        fields.add("host", Code::BadFormat);
    }
    for (field, value, low, high) in [
        ("port", input.port, 1, 65_535),
        ("weight", input.weight, 1, 100),
        ("priority", input.priority, 0, 100),
        ("connections", input.connections, 1, 1000),
    ] {
        if !(low..=high).contains(&value) {
            fields.add(field, Code::OutOfRange);
        }
    }
    optional_rate(&mut fields, "max_per_second", input.max_per_second);
    input.username = fields.optional_text("username", &input.username, 320);
    if input.password.chars().count() > 1000 {
        fields.add("password", Code::OutOfRange);
    } else if input.password.contains('\0') {
        fields.add("password", Code::BadFormat);
    }
    let kept = present.is_some_and(|(host, user)| host == input.host && user == Some(&input.username));
    if !input.username.is_empty() && input.password.is_empty() && !kept {
        fields.add("password", Code::Required);
    }
    input.authorities = input.authorities.trim().to_owned();
    let certificates = input.authorities.contains("-----BEGIN CERTIFICATE-----");
    if !input.authorities.is_empty() && (!certificates || input.authorities.contains("PRIVATE KEY")) {
        fields.add("authorities", Code::BadFormat);
    }
    input.lanes.sort();
    input.lanes.dedup();
    fields.finish()?;
    Ok(input)
}

struct Row {
    id: RelayId,
    name: String,
    host: String,
    port: i32,
    security: String,
    username: Option<String>,
    authorities: String,
    lanes: Vec<String>,
    weight: i32,
    priority: i32,
    connections: i32,
    max_per_second: Option<f64>,
    is_active: bool,
    created_at: jiff_sqlx::Timestamp,
    updated_at: jiff_sqlx::Timestamp,
    edit_version: i32,
}

impl TryFrom<Row> for Relay {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        Ok(Self {
            id: row.id,
            name: row.name,
            host: row.host,
            port: row.port,
            security: row
                .security
                .parse()
                .map_err(|_| Error::broken("a relay's security"))?,
            username: row.username.unwrap_or_default(),
            authorities: row.authorities,
            lanes: row.lanes.iter().filter_map(|lane| lane.parse().ok()).collect(),
            weight: row.weight,
            priority: row.priority,
            connections: row.connections,
            max_per_second: row.max_per_second,
            is_active: row.is_active,
            created_at: row.created_at.to_jiff(),
            updated_at: row.updated_at.to_jiff(),
            edit_version: row.edit_version,
        })
    }
}
