//! The assembled application over a real socket: health, metrics, request ids, stopping in order.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use metrics_exporter_prometheus::PrometheusBuilder;
use sqlx::PgPool;
use tower::ServiceExt;

use super::*;
use crate::config::{Config, Sources};

/// The application on a test's database, configured by `environment`.
pub fn state(pool: PgPool, environment: &[(&str, &str)]) -> AppState {
    let (domain, _clock) = domain::testing::domain(pool);
    state_of(domain, environment)
}

/// The same for a domain that is there already.
pub fn state_of(domain: domain::Domain, environment: &[(&str, &str)]) -> AppState {
    let environment = environment
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect();
    let sources = Sources {
        environment,
        directory: "/nonexistent".into(),
        ..Sources::default()
    };
    let config = Config::load(&sources).expect("valid");
    let (hits, _writer) = public::start_hits(domain.clone(), tokio_util::sync::CancellationToken::new());
    AppState {
        public: public::PublicState::new(domain.clone(), hits),
        domain,
        outside: Arc::new(crate::outside::World::new(&config).expect("a world")),
        config: Arc::new(config),
        site: console::Site::empty(),
        metrics: PrometheusBuilder::new().build_recorder().handle(),
        readiness: Arc::default(),
        meter: Arc::default(),
        intake: Arc::default(),
        desk: Arc::default(),
        signing: Arc::default(),
    }
}

async fn get_as(
    state: &AppState,
    path: &str,
    peer: [u8; 4],
    headers: &[(&str, &str)],
) -> (StatusCode, String) {
    let mut request = Request::get(path).extension(ConnectInfo(std::net::SocketAddr::from((peer, 40_000))));
    request = request.header("host", "localhost:3000");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).expect("a request");
    let response = router(state.clone()).oneshot(request).await.expect("answered");
    let status = response.status();
    assert!(response.headers().contains_key("x-request-id"), "{path}");
    let body = axum::body::to_bytes(response.into_body(), 1 << 20)
        .await
        .expect("a body");
    (status, String::from_utf8(body.to_vec()).expect("text"))
}

const LOOPBACK: [u8; 4] = [127, 0, 0, 1];
const STRANGER: [u8; 4] = [192, 0, 2, 7];

#[sqlx::test(migrations = "../migrations")]
async fn alive_and_ready(pool: PgPool) {
    let state = state(pool.clone(), &[]);
    assert_eq!(
        get_as(&state, "/healthz", STRANGER, &[]).await,
        (StatusCode::OK, "ok\n".to_owned())
    );
    let (status, body) = get_as(&state, "/readyz", STRANGER, &[]).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    pool.close().await;
    let (status, body) = get_as(&state, "/readyz", STRANGER, &[]).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{body}");
    assert_eq!(get_as(&state, "/healthz", STRANGER, &[]).await.0, StatusCode::OK);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_vanished_relay_is_not_ready(pool: PgPool) {
    // Bound and dropped: a port where nobody listens.
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .expect("bound")
        .local_addr()
        .expect("address");
    let state = state(pool, &[("CAMPANILE_SMTP_URL", &format!("smtp://{free}"))]);
    crate::outside::keep_relay(&state.domain, &state.config.smtp)
        .await
        .expect("kept");
    let (status, body) = get_as(&state, "/readyz", STRANGER, &[]).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        body.contains("\"relay\":false") && body.contains("\"database\":true"),
        "{body}"
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn metrics_are_for_the_machine_or_the_token(pool: PgPool) {
    let state = state(pool, &[("CAMPANILE_METRICS_TOKEN", "0123456789abcdef")]);
    assert_eq!(get_as(&state, "/metrics", LOOPBACK, &[]).await.0, StatusCode::OK);
    let forwarded = [("x-forwarded-for", "127.0.0.1")];
    assert_eq!(
        get_as(&state, "/metrics", LOOPBACK, &forwarded).await.0,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        get_as(&state, "/metrics", STRANGER, &[]).await.0,
        StatusCode::FORBIDDEN
    );
    let wrong = [("authorization", "Bearer 0123456789abcdeX")];
    assert_eq!(
        get_as(&state, "/metrics", STRANGER, &wrong).await.0,
        StatusCode::FORBIDDEN
    );
    let right = [("authorization", "Bearer 0123456789abcdef")];
    assert_eq!(
        get_as(&state, "/metrics", STRANGER, &right).await.0,
        StatusCode::OK
    );
}

#[tokio::test]
async fn requests_under_way_finish_when_asked_to_stop() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let (arrived, was_asked) = tokio::sync::oneshot::channel();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let arrived = Arc::new(std::sync::Mutex::new(Some(arrived)));
    let slow = Router::new().route(
        "/slow",
        get(async move || {
            if let Some(arrived) = arrived.lock().expect("lock").take() {
                arrived.send(()).expect("awaited");
            }
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            "finished"
        }),
    );
    let listener = serve::bind("127.0.0.1:0".parse().expect("address"))
        .await
        .expect("bound");
    let address = listener.local_addr().expect("address");
    let server = tokio::spawn(serve::run(listener, slow, async {
        drop(stopped.await);
    }));
    let mut client = tokio::net::TcpStream::connect(address).await.expect("connected");
    client
        .write_all(b"GET /slow HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        .await
        .expect("sent");
    was_asked.await.expect("the request arrived");
    stop.send(()).expect("serving");
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.expect("answered");
    assert!(answer.ends_with("finished"), "{answer}");
    server.await.expect("no panic").expect("stopped in order");
    assert!(
        tokio::net::TcpStream::connect(address).await.is_err(),
        "still listening"
    );
}
