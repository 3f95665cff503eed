use super::audience::topics_known;
use super::state::{Act, apply};
use super::{Draft, lock_campaign, person_behind};
use crate::access::EditCampaigns;
use crate::audit::{self, Object};
use crate::error::Fields;
use crate::{Error, Granted, Result, Tx};
use jiff::SignedDuration;
use render::MAX_SOURCE_BYTES;
use serde_json::json;
use types::campaigns::{Audience, CampaignContent, CampaignState, CampaignUpdate, Schedule};
use types::content::SlotValue;
use types::{ApiError, CampaignId, Code, FieldError, UserId};

/// Longest subject and preheader, in characters.
const HEADER_CHARS: usize = 300;
/// The editor saves every few seconds; the log says once in this time that somebody is editing.
const QUIET: SignedDuration = SignedDuration::from_mins(10);

/// Changes a draft and answers with its new edit version. After approval this drops the approval: the campaign is a draft again, its
/// seal is broken, and it has to be submitted anew.
///
/// # Errors
/// `EditConflict` with parameters `editor` and `at` where somebody changed it meanwhile; `WrongState` in review, while
/// sending and after the end; fields that are not right; `NotFound` where the unit has no such campaign.
pub async fn update(
    tx: &mut Tx,
    by: &Granted<EditCampaigns>,
    id: CampaignId,
    change: &CampaignUpdate,
) -> Result<i32> {
    let draft = lock_campaign(tx, by.unit(), id).await?;
    update_draft(tx, by, draft, change).await
}

/// [`update`] of whatever is drafted, which has been locked.
///
/// # Errors
/// As [`update`].
pub(crate) async fn update_draft(
    tx: &mut Tx,
    by: &Granted<EditCampaigns>,
    mut draft: Draft,
    change: &CampaignUpdate,
) -> Result<i32> {
    let id = draft.id;
    if draft.archived {
        return Err(Error::wrong_state("archived"));
    }
    if draft.edit_version != change.edit_version {
        return Err(conflict(tx, id).await?);
    }
    let next = apply(draft.state, Act::Edit)?;
    let before = draft.state;
    check(tx, &mut draft, change).await?;
    let version = sqlx::query_scalar!(
        "update campaigns set name = $3, classification = $4, audience = $5, content = $6, sender_profile_id = $7, schedule = $8,
             throttle_per_hour = $9, state = $10, edit_version = edit_version + 1, updated_at = $11, scheduled_for = null
         where id = $1 and unit_id = $2 returning edit_version",
        id.uuid(),
        by.unit().uuid(),
        draft.name,
        draft.classification.as_str(),
        serde_json::to_value(&draft.audience)?,
        serde_json::to_value(&draft.content)?,
        draft.sender_profile_id.map(types::SenderProfileId::uuid),
        serde_json::to_value(&draft.schedule)?,
        draft.throttle_per_hour,
        next.as_str(),
        tx.now_sql() as _,
    )
    .fetch_one(tx.conn())
    .await?;
    let editor = person_behind(tx, by.kind()).await?;
    let quiet = remember_editor(tx, id, editor).await?;
    let object = Object::new("campaign", id.uuid(), &draft.name);
    if before != CampaignState::Draft {
        audit::record(
            tx,
            by,
            "campaign.approval_dropped",
            object,
            json!({"state": before.as_str()}),
        )
        .await?;
    } else if !quiet {
        audit::record(tx, by, "campaign.edited", object, json!({})).await?;
    }
    Ok(version)
}

/// Notes who changed the draft. True: they did so a moment ago too.
pub(crate) async fn remember_editor(tx: &mut Tx, id: CampaignId, editor: Option<UserId>) -> Result<bool> {
    let Some(editor) = editor else { return Ok(false) };
    let before = sqlx::query_scalar!(
        "select last_edit_at from campaign_editors where campaign_id = $1 and user_id = $2",
        id.uuid(),
        editor.uuid()
    )
    .fetch_optional(tx.conn())
    .await?;
    sqlx::query!(
        "insert into campaign_editors (campaign_id, user_id, last_edit_at) values ($1, $2, $3)
         on conflict (campaign_id, user_id) do update set last_edit_at = excluded.last_edit_at",
        id.uuid(),
        editor.uuid(),
        tx.now_sql() as _,
    )
    .execute(tx.conn())
    .await?;
    Ok(before.is_some_and(|at| at.to_jiff() > tx.now() - QUIET))
}

