//! What the pages of messages ask of the server.

use super::edited::EditedDraft;
#[cfg(feature = "ssr")]
use jiff::Timestamp;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};
use types::campaigns::*;
use types::content::{SamplePerson, SenderProfile, TemplateRow};
use types::topics::Topic;
use types::{ApiError, CampaignId, ContactId, Language, Page, PageQuery, ReviewId, TemplateId};

/// Campaigns of the unit.
#[server(prefix = "/rpc", endpoint = "campaigns/list", input = Json)]
pub async fn list_campaigns(unit: String, query: PageQuery) -> Result<Page<CampaignRow>, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadCampaigns>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::campaigns::list(&mut tx, &by, &query)
        .await
        .map_err(ctx::failed)
}

/// Makes a draft.
#[server(prefix = "/rpc", endpoint = "campaigns/create", input = Json)]
pub async fn create_campaign(unit: String, input: NewCampaign) -> Result<CampaignId, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::EditCampaigns>(&unit)?;
    let mut tx = cx.begin().await?;
    let id = domain::campaigns::create(&mut tx, &by, &input)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)?;
    Ok(id)
}

/// Templates to begin from.
#[server(prefix = "/rpc", endpoint = "campaigns/templates", input = Json)]
pub async fn templates(unit: String) -> Result<Vec<TemplateRow>, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadContent>(&unit)?;
    let mut tx = cx.begin().await?;
    let query = PageQuery {
        limit: Some(types::page::MAX_LIMIT),
        ..PageQuery::default()
    };
    Ok(domain::content::templates::list(&mut tx, &by, &query)
        .await
        .map_err(ctx::failed)?
        .items)
}

/// One campaign.
#[server(prefix = "/rpc", endpoint = "campaigns/read", input = Json)]
pub async fn read_campaign(unit: String, id: CampaignId) -> Result<CampaignDetail, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadCampaigns>(&unit)?;
    let mut tx = cx.begin().await?;
    let found = domain::campaigns::get(&mut tx, &by, id)
        .await
        .map_err(ctx::failed)?;
    found.ok_or(ApiError::new(types::Code::NotFound))
}

/// A draft with everything its editor offers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EditorData {
    pub draft: EditedDraft,
    pub topics: Vec<Topic>,
    pub senders: Vec<SenderProfile>,
    /// The version of the template that the draft uses.
    pub template: Option<TemplateRow>,
    /// A newer version of it.
    pub newer_version: Option<i32>,
    pub setting: render::Setting,
    /// The chosen time, or tomorrow at nine for want of one, as it is on the wall of the reader's zone: date and time as form
    /// fields write them.
    pub wall: Option<(String, String)>,
}

/// Opens a campaign for editing. `zone` is the reader's.
#[server(prefix = "/rpc", endpoint = "campaigns/open", input = Json)]
pub async fn open_editor(unit: String, id: CampaignId, zone: String) -> Result<EditorData, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadCampaigns>(&unit)?;
    let mut tx = cx.begin().await?;
    let found = domain::campaigns::get(&mut tx, &by, id)
        .await
        .map_err(ctx::failed)?;
    let campaign = found.ok_or(ApiError::new(types::Code::NotFound))?;
    editor_data(&cx, &mut tx, &unit, campaign.into(), &zone).await
}

/// What an editor offers for a draft.
#[cfg(feature = "ssr")]
pub(crate) async fn editor_data(
    cx: &crate::ctx::Ctx,
    tx: &mut domain::Tx,
    unit: &str,
    draft: EditedDraft,
    zone: &str,
) -> Result<EditorData, ApiError> {
    use crate::ctx;
    use domain::content::{senders, setting, templates};
    let content = cx.grant::<domain::access::ReadContent>(unit)?;
    let topics = cx.grant::<domain::access::ReadTopics>(unit)?;
    let (mut template, mut newer_version) = (None, None);
    if let Some(used) = draft.content.template {
        template = templates::get_version(tx, &content, used.id, used.version)
            .await
            .map_err(ctx::failed)?;
        let newest = templates::get(tx, &content, used.id).await.map_err(ctx::failed)?;
        newer_version = newest.map(|it| it.version).filter(|it| *it > used.version);
    }
    let wall = match &draft.schedule {
        Schedule::Now => tomorrow(cx.domain.now(), zone),
        Schedule::At { at, .. } => wall(*at, zone),
    };
    Ok(EditorData {
        topics: domain::topics::list(tx, &topics).await.map_err(ctx::failed)?,
        senders: senders::usable(tx, &content).await.map_err(ctx::failed)?,
        setting: setting(tx, &content).await.map_err(ctx::failed)?,
        template,
        newer_version,
        wall,
        draft,
    })
}

