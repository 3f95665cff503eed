//! A campaign's ledger as a file, read and sent piece by piece: it has a line for everyone who was to get the message.

use axum::body::{Body, Bytes};
use axum::extract::{Extension, Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use domain::access::{ExportContacts, ReadReports};
use domain::{Actor, Domain, Granted, campaigns};
use futures::{StreamExt, TryStreamExt, stream};
use std::collections::BTreeMap;
use types::{ApiError, CampaignId, Code, PageQuery};

/// Lines read at a time.
const PIECE: i64 = 2_000;

/// `/files/campaigns/{unit}/{id}/ledger.csv` for whoever may read the unit's reports and take its people out, as the file has
/// the address and the name of everyone; `?outcome=` and `?rule=` narrow it.
pub fn router(domain: Domain) -> Router {
    Router::new()
        .route("/files/campaigns/{unit}/{id}/ledger.csv", get(download))
        .with_state(domain)
}

async fn download(
    State(domain): State<Domain>,
    actor: Option<Extension<Actor>>,
    Path((unit, id)): Path<(String, String)>,
    Query(filters): Query<BTreeMap<String, String>>,
) -> Result<Response, Response> {
    let (by, exporting, id) = permitted(actor, &unit, &id).map_err(|error| refused(&error))?;
    let query = PageQuery {
        filters,
        ..PageQuery::default()
    };
    campaigns::ledger_exported(&domain, &exporting, id)
        .await
        .map_err(|error| refused(&error.into()))?;
    // The first piece before the first byte: what is refused is refused with a status.
    let first = piece(&domain, &by, id, &query, 0)
        .await
        .map_err(|error| refused(&error.into()))?;
    let head = campaigns::ledger_csv_head().map_err(|error| refused(&error.into()))?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"ledger-{id}.csv\""),
        ),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    let (lines, next) = first;
    let rest = stream::try_unfold(next, move |place| {
        let (domain, by, query) = (domain.clone(), by.clone(), query.clone());
        async move {
            let Some(after) = place else { return Ok(None) };
            piece(&domain, &by, id, &query, after).await.map(Some)
        }
    });
    let rest = rest.map_err(|error: domain::Error| std::io::Error::other(ApiError::from(error).to_string()));
    let begin = stream::iter([Ok(Bytes::from(head)), Ok(lines)]);
    Ok((headers, Body::from_stream(begin.chain(rest))).into_response())
}

/// Some lines, and after which number the next begin: `None` after the last.
async fn piece(
    domain: &Domain,
    by: &Granted<ReadReports>,
    id: CampaignId,
    query: &PageQuery,
    after: i64,
) -> domain::Result<(Bytes, Option<i64>)> {
    let mut tx = domain.begin().await?;
    let rows = campaigns::ledger_page(&mut tx, by, id, query, after, PIECE).await?;
    let full = i64::try_from(rows.len()).is_ok_and(|count| count == PIECE);
    let next = rows.last().filter(|_| full).map(|row| row.seq);
    Ok((Bytes::from(campaigns::ledger_csv(&rows)?), next))
}

fn permitted(
    actor: Option<Extension<Actor>>,
    unit: &str,
    id: &str,
) -> Result<(Granted<ReadReports>, Granted<ExportContacts>, CampaignId), ApiError> {
    let Extension(actor) = actor.ok_or(ApiError::new(Code::NotSignedIn))?;
    let not_found = || ApiError::new(Code::NotFound);
    let unit = actor.unit_by_key(unit).ok_or_else(not_found)?;
    let id = id.parse().map_err(|_| not_found())?;
    Ok((actor.grant(unit.id)?, actor.grant(unit.id)?, id))
}

fn refused(error: &ApiError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Json(error)).into_response()
}
