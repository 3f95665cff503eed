//! `GET /subscriptions/history?contact_id=`

use axum::Json;
use axum::extract::Query;
use domain::access::ReadContacts;
use types::topics::ConsentRecord;

use super::list::Whose;
use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// The record of a person's consent
///
/// Newest first, the last 200 lines.
#[utoipa::path(
    get, path = "/subscriptions/history", tag = "subscriptions", params(Whose, UnitParam),
    security(("oauth" = ["contacts:read"])),
    responses((status = 200, body = Vec<ConsentRecord>), (status = "4XX", body = Problem))
)]
pub async fn history(
    by: By<ReadContacts>,
    Query(whose): Query<Whose>,
) -> Result<Json<Vec<ConsentRecord>>, Stop> {
    let mut tx = by.begin().await?;
    Ok(Json(
        domain::topics::history(&mut tx, &by, whose.contact_id).await?,
    ))
}