/// Date and time on a wall in the zone.
#[cfg(feature = "ssr")]
fn wall(at: Timestamp, zone: &str) -> Option<(String, String)> {
    let zoned = at.in_tz(zone).ok()?;
    Some((
        zoned.strftime("%Y-%m-%d").to_string(),
        zoned.strftime("%H:%M").to_string(),
    ))
}

/// Tomorrow at nine in the zone.
#[cfg(feature = "ssr")]
fn tomorrow(now: Timestamp, zone: &str) -> Option<(String, String)> {
    let day = now.in_tz(zone).ok()?.tomorrow().ok()?;
    Some((day.strftime("%Y-%m-%d").to_string(), "09:00".to_owned()))
}

/// The schedule of a date and time in a zone; a time that a change of clocks skips is taken an hour later. The browser has no
/// table of zones, so the server is asked.
#[server(prefix = "/rpc", endpoint = "campaigns/instant", input = Json)]
pub async fn instant(date: String, time: String, zone: String) -> Result<Schedule, ApiError> {
    let bad = |_| ApiError::invalid(vec![types::FieldError::new("schedule", types::Code::BadFormat)]);
    let wall: jiff::civil::DateTime = format!("{date}T{time}").parse().map_err(bad)?;
    let at = wall.in_tz(&zone).map_err(bad)?.timestamp();
    Ok(Schedule::At { at, time_zone: zone })
}

/// Saves changes; answers with the new edit version.
#[server(prefix = "/rpc", endpoint = "campaigns/save", input = Json)]
pub async fn save_campaign(unit: String, id: CampaignId, change: CampaignUpdate) -> Result<i32, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::EditCampaigns>(&unit)?;
    let mut tx = cx.begin().await?;
    let version = domain::campaigns::update(&mut tx, &by, id, &change)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)?;
    Ok(version)
}

/// Counts an audience that need not be saved yet.
#[server(prefix = "/rpc", endpoint = "campaigns/count", input = Json)]
pub async fn count_audience(
    unit: String,
    id: CampaignId,
    audience: Audience,
) -> Result<AudienceCounts, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadCampaigns>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::campaigns::audience_counts(&mut tx, &by, id, Some(&audience))
        .await
        .map_err(ctx::failed)
}

/// What the review step shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckAnswer {
    pub checks: Vec<Check>,
    pub findings: Vec<render::Finding>,
    pub counts: AudienceCounts,
    /// Something stands in the way of submitting.
    pub blocked: bool,
}

/// Checks the draft as saved.
#[server(prefix = "/rpc", endpoint = "campaigns/checks", input = Json)]
pub async fn check_campaign(unit: String, id: CampaignId) -> Result<CheckAnswer, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadCampaigns>(&unit)?;
    let mut tx = cx.begin().await?;
    let found = domain::campaigns::checks(&mut tx, &by, id)
        .await
        .map_err(ctx::failed)?;
    let blocked = found.blocked();
    Ok(CheckAnswer {
        checks: found.checks,
        findings: found.findings,
        counts: found.counts,
        blocked,
    })
}

/// People of the audience to look at the message as.
#[server(prefix = "/rpc", endpoint = "campaigns/samples", input = Json)]
pub async fn samples(unit: String, id: CampaignId, search: String) -> Result<Vec<SamplePerson>, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadCampaigns>(&unit)?;
    cx.grant::<domain::access::ReadContacts>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::campaigns::sample_recipients(&mut tx, &by, id, &search)
        .await
        .map_err(ctx::failed)
}

/// Asks for approval.
#[server(prefix = "/rpc", endpoint = "campaigns/submit", input = Json)]
pub async fn submit_campaign(unit: String, id: CampaignId, note: String) -> Result<ReviewId, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::EditCampaigns>(&unit)?;
    let mut tx = cx.begin().await?;
    let review = domain::approvals::submit(&mut tx, &by, id, &note)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)?;
    Ok(review)
}

