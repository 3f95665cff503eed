//! `GET /imports/{id}`

use axum::Json;
use domain::access::ReadContacts;
use types::imports::Import;
use types::{Code, ImportId};

use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// One import with its progress
#[utoipa::path(
    get, path = "/imports/{id}", tag = "imports", params(("id" = ImportId, Path), UnitParam),
    security(("oauth" = ["contacts:read"])),
    responses((status = 200, body = Import), (status = "4XX", body = Problem))
)]
pub async fn get(by: By<ReadContacts>, At(id): At<ImportId>) -> Result<Json<Import>, Stop> {
    let mut tx = by.begin().await?;
    let import = domain::imports::get(&mut tx, &by, id).await?;
    import.map(Json).ok_or_else(|| Code::NotFound.into())
}
