//! Signing: the sender's domain with one key, and how many signatures a second OpenSSL makes on all cores.

use std::process::Command;

use anyhow::{Context, Result, bail};
use domain::Domain;
use domain::access::{ManageSenders, System};
use domain::sending;
use types::UnitId;
use types::sending::{DkimKind, SenderDomainInput};

use super::campaign::UNIT;
use crate::node::failed;

/// The unit's sender domains with one active key of this kind each.
pub async fn only(domain: &Domain, kind: DkimKind) -> Result<()> {
    none(domain).await?;
    let (unit, names): (uuid::Uuid, Vec<String>) = sqlx::query_as(
        "select u.id, (select array_agg(distinct split_part(c.sender->>'from_address', '@', 2)) from campaign_revisions c) from units u where u.key = $1",
    )
    .bind(UNIT)
    .fetch_one(domain.pool())
    .await?;
    sqlx::query("update units set sender_domains = $2 where id = $1")
        .bind(unit)
        .bind(&names)
        .execute(domain.pool())
        .await?;
    let by = System.grant::<ManageSenders>(UnitId::from(unit));
    let mut tx = domain.begin().await.map_err(failed)?;
    for name in names {
        let input = SenderDomainInput {
            domain: name,
            bounce_domain: String::new(),
            tracking_origin: String::new(),
            max_per_second: None,
            warm_up: None,
            edit_version: 0,
        };
        let id = sending::create_domain(&mut tx, &by, &input)
            .await
            .map_err(failed)?;
        let key = sending::make_key(&mut tx, &by, id, kind).await.map_err(failed)?;
        sending::activate_key(&mut tx, &by, id, key)
            .await
            .map_err(failed)?;
    }
    tx.commit().await.map_err(failed)
}

/// Nothing is signed.
pub async fn none(domain: &Domain) -> Result<()> {
    sqlx::query("delete from sender_domains")
        .execute(domain.pool())
        .await?;
    Ok(())
}

/// Signatures a second by `openssl speed`, on two cores.
pub fn signatures(kind: DkimKind) -> Result<f64> {
    let name = match kind {
        DkimKind::Rsa2048 => "rsa2048",
        DkimKind::Ed25519 => "ed25519",
    };
    let cores = std::thread::available_parallelism()?.to_string();
    let output = Command::new("openssl")
        .args(["speed", "-seconds", "3", "-multi", &cores, name])
        .output()
        .context("openssl")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().last().context("no figures")?;
    let words: Vec<&str> = line.split_whitespace().collect();
    let [.., signed, _verified] = words.as_slice() else {
        bail!("not understood: {line}")
    };
    signed.parse().with_context(|| line.to_owned())
}
