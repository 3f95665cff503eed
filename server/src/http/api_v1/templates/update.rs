//! `PUT /templates/{id}`

use axum::http::StatusCode;
use axum::response::Response;
use domain::access::EditContent;
use types::content::TemplateInput;
use types::{Code, TemplateId};

use crate::http::api_v1::act::{Input, Made};
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Change a template
///
/// Give the `version` that the change is based on: when somebody else was quicker, nothing is overwritten.
#[utoipa::path(
    put, path = "/templates/{id}", tag = "templates", params(("id" = TemplateId, Path), UnitParam),
    security(("oauth" = ["content:write"])), request_body = TemplateInput,
    responses((status = 200, body = Made<TemplateId>), (status = "4XX", body = Problem))
)]
pub async fn update(
    by: By<EditContent>,
    At(id): At<TemplateId>,
    input: Input<TemplateInput>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    let done = domain::content::templates::update(&mut act.tx, &by, id, &act.input).await?;
    if done.is_none() {
        return Err(Code::NotFound.into());
    }
    act.done(StatusCode::OK, &Made { id }).await
}
