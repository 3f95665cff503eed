use super::quiet::Quiet;
use super::{parameters, senders};
use crate::access::EditCampaigns;
use crate::campaigns::{lock_definition, update_draft};
use crate::error::Fields;
use crate::{Error, Granted, Result, Tx};
use types::CampaignId;
use types::campaigns::{Audience, CampaignUpdate};
use types::messages::DefinitionUpdate;

/// Changes the draft of a definition and answers with its new edit version. What is live stays as it was approved.
///
/// # Errors
/// `EditConflict` where somebody changed the draft meanwhile; `WrongState` in review; fields that are not right; `NotFound` where the unit
/// has no such definition.
pub async fn update(
    tx: &mut Tx,
    by: &Granted<EditCampaigns>,
    id: CampaignId,
    change: &DefinitionUpdate,
) -> Result<i32> {
    let locked = lock_definition(tx, by.unit(), id).await?;
    let mut fields = Fields::new();
    if let Some(wanted) = &change.parameters {
        parameters::check(wanted, &mut fields);
    }
    if let Some(rules) = &change.senders {
        senders::check(tx, by, rules, &mut fields).await?;
    }
    let quiet = change.quiet_hours.as_ref();
    let quiet = quiet.and_then(|it| Quiet::check(it, &mut fields));
    fields.finish()?;
    let draft = CampaignUpdate {
        edit_version: change.edit_version,
        name: change.name.clone(),
        classification: change.classification,
        audience: change.topics.as_ref().map(|topics| Audience {
            include_topics: topics.clone(),
            ..Audience::default()
        }),
        content: change.content.clone(),
        sender_profile_id: change.sender_profile_id,
        schedule: None,
        throttle_per_hour: None,
    };
    let version = update_draft(tx, by, locked, &draft).await.map_err(topics_field)?;
    if let Some(parameters) = &change.parameters {
        sqlx::query!(
            "update campaigns set parameters = $3 where id = $1 and unit_id = $2",
            id.uuid(),
            by.unit().uuid(),
            serde_json::to_value(parameters)?
        )
        .execute(tx.conn())
        .await?;
    }
    if let Some(rules) = &change.senders {
        sqlx::query!(
            "update campaigns set senders = $3 where id = $1 and unit_id = $2",
            id.uuid(),
            by.unit().uuid(),
            serde_json::to_value(rules)?
        )
        .execute(tx.conn())
        .await?;
    }
    if let Some(hours) = &change.quiet_hours {
        // From and until the same: none.
        let kept = quiet.map(|_| serde_json::to_value(hours)).transpose()?;
        sqlx::query!(
            "update campaigns set quiet_hours = $3 where id = $1 and unit_id = $2",
            id.uuid(),
            by.unit().uuid(),
            kept
        )
        .execute(tx.conn())
        .await?;
    }
    Ok(version)
}

/// A definition has topics where a campaign has an audience.
fn topics_field(error: Error) -> Error {
    match error {
        Error::Refused(mut refused) => {
            for field in &mut refused.fields {
                if field.field == "audience" {
                    "topics".clone_into(&mut field.field);
                }
            }
            Error::Refused(refused)
        }
        other => other,
    }
}
