//! `/units/{unit}/places`

use axum::Json;
use axum::response::Response;
use domain::access::ManageSenders;
use types::sending::UnitPlaces;

use crate::http::api_v1::act::Input;
use crate::http::api_v1::caller::By;
use crate::http::api_v1::problem::{Problem, Stop};

/// The unit's own bounce domain and address of links
#[utoipa::path(
    get, path = "/units/{unit}/places", tag = "sender-domains", params(("unit" = String, Path, description = "Key or id")),
    security(("oauth" = ["senders:write"])),
    responses((status = 200, body = UnitPlaces), (status = "4XX", body = Problem))
)]
pub async fn get(by: By<ManageSenders>) -> Result<Json<UnitPlaces>, Stop> {
    let mut tx = by.begin().await?;
    Ok(Json(domain::sending::unit_places(&mut tx, &by).await?))
}

/// Set them; empty: those of the units above, or of the sender domain
#[utoipa::path(
    put, path = "/units/{unit}/places", tag = "sender-domains", params(("unit" = String, Path, description = "Key or id")),
    security(("oauth" = ["senders:write"])), request_body = UnitPlaces,
    responses((status = 204), (status = "4XX", body = Problem))
)]
pub async fn set(by: By<ManageSenders>, input: Input<UnitPlaces>) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    domain::sending::set_unit_places(&mut act.tx, &by, &act.input).await?;
    act.done_empty().await
}
