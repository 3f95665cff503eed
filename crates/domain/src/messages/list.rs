use super::get::Row;
use crate::access::ReadCampaigns;
use crate::{Error, Granted, Result, Tx, audit, cursor};
use types::messages::Definition;
use types::{CampaignId, Code, Page, PageQuery, RevisionId};

/// What the filter `state` takes.
const STATES: [&str; 4] = ["live", "draft", "in_review", "paused"];

/// The unit's message definitions by key. Search looks at key and name; filter `archived` = `yes` shows what was put away, filter `state`
/// = `live` what takes calls, `draft` what never did, `in_review` what waits for approval, `paused` what takes no calls for now.
///
/// # Errors
/// A state or cursor that is none.
pub async fn list(tx: &mut Tx, by: &Granted<ReadCampaigns>, query: &PageQuery) -> Result<Page<Definition>> {
    let archived = query.filters.get("archived").is_some_and(|it| it == "yes");
    let state = query
        .filters
        .get("state")
        .map(String::as_str)
        .filter(|it| !it.is_empty());
    if state.is_some_and(|it| !STATES.contains(&it)) {
        return Err(Error::field("state", Code::UnknownReference));
    }
    let after: Option<String> = cursor::decode(query.after.as_deref())?;
    let search = format!("%{}%", audit::like(&query.search));
    let limit = query.limit();
    let rows = sqlx::query_as!(
        Row,
        r#"select c.id as "id: CampaignId", c.key as "key!", c.name, c.classification, c.channel, c.state, c.parameters, c.edit_version, c.is_active,
                  c.updated_at, c.archived_at, r.id as "revision?: RevisionId", r.number as "number?", r.called as "called?",
                  d.created_at as "since?: jiff_sqlx::Timestamp"
           from campaigns c left join campaign_revisions r on r.id = c.live_revision_id left join dispatches d on d.id = c.live_dispatch_id
           where c.unit_id = $1 and c.kind = 'message' and (c.archived_at is not null) = $2
             and ($3 = '%%' or c.key ilike $3 or c.name ilike $3) and ($4::text is null or c.key > $4)
             and ($6::text is null or case $6 when 'live' then c.is_active and c.live_revision_id is not null
                  when 'paused' then not c.is_active when 'in_review' then c.state = 'in_review' else c.live_revision_id is null end)
           order by c.key limit $5"#,
        by.unit().uuid(),
        archived,
        search,
        after,
        limit + 1,
        state
    )
    .fetch_all(tx.conn())
    .await?;
    let page = Page::from_rows(rows, limit, |row| cursor::encode(&row.key));
    Ok(Page {
        items: page
            .items
            .into_iter()
            .map(Row::definition)
            .collect::<Result<_>>()?,
        next: page.next,
        total: page.total,
        estimated: page.estimated,
    })
}
