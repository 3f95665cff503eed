//! `GET /platform/v1/tokenContext`

use axum::Json;
use domain::access::ViewUnit;
use serde_json::{Value, json};

use crate::http::api_v1::caller::By;
use crate::http::sfmc::fault::Fault;

/// Whose token it is. A client has no number of its own, so its unit's stands for the user too.
pub async fn get(by: By<ViewUnit>) -> Result<Json<Value>, Fault> {
    let mut tx = by.begin().await?;
    let account = domain::units::account(&mut tx, &by).await?;
    Ok(Json(json!({
        "enterprise": {"id": account.top_number, "name": account.top_name},
        "organization": {"id": account.number, "name": account.name},
        "user": {"id": account.number, "name": by.actor.name()},
        "application": {"id": by.owner(), "name": by.actor.name()},
    })))
}
