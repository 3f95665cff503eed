use crate::access::{EditCampaigns, ReadCampaigns};
use crate::{Error, Granted, Result, Tx};
use jiff::Timestamp;
use serde_json::Value;
use types::CampaignId;
use types::campaigns::CampaignState;
use types::content::Classification;

/// Whether calls to a definition are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Approved, and not paused.
    Active,
    Inactive,
    /// Put away.
    Deleted,
}

impl Standing {
    fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
            Self::Deleted => "deleted",
        }
    }
}

/// By what a catalogue is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    #[default]
    Key,
    Name,
    Created,
    Modified,
    Standing,
}

/// A page of the catalogue, by number.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Only these; none: all but those put away.
    pub standing: Option<Standing>,
    /// All but these, where `standing` says which.
    pub negated: bool,
    pub order: Order,
    pub descending: bool,
    /// Counts from 1.
    pub page: u32,
    /// Rows a page.
    pub size: u32,
}

/// A definition as callers of other products' interfaces know it.
#[derive(Clone, Debug)]
pub struct Entry {
    pub id: CampaignId,
    pub key: String,
    pub name: String,
    pub classification: Classification,
    pub standing: Standing,
    /// Where the draft stands.
    pub state: CampaignState,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// The id of its draft's template.
    pub template: Option<String>,
    /// What such a caller gave that has no place here.
    pub given: Value,
}

struct Row {
    id: CampaignId,
    key: String,
    name: String,
    classification: String,
    standing: String,
    state: String,
    created_at: jiff_sqlx::Timestamp,
    updated_at: jiff_sqlx::Timestamp,
    template: Option<String>,
    given: Option<Value>,
}

impl Row {
    fn entry(self) -> Result<Entry> {
        Ok(Entry {
            id: self.id,
            key: self.key,
            name: self.name,
            classification: crate::campaigns::classification(&self.classification)?,
            standing: match self.standing.as_str() {
                "active" => Standing::Active,
                "deleted" => Standing::Deleted,
                _ => Standing::Inactive,
            },
            state: self
                .state
                .parse()
                .map_err(|_| Error::broken("unknown state in campaigns"))?,
            created_at: self.created_at.to_jiff(),
            updated_at: self.updated_at.to_jiff(),
            template: self.template,
            given: self.given.unwrap_or(Value::Null),
        })
    }
}

/// The unit's definitions, a numbered page of them: there are as many as people have drafted, so counting them off is cheap.
///
/// # Errors
/// When the database cannot be asked.
pub async fn catalogue(tx: &mut Tx, by: &Granted<ReadCampaigns>, wanted: &Wanted) -> Result<Vec<Entry>> {
    let order = match wanted.order {
        Order::Key => "key",
        Order::Name => "name",
        Order::Created => "created",
        Order::Modified => "modified",
        Order::Standing => "standing",
    };
    let offset = i64::from(wanted.page.saturating_sub(1)) * i64::from(wanted.size);
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id: CampaignId", key as "key!", name, classification, standing as "standing!", state, created_at, updated_at,
                  content -> 'template' ->> 'id' as template, sfmc as given
           from (
               select c.*, case when c.archived_at is not null then 'deleted'
                   when c.is_active and c.live_revision_id is not null then 'active' else 'inactive' end as standing
               from campaigns c where c.unit_id = $1 and c.kind = 'message'
           ) d
           where case when $2::text is null then standing <> 'deleted' else (standing = $2) <> $3 end
           order by
               case when not $5 then case $4 when 'key' then lower(key) when 'name' then lower(name) when 'standing' then standing end end,
               case when $5 then case $4 when 'key' then lower(key) when 'name' then lower(name) when 'standing' then standing end end desc,
               case when not $5 then case $4 when 'created' then created_at when 'modified' then updated_at end end,
               case when $5 then case $4 when 'created' then created_at when 'modified' then updated_at end end desc,
               key
           limit $6 offset $7"#,
        by.unit().uuid(),
        wanted.standing.map(Standing::as_str),
        wanted.negated,
        order,
        wanted.descending,
        i64::from(wanted.size),
        offset
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter().map(Row::entry).collect()
}

/// One definition of the unit.
///
/// # Errors
/// `NotFound` where the unit has none such.
pub async fn entry(tx: &mut Tx, by: &Granted<ReadCampaigns>, id: CampaignId) -> Result<Entry> {
    sqlx::query_as!(
        Row,
        r#"select c.id as "id: CampaignId", c.key as "key!", c.name, c.classification, c.state, c.created_at, c.updated_at,
                  c.content -> 'template' ->> 'id' as template, c.sfmc as given,
                  case when c.archived_at is not null then 'deleted'
                       when c.is_active and c.live_revision_id is not null then 'active' else 'inactive' end as "standing!"
           from campaigns c where c.unit_id = $1 and c.kind = 'message' and c.id = $2"#,
        by.unit().uuid(),
        id.uuid()
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(Error::not_found)?
    .entry()
}

/// Keeps what a caller gave that has no place here, so that it reads back as it was given. Nothing goes by it.
///
/// # Errors
/// `NotFound` where the unit has no such definition.
pub async fn keep_given(
    tx: &mut Tx,
    by: &Granted<EditCampaigns>,
    id: CampaignId,
    given: &Value,
) -> Result<()> {
    let kept = sqlx::query!(
        "update campaigns set sfmc = $3 where id = $2 and unit_id = $1 and kind = 'message'",
        by.unit().uuid(),
        id.uuid(),
        given
    )
    .execute(tx.conn())
    .await?;
    if kept.rows_affected() == 0 {
        return Err(Error::not_found());
    }
    Ok(())
}
