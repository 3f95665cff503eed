use crate::access::ReadCampaigns;
use crate::{Granted, Result, Tx};
use jiff::Timestamp;
use types::CampaignId;

/// What callers can call, as older interfaces list it.
#[derive(Clone, Debug)]
pub struct Callable {
    /// Of the definition.
    pub id: CampaignId,
    /// By which calls name it.
    pub key: String,
    /// For staff.
    pub name: String,
    /// Calls are taken, where there is a live version.
    pub is_active: bool,
    /// It was approved once and stands.
    pub is_live: bool,
    /// Put away.
    pub is_archived: bool,
    /// Whom the live version is from; empty: none is live.
    pub from_name: String,
    /// Its address.
    pub from_address: String,
    /// When it was drafted first.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// The unit's definitions by key, those put away too, beginning after a key.
///
/// # Errors
/// When the database cannot be asked.
pub async fn walk(
    tx: &mut Tx,
    by: &Granted<ReadCampaigns>,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Callable>> {
    let rows = sqlx::query!(
        r#"select c.id as "id: CampaignId", c.key as "key!", c.name, c.is_active, r.id is not null as "is_live!",
                  c.archived_at is not null as "is_archived!", coalesce(r.sender ->> 'from_name', '') as "from_name!",
                  coalesce(r.sender ->> 'from_address', '') as "from_address!", c.created_at, c.updated_at
           from campaigns c left join campaign_revisions r on r.id = c.live_revision_id
           where c.unit_id = $1 and c.kind = 'message' and ($2::text is null or c.key > $2)
           order by c.key limit $3"#,
        by.unit().uuid(),
        after,
        limit
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Callable {
            id: row.id,
            key: row.key,
            name: row.name,
            is_active: row.is_active,
            is_live: row.is_live,
            is_archived: row.is_archived,
            from_name: row.from_name,
            from_address: row.from_address,
            created_at: row.created_at.to_jiff(),
            updated_at: row.updated_at.to_jiff(),
        })
        .collect())
}
