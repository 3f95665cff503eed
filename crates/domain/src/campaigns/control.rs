//! What staff does with an approved campaign: give it to the clock, hold it, let it go on, stop it.

use super::checks::in_the_past;
use super::state::{Act, apply};
use super::{Draft, lock_campaign, seal, set_state};
use crate::access::ControlSending;
use crate::audit::{self, Object};
use crate::{Error, Granted, Result, Tx, dispatch, ts};
use serde_json::json;
use types::campaigns::{CampaignState, Schedule};
use types::{CampaignId, Code, DispatchId};

/// Gives an approved campaign to the clock. Approval does this by itself; it is left to be done only where the chosen time
/// had passed by then, and then the answer is `InThePast` until a new time is approved. Calling it again changes nothing.
///
/// # Errors
/// `SealBroken`, `InThePast`, `WrongState`; `NotFound` where the unit has no such campaign.
pub async fn schedule(tx: &mut Tx, by: &Granted<ControlSending>, id: CampaignId) -> Result<CampaignState> {
    let draft = lock_campaign(tx, by.unit(), id).await?;
    let done = matches!(
        draft.state,
        CampaignState::Scheduled | CampaignState::Sending | CampaignState::Paused | CampaignState::Finished
    );
    if done {
        return Ok(draft.state);
    }
    give_to_clock(tx, &draft).await
}

/// Approved to scheduled, at the time that was approved with it.
pub(crate) async fn give_to_clock(tx: &mut Tx, draft: &Draft) -> Result<CampaignState> {
    let next = apply(draft.state, Act::Schedule)?;
    let sealed = seal::sealed(tx.conn(), draft.unit, draft.id).await?;
    if in_the_past(&sealed.schedule, tx.now()) {
        return Err(Error::code(Code::InThePast));
    }
    let at = match sealed.schedule {
        Schedule::Now => tx.now(),
        Schedule::At { at, .. } => at,
    };
    sqlx::query!(
        "update campaigns set state = $3, scheduled_for = $4, updated_at = $5 where id = $1 and unit_id = $2",
        draft.id.uuid(),
        draft.unit.uuid(),
        next.as_str(),
        ts(at) as _,
        tx.now_sql() as _,
    )
    .execute(tx.conn())
    .await?;
    Ok(next)
}

async fn dispatch_of(tx: &mut Tx, draft: &Draft) -> Result<Option<DispatchId>> {
    Ok(sqlx::query_scalar!(
        r#"select id as "id: DispatchId" from dispatches where campaign_id = $1 and unit_id = $2"#,
        draft.id.uuid(),
        draft.unit.uuid()
    )
    .fetch_optional(tx.conn())
    .await?)
}

async fn running(tx: &mut Tx, draft: &Draft) -> Result<DispatchId> {
    dispatch_of(tx, draft)
        .await?
        .ok_or_else(|| Error::broken("a campaign is sending without a dispatch"))
}

/// Holds the sending within a second. What is in flight is finished and recorded.
///
/// # Errors
/// `WrongState` unless it is sending; `NotFound` where the unit has no such campaign.
pub async fn pause(tx: &mut Tx, by: &Granted<ControlSending>, id: CampaignId) -> Result<()> {
    let draft = lock_campaign(tx, by.unit(), id).await?;
    let next = apply(draft.state, Act::Pause)?;
    let dispatch = running(tx, &draft).await?;
    dispatch::pause(tx, by, dispatch).await?;
    set_state(tx, &draft, next).await?;
    audit::record(
        tx,
        by,
        "campaign.paused",
        Object::new("campaign", id.uuid(), &draft.name),
        json!({}),
    )
    .await
}

/// Goes on where it stopped, under the same seal, which is looked at again.
///
/// # Errors
/// `SealBroken`; `WrongState` unless it is paused; `NotFound` where the unit has no such campaign.
pub async fn resume(tx: &mut Tx, by: &Granted<ControlSending>, id: CampaignId) -> Result<()> {
    let draft = lock_campaign(tx, by.unit(), id).await?;
    let next = apply(draft.state, Act::Resume)?;
    seal::sealed(tx.conn(), draft.unit, id).await?;
    let dispatch = running(tx, &draft).await?;
    dispatch::resume(tx, by, dispatch).await?;
    set_state(tx, &draft, next).await?;
    audit::record(
        tx,
        by,
        "campaign.resumed",
        Object::new("campaign", id.uuid(), &draft.name),
        json!({}),
    )
    .await
}

/// Ends it for good: whoever has not been written to gets nothing and stands in the ledger as cancelled.
///
/// # Errors
/// `WrongState` before approval and after the end; `NotFound` where the unit has no such campaign.
pub async fn cancel(tx: &mut Tx, by: &Granted<ControlSending>, id: CampaignId) -> Result<()> {
    let draft = lock_campaign(tx, by.unit(), id).await?;
    let next = apply(draft.state, Act::Cancel)?;
    if let Some(dispatch) = dispatch_of(tx, &draft).await? {
        dispatch::cancel(tx, by, dispatch).await?;
    }
    set_state(tx, &draft, next).await?;
    let detail = json!({"state": draft.state.as_str()});
    audit::record(
        tx,
        by,
        "campaign.cancelled",
        Object::new("campaign", id.uuid(), &draft.name),
        detail,
    )
    .await
}
