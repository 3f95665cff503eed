//! A unit's sender domains.

use super::names::{domain_name, optional_domain, optional_origin, optional_rate};
use super::{keys, records};
use crate::error::Fields;
use crate::{
    Error, Granted, Result, Tx,
    access::ManageSenders,
    audit::{self, Object},
};
use serde_json::json;
use types::access::Permission;
use types::sending::{DnsCheck, SenderDomain, SenderDomainInput, WarmUp};
use types::{Code, FieldError, SenderDomainId, UnitId};

/// The unit's domains by name. There are few, so there are no pages.
pub async fn list_domains(tx: &mut Tx, by: &Granted<ManageSenders>) -> Result<Vec<SenderDomain>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id: SenderDomainId", unit_id as "unit_id: UnitId", domain, bounce_domain, tracking_origin, max_per_second,
                  warm_up, verified_at, last_check, created_at, edit_version
           from sender_domains where unit_id = $1 order by domain limit 1000"#,
        by.unit().uuid()
    )
    .fetch_all(tx.conn())
    .await?;
    let mut domains = Vec::with_capacity(rows.len());
    for row in rows {
        domains.push(whole(tx, row).await?);
    }
    Ok(domains)
}

/// One of the unit's domains.
pub async fn get_domain(
    tx: &mut Tx,
    by: &Granted<ManageSenders>,
    id: SenderDomainId,
) -> Result<Option<SenderDomain>> {
    let row = sqlx::query_as!(
        Row,
        r#"select id as "id: SenderDomainId", unit_id as "unit_id: UnitId", domain, bounce_domain, tracking_origin, max_per_second,
                  warm_up, verified_at, last_check, created_at, edit_version
           from sender_domains where id = $1 and unit_id = $2"#,
        id.uuid(),
        by.unit().uuid()
    )
    .fetch_optional(tx.conn())
    .await?;
    match row {
        None => Ok(None),
        Some(row) => whole(tx, row).await.map(Some),
    }
}

async fn whole(tx: &mut Tx, row: Row) -> Result<SenderDomain> {
    let mut domain = SenderDomain::try_from(&row)?;
    domain.keys = keys::of_domain(tx, domain.id).await?;
    let last = row
        .last_check
        .map(serde_json::from_value::<DnsCheck>)
        .transpose()?;
    domain.checked_at = last.as_ref().map(|check| check.at);
    domain.records = records::expected(tx, &domain, last).await?;
    Ok(domain)
}

/// Registers a domain for the unit. It must be one that the unit itself may send from: a domain that only a unit above has
/// is that unit's to set up. Who may change units gives the unit the domain by the same act.
///
/// # Errors
/// Fields that are not right, among them `domain`: `SenderDomain` when the unit may not send from it, `Taken` when a unit
/// has it already.
pub async fn create_domain(
    tx: &mut Tx,
    by: &Granted<ManageSenders>,
    input: &SenderDomainInput,
) -> Result<SenderDomainId> {
    let mut fields = Fields::new();
    let domain = domain_name(&input.domain);
    match &domain {
        None if input.domain.trim().is_empty() => {
            fields.add("domain", Code::Required);
        }
        None => {
            fields.add("domain", Code::BadFormat);
        }
        Some(domain) => permit(tx, by, domain, &mut fields).await?,
    }
    let checked = check(tx, input, fields)?;
    let domain = domain.unwrap_or_default();
    let id: SenderDomainId = tx.id();
    sqlx::query!(
        "insert into sender_domains (id, unit_id, domain, bounce_domain, tracking_origin, max_per_second, warm_up, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        id.uuid(),
        by.unit().uuid(),
        domain,
        checked.bounce_domain,
        checked.tracking_origin,
        input.max_per_second,
        checked.warm_up,
        tx.now_sql() as _,
    )
    .execute(tx.conn())
    .await?;
    let object = Object::new("sender_domain", id.uuid(), &domain);
    audit::record(tx, by, "sender_domain.created", object, checked.detail()).await?;
    Ok(id)
}

