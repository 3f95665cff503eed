//! What making and changing a definition share: the draft, its way into review, and the answer.

use domain::Tx;
use domain::access::{EditCampaigns, ReadCampaigns, ReadContent, ReadTopics};
use domain::messages::catalogue;
use domain::{Granted, approvals, campaigns, content, messages, topics};
use serde_json::Value;
use types::campaigns::{CampaignState, CheckLevel};
use types::content::Classification;
use types::messages::DefinitionUpdate;
use types::{CampaignId, Code, SenderProfileId, TemplateId, TopicId};

use crate::http::api_v1::caller::By;
use crate::http::sfmc::fault::{ErrorCode, Fault};
use crate::http::sfmc::map::definition::{self, Wanted};

const CLASSIFICATION: ErrorCode = ErrorCode(
    109_123,
    "MCMS_UTM_Validation_InvalidValue_classification_IncorrectType",
);

/// What a call's classification means: how the message is treated, and who it is from.
pub struct Class {
    pub classification: Classification,
    pub sender: Option<SenderProfileId>,
}

/// A classification by name, or a sender profile's name: theirs bring their sender with them. Without one, the nearest unit's first sender.
pub async fn class(tx: &mut Tx, by: &By<EditCampaigns>, named: Option<&str>) -> Result<Class, Fault> {
    let reader = by.actor.grant::<ReadContent>(by.unit())?;
    let senders = content::senders::usable(tx, &reader).await?;
    let named = named.unwrap_or_default();
    if let Some(classification) = definition::classification(named) {
        return Ok(Class {
            classification,
            sender: senders.first().map(|it| it.id),
        });
    }
    let sender = senders
        .iter()
        .find(|it| it.name.eq_ignore_ascii_case(named.trim()));
    let sender = sender.ok_or_else(|| {
        Fault::bad(
            CLASSIFICATION,
            "classification is Default Transactional, Operational, Default Commercial, or the name of a sender profile",
        )
    })?;
    Ok(Class {
        classification: Classification::Transactional,
        sender: Some(sender.id),
    })
}

/// The template that stands for their content.
pub async fn template(tx: &mut Tx, by: &By<EditCampaigns>, named: &str) -> Result<TemplateId, Fault> {
    let reader = by.actor.grant::<ReadContent>(by.unit())?;
    let found = content::templates::find(tx, &reader, named).await?;
    found.ok_or_else(|| {
        Fault::bad(
            ErrorCode::VALUE,
            "content.customerKey names no template of the unit or of those above it: give a template's id or name",
        )
    })
}

/// The topic that stands for their list, which only marketing needs.
pub async fn topic(
    tx: &mut Tx,
    by: &By<EditCampaigns>,
    classification: Classification,
    list: Option<&str>,
) -> Result<Option<Vec<TopicId>>, Fault> {
    if classification != Classification::Marketing {
        return Ok(None);
    }
    let Some(list) = list else { return Ok(None) };
    let reader = by.actor.grant::<ReadTopics>(by.unit())?;
    let known = topics::list(tx, &reader).await?;
    let named = |it: &&types::topics::Topic| {
        it.archived_at.is_none()
            && (it.key.eq_ignore_ascii_case(list)
                || it.id.to_string() == list
                || it.name.values().any(|name| name.eq_ignore_ascii_case(list)))
    };
    let topic = known.iter().find(named).ok_or_else(|| {
        Fault::bad(
            ErrorCode::VALUE,
            "subscriptions.list names no topic of the unit, which marketing needs: give a topic's key or name",
        )
    })?;
    Ok(Some(vec![topic.id]))
}

/// Changes the draft, declares what its message needs, and submits it for approval where nothing is missing.
pub async fn change(
    tx: &mut Tx,
    by: &By<EditCampaigns>,
    id: CampaignId,
    change: DefinitionUpdate,
) -> Result<(), Fault> {
    let mut update = change;
    update.edit_version = messages::update(tx, by, id, &update).await?;
    if update.content.is_some() {
        let declared = DefinitionUpdate {
            edit_version: update.edit_version,
            parameters: Some(messages::wanted(tx, by, id).await?),
            ..DefinitionUpdate::default()
        };
        messages::update(tx, by, id, &declared).await?;
    }
    match approvals::submit(tx, by, id, "").await {
        Ok(_) => Ok(()),
        // It stays a draft, and the answer says what it lacks.
        Err(error) if lacks_something(&error) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn lacks_something(error: &domain::Error) -> bool {
    matches!(
        error.refusal(),
        Some(Code::ChecksFailed | Code::SenderDomain | Code::TemplateError | Code::AudienceEmpty)
    )
}

/// The definition as the answer has it.
pub async fn answer(
    tx: &mut Tx,
    by: &Granted<ReadCampaigns>,
    id: CampaignId,
    request: &str,
) -> Result<Value, Fault> {
    let entry = catalogue::entry(tx, by, id).await?;
    let message = match (entry.standing, entry.state) {
        (catalogue::Standing::Inactive, CampaignState::Draft) => Some(missing(tx, by, id).await?),
        (catalogue::Standing::Inactive, CampaignState::InReview) => {
            Some("Waits for approval by another person in Campanile.".to_owned())
        }
        (catalogue::Standing::Active, CampaignState::InReview) => Some(
            "A change waits for approval in Campanile; until then what was approved before is sent."
                .to_owned(),
        ),
        _ => None,
    };
    Ok(definition::whole(&entry, request, message))
}

/// What a draft lacks before it can be submitted.
async fn missing(tx: &mut Tx, by: &Granted<ReadCampaigns>, id: CampaignId) -> Result<String, Fault> {
    let found = campaigns::checks(tx, by, id).await?;
    let checks = found.checks.iter().filter(|it| it.level == CheckLevel::Error);
    let mut lacking: Vec<String> = checks.map(|it| it.code.as_str().to_owned()).collect();
    let findings = found
        .findings
        .iter()
        .filter(|it| it.severity == render::Severity::Error);
    lacking.extend(findings.map(|it| it.problem.code.as_str().to_owned()));
    lacking.dedup();
    Ok(if lacking.is_empty() {
        "A draft: submit it for approval in Campanile.".to_owned()
    } else {
        format!(
            "A draft that cannot be submitted for approval yet: {}. Complete it in Campanile.",
            lacking.join(", ")
        )
    })
}

/// Refuses what would be silently left undone, and answers with the fields.
pub fn read(body: &Value) -> Result<Wanted, Fault> {
    let wanted: Wanted = crate::http::sfmc::map::body::read(body)?;
    wanted.check()?;
    Ok(wanted)
}
