use super::state;
use crate::access::ApproveCampaigns;
use crate::{Error, Granted, Result, Tx, audit, cursor};
use types::approvals::{ReviewRow, ReviewState};
use types::{CampaignId, Code, Page, PageQuery, ReviewId, UnitId, UserId};
use uuid::Uuid;

fn units(by: &[Granted<ApproveCampaigns>]) -> Vec<Uuid> {
    by.iter().map(|it| it.unit().uuid()).collect()
}

/// Reviews in all units where one may approve (`actor.grant_all()`), newest first. Filter `state`: a review's state,
/// `waiting` where nothing is asked for, `all` for everything. Search looks at the campaign's name and a definition's key.
///
/// # Errors
/// A state or cursor that is none.
pub async fn list(
    tx: &mut Tx,
    by: &[Granted<ApproveCampaigns>],
    query: &PageQuery,
) -> Result<Page<ReviewRow>> {
    let wanted = match query.filters.get("state").map(String::as_str) {
        None | Some("") => Some(ReviewState::Waiting),
        Some("all") => None,
        Some(text) => Some(
            text.parse()
                .map_err(|_| Error::field("state", Code::UnknownReference))?,
        ),
    };
    let after: Option<ReviewId> = cursor::decode(query.after.as_deref())?;
    let search = format!("%{}%", audit::like(&query.search));
    let limit = query.limit();
    let me = by.first().and_then(Granted::user);
    let rows = sqlx::query!(
        r#"select v.id as "id: ReviewId", c.id as "campaign_id: CampaignId", c.name as campaign, u.id as "unit_id: UnitId",
                  u.key as unit_key, u.name as unit, v.state, coalesce(q.name, '') as "requested_by!", v.requested_at,
                  r.audience_count, r.schedule, c.key as definition,
                  (v.requested_by is not distinct from $2
                   or exists (select from campaign_editors e where e.campaign_id = c.id and e.user_id = $2)) as "own_work!"
           from reviews v join campaigns c on c.id = v.campaign_id join campaign_revisions r on r.id = v.revision_id
               join units u on u.id = v.unit_id left join users q on q.id = v.requested_by
           where v.unit_id = any ($1) and ($3::text is null or v.state = $3) and ($4::uuid is null or v.id < $4)
             and ($5 = '%%' or c.name ilike $5 or c.key ilike $5)
           order by v.id desc limit $6"#,
        &units(by),
        me.map(UserId::uuid),
        wanted.map(ReviewState::as_str),
        after.map(ReviewId::uuid),
        search,
        limit + 1,
    )
    .fetch_all(tx.conn())
    .await?;
    let page = Page::from_rows(rows, limit, |row| cursor::encode(&row.id));
    let mut items = Vec::with_capacity(page.items.len());
    for row in page.items {
        items.push(ReviewRow {
            id: row.id,
            campaign_id: row.campaign_id,
            campaign: row.campaign,
            unit_id: row.unit_id,
            unit_key: row.unit_key,
            unit: row.unit,
            state: state(&row.state)?,
            requested_by: row.requested_by,
            requested_at: row.requested_at.to_jiff(),
            audience_count: row.audience_count,
            schedule: serde_json::from_value(row.schedule)?,
            definition: row.definition,
            own_work: row.own_work,
        });
    }
    Ok(Page {
        items,
        next: page.next,
        total: None,
        estimated: false,
    })
}

/// How many wait for this person: not their own work, in any unit where they may approve.
///
/// # Errors
/// When the database cannot be asked.
pub async fn waiting_count(tx: &mut Tx, by: &[Granted<ApproveCampaigns>]) -> Result<i64> {
    let me = by.first().and_then(Granted::user);
    Ok(sqlx::query_scalar!(
        r#"select count(*) as "count!" from reviews v
           where v.unit_id = any ($1) and v.state = 'waiting' and v.requested_by is distinct from $2
             and not exists (select from campaign_editors e where e.campaign_id = v.campaign_id and e.user_id = $2)"#,
        &units(by),
        me.map(UserId::uuid),
    )
    .fetch_one(tx.conn())
    .await?)
}
