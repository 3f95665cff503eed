//! What the pages of relays and sender domains ask of the server.

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use types::live::Live;
use types::sending::{
    DkimKind, RecipientLimit, Relay, RelayInput, RelayTrial, SenderDomain, SenderDomainInput, UnitPlaces,
};
use types::{ApiError, DkimKeyId, Page, RelayId, SenderDomainId};

/// All relays. There are few: one page holds them all.
#[server(prefix = "/rpc", endpoint = "settings/relays", input = Json)]
pub async fn list_relays(unit: String) -> Result<Page<Relay>, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageSystem>(&unit)?;
    let mut tx = cx.begin().await?;
    let items = domain::sending::list_relays(&mut tx, &by)
        .await
        .map_err(ctx::failed)?;
    Ok(Page {
        total: Some(items.len() as u64),
        items,
        next: None,
        estimated: false,
    })
}

/// Adds a relay, or changes one.
#[server(prefix = "/rpc", endpoint = "settings/relays/save", input = Json)]
pub async fn save_relay(unit: String, id: Option<RelayId>, input: RelayInput) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageSystem>(&unit)?;
    let mut tx = cx.begin().await?;
    match id {
        Some(id) => domain::sending::update_relay(&mut tx, &by, id, &input)
            .await
            .map(drop),
        None => domain::sending::create_relay(&mut tx, &by, &input)
            .await
            .map(drop),
    }
    .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)
}

/// Opens a connection to a relay and closes it again.
#[server(prefix = "/rpc", endpoint = "settings/relays/test", input = Json)]
pub async fn test_relay(unit: String, id: RelayId) -> Result<RelayTrial, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let outside = ctx::outside()?;
    cx.grant::<domain::access::ManageSystem>(&unit)?;
    let relay = domain::sending::relay_config(&cx.domain, id)
        .await
        .map_err(ctx::failed)?
        .ok_or(ApiError::new(types::Code::NotFound))?;
    Ok(outside.try_relay(relay).await)
}

/// What is being sent at this moment, by whom, in the whole installation.
#[server(prefix = "/rpc", endpoint = "settings/live", input = Json)]
pub async fn live_sending(unit: String) -> Result<Live, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageSystem>(&unit)?;
    let mut tx = cx.begin().await?;
    Ok(Live {
        workers: domain::dispatch::live(&mut tx, &by).await.map_err(ctx::failed)?,
        dispatches: domain::dispatch::running(&mut tx, &by)
            .await
            .map_err(ctx::failed)?,
    })
}

/// How fast others take mail.
#[server(prefix = "/rpc", endpoint = "settings/limits", input = Json)]
pub async fn list_limits(unit: String) -> Result<Vec<RecipientLimit>, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageSystem>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::sending::list_limits(&mut tx, &by)
        .await
        .map_err(ctx::failed)
}

/// Sets the limit of a recipients' domain.
#[server(prefix = "/rpc", endpoint = "settings/limits/set", input = Json)]
pub async fn set_limit(unit: String, input: RecipientLimit) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageSystem>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::sending::set_limit(&mut tx, &by, &input)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)
}

/// Takes a limit away.
#[server(prefix = "/rpc", endpoint = "settings/limits/remove", input = Json)]
pub async fn remove_limit(unit: String, domain: String) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageSystem>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::sending::remove_limit(&mut tx, &by, &domain)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)
}

/// The unit's sender domains. There are few: one page holds them all.
#[server(prefix = "/rpc", endpoint = "settings/domains", input = Json)]
pub async fn list_domains(unit: String) -> Result<Page<SenderDomain>, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageSenders>(&unit)?;
    let mut tx = cx.begin().await?;
    let items = domain::sending::list_domains(&mut tx, &by)
        .await
        .map_err(ctx::failed)?;
    Ok(Page {
        total: Some(items.len() as u64),
        items,
        next: None,
        estimated: false,
    })
}

