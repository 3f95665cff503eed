//! API clients on the wire: two processes over one database, addresses through proxies, headers, and what is logged.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, StatusCode};
use domain::clients;
use domain::testing::University;
use serde_json::{Value, json};
use sqlx::PgPool;
use tower::ServiceExt;
use tracing_subscriber::fmt::MakeWriter;
use types::access::{Permission, Role};
use types::clients::{ApiClientInput, ApiCredentials};

use super::support::{Answer, Caller};
use crate::http::tests::state_of;

/// A process, as callers see it.
struct Node(Router);

impl Node {
    fn new(university: &University, environment: &[(&str, &str)]) -> Self {
        Self(crate::http::router(state_of(
            university.domain.clone(),
            environment,
        )))
    }

    async fn ask(
        &self,
        peer: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let peer: SocketAddr = peer.parse().expect("an address");
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .extension(ConnectInfo(peer));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).expect("a request");
        let (parts, body) = self
            .0
            .clone()
            .oneshot(request)
            .await
            .expect("answered")
            .into_parts();
        let body = axum::body::to_bytes(body, 16 << 20).await.expect("a body");
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(body.to_vec()).expect("text"),
        }
    }

    async fn exchange(&self, peer: &str, headers: &[(&str, &str)], id: &str, secret: &str) -> Answer {
        let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
        all.extend_from_slice(headers);
        self.ask(peer, "POST", "/api/v1/oauth/token", &all, &form).await
    }

    async fn token(&self, of: &ApiCredentials) -> String {
        let id = of.client_id.to_string();
        let answer = self
            .exchange("192.0.2.1:40000", &[], &id, &of.client_secret)
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.json()["access_token"]
            .as_str()
            .expect("a token")
            .to_owned()
    }

    async fn topics(&self, peer: &str, headers: &[(&str, &str)], token: &str) -> Answer {
        let bearer = format!("Bearer {token}");
        let mut all = vec![("authorization", bearer.as_str())];
        all.extend_from_slice(headers);
        self.ask(peer, "GET", "/api/v1/topics", &all, "").await
    }
}

const HERE: &str = "192.0.2.1:40000";

async fn add(university: &University, input: ApiClientInput) -> ApiCredentials {
    let mut tx = university.domain.begin().await.expect("a transaction");
    let input = ApiClientInput {
        name: "Test".to_owned(),
        scopes: vec![Permission::ReadTopics],
        ..input
    };
    let made = clients::create_by_operator(&mut tx, university.admissions, &input).await;
    tx.commit().await.expect("committed");
    made.expect("a client")
}

#[sqlx::test(migrations = "../migrations")]
async fn two_nodes_keep_to_one_limit(pool: PgPool) {
    let university = University::new(pool).await.expect("a university");
    let nodes = [Node::new(&university, &[]), Node::new(&university, &[])];
    let limited = add(
        &university,
        ApiClientInput {
            requests_per_minute: Some(60),
            burst: Some(30),
            ..ApiClientInput::default()
        },
    )
    .await;
    let began = Instant::now();
    let token = nodes[0].token(&limited).await;
    let calls = (0..120).map(|n| nodes[n % 2].topics(HERE, &[], &token));
    let answers = futures::future::join_all(calls).await;
    let passed = began.elapsed().as_secs_f64();
    let went = answers.iter().filter(|it| it.status == StatusCode::OK).count();
    let refused = answers
        .iter()
        .filter(|it| it.status == StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(went + refused.count(), answers.len());
    // The token was a call; two nodes may each have a tenth of the burst open; one more comes with every second.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a few seconds"
    )]
    let most = 30 - 1 + 2 * 3 + passed.ceil() as usize;
    assert!(went <= most, "{went} of at most {most}");
    assert!(went >= 29, "{went} calls were let through");
    let refusal = answers
        .iter()
        .find(|it| it.status != StatusCode::OK)
        .expect("a refusal");
    assert_eq!(refusal.json()["code"], "rate_limited", "{}", refusal.body);
    assert_eq!(refusal.header("content-type"), "application/problem+json");
    let wait: u64 = refusal.header("retry-after").parse().expect("seconds");
    assert!((1..=7).contains(&wait), "{wait}");
    // What the nodes let through is known to both by now.
    for node in &nodes {
        let answer = node.topics(HERE, &[], &token).await;
        let left: u32 = answer.header("ratelimit-remaining").parse().expect("a number");
        assert!(left <= 1, "{left}");
    }
    // Another client is not concerned.
    let other = add(&university, ApiClientInput::default()).await;
    let token = nodes[1].token(&other).await;
    assert_eq!(nodes[1].topics(HERE, &[], &token).await.status, StatusCode::OK);
}

