//! Messages caught when no relay is configured: what would have been sent, for whoever tries Campanile out.

use crate::{Domain, Granted, Result, Tx, access::ManageSystem, cursor, ts};
use jiff::{SignedDuration, Timestamp};
use sqlx::types::Uuid;
use std::collections::HashMap;
use types::{MailId, Page, PageQuery};

/// Messages kept at the most; the oldest go first.
const MOST: i64 = 20_000;
/// Days they are kept.
const DAYS: i64 = 30;

/// A message that arrived.
#[derive(Clone, Debug)]
pub struct NewMail {
    /// Envelope sender.
    pub sender: String,
    /// Envelope recipients.
    pub recipients: Vec<String>,
    /// The message.
    pub raw: Vec<u8>,
}

/// What a list shows of a message.
#[derive(Clone, Debug)]
pub struct MailRow {
    /// Which.
    pub id: MailId,
    /// When it was caught.
    pub received_at: Timestamp,
    /// Envelope sender.
    pub sender: String,
    /// Envelope recipients.
    pub recipients: Vec<String>,
    /// The From field, decoded.
    pub from: String,
    /// The To field, decoded.
    pub to: String,
    /// The subject, decoded.
    pub subject: String,
}

/// A message whole.
#[derive(Clone, Debug)]
pub struct Mail {
    /// What a list shows.
    pub row: MailRow,
    /// As received.
    pub raw: Vec<u8>,
}

/// Keeps one message.
///
/// # Errors
/// When the database cannot be asked.
pub async fn keep(domain: &Domain, mail: NewMail) -> Result<()> {
    let mut tx = domain.begin().await?;
    let id: MailId = tx.id();
    let head = headers::read(&mail.raw);
    sqlx::query!(
        "insert into captured_mail (id, received_at, envelope_from, envelope_to, header_from, header_to, subject, raw)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        id.uuid(),
        tx.now_sql() as _,
        mail.sender,
        &mail.recipients,
        head.from,
        head.to,
        head.subject,
        mail.raw
    )
    .execute(tx.conn())
    .await?;
    tx.commit().await
}

/// The newest first. Search looks at addresses and subject. `everybody`: the caller has made sure that the reader may see all mail (a
/// system admin, or the operator on the machine itself).
///
/// # Errors
/// When the database cannot be asked.
pub async fn list(tx: &mut Tx, _everybody: &Reader, query: &PageQuery) -> Result<Page<MailRow>> {
    let after: Option<(i64, Uuid)> = cursor::decode(query.after.as_deref())?;
    let after_at = after
        .and_then(|(at, _)| Timestamp::from_microsecond(at).ok())
        .map(ts);
    let search = format!("%{}%", crate::audit::like(&query.search));
    let limit = query.limit();
    let rows = sqlx::query!(
        r#"select id as "id: MailId", received_at, envelope_from, envelope_to, header_from, header_to, subject from captured_mail
           where ($1::timestamptz is null or (received_at, id) < ($1, $2))
             and ($3 = '%%' or subject ilike $3 or header_to ilike $3 or header_from ilike $3 or array_to_string(envelope_to, ' ') ilike $3)
           order by received_at desc, id desc limit $4"#,
        after_at as _,
        after.map(|(_, id)| id),
        search,
        limit + 1
    )
    .fetch_all(tx.conn())
    .await?;
    let rows: Vec<MailRow> = rows
        .into_iter()
        .map(|row| MailRow {
            id: row.id,
            received_at: row.received_at.to_jiff(),
            sender: row.envelope_from,
            recipients: row.envelope_to,
            from: row.header_from,
            to: row.header_to,
            subject: row.subject,
        })
        .collect();
    Ok(Page::from_rows(rows, limit, |row| {
        cursor::encode(&(row.received_at.as_microsecond(), row.id.uuid()))
    }))
}

/// [`list`] with the messages whole: for programs, who ask for few.
///
/// # Errors
/// When the database cannot be asked.
pub async fn list_whole(tx: &mut Tx, everybody: &Reader, query: &PageQuery) -> Result<Page<Mail>> {
    let page = list(tx, everybody, query).await?;
    let ids: Vec<Uuid> = page.items.iter().map(|row| row.id.uuid()).collect();
    let raws = sqlx::query!("select id, raw from captured_mail where id = any ($1)", &ids)
        .fetch_all(tx.conn())
        .await?;
    let mut raws: HashMap<Uuid, Vec<u8>> = raws.into_iter().map(|row| (row.id, row.raw)).collect();
    Ok(page.map(|row| Mail {
        raw: raws.remove(&row.id.uuid()).unwrap_or_default(),
        row,
    }))
}

/// One message.
///
/// # Errors
/// When the database cannot be asked.
pub async fn get(tx: &mut Tx, _everybody: &Reader, id: MailId) -> Result<Option<Mail>> {
    let row = sqlx::query!(
        r#"select id as "id: MailId", received_at, envelope_from, envelope_to, header_from, header_to, subject, raw
           from captured_mail where id = $1"#,
        id.uuid()
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(|row| Mail {
        row: MailRow {
            id: row.id,
            received_at: row.received_at.to_jiff(),
            sender: row.envelope_from,
            recipients: row.envelope_to,
            from: row.header_from,
            to: row.header_to,
            subject: row.subject,
        },
        raw: row.raw,
    }))
}

/// Empties the inbox. Says how many there were.
///
/// # Errors
/// When the database cannot be asked.
pub async fn clear(tx: &mut Tx, _everybody: &Reader) -> Result<u64> {
    let done = sqlx::query!("delete from captured_mail")
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected())
}

/// Removes what is old or too much.
///
/// # Errors
/// When the database cannot be asked.
pub async fn sweep(domain: &Domain) -> Result<()> {
    let before = domain.now() - SignedDuration::from_hours(24 * DAYS);
    sqlx::query!(
        "delete from captured_mail where received_at < $1
            or id in (select id from captured_mail order by received_at desc, id desc offset $2)",
        ts(before) as _,
        MOST
    )
    .execute(domain.pool())
    .await?;
    Ok(())
}

/// Proof that somebody may read the whole installation's captured mail.
#[derive(Debug)]
pub struct Reader(());

impl Reader {
    /// A system admin.
    #[must_use]
    pub fn admin(_by: &Granted<ManageSystem>) -> Self {
        Self(())
    }

    /// Whoever sits at the machine: a direct loopback peer, as the caller has made sure.
    #[must_use]
    pub fn at_the_machine() -> Self {
        Self(())
    }
}

mod headers;
