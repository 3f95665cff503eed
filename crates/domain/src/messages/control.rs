use super::publish::standing;
use crate::access::{ControlSending, EditCampaigns};
use crate::audit::{self, Object};
use crate::campaigns::{Draft, lock};
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
    let draft = definition(lock(tx, by.unit(), id).await?)?;
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
    audit::record(
        tx,
        by,
        action,
        Object::new("message_definition", id.uuid(), &draft.name),
        json!({}),
    )
    .await
}

fn definition(draft: Draft) -> Result<Draft> {
    match draft.called {
        Some(_) => Ok(draft),
        None => Err(Error::not_found()),
    }
}

/// Puts a definition away, or takes it back. One that was put away takes no calls; its key stays its own.
///
/// # Errors
/// `NotFound` where the unit has no such definition.
pub async fn archive(tx: &mut Tx, by: &Granted<EditCampaigns>, id: CampaignId, archived: bool) -> Result<()> {
    let draft = definition(lock(tx, by.unit(), id).await?)?;
    if draft.archived == archived {
        return Ok(());
    }
    let at = archived.then(|| tx.now_sql());
    sqlx::query!(
        "update campaigns set archived_at = $3 where id = $1 and unit_id = $2",
        id.uuid(),
        by.unit().uuid(),
        at as _
    )
    .execute(tx.conn())
    .await?;
    let action = if archived {
        "message_definition.archived"
    } else {
        "message_definition.restored"
    };
    audit::record(
        tx,
        by,
        action,
        Object::new("message_definition", id.uuid(), &draft.name),
        json!({}),
    )
    .await
}
