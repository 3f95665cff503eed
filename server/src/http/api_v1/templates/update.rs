//! `PUT /templates/{id}`

use axum::http::StatusCode;
use axum::response::Response;
use domain::access::EditContent;
use serde::Serialize;
use types::content::TemplateInput;
use types::{Code, TemplateId};
use utoipa::ToSchema;

use crate::http::api_v1::act::Input;
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};


/// A new version.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewVersion {
    version: i32,
}

/// Change a template
///
/// Makes a new version; campaigns keep the one they were written with. `version` is the one the change is based on.
#[utoipa::path(
    put, path = "/templates/{id}", tag = "templates", params(("id" = TemplateId, Path), UnitParam),
    security(("oauth" = ["content:write"])), request_body = TemplateInput,
    responses((status = 200, body = NewVersion), (status = "4XX", body = Problem))
)]
pub async fn update(
    by: By<EditContent>,
    At(id): At<TemplateId>,
    input: Input<TemplateInput>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    let changed = domain::content::templates::update(&mut act.tx, &by, id, &act.input).await?;
    let version = changed.ok_or(Code::NotFound)?;
    act.done(StatusCode::OK, &NewVersion { version }).await
}
