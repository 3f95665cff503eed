//! The staff console over HTTP: pages rendered by Leptos, server functions under `/rpc`, and the files of the site.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::FromRef;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Json, Router};
use domain::Domain;
use domain::sending::Outside;
use leptos::config::LeptosOptions;
use leptos::nonce::Nonce;
use leptos::prelude::{provide_context, use_context};
use leptos::server_fn::error::SERVER_FN_ERROR_HEADER;
use leptos_axum::{LeptosRoutes, ResponseOptions, generate_route_list};
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::services::{ServeDir, ServeFile};
use types::{ApiError, Code};

/// Files under an address that carries their version never change.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Fonts and icons keep their names: a day, so that a new release is seen soon.
const A_DAY: HeaderValue = HeaderValue::from_static("public, max-age=86400");
/// A page shows what its reader may see now.
const NOT_AT_ALL: HeaderValue = HeaderValue::from_static("no-store");

/// The built site: what `cargo xtask build` laid out in a folder.
#[derive(Clone, Debug)]
pub struct Site {
    root: PathBuf,
    options: LeptosOptions,
}

impl Site {
    /// Opens the folder; its file `version` names the current package.
    ///
    /// # Errors
    /// When the console has not been built there.
    pub fn open(root: &Path) -> io::Result<Self> {
        let version = std::fs::read_to_string(root.join("version"))?;
        Ok(Self::with_version(root, version.trim()))
    }

    /// Address of the stylesheet, which the pages before signing in share with the console.
    #[must_use]
    pub fn stylesheet(&self) -> String {
        format!("/{}/campanile.css", self.options.site_pkg_dir)
    }

    /// A site without a package, for tests of pages without a browser.
    #[must_use]
    pub fn empty() -> Self {
        Self::with_version(Path::new("/nonexistent"), "none")
    }

    fn with_version(root: &Path, version: &str) -> Self {
        let options = LeptosOptions::builder()
            .output_name("campanile")
            .site_root(root.to_string_lossy().into_owned())
            .site_pkg_dir(format!("pkg/{version}"))
            .build();
        Self {
            root: root.to_owned(),
            options,
        }
    }
}

/// What the console needs to answer.
#[derive(Clone)]
pub struct ConsoleState {
    pub domain: Domain,
    pub site: Site,
    /// Relays and names.
    pub outside: Arc<dyn Outside>,
}

impl FromRef<ConsoleState> for LeptosOptions {
    fn from_ref(state: &ConsoleState) -> Self {
        state.site.options.clone()
    }
}

/// Pages, server functions and files. The middleware around it (session to `Actor`, origin check, limits) is not its own.
pub fn router(state: ConsoleState) -> Router {
    let routes = generate_route_list(app::App);
    let options = state.site.options.clone();
    let shell = move || app::shell(options.clone());
    let context = page_context(&state);
    let pages = Router::new()
        .leptos_routes_with_context(&state, routes, context.clone(), shell.clone())
        .route("/rpc/{*function}", any(no_such_function))
        .fallback(leptos_axum::render_app_async_with_context(context, shell))
        // Forms and calls are small; files have routes of their own, with limits of their own.
        .layer(RequestBodyLimitLayer::new(4 << 20))
        .layer(middleware::map_response(honest_status))
        .layer(middleware::map_response(never_cached));
    files(&state.site).fallback_service(pages.with_state(state))
}

/// An error with all its fields is much smaller.
const ERROR_BYTES: usize = 1 << 20;

/// What every page and server function finds in its context, beside what `leptos_axum` provides (the request's head, with
/// the `Actor` in its extensions). Also sets the content policy, since only here the nonce is known.
fn page_context(state: &ConsoleState) -> impl Fn() + Clone + Send + Sync + 'static {
    let (domain, outside) = (state.domain.clone(), state.outside.clone());
    move || {
        provide_context(domain.clone());
        provide_context(outside.clone());
        if let (Some(nonce), Some(response)) = (use_context::<Nonce>(), use_context::<ResponseOptions>())
            && let Ok(policy) = HeaderValue::from_str(&content_policy(&nonce))
        {
            response.insert_header(CONTENT_SECURITY_POLICY, policy);
        }
    }
}

/// Scripts by nonce and from our own origin, wasm, nothing inline, nothing from elsewhere. `blob:` images are previews of
/// files that the reader has just chosen.
fn content_policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; frame-src 'self'; manifest-src 'self'; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
}

/// The site's files, compressed ones where the browser takes them.
fn files(site: &Site) -> Router {
    let serve = |path: PathBuf| {
        ServeDir::new(path)
            .precompressed_br()
            .precompressed_gzip()
            .append_index_html_on_directories(false)
    };
    let cached = |value: HeaderValue| {
        middleware::map_response(move |response: Response| cache(response, value.clone()))
    };
    let mut router = Router::new().nest_service(
        "/pkg",
        Router::new()
            .fallback_service(serve(site.root.join("pkg")))
            .layer(cached(FOR_EVER)),
    );
    // What lies in public/: folders and single files, each under its own name.
    for entry in std::fs::read_dir(&site.root).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let internal =
            matches!(name.as_str(), "pkg" | "version") || name.ends_with(".br") || name.ends_with(".gz");
        if internal {
            continue;
        }
        let path = format!("/{name}");
        if entry.path().is_dir() {
            let service = Router::new()
                .fallback_service(serve(entry.path()))
                .layer(cached(A_DAY));
            router = router.nest_service(&path, service);
        } else {
            let file = ServeFile::new(entry.path())
                .precompressed_br()
                .precompressed_gzip();
            router = router.merge(Router::new().route_service(&path, file).layer(cached(A_DAY)));
        }
    }
    router
}

async fn cache(mut response: Response, value: HeaderValue) -> Response {
    if response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED {
        response.headers_mut().insert(CACHE_CONTROL, value);
    }
    response
}

async fn never_cached(mut response: Response) -> Response {
    response.headers_mut().entry(CACHE_CONTROL).or_insert(NOT_AT_ALL);
    response
}

/// Gives a refused call the status of its error: Leptos answers every error of a server function with 500, which would
/// count a forgotten field as a fault of ours, in the log and in the browser's console.
async fn honest_status(response: Response) -> Response {
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR
        || !response.headers().contains_key(SERVER_FN_ERROR_HEADER)
    {
        return response;
    }
    let (mut head, body) = response.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, ERROR_BYTES).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    if let Ok(error) = serde_json::from_slice::<ApiError>(&bytes)
        && let Ok(status) = StatusCode::from_u16(error.status())
    {
        head.status = status;
    }
    Response::from_parts(head, Body::from(bytes))
}

/// A call from a console of another version, or a mistake: answered as every error is.
async fn no_such_function() -> Response {
    (StatusCode::NOT_FOUND, Json(ApiError::new(Code::NotFound))).into_response()
}

#[cfg(test)]
#[path = "console_tests.rs"]
mod tests;
