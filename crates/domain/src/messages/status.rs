use crate::access::ReadMessages;
use crate::dispatch::{AttachedTo, Extra};
use crate::{Error, Granted, Result, Tx, cursor, ts};
use jiff::Timestamp;
use types::messages::{AttachedFile, MessageDetail, MessageEvent, MessageFilter, MessageRow, MessageState};
use types::{DispatchId, MessageId, Page, PageQuery, UnitId};
use uuid::Uuid;

/// Where a message is in the ledger.
pub(super) struct Place {
    pub id: MessageId,
    pub dispatch: DispatchId,
    pub seq: i64,
}

/// A message of the unit by its id or its caller's key.
pub(super) async fn locate(tx: &mut Tx, unit: UnitId, id_or_key: &str) -> Result<Option<Place>> {
    Ok(sqlx::query_as!(
        Place,
        r#"select id as "id: MessageId", dispatch_id as "dispatch: DispatchId", seq from messages
           where unit_id = $1 and (id = $2 or key = $3) order by id = $2 desc nulls last limit 1"#,
        unit.uuid(),
        Uuid::parse_str(id_or_key).ok(),
        id_or_key
    )
    .fetch_optional(tx.conn())
    .await?)
}

struct Row {
    id: MessageId,
    key: String,
    definition: String,
    version: i32,
    address: String,
    contact_key: Option<String>,
    outcome: Option<String>,
    rule: Option<String>,
    deferred: bool,
    created_at: jiff_sqlx::Timestamp,
    send_at: Option<jiff_sqlx::Timestamp>,
    due_at: Option<jiff_sqlx::Timestamp>,
    expires_at: Option<jiff_sqlx::Timestamp>,
    metadata: serde_json::Value,
}

impl Row {
    fn row(self, now: Timestamp) -> Result<MessageRow> {
        let due_at = self.due_at.map(jiff_sqlx::Timestamp::to_jiff);
        let state = match self.outcome {
            Some(outcome) => outcome
                .parse()
                .map_err(|_| Error::broken("unknown outcome in the ledger"))?,
            None if self.deferred => MessageState::Retrying,
            None if due_at.is_some_and(|at| at > now) => MessageState::Scheduled,
            None => MessageState::Queued,
        };
        Ok(MessageRow {
            id: self.id,
            key: self.key,
            definition: self.definition,
            version: self.version,
            address: self.address,
            contact_key: self.contact_key,
            state,
            rule: self.rule.unwrap_or_default(),
            created_at: self.created_at.to_jiff(),
            send_at: self.send_at.map(jiff_sqlx::Timestamp::to_jiff),
            due_at,
            expires_at: self.expires_at.map(jiff_sqlx::Timestamp::to_jiff),
            metadata: self.metadata,
        })
    }
}

/// A message whole, by its id or its caller's key; none where the unit has no such message.
///
/// # Errors
/// When the database cannot be asked.
pub async fn find(tx: &mut Tx, by: &Granted<ReadMessages>, id_or_key: &str) -> Result<Option<MessageDetail>> {
    let Some(place) = locate(tx, by.unit(), id_or_key).await? else {
        return Ok(None);
    };
    let row = sqlx::query_as!(
        Row,
        r#"select m.id as "id: MessageId", m.key, c.key as "definition!", r.number as version, m.address, u.key as "contact_key?",
                  o.outcome as "outcome?", o.rule as "rule?", x.seq is not null as "deferred!", m.created_at, m.send_at, m.due_at, m.expires_at, m.metadata
           from messages m join campaigns c on c.id = m.definition_id join campaign_revisions r on r.id = m.revision_id
               left join contact_units u on u.unit_id = m.unit_id and u.contact_id = m.contact_id
               left join outcomes o on o.dispatch_id = m.dispatch_id and o.seq = m.seq
               left join deferrals x on x.dispatch_id = m.dispatch_id and x.seq = m.seq
           where m.id = $1"#,
        place.id.uuid()
    )
    .fetch_one(tx.conn())
    .await?;
    let end = sqlx::query!(
        r#"select o.outcome, o.at, o.reply_code, o.reply, o.attempts from outcomes o where o.dispatch_id = $1 and o.seq = $2"#,
        place.dispatch.uuid(),
        place.seq
    )
    .fetch_optional(tx.conn())
    .await?;
    let waits = sqlx::query!(
        r#"select x.first_at, x.reply_code, x.reply, x.attempts from deferrals x where x.dispatch_id = $1 and x.seq = $2"#,
        place.dispatch.uuid(),
        place.seq
    )
    .fetch_optional(tx.conn())
    .await?;
    let asked = sqlx::query!(
        "select rules, is_test, extra from messages where id = $1",
        place.id.uuid()
    )
    .fetch_one(tx.conn())
    .await?;
    let extra: Extra = match asked.extra {
        Some(extra) => serde_json::from_value(extra)?,
        None => Extra::default(),
    };
    let message = row.row(tx.now())?;
    let event = |kind: &str, at: jiff_sqlx::Timestamp, detail: &str| MessageEvent {
        kind: kind.to_owned(),
        at: at.to_jiff(),
        detail: detail.to_owned(),
        verdict: None,
    };
    let mut events = vec![event("accepted", ts(message.created_at), "")];
    if let Some(waits) = &waits {
        events.push(event("deferred", waits.first_at, &waits.reply));
    }
    if let Some(end) = &end {
        events.push(event(&end.outcome, end.at, &end.reply));
    }
    let later = sqlx::query!(
        r#"select e.kind, e.at, e.verdict, l.url as "url?" from events e
               left join messages m on m.dispatch_id = e.dispatch_id and m.seq = e.seq
               left join deliveries d on d.dispatch_id = e.dispatch_id and d.seq = e.seq
               left join dispatch_links l on l.dispatch_id = e.dispatch_id and l.number = e.link and l.language = d.language
           where e.dispatch_id = $1 and e.seq = $2 order by e.at, e.id limit 1000"#,
        place.dispatch.uuid(),
        place.seq
    )
    .fetch_all(tx.conn())
    .await?;
    for row in later {
        let told = matches!(row.kind.as_str(), "opened" | "clicked");
        events.push(MessageEvent {
            verdict: told.then_some(row.verdict),
            ..event(&row.kind, row.at, row.url.as_deref().unwrap_or(""))
        });
    }
    let (reply_code, reply, attempts) = match (end, waits) {
        (Some(end), _) => (end.reply_code, end.reply, end.attempts),
        (None, Some(waits)) => (waits.reply_code, waits.reply, waits.attempts),
        (None, None) => (None, String::new(), 0),
    };
    Ok(Some(MessageDetail {
        message,
        reply_code,
        reply,
        attempts,
        reply_to: extra.reply_to.unwrap_or_default(),
        cc: extra.cc,
        bcc: extra.bcc,
        left_out: extra.left_out,
        attachments: extra.files.into_iter().map(attached).collect(),
        test: asked.is_test,
        rules: serde_json::from_value(asked.rules)?,
        events,
    }))
}

