use crate::access::{ExportContacts, ReadReports};
use crate::audit::{self, Object};
use crate::{Domain, Error, Granted, Result, Tx, cursor, spreadsheet};
use serde_json::json;
use types::campaigns::LedgerRow;
use types::{CampaignId, Code, ContactId, Page, PageQuery};

/// What a filter of outcomes may say, beside the outcomes themselves: no final one yet.
const WAITING: &str = "waiting";

/// The ledger of a campaign, line by line in its own order. Search looks at name and address; filters are `outcome`
/// (`sent`, `failed`, `suppressed`, `cancelled`, `ambiguous`, `waiting`) and `rule`.
///
/// # Errors
/// An outcome or cursor that is none; `NotFound` where the unit has no such campaign.
pub async fn ledger(
    tx: &mut Tx,
    by: &Granted<ReadReports>,
    id: CampaignId,
    query: &PageQuery,
) -> Result<Page<LedgerRow>> {
    let after: Option<i64> = cursor::decode(query.after.as_deref())?;
    let limit = query.limit();
    let rows = ledger_page(tx, by, id, query, after.unwrap_or(0), limit + 1).await?;
    Ok(Page::from_rows(rows, limit, |row| cursor::encode(&row.seq)))
}

/// Writes down that somebody takes a ledger out as a file: it has everyone's address and name.
///
/// # Errors
/// `NotFound` where the unit has no such campaign.
pub async fn ledger_exported(domain: &Domain, by: &Granted<ExportContacts>, id: CampaignId) -> Result<()> {
    let mut tx = domain.begin().await?;
    let name = sqlx::query_scalar!(
        "select name from campaigns where id = $1 and unit_id = $2",
        id.uuid(),
        by.unit().uuid()
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(Error::not_found)?;
    let campaign = Object::new("campaign", id.uuid(), &name);
    audit::record(&mut tx, by, "campaign.exported", campaign, json!({})).await?;
    tx.commit().await
}

/// Up to `limit` lines after number `after`: for a download, which goes on with the last number it got.
///
/// # Errors
/// As [`ledger`].
pub async fn ledger_page(
    tx: &mut Tx,
    by: &Granted<ReadReports>,
    id: CampaignId,
    query: &PageQuery,
    after: i64,
    limit: i64,
) -> Result<Vec<LedgerRow>> {
    let dispatch = sqlx::query_scalar!(
        r#"select d.id as "id?" from campaigns c left join dispatches d on d.campaign_id = c.id where c.id = $1 and c.unit_id = $2"#,
        id.uuid(),
        by.unit().uuid(),
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(Error::not_found)?;
    let Some(dispatch) = dispatch else {
        return Ok(Vec::new());
    };
    let filter = |key: &str| {
        query
            .filters
            .get(key)
            .map(String::as_str)
            .filter(|it| !it.is_empty())
    };
    let outcome = filter("outcome");
    if outcome
        .is_some_and(|it| !["sent", "failed", "suppressed", "cancelled", "ambiguous", WAITING].contains(&it))
    {
        return Err(Error::field("outcome", Code::UnknownReference));
    }
    let search = format!("%{}%", audit::like(&query.search));
    let rows = sqlx::query!(
        r#"select d.seq, d.contact_id as "contact_id: ContactId", d.address, d.first_name, d.last_name, d.language,
                  o.outcome as "outcome?", coalesce(o.rule, '') as "rule!", coalesce(o.reply_code, f.reply_code) as "reply_code?",
                  coalesce(o.reply, f.reply, '') as "reply!", coalesce(o.attempts, f.attempts, 0::smallint) as "attempts!", o.at as "at?"
           from deliveries d
           left join outcomes o on o.dispatch_id = d.dispatch_id and o.seq = d.seq
           left join deferrals f on f.dispatch_id = d.dispatch_id and f.seq = d.seq
           where d.dispatch_id = $1 and d.seq > $2
             and ($3::text is null or coalesce(o.outcome, 'waiting') = $3) and ($4::text is null or o.rule = $4)
             and ($5 = '%%' or d.address ilike $5 or d.first_name || ' ' || d.last_name ilike $5)
           order by d.seq limit $6"#,
        dispatch,
        after,
        outcome,
        filter("rule"),
        search,
        limit,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| LedgerRow {
            seq: row.seq,
            contact_id: row.contact_id,
            address: row.address,
            first_name: row.first_name,
            last_name: row.last_name,
            language: row.language,
            outcome: row.outcome,
            rule: row.rule,
            reply_code: row.reply_code,
            reply: row.reply,
            attempts: row.attempts,
            at: row.at.map(jiff_sqlx::Timestamp::to_jiff),
        })
        .collect())
}

/// The first line of the ledger as a file: a byte order mark, so that spreadsheets read it right, and the columns' names.
///
/// # Errors
/// When it cannot be written, which it always can.
pub fn ledger_csv_head() -> Result<Vec<u8>> {
    let columns = [
        "number",
        "contact",
        "address",
        "first_name",
        "last_name",
        "language",
        "outcome",
        "rule",
        "reply_code",
        "reply",
        "attempts",
        "at",
    ];
    spreadsheet::lines(spreadsheet::BYTE_ORDER_MARK, [columns])
}

/// Lines of that file (RFC 4180, UTC), which no spreadsheet takes for formulas.
///
/// # Errors
/// As [`ledger_csv_head`].
pub fn ledger_csv(rows: &[LedgerRow]) -> Result<Vec<u8>> {
    let lines = rows.iter().map(|row| {
        [
            row.seq.to_string(),
            row.contact_id.to_string(),
            row.address.clone(),
            row.first_name.clone(),
            row.last_name.clone(),
            row.language.clone(),
            row.outcome.clone().unwrap_or_else(|| WAITING.to_owned()),
            row.rule.clone(),
            row.reply_code.map(|code| code.to_string()).unwrap_or_default(),
            row.reply.clone(),
            row.attempts.to_string(),
            row.at.map(|at| at.to_string()).unwrap_or_default(),
        ]
    });
    spreadsheet::lines(&[], lines)
}
