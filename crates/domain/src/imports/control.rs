//! Starting, watching and stopping imports.

use super::check::Plan;
use super::upload::{MayImport, is_waiting};
use crate::access::ReadContacts;
use crate::audit::{self, Object};
use crate::error::Fields;
use crate::queue::{self, Job};
use crate::{Error, Granted, Result, Tx, cursor};
use jiff::Timestamp;
use serde_json::{Value, json};
use types::imports::{Import, ImportKind, ImportOptions, ImportStatus, Target};
use types::{ApiError, Code, ImportId, Page, PageQuery, TopicId};
use uuid::Uuid;

/// Longest consent wording, in characters.
const WORDING_CHARS: usize = 2_000;

struct Row {
    id: ImportId,
    kind: String,
    file_name: String,
    byte_size: i64,
    status: String,
    options: Value,
    rows_total: Option<i64>,
    rows_read: i64,
    rows_created: i64,
    rows_updated: i64,
    rows_unchanged: i64,
    rows_duplicate: i64,
    rows_failed: i64,
    rows_subscribed: i64,
    rows_kept_out: i64,
    rows_written: i64,
    bytes_read: i64,
    failure: Option<String>,
    cancel_requested: bool,
    remarks: i64,
    created_at: jiff_sqlx::Timestamp,
    started_at: Option<jiff_sqlx::Timestamp>,
    finished_at: Option<jiff_sqlx::Timestamp>,
}

impl Row {
    fn import(self, now: Timestamp) -> Result<Import> {
        Ok(Import {
            id: self.id,
            kind: self
                .kind
                .parse()
                .map_err(|_| Error::broken("unknown kind of import"))?,
            file_name: self.file_name,
            byte_size: self.byte_size,
            status: self
                .status
                .parse()
                .map_err(|_| Error::broken("unknown status of an import"))?,
            options: serde_json::from_value(self.options)?,
            rows_total: self.rows_total,
            rows_read: self.rows_read,
            rows_created: self.rows_created,
            rows_updated: self.rows_updated,
            rows_unchanged: self.rows_unchanged,
            rows_duplicate: self.rows_duplicate,
            rows_failed: self.rows_failed,
            rows_subscribed: self.rows_subscribed,
            rows_kept_out: self.rows_kept_out,
            rows_written: self.rows_written,
            bytes_read: self.bytes_read,
            failure: self.failure,
            cancel_requested: self.cancel_requested,
            remarks: self.remarks,
            created_at: self.created_at.to_jiff(),
            started_at: self.started_at.map(jiff_sqlx::Timestamp::to_jiff),
            finished_at: self.finished_at.map(jiff_sqlx::Timestamp::to_jiff),
            as_of: now,
        })
    }
}

/// One import of the unit, with its progress.
///
/// # Errors
/// When the database cannot be asked.
pub async fn get(tx: &mut Tx, by: &Granted<ReadContacts>, id: ImportId) -> Result<Option<Import>> {
    let row = sqlx::query_as!(
        Row,
        r#"select id as "id: ImportId", kind, file_name, byte_size, status, options, rows_total, rows_read, rows_created, rows_updated,
                  rows_unchanged, rows_duplicate, rows_failed, rows_subscribed, rows_kept_out, rows_written, bytes_read, failure,
                  cancel_requested, (select count(*) from import_errors e where e.import_id = imports.id) as "remarks!",
                  created_at, started_at, finished_at
           from imports where unit_id = $1 and id = $2"#,
        by.unit().uuid(),
        id.uuid()
    )
    .fetch_optional(tx.conn())
    .await?;
    let now = tx.now();
    row.map(|row| row.import(now)).transpose()
}

