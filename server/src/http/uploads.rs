//! Files in and out of the console's audience area: streamed, so that a file of a gigabyte is never in memory. Plain routes
//! beside the server functions, whose bodies are small. The middleware around them (session to [`Actor`], origin check) is the
//! console's.
//!
//! * `POST /c-api/{unit}/uploads/{contacts|suppressions}?name=…`, body: the file as it is; answers 201 `{"id": …}`
//! * `GET /c-api/{unit}/imports/{id}/errors.csv`
//! * `GET /c-api/{unit}/contacts.csv`, with the list's `q`, `sort` and filters

use std::collections::BTreeMap;

use app::audience::words;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use domain::access::{ExportContacts, ImportContacts, ManageSuppressions, Permits, ReadContacts};
use domain::imports::{self, FILE_BYTES, MayImport, Upload};
use domain::{Actor, Domain, Granted, contacts};
use futures::{Stream, StreamExt, TryStreamExt};
use i18n::{Locale, td_string};
use serde::Deserialize;
use types::imports::ImportKind;
use types::{ApiError, Code, ImportId, PageQuery};

/// The routes.
pub fn router(domain: Domain) -> Router {
    Router::new()
        .route("/c-api/{unit}/uploads/{kind}", post(upload))
        .route("/c-api/{unit}/imports/{id}/errors.csv", get(errors))
        .route("/c-api/{unit}/contacts.csv", get(export))
        .with_state(domain)
}

/// An error as JSON with its status, as server functions answer it.
struct Refusal(ApiError);

impl From<domain::Error> for Refusal {
    fn from(error: domain::Error) -> Self {
        Self(error.into())
    }
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Self {
        Self(ApiError::new(code))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, [(CACHE_CONTROL, "no-store")], Json(self.0)).into_response()
    }
}

/// The proof for the unit with this key, from the session.
fn grant<P: Permits>(actor: Option<&Extension<Actor>>, unit: &str) -> Result<Granted<P>, Refusal> {
    let Some(Extension(actor)) = actor else {
        return Err(Code::NotSignedIn.into());
    };
    let unit = actor.unit_by_key(unit).ok_or(Code::NotFound)?;
    Ok(actor.grant::<P>(unit.id)?)
}

#[derive(Deserialize)]
struct FileName {
    #[serde(default)]
    name: String,
}

async fn upload(
    State(domain): State<Domain>,
    Path((unit, kind)): Path<(String, String)>,
    Query(file): Query<FileName>,
    actor: Option<Extension<Actor>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    // A length that says too much is refused before a byte is read; one that lies is stopped on the way.
    let length = headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse().ok());
    if length.is_some_and(|length: u64| length > FILE_BYTES) {
        return Err(Code::TooLarge.into());
    }
    let id = match kind.parse() {
        Ok(ImportKind::Contacts) => {
            take(
                &domain,
                &grant::<ImportContacts>(actor.as_ref(), &unit)?,
                &file.name,
                body,
            )
            .await?
        }
        Ok(ImportKind::Suppressions) => {
            take(
                &domain,
                &grant::<ManageSuppressions>(actor.as_ref(), &unit)?,
                &file.name,
                body,
            )
            .await?
        }
        Err(_) => return Err(Code::NotFound.into()),
    };
    Ok((
        StatusCode::CREATED,
        [(CACHE_CONTROL, "no-store")],
        Json(serde_json::json!({ "id": id })),
    )
        .into_response())
}

async fn take<P: MayImport>(
    domain: &Domain,
    by: &Granted<P>,
    name: &str,
    body: Body,
) -> Result<ImportId, Refusal> {
    let mut upload = Upload::begin(domain, by, name).await?;
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        // The browser went away: what came so far is swept later.
        let piece = piece.map_err(|_| Code::BadRequest)?;
        upload.push(&piece).await?;
    }
    Ok(upload.finish().await?)
}

async fn errors(
    State(domain): State<Domain>,
    Path((unit, id)): Path<(String, ImportId)>,
    actor: Option<Extension<Actor>>,
) -> Result<Response, Refusal> {
    let by = grant::<ReadContacts>(actor.as_ref(), &unit)?;
    let locale = actor.map_or(Locale::en, |Extension(actor)| {
        i18n::choose_locale(Some(actor.language().code()), None, None)
    });
    let headings = [
        td_string!(locale, audience.line).to_string(),
        td_string!(locale, audience.column).to_string(),
        td_string!(locale, audience.problem).to_string(),
        td_string!(locale, audience.row).to_string(),
    ];
    let problem = move |code: &str| {
        code.parse()
            .map_or_else(|_| code.to_owned(), |code| words::row_problem(locale, code))
    };
    let pieces = imports::errors_csv(&domain, &by, id, headings, problem).await?;
    Ok(csv("errors.csv", pieces))
}

async fn export(
    State(domain): State<Domain>,
    Path(unit): Path<String>,
    Query(mut given): Query<BTreeMap<String, String>>,
    actor: Option<Extension<Actor>>,
) -> Result<Response, Refusal> {
    let by = grant::<ExportContacts>(actor.as_ref(), &unit)?;
    let query = PageQuery {
        search: given.remove("q").unwrap_or_default(),
        sort: given.remove("sort").unwrap_or_default(),
        filters: given,
        ..PageQuery::default()
    };
    // Wrong filters are refused now, since later only the connection could be cut.
    contacts::Filter::of(&query)?;
    Ok(csv(
        &format!("{unit}-people.csv"),
        contacts::export(&domain, by, query),
    ))
}

/// A CSV file to be saved, with the mark by which Excel knows UTF-8.
fn csv(name: &str, pieces: impl Stream<Item = domain::Result<Vec<u8>>> + Send + 'static) -> Response {
    let mark = futures::stream::once(async { Ok(Bytes::from_static(domain::spreadsheet::BYTE_ORDER_MARK)) });
    let pieces = pieces.map_ok(Bytes::from).inspect_err(|error| {
        if error.refusal().is_none() {
            tracing::error!(%error, "a download broke off");
        }
    });
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, Body::from_stream(mark.chain(pieces))).into_response()
}

#[cfg(test)]
mod tests;
