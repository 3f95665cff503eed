//! Reports as files, for the console's download links.

use axum::Router;
use axum::extract::{Extension, Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{StatusCode, header::HeaderName};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use domain::access::ReadReports;
use domain::reports::Part;
use domain::{Actor, Domain};
use types::{ApiError, CampaignId, Code};

/// `/files/reports/{unit}/{campaign}/{part}.csv` for whoever may read the unit's reports.
pub fn router(domain: Domain) -> Router {
    Router::new()
        .route("/files/reports/{unit}/{id}/{file}", get(download))
        .with_state(domain)
}

async fn download(
    State(domain): State<Domain>,
    actor: Option<Extension<Actor>>,
    Path((unit, id, file)): Path<(String, String, String)>,
) -> Response {
    let Some(Extension(actor)) = actor else {
        return refused(&ApiError::new(Code::NotSignedIn));
    };
    match file_of(&domain, &actor, &unit, &id, &file).await {
        Ok((name, bytes)) => {
            let headers: [(HeaderName, String); 3] = [
                (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
                (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
                (CACHE_CONTROL, "no-store".to_owned()),
            ];
            (headers, bytes).into_response()
        }
        Err(error) => refused(&error.into()),
    }
}

async fn file_of(
    domain: &Domain,
    actor: &Actor,
    unit: &str,
    id: &str,
    file: &str,
) -> domain::Result<(String, Vec<u8>)> {
    let not_found = domain::Error::not_found;
    let part: Part = file
        .strip_suffix(".csv")
        .and_then(|part| part.parse().ok())
        .ok_or_else(not_found)?;
    let id: CampaignId = id.parse().map_err(|_| not_found())?;
    let unit = actor.unit_by_key(unit).ok_or_else(not_found)?;
    let by = actor.grant::<ReadReports>(unit.id)?;
    let mut tx = domain.begin().await?;
    let report = domain::reports::campaign(&mut tx, &by, id)
        .await?
        .ok_or_else(not_found)?;
    Ok((
        format!("report-{id}-{file}"),
        domain::reports::csv(&report, part)?,
    ))
}

fn refused(error: &ApiError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, axum::Json(error)).into_response()
}
