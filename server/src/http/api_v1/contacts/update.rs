//! `PUT /contacts/{id}`

use axum::http::StatusCode;
use axum::response::Response;
use domain::access::ManageContacts;
use types::ContactId;
use types::contacts::ContactInput;

use crate::http::api_v1::act::{Input, Made};
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Change a person
///
/// The unit's own key and attributes are replaced; what is shared with other units is only filled where it is empty.
#[utoipa::path(
    put, path = "/contacts/{id}", tag = "contacts", params(("id" = ContactId, Path), UnitParam),
    security(("oauth" = ["contacts:write"])), request_body = ContactInput,
    responses((status = 200, body = Made<ContactId>), (status = "4XX", body = Problem))
)]
pub async fn update(
    by: By<ManageContacts>,
    At(id): At<ContactId>,
    input: Input<ContactInput>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    domain::contacts::update(&mut act.tx, &by, id, &act.input).await?;
    act.done(StatusCode::OK, &Made { id }).await
}
