//! `DELETE /contacts/{id}`

use axum::response::Response;
use domain::access::ManageContacts;
use types::{Code, ContactId};

use crate::http::api_v1::act::{Input, Nothing};
use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// Take a person out of the unit
///
/// What they once said no to stays known. Erasing a person everywhere is another thing.
#[utoipa::path(
    delete, path = "/contacts/{id}", tag = "contacts", params(("id" = ContactId, Path), UnitParam),
    security(("oauth" = ["contacts:write"])),
    responses((status = 204), (status = "4XX", body = Problem))
)]
pub async fn remove(
    by: By<ManageContacts>,
    At(id): At<ContactId>,
    input: Input<Nothing>,
) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    match domain::contacts::remove(&mut act.tx, &by, &[id]).await? {
        0 => Err(Code::NotFound.into()),
        _ => act.done_empty().await,
    }
}
