//! The DNS records around a sender domain: what to publish, and what a look at them found.

use super::domains::{Locked, get_domain, lock};
use super::names::{domain_name, host_of};
use super::{Outside, engine, keys};
use crate::{
    Domain, Error, Granted, Result, Tx,
    access::ManageSenders,
    audit::{self, Object},
};
use serde_json::json;
use types::SenderDomainId;
use types::sending::{DkimState, DnsCheck, DnsRecord, RecordPurpose, RecordState, SenderDomain};

/// What to publish for a domain, with what the last check found of each record that is still the same.
pub(super) async fn expected(
    tx: &mut Tx,
    domain: &SenderDomain,
    last: Option<DnsCheck>,
) -> Result<Vec<DnsRecord>> {
    let places = engine::places_of(tx, domain.unit_id, &domain.domain).await?;
    let bounce = places.bounce_domain.unwrap_or_else(|| domain.domain.clone());
    let ours = host_of(tx.public_url()).to_owned();
    let record = |purpose, name: String, kind: &str, value: String| DnsRecord {
        purpose,
        name,
        kind: kind.to_owned(),
        value,
        key: None,
        state: RecordState::Unchecked,
        found: Vec::new(),
    };
    let mut records = Vec::new();
    for key in domain.keys.iter().filter(|key| key.state != DkimState::Retired) {
        let name = format!("{}._domainkey.{}", key.selector, domain.domain);
        let mut dkim = record(RecordPurpose::Dkim, name, "TXT", key.public_record.clone());
        dkim.key = Some(key.id);
        records.push(dkim);
    }
    let spf = spf_of(&engine::relay_hosts(tx).await?);
    records.push(record(RecordPurpose::Spf, bounce.clone(), "TXT", spf));
    let dmarc = format!("v=DMARC1; p=none; rua=mailto:dmarc@{}", domain.domain);
    records.push(record(
        RecordPurpose::Dmarc,
        format!("_dmarc.{}", domain.domain),
        "TXT",
        dmarc,
    ));
    // Records can only point at a name: not at the address of a machine that is being tried out.
    let named = domain_name(&ours).is_some();
    if named {
        records.push(record(
            RecordPurpose::BounceMx,
            bounce,
            "MX",
            format!("10 {ours}."),
        ));
    }
    let tracking = host_of(&places.tracking_origin);
    if named && tracking != ours {
        records.push(record(
            RecordPurpose::Tracking,
            tracking.to_owned(),
            "CNAME",
            format!("{ours}."),
        ));
    }
    if let Some(last) = last {
        for record in &mut records {
            let seen = last.records.iter().find(|it| {
                (it.purpose, &it.name, &it.kind) == (record.purpose, &record.name, &record.kind)
                    && (it.value == record.value || record.purpose == RecordPurpose::Spf)
            });
            if let Some(seen) = seen {
                (record.state, record.found) = (seen.state, seen.found.clone());
            }
        }
    }
    Ok(records)
}

/// A suggestion: the relays themselves. Where they hand on to others, their operator knows better.
fn spf_of(relays: &[String]) -> String {
    let mut text = "v=spf1".to_owned();
    for host in relays {
        match host.parse::<std::net::IpAddr>() {
            Ok(address) if address.is_loopback() => {}
            Ok(std::net::IpAddr::V4(address)) => text.push_str(&format!(" ip4:{address}")),
            Ok(std::net::IpAddr::V6(address)) => text.push_str(&format!(" ip6:{address}")),
            Err(_) if host.contains('.') => text.push_str(&format!(" a:{host}")),
            Err(_) => {}
        }
    }
    if text == "v=spf1" {
        text.push_str(" mx");
    }
    text.push_str(" ~all");
    text
}

/// Keeps what a check of the domain's records found, and lets waiting keys sign whose records are there.
///
/// # Errors
/// Not found when the unit has no such domain (any more).
pub async fn checked(
    tx: &mut Tx,
    by: &Granted<ManageSenders>,
    id: SenderDomainId,
    records: Vec<DnsRecord>,
) -> Result<()> {
    let Locked { domain, .. } = lock(tx, by, id).await?;
    let present = keys::of_domain(tx, id).await?;
    let seen: Vec<_> = records
        .iter()
        .filter(|record| record.state == RecordState::Found)
        .filter_map(|record| {
            let key = present.iter().find(|key| Some(key.id) == record.key)?;
            (key.public_record == record.value).then_some(key.id)
        })
        .collect();
    keys::activate_seen(tx, by, id, &domain, &seen).await?;
    let count = |state| records.iter().filter(|record| record.state == state).count();
    let detail = json!({
        "found": count(RecordState::Found),
        "missing": count(RecordState::Missing),
        "different": count(RecordState::Different),
        "failed": count(RecordState::Failed),
    });
    let check = DnsCheck {
        at: tx.now(),
        records,
    };
    sqlx::query!(
        "update sender_domains set last_check = $2, verified_at = coalesce(verified_at, case when $3 then $4::timestamptz end)
         where id = $1",
        id.uuid(),
        serde_json::to_value(&check)?,
        !seen.is_empty(),
        tx.now_sql() as _
    )
    .execute(tx.conn())
    .await?;
    let object = Object::new("sender_domain", id.uuid(), &domain);
    audit::record(tx, by, "sender_domain.checked", object, detail).await
}

/// Looks a domain's records up, keeps what was found, and answers with the domain as it is then. No transaction is open
/// while resolvers are waited for.
///
/// # Errors
/// Not found when the unit has no such domain.
pub async fn check_domain(
    domain: &Domain,
    by: &Granted<ManageSenders>,
    outside: &dyn Outside,
    id: SenderDomainId,
) -> Result<SenderDomain> {
    let mut tx = domain.begin().await?;
    let before = get_domain(&mut tx, by, id).await?.ok_or_else(Error::not_found)?;
    drop(tx);
    let records = outside.look_up(before.records).await;
    let mut tx = domain.begin().await?;
    checked(&mut tx, by, id, records).await?;
    let after = get_domain(&mut tx, by, id).await?.ok_or_else(Error::not_found)?;
    tx.commit().await?;
    Ok(after)
}

#[cfg(test)]
mod tests {
    use super::spf_of;

    #[test]
    fn spf_names_the_relays() {
        let hosts = ["relay.example.edu", "192.0.2.7", "127.0.0.1", "localhost"].map(str::to_owned);
        assert_eq!(spf_of(&hosts), "v=spf1 a:relay.example.edu ip4:192.0.2.7 ~all");
        assert_eq!(spf_of(&[]), "v=spf1 mx ~all");
    }
}
