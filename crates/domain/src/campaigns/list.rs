use crate::access::ReadCampaigns;
use crate::{Error, Granted, Result, Tx, audit, cursor};
use types::campaigns::{CampaignRow, CampaignState};
use types::{CampaignId, Code, Page, PageQuery};

/// The unit's campaigns, last changed first. Search looks at name and subject; sort takes `name` and `updated`; filter
/// `state` takes a state, filter `archived` = `yes` shows what was put away.
///
/// # Errors
/// A state or cursor that is none.
pub async fn list(tx: &mut Tx, by: &Granted<ReadCampaigns>, query: &PageQuery) -> Result<Page<CampaignRow>> {
    let state: Option<CampaignState> = match query.filters.get("state").filter(|it| !it.is_empty()) {
        None => None,
        Some(text) => Some(
            text.parse()
                .map_err(|_| Error::field("state", Code::UnknownReference))?,
        ),
    };
    let archived = query.filters.get("archived").is_some_and(|it| it == "yes");
    let (column, descending) = match query.sort_by() {
        ("name", descending) => ("name", descending),
        ("updated", descending) => ("updated", descending),
        _ => ("updated", true),
    };
    let after: Option<(String, CampaignId)> = cursor::decode(query.after.as_deref())?;
    let (after_key, after_id) = after.unzip();
    let search = format!("%{}%", audit::like(&query.search));
    let limit = query.limit();
    let rows = sqlx::query!(
        r#"select * from (
               select c.id as "id: CampaignId", c.name, c.classification, c.state,
                      coalesce(c.content #>> array['languages', c.content ->> 'default_language', 'subject'], '') as "subject!",
                      coalesce(u.name, '') as "author!", c.updated_at, c.scheduled_for, c.started_at, c.archived_at,
                      coalesce(d.audience, 0) as "audience!", coalesce(d.sent, 0) as "sent!",
                      case $5 when 'name' then lower(c.name)
                           else to_char(c.updated_at at time zone 'UTC', 'YYYYMMDDHH24MISSUS') end as "sort_key!"
               from campaigns c left join users u on u.id = c.created_by left join dispatches d on d.campaign_id = c.id
               where c.unit_id = $1 and c.kind = 'campaign' and ($2::text is null or c.state = $2) and (c.archived_at is not null) = $3
                 and ($4 = '%%' or c.name ilike $4
                      or coalesce(c.content #>> array['languages', c.content ->> 'default_language', 'subject'], '') ilike $4)
           ) l
           where $7::text is null
              or ($6 and (l."sort_key!", l."id: CampaignId") < ($7, $8::uuid))
              or (not $6 and (l."sort_key!", l."id: CampaignId") > ($7, $8::uuid))
           order by case when $6 then l."sort_key!" end desc, case when $6 then l."id: CampaignId" end desc,
                    l."sort_key!", l."id: CampaignId"
           limit $9"#,
        by.unit().uuid(),
        state.map(CampaignState::as_str),
        archived,
        search,
        column,
        descending,
        after_key,
        after_id.map(CampaignId::uuid),
        limit + 1,
    )
    .fetch_all(tx.conn())
    .await?;
    let total = sqlx::query_scalar!(
        r#"select count(*) as "count!" from campaigns c
           where c.unit_id = $1 and c.kind = 'campaign' and ($2::text is null or c.state = $2) and (c.archived_at is not null) = $3
             and ($4 = '%%' or c.name ilike $4
                  or coalesce(c.content #>> array['languages', c.content ->> 'default_language', 'subject'], '') ilike $4)"#,
        by.unit().uuid(),
        state.map(CampaignState::as_str),
        archived,
        search,
    )
    .fetch_one(tx.conn())
    .await?;
    let page =
        Page::from_rows(rows, limit, |row| cursor::encode(&(&row.sort_key, row.id))).with_total(total, false);
    let jiff = jiff_sqlx::Timestamp::to_jiff;
    let mut items = Vec::with_capacity(page.items.len());
    for row in page.items {
        items.push(CampaignRow {
            id: row.id,
            name: row.name,
            classification: super::classification(&row.classification)?,
            state: super::draft::state(&row.state)?,
            subject: row.subject,
            author: row.author,
            updated_at: row.updated_at.to_jiff(),
            scheduled_for: row.scheduled_for.map(jiff),
            started_at: row.started_at.map(jiff),
            archived_at: row.archived_at.map(jiff),
            audience: row.audience,
            sent: row.sent,
        });
    }
    Ok(Page {
        items,
        next: page.next,
        total: page.total,
        estimated: page.estimated,
    })
}
