use super::submit::NOTE_CHARS;
use super::{notify, state, took_part};
use crate::access::ApproveCampaigns;
use crate::audit::{self, Object};
use crate::campaigns::state::{Act, apply};
use crate::campaigns::{Draft, give_to_clock, hex, load, lock, set_state};
use crate::error::Fields;
use crate::{Error, Granted, Result, Tx, keys, messages};
use serde_json::json;
use types::approvals::ReviewState;
use types::campaigns::CampaignState;
use types::{CampaignId, Code, ReviewId, RevisionId, UserId};

/// A review that waits, with its campaign locked: of two who decide at once, the second finds it decided.
struct Waiting {
    draft: Draft,
    revision: RevisionId,
    requested_by: Option<UserId>,
    seal: Vec<u8>,
    decider: UserId,
}

async fn waiting(tx: &mut Tx, by: &Granted<ApproveCampaigns>, review: ReviewId) -> Result<Waiting> {
    let decider = by.person()?;
    let campaign = sqlx::query_scalar!(
        r#"select campaign_id as "id: CampaignId" from reviews where id = $1 and unit_id = $2"#,
        review.uuid(),
        by.unit().uuid()
    )
    .fetch_optional(tx.conn())
    .await?
    .ok_or_else(Error::not_found)?;
    let draft = lock(tx, by.unit(), campaign).await?;
    let row = sqlx::query!(
        r#"select state, revision_id as "revision: RevisionId", requested_by as "requested_by: UserId", seal
           from reviews where id = $1 and unit_id = $2"#,
        review.uuid(),
        by.unit().uuid()
    )
    .fetch_one(tx.conn())
    .await?;
    let now = state(&row.state)?;
    if now != ReviewState::Waiting {
        return Err(Error::wrong_state(now.as_str()));
    }
    if row.requested_by == Some(decider) || took_part(tx, campaign, decider).await? {
        return Err(Error::code(Code::OwnWork));
    }
    Ok(Waiting {
        draft,
        revision: row.revision,
        requested_by: row.requested_by,
        seal: row.seal,
        decider,
    })
}

async fn decided(tx: &mut Tx, review: ReviewId, to: ReviewState, by: UserId, comment: &str) -> Result<()> {
    sqlx::query!(
        "update reviews set state = $2, decided_by = $3, decided_at = $4, comment = $5 where id = $1",
        review.uuid(),
        to.as_str(),
        by.uuid(),
        tx.now_sql() as _,
        comment,
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Approves exactly what the approver saw: `seal` (hexadecimal) is that of the page they looked at. The campaign is given
/// to the clock at once; only where its time has passed meanwhile it stays approved and needs a new time. A message
/// definition is what calls send from now on.
///
/// # Errors
/// `OwnWork` for the submitter and everyone who changed it since the last approval; `SealBroken` where the frozen revision,
/// the review and the seal seen do not agree; `WrongState` when somebody decided before; `NotFound` outside the unit.
pub async fn approve(
    tx: &mut Tx,
    by: &Granted<ApproveCampaigns>,
    review: ReviewId,
    seal: &str,
    comment: &str,
) -> Result<CampaignState> {
    let mut fields = Fields::new();
    let comment = fields.optional_text("comment", comment, NOTE_CHARS);
    fields.finish()?;
    let mut it = waiting(tx, by, review).await?;
    let stored = load(tx.conn(), it.draft.unit, it.revision).await?;
    let unbroken = stored.is_some_and(|stored| stored.holds() && keys::same(&stored.seal, &it.seal))
        && it.draft.current_revision == Some(it.revision)
        && keys::same(
            hex(&it.seal).as_bytes(),
            seal.trim().to_ascii_lowercase().as_bytes(),
        );
    if !unbroken {
        return Err(Error::code(Code::SealBroken));
    }
    let next = apply(it.draft.state, Act::Approve)?;
    set_state(tx, &it.draft, next).await?;
    it.draft.state = next;
    decided(tx, review, ReviewState::Approved, it.decider, &comment).await?;
    // The next round begins with nobody's hands on it.
    sqlx::query!(
        "delete from campaign_editors where campaign_id = $1",
        it.draft.id.uuid()
    )
    .execute(tx.conn())
    .await?;
    let state = if it.draft.called.is_some() {
        messages::publish(tx, &it.draft, it.revision).await?;
        next
    } else {
        match give_to_clock(tx, &it.draft).await {
            Ok(state) => state,
            Err(error) if error.refusal() == Some(Code::InThePast) => next,
            Err(error) => return Err(error),
        }
    };
    notify::decided(tx, by, &it.draft, it.requested_by, true, &comment).await?;
    let detail = json!({"review": review, "seal": hex(&it.seal)});
    let object = Object::new("campaign", it.draft.id.uuid(), &it.draft.name);
    audit::record(tx, by, "campaign.approved", object, detail).await?;
    Ok(state)
}

/// Sends it back to its authors, with the reason.
///
/// # Errors
/// Field `comment` where there is no reason; `OwnWork`, `WrongState`, `NotFound` as for [`approve`].
pub async fn reject(
    tx: &mut Tx,
    by: &Granted<ApproveCampaigns>,
    review: ReviewId,
    comment: &str,
) -> Result<()> {
    let mut fields = Fields::new();
    let comment = fields.text("comment", comment, NOTE_CHARS);
    fields.finish()?;
    let it = waiting(tx, by, review).await?;
    let next = apply(it.draft.state, Act::Reject)?;
    set_state(tx, &it.draft, next).await?;
    decided(tx, review, ReviewState::Rejected, it.decider, &comment).await?;
    notify::decided(tx, by, &it.draft, it.requested_by, false, &comment).await?;
    let object = Object::new("campaign", it.draft.id.uuid(), &it.draft.name);
    audit::record(tx, by, "campaign.rejected", object, json!({"review": review})).await
}
