//! What the home page asks of the server.

use leptos::prelude::*;
use types::ApiError;
use types::reports::{Home, RunningTask};

/// The home page of a unit, and what runs there.
#[server(prefix = "/rpc", endpoint = "home")]
pub async fn read_home(unit: String) -> Result<(Home, Vec<RunningTask>), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ViewUnit>(&unit)?;
    let mut tx = cx.begin().await?;
    let home = domain::reports::home(&mut tx, &by, &cx.actor)
        .await
        .map_err(ctx::failed)?;
    let running = domain::reports::running(&mut tx, &by)
        .await
        .map_err(ctx::failed)?;
    Ok((home, running))
}
