//! `/u/{token}`: a page that asks on GET; acts on POST, also as one click without a page (RFC 8058).

use super::{
    PublicState,
    page::{self, LanguageQuery, Page},
};
use crate::http::peer::client_network;
use askama::Template;
use axum::extract::FromRequest as _;
use axum::{
    body::Bytes,
    extract::{Multipart, Path, Query, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{
    events::{self, Recipient},
    tokens::{DeliveryRef, Subject},
    topics::Origin,
};
use i18n::td_string;
use std::collections::BTreeMap;
use types::{Language, topics::ConsentSource};

#[derive(Template)]
#[template(path = "public/unsubscribe.html")]
struct Unsubscribe {
    page: Page,
    topics: Vec<String>,
    address: String,
    /// Address of the person's preference centre.
    preferences: String,
    stopped: bool,
    done: Option<String>,
}

/// Asks. Changes nothing, whoever fetches it.
pub(super) async fn ask(
    State(state): State<PublicState>,
    Path(token): Path<String>,
    Query(query): Query<LanguageQuery>,
    headers: HeaderMap,
) -> Response {
    let asked = query.lang.as_deref();
    let Some(delivery) = state.tokens.read_unsubscribe(&token) else {
        return page::invalid(&state, &headers, asked);
    };
    let person = async {
        let mut tx = state.domain.begin().await?;
        events::recipient(&mut tx, delivery).await
    };
    match person.await {
        Ok(Some(person)) => show(&state, &headers, asked, delivery, &person, None),
        Ok(None) => page::gone(&state, &headers, asked),
        Err(error) => page::failed(&state, &headers, asked, error),
    }
}

/// Unsubscribes at once. A mail client's one click gets 200 and nothing to look at; a person gets the page.
pub(super) async fn act(
    State(state): State<PublicState>,
    Path(token): Path<String>,
    request: Request,
) -> Response {
    let headers = request.headers().clone();
    let network = client_network(request.extensions());
    let form = match read_form(request).await {
        Ok(form) => form,
        Err(status) => return status.into_response(),
    };
    let asked = form.get("lang").map(String::as_str);
    let Some(delivery) = state.tokens.read_unsubscribe(&token) else {
        return page::invalid(&state, &headers, asked);
    };
    let one_click = form
        .get("List-Unsubscribe")
        .is_some_and(|value| value.eq_ignore_ascii_case("One-Click"));
    let everything = form.get("act").is_some_and(|act| act == "all");
    if !one_click && !form.contains_key("act") {
        return StatusCode::BAD_REQUEST.into_response();
    }
    let source = if one_click {
        ConsentSource::OneClick
    } else {
        ConsentSource::UnsubscribePage
    };
    match apply(&state, delivery, source, everything, &network).await {
        Ok(Some(_)) if one_click => StatusCode::OK.into_response(),
        Ok(Some(person)) => {
            let locale = Page::new(&state, &headers, asked, Some(&person)).locale;
            let done = if everything {
                td_string!(locale, public.stopped_all).to_string()
            } else {
                td_string!(locale, public.unsubscribed).to_string()
            };
            show(&state, &headers, asked, delivery, &person, Some(done))
        }
        // Nobody is left to unsubscribe: the mail client asked for just that state.
        Ok(None) if one_click => StatusCode::OK.into_response(),
        Ok(None) => page::gone(&state, &headers, asked),
        Err(error) => page::failed(&state, &headers, asked, error),
    }
}

/// RFC 8058 section 3.1: `multipart/form-data` or `application/x-www-form-urlencoded`.
async fn read_form(request: Request) -> Result<BTreeMap<String, String>, StatusCode> {
    let kind = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if kind.starts_with("multipart/form-data") {
        let mut parts = Multipart::from_request(request, &())
            .await
            .map_err(|_| StatusCode::BAD_REQUEST)?;
        let mut form = BTreeMap::new();
        while let Some(part) = parts.next_field().await.map_err(|_| StatusCode::BAD_REQUEST)? {
            let name = part.name().unwrap_or_default().to_owned();
            form.insert(name, part.text().await.map_err(|_| StatusCode::BAD_REQUEST)?);
        }
        return Ok(form);
    }
    let body = Bytes::from_request(request, &())
        .await
        .map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
    Ok(url::form_urlencoded::parse(&body).into_owned().collect())
}

async fn apply(
    state: &PublicState,
    delivery: DeliveryRef,
    source: ConsentSource,
    everything: bool,
    network: &str,
) -> domain::Result<Option<Recipient>> {
    let mut tx = state.domain.begin().await?;
    let Some(mut person) = events::recipient(&mut tx, delivery).await? else {
        return Ok(None);
    };
    let origin = Origin {
        source: Some(source),
        reference: Some(delivery.dispatch.uuid()),
        unit: person.unit.as_ref().map(|unit| unit.id),
        wording: "unsubscribe",
        wording_version: "1",
        remote_address: Some(network).filter(|network| !network.is_empty()),
    };
    if everything {
        events::unsubscribe_all(&mut tx, Some(delivery), person.contact, &origin).await?;
        person.unsubscribed_all = true;
    } else {
        events::unsubscribe(&mut tx, delivery, &person, &origin).await?;
    }
    tx.commit().await?;
    Ok(Some(person))
}

fn show(
    state: &PublicState,
    headers: &HeaderMap,
    asked: Option<&str>,
    delivery: DeliveryRef,
    person: &Recipient,
    done: Option<String>,
) -> Response {
    let page = Page::new(state, headers, asked, Some(person));
    let locale = page.locale;
    let page = page.titled(td_string!(locale, public.unsubscribe_title));
    let topics = person
        .topics
        .iter()
        .map(|topic| name_in(&topic.name, page.language))
        .filter(|name| !name.is_empty())
        .collect();
    let view = Unsubscribe {
        topics,
        address: person.address.clone(),
        preferences: format!("/p/{}", state.tokens.preferences(Subject::Delivery(delivery))),
        stopped: person.unsubscribed_all,
        done,
        page,
    };
    page::render(StatusCode::OK, &view.page.nonce.clone(), &view)
}

/// A topic's name in the reader's language, else English, else any.
fn name_in(names: &serde_json::Value, language: Language) -> String {
    let text = |code: &str| {
        names
            .get(code)
            .and_then(serde_json::Value::as_str)
            .filter(|name| !name.is_empty())
    };
    text(language.code())
        .or_else(|| text("en"))
        .or_else(|| {
            names
                .as_object()
                .and_then(|names| names.values().find_map(serde_json::Value::as_str))
        })
        .unwrap_or_default()
        .to_owned()
}