async fn permit(tx: &mut Tx, by: &Granted<ManageSenders>, domain: &str, fields: &mut Fields) -> Result<()> {
    let unit = by.unit().uuid();
    let own = sqlx::query_scalar!("select sender_domains from units where id = $1 for update", unit)
        .fetch_one(tx.conn())
        .await?;
    if own.iter().any(|own| own == domain) {
        return Ok(());
    }
    if !by.may(Permission::ManageUnits) {
        let error = FieldError::new("domain", Code::SenderDomain).with("domain", domain);
        fields.push(error.with("domains", own.join(", ")));
        return Ok(());
    }
    sqlx::query!(
        "update units set sender_domains = array(select unnest(sender_domains || $2::text) order by 1) where id = $1",
        unit,
        domain
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Changes where bounces and links of a domain go, and how fast it sends. Its name stays. Answers with the new edit version.
///
/// # Errors
/// Fields that are not right; `EditConflict` where somebody changed it meanwhile; not found.
pub async fn update_domain(
    tx: &mut Tx,
    by: &Granted<ManageSenders>,
    id: SenderDomainId,
    input: &SenderDomainInput,
) -> Result<i32> {
    let Locked { domain, edit_version } = lock(tx, by, id).await?;
    if edit_version != input.edit_version {
        return Err(Error::code(Code::EditConflict));
    }
    let checked = check(tx, input, Fields::new())?;
    let version = sqlx::query_scalar!(
        "update sender_domains set bounce_domain = $2, tracking_origin = $3, max_per_second = $4, warm_up = $5,
             edit_version = edit_version + 1
         where id = $1 returning edit_version",
        id.uuid(),
        checked.bounce_domain,
        checked.tracking_origin,
        input.max_per_second,
        checked.warm_up,
    )
    .fetch_one(tx.conn())
    .await?;
    let object = Object::new("sender_domain", id.uuid(), &domain);
    audit::record(tx, by, "sender_domain.updated", object, checked.detail()).await?;
    Ok(version)
}

/// Forgets a domain and destroys its keys. Mail from it is not signed any more; the unit may still send from it.
///
/// # Errors
/// Not found.
pub async fn remove_domain(tx: &mut Tx, by: &Granted<ManageSenders>, id: SenderDomainId) -> Result<()> {
    let Locked { domain, .. } = lock(tx, by, id).await?;
    sqlx::query!("delete from sender_domains where id = $1", id.uuid())
        .execute(tx.conn())
        .await?;
    let object = Object::new("sender_domain", id.uuid(), &domain);
    audit::record(tx, by, "sender_domain.removed", object, json!({})).await
}

pub(super) struct Locked {
    pub domain: String,
    pub edit_version: i32,
}

/// One of the unit's domains, kept from being changed meanwhile.
pub(super) async fn lock(tx: &mut Tx, by: &Granted<ManageSenders>, id: SenderDomainId) -> Result<Locked> {
    sqlx::query_as!(
        Locked,
        "select domain, edit_version from sender_domains where id = $1 and unit_id = $2 for update",
        id.uuid(),
        by.unit().uuid()
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(Error::not_found)
}

struct Checked {
    bounce_domain: Option<String>,
    tracking_origin: Option<String>,
    max_per_second: Option<f64>,
    warm_up: Option<serde_json::Value>,
}

impl Checked {
    fn detail(&self) -> serde_json::Value {
        json!({
            "bounce_domain": self.bounce_domain,
            "tracking_origin": self.tracking_origin,
            "max_per_second": self.max_per_second,
            "warm_up": self.warm_up,
        })
    }
}

fn check(tx: &Tx, input: &SenderDomainInput, mut fields: Fields) -> Result<Checked> {
    let bounce_domain = optional_domain(&mut fields, "bounce_domain", &input.bounce_domain);
    let tracking_origin = optional_origin(
        &mut fields,
        "tracking_origin",
        &input.tracking_origin,
        tx.public_url(),
    );
    optional_rate(&mut fields, "max_per_second", input.max_per_second);
    if let Some(plan) = &input.warm_up {
        check_warm_up(&mut fields, plan);
    }
    fields.finish()?;
    let warm_up = input.warm_up.as_ref().map(serde_json::to_value).transpose()?;
    Ok(Checked {
        bounce_domain,
        tracking_origin,
        max_per_second: input.max_per_second,
        warm_up,
    })
}

fn check_warm_up(fields: &mut Fields, plan: &WarmUp) {
    if plan.started_on.parse::<jiff::civil::Date>().is_err() {
        fields.add("warm_up.started_on", Code::BadFormat);
    }
    if !(1..=1_000_000_000).contains(&plan.first_day) {
        fields.add("warm_up.first_day", Code::OutOfRange);
    }
    if !(plan.factor > 1.0 && plan.factor <= 10.0) {
        fields.add("warm_up.factor", Code::OutOfRange);
    }
}

struct Row {
    id: SenderDomainId,
    unit_id: UnitId,
    domain: String,
    bounce_domain: Option<String>,
    tracking_origin: Option<String>,
    max_per_second: Option<f64>,
    warm_up: Option<serde_json::Value>,
    verified_at: Option<jiff_sqlx::Timestamp>,
    last_check: Option<serde_json::Value>,
    created_at: jiff_sqlx::Timestamp,
    edit_version: i32,
}

impl TryFrom<&Row> for SenderDomain {
    type Error = Error;

    fn try_from(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.id,
            unit_id: row.unit_id,
            domain: row.domain.clone(),
            bounce_domain: row.bounce_domain.clone().unwrap_or_default(),
            tracking_origin: row.tracking_origin.clone().unwrap_or_default(),
            max_per_second: row.max_per_second,
            warm_up: row.warm_up.clone().map(serde_json::from_value).transpose()?,
            verified_at: row.verified_at.map(jiff_sqlx::Timestamp::to_jiff),
            checked_at: None,
            created_at: row.created_at.to_jiff(),
            edit_version: row.edit_version,
            keys: Vec::new(),
            records: Vec::new(),
        })
    }
}
