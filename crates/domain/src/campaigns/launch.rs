//! From an approved campaign whose time has come to its ledger.

use super::draft::read;
use super::state::{Act, apply};
use super::{Draft, seal, set_state, source};
use crate::access::{ControlSending, System};
use crate::approvals::notify;
use crate::audit::{self, Object};
use crate::dispatch::{self, Expansion};
use crate::{Domain, Result, Tx};
use serde_json::json;
use types::{CampaignId, Code, DispatchId, UnitId};
use uuid::Uuid;

/// Launches every campaign whose time has come; any node may call it at any time, each campaign is taken by one. Answers
/// with how many were launched. A campaign that may not be sent (seal, sender's domain) goes back to its authors, who are
/// told; one that could not be launched for a reason of ours stays due.
///
/// # Errors
/// When the database cannot be asked for what is due.
pub async fn launch_due(domain: &Domain) -> Result<usize> {
    let mut launched = 0;
    let mut tried: Vec<Uuid> = Vec::new();
    loop {
        let mut tx = domain.begin().await?;
        let due = sqlx::query!(
            r#"select id as "id: CampaignId", unit_id as "unit: UnitId" from campaigns
               where state = 'scheduled' and scheduled_for <= $1 and id <> all ($2)
               order by scheduled_for limit 1 for update skip locked"#,
            tx.now_sql() as _,
            &tried,
        )
        .fetch_optional(tx.conn())
        .await?;
        let Some(due) = due else { return Ok(launched) };
        tried.push(due.id.uuid());
        match launch(&mut tx, due.unit, due.id).await {
            Ok(Some(_)) => {
                tx.commit().await?;
                launched += 1;
            }
            Ok(None) => tx.commit().await?,
            Err(error) => tracing::error!(campaign = %due.id, %error, "a campaign could not be launched"),
        }
    }
}

/// One campaign, locked by the caller. `None`: it went back to its authors.
async fn launch(tx: &mut Tx, unit: UnitId, id: CampaignId) -> Result<Option<DispatchId>> {
    let draft = read(tx, unit, id).await?;
    let sealed = match seal::sealed(tx.conn(), unit, id).await {
        Ok(sealed) => sealed,
        Err(error) if error.refusal() == Some(Code::SealBroken) => {
            return stop(tx, &draft, Code::SealBroken).await;
        }
        Err(error) => return Err(error),
    };
    if !source::sender_allowed(tx, unit, &sealed.sender.from_address).await? {
        return stop(tx, &draft, Code::SenderDomain).await;
    }
    let Ok(compiled) = render::compile(&sealed.source) else {
        return stop(tx, &draft, Code::TemplateError).await;
    };
    let next = apply(draft.state, Act::Launch)?;
    let dispatch = dispatch::expand(
        tx,
        &Expansion {
            unit,
            campaign: id,
            revision: sealed.revision_id,
            classification: sealed.classification.as_str(),
            audience: &sealed.audience,
            source: &sealed.source,
            links: compiled.links(),
            throttle_per_hour: sealed.throttle_per_hour,
        },
    )
    .await?;
    sqlx::query!(
        "update campaigns set state = $3, started_at = $4, updated_at = $4 where id = $1 and unit_id = $2",
        id.uuid(),
        unit.uuid(),
        next.as_str(),
        tx.now_sql() as _,
    )
    .execute(tx.conn())
    .await?;
    let by = System.grant::<ControlSending>(unit);
    let detail = json!({"seal": super::hex(&sealed.seal), "dispatch": dispatch});
    audit::record(
        tx,
        &by,
        "campaign.launched",
        Object::new("campaign", id.uuid(), &draft.name),
        detail,
    )
    .await?;
    Ok(Some(dispatch))
}

/// Back to the authors, with the reason in the log and in a mail.
async fn stop(tx: &mut Tx, draft: &Draft, reason: Code) -> Result<Option<DispatchId>> {
    let next = apply(draft.state, Act::BreakSeal)?;
    set_state(tx, draft, next).await?;
    let by = System.grant::<ControlSending>(draft.unit);
    let object = Object::new("campaign", draft.id.uuid(), &draft.name);
    audit::record(
        tx,
        &by,
        "campaign.stopped",
        object,
        json!({"reason": reason.as_str()}),
    )
    .await?;
    notify::stopped(tx, draft.unit, draft.id, &draft.name, reason).await?;
    Ok(None)
}
