//! `/p/{token}`: what to hear about and how often, stop everything, allow it again.

use super::{
    PublicState,
    page::{self, LanguageQuery, Page},
};
use crate::http::peer::client_network;
use askama::Template;
use axum::{
    Form,
    extract::{Path, Query, State},
    http::{Extensions, HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use domain::{
    events::{self, Recipient},
    tokens::Subject,
    topics::{self, Choice, Origin, SubscriberChoice},
};
use i18n::td_string;
use std::collections::BTreeMap;
use types::{
    Language, TopicId,
    topics::{ConsentSource, Frequency, SubscriptionStatus, localised},
};

#[derive(Template)]
#[template(path = "public/preferences.html")]
struct Preferences {
    page: Page,
    person: Recipient,
    units: Vec<UnitView>,
    done: Option<String>,
}

struct UnitView {
    name: String,
    topics: Vec<TopicView>,
}

struct TopicView {
    id: TopicId,
    name: String,
    description: String,
    /// `off`, `all`, `weekly` or `monthly`.
    value: &'static str,
}

/// Shows the choices. Changes nothing.
pub(super) async fn show(
    State(state): State<PublicState>,
    Path(token): Path<String>,
    Query(query): Query<LanguageQuery>,
    headers: HeaderMap,
) -> Response {
    let asked = query.lang.as_deref();
    let Some(subject) = state.tokens.read_preferences(&token) else {
        return page::invalid(&state, &headers, asked);
    };
    match load(&state, subject).await {
        Ok(Some((person, choices))) => {
            let page = Page::new(&state, &headers, asked, Some(&person));
            let locale = page.locale;
            let done = match query.done.as_deref() {
                Some("saved") => Some(td_string!(locale, public.saved).to_string()),
                Some("stopped") if person.unsubscribed_all => {
                    Some(td_string!(locale, public.stopped_all).to_string())
                }
                Some("resumed") if !person.unsubscribed_all => {
                    Some(td_string!(locale, public.resumed).to_string())
                }
                _ => None,
            };
            let units = by_unit(choices, page.language);
            let page = page.titled(td_string!(locale, public.preferences_title));
            page::render(
                StatusCode::OK,
                &page.nonce.clone(),
                &Preferences {
                    page,
                    person,
                    units,
                    done,
                },
            )
        }
        Ok(None) => page::gone(&state, &headers, asked),
        Err(error) => page::failed(&state, &headers, asked, error),
    }
}

/// Saves what was sent, then shows the page again by redirect, so that a reload sends nothing twice.
pub(super) async fn change(
    State(state): State<PublicState>,
    Path(token): Path<String>,
    headers: HeaderMap,
    extensions: Extensions,
    Form(form): Form<BTreeMap<String, String>>,
) -> Response {
    let asked = form.get("lang").map(String::as_str);
    let Some(subject) = state.tokens.read_preferences(&token) else {
        return page::invalid(&state, &headers, asked);
    };
    let network = client_network(&extensions);
    match apply(&state, subject, &form, &network).await {
        Ok(Some(done)) => {
            let language = asked.and_then(|asked| asked.parse::<Language>().ok());
            let lang = language
                .map(|language| format!("&lang={language}"))
                .unwrap_or_default();
            Redirect::to(&format!("/p/{token}?done={done}{lang}")).into_response()
        }
        Ok(None) => page::gone(&state, &headers, asked),
        Err(error) => page::failed(&state, &headers, asked, error),
    }
}

async fn load(
    state: &PublicState,
    subject: Subject,
) -> domain::Result<Option<(Recipient, Vec<SubscriberChoice>)>> {
    let mut tx = state.domain.begin().await?;
    let Some(person) = events::subscriber(&mut tx, subject).await? else {
        return Ok(None);
    };
    let choices = topics::choices_of_subscriber(&mut tx, person.contact).await?;
    Ok(Some((person, choices)))
}

/// `None`: the person is gone. Only topics that the page showed can be changed by it.
async fn apply(
    state: &PublicState,
    subject: Subject,
    form: &BTreeMap<String, String>,
    network: &str,
) -> domain::Result<Option<&'static str>> {
    let mut tx = state.domain.begin().await?;
    let Some(person) = events::subscriber(&mut tx, subject).await? else {
        return Ok(None);
    };
    let delivery = match subject {
        Subject::Delivery(delivery) => Some(delivery),
        Subject::Contact(_) => None,
    };
    let origin = Origin {
        source: Some(ConsentSource::PreferenceCentre),
        reference: delivery.map(|delivery| delivery.dispatch.uuid()),
        unit: person.unit.as_ref().map(|unit| unit.id),
        wording: "preference centre",
        wording_version: "1",
        remote_address: Some(network).filter(|network| !network.is_empty()),
    };
    let done = match form.get("act").map(String::as_str) {
        Some("stop_all") => {
            events::unsubscribe_all(&mut tx, delivery, person.contact, &origin).await?;
            "stopped"
        }
        Some("resume") => {
            topics::restore_all(&mut tx, person.contact, &origin).await?;
            "resumed"
        }
        _ => {
            for shown in topics::choices_of_subscriber(&mut tx, person.contact).await? {
                let choice = match form
                    .get(&format!("topic_{}", shown.choice.topic_id))
                    .map(String::as_str)
                {
                    Some("off") if shown.choice.status.is_none() => continue,
                    Some("off") => Choice::Unsubscribed,
                    Some(frequency) => match frequency.parse::<Frequency>() {
                        Ok(frequency) => Choice::Subscribed(frequency),
                        Err(_) => continue,
                    },
                    None => continue,
                };
                let origin = Origin {
                    unit: Some(shown.unit),
                    ..origin.clone()
                };
                topics::choose(&mut tx, person.contact, shown.choice.topic_id, choice, &origin).await?;
            }
            "saved"
        }
    };
    tx.commit().await?;
    Ok(Some(done))
}

fn by_unit(choices: Vec<SubscriberChoice>, language: Language) -> Vec<UnitView> {
    let mut units: Vec<UnitView> = Vec::new();
    for shown in choices {
        let choice = shown.choice;
        let value = match (choice.status, choice.frequency) {
            (Some(SubscriptionStatus::Subscribed), frequency) => frequency.as_str(),
            _ => "off",
        };
        let topic = TopicView {
            id: choice.topic_id,
            name: localised(&choice.name, language, Language::En).to_owned(),
            description: localised(&choice.description, language, Language::En).to_owned(),
            value,
        };
        match units.last_mut() {
            Some(unit) if unit.name == shown.unit_name => unit.topics.push(topic),
            _ => units.push(UnitView {
                name: shown.unit_name,
                topics: vec![topic],
            }),
        }
    }
    units
}
