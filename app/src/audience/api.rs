//! What the area asks of the server.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};
use types::contacts::{Contact, ContactInput, ContactMessage, ContactSummary};
use types::imports::{Dialect, Import, ImportKind, ImportOptions, Preview, RowError};
use types::suppressions::{Suppression, SuppressionInput};
use types::topics::{ConsentRecord, Frequency, Topic, TopicChoice, TopicInput};
use types::{ApiError, ContactId, IdentityId, ImportId, Page, PageQuery, SuppressionId, TopicId};

/// Errors that an import's page shows itself; the download has all.
#[cfg(feature = "ssr")]
const ERRORS_SHOWN: i64 = 50;

/// One page of the people list.
#[server(prefix = "/rpc", endpoint = "audience/people", input = Json)]
pub async fn people(unit: String, query: PageQuery) -> Result<Page<ContactSummary>, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadContacts>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::contacts::list(&mut tx, &by, &query)
        .await
        .map_err(ctx::failed)
}

/// Everything a person's page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PersonView {
    pub contact: Contact,
    pub choices: Vec<TopicChoice>,
    pub history: Vec<ConsentRecord>,
    pub messages: Vec<ContactMessage>,
}

/// One person of the unit.
#[server(prefix = "/rpc", endpoint = "audience/person", input = Json)]
pub async fn person(unit: String, id: ContactId) -> Result<PersonView, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadContacts>(&unit)?;
    let mut tx = cx.begin().await?;
    let found = domain::contacts::get(&mut tx, &by, id)
        .await
        .map_err(ctx::failed)?;
    let contact = found.ok_or(ApiError::new(types::Code::NotFound))?;
    let choices = domain::topics::choices(&mut tx, &by, id)
        .await
        .map_err(ctx::failed)?;
    let history = domain::topics::history(&mut tx, &by, id)
        .await
        .map_err(ctx::failed)?;
    let messages = domain::contacts::messages(&mut tx, &by, id)
        .await
        .map_err(ctx::failed)?;
    Ok(PersonView {
        contact,
        choices,
        history,
        messages,
    })
}

/// Adds a person, or changes one.
#[server(prefix = "/rpc", endpoint = "audience/save-person", input = Json)]
pub async fn save_person(
    unit: String,
    id: Option<ContactId>,
    input: ContactInput,
) -> Result<ContactId, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageContacts>(&unit)?;
    let mut tx = cx.begin().await?;
    let id = match id {
        Some(id) => domain::contacts::update(&mut tx, &by, id, &input)
            .await
            .map(|()| id),
        None => domain::contacts::create(&mut tx, &by, &input).await,
    }
    .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)?;
    Ok(id)
}

/// Takes people out of the unit; says how many.
#[server(prefix = "/rpc", endpoint = "audience/remove-people", input = Json)]
pub async fn remove_people(unit: String, ids: Vec<ContactId>) -> Result<u64, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageContacts>(&unit)?;
    let mut tx = cx.begin().await?;
    let count = domain::contacts::remove(&mut tx, &by, &ids)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)?;
    Ok(count)
}

/// Makes one of a person's addresses or numbers the one in use.
#[server(prefix = "/rpc", endpoint = "audience/set-primary", input = Json)]
pub async fn set_primary(unit: String, id: ContactId, identity: IdentityId) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageContacts>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::contacts::set_primary(&mut tx, &by, id, identity)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)
}

/// What a person told staff about a topic; no frequency: they do not want it.
#[server(prefix = "/rpc", endpoint = "audience/choose-topic", input = Json)]
pub async fn choose_topic(
    unit: String,
    id: ContactId,
    topic: TopicId,
    frequency: Option<Frequency>,
    wording: String,
) -> Result<(), ApiError> {
    use crate::ctx;
    use domain::topics::Choice;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageContacts>(&unit)?;
    let mut tx = cx.begin().await?;
    let choice = frequency.map_or(Choice::Unsubscribed, Choice::Subscribed);
    domain::topics::choose_for(&mut tx, &by, id, topic, choice, &wording)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)
}

/// Stops all marketing to a person.
#[server(prefix = "/rpc", endpoint = "audience/stop-all", input = Json)]
pub async fn stop_all(unit: String, id: ContactId) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageContacts>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::topics::unsubscribe_all_for(&mut tx, &by, id)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)
}

/// Takes such a stop back, at the person's word.
#[server(prefix = "/rpc", endpoint = "audience/restore-all", input = Json)]
pub async fn restore_all(unit: String, id: ContactId, wording: String) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageContacts>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::topics::restore_all_for(&mut tx, &by, id, &wording)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)
}

/// The unit's topics.
#[server(prefix = "/rpc", endpoint = "audience/topics", input = Json)]
pub async fn topics(unit: String) -> Result<Vec<Topic>, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadTopics>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::topics::list(&mut tx, &by).await.map_err(ctx::failed)
}

/// One topic.
#[server(prefix = "/rpc", endpoint = "audience/topic", input = Json)]
pub async fn topic_by_id(unit: String, id: TopicId) -> Result<Topic, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadTopics>(&unit)?;
    let mut tx = cx.begin().await?;
    let found = domain::topics::get(&mut tx, &by, id).await.map_err(ctx::failed)?;
    found.ok_or(ApiError::new(types::Code::NotFound))
}

