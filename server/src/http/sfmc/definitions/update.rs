//! `PATCH /messaging/v1/email/definitions/{definitionKey}`

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::access::{ControlSending, EditCampaigns, ReadCampaigns};
use domain::messages;
use domain::messages::catalogue::{self, Standing};
use serde_json::Value;
use types::messages::DefinitionUpdate;

use super::{draft, find};
use crate::http::api_v1::act::Input;
use crate::http::api_v1::caller::By;
use crate::http::sfmc::fault::{ErrorCode, Fault};
use crate::http::sfmc::request_id;

/// Changes what is named. Status and description take effect at once; content, name and classification go through approval again, and until
/// then what was approved before is sent.
pub async fn update(
    by: By<EditCampaigns>,
    Path(key): Path<String>,
    input: Input<Value>,
) -> Result<Response, Fault> {
    let reader = by.actor.grant::<ReadCampaigns>(by.unit())?;
    let mut act = input.begin(&by).await?;
    let wanted = draft::read(&act.input)?;
    let standing = wanted.standing()?;
    let tx = &mut act.tx;
    let id = find(tx, &by, &key).await?;
    let before = catalogue::entry(tx, &reader, id).await?;
    messages::catalogue::keep_given(tx, &by, id, &wanted.given(&before.given)).await?;
    let mut change = DefinitionUpdate {
        name: wanted.name.clone().filter(|name| *name != before.name),
        ..DefinitionUpdate::default()
    };
    if let Some(named) = &wanted.classification
        && before.given.get("classification").and_then(Value::as_str) != Some(named.as_str())
    {
        let class = draft::class(tx, &by, Some(named)).await?;
        change.classification = Some(class.classification);
        change.sender_profile_id = class.sender;
    }
    if let Some(named) = wanted.template()
        && before.given.get("customerKey").and_then(Value::as_str) != Some(named.as_str())
        && before.template.as_deref() != Some(named.as_str())
    {
        let template = draft::template(tx, &by, &named).await?;
        change.content = Some(messages::opening(tx, &by, template).await?);
    }
    let classification = change.classification.unwrap_or(before.classification);
    let list = wanted.list();
    if list.is_some() && before.given.get("list").and_then(Value::as_str) != list {
        change.topics = draft::topic(tx, &by, classification, list).await?;
    }
    if change != DefinitionUpdate::default() {
        let now = messages::get(tx, &reader, id).await?;
        change.edit_version = now.map_or(0, |it| it.definition.edit_version);
        draft::change(tx, &by, id, change).await?;
    }
    if let Some(standing) = standing {
        stand(tx, &by, id, standing, before.standing).await?;
    }
    let answer = draft::answer(tx, &reader, id, &request_id(&by.domain)).await?;
    Ok(act.done(StatusCode::OK, &answer).await?)
}

async fn stand(
    tx: &mut domain::Tx,
    by: &By<EditCampaigns>,
    id: types::CampaignId,
    wanted: Standing,
    before: Standing,
) -> Result<(), Fault> {
    if before == Standing::Deleted && wanted != Standing::Deleted {
        return Err(Fault::bad(
            ErrorCode::OPERATION,
            "the definition was deleted; it can be taken back in Campanile",
        ));
    }
    match wanted {
        Standing::Active => {
            messages::resume(tx, &by.actor.grant::<ControlSending>(by.unit())?, id).await?;
        }
        Standing::Inactive => {
            messages::pause(tx, &by.actor.grant::<ControlSending>(by.unit())?, id).await?;
        }
        Standing::Deleted => messages::archive(tx, by, id, true).await?,
    }
    Ok(())
}
