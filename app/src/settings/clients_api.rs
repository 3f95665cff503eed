//! What the page of API clients asks of the server.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use types::clients::{ApiClient, ApiClientInput, ApiCredentials, RotateInput};
use types::{ApiError, ClientId, Page};

/// The unit's API clients, those shut out last. There are few: one page holds them all.
#[server(prefix = "/rpc", endpoint = "settings/clients", input = Json)]
pub async fn list_clients(unit: String) -> Result<Page<ApiClient>, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageClients>(&unit)?;
    let mut tx = cx.begin().await?;
    let clients = domain::clients::list(&mut tx, &by).await.map_err(ctx::failed)?;
    Ok(Page {
        total: Some(clients.len() as u64),
        items: clients,
        next: None,
        estimated: false,
    })
}

/// Lets a system in, with no more than the reader may do. The secret is in this answer only.
#[server(prefix = "/rpc", endpoint = "settings/clients/create", input = Json)]
pub async fn create_client(unit: String, input: ApiClientInput) -> Result<ApiCredentials, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageClients>(&unit)?;
    let mut tx = cx.begin().await?;
    let made = domain::clients::create(&mut tx, &by, |scope| by.may(scope), &input)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map(|()| made).map_err(ctx::failed)
}

/// Changes what a client may do, from where, and how often.
#[server(prefix = "/rpc", endpoint = "settings/clients/update", input = Json)]
pub async fn update_client(unit: String, client: ClientId, input: ApiClientInput) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageClients>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::clients::update(&mut tx, &by, |scope| by.may(scope), client, &input)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)
}

/// Gives a client a new secret; the present ones work for as long as is asked for.
#[server(prefix = "/rpc", endpoint = "settings/clients/rotate", input = Json)]
pub async fn rotate_client(
    unit: String,
    client: ClientId,
    input: RotateInput,
) -> Result<ApiCredentials, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageClients>(&unit)?;
    let mut tx = cx.begin().await?;
    let made = domain::clients::rotate(&mut tx, &by, client, input)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map(|()| made).map_err(ctx::failed)
}

/// Shuts a client out at once.
#[server(prefix = "/rpc", endpoint = "settings/clients/revoke", input = Json)]
pub async fn revoke_client(unit: String, client: ClientId) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageClients>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::clients::revoke(&mut tx, &by, client)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)
}
