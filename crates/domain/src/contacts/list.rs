//! The people of a unit: search, filters, sorting, keyset paging, and counts that come at once.

use crate::access::{Permits, ReadContacts};
use crate::audit::like;
use crate::{Error, Granted, Result, Tx, cursor, ts};
use jiff::Timestamp;
use serde_json::Value;
use types::contacts::ContactSummary;
use types::{Code, ContactId, Page, PageQuery};
use uuid::Uuid;

/// Counts are exact up to here and estimates beyond.
pub const COUNTED: i64 = 10_000;
/// Rows looked at for an estimate.
const SAMPLED: f64 = 20_000.0;

/// Which people: search and filters, checked. The same for list, count, export and bulk acts.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// For `like`, in lower case; `%%` for everybody.
    search: String,
    status: Option<String>,
    language: Option<String>,
    topic: Option<Uuid>,
    import: Option<Uuid>,
    /// `{"faculty": "law"}`
    attribute: Option<Value>,
}

impl Filter {
    /// Reads `search` and the filters `status`, `language`, `topic` (id), `import` (id), `attribute` (`name=value`).
    ///
    /// # Errors
    /// A field error for a filter that cannot be read.
    pub fn of(query: &PageQuery) -> Result<Self> {
        let text = |key: &str| {
            query
                .filters
                .get(key)
                .map(|value| value.trim())
                .filter(|value| !value.is_empty())
        };
        let id = |key: &str| {
            text(key)
                .map(|value| {
                    value
                        .parse::<Uuid>()
                        .map_err(|_| Error::field(key, Code::BadFormat))
                })
                .transpose()
        };
        let attribute = text("attribute").map(|pair| match pair.split_once('=') {
            Some((name, value)) => Ok(serde_json::json!({ name.trim(): value.trim() })),
            None => Err(Error::field("attribute", Code::BadFormat)),
        });
        Ok(Self {
            search: format!("%{}%", like(&query.search.to_lowercase())),
            status: text("status").map(str::to_owned),
            language: text("language").map(str::to_owned),
            topic: id("topic")?,
            import: id("import")?,
            attribute: attribute.transpose()?,
        })
    }

    fn is_everybody(&self) -> bool {
        self.search == "%%"
            && self.status.is_none()
            && self.language.is_none()
            && self.topic.is_none()
            && self.import.is_none()
            && self.attribute.is_none()
    }
}

struct Row {
    id: ContactId,
    email: String,
    first_name: String,
    last_name: String,
    language: Option<String>,
    key: Option<String>,
    status: String,
    topics: i64,
    created_at: jiff_sqlx::Timestamp,
    /// What the page is sorted by, where that is a text.
    sort_key: String,
}

/// One page of the list in one order. The order and the cursor's condition are the only parts that differ, and they must be
/// part of the statement's text for an index to be used.
macro_rules! page {
    ($tx:expr, $unit:expr, $filter:expr, $limit:expr, $sort:literal, $after:literal, $order:literal, $at:expr, $text:expr, $id:expr) => {
        sqlx::query_as!(
            Row,
            r#"select m.contact_id as "id: ContactId", coalesce(i.value, '') as "email!", c.first_name, c.last_name, c.language, m.key,
                contact_status(c.erased_at, c.restricted_at, i.id, i.bounced_at, c.complained_at, c.unsubscribed_all_at) as "status!",
                (select count(*) from subscriptions s join topics t on t.id = s.topic_id
                 where s.contact_id = m.contact_id and s.status = 'subscribed' and t.unit_id = $1) as "topics!",
                m.created_at, "# + $sort + r#" as "sort_key!"
            from contact_units m
            join contacts c on c.id = m.contact_id
            left join identities i on i.contact_id = m.contact_id and i.kind = 'email' and i.is_primary
            where m.unit_id = $1
                and ($2 = '%%' or i.normalised like $2 or lower(c.first_name || ' ' || c.last_name) like $2 or lower(m.key) like $2)
                and ($3::text is null or contact_status(c.erased_at, c.restricted_at, i.id, i.bounced_at, c.complained_at, c.unsubscribed_all_at) = $3)
                and ($4::text is null or c.language = $4)
                and ($5::uuid is null or exists (
                    select from subscriptions s join topics t on t.id = s.topic_id
                    where s.contact_id = m.contact_id and s.topic_id = $5 and s.status = 'subscribed' and t.unit_id = $1))
                and ($6::uuid is null or m.import_id = $6)
                and ($7::jsonb is null or m.attributes @> $7)
                and ($8::timestamptz is null and $9::text is null or "# + $after + r#")
            order by "# + $order + r#" limit $11"#,
            $unit,
            $filter.search,
            $filter.status,
            $filter.language,
            $filter.topic,
            $filter.import,
            $filter.attribute,
            $at as _,
            $text,
            $id,
            $limit + 1,
        )
        .fetch_all($tx.conn())
        .await?
    };
}

