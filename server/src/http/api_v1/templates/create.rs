//! `POST /templates`

use axum::http::StatusCode;
use axum::response::Response;
use domain::access::EditContent;
use types::TemplateId;
use types::content::TemplateInput;

use crate::http::api_v1::act::{Input, Made};
use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Make a template
#[utoipa::path(
    post, path = "/templates", tag = "templates", params(UnitParam), security(("oauth" = ["content:write"])),
    request_body = TemplateInput,
    responses((status = 201, body = Made<TemplateId>), (status = "4XX", body = Problem))
)]
pub async fn create(by: By<EditContent>, input: Input<TemplateInput>) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    let id = domain::content::templates::create(&mut act.tx, &by, &act.input).await?;
    act.done(StatusCode::CREATED, &Made { id }).await
}
