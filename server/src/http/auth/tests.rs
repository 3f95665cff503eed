//! Signing in over the whole application: cookies, sessions, origin, headers.

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use domain::Actor;
use domain::access::System;
use domain::identity::{members, passwords, setup};
use domain::testing::University;
use sqlx::PgPool;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use tower::ServiceExt as _;
use types::access::Role;
use types::{Language, UserId};

use crate::http::tests::state_of;
use crate::state::AppState;

const PASSWORD: &str = "a quiet bell at noon";
const HTTPS: (&str, &str) = ("CAMPANILE_PUBLIC_URL", "https://mail.uni.example");

/// A browser: keeps cookies, says where it comes from, follows nothing.
struct Browser {
    router: Router,
    cookies: BTreeMap<String, String>,
    peer: [u8; 4],
    headers: Vec<(&'static str, String)>,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn location(&self) -> &str {
        self.headers
            .get(LOCATION)
            .map_or("", |location| location.to_str().expect("text"))
    }

    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("text"))
    }

    fn set_cookies(&self) -> Vec<&str> {
        self.headers
            .get_all(SET_COOKIE)
            .iter()
            .map(|cookie| cookie.to_str().expect("text"))
            .collect()
    }
}

impl Browser {
    fn new(state: &AppState) -> Self {
        let router = crate::http::router(state.clone());
        Self {
            router,
            cookies: BTreeMap::new(),
            peer: [192, 0, 2, 1],
            headers: vec![("sec-fetch-site", "same-origin".into())],
        }
    }

    async fn send(&mut self, method: Method, path: &str, form: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        request = request.extension(ConnectInfo(SocketAddr::from((self.peer, 40_000))));
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies.join("; "));
        }
        if !form.is_empty() {
            request = request
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(CONTENT_LENGTH, form.len());
        }
        let request = request.body(Body::from(form.to_owned())).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (status, headers) = (response.status(), response.headers().clone());
        for cookie in headers.get_all(SET_COOKIE) {
            let cookie = cookie.to_str().expect("text");
            let (name, value) = cookie
                .split(';')
                .next()
                .and_then(|pair| pair.split_once('='))
                .expect("a cookie");
            if cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let body = axum::body::to_bytes(response.into_body(), 1 << 22)
            .await
            .expect("a body");
        Answer {
            status,
            headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, "").await
    }

    async fn post(&mut self, path: &str, form: &str) -> Answer {
        self.send(Method::POST, path, form).await
    }

    async fn sign_in(&mut self, rest: &str) -> Answer {
        self.post(
            "/sign-in",
            &format!(
                "email=ada%40uni.example&password={}{rest}",
                PASSWORD.replace(' ', "+")
            ),
        )
        .await
    }
}

async fn university(pool: PgPool, environment: &[(&str, &str)]) -> (University, AppState, UserId) {
    let u = University::new(pool).await.expect("a university");
    let hash = passwords::hash(&u.domain, PASSWORD).await.expect("a hash");
    let mut tx = u.domain.begin().await.expect("begun");
    let new = members::NewMember {
        email: "ada@uni.example",
        name: "Ada",
        roles: &[Role::UnitAdmin],
        language: Language::Pl,
        password_hash: hash,
    };
    let ada = members::add(&mut tx, &System.grant(u.admissions), new)
        .await
        .expect("added");
    tx.commit().await.expect("committed");
    let state = state_of(u.domain.clone(), environment);
    (u, state, ada)
}

