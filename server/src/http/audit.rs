//! The audit log as a file, read and sent page by page: it is as long as the installation's life.

use axum::body::{Body, Bytes};
use axum::extract::{Extension, Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use domain::access::ReadAudit;
use domain::{Actor, Domain, Granted, audit};
use futures::{StreamExt, TryStreamExt, stream};
use types::{ApiError, Code, PageQuery, page::MAX_LIMIT};

/// `/files/audit/{unit}.csv` for whoever may read the unit's log.
pub fn router(domain: Domain) -> Router {
    Router::new()
        .route("/files/audit/{file}", get(download))
        .with_state(domain)
}

async fn download(
    State(domain): State<Domain>,
    actor: Option<Extension<Actor>>,
    Path(file): Path<String>,
) -> Result<Response, Response> {
    let by = permitted(actor, &file).map_err(|error| refused(&error))?;
    let head = audit::csv_head().map_err(|error| refused(&error.into()))?;
    let name = format!("attachment; filename=\"audit-{file}\"");
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, name),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    let pages = stream::try_unfold(Some(None), move |place| {
        let (domain, by) = (domain.clone(), by.clone());
        async move {
            let Some(after) = place else { return Ok(None) };
            page(&domain, &by, after).await.map(Some)
        }
    });
    let pages =
        pages.map_err(|error: domain::Error| std::io::Error::other(ApiError::from(error).to_string()));
    let body = stream::once(async move { Ok(Bytes::from(head)) }).chain(pages);
    Ok((headers, Body::from_stream(body)).into_response())
}

/// Lines of one page, and where the next begins: `None` after the last.
type Lines = (Bytes, Option<Option<String>>);

async fn page(domain: &Domain, by: &Granted<ReadAudit>, after: Option<String>) -> domain::Result<Lines> {
    let mut tx = domain.begin().await?;
    let query = PageQuery {
        after,
        limit: Some(MAX_LIMIT),
        ..PageQuery::default()
    };
    let page = audit::list(&mut tx, by, &query).await?;
    Ok((Bytes::from(audit::csv(&page.items)?), page.next.map(Some)))
}

fn permitted(actor: Option<Extension<Actor>>, file: &str) -> Result<Granted<ReadAudit>, ApiError> {
    let Extension(actor) = actor.ok_or(ApiError::new(Code::NotSignedIn))?;
    let unit = file
        .strip_suffix(".csv")
        .and_then(|key| actor.unit_by_key(key))
        .ok_or(ApiError::new(Code::NotFound))?;
    Ok(actor.grant::<ReadAudit>(unit.id)?)
}

fn refused(error: &ApiError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Json(error)).into_response()
}