#[sqlx::test(migrations = "../migrations")]
async fn every_answer_to_a_client_says_how_it_stands(pool: PgPool) {
    let university = University::new(pool).await.expect("a university");
    let node = Node::new(&university, &[]);
    let slow = ApiClientInput {
        requests_per_minute: Some(60),
        burst: Some(6),
        ..ApiClientInput::default()
    };
    let made = add(&university, slow).await;
    let id = made.client_id.to_string();
    let exchanged = node.exchange(HERE, &[], &id, &made.client_secret).await;
    assert_eq!(exchanged.header("ratelimit-remaining"), "5");
    assert_eq!(exchanged.header("cache-control"), "no-store");
    let token = exchanged.json()["access_token"]
        .as_str()
        .expect("a token")
        .to_owned();
    let answer = node.topics(HERE, &[], &token).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("ratelimit-limit"), "6");
    assert_eq!(answer.header("ratelimit-policy"), "\"client\";q=6;w=6");
    let (left, reset) = (
        answer.header("ratelimit-remaining"),
        answer.header("ratelimit-reset"),
    );
    assert!(left == "4" || left == "5", "{left}");
    assert!(reset == "1" || reset == "2", "{reset}");
    assert_eq!(
        answer.header("ratelimit"),
        format!("\"client\";r={left};t={reset}")
    );
    // Also where the answer is no.
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str())];
    let forbidden = node.ask(HERE, "GET", "/api/v1/contacts", &headers, "").await;
    assert_eq!(forbidden.status, StatusCode::FORBIDDEN);
    assert_eq!(forbidden.header("ratelimit-limit"), "6");
    // Who is nobody has no limit to speak of.
    let stranger = node.topics(HERE, &[], "nothing").await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
    assert_eq!(stranger.header("ratelimit-limit"), "");
    // A token too many, beyond the limit, is refused in the same words.
    let mut last = node.exchange(HERE, &[], &id, &made.client_secret).await;
    for _ in 0..8 {
        last = node.exchange(HERE, &[], &id, &made.client_secret).await;
    }
    assert_eq!(
        (last.status, &last.json()["code"]),
        (StatusCode::TOO_MANY_REQUESTS, &json!("rate_limited"))
    );
    assert_eq!(last.header("ratelimit-remaining"), "0");
    assert!(!last.header("retry-after").is_empty());
}

