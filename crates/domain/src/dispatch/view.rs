//! One recipient's message as it was sent (law 9), and where its links lead.

use super::context;
use crate::{
    Domain, Result,
    tokens::{Click, DeliveryRef, Subject, Tokens},
};
use render::{LinkMap, Person, Rendered};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};
use types::{DispatchId, Language};

/// The addresses that one recipient's message contains: signed, counted, and the same each time it is rendered.
#[derive(Clone, Copy)]
pub struct TrackedLinks<'a> {
    /// Makes the tokens.
    pub tokens: &'a Tokens,
    /// What links begin with, without a slash at the end.
    pub public_url: &'a str,
    /// Whose message.
    pub delivery: DeliveryRef,
    /// Which version of it.
    pub language: Language,
    /// Opens and clicks are counted in marketing only; others keep their plain links.
    pub tracked: bool,
}

impl LinkMap for TrackedLinks<'_> {
    fn link(&self, number: u32, address: &str, out: &mut String) {
        match u16::try_from(number) {
            Ok(link) if self.tracked => {
                let click = Click {
                    delivery: self.delivery,
                    language: self.language,
                    link,
                };
                self.push("/t/c/", &self.tokens.click(click), out);
            }
            _ => out.push_str(address),
        }
    }

    fn unsubscribe(&self, out: &mut String) {
        self.push("/u/", &self.tokens.unsubscribe(self.delivery), out);
    }

    fn preferences(&self, out: &mut String) {
        self.push(
            "/p/",
            &self.tokens.preferences(Subject::Delivery(self.delivery)),
            out,
        );
    }

    fn view(&self, out: &mut String) {
        self.push("/v/", &self.tokens.view(self.delivery), out);
    }

    fn open_pixel(&self, out: &mut String) -> bool {
        if self.tracked {
            self.push("/t/o/", &self.tokens.open(self.delivery), out);
            out.push_str(".gif");
        }
        self.tracked
    }
}

impl TrackedLinks<'_> {
    fn push(&self, path: &str, token: &str, out: &mut String) {
        out.push_str(self.public_url);
        out.push_str(path);
        out.push_str(token);
    }
}

/// Renders the message of one recipient with its own links, as it was sent. None: no such recipient.
///
/// # Errors
/// When the database cannot be asked or the sealed message no longer renders.
pub async fn view(domain: &Domain, delivery: DeliveryRef) -> Result<Option<Rendered>> {
    let Some(person) = person(domain, delivery).await? else {
        return Ok(None);
    };
    let Some(context) = context(domain, delivery.dispatch).await? else {
        return Ok(None);
    };
    let compiled = render::compile(&context.source)
        .map_err(|_| crate::Error::broken("a sealed message does not compile"))?;
    let tokens = Tokens::new(domain.keys());
    let sender_domain = context.sender.from_address.rsplit('@').next().unwrap_or_default();
    let places = crate::sending::places(domain, context.unit, sender_domain).await?;
    let links = TrackedLinks {
        tokens: &tokens,
        public_url: &places.tracking_origin,
        delivery,
        language: compiled.language_for(&person),
        tracked: context.is_marketing(),
    };
    let rendered = compiled
        .render(&person, &links)
        .map_err(|_| crate::Error::broken("a sealed message does not render"))?;
    Ok(Some(rendered))
}

async fn person(domain: &Domain, delivery: DeliveryRef) -> Result<Option<Person>> {
    let row = sqlx::query!(
        r#"select address as "address!", language as "language!", first_name as "first_name!", last_name as "last_name!", attributes as "attributes!" from ledger_line($1, $2)"#,
        delivery.dispatch.uuid(),
        delivery.seq
    )
    .fetch_optional(domain.pool())
    .await?;
    Ok(row.map(|row| Person {
        first_name: row.first_name,
        last_name: row.last_name,
        email: row.address,
        language: row.language.parse().ok(),
        attributes: match row.attributes {
            serde_json::Value::Object(map) => map,
            _ => serde_json::Map::new(),
        },
    }))
}

/// Where a click leads. Never taken from the request: the number stands for an address in the ledger, and one with
/// variables is rendered for the recipient.
///
/// # Errors
/// When the database cannot be asked.
pub async fn link_target(domain: &Domain, click: Click) -> Result<Option<String>> {
    match stored_target(domain, click).await? {
        Some(address) if is_personal(&address) => personal_target(domain, click).await,
        found => Ok(found),
    }
}

/// Remembers where links lead: their addresses are immutable. Bounded: emptied when full. One per process.
#[derive(Debug, Default)]
pub struct LinkCache(Mutex<HashMap<(DispatchId, Language, u16), String>>);

impl LinkCache {
    const MOST: usize = 10_000;

    /// [`link_target`], asking the database once a link.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn target(&self, domain: &Domain, click: Click) -> Result<Option<String>> {
        let key = (click.delivery.dispatch, click.language, click.link);
        if let Some(address) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Some(address.clone()));
        }
        let Some(address) = stored_target(domain, click).await? else {
            return Ok(None);
        };
        if is_personal(&address) {
            return personal_target(domain, click).await;
        }
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= Self::MOST {
            known.clear();
        }
        known.insert(key, address.clone());
        Ok(Some(address))
    }
}

fn is_personal(address: &str) -> bool {
    address.contains("{{") || address.contains("{%")
}

async fn stored_target(domain: &Domain, click: Click) -> Result<Option<String>> {
    let address = sqlx::query_scalar!(
        "select url from dispatch_links where dispatch_id = $1 and language = $2 and number = $3",
        click.delivery.dispatch.uuid(),
        click.language.code(),
        i16::try_from(click.link).unwrap_or(-1)
    )
    .fetch_optional(domain.pool())
    .await?;
    Ok(address)
}

async fn personal_target(domain: &Domain, click: Click) -> Result<Option<String>> {
    let Some(person) = person(domain, click.delivery).await? else {
        return Ok(None);
    };
    let Some(context) = context(domain, click.delivery.dispatch).await? else {
        return Ok(None);
    };
    let compiled = render::compile(&context.source)
        .map_err(|_| crate::Error::broken("a sealed message does not compile"))?;
    Ok(compiled
        .link_address(u32::from(click.link), &person)
        .ok()
        .flatten())
}
