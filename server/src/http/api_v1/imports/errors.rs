//! `GET /imports/{id}/errors`

use axum::Json;
use domain::access::ReadContacts;
use types::imports::RowError;
use types::{Code, ImportId};

use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// As many as one answer holds; the console has all of them as a file.
const MOST: i64 = 1_000;

/// What was wrong, line by line
///
/// The first thousand.
#[utoipa::path(
    get, path = "/imports/{id}/errors", tag = "imports", params(("id" = ImportId, Path), UnitParam),
    security(("oauth" = ["contacts:read"])),
    responses((status = 200, body = Vec<RowError>), (status = "4XX", body = Problem))
)]
pub async fn errors(by: By<ReadContacts>, At(id): At<ImportId>) -> Result<Json<Vec<RowError>>, Stop> {
    let mut tx = by.begin().await?;
    domain::imports::get(&mut tx, &by, id)
        .await?
        .ok_or(Code::NotFound)?;
    Ok(Json(domain::imports::first_errors(&mut tx, &by, id, MOST).await?))
}
