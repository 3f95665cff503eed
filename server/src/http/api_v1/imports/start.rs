//! `POST /imports/{id}/start`

use axum::response::Response;
use domain::access::ImportContacts;
use types::ImportId;
use types::imports::ImportOptions;

use crate::http::api_v1::act::Input;
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Start an import with the columns and options chosen
#[utoipa::path(
    post, path = "/imports/{id}/start", tag = "imports", params(("id" = ImportId, Path), UnitParam),
    security(("oauth" = ["contacts:import"])), request_body = ImportOptions,
    responses((status = 204), (status = "4XX", body = Problem))
)]
pub async fn start(
    by: By<ImportContacts>,
    At(id): At<ImportId>,
    input: Input<ImportOptions>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    domain::imports::start(&mut act.tx, &by, id, &act.input).await?;
    act.done_empty().await
}
