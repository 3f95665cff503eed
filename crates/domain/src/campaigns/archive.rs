use super::{Draft, lock_campaign};
use crate::access::EditCampaigns;
use crate::audit::{self, Object};
use crate::{Error, Granted, Result, Tx};
use serde_json::json;
use types::CampaignId;
use types::campaigns::CampaignState;

/// Puts a campaign away, or takes it back (`archived = false`): that is the undo. What is under way stays.
///
/// # Errors
/// `WrongState` between submission and the end; `NotFound` where the unit has no such campaign.
pub async fn archive(tx: &mut Tx, by: &Granted<EditCampaigns>, id: CampaignId, archived: bool) -> Result<()> {
    let draft = lock_campaign(tx, by.unit(), id).await?;
    let still = matches!(
        draft.state,
        CampaignState::Draft | CampaignState::Finished | CampaignState::Cancelled
    );
    if !still {
        return Err(Error::wrong_state(draft.state.as_str()));
    }
    if draft.archived == archived {
        return Ok(());
    }
    put_away(tx, &draft, archived).await?;
    let action = if archived {
        "campaign.archived"
    } else {
        "campaign.restored"
    };
    audit::record(
        tx,
        by,
        action,
        Object::new("campaign", id.uuid(), &draft.name),
        json!({}),
    )
    .await
}

/// Notes since when it is away; or no longer.
pub(crate) async fn put_away(tx: &mut Tx, draft: &Draft, archived: bool) -> Result<()> {
    let at = archived.then(|| tx.now_sql());
    sqlx::query!(
        "update campaigns set archived_at = $3 where id = $1 and unit_id = $2",
        draft.id.uuid(),
        draft.unit.uuid(),
        at as _,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Removes a draft that was never submitted and has been put away. There is no way back, so the console asks.
///
/// # Errors
/// `WrongState` for anything else; `NotFound` where the unit has no such campaign.
pub async fn delete(tx: &mut Tx, by: &Granted<EditCampaigns>, id: CampaignId) -> Result<()> {
    let draft = lock_campaign(tx, by.unit(), id).await?;
    if draft.state != CampaignState::Draft || !draft.archived || draft.current_revision.is_some() {
        return Err(Error::wrong_state(draft.state.as_str()));
    }
    sqlx::query!("delete from campaign_editors where campaign_id = $1", id.uuid())
        .execute(tx.conn())
        .await?;
    sqlx::query!(
        "delete from campaigns where id = $1 and unit_id = $2",
        id.uuid(),
        by.unit().uuid()
    )
    .execute(tx.conn())
    .await?;
    audit::record(
        tx,
        by,
        "campaign.deleted",
        Object::new("campaign", id.uuid(), &draft.name),
        json!({}),
    )
    .await
}
