use crate::{Granted, Result, Tx, access::ViewUnit};
use types::{UnitId, units::Unit};

/// The granted unit itself.
pub async fn get(tx: &mut Tx, by: &Granted<ViewUnit>) -> Result<Option<Unit>> {
    let row = sqlx::query_as!(
        Row,
        r#"select id as "id: UnitId", parent_id as "parent_id: UnitId", key, name, postal_address, website, accent, sender_domains, default_language, time_zone,
                  created_at, archived_at
           from units where id = $1"#,
        by.unit().uuid()
    )
    .fetch_optional(tx.conn())
    .await?;
    Ok(row.map(Unit::from))
}

/// The granted unit and everything below it, parents before children.
pub async fn children(tx: &mut Tx, by: &Granted<ViewUnit>) -> Result<Vec<Unit>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id: UnitId", parent_id as "parent_id: UnitId", key, name, postal_address, website, accent, sender_domains, default_language, time_zone,
                  created_at, archived_at
           from units where $1 = any (ancestors) order by array_length(ancestors, 1), name"#,
        by.unit().uuid()
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows.into_iter().map(Unit::from).collect())
}

/// The topmost unit, if the installation has been set up.
pub async fn root(tx: &mut Tx) -> Result<Option<UnitId>> {
    Ok(
        sqlx::query_scalar!(r#"select id as "id: UnitId" from units where parent_id is null"#)
            .fetch_optional(tx.conn())
            .await?,
    )
}

/// A unit by its key, for the command line, which acts for the installation. The console goes by what the actor sees.
pub async fn by_key(tx: &mut Tx, key: &str) -> Result<Option<UnitId>> {
    Ok(sqlx::query_scalar!(
        r#"select id as "id: UnitId" from units where key = $1 and archived_at is null"#,
        key
    )
    .fetch_optional(tx.conn())
    .await?)
}

struct Row {
    id: UnitId,
    parent_id: Option<UnitId>,
    key: String,
    name: String,
    postal_address: String,
    website: String,
    accent: String,
    sender_domains: Vec<String>,
    default_language: String,
    time_zone: String,
    created_at: jiff_sqlx::Timestamp,
    archived_at: Option<jiff_sqlx::Timestamp>,
}

impl From<Row> for Unit {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            parent_id: row.parent_id,
            key: row.key,
            name: row.name,
            postal_address: row.postal_address,
            website: row.website,
            accent: row.accent,
            sender_domains: row.sender_domains,
            default_language: row.default_language.parse().unwrap_or_default(),
            time_zone: row.time_zone,
            created_at: row.created_at.to_jiff(),
            archived_at: row.archived_at.map(jiff_sqlx::Timestamp::to_jiff),
        }
    }
}