/// Says who changed it last.
async fn conflict(tx: &mut Tx, id: CampaignId) -> Result<Error> {
    let row = sqlx::query!(
        "select u.name, e.last_edit_at from campaign_editors e join users u on u.id = e.user_id
         where e.campaign_id = $1 order by e.last_edit_at desc limit 1",
        id.uuid()
    )
    .fetch_optional(tx.conn())
    .await?;
    let mut error = ApiError::new(Code::EditConflict);
    if let Some(row) = row {
        error = error
            .with("editor", row.name)
            .with("at", row.last_edit_at.to_jiff());
    }
    Ok(Error::Refused(Box::new(error)))
}

/// Checks each changed part and puts it into the draft. Incomplete is allowed (the review step tells); wrong is not.
async fn check(tx: &mut Tx, draft: &mut Draft, change: &CampaignUpdate) -> Result<()> {
    let mut fields = Fields::new();
    if let Some(name) = &change.name {
        draft.name = fields.text("name", name, super::create::NAME_CHARS);
    }
    if let Some(classification) = change.classification {
        draft.classification = classification;
    }
    if let Some(audience) = &change.audience {
        draft.audience = tidy(audience);
        if !topics_known(tx, draft.unit, &draft.audience).await? {
            fields.add("audience", Code::UnknownReference);
        }
    }
    if let Some(content) = &change.content {
        content_fits(content, &mut fields);
        let template = content.template.filter(|it| Some(*it) != draft.content.template);
        if let Some(template) = template
            && super::source::template(tx, draft.unit, template).await?.is_none()
        {
            fields.add("content.template", Code::UnknownReference);
        }
        draft.content = content.clone();
    }
    if let Some(profile) = change.sender_profile_id {
        if super::source::sender(tx, draft.unit, profile).await?.is_none() {
            fields.add("sender_profile_id", Code::UnknownReference);
        }
        draft.sender_profile_id = Some(profile);
    }
    if let Some(schedule) = &change.schedule {
        if let Schedule::At { time_zone, .. } = schedule
            && jiff::tz::TimeZone::get(time_zone).is_err()
        {
            fields.add("schedule", Code::BadFormat);
        }
        draft.schedule = schedule.clone();
    }
    if let Some(throttle) = change.throttle_per_hour {
        if throttle < 0 {
            fields.add("throttle_per_hour", Code::OutOfRange);
        }
        draft.throttle_per_hour = Some(throttle).filter(|it| *it > 0);
    }
    fields.finish()
}

/// Each topic and language once, in a fixed order.
fn tidy(audience: &Audience) -> Audience {
    let mut audience = audience.clone();
    let mut seen = std::collections::BTreeSet::new();
    audience.include_topics.retain(|it| seen.insert(*it));
    seen.clear();
    audience.exclude_topics.retain(|it| seen.insert(*it));
    audience.languages.sort_unstable();
    audience.languages.dedup();
    audience
}

/// Limits on what authors write, so that nothing grows without end and nothing smuggles control characters.
fn content_fits(content: &CampaignContent, fields: &mut Fields) {
    if !content.languages.is_empty() && !content.languages.contains_key(&content.default_language) {
        fields.add("content.default_language", Code::UnknownReference);
    }
    for (language, version) in &content.languages {
        let field = |name: &str| format!("content.languages.{language}.{name}");
        for (name, text) in [("subject", &version.subject), ("preheader", &version.preheader)] {
            // A line break in a subject would smuggle headers; `optional_text` lets it pass for longer texts.
            if text.contains(['\n', '\r', '\t']) {
                fields.add(&field(name), Code::BadFormat);
            } else {
                fields.optional_text(&field(name), text, HEADER_CHARS);
            }
        }
        let size: usize = version.slots.values().map(slot_bytes).sum::<usize>()
            + version.text.as_ref().map_or(0, String::len);
        if size > MAX_SOURCE_BYTES || version.slots.len() > 200 {
            fields.push(FieldError::new(field("slots"), Code::TooLong).with("max", MAX_SOURCE_BYTES));
        }
        let nul =
            version.slots.values().any(has_nul) || version.text.as_ref().is_some_and(|it| it.contains('\0'));
        if nul || version.slots.keys().any(|it| it.contains('\0')) {
            fields.add(&field("slots"), Code::BadFormat);
        }
    }
}

fn texts(value: &SlotValue) -> [&str; 2] {
    match value {
        SlotValue::Text { text } => [text, ""],
        SlotValue::RichText { html } => [html, ""],
        SlotValue::Image { address, alt, .. } => [address, alt],
        SlotValue::Link { label, address } => [label, address],
    }
}

fn slot_bytes(value: &SlotValue) -> usize {
    texts(value).iter().map(|it| it.len()).sum()
}

/// PostgreSQL keeps no NUL in JSON.
fn has_nul(value: &SlotValue) -> bool {
    texts(value).iter().any(|it| it.contains('\0'))
}