#[sqlx::test(migrations = "../migrations")]
async fn a_session_with_a_safe_cookie_that_leads_on(pool: PgPool) {
    let (_u, state, _) = university(pool, &[HTTPS]).await;
    let mut browser = Browser::new(&state);
    let wanted = browser.get("/c/admissions/messages?sort=-name").await;
    assert_eq!(wanted.status, StatusCode::SEE_OTHER);
    assert_eq!(
        wanted.location(),
        "/sign-in?next=%2Fc%2Fadmissions%2Fmessages%3Fsort%3D-name"
    );
    let form = browser.get(wanted.location()).await;
    assert!(
        form.body
            .contains("name=\"next\" value=\"/c/admissions/messages?sort=-name\""),
        "{}",
        form.body
    );
    assert!(form.set_cookies().is_empty(), "nothing is set before signing in");

    let answer = browser
        .sign_in("&next=%2Fc%2Fadmissions%2Fmessages%3Fsort%3D-name")
        .await;
    assert_eq!(
        (answer.status, answer.location()),
        (StatusCode::SEE_OTHER, "/c/admissions/messages?sort=-name")
    );
    let cookies = answer.set_cookies();
    let session = cookies
        .iter()
        .find(|cookie| cookie.starts_with("__Host-campanile="))
        .expect("a session");
    for part in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
        assert!(session.contains(part), "{session}");
    }
    assert!(
        !session.contains("Domain") && !session.contains("Max-Age"),
        "{session}"
    );
    let device = cookies
        .iter()
        .find(|cookie| cookie.starts_with("campanile_device="))
        .expect("a device");
    assert!(
        device.contains("HttpOnly") && device.contains("Secure"),
        "{device}"
    );
    assert!(
        cookies
            .iter()
            .any(|cookie| cookie.starts_with("campanile_language=pl")),
        "{cookies:?}"
    );
    assert_eq!(browser.get("/").await.location(), "/c/admissions");
    assert_eq!(browser.get("/sign-in").await.location(), "/");
}

