use super::publish::standing;
use crate::access::{ControlSending, EditCampaigns, Permits};
use crate::audit::{self, Object};
use crate::campaigns::{Draft, lock_definition, put_away};
use crate::dispatch::{self, DispatchState};
use crate::{Error, Granted, Result, Tx};
use serde_json::json;
use types::CampaignId;

/// Calls are refused from now on, and what was accepted and not handed over waits. Doing it again changes nothing.
///
/// # Errors
/// `NotFound` where the unit has no such definition.
pub async fn pause(tx: &mut Tx, by: &Granted<ControlSending>, id: CampaignId) -> Result<()> {
    activate(tx, by, id, false).await
}

/// Calls are taken again, and what waited goes.
///
/// # Errors
/// `NotFound` where the unit has no such definition; `WrongState` when it was put away.
pub async fn resume(tx: &mut Tx, by: &Granted<ControlSending>, id: CampaignId) -> Result<()> {
    activate(tx, by, id, true).await
}

async fn activate(tx: &mut Tx, by: &Granted<ControlSending>, id: CampaignId, active: bool) -> Result<()> {
    let draft = lock_definition(tx, by.unit(), id).await?;
    if draft.archived && active {
        return Err(Error::wrong_state("archived"));
    }
    let changed = sqlx::query!(
        "update campaigns set is_active = $3 where id = $1 and unit_id = $2 and is_active <> $3",
        id.uuid(),
        by.unit().uuid(),
        active
    )
    .execute(tx.conn())
    .await?;
    if changed.rows_affected() == 0 {
        return Ok(());
    }
    for (dispatch, state) in standing(tx, &draft).await? {
        match (active, state) {
            (true, DispatchState::Paused) => dispatch::resume(tx, by, dispatch).await?,
            (false, DispatchState::Sending) => dispatch::pause(tx, by, dispatch).await?,
            _ => {}
        }
    }
    let action = if active {
        "message_definition.resumed"
    } else {
        "message_definition.paused"
    };
    note(tx, by, &draft, action).await
}

/// Puts a definition away, or takes it back. One that was put away takes no calls; its key stays its own.
///
/// # Errors
/// `NotFound` where the unit has no such definition.
pub async fn archive(tx: &mut Tx, by: &Granted<EditCampaigns>, id: CampaignId, archived: bool) -> Result<()> {
    let draft = lock_definition(tx, by.unit(), id).await?;
    if draft.archived == archived {
        return Ok(());
    }
    put_away(tx, &draft, archived).await?;
    let action = if archived {
        "message_definition.archived"
    } else {
        "message_definition.restored"
    };
    note(tx, by, &draft, action).await
}

async fn note<P: Permits>(tx: &mut Tx, by: &Granted<P>, draft: &Draft, action: &str) -> Result<()> {
    let object = Object::new("message_definition", draft.id.uuid(), &draft.name);
    audit::record(tx, by, action, object, json!({})).await
}
