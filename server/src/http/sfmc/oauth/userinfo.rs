//! `GET /v2/userinfo`

use axum::Json;
use axum::extract::State;
use domain::access::ViewUnit;
use serde_json::{Value, json};
use types::access::Permission;

use crate::http::api_v1::caller::By;
use crate::http::sfmc::fault::Fault;
use crate::http::sfmc::map::scopes;
use crate::state::AppState;

/// Who the token is: the client where they have a user, its unit as organization, and what it may do.
pub async fn userinfo(by: By<ViewUnit>, State(state): State<AppState>) -> Result<Json<Value>, Fault> {
    let mut tx = by.begin().await?;
    let account = domain::units::account(&mut tx, &by).await?;
    let here = state.config.http.public_url.origin();
    let held: Vec<Permission> = Permission::ALL.iter().copied().filter(|it| by.may(*it)).collect();
    let scopes = scopes::named(&held);
    Ok(Json(json!({
        "iss": here,
        "user": {
            "sub": by.owner(),
            "name": by.actor.name(),
            "preferred_username": by.actor.name(),
            "locale": account.default_language,
            "zoneinfo": account.time_zone,
        },
        "organization": {
            "member_id": account.number,
            "member_name": account.name,
            "enterprise_id": account.top_number,
            "enterprise_name": account.top_name,
            "locale": account.default_language,
            "zoneinfo": account.time_zone,
        },
        "rest": {"rest_instance_url": here, "soap_instance_url": here},
        "application": {
            "id": by.owner(),
            "name": by.actor.name(),
            "redirectUrl": [],
            "appScopes": scopes.split_whitespace().collect::<Vec<_>>(),
        },
        "permissions": [],
    })))
}
