//! DKIM keys of a sender domain and their rotation: a new key waits beside the old one until its record is seen, then it
//! signs and the old one is retired. The old record stays a week, for mail that is still on its way.

use super::domains::{Locked, lock};
use super::key;
use super::seal::{Sealed, seal};
use crate::{
    Error, Granted, Result, Tx,
    access::ManageSenders,
    audit::{self, Object},
};
use jiff::SignedDuration;
use secrecy::ExposeSecret;
use serde_json::json;
use types::sending::{DkimKey, DkimKind, DkimState};
use types::{DkimKeyId, SenderDomainId};

/// How long a retired key's record is still looked at by receivers of delayed mail.
const RECORD_STAYS: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The keys of a domain, the newest first.
pub(super) async fn of_domain(tx: &mut Tx, domain: SenderDomainId) -> Result<Vec<DkimKey>> {
    let rows = sqlx::query!(
        r#"select id as "id: DkimKeyId", selector, kind, public_record, state, created_at, activated_at, retired_at
           from dkim_keys where sender_domain_id = $1 order by created_at desc, id desc"#,
        domain.uuid()
    )
    .fetch_all(tx.conn())
    .await?;
    let unknown = |_| Error::broken("a DKIM key's kind or state");
    rows.into_iter()
        .map(|row| {
            let retired_at = row.retired_at.map(jiff_sqlx::Timestamp::to_jiff);
            Ok(DkimKey {
                id: row.id,
                selector: row.selector,
                kind: row.kind.parse().map_err(unknown)?,
                public_record: row.public_record,
                state: row.state.parse().map_err(unknown)?,
                created_at: row.created_at.to_jiff(),
                activated_at: row.activated_at.map(jiff_sqlx::Timestamp::to_jiff),
                retired_at,
                removable_at: retired_at.map(|at| at + RECORD_STAYS),
            })
        })
        .collect()
}

/// Makes a key beside those that the domain has. It waits for its record.
///
/// # Errors
/// Not found when the unit has no such domain; `WrongState` when a key of the kind waits already.
pub async fn make_key(
    tx: &mut Tx,
    by: &Granted<ManageSenders>,
    domain: SenderDomainId,
    kind: DkimKind,
) -> Result<DkimKeyId> {
    let Locked { domain: name, .. } = lock(tx, by, domain).await?;
    let present = of_domain(tx, domain).await?;
    if present
        .iter()
        .any(|key| key.kind == kind && key.state == DkimState::Waiting)
    {
        return Err(Error::wrong_state(DkimState::Waiting.as_str()));
    }
    let selector = selector(tx, kind, &present);
    let fresh = key::make(kind).await?;
    let id: DkimKeyId = tx.id();
    let sealed = seal(
        tx.keys(),
        Sealed::DkimKey,
        id.uuid(),
        fresh.private.expose_secret(),
    )?;
    sqlx::query!(
        "insert into dkim_keys (id, sender_domain_id, selector, kind, private_sealed, public_record, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        id.uuid(),
        domain.uuid(),
        selector,
        kind.as_str(),
        sealed,
        fresh.public_record,
        tx.now_sql() as _,
    )
    .execute(tx.conn())
    .await?;
    told(tx, by, "dkim_key.created", id, &name, &selector, "").await?;
    Ok(id)
}

/// Says kind and day: whoever looks after the zone sees which record is the old one.
fn selector(tx: &Tx, kind: DkimKind, present: &[DkimKey]) -> String {
    let day = tx.now().strftime("%Y%m%d").to_string();
    let kind = match kind {
        DkimKind::Rsa2048 => "rsa",
        DkimKind::Ed25519 => "ed",
    };
    let first = format!("{kind}{day}");
    let names = std::iter::once(first.clone()).chain((2..).map(|number| format!("{first}-{number}")));
    names
        .into_iter()
        .find(|name| present.iter().all(|key| key.selector != *name))
        .unwrap_or(first)
}