/// Where a page goes on: the time or text it is sorted by, and the person.
type Cursor = (Option<Timestamp>, Option<String>, Uuid);

/// The people of the unit. Sorted by `created` (newest first when nothing is said), `name` or `email`; `-` reverses.
///
/// # Errors
/// Field errors of filters, or of a made-up cursor.
pub async fn list(
    tx: &mut Tx,
    by: &Granted<ReadContacts>,
    query: &PageQuery,
) -> Result<Page<ContactSummary>> {
    let filter = Filter::of(query)?;
    page_of(tx, by, &filter, query).await
}

/// [`list`] for any permission that includes seeing people: the export reads its pages here.
pub(super) async fn page_of<P: Permits>(
    tx: &mut Tx,
    by: &Granted<P>,
    filter: &Filter,
    query: &PageQuery,
) -> Result<Page<ContactSummary>> {
    let after: Option<Cursor> = cursor::decode(query.after.as_deref())?;
    let (at, text, id) = match after {
        Some((at, text, id)) => (at.map(ts), text, Some(id)),
        None => (None, None, None),
    };
    let unit = by.unit().uuid();
    let limit = query.limit();
    let (column, descending) = query.sort_by();
    let by_time = !matches!(column, "name" | "email");
    let rows = match (column, descending) {
        ("name", false) => page!(
            tx,
            unit,
            filter,
            limit,
            "lower(c.last_name || ' ' || c.first_name)",
            "(lower(c.last_name || ' ' || c.first_name), m.contact_id) > ($9, $10::uuid)",
            "lower(c.last_name || ' ' || c.first_name), m.contact_id",
            at,
            text,
            id
        ),
        ("name", true) => page!(
            tx,
            unit,
            filter,
            limit,
            "lower(c.last_name || ' ' || c.first_name)",
            "(lower(c.last_name || ' ' || c.first_name), m.contact_id) < ($9, $10::uuid)",
            "lower(c.last_name || ' ' || c.first_name) desc, m.contact_id desc",
            at,
            text,
            id
        ),
        ("email", false) => page!(
            tx,
            unit,
            filter,
            limit,
            "coalesce(i.normalised, '')",
            "(coalesce(i.normalised, ''), m.contact_id) > ($9, $10::uuid)",
            "coalesce(i.normalised, ''), m.contact_id",
            at,
            text,
            id
        ),
        ("email", true) => page!(
            tx,
            unit,
            filter,
            limit,
            "coalesce(i.normalised, '')",
            "(coalesce(i.normalised, ''), m.contact_id) < ($9, $10::uuid)",
            "coalesce(i.normalised, '') desc, m.contact_id desc",
            at,
            text,
            id
        ),
        ("created", false) => page!(
            tx,
            unit,
            filter,
            limit,
            "''",
            "(m.created_at, m.contact_id) > ($8, $10::uuid)",
            "m.created_at, m.contact_id",
            at,
            text,
            id
        ),
        _ => page!(
            tx,
            unit,
            filter,
            limit,
            "''",
            // The index runs by time downwards and person upwards.
            "(m.created_at < $8 or m.created_at = $8 and m.contact_id > $10::uuid)",
            "m.created_at desc, m.contact_id",
            at,
            text,
            id
        ),
    };
    let (total, estimated) = count_of(tx, by, filter).await?;
    let page = Page::from_rows(rows, limit, |row| {
        let cursor: Cursor = if by_time {
            (Some(row.created_at.to_jiff()), None, row.id.uuid())
        } else {
            (None, Some(row.sort_key.clone()), row.id.uuid())
        };
        cursor::encode(&cursor)
    })
    .with_total(total, estimated);
    let mut items = Vec::with_capacity(page.items.len());
    for row in page.items {
        items.push(ContactSummary {
            id: row.id,
            email: row.email,
            first_name: row.first_name,
            last_name: row.last_name,
            language: row.language.and_then(|language| language.parse().ok()),
            key: row.key,
            status: row
                .status
                .parse()
                .map_err(|_| Error::broken("unknown status of a contact"))?,
            topics: row.topics,
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

/// How many people the unit has under these filters, and whether that is an estimate.
///
/// # Errors
/// When the database cannot be asked.
pub async fn count(tx: &mut Tx, by: &Granted<ReadContacts>, filter: &Filter) -> Result<(i64, bool)> {
    count_of(tx, by, filter).await
}

/// Exact as long as counting is quick; beyond, scaled up from randomly chosen pages of the table.
async fn count_of<P: Permits>(tx: &mut Tx, by: &Granted<P>, filter: &Filter) -> Result<(i64, bool)> {
    let exact = sqlx::query_scalar!(
        r#"select count(*) as "count!" from (
            select from contact_units m
            join contacts c on c.id = m.contact_id
            left join identities i on i.contact_id = m.contact_id and i.kind = 'email' and i.is_primary
            where m.unit_id = $1
                and ($2 = '%%' or i.normalised like $2 or lower(c.first_name || ' ' || c.last_name) like $2 or lower(m.key) like $2)
                and ($3::text is null or contact_status(c.erased_at, c.restricted_at, i.id, i.bounced_at, c.complained_at, c.unsubscribed_all_at) = $3)
                and ($4::text is null or c.language = $4)
                and ($5::uuid is null or exists (
                    select from subscriptions s join topics t on t.id = s.topic_id
                    where s.contact_id = m.contact_id and s.topic_id = $5 and s.status = 'subscribed' and t.unit_id = $1))
                and ($6::uuid is null or m.import_id = $6)
                and ($7::jsonb is null or m.attributes @> $7)
            limit $8) x"#,
        by.unit().uuid(),
        filter.search,
        filter.status,
        filter.language,
        filter.topic,
        filter.import,
        filter.attribute,
        COUNTED + 1,
    )
    .fetch_one(tx.conn())
    .await?;
    if exact <= COUNTED {
        return Ok((exact, false));
    }
    if filter.is_everybody() {
        // One walk over an index that holds nothing else: a tenth of a second at a million.
        let all = sqlx::query_scalar!(
            r#"select count(*) as "count!" from contact_units where unit_id = $1"#,
            by.unit().uuid()
        )
        .fetch_one(tx.conn())
        .await?;
        return Ok((all, false));
    }
    let rows = sqlx::query_scalar!(
        r#"select reltuples::float8 as "rows!" from pg_class where oid = 'contact_units'::regclass"#
    )
    .fetch_one(tx.conn())
    .await?;
    let percent = (SAMPLED / rows.max(1.0) * 100.0).clamp(0.01, 100.0);
    let sampled = sqlx::query_scalar!(
        r#"select count(*) as "count!"
            from contact_units m tablesample system ($8::float8::real)
            join contacts c on c.id = m.contact_id
            left join identities i on i.contact_id = m.contact_id and i.kind = 'email' and i.is_primary
            where m.unit_id = $1
                and ($2 = '%%' or i.normalised like $2 or lower(c.first_name || ' ' || c.last_name) like $2 or lower(m.key) like $2)
                and ($3::text is null or contact_status(c.erased_at, c.restricted_at, i.id, i.bounced_at, c.complained_at, c.unsubscribed_all_at) = $3)
                and ($4::text is null or c.language = $4)
                and ($5::uuid is null or exists (
                    select from subscriptions s join topics t on t.id = s.topic_id
                    where s.contact_id = m.contact_id and s.topic_id = $5 and s.status = 'subscribed' and t.unit_id = $1))
                and ($6::uuid is null or m.import_id = $6)
                and ($7::jsonb is null or m.attributes @> $7)"#,
        by.unit().uuid(),
        filter.search,
        filter.status,
        filter.language,
        filter.topic,
        filter.import,
        filter.attribute,
        percent,
    )
    .fetch_one(tx.conn())
    .await?;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "an estimate of a count of people fits"
    )]
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let estimate = (sampled as f64 * 100.0 / percent) as i64;
    // We know that there are more than we counted.
    Ok((round(estimate).max(COUNTED), true))
}

/// An estimate with more than two figures only looks exact.
fn round(estimate: i64) -> i64 {
    let mut step = 1;
    while estimate / step >= 100 {
        step *= 10;
    }
    (estimate + step / 2) / step * step
}

#[cfg(test)]
mod tests {
    use super::round;

    #[test]
    fn estimates_have_two_figures() {
        assert_eq!(
            [round(7), round(99), round(1_234), round(987_654)],
            [7, 99, 1_200, 990_000]
        );
    }
}
