//! The home page of a unit, as one person sees it.

use super::{count, list::page};
use crate::access::{ReadReports, ViewUnit};
use crate::{Actor, Granted, Result, Tx};
use jiff_sqlx::Timestamp as SqlTimestamp;
use types::access::Permission;
use types::reports::{Home, HomeDraft, HomeReview, ListHealth, ReportSummary};
use types::{CampaignId, PageQuery, ReviewId};
use uuid::Uuid;

/// Lines of each list.
const LINES: u32 = 5;
/// What "lately" means for the list's health.
const DAYS: i32 = 30;

/// What waits for this person, their own messages, the last ones sent, and how the list does. Parts that the person may not
/// see are empty.
///
/// # Errors
/// When the database cannot be asked.
pub async fn home(tx: &mut Tx, by: &Granted<ViewUnit>, actor: &Actor) -> Result<Home> {
    let may = |permission| actor.may(permission, by.unit());
    let user = by.user_uuid();
    let waiting = match user {
        Some(user) if may(Permission::ApproveCampaigns) => waiting(tx, by, user).await?,
        _ => Vec::new(),
    };
    let drafts = match user {
        Some(user) if may(Permission::EditCampaigns) => drafts(tx, by, user).await?,
        _ => Vec::new(),
    };
    let recent = match actor.grant::<ReadReports>(by.unit()) {
        Ok(granted) => recent(tx, &granted).await?,
        Err(_) => Vec::new(),
    };
    let health = if may(Permission::ReadContacts) {
        health(tx, by).await?
    } else {
        ListHealth::default()
    };
    Ok(Home {
        waiting,
        drafts,
        recent,
        health,
    })
}

/// Reviews that this person could decide: not those they asked for, nor those they worked on (law 2).
async fn waiting(tx: &mut Tx, by: &Granted<ViewUnit>, user: Uuid) -> Result<Vec<HomeReview>> {
    let rows = sqlx::query!(
        r#"select r.id as "id: ReviewId", c.name, u.name as requested_by, r.requested_at as "requested_at: SqlTimestamp",
                  v.audience_count, c.kind = 'message' as "definition!"
           from reviews r
           join campaigns c on c.id = r.campaign_id
           join campaign_revisions v on v.id = r.revision_id
           join users u on u.id = r.requested_by
           where r.unit_id = $1 and c.unit_id = $1 and r.state = 'waiting' and r.requested_by <> $2
             and not exists (select from campaign_editors e where e.campaign_id = c.id and e.user_id = $2)
           order by r.requested_at
           limit $3"#,
        by.unit().uuid(),
        user,
        i64::from(LINES)
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| HomeReview {
            id: row.id,
            name: row.name,
            requested_by: row.requested_by,
            requested_at: row.requested_at.to_jiff(),
            people: count(row.audience_count),
            definition: row.definition,
        })
        .collect())
}

async fn drafts(tx: &mut Tx, by: &Granted<ViewUnit>, user: Uuid) -> Result<Vec<HomeDraft>> {
    let rows = sqlx::query!(
        r#"select c.id as "id: CampaignId", c.name, c.state, c.updated_at as "updated_at: SqlTimestamp",
                  c.scheduled_for as "scheduled_for: SqlTimestamp",
                  c.state = 'draft' and (select r.state = 'rejected' from reviews r where r.campaign_id = c.id
                                         order by r.requested_at desc limit 1) is true as "rejected!",
                  c.kind = 'message' as "definition!"
           from campaigns c
           where c.unit_id = $1 and c.archived_at is null and c.state in ('draft', 'in_review', 'approved', 'scheduled')
             -- What calls are answered with is done.
             and not (c.kind = 'message' and c.state = 'approved')
             and (c.created_by = $2 or exists (select from campaign_editors e where e.campaign_id = c.id and e.user_id = $2))
           order by c.updated_at desc
           limit $3"#,
        by.unit().uuid(),
        user,
        i64::from(LINES)
    )
    .fetch_all(tx.conn())
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| HomeDraft {
            campaign_id: row.id,
            name: row.name,
            state: row.state,
            updated_at: row.updated_at.to_jiff(),
            scheduled_for: row.scheduled_for.map(SqlTimestamp::to_jiff),
            rejected: row.rejected,
            definition: row.definition,
        })
        .collect())
}

async fn recent(tx: &mut Tx, by: &Granted<ReadReports>) -> Result<Vec<ReportSummary>> {
    let query = PageQuery {
        limit: Some(LINES),
        ..PageQuery::default()
    };
    Ok(page(tx, by.unit(), &query, None).await?.items)
}

async fn health(tx: &mut Tx, by: &Granted<ViewUnit>) -> Result<ListHealth> {
    let now = tx.now_sql();
    // The first two are walks over indexes of the membership table alone, the others over a month's dispatches.
    let row = sqlx::query!(
        r#"select (select count(*) from contact_units where unit_id = $1) as "people!",
                  (select count(*) from contact_units where unit_id = $1 and created_at > $2::timestamptz - make_interval(days => $3)) as "new_people!",
                  coalesce((select sum(sent) from dispatches where unit_id = $1 and created_at > $2::timestamptz - make_interval(days => $3)), 0)::bigint as "sent!",
                  coalesce((select sum(h.unsubscribed) from dispatch_hours h join dispatches d on d.id = h.dispatch_id
                            where d.unit_id = $1 and d.created_at > $2::timestamptz - make_interval(days => $3)), 0)::bigint as "unsubscribed!",
                  (select count(*) from dispatches d join delivery_firsts f on f.dispatch_id = d.id and f.kind = 'bounced'
                   where d.unit_id = $1 and d.created_at > $2::timestamptz - make_interval(days => $3)) as "bounced!""#,
        by.unit().uuid(),
        now as _,
        DAYS
    )
    .fetch_one(tx.conn())
    .await?;
    Ok(ListHealth {
        people: count(row.people),
        new_people: count(row.new_people),
        sent: count(row.sent),
        unsubscribed: count(row.unsubscribed),
        bounced: count(row.bounced),
    })
}
