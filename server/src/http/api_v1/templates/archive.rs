//! `DELETE /templates/{id}`

use axum::response::Response;
use domain::access::EditContent;
use types::{Code, TemplateId};

use crate::http::api_v1::act::{Input, Nothing};
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Archive a template
///
/// It is offered to nobody any more; campaigns that use it keep it.
#[utoipa::path(
    delete, path = "/templates/{id}", tag = "templates", params(("id" = TemplateId, Path), UnitParam),
    security(("oauth" = ["content:write"])),
    responses((status = 204), (status = "4XX", body = Problem))
)]
pub async fn archive(
    by: By<EditContent>,
    At(id): At<TemplateId>,
    input: Input<Nothing>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    if !domain::content::templates::archive(&mut act.tx, &by, id, true).await? {
        return Err(Code::NotFound.into());
    }
    act.done_empty().await
}
