//! What the pages of approvals ask of the server.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use types::approvals::{ReviewDetail, ReviewRow};
use types::campaigns::CampaignState;
use types::content::SamplePerson;
use types::{ApiError, Language, Page, PageQuery, ReviewId};

/// Reviews in all units where the reader may approve.
#[server(prefix = "/rpc", endpoint = "approvals/list", input = Json)]
pub async fn list_reviews(query: PageQuery) -> Result<Page<ReviewRow>, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.actor.grant_all::<domain::access::ApproveCampaigns>();
    let mut tx = cx.begin().await?;
    domain::approvals::list(&mut tx, &by, &query)
        .await
        .map_err(ctx::failed)
}

/// One review with everything it is about.
#[server(prefix = "/rpc", endpoint = "approvals/read", input = Json)]
pub async fn read_review(unit: String, id: ReviewId, language: Language) -> Result<ReviewDetail, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadCampaigns>(&unit)?;
    let mut tx = cx.begin().await?;
    let found = domain::approvals::get(&mut tx, &by, id, language)
        .await
        .map_err(ctx::failed)?;
    found.ok_or(ApiError::new(types::Code::NotFound))
}

/// People of the sealed audience to look at the message as.
#[server(prefix = "/rpc", endpoint = "approvals/samples", input = Json)]
pub async fn review_samples(
    unit: String,
    id: ReviewId,
    search: String,
) -> Result<Vec<SamplePerson>, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadCampaigns>(&unit)?;
    cx.grant::<domain::access::ReadContacts>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::approvals::sample_recipients(&mut tx, &by, id, &search)
        .await
        .map_err(ctx::failed)
}

/// Approves what was seen under this seal.
#[server(prefix = "/rpc", endpoint = "approvals/approve", input = Json)]
pub async fn approve_review(
    unit: String,
    id: ReviewId,
    seal: String,
    comment: String,
) -> Result<CampaignState, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ApproveCampaigns>(&unit)?;
    let mut tx = cx.begin().await?;
    let state = domain::approvals::approve(&mut tx, &by, id, &seal, &comment)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)?;
    Ok(state)
}

/// Sends it back with the reason.
#[server(prefix = "/rpc", endpoint = "approvals/reject", input = Json)]
pub async fn reject_review(unit: String, id: ReviewId, comment: String) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ApproveCampaigns>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::approvals::reject(&mut tx, &by, id, &comment)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)
}
