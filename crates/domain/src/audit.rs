//! The append-only log of acts, written in the act's own transaction.

use crate::{
    Granted, Result, Tx,
    access::{ActorKind, Permits, ReadAudit},
    cursor, spreadsheet,
};
use serde_json::Value;
use types::{AuditId, Page, PageQuery, UnitId, audit::AuditEntry};
use uuid::Uuid;

/// The thing that was acted on.
#[derive(Clone, Debug)]
pub struct Object<'a> {
    pub kind: &'a str,
    pub id: Option<Uuid>,
    /// A name for the reader; names of contacts do not belong here (law 10).
    pub name: &'a str,
}

impl<'a> Object<'a> {
    #[must_use]
    pub fn new(kind: &'a str, id: Uuid, name: &'a str) -> Self {
        Self {
            kind,
            id: Some(id),
            name,
        }
    }
}

/// Writes one line. `action` is noun.verb in the past tense; `detail` says what changed, without personal data.
pub async fn record<P: Permits>(
    tx: &mut Tx,
    by: &Granted<P>,
    action: &str,
    object: Object<'_>,
    detail: Value,
) -> Result<()> {
    record_as(tx, by.unit(), by.kind(), by.actor_name(), action, object, detail).await
}

/// [`record`] where there is no proof yet: sign-in, set-up.
pub async fn record_as(
    tx: &mut Tx,
    unit: UnitId,
    kind: ActorKind,
    name: &str,
    action: &str,
    object: Object<'_>,
    detail: Value,
) -> Result<()> {
    let (actor_kind, actor_id) = match kind {
        ActorKind::User(user) => ("user", Some(user.uuid())),
        ActorKind::Client(client) => ("client", Some(client.uuid())),
        ActorKind::System => ("system", None),
    };
    sqlx::query!(
        "insert into audit_log (id, at, unit_id, actor_kind, actor_id, actor_name, action, object_kind, object_id, object_name, detail)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        tx.uuid(),
        tx.now_sql() as _,
        unit.uuid(),
        actor_kind,
        actor_id,
        name,
        action,
        object.kind,
        object.id,
        object.name,
        detail,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The unit's log, newest first. Search looks at actor, action and object; filter `object` takes an object's id.
pub async fn list(tx: &mut Tx, by: &Granted<ReadAudit>, query: &PageQuery) -> Result<Page<AuditEntry>> {
    let after: Option<i64> = cursor::decode(query.after.as_deref())?;
    let object: Option<Uuid> = query.filters.get("object").and_then(|id| id.parse().ok());
    let search = format!("%{}%", like(&query.search));
    let limit = query.limit();
    let rows = sqlx::query!(
        r#"select seq, id as "id: AuditId", at, actor_kind, actor_id, actor_name, action, object_kind, object_id, object_name, detail
           from audit_log
           where unit_id = $1 and ($2::bigint is null or seq < $2) and ($3::uuid is null or object_id = $3)
             and ($4 = '%%' or actor_name ilike $4 or action ilike $4 or object_name ilike $4)
           order by seq desc limit $5"#,
        by.unit().uuid(),
        after,
        object,
        search,
        limit + 1,
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(
        Page::from_rows(rows, limit, |row| cursor::encode(&row.seq)).map(|row| AuditEntry {
            id: row.id,
            at: row.at.to_jiff(),
            actor_kind: row.actor_kind,
            actor_id: row.actor_id,
            actor_name: row.actor_name,
            action: row.action,
            object_kind: row.object_kind,
            object_id: row.object_id,
            object_name: row.object_name,
            detail: row.detail,
        }),
    )
}

/// The first line of the log as a file: a byte order mark, so that spreadsheets read it right, and the columns' names.
pub fn csv_head() -> Result<Vec<u8>> {
    let columns = [
        "at",
        "actor_kind",
        "actor",
        "action",
        "object_kind",
        "object_id",
        "object",
        "detail",
    ];
    spreadsheet::lines(spreadsheet::BYTE_ORDER_MARK, [columns])
}

/// Entries as lines of that file (RFC 4180, UTC), which no spreadsheet takes for formulas.
pub fn csv(entries: &[AuditEntry]) -> Result<Vec<u8>> {
    let lines = entries.iter().map(|entry| {
        [
            entry.at.to_string(),
            entry.actor_kind.clone(),
            entry.actor_name.clone(),
            entry.action.clone(),
            entry.object_kind.clone(),
            entry.object_id.map(|id| id.to_string()).unwrap_or_default(),
            entry.object_name.clone(),
            entry.detail.to_string(),
        ]
    });
    spreadsheet::lines(&[], lines)
}

/// Makes a search text harmless in `like`: `%`, `_` and `\` stand for themselves.
#[must_use]
pub fn like(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.trim().chars() {
        if matches!(c, '%' | '_' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
