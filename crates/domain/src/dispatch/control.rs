//! Pause, resume, cancel, another limit. Workers look at the state several times a second, so each takes effect within one.
//!
//! These change the dispatch only; `campaigns` owns the campaign's own state and the audit line, and calls them in the
//! same transaction.

use super::state::{Command, DispatchState, transition};
use crate::{Error, Granted, Result, Tx, access::ControlSending};
use types::DispatchId;

/// Nothing more is handed over until it is resumed. What is in flight is finished and recorded.
///
/// # Errors
/// Not found outside the unit; wrong state when it is not sending.
pub async fn pause(tx: &mut Tx, by: &Granted<ControlSending>, dispatch: DispatchId) -> Result<()> {
    change(tx, by, dispatch, Command::Pause).await?;
    sqlx::query!(
        "update dispatches set paused_at = $2 where id = $1",
        dispatch.uuid(),
        tx.now_sql() as _
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Goes on where it stopped.
///
/// # Errors
/// Not found outside the unit; wrong state when it is not paused.
pub async fn resume(tx: &mut Tx, by: &Granted<ControlSending>, dispatch: DispatchId) -> Result<()> {
    change(tx, by, dispatch, Command::Resume).await?;
    sqlx::query!(
        "update dispatches set paused_at = null where id = $1",
        dispatch.uuid()
    )
    .execute(tx.conn())
    .await?;
    wake(tx).await
}

/// Hands over nothing more, ever; whoever has no outcome yet gets `cancelled`, written by `settle`.
///
/// # Errors
/// Not found outside the unit; wrong state when it is over or already being cancelled.
pub async fn cancel(tx: &mut Tx, by: &Granted<ControlSending>, dispatch: DispatchId) -> Result<()> {
    change(tx, by, dispatch, Command::Cancel).await?;
    wake(tx).await
}

/// Another limit, in messages an hour; none: as fast as the relay takes them. Takes effect within a second, also while paused.
///
/// # Errors
/// Not found outside the unit; wrong state when it is over.
pub async fn set_throttle(
    tx: &mut Tx,
    by: &Granted<ControlSending>,
    dispatch: DispatchId,
    per_hour: Option<i32>,
) -> Result<()> {
    let state = locked(tx, by, dispatch).await?;
    if !matches!(
        state.parse()?,
        DispatchState::Expanding | DispatchState::Sending | DispatchState::Paused
    ) {
        return Err(Error::wrong_state(&state));
    }
    sqlx::query!(
        "update dispatches set throttle_per_hour = $2 where id = $1",
        dispatch.uuid(),
        per_hour
    )
    .execute(tx.conn())
    .await?;
    // What an old, higher limit had saved up is not let go at once under the new one.
    sqlx::query!(
        "delete from sending_buckets where key = $1",
        format!("dispatch:{}", dispatch.uuid())
    )
    .execute(tx.conn())
    .await?;
    wake(tx).await
}

/// Its state, which nobody else changes meanwhile.
async fn locked(tx: &mut Tx, by: &Granted<ControlSending>, dispatch: DispatchId) -> Result<String> {
    sqlx::query_scalar!(
        "select state from dispatches where id = $1 and unit_id = $2 for update",
        dispatch.uuid(),
        by.unit().uuid()
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(Error::not_found)
}

async fn change(
    tx: &mut Tx,
    by: &Granted<ControlSending>,
    dispatch: DispatchId,
    command: Command,
) -> Result<()> {
    let state = locked(tx, by, dispatch).await?;
    let next =
        transition(state.parse::<DispatchState>()?, command).ok_or_else(|| Error::wrong_state(&state))?;
    sqlx::query!(
        "update dispatches set state = $2 where id = $1",
        dispatch.uuid(),
        next.as_str()
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

pub(super) async fn wake(tx: &mut Tx) -> Result<()> {
    sqlx::query!("select pg_notify($1, '')", super::CHANNEL)
        .execute(tx.conn())
        .await?;
    Ok(())
}
