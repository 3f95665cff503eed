use crate::{Granted, Result, Tx, access::ReadContent, audit::like, cursor};
use jiff::Timestamp;
use types::{
    Page, PageQuery, TemplateId, UnitId,
    content::{Slot, TemplateRow, TemplateVersion},
};
use uuid::Uuid;

/// Templates of the unit and of those above it, the latest changed first. Filter `archived` = `true`: the archived ones.
pub async fn list(tx: &mut Tx, by: &Granted<ReadContent>, query: &PageQuery) -> Result<Page<TemplateRow>> {
    let after: Option<(Timestamp, Uuid)> = cursor::decode(query.after.as_deref())?;
    let (after_at, after_id) = after.map_or((None, None), |(at, id)| (Some(crate::ts(at)), Some(id)));
    let archived = query.filters.get("archived").is_some_and(|it| it == "true");
    let own = query.filters.get("owner").is_some_and(|it| it == "own");
    let search = format!("%{}%", like(&query.search));
    let limit = query.limit();
    let rows = sqlx::query_as!(
        Row,
        r#"select t.id as "id: TemplateId", t.unit_id as "unit_id: UnitId", o.name as unit_name, t.name, t.description,
                  t.current_version as version, v.mjml, v.slots, t.unit_id = u.id as "own!", t.updated_at, t.archived_at
           from units u
           join templates t on t.unit_id = any (u.ancestors)
           join units o on o.id = t.unit_id
           join template_versions v on v.template_id = t.id and v.version = t.current_version
           where u.id = $1 and (t.archived_at is not null) = $2 and (not $3 or t.unit_id = u.id)
             and ($4 = '%%' or t.name ilike $4 or t.description ilike $4)
             and ($5::timestamptz is null or (t.updated_at, t.id) < ($5, $6))
           order by t.updated_at desc, t.id desc limit $7"#,
        by.unit().uuid(),
        archived,
        own,
        search,
        after_at as _,
        after_id,
        limit + 1,
    )
    .fetch_all(tx.conn())
    .await?;
    let page = Page::from_rows(rows, limit, |row| {
        cursor::encode(&(row.updated_at.to_jiff(), row.id.uuid()))
    });
    let items = page
        .items
        .into_iter()
        .map(TemplateRow::try_from)
        .collect::<Result<_>>()?;
    Ok(Page {
        items,
        next: page.next,
        total: page.total,
        estimated: page.estimated,
    })
}

/// A template at its newest version, archived or not.
pub async fn get(tx: &mut Tx, by: &Granted<ReadContent>, id: TemplateId) -> Result<Option<TemplateRow>> {
    read(tx, by, id, None).await
}

/// A template at one of its versions: a campaign keeps the one it was begun with.
pub async fn get_version(
    tx: &mut Tx,
    by: &Granted<ReadContent>,
    id: TemplateId,
    version: i32,
) -> Result<Option<TemplateRow>> {
    read(tx, by, id, Some(version)).await
}

async fn read(
    tx: &mut Tx,
    by: &Granted<ReadContent>,
    id: TemplateId,
    version: Option<i32>,
) -> Result<Option<TemplateRow>> {
    let row = sqlx::query_as!(
        Row,
        r#"select t.id as "id: TemplateId", t.unit_id as "unit_id: UnitId", o.name as unit_name, t.name, t.description,
                  v.version, v.mjml, v.slots, t.unit_id = u.id as "own!", t.updated_at, t.archived_at
           from units u
           join templates t on t.unit_id = any (u.ancestors)
           join units o on o.id = t.unit_id
           join template_versions v on v.template_id = t.id and v.version = coalesce($3, t.current_version)
           where u.id = $1 and t.id = $2"#,
        by.unit().uuid(),
        id.uuid(),
        version,
    )
    .fetch_optional(tx.conn())
    .await?;
    row.map(TemplateRow::try_from).transpose()
}

/// All versions of a template, the newest first.
pub async fn versions(
    tx: &mut Tx,
    by: &Granted<ReadContent>,
    id: TemplateId,
) -> Result<Vec<TemplateVersion>> {
    let rows = sqlx::query!(
        r#"select v.version, w.name as "author?", v.created_at
           from units u
           join templates t on t.unit_id = any (u.ancestors)
           join template_versions v on v.template_id = t.id
           left join users w on w.id = v.created_by
           where u.id = $1 and t.id = $2 order by v.version desc limit 200"#,
        by.unit().uuid(),
        id.uuid(),
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| TemplateVersion {
            version: row.version,
            author: row.author,
            created_at: row.created_at.to_jiff(),
        })
        .collect())
}

struct Row {
    id: TemplateId,
    unit_id: UnitId,
    unit_name: String,
    name: String,
    description: String,
    version: i32,
    mjml: String,
    slots: serde_json::Value,
    own: bool,
    updated_at: jiff_sqlx::Timestamp,
    archived_at: Option<jiff_sqlx::Timestamp>,
}

impl TryFrom<Row> for TemplateRow {
    type Error = crate::Error;

    fn try_from(row: Row) -> Result<Self> {
        let slots: Vec<Slot> = serde_json::from_value(row.slots)?;
        Ok(Self {
            id: row.id,
            unit_id: row.unit_id,
            unit_name: row.unit_name,
            name: row.name,
            description: row.description,
            version: row.version,
            mjml: row.mjml,
            slots,
            own: row.own,
            updated_at: row.updated_at.to_jiff(),
            archived_at: row.archived_at.map(jiff_sqlx::Timestamp::to_jiff),
        })
    }
}
