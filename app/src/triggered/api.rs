//! What the pages of triggered messages ask of the server.

use crate::messages::api::EditorData;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use types::definitions::{DefinitionRow, DefinitionView, Edition, Material};
use types::messages::{DefinitionUpdate, MessageDetail, MessageRow, NewDefinition, RuleEvaluated};
use types::{ApiError, CampaignId, ContactId, Language, Page, PageQuery};

/// Definitions of the unit, with how much each is called.
#[server(prefix = "/rpc", endpoint = "definitions/list", input = Json)]
pub async fn list_definitions(unit: String, query: PageQuery) -> Result<Page<DefinitionRow>, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadCampaigns>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::messages::overview(&mut tx, &by, &query)
        .await
        .map_err(ctx::failed)
}

/// Makes the draft of a definition.
#[server(prefix = "/rpc", endpoint = "definitions/create", input = Json)]
pub async fn create_definition(unit: String, input: NewDefinition) -> Result<CampaignId, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::EditCampaigns>(&unit)?;
    let mut tx = cx.begin().await?;
    let id = domain::messages::create(&mut tx, &by, &input)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)?;
    Ok(id)
}

/// One definition with what its page shows.
#[server(prefix = "/rpc", endpoint = "definitions/read", input = Json)]
pub async fn read_definition(unit: String, id: CampaignId) -> Result<DefinitionView, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadCampaigns>(&unit)?;
    let mut tx = cx.begin().await?;
    let found = domain::messages::view(&mut tx, &by, id)
        .await
        .map_err(ctx::failed)?;
    found.ok_or(ApiError::new(types::Code::NotFound))
}

/// Opens the draft of a definition for editing. `zone` is the reader's.
#[server(prefix = "/rpc", endpoint = "definitions/open", input = Json)]
pub async fn open_definition(unit: String, id: CampaignId, zone: String) -> Result<EditorData, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadCampaigns>(&unit)?;
    let mut tx = cx.begin().await?;
    let found = domain::messages::get(&mut tx, &by, id)
        .await
        .map_err(ctx::failed)?;
    let detail = found.ok_or(ApiError::new(types::Code::NotFound))?;
    crate::messages::api::editor_data(&cx, &mut tx, &unit, detail.into(), &zone).await
}

/// Saves changes; answers with the new edit version.
#[server(prefix = "/rpc", endpoint = "definitions/save", input = Json)]
pub async fn save_definition(
    unit: String,
    id: CampaignId,
    change: DefinitionUpdate,
) -> Result<i32, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::EditCampaigns>(&unit)?;
    let mut tx = cx.begin().await?;
    let version = domain::messages::update(&mut tx, &by, id, &change)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)?;
    Ok(version)
}

/// What can be done to a definition with one press.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    Withdraw,
    Pause,
    Resume,
    Archive,
    Restore,
}

/// Does it.
#[server(prefix = "/rpc", endpoint = "definitions/deed", input = Json)]
pub async fn do_deed(unit: String, id: CampaignId, deed: Deed) -> Result<(), ApiError> {
    use crate::ctx;
    use domain::access::{ControlSending, EditCampaigns};
    use domain::{approvals, messages};
    let cx = ctx::get()?;
    let mut tx = cx.begin().await?;
    let done = match deed {
        Deed::Withdraw => approvals::withdraw(&mut tx, &cx.grant::<EditCampaigns>(&unit)?, id).await,
        Deed::Pause => messages::pause(&mut tx, &cx.grant::<ControlSending>(&unit)?, id).await,
        Deed::Resume => messages::resume(&mut tx, &cx.grant::<ControlSending>(&unit)?, id).await,
        Deed::Archive => messages::archive(&mut tx, &cx.grant::<EditCampaigns>(&unit)?, id, true).await,
        Deed::Restore => messages::archive(&mut tx, &cx.grant::<EditCampaigns>(&unit)?, id, false).await,
    };
    done.map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)
}

/// Messages that were asked for. Search takes a whole address or the caller's key; filters `definition` (its key), `from` and `to` (days in
/// `zone`, both included).
#[server(prefix = "/rpc", endpoint = "messages/list", input = Json)]
pub async fn list_messages(
    unit: String,
    query: PageQuery,
    zone: String,
) -> Result<Page<MessageRow>, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadMessages>(&unit)?;
    let filter = domain::messages::asked_in_console(&query, &zone).map_err(ctx::failed)?;
    let mut tx = cx.begin().await?;
    domain::messages::search(&mut tx, &by, &filter, &query)
        .await
        .map_err(ctx::failed)
}

/// One message with everything that happened to it.
#[server(prefix = "/rpc", endpoint = "messages/read", input = Json)]
pub async fn read_message(unit: String, id: String) -> Result<MessageDetail, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadMessages>(&unit)?;
    let mut tx = cx.begin().await?;
    let found = domain::messages::find(&mut tx, &by, &id)
        .await
        .map_err(ctx::failed)?;
    found.ok_or(ApiError::new(types::Code::NotFound))
}

/// Takes back a message whose time has not come.
#[server(prefix = "/rpc", endpoint = "messages/cancel", input = Json)]
pub async fn cancel_message(unit: String, id: String) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::SendMessages>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::messages::cancel(&mut tx, &by, &id)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)
}

/// A definition to try out.
#[server(prefix = "/rpc", endpoint = "playground/material", input = Json)]
pub async fn read_material(unit: String, id: CampaignId, edition: Edition) -> Result<Material, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadCampaigns>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::messages::material(&mut tx, &by, id, edition)
        .await
        .map_err(ctx::failed)
}

/// Every rule as it stands for an address now; none for somebody whom the unit does not know.
#[server(prefix = "/rpc", endpoint = "playground/rules", input = Json)]
pub async fn foresee_rules(
    unit: String,
    id: CampaignId,
    edition: Edition,
    email: String,
) -> Result<Option<Vec<RuleEvaluated>>, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    cx.grant::<domain::access::ReadCampaigns>(&unit)?;
    let by = cx.grant::<domain::access::ReadContacts>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::messages::foresee(&mut tx, &by, id, edition, &email)
        .await
        .map_err(ctx::failed)
}

/// What a test is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    pub edition: Edition,
    pub attributes: Map<String, Value>,
    /// Somebody of the unit; none: the person who asks.
    pub sample: Option<ContactId>,
    pub language: Option<Language>,
}

/// Sends a test to the person who asks.
#[server(prefix = "/rpc", endpoint = "playground/test", input = Json)]
pub async fn send_test(unit: String, id: CampaignId, tried: Tried) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::EditCampaigns>(&unit)?;
    let mut tx = cx.begin().await?;
    let Tried {
        edition,
        attributes,
        sample,
        language,
    } = tried;
    domain::messages::try_out(&mut tx, &by, id, edition, &attributes, sample, language)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)
}