#[sqlx::test(migrations = "../migrations")]
async fn nobody_is_sent_to_another_website(pool: PgPool) {
    let (_u, state, _) = university(pool, &[]).await;
    for next in [
        "https%3A%2F%2Fevil.example",
        "%2F%2Fevil.example",
        "%2F%5Cevil.example",
    ] {
        let answer = Browser::new(&state).sign_in(&format!("&next={next}")).await;
        assert_eq!(answer.location(), "/", "{next}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_planted_session_is_worth_nothing_and_signing_out_ends_it(pool: PgPool) {
    let (_u, state, _) = university(pool, &[]).await;
    let mut browser = Browser::new(&state);
    // An attacker has put an id of theirs into the browser.
    browser
        .cookies
        .insert("campanile".into(), "AAAAAAAAAAAAAAAAAAAAAA".into());
    browser.sign_in("").await;
    let first = browser.cookies["campanile"].clone();
    assert_ne!(first, "AAAAAAAAAAAAAAAAAAAAAA");
    // Signing in again gives another id, and the first one is dead.
    browser.sign_in("").await;
    let second = browser.cookies["campanile"].clone();
    assert_ne!(first, second);
    let mut old = Browser::new(&state);
    old.cookies.insert("campanile".into(), first);
    assert_eq!(old.get("/").await.location(), "/sign-in");

    assert_eq!(browser.post("/sign-out", "x=").await.location(), "/sign-in");
    assert!(!browser.cookies.contains_key("campanile"));
    browser.cookies.insert("campanile".into(), second);
    assert_eq!(browser.get("/").await.location(), "/sign-in");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_role_taken_away_and_a_person_kept_out_stop_at_once(pool: PgPool) {
    let (u, state, ada) = university(pool, &[]).await;
    let mut browser = Browser::new(&state);
    browser.sign_in("").await;
    assert_eq!(
        browser.get("/files/audit/admissions.csv").await.status,
        StatusCode::OK
    );
    assert_eq!(
        browser.get("/files/audit/shop.csv").await.status,
        StatusCode::NOT_FOUND
    );
    let mut tx = u.domain.begin().await.expect("begun");
    members::set_roles(&mut tx, &System.grant(u.admissions), ada, &[Role::Viewer])
        .await
        .expect("changed");
    tx.commit().await.expect("committed");
    assert_eq!(
        browser.get("/files/audit/admissions.csv").await.status,
        StatusCode::FORBIDDEN
    );
    let mut tx = u.domain.begin().await.expect("begun");
    members::disable(&mut tx, &System.grant(u.root), ada)
        .await
        .expect("disabled");
    tx.commit().await.expect("committed");
    assert!(Actor::load(&u.domain, ada).await.expect("asked").is_none());
    assert_eq!(
        browser.get("/files/audit/admissions.csv").await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_wrong_is_said_in_the_readers_language_and_the_same_for_all(pool: PgPool) {
    let (_u, state, _) = university(pool, &[]).await;
    let mut browser = Browser::new(&state);
    browser.headers.push(("accept-language", "pl-PL,pl;q=0.9".into()));
    let wrong = browser
        .post("/sign-in", "email=ada%40uni.example&password=wrong")
        .await;
    let nobody = browser
        .post("/sign-in", "email=nobody%40uni.example&password=wrong")
        .await;
    assert_eq!(
        (wrong.status, nobody.status),
        (StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED)
    );
    assert!(
        wrong.body.contains("Nieprawidłowy adres e-mail lub hasło."),
        "{}",
        wrong.body
    );
    assert_eq!(
        wrong.body,
        nobody.body.replace("nobody@uni.example", "ada@uni.example")
    );
    assert!(
        !wrong.body.contains("value=\"wrong\""),
        "the password is not sent back"
    );
    // What is typed comes back as text, never as markup.
    let markup = browser
        .post("/sign-in", "email=%22%3E%3Cscript%3E&password=x")
        .await;
    assert!(!markup.body.contains("<script"), "{}", markup.body);
    for path in [
        "/forgot",
        "/sign-in?lang=de",
        "/reset/none",
        "/invitation/none",
        "/setup/none",
    ] {
        let page = browser.get(path).await;
        assert!(
            page.body.contains("<main") && !page.body.contains("style=\""),
            "{path}: {}",
            page.body
        );
    }
    assert!(
        browser
            .get("/sign-in?lang=de")
            .await
            .body
            .contains("<html lang=\"de\"")
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn a_forgotten_password_is_chosen_anew_by_the_link_of_a_mail(pool: PgPool) {
    let (u, state, _) = university(pool, &[]).await;
    let mut browser = Browser::new(&state);
    let known = browser.post("/forgot", "email=ada%40uni.example").await;
    let unknown = browser.post("/forgot", "email=nobody%40uni.example").await;
    assert_eq!(known.status, StatusCode::OK);
    assert_eq!(
        known.body,
        unknown.body.replace("nobody@uni.example", "ada@uni.example")
    );
    let mut link = None;
    for _ in 0..200 {
        link = sqlx::query_scalar::<_, String>(
            "select payload -> 'notice' ->> 'link' from jobs where kind = 'system_mail'",
        )
        .fetch_optional(u.domain.pool())
        .await
        .expect("asked");
        if link.is_some() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let link = link.expect("a mail");
    let path = link
        .strip_prefix(u.domain.public_url())
        .expect("a link of ours")
        .to_owned();
    // A scanner that follows the link uses nothing up.
    for _ in 0..2 {
        assert_eq!(browser.get(&path).await.status, StatusCode::OK);
    }
    let weak = browser.post(&path, "password=short").await;
    assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(weak.body.contains("password-error"), "{}", weak.body);
    let done = browser.post(&path, "password=another+bell+at+six").await;
    assert_eq!((done.status, done.location()), (StatusCode::SEE_OTHER, "/"));
    assert_eq!(browser.get("/").await.location(), "/c/admissions");
    assert_eq!(
        browser.post(&path, "password=a+third+bell+at+nine").await.status,
        StatusCode::GONE
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn the_first_admin_sets_the_installation_up(pool: PgPool) {
    let (domain, _clock) = domain::testing::domain(pool);
    let state = state_of(domain.clone(), &[]);
    let link = setup::link(&domain).await.expect("asked").expect("a link");
    let path = link
        .strip_prefix(domain.public_url())
        .expect("a link of ours")
        .to_owned();
    let mut browser = Browser::new(&state);
    assert!(browser.get(&path).await.body.contains("name=\"university\""));
    let input = "university=University+of+Example&name=Sys+Admin&email=sys%40uni.example&password=a+quiet+bell+at+noon";
    assert_eq!(browser.post(&path, input).await.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.get("/").await.location(), "/c/university");
    assert_eq!(
        Browser::new(&state).post(&path, input).await.status,
        StatusCode::GONE
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn other_websites_change_nothing(pool: PgPool) {
    let (_u, state, _) = university(pool, &[HTTPS]).await;
    let mut browser = Browser::new(&state);
    browser.sign_in("").await;
    let foreign: [&[(&str, &str)]; 5] = [
        &[],
        &[("origin", "https://evil.example"), ("host", "mail.uni.example")],
        &[("origin", "null"), ("host", "mail.uni.example")],
        &[
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://mail.uni.example"),
        ],
        &[("sec-fetch-site", "same-site")],
    ];
    for headers in foreign {
        browser.headers = headers
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect();
        for path in [
            "/sign-out",
            "/sign-in",
            "/rpc/frame/theme",
            "/rpc/settings/people/invite",
        ] {
            let answer = browser.post(path, "x=").await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {headers:?}");
            assert!(answer.body.contains("cross_origin"), "{}", answer.body);
        }
        // One click of RFC 8058 comes from a mail provider: no origin, no cookie, its own token.
        assert_ne!(
            browser.post("/u/none", "List-Unsubscribe=One-Click").await.status,
            StatusCode::FORBIDDEN
        );
    }
    browser.headers = vec![("origin", "https://mail.uni.example".into())];
    assert_eq!(
        browser.get("/").await.location(),
        "/c/admissions",
        "still signed in"
    );
    assert_eq!(
        browser.post("/sign-out", "x=").await.status,
        StatusCode::SEE_OTHER
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn throttles_go_by_the_client_and_not_by_what_it_writes(pool: PgPool) {
    let (_u, state, _) = university(pool, &[("CAMPANILE_TRUSTED_PROXIES", "10.0.0.0/8")]).await;
    // Straight from outside, with a made-up header each time: the peer counts.
    let mut liar = Browser::new(&state);
    liar.peer = [203, 0, 113, 9];
    for try_number in 0..11 {
        liar.headers = vec![
            ("sec-fetch-site", "same-origin".into()),
            ("x-forwarded-for", format!("198.51.{try_number}.1")),
        ];
        let answer = liar
            .post("/sign-in", "email=ada%40uni.example&password=wrong")
            .await;
        let expected = if try_number < 10 {
            StatusCode::UNAUTHORIZED
        } else {
            StatusCode::TOO_MANY_REQUESTS
        };
        assert_eq!(answer.status, expected, "try {try_number}");
    }
    // Through the proxy each client is itself.
    let mut proxied = Browser::new(&state);
    proxied.peer = [10, 0, 0, 1];
    proxied.headers.push(("x-forwarded-for", "203.0.113.9".into()));
    assert_eq!(proxied.sign_in("").await.status, StatusCode::TOO_MANY_REQUESTS);
    proxied.headers.pop();
    proxied
        .headers
        .push(("x-forwarded-for", "203.0.113.9, 192.0.2.200".into()));
    assert_eq!(proxied.sign_in("").await.status, StatusCode::SEE_OTHER);
}

#[sqlx::test(migrations = "../migrations")]
async fn every_answer_carries_its_headers(pool: PgPool) {
    let (_u, state, _) = university(pool, &[HTTPS]).await;
    let mut browser = Browser::new(&state);
    for path in [
        "/sign-in",
        "/healthz",
        "/nothing/here",
        "/u/none",
        "/api/v1/nothing",
    ] {
        let answer = browser.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
        assert!(
            answer.header("strict-transport-security").starts_with("max-age="),
            "{path}"
        );
        assert!(!answer.header("referrer-policy").is_empty(), "{path}");
        let policy = answer.header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("unsafe-inline"), "{path}: {policy}");
    }
    assert!(
        !browser
            .get("/sign-in")
            .await
            .header("content-security-policy")
            .contains("wasm-unsafe-eval")
    );
    let plain = state_of(state.domain.clone(), &[]);
    assert_eq!(
        Browser::new(&plain)
            .get("/sign-in")
            .await
            .header("strict-transport-security"),
        ""
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn large_bodies_are_refused(pool: PgPool) {
    let (_u, state, _) = university(pool, &[]).await;
    let mut browser = Browser::new(&state);
    let large = format!("email={}", "a".repeat(64 * 1024));
    assert_eq!(
        browser.post("/sign-in", &large).await.status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    browser.sign_in("").await;
    let large = "a".repeat(5 << 20);
    assert_eq!(
        browser.post("/rpc/frame/theme", &large).await.status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
}