/// One of the unit's sender domains.
#[server(prefix = "/rpc", endpoint = "settings/domains/get", input = Json)]
pub async fn get_domain(unit: String, id: SenderDomainId) -> Result<SenderDomain, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageSenders>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::sending::get_domain(&mut tx, &by, id)
        .await
        .map_err(ctx::failed)?
        .ok_or(ApiError::new(types::Code::NotFound))
}

/// Registers a sender domain, or changes one.
#[server(prefix = "/rpc", endpoint = "settings/domains/save", input = Json)]
pub async fn save_domain(
    unit: String,
    id: Option<SenderDomainId>,
    input: SenderDomainInput,
) -> Result<SenderDomainId, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageSenders>(&unit)?;
    let mut tx = cx.begin().await?;
    let id = match id {
        Some(id) => domain::sending::update_domain(&mut tx, &by, id, &input)
            .await
            .map(|_| id),
        None => domain::sending::create_domain(&mut tx, &by, &input).await,
    }
    .map_err(ctx::failed)?;
    tx.commit().await.map(|()| id).map_err(ctx::failed)
}

/// Forgets a sender domain and destroys its keys.
#[server(prefix = "/rpc", endpoint = "settings/domains/remove", input = Json)]
pub async fn remove_domain(unit: String, id: SenderDomainId) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageSenders>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::sending::remove_domain(&mut tx, &by, id)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)
}

/// Looks a domain's records up.
#[server(prefix = "/rpc", endpoint = "settings/domains/check", input = Json)]
pub async fn check_domain(unit: String, id: SenderDomainId) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let outside = ctx::outside()?;
    let by = cx.grant::<domain::access::ManageSenders>(&unit)?;
    domain::sending::check_domain(&cx.domain, &by, outside.as_ref(), id)
        .await
        .map(drop)
        .map_err(ctx::failed)
}

/// Makes a key, which waits for its record.
#[server(prefix = "/rpc", endpoint = "settings/domains/keys/make", input = Json)]
pub async fn make_key(unit: String, id: SenderDomainId, kind: DkimKind) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageSenders>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::sending::make_key(&mut tx, &by, id, kind)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)
}

/// Lets a waiting key sign although its record was not seen.
#[server(prefix = "/rpc", endpoint = "settings/domains/keys/activate", input = Json)]
pub async fn activate_key(unit: String, id: SenderDomainId, key: DkimKeyId) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageSenders>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::sending::activate_key(&mut tx, &by, id, key)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)
}

/// Stops signing with a key.
#[server(prefix = "/rpc", endpoint = "settings/domains/keys/retire", input = Json)]
pub async fn retire_key(unit: String, id: SenderDomainId, key: DkimKeyId) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageSenders>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::sending::retire_key(&mut tx, &by, id, key)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)
}

/// Destroys a key that does not sign.
#[server(prefix = "/rpc", endpoint = "settings/domains/keys/remove", input = Json)]
pub async fn remove_key(unit: String, id: SenderDomainId, key: DkimKeyId) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageSenders>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::sending::remove_key(&mut tx, &by, id, key)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)
}

/// The unit's own bounce domain and address of links.
#[server(prefix = "/rpc", endpoint = "settings/places", input = Json)]
pub async fn get_unit_places(unit: String) -> Result<UnitPlaces, ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageSenders>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::sending::unit_places(&mut tx, &by)
        .await
        .map_err(ctx::failed)
}

/// Sets them.
#[server(prefix = "/rpc", endpoint = "settings/places/set", input = Json)]
pub async fn set_unit_places(unit: String, input: UnitPlaces) -> Result<(), ApiError> {
    use crate::ctx;
    let cx = ctx::get()?;
    let by = cx.grant::<domain::access::ManageSenders>(&unit)?;
    let mut tx = cx.begin().await?;
    domain::sending::set_unit_places(&mut tx, &by, &input)
        .await
        .map_err(ctx::failed)?;
    tx.commit().await.map_err(ctx::failed)
}
