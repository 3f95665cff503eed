//! For people: a list, and each message as its reader would see it.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use domain::captured::{self, Mail, MailRow};
use i18n::{Locale, td_string};
use mail_parser::MessageParser;
use serde::Deserialize;
use types::{MailId, PageQuery};

use super::{MayRead, failed};
use crate::state::AppState;

/// The frame of a page.
struct Page {
    language: &'static str,
    locale: Locale,
    nonce: String,
}

impl Page {
    fn new(state: &AppState, headers: &HeaderMap) -> Self {
        let accept = headers
            .get(header::ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok());
        let locale = accept.and_then(i18n::negotiate).unwrap_or_default();
        Self {
            language: i18n::language_of(locale).code(),
            locale,
            nonce: STANDARD_NO_PAD.encode(state.domain.random::<16>()),
        }
    }

    fn render(nonce: &str, template: &impl Template) -> Response {
        let Ok(html) = template.render() else {
            return failed(domain::Error::broken("the inbox's template"));
        };
        let policy = format!(
            "default-src 'none'; style-src 'nonce-{nonce}'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        );
        let mut response = Html(html).into_response();
        if let Ok(policy) = HeaderValue::from_str(&policy) {
            response
                .headers_mut()
                .insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

/// What the pages show of a message.
struct Line {
    id: MailId,
    time: String,
    from: String,
    to: String,
    subject: String,
}

impl From<&MailRow> for Line {
    fn from(row: &MailRow) -> Self {
        let to = if row.to.is_empty() {
            row.recipients.join(", ")
        } else {
            row.to.clone()
        };
        Self {
            id: row.id,
            time: row.received_at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
            from: row.from.clone(),
            to,
            subject: row.subject.clone(),
        }
    }
}

#[derive(Template)]
#[template(path = "dev/inbox.html")]
struct Inbox {
    page: Page,
    mails: Vec<Line>,
    search: String,
    older: bool,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "dev/message.html")]
struct Message {
    page: Page,
    mail: Line,
    sender: String,
    has_html: bool,
    text: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Filter {
    search: String,
    after: Option<String>,
}

pub(super) async fn list(
    State(state): State<AppState>,
    MayRead(reader): MayRead,
    headers: HeaderMap,
    Query(filter): Query<Filter>,
) -> Response {
    let query = PageQuery {
        search: filter.search.clone(),
        after: filter.after.clone(),
        ..PageQuery::default()
    };
    let listed = async {
        let mut tx = state.domain.begin().await?;
        captured::list(&mut tx, &reader, &query).await
    };
    let listed = match listed.await {
        Ok(listed) => listed,
        Err(error) => return failed(error),
    };
    let next = listed.next.map(|after| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if !filter.search.is_empty() {
            query.append_pair("search", &filter.search);
        }
        format!("/dev/mail?{}", query.append_pair("after", &after).finish())
    });
    let page = Page::new(&state, &headers);
    let nonce = page.nonce.clone();
    let mails = listed.items.iter().map(Line::from).collect();
    Page::render(
        &nonce,
        &Inbox {
            page,
            mails,
            search: filter.search,
            older: filter.after.is_some(),
            next,
        },
    )
}

pub(super) async fn show(
    State(state): State<AppState>,
    MayRead(reader): MayRead,
    headers: HeaderMap,
    Path(id): Path<MailId>,
) -> Response {
    let mail = match load(&state, &reader, id).await {
        Ok(mail) => mail,
        Err(response) => return response,
    };
    let parsed = MessageParser::default().parse(&mail.raw);
    let text = parsed
        .as_ref()
        .and_then(|it| it.body_text(0))
        .map(|it| it.replace("\r\n", "\n"))
        .unwrap_or_default();
    let has_html = parsed.as_ref().is_some_and(|it| it.html_body_count() > 0);
    let page = Page::new(&state, &headers);
    let nonce = page.nonce.clone();
    Page::render(
        &nonce,
        &Message {
            page,
            mail: Line::from(&mail.row),
            sender: mail.row.sender.clone(),
            has_html,
            text,
        },
    )
}

/// The HTML part in a sandbox of its own: no scripts, no forms, links open beside it. Pictures load, as they would for the
/// reader: looking at a captured message counts as opening it.
pub(super) async fn html(
    State(state): State<AppState>,
    MayRead(reader): MayRead,
    Path(id): Path<MailId>,
) -> Response {
    let mail = match load(&state, &reader, id).await {
        Ok(mail) => mail,
        Err(response) => return response,
    };
    let parsed = MessageParser::default().parse(&mail.raw);
    let html = parsed.as_ref().and_then(|it| it.body_html(0)).unwrap_or_default();
    let html = html.replacen("<head>", "<head><base target=\"_blank\">", 1);
    let ours = state.config.http.public_url.origin();
    let policy = format!(
        "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src {ours} 'self' https: data:; style-src 'unsafe-inline'; \
         frame-ancestors 'self'"
    );
    let mut response = Html(html).into_response();
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

pub(super) async fn raw(
    State(state): State<AppState>,
    MayRead(reader): MayRead,
    Path(id): Path<MailId>,
) -> Response {
    match load(&state, &reader, id).await {
        Ok(mail) => (
            [
                (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
                (header::CACHE_CONTROL, "no-store"),
            ],
            mail.raw,
        )
            .into_response(),
        Err(response) => response,
    }
}

pub(super) async fn clear(State(state): State<AppState>, MayRead(reader): MayRead) -> Response {
    let cleared = async {
        let mut tx = state.domain.begin().await?;
        captured::clear(&mut tx, &reader).await?;
        tx.commit().await
    };
    match cleared.await {
        Ok(()) => Redirect::to("/dev/mail").into_response(),
        Err(error) => failed(error),
    }
}

async fn load(state: &AppState, reader: &captured::Reader, id: MailId) -> Result<Mail, Response> {
    let found = async {
        let mut tx = state.domain.begin().await?;
        captured::get(&mut tx, reader, id).await
    };
    match found.await {
        Ok(Some(mail)) => Ok(mail),
        Ok(None) => Err(failed(domain::Error::not_found())),
        Err(error) => Err(failed(error)),
    }
}
