//! Messages that were asked for, as a file, read and sent piece by piece.

use axum::body::{Body, Bytes};
use axum::extract::{Extension, Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use domain::access::{ExportContacts, ReadMessages};
use domain::{Actor, Domain, Granted, messages};
use futures::{StreamExt, TryStreamExt, stream};
use std::collections::BTreeMap;
use types::messages::MessageFilter;
use types::{ApiError, Code, PageQuery, page};

/// `/files/messages/{unit}/messages.csv` for whoever may read the unit's messages and take its people out, as the file has everyone's
/// address; `?q=`, `?definition=`, `?from=` and `?to=` (days in `?zone=`) narrow it as they narrow the list.
pub fn router(domain: Domain) -> Router {
    Router::new()
        .route("/files/messages/{unit}/messages.csv", get(download))
        .with_state(domain)
}

async fn download(
    State(domain): State<Domain>,
    actor: Option<Extension<Actor>>,
    Path(unit): Path<String>,
    Query(asked): Query<BTreeMap<String, String>>,
) -> Result<Response, Response> {
    let (by, exporting) = permitted(actor, &unit).map_err(|error| refused(&error))?;
    let zone = asked.get("zone").map_or("UTC", String::as_str);
    let query = PageQuery {
        search: asked.get("q").cloned().unwrap_or_default(),
        filters: asked.clone(),
        ..PageQuery::default()
    };
    let failed = |error: domain::Error| refused(&error.into());
    let filter = messages::asked_in_console(&query, zone).map_err(failed)?;
    messages::exported(&domain, &exporting, &filter)
        .await
        .map_err(failed)?;
    // The first piece before the first byte: what is refused is refused with a status.
    let (lines, next) = piece(&domain, &by, &filter, None).await.map_err(failed)?;
    let head = messages::csv_head().map_err(failed)?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"messages-{unit}.csv\""),
        ),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    let rest = stream::try_unfold(next, move |place| {
        let (domain, by, filter) = (domain.clone(), by.clone(), filter.clone());
        async move {
            let Some(after) = place else { return Ok(None) };
            piece(&domain, &by, &filter, Some(after)).await.map(Some)
        }
    });
    let rest = rest.map_err(|error: domain::Error| std::io::Error::other(ApiError::from(error).to_string()));
    let begin = stream::iter([Ok(Bytes::from(head)), Ok(lines)]);
    Ok((headers, Body::from_stream(begin.chain(rest))).into_response())
}

/// Some lines, and the cursor of the next: `None` after the last.
async fn piece(
    domain: &Domain,
    by: &Granted<ReadMessages>,
    filter: &MessageFilter,
    after: Option<String>,
) -> domain::Result<(Bytes, Option<String>)> {
    let query = PageQuery {
        after,
        limit: Some(page::MAX_LIMIT),
        ..PageQuery::default()
    };
    let mut tx = domain.begin().await?;
    let found = messages::search(&mut tx, by, filter, &query).await?;
    Ok((Bytes::from(messages::csv(&found.items)?), found.next))
}

fn permitted(
    actor: Option<Extension<Actor>>,
    unit: &str,
) -> Result<(Granted<ReadMessages>, Granted<ExportContacts>), ApiError> {
    let Extension(actor) = actor.ok_or(ApiError::new(Code::NotSignedIn))?;
    let unit = actor.unit_by_key(unit).ok_or(ApiError::new(Code::NotFound))?;
    Ok((actor.grant(unit.id)?, actor.grant(unit.id)?))
}

fn refused(error: &ApiError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Json(error)).into_response()
}
