//! Another speed for what is under way. The revision keeps the limit that was approved: who gets what is not touched by it.

use super::lock;
use crate::access::ControlSending;
use crate::audit::{self, Object};
use crate::{Error, Granted, Result, Tx, dispatch};
use serde_json::json;
use types::campaigns::CampaignState;
use types::{CampaignId, Code, DispatchId};

/// The highest limit that is one.
pub const MAX_PER_HOUR: i32 = 10_000_000;

/// Sends at most so many messages an hour from now on; none: as fast as the relays take them. Takes effect within a second, and also
/// while it is paused. Setting what is set already changes nothing.
///
/// # Errors
/// `OutOfRange` unless it is one to ten million; `WrongState` unless it is sending or paused; `NotFound` where the unit has no such
/// campaign.
pub async fn set_throttle(
    tx: &mut Tx,
    by: &Granted<ControlSending>,
    id: CampaignId,
    per_hour: Option<i32>,
) -> Result<()> {
    if per_hour.is_some_and(|it| !(1..=MAX_PER_HOUR).contains(&it)) {
        return Err(Error::field("per_hour", Code::OutOfRange));
    }
    let draft = lock(tx, by.unit(), id).await?;
    if !matches!(draft.state, CampaignState::Sending | CampaignState::Paused) {
        return Err(Error::wrong_state(draft.state.as_str()));
    }
    let row = sqlx::query!(
        r#"select id as "id: DispatchId", throttle_per_hour from dispatches where campaign_id = $1 and unit_id = $2"#,
        id.uuid(),
        by.unit().uuid()
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(|| Error::broken("a campaign is sending without a dispatch"))?;
    let before = row.throttle_per_hour.filter(|it| *it > 0);
    if before == per_hour {
        return Ok(());
    }
    dispatch::set_throttle(tx, by, row.id, per_hour).await?;
    audit::record(
        tx,
        by,
        "campaign.speed_changed",
        Object::new("campaign", id.uuid(), &draft.name),
        json!({"from": before, "to": per_hour}),
    )
    .await
}