/// Sends the draft as saved to colleagues.
#[server(prefix = "/rpc", endpoint = "campaigns/test", input = Json)]
pub async fn test_campaign(
    unit: String,
    id: CampaignId,
    addresses: Vec<String>,
    sample: Option<ContactId>,
    language: Option<Language>,
) -> Result<usize, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::EditCampaigns>(&unit)?;
    let mut tx = cx.begin().await?;
    let sent = domain::campaigns::test_send(&mut tx, &by, id, &addresses, sample, language)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)?;
    Ok(sent)
}

/// What can be done to a campaign with one press.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    Withdraw,
    Schedule,
    Pause,
    Resume,
    Cancel,
    Archive,
    Restore,
    Delete,
}

/// Does it.
#[server(prefix = "/rpc", endpoint = "campaigns/deed", input = Json)]
pub async fn do_deed(unit: String, id: CampaignId, deed: Deed) -> Result<(), ApiError> {
    use crate::ctx;
    use domain::access::{ControlSending, EditCampaigns};
    use domain::{approvals, campaigns};
    let cx = ctx::get()?;
    let mut tx = cx.begin().await?;
    let done = match deed {
        Deed::Pause => campaigns::pause(&mut tx, &cx.grant::<ControlSending>(&unit)?, id).await,
        Deed::Resume => campaigns::resume(&mut tx, &cx.grant::<ControlSending>(&unit)?, id).await,
        Deed::Cancel => campaigns::cancel(&mut tx, &cx.grant::<ControlSending>(&unit)?, id).await,
        Deed::Schedule => campaigns::schedule(&mut tx, &cx.grant::<ControlSending>(&unit)?, id)
            .await
            .map(|_| ()),
        Deed::Withdraw => approvals::withdraw(&mut tx, &cx.grant::<EditCampaigns>(&unit)?, id).await,
        Deed::Archive => campaigns::archive(&mut tx, &cx.grant::<EditCampaigns>(&unit)?, id, true).await,
        Deed::Restore => campaigns::archive(&mut tx, &cx.grant::<EditCampaigns>(&unit)?, id, false).await,
        Deed::Delete => campaigns::delete(&mut tx, &cx.grant::<EditCampaigns>(&unit)?, id).await,
    };
    done.map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)
}

/// Makes a draft of another campaign.
#[server(prefix = "/rpc", endpoint = "campaigns/duplicate", input = Json)]
pub async fn duplicate_campaign(
    unit: String,
    id: CampaignId,
    language: Language,
) -> Result<CampaignId, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::EditCampaigns>(&unit)?;
    let mut tx = cx.begin().await?;
    let copy = domain::campaigns::duplicate(&mut tx, &by, id, language)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)?;
    Ok(copy)
}

/// How far the sending is.
#[server(prefix = "/rpc", endpoint = "campaigns/progress", input = Json)]
pub async fn follow_campaign(unit: String, id: CampaignId) -> Result<CampaignProgress, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadCampaigns>(&unit)?;
    let mut tx = cx.begin().await?;
    let found = domain::campaigns::progress(&mut tx, &by, id)
        .await
        .map_err(ctx::failed)?;
    found.ok_or(ApiError::new(types::Code::NotFound))
}

/// Another limit for what is under way, in messages an hour; none: as fast as possible.
#[server(prefix = "/rpc", endpoint = "campaigns/speed", input = Json)]
pub async fn change_speed(unit: String, id: CampaignId, per_hour: Option<i32>) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ControlSending>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::campaigns::set_throttle(&mut tx, &by, id, per_hour)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)
}

/// The ledger, page by page.
#[server(prefix = "/rpc", endpoint = "campaigns/ledger", input = Json)]
pub async fn campaign_ledger(
    unit: String,
    id: CampaignId,
    query: PageQuery,
) -> Result<Page<LedgerRow>, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadReports>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::campaigns::ledger(&mut tx, &by, id, &query)
        .await
        .map_err(ctx::failed)
}

/// The newest version of a template, for changing over to it.
#[server(prefix = "/rpc", endpoint = "campaigns/template", input = Json)]
pub async fn read_template(unit: String, id: TemplateId) -> Result<TemplateRow, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadContent>(&unit)?;
    let mut tx = cx.begin().await?;
    let found = domain::content::templates::get(&mut tx, &by, id)
        .await
        .map_err(ctx::failed)?;
    found.ok_or(ApiError::new(types::Code::NotFound))
}
