use super::*;
use axum::body::Body;
use axum::http::Request;
use std::collections::BTreeSet;
use tower::ServiceExt as _;

/// The functions are found by the linker's help; one that is not reached from anywhere would vanish without a word.
#[test]
fn every_server_function_is_registered() {
    let mut in_sources = 0;
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../app/src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = std::fs::read_to_string(&path).expect("a source");
                in_sources += text
                    .lines()
                    .filter(|line| line.trim_start().starts_with("#[server"))
                    .count();
            }
        }
    }
    let registered: BTreeSet<&str> = leptos::server_fn::axum::server_fn_paths()
        .map(|(path, _)| path)
        .collect();
    assert!(
        registered.iter().all(|path| path.starts_with("/rpc/")),
        "{registered:?}"
    );
    assert_eq!(registered.len(), in_sources, "registered: {registered:?}");
}

async fn get(path: &str, headers: &[(&str, &str)]) -> (StatusCode, HeaderValue, String) {
    let pool = sqlx::PgPool::connect_lazy("postgres://nobody@localhost:1/none").expect("an address");
    let domain = Domain::new(pool, domain::keys::Keys::new([7; 32]), "http://localhost");
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).expect("a request");
    let config = crate::config::Config::load(&crate::config::Sources::default()).expect("a configuration");
    let state = ConsoleState {
        domain,
        site: Site::empty(),
        outside: Arc::new(crate::outside::World::new(&config).expect("a world")),
    };
    let response = router(state).oneshot(request).await.expect("an answer");
    let policy = response
        .headers()
        .get(CONTENT_SECURITY_POLICY)
        .cloned()
        .unwrap_or(HeaderValue::from_static(""));
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), 1 << 20)
        .await
        .expect("a body");
    (status, policy, String::from_utf8_lossy(&body).into_owned())
}

#[tokio::test]
async fn an_unknown_address_is_a_404_in_the_readers_language_under_a_strict_policy() {
    let (status, policy, body) = get("/nothing/here", &[("accept-language", "fr;q=0.2, pl;q=0.9")]).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(body.contains("<html lang=\"pl\""), "{body}");
    assert!(body.contains("Nie znaleziono strony"), "{body}");
    let policy = policy.to_str().expect("a policy");
    assert!(
        policy.contains("'wasm-unsafe-eval'") && !policy.contains("unsafe-inline"),
        "{policy}"
    );
    let nonce = policy
        .split("'nonce-")
        .nth(1)
        .and_then(|rest| rest.split('\'').next())
        .expect("a nonce");
    assert!(body.contains(&format!("nonce=\"{nonce}\"")), "{body}");
    assert!(
        !body.contains("style=\""),
        "style attributes are refused by the policy"
    );
}

#[tokio::test]
async fn an_unknown_function_is_an_error_that_the_console_can_read() {
    let (status, _, body) = get("/rpc/nothing", &[]).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(
        serde_json::from_str::<ApiError>(&body).expect("an error").code,
        Code::NotFound
    );
}
