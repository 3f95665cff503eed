//! A campaign to everybody of a topic, from its approval to its last outcome.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use domain::access::{ApproveCampaigns, EditCampaigns, ReadCampaigns};
use domain::{Domain, approvals, campaigns};
use types::campaigns::{Audience, CampaignState, CampaignUpdate, Schedule};
use types::{CampaignId, Language, TopicId, UnitId};

use crate::node::{self, failed};

pub const UNIT: &str = "admissions";
pub const TOPIC: &str = "open-days";

/// Messages a second, from the launch to the last outcome.
pub async fn speed(domain: &Domain) -> Result<f64> {
    let id = approved(domain).await?;
    let sent = finished(domain, id).await?;
    let seconds: f64 = sqlx::query_scalar(
        "select extract(epoch from max(o.at) - min(d.started_at))::float8 from dispatches d join outcomes o on o.dispatch_id = d.id where d.campaign_id = $1",
    )
    .bind(id.uuid())
    .fetch_one(domain.pool())
    .await?;
    Ok(sent / seconds)
}

/// Copies a campaign of the demo and has it approved by a second person: it starts when somebody launches what is due.
pub async fn approved(domain: &Domain) -> Result<CampaignId> {
    let (author, approver) = (
        node::staff(domain, "anna").await?,
        node::staff(domain, "piotr").await?,
    );
    let unit = author.unit_by_key(UNIT).context("the unit")?.id;
    let model = model(domain, unit).await?;
    let topic: uuid::Uuid = sqlx::query_scalar("select id from topics where unit_id = $1 and key = $2")
        .bind(unit.uuid())
        .bind(TOPIC)
        .fetch_one(domain.pool())
        .await?;

    let edit = author.grant::<EditCampaigns>(unit).map_err(failed)?;
    let read = author.grant::<ReadCampaigns>(unit).map_err(failed)?;
    let mut tx = domain.begin().await.map_err(failed)?;
    let id = campaigns::duplicate(&mut tx, &edit, model, Language::En)
        .await
        .map_err(failed)?;
    let draft = campaigns::get(&mut tx, &read, id)
        .await
        .map_err(failed)?
        .context("the copy")?;
    let change = CampaignUpdate {
        edit_version: draft.edit_version,
        audience: Some(Audience {
            include_topics: vec![TopicId::from(topic)],
            ..Audience::default()
        }),
        schedule: Some(Schedule::Now),
        throttle_per_hour: Some(0),
        ..CampaignUpdate::default()
    };
    campaigns::update(&mut tx, &edit, id, &change)
        .await
        .map_err(failed)?;
    let review = approvals::submit(&mut tx, &edit, id, "").await.map_err(failed)?;
    tx.commit().await.map_err(failed)?;

    let mut tx = domain.begin().await.map_err(failed)?;
    let seen = approver.grant::<ReadCampaigns>(unit).map_err(failed)?;
    let detail = approvals::get(&mut tx, &seen, review, Language::En)
        .await
        .map_err(failed)?
        .context("the review")?;
    let approve = approver.grant::<ApproveCampaigns>(unit).map_err(failed)?;
    approvals::approve(&mut tx, &approve, review, &detail.revision.seal, "")
        .await
        .map_err(failed)?;
    tx.commit().await.map_err(failed)?;
    Ok(id)
}

/// Waits until everybody has an outcome. How many were sent.
pub async fn finished(domain: &Domain, id: CampaignId) -> Result<f64> {
    let author = node::staff(domain, "anna").await?;
    let unit = author.unit_by_key(UNIT).context("the unit")?.id;
    let read = author.grant::<ReadCampaigns>(unit).map_err(failed)?;
    let deadline = Instant::now() + Duration::from_secs(1800);
    loop {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let mut tx = domain.begin().await.map_err(failed)?;
        let Some(progress) = campaigns::progress(&mut tx, &read, id).await.map_err(failed)? else {
            continue;
        };
        if progress.state == CampaignState::Finished {
            ensure!(progress.sent > 0, "nothing was sent: {progress:?}");
            return Ok(f64::from(i32::try_from(progress.sent).context("fewer messages")?));
        }
        ensure!(
            Instant::now() < deadline,
            "the campaign was not done after half an hour: {progress:?}"
        );
    }
}

/// A campaign of the demo that others are made from.
pub async fn model(domain: &Domain, unit: UnitId) -> Result<CampaignId> {
    let id: uuid::Uuid = sqlx::query_scalar(
        "select id from campaigns where unit_id = $1 and state = 'finished' order by created_at limit 1",
    )
    .bind(unit.uuid())
    .fetch_one(domain.pool())
    .await?;
    Ok(CampaignId::from(id))
}
