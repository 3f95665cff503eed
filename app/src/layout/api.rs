//! What the frame asks of the server.

use leptos::prelude::*;
use types::reports::RunningTask;
use types::{ApiError, Language};

/// Sends and imports under way in a unit.
#[server(prefix = "/rpc", endpoint = "frame/running")]
pub async fn running(unit: String) -> Result<Vec<RunningTask>, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ViewUnit>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::reports::running(&mut tx, &by).await.map_err(ctx::failed)
}

/// Keeps the language that the person chose.
#[server(prefix = "/rpc", endpoint = "frame/language")]
pub async fn set_language(language: Language) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let mut tx = cx.begin().await?;
    domain::preferences::set_language(&mut tx, &cx.actor, language)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)
}

/// Keeps the colour scheme that the person chose.
#[server(prefix = "/rpc", endpoint = "frame/theme")]
pub async fn set_theme(theme: String) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let mut tx = cx.begin().await?;
    domain::preferences::set_theme(&mut tx, &cx.actor, &theme)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)
}