/// Lets a waiting key sign although nobody has seen its record; its predecessor of the same kind is retired.
///
/// # Errors
/// Not found; `WrongState` when the key does not wait.
pub async fn activate_key(
    tx: &mut Tx,
    by: &Granted<ManageSenders>,
    domain: SenderDomainId,
    key: DkimKeyId,
) -> Result<()> {
    let Locked { domain: name, .. } = lock(tx, by, domain).await?;
    let found = find(tx, domain, key).await?;
    if found.state != DkimState::Waiting {
        return Err(Error::wrong_state(found.state.as_str()));
    }
    activate(tx, domain, &found).await?;
    told(
        tx,
        by,
        "dkim_key.activated",
        key,
        &name,
        &found.selector,
        "by hand",
    )
    .await
}

/// Activates waiting keys whose records were seen. The domain is locked.
pub(super) async fn activate_seen(
    tx: &mut Tx,
    by: &Granted<ManageSenders>,
    domain: SenderDomainId,
    name: &str,
    seen: &[DkimKeyId],
) -> Result<()> {
    for key in of_domain(tx, domain).await? {
        if key.state == DkimState::Waiting && seen.contains(&key.id) {
            activate(tx, domain, &key).await?;
            told(
                tx,
                by,
                "dkim_key.activated",
                key.id,
                name,
                &key.selector,
                "record seen",
            )
            .await?;
        }
    }
    Ok(())
}

async fn activate(tx: &mut Tx, domain: SenderDomainId, key: &DkimKey) -> Result<()> {
    sqlx::query!(
        "update dkim_keys set state = 'retired', retired_at = $3 where sender_domain_id = $1 and kind = $2 and state = 'active'",
        domain.uuid(),
        key.kind.as_str(),
        tx.now_sql() as _
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "update dkim_keys set state = 'active', activated_at = $2 where id = $1",
        key.id.uuid(),
        tx.now_sql() as _
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Stops signing with a key, e.g. because others may know it.
///
/// # Errors
/// Not found; `WrongState` when it does not sign.
pub async fn retire_key(
    tx: &mut Tx,
    by: &Granted<ManageSenders>,
    domain: SenderDomainId,
    key: DkimKeyId,
) -> Result<()> {
    let Locked { domain: name, .. } = lock(tx, by, domain).await?;
    let found = find(tx, domain, key).await?;
    if found.state != DkimState::Active {
        return Err(Error::wrong_state(found.state.as_str()));
    }
    sqlx::query!(
        "update dkim_keys set state = 'retired', retired_at = $2 where id = $1",
        key.uuid(),
        tx.now_sql() as _
    )
    .execute(tx.conn())
    .await?;
    told(tx, by, "dkim_key.retired", key, &name, &found.selector, "").await
}

/// Destroys a key that does not sign.
///
/// # Errors
/// Not found; `WrongState` while it signs.
pub async fn remove_key(
    tx: &mut Tx,
    by: &Granted<ManageSenders>,
    domain: SenderDomainId,
    key: DkimKeyId,
) -> Result<()> {
    let Locked { domain: name, .. } = lock(tx, by, domain).await?;
    let found = find(tx, domain, key).await?;
    if found.state == DkimState::Active {
        return Err(Error::wrong_state(found.state.as_str()));
    }
    sqlx::query!("delete from dkim_keys where id = $1", key.uuid())
        .execute(tx.conn())
        .await?;
    told(tx, by, "dkim_key.removed", key, &name, &found.selector, "").await
}

async fn find(tx: &mut Tx, domain: SenderDomainId, key: DkimKeyId) -> Result<DkimKey> {
    let keys = of_domain(tx, domain).await?;
    keys.into_iter()
        .find(|it| it.id == key)
        .ok_or_else(Error::not_found)
}

async fn told(
    tx: &mut Tx,
    by: &Granted<ManageSenders>,
    action: &str,
    key: DkimKeyId,
    domain: &str,
    selector: &str,
    how: &str,
) -> Result<()> {
    let detail = json!({ "domain": domain, "selector": selector, "how": how });
    audit::record(
        tx,
        by,
        action,
        Object::new("dkim_key", key.uuid(), domain),
        detail,
    )
    .await
}
