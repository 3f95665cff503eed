//! `POST /imports/{id}/cancel`

use axum::response::Response;
use domain::access::ImportContacts;
use types::ImportId;

use crate::http::api_v1::act::{Input, Nothing};
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Stop an import
#[utoipa::path(
    post, path = "/imports/{id}/cancel", tag = "imports", params(("id" = ImportId, Path), UnitParam),
    security(("oauth" = ["contacts:import"])),
    responses((status = 204), (status = "4XX", body = Problem))
)]
pub async fn cancel(
    by: By<ImportContacts>,
    At(id): At<ImportId>,
    input: Input<Nothing>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    domain::imports::cancel(&mut act.tx, &by, id).await?;
    act.done_empty().await
}