/// The unit's imports, newest first. Filters `status` and `kind`.
///
/// # Errors
/// A field error for a made-up cursor.
pub async fn list(tx: &mut Tx, by: &Granted<ReadContacts>, query: &PageQuery) -> Result<Page<Import>> {
    let after: Option<(Timestamp, Uuid)> = cursor::decode(query.after.as_deref())?;
    let filter = |key: &str| query.filters.get(key).filter(|value| !value.is_empty());
    let limit = query.limit();
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id: ImportId", kind, file_name, byte_size, status, options, rows_total, rows_read, rows_created, rows_updated,
                  rows_unchanged, rows_duplicate, rows_failed, rows_subscribed, rows_kept_out, rows_written, bytes_read, failure,
                  cancel_requested, 0::bigint as "remarks!", created_at, started_at, finished_at
           from imports
           where unit_id = $1 and status <> 'uploading' and ($2::text is null or status = $2) and ($3::text is null or kind = $3)
             and ($4::timestamptz is null or (created_at, id) < ($4, $5::uuid))
           order by created_at desc, id desc limit $6"#,
        by.unit().uuid(),
        filter("status"),
        filter("kind"),
        after.map(|(at, _)| crate::ts(at)) as _,
        after.map(|(_, id)| id),
        limit + 1,
    )
    .fetch_all(tx.conn())
    .await?;
    let now = tx.now();
    let page = Page::from_rows(rows, limit, |row| {
        cursor::encode(&(row.created_at.to_jiff(), row.id.uuid()))
    });
    let items = page
        .items
        .into_iter()
        .map(|row| row.import(now))
        .collect::<Result<Vec<_>>>()?;
    Ok(Page {
        items,
        next: page.next,
        total: None,
        estimated: false,
    })
}

