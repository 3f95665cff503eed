//! `GET /subscriptions?contact_id=`

use axum::Json;
use axum::extract::Query;
use domain::access::ReadContacts;
use serde::Deserialize;
use types::topics::TopicChoice;
use types::{ContactId, Page};
use utoipa::IntoParams;

use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::{ListParams, Paging, page_of};
use crate::http::api_v1::problem::{Problem, Stop};

/// Whose subscriptions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Whose {
    /// The person.
    pub(super) contact_id: ContactId,
}

/// A person's subscriptions
///
/// Every topic of the unit, and what the person has to do with it.
#[utoipa::path(
    get, path = "/subscriptions", tag = "subscriptions", params(Whose, ListParams),
    security(("oauth" = ["contacts:read"])),
    responses((status = 200, body = Page<TopicChoice>), (status = "4XX", body = Problem))
)]
pub async fn list(
    by: By<ReadContacts>,
    Query(whose): Query<Whose>,
    Paging(query): Paging,
) -> Result<Json<Page<TopicChoice>>, Stop> {
    let mut tx = by.begin().await?;
    let choices = domain::topics::choices(&mut tx, &by, whose.contact_id).await?;
    Ok(Json(page_of(&query, choices, |choice| choice.topic_id.uuid())?))
}