fn attached(file: AttachedTo) -> AttachedFile {
    AttachedFile {
        name: file.name,
        content_type: file.kind,
        size: i64::try_from(file.size).unwrap_or(i64::MAX),
    }
}

/// The unit's messages, the last first, by address, key, definition and time.
///
/// # Errors
/// A cursor that is none.
pub async fn search(
    tx: &mut Tx,
    by: &Granted<ReadMessages>,
    filter: &MessageFilter,
    query: &PageQuery,
) -> Result<Page<MessageRow>> {
    let after: Option<(Timestamp, MessageId)> = cursor::decode(query.after.as_deref())?;
    let (after_at, after_id) = after.unzip();
    let limit = query.limit();
    let some = |text: &str| Some(text.trim().to_owned()).filter(|it| !it.is_empty());
    let rows = sqlx::query_as!(
        Row,
        r#"select m.id as "id: MessageId", m.key, c.key as "definition!", r.number as version, m.address, u.key as "contact_key?",
                  o.outcome as "outcome?", o.rule as "rule?", x.seq is not null as "deferred!", m.created_at, m.send_at, m.due_at, m.expires_at, m.metadata
           from (
               select * from messages m
               where m.unit_id = $1 and ($2::text is null or m.address = lower($2)) and ($3::text is null or m.key = $3)
                 and ($4::text is null or m.definition_id = (select d.id from campaigns d where d.unit_id = $1 and d.key = $4 and d.kind = 'message'))
                 and ($5::timestamptz is null or m.created_at >= $5) and ($6::timestamptz is null or m.created_at < $6)
                 and ($7::timestamptz is null or (m.created_at, m.id) < ($7, $8))
               order by m.created_at desc, m.id desc limit $9
           ) m join campaigns c on c.id = m.definition_id join campaign_revisions r on r.id = m.revision_id
               left join contact_units u on u.unit_id = m.unit_id and u.contact_id = m.contact_id
               left join outcomes o on o.dispatch_id = m.dispatch_id and o.seq = m.seq
               left join deferrals x on x.dispatch_id = m.dispatch_id and x.seq = m.seq
           order by m.created_at desc, m.id desc"#,
        by.unit().uuid(),
        some(&filter.address),
        some(&filter.key),
        some(&filter.definition),
        filter.from.map(ts) as Option<jiff_sqlx::Timestamp>,
        filter.to.map(ts) as Option<jiff_sqlx::Timestamp>,
        after_at.map(ts) as Option<jiff_sqlx::Timestamp>,
        after_id.map(MessageId::uuid),
        limit + 1
    )
    .fetch_all(tx.conn())
    .await?;
    let now = tx.now();
    let page = Page::from_rows(rows, limit, |row| {
        cursor::encode(&(row.created_at.to_jiff(), row.id))
    });
    Ok(Page {
        items: page
            .items
            .into_iter()
            .map(|row| row.row(now))
            .collect::<Result<_>>()?,
        next: page.next,
        total: None,
        estimated: false,
    })
}
