//! `POST /messaging/v1/email/definitions`

use axum::http::StatusCode;
use axum::response::Response;
use domain::access::{ControlSending, EditCampaigns, ReadCampaigns};
use domain::messages;
use domain::messages::catalogue::Standing;
use serde_json::Value;
use types::messages::{Channel, DefinitionUpdate, NewDefinition};

use super::draft;
use crate::http::api_v1::act::Input;
use crate::http::api_v1::caller::By;
use crate::http::sfmc::fault::{ErrorCode, Fault};
use crate::http::sfmc::map::word::Word;
use crate::http::sfmc::request_id;

const MISSING_KEY: ErrorCode = ErrorCode(109_107, "MCMS_UTM_Validation_MissingRequiredField_definitionKey");

/// Drafts a definition from a template and submits it for approval. Its status is Inactive until somebody else has approved it.
pub async fn create(by: By<EditCampaigns>, input: Input<Value>) -> Result<Response, Fault> {
    let reader = by.actor.grant::<ReadCampaigns>(by.unit())?;
    let mut act = input.begin(&by).await?;
    let wanted = draft::read(&act.input)?;
    let standing = wanted.standing()?;
    let tx = &mut act.tx;
    let key = wanted.definitionkey.clone().and_then(Word::text);
    let key = key.ok_or_else(|| Fault::bad(MISSING_KEY, "definitionKey is required"))?;
    let missing = |field: &str| Fault::bad(ErrorCode::MISSING, format!("{field} is required"));
    let name = wanted.name.clone().ok_or_else(|| missing("name"))?;
    let template = wanted.template().ok_or_else(|| missing("content.customerKey"))?;
    if messages::key_of(tx, &by, &key).await?.is_some() {
        return Err(Fault::new(
            StatusCode::CONFLICT,
            ErrorCode::EXISTS,
            "there is a definition with this key already, perhaps one that was deleted: keys are for ever",
        ));
    }
    let template = draft::template(tx, &by, &template).await?;
    let class = draft::class(tx, &by, wanted.classification.as_deref()).await?;
    let topics = draft::topic(tx, &by, class.classification, wanted.list()).await?;
    let new = NewDefinition {
        key,
        name,
        classification: Some(class.classification),
        template_id: Some(template),
        parameters: Vec::new(),
        channel: Channel::Email,
    };
    let id = messages::create(tx, &by, &new).await?;
    messages::catalogue::keep_given(tx, &by, id, &wanted.given(&Value::Null)).await?;
    let change = DefinitionUpdate {
        edit_version: 1,
        content: Some(messages::opening(tx, &by, template).await?),
        sender_profile_id: class.sender,
        topics,
        ..DefinitionUpdate::default()
    };
    draft::change(tx, &by, id, change).await?;
    if standing == Some(Standing::Inactive) {
        messages::pause(tx, &by.actor.grant::<ControlSending>(by.unit())?, id).await?;
    }
    let answer = draft::answer(tx, &reader, id, &request_id(&by.domain)).await?;
    Ok(act.done(StatusCode::CREATED, &answer).await?)
}
