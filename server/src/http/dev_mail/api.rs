//! For programs: browser tests read the mail that a person would.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::captured::{self, Mail};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use types::{MailId, PageQuery};

use super::{MayRead, failed};
use crate::state::AppState;

/// `?search=&limit=&after=`: search looks at addresses and subjects.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Filter {
    search: String,
    limit: Option<u32>,
    after: Option<String>,
}

/// A captured message.
#[derive(Debug, Serialize)]
struct Message {
    id: MailId,
    received_at: Timestamp,
    /// The To field, decoded.
    to: String,
    /// Envelope recipients.
    recipients: Vec<String>,
    /// The From field, decoded.
    from: String,
    /// Envelope sender.
    sender: String,
    subject: String,
    /// The message as received.
    raw: String,
}

impl From<Mail> for Message {
    fn from(mail: Mail) -> Self {
        Self {
            id: mail.row.id,
            received_at: mail.row.received_at,
            to: mail.row.to,
            recipients: mail.row.recipients,
            from: mail.row.from,
            sender: mail.row.sender,
            subject: mail.row.subject,
            raw: String::from_utf8_lossy(&mail.raw).into_owned(),
        }
    }
}

/// The newest messages first, as an array; where there are more, `Link: <…>; rel="next"`.
pub(super) async fn list(
    State(state): State<AppState>,
    MayRead(reader): MayRead,
    Query(filter): Query<Filter>,
) -> Response {
    let query = PageQuery {
        search: filter.search.clone(),
        limit: filter.limit,
        after: filter.after,
        ..PageQuery::default()
    };
    let listed = async {
        let mut tx = state.domain.begin().await?;
        captured::list_whole(&mut tx, &reader, &query).await
    };
    match listed.await {
        Ok(page) => {
            let next = page
                .next
                .as_deref()
                .map(|after| next_link(&filter.search, filter.limit, after));
            let messages: Vec<Message> = page.items.into_iter().map(Message::from).collect();
            let mut response = Json(messages).into_response();
            if let Some(link) =
                next.and_then(|next| HeaderValue::from_str(&format!("<{next}>; rel=\"next\"")).ok())
            {
                response.headers_mut().insert(header::LINK, link);
            }
            response
        }
        Err(error) => failed(error),
    }
}

fn next_link(search: &str, limit: Option<u32>, after: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if !search.is_empty() {
        query.append_pair("search", search);
    }
    if let Some(limit) = limit {
        query.append_pair("limit", &limit.to_string());
    }
    query.append_pair("after", after);
    format!("/dev/mail/api/messages?{}", query.finish())
}

/// One message.
pub(super) async fn get(
    State(state): State<AppState>,
    MayRead(reader): MayRead,
    Path(id): Path<MailId>,
) -> Response {
    let found = async {
        let mut tx = state.domain.begin().await?;
        captured::get(&mut tx, &reader, id).await
    };
    match found.await {
        Ok(Some(mail)) => Json(Message::from(mail)).into_response(),
        Ok(None) => failed(domain::Error::not_found()),
        Err(error) => failed(error),
    }
}

/// Empties the inbox.
pub(super) async fn clear(State(state): State<AppState>, MayRead(reader): MayRead) -> Response {
    let cleared = async {
        let mut tx = state.domain.begin().await?;
        captured::clear(&mut tx, &reader).await?;
        tx.commit().await
    };
    match cleared.await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => failed(error),
    }
}