/// Makes a topic, or changes one.
#[server(prefix = "/rpc", endpoint = "audience/save-topic", input = Json)]
pub async fn save_topic(unit: String, id: Option<TopicId>, input: TopicInput) -> Result<TopicId, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageTopics>(&unit)?;
    let mut tx = cx.begin().await?;
    let id = match id {
        Some(id) => domain::topics::update(&mut tx, &by, id, &input)
            .await
            .map(|()| id),
        None => domain::topics::create(&mut tx, &by, &input).await,
    }
    .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)?;
    Ok(id)
}

/// Takes a topic out of use, or back.
#[server(prefix = "/rpc", endpoint = "audience/archive-topic", input = Json)]
pub async fn archive_topic(unit: String, id: TopicId, archived: bool) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageTopics>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::topics::archive(&mut tx, &by, id, archived)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)
}

/// One page of the suppression list.
#[server(prefix = "/rpc", endpoint = "audience/suppressions", input = Json)]
pub async fn suppressions(unit: String, query: PageQuery) -> Result<Page<Suppression>, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadContacts>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::topics::suppressions::list(&mut tx, &by, &query)
        .await
        .map_err(ctx::failed)
}

/// Puts an address on the unit's list.
#[server(prefix = "/rpc", endpoint = "audience/suppress", input = Json)]
pub async fn suppress(unit: String, input: SuppressionInput) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageSuppressions>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::topics::suppressions::add(&mut tx, &by, &input)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)
}

/// Takes an address off the unit's list.
#[server(prefix = "/rpc", endpoint = "audience/unsuppress", input = Json)]
pub async fn unsuppress(unit: String, id: SuppressionId, why: String) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageSuppressions>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::topics::suppressions::remove(&mut tx, &by, id, &why)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)
}

/// The unit's imports.
#[server(prefix = "/rpc", endpoint = "audience/imports", input = Json)]
pub async fn imports(unit: String, query: PageQuery) -> Result<Page<Import>, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadContacts>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::imports::list(&mut tx, &by, &query)
        .await
        .map_err(ctx::failed)
}

/// Everything an import's page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportView {
    pub import: Import,
    pub errors: Vec<RowError>,
}

/// One import, with its progress and first errors.
#[server(prefix = "/rpc", endpoint = "audience/import", input = Json)]
pub async fn import_state(unit: String, id: ImportId) -> Result<ImportView, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadContacts>(&unit)?;
    let mut tx = cx.begin().await?;
    let found = domain::imports::get(&mut tx, &by, id)
        .await
        .map_err(ctx::failed)?;
    let import = found.ok_or(ApiError::new(types::Code::NotFound))?;
    let errors = domain::imports::first_errors(&mut tx, &by, id, ERRORS_SHOWN)
        .await
        .map_err(ctx::failed)?;
    Ok(ImportView { import, errors })
}

/// The beginning of an uploaded file, read as said or as it looks.
#[server(prefix = "/rpc", endpoint = "audience/preview-import", input = Json)]
pub async fn preview_import(
    unit: String,
    id: ImportId,
    kind: ImportKind,
    said: Option<Dialect>,
) -> Result<Preview, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let mut tx = cx.begin().await?;
    match kind {
        ImportKind::Contacts => {
            let by = cx.grant::<domain::access::ImportContacts>(&unit)?;
            domain::imports::preview(&mut tx, &by, id, said)
                .await
                .map_err(ctx::failed)
        }
        ImportKind::Suppressions => {
            let by = cx.grant::<domain::access::ManageSuppressions>(&unit)?;
            domain::imports::preview(&mut tx, &by, id, said)
                .await
                .map_err(ctx::failed)
        }
    }
}

/// Starts an import.
#[server(prefix = "/rpc", endpoint = "audience/start-import", input = Json)]
pub async fn start_import(
    unit: String,
    id: ImportId,
    kind: ImportKind,
    options: ImportOptions,
) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let mut tx = cx.begin().await?;
    match kind {
        ImportKind::Contacts => {
            let by = cx.grant::<domain::access::ImportContacts>(&unit)?;
            domain::imports::start(&mut tx, &by, id, &options)
                .await
                .map_err(ctx::failed)?;
        }
        ImportKind::Suppressions => {
            let by = cx.grant::<domain::access::ManageSuppressions>(&unit)?;
            domain::imports::start(&mut tx, &by, id, &options)
                .await
                .map_err(ctx::failed)?;
        }
    }
    tx.commit().await.map_err(ctx::failed)
}

/// Stops an import, or discards a file that was not started.
#[server(prefix = "/rpc", endpoint = "audience/cancel-import", input = Json)]
pub async fn cancel_import(unit: String, id: ImportId, kind: ImportKind) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let mut tx = cx.begin().await?;
    match kind {
        ImportKind::Contacts => {
            let by = cx.grant::<domain::access::ImportContacts>(&unit)?;
            domain::imports::cancel(&mut tx, &by, id)
                .await
                .map_err(ctx::failed)?;
        }
        ImportKind::Suppressions => {
            let by = cx.grant::<domain::access::ManageSuppressions>(&unit)?;
            domain::imports::cancel(&mut tx, &by, id)
                .await
                .map_err(ctx::failed)?;
        }
    }
    tx.commit().await.map_err(ctx::failed)
}

/// Takes out everybody whom an import brought; says how many.
#[server(prefix = "/rpc", endpoint = "audience/undo-import", input = Json)]
pub async fn undo_import(unit: String, id: ImportId) -> Result<u64, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageContacts>(&unit)?;
    let mut tx = cx.begin().await?;
    let count = domain::imports::undo(&mut tx, &by, id)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)?;
    Ok(count)
}
