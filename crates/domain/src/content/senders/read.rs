use crate::{Granted, Result, Tx, access::ReadContent, audit::like, cursor};
use types::{Page, PageQuery, SenderProfileId, content::SenderProfile};
use uuid::Uuid;

/// The unit's profiles by name. Filter `archived` = `true`: the archived ones.
pub async fn list(tx: &mut Tx, by: &Granted<ReadContent>, query: &PageQuery) -> Result<Page<SenderProfile>> {
    let after: Option<(String, Uuid)> = cursor::decode(query.after.as_deref())?;
    let (after_name, after_id) = after.unzip();
    let archived = query.filters.get("archived").is_some_and(|it| it == "true");
    let search = format!("%{}%", like(&query.search));
    let limit = query.limit();
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id: SenderProfileId", name, from_name, from_address, reply_to, updated_at, archived_at
           from sender_profiles
           where unit_id = $1 and (archived_at is not null) = $2
             and ($3 = '%%' or name ilike $3 or from_name ilike $3 or from_address ilike $3)
             and ($4::text is null or (name, id) > ($4, $5))
           order by name, id limit $6"#,
        by.unit().uuid(),
        archived,
        search,
        after_name,
        after_id,
        limit + 1,
    )
    .fetch_all(tx.conn())
    .await?;
    let page = Page::from_rows(rows, limit, |row| cursor::encode(&(&row.name, row.id.uuid())));
    Ok(page.map(SenderProfile::from))
}

/// One profile, archived or not.
pub async fn get(
    tx: &mut Tx,
    by: &Granted<ReadContent>,
    id: SenderProfileId,
) -> Result<Option<SenderProfile>> {
    let row = sqlx::query_as!(
        Row,
        r#"select id as "id: SenderProfileId", name, from_name, from_address, reply_to, updated_at, archived_at
           from sender_profiles where id = $1 and unit_id = $2"#,
        id.uuid(),
        by.unit().uuid(),
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(SenderProfile::from))
}

/// How many senders a message can be given to choose from.
const CHOICES: i64 = 200;

/// The profiles that the unit's messages may be from: its own, then those of the units above, the nearest first.
pub async fn usable(tx: &mut Tx, by: &Granted<ReadContent>) -> Result<Vec<SenderProfile>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select s.id as "id: SenderProfileId", s.name, s.from_name, s.from_address, s.reply_to, s.updated_at, s.archived_at
           from units u join units a on a.id = any (u.ancestors)
           join sender_profiles s on s.unit_id = a.id and s.archived_at is null
           where u.id = $1
           order by cardinality(a.ancestors) desc, s.name, s.id limit $2"#,
        by.unit().uuid(),
        CHOICES
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(SenderProfile::from).collect())
}

/// The domains that profiles of the unit may use: its own and those of the units above.
pub async fn domains(tx: &mut Tx, by: &Granted<ReadContent>) -> Result<Vec<String>> {
    permitted(tx, by.unit().uuid()).await
}

pub(super) async fn permitted(tx: &mut Tx, unit: Uuid) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar!(
        r#"select distinct d as "domain!" from units u join units a on a.id = any (u.ancestors), unnest(a.sender_domains) d
           where u.id = $1 order by 1"#,
        unit
    )
    .fetch_all(tx.conn())
    .await?)
}

struct Row {
    id: SenderProfileId,
    name: String,
    from_name: String,
    from_address: String,
    reply_to: Option<String>,
    updated_at: jiff_sqlx::Timestamp,
    archived_at: Option<jiff_sqlx::Timestamp>,
}

impl From<Row> for SenderProfile {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            name: row.name,
            from_name: row.from_name,
            from_address: row.from_address,
            reply_to: row.reply_to,
            updated_at: row.updated_at.to_jiff(),
            archived_at: row.archived_at.map(jiff_sqlx::Timestamp::to_jiff),
        }
    }
}
