//! `GET /campaigns/{id}/ledger`

use axum::Json;
use domain::access::ReadReports;
use types::campaigns::LedgerRow;
use types::{CampaignId, Page};

use crate::http::api_v1::caller::{At, By};
use crate::http::api_v1::paging::{ListParams, Paging};
use crate::http::api_v1::problem::{Problem, Stop};

/// The ledger of a campaign, line by line
///
/// One line a recipient, with exactly one final outcome. Filters: `outcome`, `rule`.
#[utoipa::path(
    get, path = "/campaigns/{id}/ledger", tag = "campaigns", params(("id" = CampaignId, Path), ListParams),
    security(("oauth" = ["reports:read"])),
    responses((status = 200, body = Page<LedgerRow>), (status = "4XX", body = Problem))
)]
pub async fn ledger(
    by: By<ReadReports>,
    At(id): At<CampaignId>,
    Paging(query): Paging,
) -> Result<Json<Page<LedgerRow>>, Stop> {
    let mut tx = by.begin().await?;
    Ok(Json(domain::campaigns::ledger(&mut tx, &by, id, &query).await?))
}