/// Starts an uploaded import with what was chosen; a job does the rest.
///
/// # Errors
/// `import_no_key` when no column names people; field errors `targets` (two columns for one field), `topic_id`,
/// `consent_wording`, `reason`; wrong state when it was started already; not found when it is no upload of the unit.
pub async fn start<P: MayImport>(
    tx: &mut Tx,
    by: &Granted<P>,
    id: ImportId,
    options: &ImportOptions,
) -> Result<()> {
    let row = sqlx::query!(
        "select status, file_name from imports where unit_id = $1 and id = $2 and kind = $3 for update",
        by.unit().uuid(),
        id.uuid(),
        P::KIND.as_str()
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(Error::not_found)?;
    let status: ImportStatus = row
        .status
        .parse()
        .map_err(|_| Error::broken("unknown status of an import"))?;
    if !is_waiting(status) {
        return Err(Error::wrong_state(status.as_str()));
    }
    let options = check(tx, by, options).await?;
    sqlx::query!(
        "update imports set status = 'queued', options = $2 where id = $1",
        id.uuid(),
        serde_json::to_value(&options)?
    )
    .execute(tx.conn())
    .await?;
    queue::enqueue(tx, &Job::Import { import: id }).await?;
    audit::record(
        tx,
        by,
        "import.started",
        Object::new("import", id.uuid(), &row.file_name),
        json!({"kind": P::KIND, "topic": options.topic_id}),
    )
    .await
}

async fn check<P: MayImport>(tx: &mut Tx, by: &Granted<P>, given: &ImportOptions) -> Result<ImportOptions> {
    let mut options = given.clone();
    let mut fields = Fields::new();
    let twice = |target: &Target| {
        *target != Target::Ignore && options.targets.iter().filter(|t| *t == target).count() > 1
    };
    if options.targets.iter().any(twice) {
        fields.add("targets", Code::Taken);
    }
    let named = |name: &str| super::mapping::attribute_name(name) == name && !name.is_empty();
    if options
        .targets
        .iter()
        .any(|target| matches!(target, Target::Attribute(name) if !named(name)))
    {
        fields.add("targets", Code::BadFormat);
    }
    options.consent_wording = fields.optional_text("consent_wording", &given.consent_wording, WORDING_CHARS);
    options.consent_version = fields.optional_text("consent_version", &given.consent_version, 60);
    match P::KIND {
        ImportKind::Contacts => {
            options.reason = None;
            if !Plan::names_people(&options.targets) {
                return Err(Error::code(Code::ImportNoKey));
            }
            if let Some(topic) = options.topic_id {
                if !has_topic(tx, by, topic).await? {
                    fields.add("topic_id", Code::UnknownReference);
                }
                if options.consent_wording.is_empty() {
                    fields.add("consent_wording", Code::Required);
                }
            }
        }
        ImportKind::Suppressions => {
            options.topic_id = None;
            if !options.targets.contains(&Target::Email) {
                return Err(Error::code(Code::ImportNoKey));
            }
            if options.reason.is_none() {
                fields.add("reason", Code::Required);
            }
        }
    }
    fields.finish()?;
    Ok(options)
}

async fn has_topic<P: MayImport>(tx: &mut Tx, by: &Granted<P>, topic: TopicId) -> Result<bool> {
    Ok(sqlx::query_scalar!(
        r#"select exists (select from topics where unit_id = $1 and id = $2 and archived_at is null) as "has!""#,
        by.unit().uuid(),
        topic.uuid()
    )
    .fetch_one(tx.conn())
    .await?)
}

/// Stops an import. One that runs stops after the piece in hand; what it wrote stays.
///
/// # Errors
/// Wrong state when it is over; not found when it is none of the unit's.
pub async fn cancel<P: MayImport>(tx: &mut Tx, by: &Granted<P>, id: ImportId) -> Result<()> {
    let row = sqlx::query!(
        "select status, file_name from imports where unit_id = $1 and id = $2 and kind = $3 for update",
        by.unit().uuid(),
        id.uuid(),
        P::KIND.as_str()
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(Error::not_found)?;
    let status: ImportStatus = row
        .status
        .parse()
        .map_err(|_| Error::broken("unknown status of an import"))?;
    if status.is_over() {
        return Err(Error::wrong_state(status.as_str()));
    }
    if status == ImportStatus::Running {
        sqlx::query!(
            "update imports set cancel_requested = true where id = $1",
            id.uuid()
        )
        .execute(tx.conn())
        .await?;
    } else {
        sqlx::query!(
            "update imports set status = 'cancelled', cancel_requested = true, finished_at = $2 where id = $1",
            id.uuid(),
            tx.now_sql() as _
        )
        .execute(tx.conn())
        .await?;
        sqlx::query!("delete from import_parts where import_id = $1", id.uuid())
            .execute(tx.conn())
            .await?;
    }
    audit::record(
        tx,
        by,
        "import.cancelled",
        Object::new("import", id.uuid(), &row.file_name),
        json!({}),
    )
    .await
}

/// Takes back what an import brought: everybody who came into the unit by it is taken out again. Changes to people whom the
/// unit had before stay. Says how many were taken out.
///
/// # Errors
/// Wrong state while it runs; not found when it is none of the unit's.
pub async fn undo(tx: &mut Tx, by: &Granted<crate::access::ManageContacts>, id: ImportId) -> Result<u64> {
    let row = sqlx::query!(
        "select status, file_name from imports where unit_id = $1 and id = $2 and kind = 'contacts' for update",
        by.unit().uuid(),
        id.uuid()
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(Error::not_found)?;
    let status: ImportStatus = row
        .status
        .parse()
        .map_err(|_| Error::broken("unknown status of an import"))?;
    if !status.is_over() {
        return Err(Error::Refused(Box::new(ApiError::new(Code::ImportRunning))));
    }
    let removed = sqlx::query_scalar!(
        "delete from contact_units where unit_id = $1 and import_id = $2 returning contact_id",
        by.unit().uuid(),
        id.uuid()
    )
    .fetch_all(tx.conn())
    .await?;
    crate::contacts::update::forget(tx, by.unit().uuid(), &removed).await?;
    let count = u64::try_from(removed.len()).unwrap_or(u64::MAX);
    let object = Object::new("import", id.uuid(), &row.file_name);
    audit::record(tx, by, "import.undone", object, json!({"count": count})).await?;
    Ok(count)
}
