use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use domain::captured::{self, NewMail};
use serde_json::Value;
use sqlx::PgPool;
use tower::ServiceExt;

use crate::http::{router, tests::state};
use crate::state::AppState;

const RAW: &[u8] = b"From: =?UTF-8?B?xYHDs2TFug==?= <a@uni.example>\r\nTo: <b@mail.example>\r\nSubject: Hello\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nplain words\r\n--x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><head></head><body><script>alert(1)</script>rich words</body></html>\r\n--x--\r\n";

async fn ask(
    state: &AppState,
    method: Method,
    path: &str,
    peer: [u8; 4],
    headers: &[(&str, &str)],
) -> (StatusCode, HeaderMap, String) {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .extension(ConnectInfo(std::net::SocketAddr::from((peer, 40_000))));
    request = request.header("host", "localhost:3000");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = router(state.clone())
        .oneshot(request.body(Body::empty()).expect("a request"))
        .await
        .expect("answered");
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
    (
        parts.status,
        parts.headers,
        String::from_utf8(body.to_vec()).expect("text"),
    )
}

const HERE: [u8; 4] = [127, 0, 0, 1];

async fn with_mail(state: &AppState, n: usize) {
    for n in 0..n {
        let new = NewMail {
            sender: "b-1@uni.example".into(),
            recipients: vec![format!("p{n}@mail.example")],
            raw: RAW.to_vec(),
        };
        captured::keep(&state.domain, new).await.expect("kept");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn the_machine_itself_reads_everything(pool: PgPool) {
    let state = state(pool, &[]);
    let (status, _, body) = ask(
        &state,
        Method::GET,
        "/dev/mail",
        HERE,
        &[("accept-language", "pl")],
    )
    .await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        body.contains("lang=\"pl\"") && body.contains("Nic jeszcze nie wysłano"),
        "{body}"
    );
    with_mail(&state, 3).await;

    let (status, _, body) = ask(&state, Method::GET, "/dev/mail/api/messages", HERE, &[]).await;
    assert_eq!(status, StatusCode::OK);
    let messages: Vec<Value> = serde_json::from_str(&body).expect("an array");
    assert_eq!(messages.len(), 3);
    assert_eq!(messages[0]["from"], "Łódź <a@uni.example>");
    assert_eq!(messages[0]["subject"], "Hello");
    assert_eq!(messages[0]["raw"].as_str().expect("text").as_bytes(), RAW);
    let (_, _, body) = ask(
        &state,
        Method::GET,
        "/dev/mail/api/messages?search=p1@",
        HERE,
        &[],
    )
    .await;
    assert_eq!(
        serde_json::from_str::<Vec<Value>>(&body).expect("an array").len(),
        1
    );
    let (_, headers, body) = ask(&state, Method::GET, "/dev/mail/api/messages?limit=2", HERE, &[]).await;
    assert_eq!(
        serde_json::from_str::<Vec<Value>>(&body).expect("an array").len(),
        2
    );
    let next = headers["link"]
        .to_str()
        .expect("text")
        .trim_start_matches('<')
        .split('>')
        .next()
        .expect("an address")
        .to_owned();
    let (_, headers, body) = ask(&state, Method::GET, &next, HERE, &[]).await;
    assert_eq!(
        serde_json::from_str::<Vec<Value>>(&body).expect("an array").len(),
        1
    );
    assert!(!headers.contains_key("link"));

    let id = messages[0]["id"].as_str().expect("an id");
    let (_, _, body) = ask(&state, Method::GET, &format!("/dev/mail/{id}"), HERE, &[]).await;
    assert!(
        body.contains("plain words") && body.contains("Łódź") && body.contains("<iframe"),
        "{body}"
    );
    let (_, headers, body) = ask(&state, Method::GET, &format!("/dev/mail/{id}/html"), HERE, &[]).await;
    assert!(body.contains("rich words"));
    let policy = headers["content-security-policy"].to_str().expect("text");
    assert!(
        policy.starts_with("sandbox") && !policy.contains("allow-scripts") && !policy.contains("script-src"),
        "{policy}"
    );
    let (_, headers, body) = ask(&state, Method::GET, &format!("/dev/mail/{id}/raw"), HERE, &[]).await;
    assert_eq!(
        (body.as_bytes(), headers["content-type"].as_bytes()),
        (RAW, &b"text/plain; charset=utf-8"[..])
    );

    let (status, ..) = ask(
        &state,
        Method::POST,
        "/dev/mail/clear",
        HERE,
        &[("sec-fetch-site", "cross-site")],
    )
    .await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let (status, ..) = ask(
        &state,
        Method::POST,
        "/dev/mail/clear",
        HERE,
        &[("sec-fetch-site", "same-origin")],
    )
    .await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let (_, _, body) = ask(&state, Method::GET, "/dev/mail/api/messages", HERE, &[]).await;
    assert_eq!(body, "[]");
}

#[sqlx::test(migrations = "../migrations")]
async fn strangers_and_proxies_do_not(pool: PgPool) {
    let state = state(pool, &[]);
    with_mail(&state, 1).await;
    for path in [
        "/dev/mail",
        "/dev/mail/api/messages",
        "/dev/mail/00000000-0000-0000-0000-000000000001/raw",
    ] {
        assert_eq!(
            ask(&state, Method::GET, path, [192, 0, 2, 7], &[]).await.0,
            StatusCode::UNAUTHORIZED,
            "{path}"
        );
        assert_eq!(
            ask(
                &state,
                Method::GET,
                path,
                HERE,
                &[("x-forwarded-for", "127.0.0.1")]
            )
            .await
            .0,
            StatusCode::UNAUTHORIZED,
            "{path}"
        );
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn with_a_relay_there_is_no_inbox(pool: PgPool) {
    let state = state(pool, &[("CAMPANILE_SMTP_URL", "smtp://127.0.0.1:2525")]);
    with_mail(&state, 1).await;
    let (status, _, body) = ask(&state, Method::GET, "/dev/mail/api/messages", HERE, &[]).await;
    assert!(
        status != StatusCode::OK && !body.contains("Hello"),
        "{status} {body}"
    );
}
