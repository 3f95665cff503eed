//! What the pages of reports ask of the server.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use types::reports::{CampaignReport, ReportSummary};
use types::{ApiError, CampaignId, Page, PageQuery};

/// Reports of the unit, newest first.
#[server(prefix = "/rpc", endpoint = "reports/list", input = Json)]
pub async fn list_reports(unit: String, query: PageQuery) -> Result<Page<ReportSummary>, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadReports>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::reports::list(&mut tx, &by, &query)
        .await
        .map_err(ctx::failed)
}

/// The report of one campaign; none before its sending has begun.
#[server(prefix = "/rpc", endpoint = "reports/campaign", input = Json)]
pub async fn read_report(unit: String, id: CampaignId) -> Result<Option<CampaignReport>, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadReports>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::reports::campaign(&mut tx, &by, id)
        .await
        .map_err(ctx::failed)
}

/// Some reports side by side, in the order in which they were asked for.
#[server(prefix = "/rpc", endpoint = "reports/compare", input = Json)]
pub async fn compare_reports(unit: String, ids: Vec<CampaignId>) -> Result<Vec<ReportSummary>, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadReports>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::reports::several(&mut tx, &by, &ids)
        .await
        .map_err(ctx::failed)
}