#[sqlx::test(migrations = "../migrations")]
async fn addresses_count_as_far_as_they_can_be_believed(pool: PgPool) {
    let university = University::new(pool).await.expect("a university");
    let node = Node::new(&university, &[("CAMPANILE_TRUSTED_PROXIES", "10.0.0.0/8")]);
    let campus = ApiClientInput {
        allowed_networks: vec!["198.51.100.0/24".to_owned(), "2001:db8::/32".to_owned()],
        ..ApiClientInput::default()
    };
    let made = add(&university, campus).await;
    let id = made.client_id.to_string();
    let inside = "198.51.100.7:40000";
    let exchanged = node.exchange(inside, &[], &id, &made.client_secret).await;
    let token = exchanged.json()["access_token"]
        .as_str()
        .expect("a token")
        .to_owned();
    let forwarded = |text| [("x-forwarded-for", text)];
    let nothing: [(&str, &str); 0] = [];
    for (peer, headers, may) in [
        (inside, nothing.as_slice(), true),
        ("[::ffff:198.51.100.7]:40000", &[], true),
        ("[2001:db8::7]:40000", &[], true),
        ("[2001:db9::7]:40000", &[], false),
        ("203.0.113.1:40000", &[], false),
        // Through the proxy that is trusted, by the address that it saw.
        ("10.0.0.1:40000", &forwarded("198.51.100.7"), true),
        ("10.0.0.1:40000", &forwarded("::ffff:198.51.100.7"), true),
        ("10.0.0.1:40000", &forwarded("198.51.100.7, 203.0.113.1"), false),
        ("10.0.0.1:40000", &[], false),
        // Anybody can write the header.
        ("203.0.113.1:40000", &forwarded("198.51.100.7"), false),
    ] {
        let call = node.topics(peer, headers, &token).await;
        let exchanged = node.exchange(peer, headers, &id, &made.client_secret).await;
        if may {
            assert_eq!(
                (call.status, exchanged.status),
                (StatusCode::OK, StatusCode::OK),
                "{peer} {headers:?}"
            );
            continue;
        }
        for answer in [call, exchanged] {
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{peer} {headers:?}");
            assert_eq!(answer.json()["code"], "address_not_allowed", "{}", answer.body);
            assert!(
                !answer.body.contains("198.51.100.0"),
                "the list is told: {}",
                answer.body
            );
        }
        // Who has no valid credentials is told no more than elsewhere.
        let guess = node.exchange(peer, headers, &id, "guess").await;
        assert_eq!(guess.json(), json!({"error": "invalid_client"}));
        assert_eq!(
            node.topics(peer, headers, "nothing").await.status,
            StatusCode::UNAUTHORIZED
        );
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn a_revoked_client_stops_at_once_on_every_node(pool: PgPool) {
    let caller = Caller::for_role(pool, Role::UnitAdmin).await;
    let nodes = [
        Node::new(&caller.university, &[]),
        Node::new(&caller.university, &[]),
    ];
    let made = add(&caller.university, ApiClientInput::default()).await;
    let token = nodes[0].token(&made).await;
    for node in &nodes {
        assert_eq!(node.topics(HERE, &[], &token).await.status, StatusCode::OK);
    }
    let gone = caller
        .call("DELETE", &format!("/clients/{}", made.client_id), None)
        .await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT, "{}", gone.body);
    for node in &nodes {
        assert_eq!(
            node.topics(HERE, &[], &token).await.status,
            StatusCode::UNAUTHORIZED
        );
        let id = made.client_id.to_string();
        let again = node.exchange(HERE, &[], &id, &made.client_secret).await;
        assert_eq!(again.status, StatusCode::UNAUTHORIZED);
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn clients_are_made_read_changed_and_given_new_secrets(pool: PgPool) {
    let caller = Caller::for_role(pool, Role::UnitAdmin).await;
    let wish = json!({"name": "Shop", "scopes": ["topics:read"], "allowed_networks": ["192.0.2.1", "::ffff:192.0.2.0/120"],
        "requests_per_minute": 120});
    let made = caller.call("POST", "/clients", Some(wish.clone())).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    let id = made.json()["client_id"].as_str().expect("an id").to_owned();
    let path = format!("/clients/{id}");
    let read = caller.call("GET", &path, None).await.json();
    assert_eq!(read["allowed_networks"], json!(["192.0.2.0/24", "192.0.2.1"]));
    assert_eq!(
        (&read["requests_per_minute"], &read["burst"]),
        (&json!(120), &json!(12))
    );
    assert_eq!(read["live_secrets"][0]["expires_at"], Value::Null);
    assert_eq!(
        (&read["tokens"], &read["last_used_at"]),
        (&json!(0), &Value::Null)
    );
    assert!(
        !read
            .to_string()
            .contains(made.json()["client_secret"].as_str().expect("a secret"))
    );

    let mut change = wish;
    change["edit_version"] = read["edit_version"].clone();
    change["allowed_networks"] = json!(["nowhere/7"]);
    let wrong = caller.call("PUT", &path, Some(change.clone())).await;
    assert_eq!(wrong.json()["errors"][0]["code"], "bad_network", "{}", wrong.body);
    assert!(
        wrong.json()["errors"][0]["title"]
            .as_str()
            .is_some_and(|text| text.contains("nowhere/7"))
    );
    change["allowed_networks"] = json!([]);
    let changed = caller.call("PUT", &path, Some(change.clone())).await;
    assert_eq!(
        (changed.status, &changed.json()["id"]),
        (StatusCode::OK, &json!(id)),
        "{}",
        changed.body
    );
    let stale = caller.call("PUT", &path, Some(change)).await;
    assert_eq!(stale.json()["code"], "edit_conflict");

    // A client answers for the operator here; with its own secret it may go on, with another's not.
    let rotated = caller
        .call(
            "POST",
            &format!("{path}/rotate"),
            Some(json!({"overlap_hours": 1})),
        )
        .await;
    assert_eq!(rotated.status, StatusCode::CREATED, "{}", rotated.body);
    let too_long = caller
        .call(
            "POST",
            &format!("{path}/rotate"),
            Some(json!({"overlap_hours": 1000})),
        )
        .await;
    assert_eq!(
        too_long.json()["errors"][0]["field"],
        "overlap_hours",
        "{}",
        too_long.body
    );
    let secrets = caller.call("GET", &path, None).await.json()["live_secrets"].clone();
    assert_eq!(secrets.as_array().map(Vec::len), Some(2), "{secrets}");
    let theirs = caller.in_shop(Role::UnitAdmin).await;
    for method in ["GET", "DELETE"] {
        assert_eq!(
            theirs.call(method, &path, None).await.status,
            StatusCode::NOT_FOUND
        );
    }
}

/// Everything that is logged, at whatever level.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("the log").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn secrets_and_tokens_are_never_logged(pool: PgPool) {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .finish();
    // Of this thread: tests of sqlx run on one.
    let _here = tracing::subscriber::set_default(subscriber);
    let caller = Caller::for_role(pool, Role::UnitAdmin).await;
    let wish = json!({"name": "Shop", "scopes": ["topics:read"]});
    let made = caller.call("POST", "/clients", Some(wish)).await.json();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let beside = caller.beside(&[Permission::ReadTopics]).await.credentials;
    let (id, secret) = (beside.client_id.to_string(), beside.client_secret);
    let node = Node::new(&caller.university, &[]);
    let token = text(&node.exchange(HERE, &[], &id, &secret).await.json()["access_token"]);
    node.topics(HERE, &[], &token).await;
    let wrong = format!("{secret}x");
    node.exchange(HERE, &[], &id, &wrong).await;
    node.topics(HERE, &[], &format!("{token}x")).await;
    let fresh = caller
        .call(
            "POST",
            &format!("/clients/{}/rotate", text(&made["client_id"])),
            None,
        )
        .await
        .json();
    caller.university.domain.pool().close().await;
    // Errors of our own, too.
    let failed = node.exchange(HERE, &[], &id, &secret).await;
    assert_eq!(failed.status, StatusCode::SERVICE_UNAVAILABLE, "{}", failed.body);
    assert_eq!(
        node.topics(HERE, &[], &token).await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
    let log = String::from_utf8(log.0.lock().expect("the log").clone()).expect("text");
    assert!(
        log.contains("/api/v1/oauth/token") && log.contains("select"),
        "nothing was logged: {log}"
    );
    for hidden in [
        &secret,
        &token,
        &text(&made["client_secret"]),
        &text(&fresh["client_secret"]),
    ] {
        assert!(!log.contains(hidden.as_str()), "{hidden} was logged");
    }
}
