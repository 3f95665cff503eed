//! `POST /imports/contacts`, `POST /imports/suppressions`: the file is the body, streamed, never whole in memory.

use axum::Json;
use axum::body::Body;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::access::{ImportContacts, ManageSuppressions};
use domain::imports::{MayImport, Upload};
use futures::StreamExt;
use serde::{Deserialize, Serialize};
use types::ImportId;
use types::imports::Preview;
use utoipa::{IntoParams, ToSchema};

use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// What the file is called.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Named {
    /// Only shown.
    #[serde(default)]
    file_name: String,
}

/// An uploaded file: what it looks like, and how its columns would be taken. Give `dialect` and `targets`, corrected where
/// needed, to `start`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Uploaded {
    id: ImportId,
    preview: Preview,
}

/// Upload a file of people
///
/// Uploading does nothing yet, so no idempotency key is needed: a file that is never started is deleted.
#[utoipa::path(
    post, path = "/imports/contacts", tag = "imports", params(Named, UnitParam),
    security(("oauth" = ["contacts:import"])), request_body(content = String, content_type = "text/csv"),
    responses((status = 201, body = Uploaded), (status = "4XX", body = Problem))
)]
pub async fn upload(
    by: By<ImportContacts>,
    Query(named): Query<Named>,
    body: Body,
) -> Result<Response, Stop> {
    receive(&by, &named.file_name, body).await
}

/// Upload a file of addresses never to write to
#[utoipa::path(
    post, path = "/imports/suppressions", tag = "imports", params(Named, UnitParam),
    security(("oauth" = ["suppressions:write"])), request_body(content = String, content_type = "text/csv"),
    responses((status = 201, body = Uploaded), (status = "4XX", body = Problem))
)]
pub async fn upload_suppressions(
    by: By<ManageSuppressions>,
    Query(named): Query<Named>,
    body: Body,
) -> Result<Response, Stop> {
    receive(&by, &named.file_name, body).await
}

async fn receive<P: MayImport>(by: &By<P>, file_name: &str, body: Body) -> Result<Response, Stop> {
    let mut upload = Upload::begin(&by.domain, by, file_name).await?;
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| Stop::unreadable("the upload broke off"))?;
        upload.push(&piece).await?;
    }
    let id = upload.finish().await?;
    let mut tx = by.begin().await?;
    let preview = domain::imports::preview(&mut tx, by, id, None).await?;
    Ok((StatusCode::CREATED, Json(Uploaded { id, preview })).into_response())
}
