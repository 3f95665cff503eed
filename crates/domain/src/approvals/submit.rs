use super::notify;
use crate::access::EditCampaigns;
use crate::audit::{self, Object};
use crate::campaigns::state::{Act, apply};
use crate::campaigns::{Called, Parts, hex, lock, person_behind, prepare_draft, run_checks};
use crate::error::Fields;
use crate::{Error, Granted, Result, Tx};
use serde_json::json;
use types::campaigns::{CheckCode, CheckLevel};
use types::{ApiError, CampaignId, Code, ReviewId, RevisionId};

/// Longest note and comment, in characters.
pub(super) const NOTE_CHARS: usize = 2_000;

/// Freezes the draft in a revision under its seal and asks the approvers of the unit and above. `note` is for them.
///
/// # Errors
/// `WrongState` unless it is a draft; `ChecksFailed`, or the code of the one check that says more (`AudienceEmpty`,
/// `SenderDomain`, `InThePast`), while something stands in the way; `NotFound` where the unit has no such campaign.
pub async fn submit(
    tx: &mut Tx,
    by: &Granted<EditCampaigns>,
    id: CampaignId,
    note: &str,
) -> Result<ReviewId> {
    let mut fields = Fields::new();
    let note = fields.optional_text("note", note, NOTE_CHARS);
    fields.finish()?;
    let draft = lock(tx, by.unit(), id).await?;
    if draft.archived {
        return Err(Error::wrong_state("archived"));
    }
    let next = apply(draft.state, Act::Submit)?;
    let prepared = prepare_draft(tx, &draft).await?;
    let checks = run_checks(tx, &draft, &prepared).await?;
    if checks.blocked() {
        return Err(refusal(&checks));
    }
    let (Some(source), Some(sender)) = (&prepared.source, &prepared.sender) else {
        return Err(Error::code(Code::ChecksFailed));
    };
    let number = sqlx::query_scalar!(
        r#"select coalesce(max(number), 0) + 1 as "number!" from campaign_revisions where campaign_id = $1"#,
        id.uuid()
    )
    .fetch_one(tx.conn())
    .await?;
    let called = draft.called.clone().map(|called| Called {
        senders: prepared.senders.clone(),
        ..called
    });
    let parts = Parts {
        unit: draft.unit,
        campaign: id,
        number,
        classification: draft.classification.as_str().to_owned(),
        audience: serde_json::to_value(&draft.audience)?,
        source: serde_json::to_value(source)?,
        sender: serde_json::to_value(sender)?,
        schedule: serde_json::to_value(&draft.schedule)?,
        throttle_per_hour: draft.throttle_per_hour,
        called: called.map(serde_json::to_value).transpose()?,
    };
    let seal = parts.seal();
    let author = person_behind(tx, by.kind()).await?;
    let revision: RevisionId = tx.id();
    sqlx::query!(
        "insert into campaign_revisions (id, campaign_id, number, classification, audience, source, sender, schedule,
             throttle_per_hour, audience_count, seal, submitted_by, submitted_at, called)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        revision.uuid(),
        id.uuid(),
        parts.number,
        parts.classification,
        parts.audience,
        parts.source,
        parts.sender,
        parts.schedule,
        parts.throttle_per_hour,
        checks.counts.recipients,
        &seal[..],
        author.map(types::UserId::uuid),
        tx.now_sql() as _,
        parts.called,
    )
    .execute(tx.conn())
    .await?;
    let review: ReviewId = tx.id();
    sqlx::query!(
        "insert into reviews (id, unit_id, campaign_id, revision_id, state, note, requested_by, requested_at, seal)
         values ($1, $2, $3, $4, 'waiting', $5, $6, $7, $8)",
        review.uuid(),
        draft.unit.uuid(),
        id.uuid(),
        revision.uuid(),
        note,
        author.map(types::UserId::uuid),
        tx.now_sql() as _,
        &seal[..],
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "update campaigns set state = $3, current_revision_id = $4, submitted_at = $5, updated_at = $5
         where id = $1 and unit_id = $2",
        id.uuid(),
        draft.unit.uuid(),
        next.as_str(),
        revision.uuid(),
        tx.now_sql() as _,
    )
    .execute(tx.conn())
    .await?;
    notify::requested(tx, by, &draft, review, author, checks.counts.recipients, &note).await?;
    let detail = json!({"revision": number, "seal": hex(&seal), "recipients": checks.counts.recipients});
    audit::record(
        tx,
        by,
        "campaign.submitted",
        Object::new("campaign", id.uuid(), &draft.name),
        detail,
    )
    .await?;
    Ok(review)
}

/// The one reason, where there is only one; else that the checks tell more.
fn refusal(checks: &crate::campaigns::Checks) -> Error {
    let mut errors = checks.checks.iter().filter(|it| it.level == CheckLevel::Error);
    let only = errors.next().filter(|_| errors.next().is_none());
    let code = match only.map(|it| it.code) {
        Some(CheckCode::EmptyAudience | CheckCode::NoAudience) => Code::AudienceEmpty,
        Some(CheckCode::SenderDomain) => Code::SenderDomain,
        Some(CheckCode::InThePast) => Code::InThePast,
        _ => Code::ChecksFailed,
    };
    let mut error = ApiError::new(code);
    if let Some(domain) = only.and_then(|it| it.params.get("domain")) {
        error = error.with("domain", domain);
    }
    Error::Refused(Box::new(error))
}
