//! What is called: a definition with the words of the demo's campaign, and a client that may call it.

use std::net::Ipv4Addr;
use std::sync::Arc;

use anyhow::{Context, Result};
use domain::access::{ApproveCampaigns, EditCampaigns, ReadCampaigns};
use domain::{Domain, approvals, campaigns, clients, messages};
use types::access::Permission;
use types::clients::{ApiClientInput, MOST_RATE};
use types::content::Classification;
use types::messages::{Channel, DefinitionUpdate, NewDefinition, Parameter, ParameterKind};

use crate::node::{self, failed};
use crate::send::campaign::{self, UNIT};

pub const KEY: &str = "order-placed";

/// A token, and people whom the unit knows.
pub async fn live(domain: &Domain) -> Result<(String, Vec<String>)> {
    let (author, approver) = (
        node::staff(domain, "marta").await?,
        node::staff(domain, "piotr").await?,
    );
    let unit = author.unit_by_key(UNIT).context("the unit")?.id;
    let model = campaign::model(domain, unit).await?;
    let edit = author.grant::<EditCampaigns>(unit).map_err(failed)?;
    let read = author.grant::<ReadCampaigns>(unit).map_err(failed)?;
    let mut tx = domain.begin().await.map_err(failed)?;
    let model = campaigns::get(&mut tx, &read, model)
        .await
        .map_err(failed)?
        .context("the model")?;
    let mut content = model.content;
    for version in content.languages.values_mut() {
        "Order {{ attributes.order }}".clone_into(&mut version.subject);
    }
    let order = Parameter {
        name: "order".to_owned(),
        kind: ParameterKind::Text,
        required: true,
        default: None,
        example: None,
        description: String::new(),
    };
    let new = NewDefinition {
        key: KEY.to_owned(),
        name: "Order placed".to_owned(),
        classification: Some(Classification::Transactional),
        template_id: None,
        parameters: vec![order],
        channel: Channel::Email,
    };
    let id = messages::create(&mut tx, &edit, &new).await.map_err(failed)?;
    let change = DefinitionUpdate {
        edit_version: 1,
        content: Some(content),
        sender_profile_id: model.sender_profile_id,
        ..DefinitionUpdate::default()
    };
    messages::update(&mut tx, &edit, id, &change)
        .await
        .map_err(failed)?;
    approvals::submit(&mut tx, &edit, id, "").await.map_err(failed)?;
    let (review, seal) = approvals::waiting_of(&mut tx, &read, id)
        .await
        .map_err(failed)?
        .context("the review")?;
    let approve = approver.grant::<ApproveCampaigns>(unit).map_err(failed)?;
    approvals::approve(&mut tx, &approve, review, &seal, "")
        .await
        .map_err(failed)?;
    let client = ApiClientInput {
        name: "Shop".to_owned(),
        scopes: vec![Permission::SendMessages],
        // What is measured is the way of a message, not the limit.
        requests_per_minute: Some(MOST_RATE),
        burst: Some(MOST_RATE),
        ..ApiClientInput::default()
    };
    let made = clients::create_by_operator(&mut tx, unit, &client)
        .await
        .map_err(failed)?;
    tx.commit().await.map_err(failed)?;
    let (meter, here) = (Arc::default(), Ipv4Addr::LOCALHOST.into());
    let (_, token) = clients::exchange(domain, &meter, here, made.client_id, &made.client_secret, &[])
        .await
        .map_err(failed)?;
    let token = token.context("a token")?;
    let addresses = sqlx::query_scalar(
        "select i.value from contact_units m join contacts c on c.id = m.contact_id join identities i on i.contact_id = c.id and i.kind = 'email' and i.is_primary
         where m.unit_id = $1 and i.bounced_at is null and c.erased_at is null and c.restricted_at is null order by m.contact_id limit 2000",
    )
    .bind(unit.uuid())
    .fetch_all(domain.pool())
    .await?;
    Ok((token.value, addresses))
}
