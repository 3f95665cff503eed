use crate::access::EditCampaigns;
use crate::audit::{self, Object};
use crate::campaigns::state::{Act, apply};
use crate::campaigns::{lock, set_state};
use crate::{Granted, Result, Tx, messages};
use serde_json::json;
use types::CampaignId;
use types::campaigns::CampaignState;

/// Takes a campaign back into the hands of its authors, before or after approval, as long as nothing is sent. A message definition that was
/// approved takes no more calls.
///
/// # Errors
/// `WrongState` for a draft and once it is sent; `NotFound` where the unit has no such campaign.
pub async fn withdraw(tx: &mut Tx, by: &Granted<EditCampaigns>, id: CampaignId) -> Result<()> {
    let draft = lock(tx, by.unit(), id).await?;
    let next = apply(draft.state, Act::Withdraw)?;
    set_state(tx, &draft, next).await?;
    if draft.called.is_some() && draft.state == CampaignState::Approved {
        messages::take_down(tx, &draft).await?;
    }
    sqlx::query!(
        "update reviews set state = 'withdrawn', decided_at = $3, decided_by = $4
         where campaign_id = $1 and unit_id = $2 and state = 'waiting'",
        id.uuid(),
        draft.unit.uuid(),
        tx.now_sql() as _,
        by.user_uuid(),
    )
    .execute(tx.conn())
    .await?;
    let detail = json!({"state": draft.state.as_str()});
    audit::record(
        tx,
        by,
        "campaign.withdrawn",
        Object::new("campaign", id.uuid(), &draft.name),
        detail,
    )
    .await
}
