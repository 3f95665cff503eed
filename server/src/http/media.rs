//! Images: `/media/{sha256}.{ext}` for everybody, and the console's uploads.

use axum::extract::{DefaultBodyLimit, Extension, Multipart, Path, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use domain::access::{EditContent, ReadContent};
use domain::content::images;
use domain::{Actor, Domain};
use types::content::ImageRow;
use types::{ApiError, Code};

/// `/media/{name}` and `/files/images/{unit}`.
pub fn router(domain: Domain) -> Router {
    // One part of the form more than the file itself: its name, alternative text, boundaries.
    let upload = post(upload).layer(DefaultBodyLimit::max(images::MAX_BYTES + 64 * 1024));
    Router::new()
        .route("/media/{name}", get(serve))
        .route("/files/images/{unit}", upload)
        .with_state(domain)
}

/// Content never changes under its address, so whoever has it never asks again. `sandbox`: should a file ever be taken for
/// a document, it is one that can do nothing.
async fn serve(State(domain): State<Domain>, Path(name): Path<String>, headers: HeaderMap) -> Response {
    let etag = format!("\"{name}\"");
    let known = headers
        .get(IF_NONE_MATCH)
        .and_then(|it| it.to_str().ok())
        .is_some_and(|it| it == etag);
    let fixed = [
        (CACHE_CONTROL, "public, max-age=31536000, immutable".to_owned()),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (ETAG, etag),
    ];
    match images::media(&domain, &name).await {
        Ok(Some(_)) if known => (StatusCode::NOT_MODIFIED, fixed).into_response(),
        Ok(Some(media)) => (fixed, [(CONTENT_TYPE, media.media_type)], media.bytes).into_response(),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => refused(&error.into()),
    }
}

/// Takes a form with `file` and `alt`, answers the image.
async fn upload(
    State(domain): State<Domain>,
    actor: Option<Extension<Actor>>,
    Path(unit): Path<String>,
    form: Multipart,
) -> Response {
    let Some(Extension(actor)) = actor else {
        return refused(&ApiError::new(Code::NotSignedIn));
    };
    match keep(&domain, &actor, &unit, form).await {
        Ok(image) => Json(image).into_response(),
        Err(error) => refused(&error),
    }
}

async fn keep(domain: &Domain, actor: &Actor, unit: &str, mut form: Multipart) -> Result<ImageRow, ApiError> {
    let unit = actor.unit_by_key(unit).ok_or(ApiError::new(Code::NotFound))?;
    let by = actor.grant::<EditContent>(unit.id)?;
    let read = actor.grant::<ReadContent>(unit.id)?;
    let (mut file, mut alt) = (None, String::new());
    while let Some(field) = form
        .next_field()
        .await
        .map_err(|_| ApiError::new(Code::BadRequest))?
    {
        match field.name() {
            Some("file") => {
                let name = field.file_name().unwrap_or_default().to_owned();
                let bytes = field.bytes().await.map_err(|error| too_large(&error))?;
                file = Some((name, bytes));
            }
            Some("alt") => alt = field.text().await.map_err(|_| ApiError::new(Code::BadRequest))?,
            _ => {}
        }
    }
    let (name, bytes) = file.ok_or(ApiError::new(Code::BadRequest))?;
    let prepared = images::prepare(bytes.to_vec()).await?;
    let mut tx = domain.begin().await?;
    let id = images::store(&mut tx, &by, &prepared, &name, &alt).await?;
    let image = images::get(&mut tx, &read, id)
        .await?
        .ok_or(ApiError::new(Code::NotFound))?;
    tx.commit().await?;
    Ok(image)
}

fn too_large(error: &axum::extract::multipart::MultipartError) -> ApiError {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return ApiError::new(Code::ImageTooLarge)
            .with("max_mb", images::MAX_BYTES / 1024 / 1024)
            .with("max_megapixels", images::MAX_PIXELS / 1_000_000);
    }
    ApiError::new(Code::BadRequest)
}

fn refused(error: &ApiError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Json(error)).into_response()
}
