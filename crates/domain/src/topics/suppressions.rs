//! Addresses never to write to: the unit's own list, and the installation's (hard bounces, complaints).

use crate::access::{ManageSuppressions, ReadContacts};
use crate::audit::{self, Object, like};
use crate::contacts::address::EmailAddress;
use crate::error::Fields;
use crate::{Error, Granted, Result, Tx, cursor, ts};
use jiff::Timestamp;
use serde_json::json;
use types::suppressions::{Suppression, SuppressionInput, SuppressionReason};
use types::{Code, Page, PageQuery, SuppressionId};
use uuid::Uuid;

/// Longest remark, in characters.
const DETAIL_CHARS: usize = 300;
/// Totals are counted up to here; more is said to be an estimate.
const COUNTED: i64 = 10_000;

/// The unit's list, newest first. Lines that hold everywhere are shown as far as they concern people whom the unit has: the
/// list of all bounced addresses of the installation is no unit's business (law 3). Filter `reason`.
///
/// # Errors
/// When the database cannot be asked, or the cursor is made up.
pub async fn list(tx: &mut Tx, by: &Granted<ReadContacts>, query: &PageQuery) -> Result<Page<Suppression>> {
    let after: Option<(Timestamp, Uuid)> = cursor::decode(query.after.as_deref())?;
    let search = format!("%{}%", like(&query.search.to_lowercase()));
    let reason = query.filters.get("reason").filter(|reason| !reason.is_empty());
    let limit = query.limit();
    let rows = sqlx::query!(
        r#"select s.id as "id: SuppressionId", s.normalised, s.reason, s.unit_id is null as "everywhere!", s.source, s.detail, s.created_at
           from suppressions s
           where (s.unit_id = $1 or s.unit_id is null and exists (
                   select from identities i join contact_units m on m.contact_id = i.contact_id and m.unit_id = $1
                   where i.kind = 'email' and i.normalised = s.normalised))
             and ($2 = '%%' or s.normalised like $2) and ($3::text is null or s.reason = $3)
             and ($4::timestamptz is null or (s.created_at, s.id) < ($4, $5::uuid))
           order by s.created_at desc, s.id desc limit $6"#,
        by.unit().uuid(),
        search,
        reason,
        after.map(|(at, _)| ts(at)) as _,
        after.map(|(_, id)| id),
        limit + 1,
    )
    .fetch_all(tx.conn())
    .await?;
    let total = sqlx::query_scalar!(
        r#"select count(*) as "count!" from (
               select from suppressions s where s.unit_id = $1 and ($2 = '%%' or s.normalised like $2) and ($3::text is null or s.reason = $3)
               limit $4) x"#,
        by.unit().uuid(),
        search,
        reason,
        COUNTED + 1,
    )
    .fetch_one(tx.conn())
    .await?;
    let page = Page::from_rows(rows, limit, |row| {
        cursor::encode(&(row.created_at.to_jiff(), row.id.uuid()))
    })
    .with_total(total.min(COUNTED), total > COUNTED);
    let mut items = Vec::with_capacity(page.items.len());
    for row in page.items {
        items.push(Suppression {
            id: row.id,
            address: row.normalised,
            reason: row
                .reason
                .parse()
                .map_err(|_| Error::broken("unknown reason in suppressions"))?,
            everywhere: row.everywhere,
            source: row.source,
            detail: row.detail,
            created_at: row.created_at.to_jiff(),
        });
    }
    Ok(Page {
        items,
        next: page.next,
        total: page.total,
        estimated: page.estimated,
    })
}

/// Puts an address on the unit's list. Doing it twice changes nothing.
///
/// # Errors
/// Field errors `address`, `detail`.
pub async fn add(tx: &mut Tx, by: &Granted<ManageSuppressions>, input: &SuppressionInput) -> Result<()> {
    let mut fields = Fields::new();
    let detail = fields.optional_text("detail", &input.detail, DETAIL_CHARS);
    let address = match EmailAddress::parse(&input.address) {
        Ok(address) => Some(address),
        Err(error) => {
            let empty = error == crate::contacts::address::AddressError::Empty;
            fields.add("address", if empty { Code::Required } else { Code::BadEmail });
            None
        }
    };
    fields.finish()?;
    let address = address.ok_or_else(|| Error::field("address", Code::BadEmail))?;
    let id: SuppressionId = tx.id();
    let done = sqlx::query!(
        "insert into suppressions (id, normalised, reason, unit_id, source, detail, created_at, created_by)
         values ($1, $2, $3, $4, 'console', $5, $6, $7) on conflict do nothing",
        id.uuid(),
        address.normalised(),
        input.reason.as_str(),
        by.unit().uuid(),
        detail,
        tx.now_sql() as _,
        by.user_uuid(),
    )
    .execute(tx.conn())
    .await?;
    if done.rows_affected() > 0 {
        let detail = json!({"reason": input.reason});
        audit::record(
            tx,
            by,
            "suppression.added",
            Object::new("suppression", id.uuid(), ""),
            detail,
        )
        .await?;
    }
    Ok(())
}

/// Takes a line off the unit's list. The reason for it is written into the audit log, since mail to that address starts
/// again. Lines that hold everywhere are not a unit's to remove.
///
/// # Errors
/// Field error `why`; not found when it is no line of the unit's list.
pub async fn remove(
    tx: &mut Tx,
    by: &Granted<ManageSuppressions>,
    id: SuppressionId,
    why: &str,
) -> Result<()> {
    let mut fields = Fields::new();
    let why = fields.text("why", why, DETAIL_CHARS);
    fields.finish()?;
    let reason = sqlx::query_scalar!(
        "delete from suppressions where id = $1 and unit_id = $2 returning reason",
        id.uuid(),
        by.unit().uuid()
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(Error::not_found)?;
    let detail = json!({"reason": reason, "why": why});
    audit::record(
        tx,
        by,
        "suppression.removed",
        Object::new("suppression", id.uuid(), ""),
        detail,
    )
    .await
}

/// What delivery learned about an address, for the whole installation: an address that bounced hard, or whose owner
/// complained. Called by the engine; a replay changes nothing.
///
/// # Errors
/// When the database cannot be asked.
pub async fn learn(
    tx: &mut Tx,
    normalised: &str,
    reason: SuppressionReason,
    source: &str,
    detail: &str,
) -> Result<bool> {
    let id: SuppressionId = tx.id();
    let done = sqlx::query!(
        "insert into suppressions (id, normalised, reason, unit_id, source, detail, created_at)
         values ($1, $2, $3, null, $4, $5, $6) on conflict do nothing",
        id.uuid(),
        normalised,
        reason.as_str(),
        source,
        detail,
        tx.now_sql() as _,
    )
    .execute(tx.conn())
    .await?;
    if reason == SuppressionReason::Undeliverable {
        sqlx::query!(
            "update identities set bounced_at = $2 where kind = 'email' and normalised = $1 and bounced_at is null",
            normalised,
            tx.now_sql() as _
        )
        .execute(tx.conn())
        .await?;
    }
    Ok(done.rows_affected() > 0)
}
