use crate::access::System;
use crate::campaigns::{Draft, load};
use crate::dispatch::{self, DispatchState, Lane, Standing};
use crate::{Domain, Error, Result, Tx};
use types::{CampaignId, Code, DispatchId, RevisionId, UnitId};

/// What was approved is what calls send from the commit of this transaction on. What was accepted before goes as it was approved then.
///
/// # Errors
/// `SealBroken` where the revision does not match its seal.
pub(crate) async fn publish(tx: &mut Tx, draft: &Draft, revision: RevisionId) -> Result<()> {
    let dispatch = stand(tx, draft.unit, revision).await?;
    let is_active = sqlx::query_scalar!(
        "update campaigns set live_revision_id = $3, live_dispatch_id = $4 where id = $1 and unit_id = $2 returning is_active",
        draft.id.uuid(),
        draft.unit.uuid(),
        revision.uuid(),
        dispatch.uuid()
    )
    .fetch_one(tx.conn())
    .await?;
    if !is_active {
        dispatch::pause(tx, &System.grant(draft.unit), dispatch).await?;
    }
    Ok(())
}

/// What a definition sends and sent, as far as something may still be waiting there.
pub(super) async fn standing(tx: &mut Tx, draft: &Draft) -> Result<Vec<(DispatchId, DispatchState)>> {
    let rows = sqlx::query!(
        r#"select d.id as "id: DispatchId", d.state from dispatches d join campaign_revisions r on r.id = d.revision_id
           where r.campaign_id = $1 and d.kind = 'message' and d.state in ('sending', 'paused') order by d.id"#,
        draft.id.uuid()
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| Ok((row.id, row.state.parse()?)))
        .collect()
}

async fn stand(tx: &mut Tx, unit: UnitId, revision: RevisionId) -> Result<DispatchId> {
    let broken = || Error::code(Code::SealBroken);
    let sealed = load(tx.conn(), unit, revision)
        .await?
        .ok_or_else(broken)?
        .open()?;
    let lane =
        Lane::named(sealed.classification.as_str()).ok_or_else(|| Error::broken("a lane without a name"))?;
    let standing = Standing {
        unit,
        revision,
        classification: lane,
        source: &sealed.source,
    };
    dispatch::stand(tx, standing).await
}

/// An approved definition takes no more calls, and what waits for its time is cancelled: the approval was withdrawn (law 2).
pub(crate) async fn take_down(tx: &mut Tx, draft: &Draft) -> Result<()> {
    sqlx::query!(
        "update campaigns set live_revision_id = null, live_dispatch_id = null where id = $1 and unit_id = $2",
        draft.id.uuid(),
        draft.unit.uuid()
    )
    .execute(tx.conn())
    .await?;
    for (dispatch, _) in standing(tx, draft).await? {
        dispatch::cancel(tx, &System.grant(draft.unit), dispatch).await?;
    }
    Ok(())
}

/// Lines are kept in the month of their dispatch, so that each month's can be put away: what stands since an earlier month stands
/// anew, with the same revision. What no call goes to any more ends once nothing waits there. Answers with how many stand anew. Any
/// node may call it at any time.
///
/// # Errors
/// When the database cannot be asked.
pub async fn renew(domain: &Domain) -> Result<usize> {
    let mut renewed = 0;
    loop {
        let mut tx = domain.begin().await?;
        let old = sqlx::query!(
            r#"select c.id as "id: CampaignId", c.unit_id as "unit: UnitId", c.live_revision_id as "revision!: RevisionId"
               from campaigns c join dispatches d on d.id = c.live_dispatch_id
               where c.kind = 'message' and c.archived_at is null and ledger_month(d.id) < date_trunc('month', $1::timestamptz at time zone 'UTC') at time zone 'UTC'
               limit 1 for update of c skip locked"#,
            tx.now_sql() as _
        )
        .fetch_optional(tx.conn())
        .await?;
        let Some(old) = old else {
            retire(&mut tx).await?;
            tx.commit().await?;
            return Ok(renewed);
        };
        let dispatch = stand(&mut tx, old.unit, old.revision).await?;
        sqlx::query!(
            "update campaigns set live_dispatch_id = $2 where id = $1",
            old.id.uuid(),
            dispatch.uuid()
        )
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        renewed += 1;
    }
}

/// What was superseded some minutes ago: a call that had looked before may still add its line until it commits, and must not find itself
/// cancelled.
async fn retire(tx: &mut Tx) -> Result<()> {
    let over = sqlx::query!(
        r#"select d.id as "id: DispatchId", d.unit_id as "unit: UnitId" from dispatches d
           where d.kind = 'message' and d.revision_id is not null and d.state in ('sending', 'paused')
             and not exists (select from campaigns c where c.live_dispatch_id = d.id)
             and not exists (select from dispatch_chunks k where k.dispatch_id = d.id and k.state <> 'done')
             and exists (
                 select from campaign_revisions r join campaign_revisions q on q.campaign_id = r.campaign_id
                     join dispatches n on n.revision_id = q.id and n.kind = 'message'
                 where r.id = d.revision_id and n.created_at > d.created_at and n.created_at < $1::timestamptz - interval '10 minutes')
           limit 100"#,
        tx.now_sql() as _
    )
    .fetch_all(tx.conn())
    .await?;
    for row in over {
        dispatch::cancel(tx, &System.grant(row.unit), row.id).await?;
    }
    Ok(())
}
