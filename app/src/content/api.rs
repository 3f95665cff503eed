//! What the pages of the area ask of the server.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use types::content::{ImageRow, SamplePerson, SenderProfile, SenderProfileInput, TemplateInput, TemplateRow};
use types::{ApiError, ImageId, Page, PageQuery, SenderProfileId, TemplateId};

/// Templates of the unit and of those above it.
#[server(prefix = "/rpc", endpoint = "content/templates", input = Json)]
pub async fn list_templates(unit: String, query: PageQuery) -> Result<Page<TemplateRow>, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadContent>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::content::templates::list(&mut tx, &by, &query)
        .await
        .map_err(ctx::failed)
}

/// One template; at a version, or at its newest.
#[server(prefix = "/rpc", endpoint = "content/template", input = Json)]
pub async fn read_template(
    unit: String,
    id: TemplateId,
    version: Option<i32>,
) -> Result<Option<TemplateRow>, ApiError> {
    use crate::ctx;
    use domain::content::templates;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadContent>(&unit)?;
    let mut tx = cx.begin().await?;
    match version {
        Some(version) => templates::get_version(&mut tx, &by, id, version).await,
        None => templates::get(&mut tx, &by, id).await,
    }
    .map_err(ctx::failed)
}

/// Makes a template or changes one; gives its id.
#[server(prefix = "/rpc", endpoint = "content/template/save", input = Json)]
pub async fn save_template(
    unit: String,
    id: Option<TemplateId>,
    input: TemplateInput,
) -> Result<TemplateRow, ApiError> {
    use crate::ctx;
    use domain::content::templates;
    use types::Code;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::EditContent>(&unit)?;
    let read = cx.grant::<domain::access::ReadContent>(&unit)?;
    let mut tx = cx.begin().await?;
    let id = match id {
        None => templates::create(&mut tx, &by, &input)
            .await
            .map_err(ctx::failed)?,
        Some(id) => {
            let changed = templates::update(&mut tx, &by, id, &input)
                .await
                .map_err(ctx::failed)?;
            changed.ok_or(ApiError::new(Code::NotFound))?;
            id
        }
    };
    let saved = templates::get(&mut tx, &read, id).await.map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)?;
    saved.ok_or(ApiError::new(Code::NotFound))
}

/// Takes a template out of the gallery, or back.
#[server(prefix = "/rpc", endpoint = "content/template/archive", input = Json)]
pub async fn archive_template(unit: String, id: TemplateId, archived: bool) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::EditContent>(&unit)?;
    let mut tx = cx.begin().await?;
    let found = domain::content::templates::archive(&mut tx, &by, id, archived)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)?;
    found.then_some(()).ok_or(ApiError::new(types::Code::NotFound))
}

/// What surrounds an author's words in a message of this unit.
#[server(prefix = "/rpc", endpoint = "content/setting", input = Json)]
pub async fn preview_setting(unit: String) -> Result<render::Setting, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadContent>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::content::setting(&mut tx, &by).await.map_err(ctx::failed)
}

/// Real people of the unit, for previews.
#[server(prefix = "/rpc", endpoint = "content/samples", input = Json)]
pub async fn sample_people(unit: String, search: String) -> Result<Vec<SamplePerson>, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadContacts>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::content::samples::people(&mut tx, &by, &search)
        .await
        .map_err(ctx::failed)
}

/// Sender profiles of the unit.
#[server(prefix = "/rpc", endpoint = "content/senders", input = Json)]
pub async fn list_senders(unit: String, query: PageQuery) -> Result<Page<SenderProfile>, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadContent>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::content::senders::list(&mut tx, &by, &query)
        .await
        .map_err(ctx::failed)
}

/// The domains that sender profiles of the unit may use.
#[server(prefix = "/rpc", endpoint = "content/sender-domains", input = Json)]
pub async fn sender_domains(unit: String) -> Result<Vec<String>, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadContent>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::content::senders::domains(&mut tx, &by)
        .await
        .map_err(ctx::failed)
}

/// Makes a sender profile or changes one.
#[server(prefix = "/rpc", endpoint = "content/sender/save", input = Json)]
pub async fn save_sender(
    unit: String,
    id: Option<SenderProfileId>,
    input: SenderProfileInput,
) -> Result<(), ApiError> {
    use crate::ctx;
    use domain::content::senders;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageSenders>(&unit)?;
    let mut tx = cx.begin().await?;
    let found = match id {
        None => senders::create(&mut tx, &by, &input).await.map(|_| true),
        Some(id) => senders::update(&mut tx, &by, id, &input).await,
    }
    .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)?;
    found.then_some(()).ok_or(ApiError::new(types::Code::NotFound))
}

/// Takes a sender profile out of use, or back.
#[server(prefix = "/rpc", endpoint = "content/sender/archive", input = Json)]
pub async fn archive_sender(unit: String, id: SenderProfileId, archived: bool) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageSenders>(&unit)?;
    let mut tx = cx.begin().await?;
    let found = domain::content::senders::archive(&mut tx, &by, id, archived)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)?;
    found.then_some(()).ok_or(ApiError::new(types::Code::NotFound))
}

/// Images of the unit.
#[server(prefix = "/rpc", endpoint = "content/images", input = Json)]
pub async fn list_images(unit: String, query: PageQuery) -> Result<Page<ImageRow>, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ReadContent>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::content::images::list(&mut tx, &by, &query)
        .await
        .map_err(ctx::failed)
}

/// Changes an image's alternative text.
#[server(prefix = "/rpc", endpoint = "content/image/describe", input = Json)]
pub async fn describe_image(unit: String, id: ImageId, alt: String) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::EditContent>(&unit)?;
    let mut tx = cx.begin().await?;
    let found = domain::content::images::describe(&mut tx, &by, id, &alt)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)?;
    found.then_some(()).ok_or(ApiError::new(types::Code::NotFound))
}

/// Takes an image out of the library, or back.
#[server(prefix = "/rpc", endpoint = "content/image/archive", input = Json)]
pub async fn archive_image(unit: String, id: ImageId, archived: bool) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::EditContent>(&unit)?;
    let mut tx = cx.begin().await?;
    let found = domain::content::images::archive(&mut tx, &by, id, archived)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)?;
    found.then_some(()).ok_or(ApiError::new(types::Code::NotFound))
}
