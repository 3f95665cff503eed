//! Public pages as a mailbox provider, a scanner and a subscriber use them.

use super::*;
use axum::{
    body::Body,
    http::{Request, Response, StatusCode, header},
};
use domain::{
    testing::{SentMessage, University},
    tokens::{Click, Subject},
};
use sqlx::PgPool;
use tower::ServiceExt as _;
use types::Language;

struct Pages {
    state: PublicState,
    message: SentMessage,
    stop: tokio_util::sync::CancellationToken,
    writer: tokio::task::JoinHandle<()>,
    pool: PgPool,
}

impl Pages {
    async fn new(pool: PgPool) -> Self {
        let university = University::new(pool.clone()).await.expect("a university");
        let message = university.sent_message().await.expect("a message");
        let stop = tokio_util::sync::CancellationToken::new();
        let (hits, writer) = start_hits(university.domain.clone(), stop.clone());
        let state = PublicState::new(university.domain.clone(), hits);
        Self {
            state,
            message,
            stop,
            writer,
            pool,
        }
    }

    async fn ask(&self, method: &str, path: &str, kind: Option<&str>, body: &str) -> Response<Body> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("user-agent", "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0");
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let request = request.body(Body::from(body.to_owned())).expect("a request");
        router(self.state.clone())
            .oneshot(request)
            .await
            .expect("an answer")
    }

    async fn text(&self, path: &str) -> (StatusCode, String) {
        let response = self.ask("GET", path, None, "").await;
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), 1 << 20)
            .await
            .expect("a body");
        (status, String::from_utf8(body.to_vec()).expect("UTF-8"))
    }

    async fn status_of_subscription(&self) -> String {
        sqlx::query_scalar("select status from subscriptions where contact_id = $1 and topic_id = $2")
            .bind(self.message.contact.uuid())
            .bind(self.message.topic.uuid())
            .fetch_one(&self.pool)
            .await
            .expect("a subscription")
    }

    async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql)
            .fetch_one(&self.pool)
            .await
            .expect("a number")
    }

    async fn flush(self) {
        self.stop.cancel();
        drop(self.state);
        self.writer.await.expect("the writer ends");
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

#[sqlx::test(migrations = "../migrations")]
async fn one_click_unsubscribes_at_once_without_a_redirect(pool: PgPool) {
    let pages = Pages::new(pool).await;
    let path = format!("/u/{}", pages.state.tokens.unsubscribe(pages.message.delivery));
    let answer = pages
        .ask("POST", &path, Some(FORM), "List-Unsubscribe=One-Click")
        .await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(answer.headers().get(header::SET_COOKIE).is_none());
    assert_eq!(pages.status_of_subscription().await, "unsubscribed");
    assert_eq!(
        pages
            .count("select count(*) from consent_records where source = 'one_click' and act = 'withdrawn'")
            .await,
        1
    );
    // A replay changes nothing and counts nothing.
    assert_eq!(
        pages
            .ask("POST", &path, Some(FORM), "List-Unsubscribe=One-Click")
            .await
            .status(),
        StatusCode::OK
    );
    assert_eq!(
        pages
            .count("select count(*) from consent_records where source = 'one_click'")
            .await,
        1
    );
    assert_eq!(pages.count("select unsubscribed from dispatch_hours").await, 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn one_click_works_as_multipart_too(pool: PgPool) {
    let pages = Pages::new(pool).await;
    let path = format!("/u/{}", pages.state.tokens.unsubscribe(pages.message.delivery));
    let body =
        "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n";
    let answer = pages
        .ask("POST", &path, Some("multipart/form-data; boundary=b"), body)
        .await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(pages.status_of_subscription().await, "unsubscribed");
}

#[sqlx::test(migrations = "../migrations")]
async fn fetching_changes_nothing(pool: PgPool) {
    let pages = Pages::new(pool).await;
    let unsubscribe = format!("/u/{}", pages.state.tokens.unsubscribe(pages.message.delivery));
    let preferences = format!(
        "/p/{}",
        pages
            .state
            .tokens
            .preferences(Subject::Delivery(pages.message.delivery))
    );
    for path in [&unsubscribe, &preferences] {
        for method in ["GET", "HEAD"] {
            assert_eq!(pages.ask(method, path, None, "").await.status(), StatusCode::OK);
        }
    }
    // A post that says nothing is no wish either.
    assert_eq!(
        pages.ask("POST", &unsubscribe, Some(FORM), "").await.status(),
        StatusCode::BAD_REQUEST
    );
    assert_eq!(pages.status_of_subscription().await, "subscribed");
    assert_eq!(pages.count("select count(*) from consent_records").await, 0);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_forged_token_is_told_so_and_changes_nothing(pool: PgPool) {
    let pages = Pages::new(pool).await;
    let token = pages.state.tokens.unsubscribe(pages.message.delivery);
    let forged = format!(
        "{}{}",
        if token.starts_with('A') { "B" } else { "A" },
        &token[1..]
    );
    for path in [
        format!("/u/{forged}"),
        format!("/p/{forged}"),
        format!("/v/{forged}"),
        format!("/t/c/{forged}"),
    ] {
        let (status, text) = pages.text(&format!("{path}?lang=pl")).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        if !path.starts_with("/t/") && !path.starts_with("/v/") {
            assert!(text.contains("Ten link jest nieprawidłowy"), "{path}");
        }
    }
    let answer = pages
        .ask(
            "POST",
            &format!("/u/{forged}"),
            Some(FORM),
            "List-Unsubscribe=One-Click",
        )
        .await;
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    // A token of another purpose is as good as forged.
    let open = pages.state.tokens.open(pages.message.delivery);
    assert_eq!(
        pages
            .ask("POST", &format!("/u/{open}"), Some(FORM), "act=all")
            .await
            .status(),
        StatusCode::NOT_FOUND
    );
    assert_eq!(pages.status_of_subscription().await, "subscribed");
}

#[sqlx::test(migrations = "../migrations")]
async fn the_preference_centre_saves_stops_and_allows_again(pool: PgPool) {
    let pages = Pages::new(pool).await;
    let path = format!(
        "/p/{}",
        pages
            .state
            .tokens
            .preferences(Subject::Delivery(pages.message.delivery))
    );
    let (status, page) = pages.text(&path).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.len() < 30_000, "{} bytes", page.len());
    assert!(!page.contains("<script"));
    assert!(page.contains("Open days"));
    let (_, polish) = pages.text(&format!("{path}?lang=pl")).await;
    assert!(polish.contains("lang=\"pl\"") && polish.contains("Twoje preferencje wiadomości"));

    let body = format!("act=save&topic_{}=weekly", pages.message.topic);
    let answer = pages.ask("POST", &path, Some(FORM), &body).await;
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    assert_eq!(
        pages
            .count("select count(*) from subscriptions where frequency = 'weekly' and status = 'subscribed'")
            .await,
        1
    );

    pages.ask("POST", &path, Some(FORM), "act=stop_all").await;
    assert_eq!(
        pages
            .count("select count(*) from contacts where unsubscribed_all_at is not null")
            .await,
        1
    );
    let (_, page) = pages.text(&format!("{path}?done=stopped&lang=de")).await;
    assert!(page.contains("Alles ist abbestellt"));

    pages.ask("POST", &path, Some(FORM), "act=resume").await;
    assert_eq!(
        pages
            .count("select count(*) from contacts where unsubscribed_all_at is not null")
            .await,
        0
    );
    assert_eq!(pages.count("select count(*) from consent_records").await, 3);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_click_leads_where_the_message_said_and_nowhere_else(pool: PgPool) {
    let pages = Pages::new(pool).await;
    let click = Click {
        delivery: pages.message.delivery,
        language: Language::En,
        link: 1,
    };
    let token = pages.state.tokens.click(click);
    let answer = pages
        .ask(
            "GET",
            &format!("/t/c/{token}?url=https://evil.example/"),
            None,
            "",
        )
        .await;
    assert_eq!(answer.status(), StatusCode::FOUND);
    assert_eq!(
        answer.headers()[header::LOCATION],
        "https://university.test/open-days?utm=1"
    );
    pages.ask("HEAD", &format!("/t/c/{token}"), None, "").await;
    let open = pages.state.tokens.open(pages.message.delivery);
    let image = pages.ask("GET", &format!("/t/o/{open}.gif"), None, "").await;
    assert_eq!(image.headers()[header::CONTENT_TYPE], "image/gif");
    let pool = pages.pool.clone();
    pages.flush().await;
    let verdicts: Vec<(String, String, String)> =
        sqlx::query_as("select kind, verdict, verdict_rule from events order by kind, verdict")
            .fetch_all(&pool)
            .await
            .expect("events");
    let expected = [
        ("clicked", "human", ""),
        ("clicked", "machine", "head_request"),
        ("opened", "human", ""),
    ];
    assert_eq!(
        verdicts,
        expected.map(|(kind, verdict, rule)| (kind.to_owned(), verdict.to_owned(), rule.to_owned()))
    );
    let hours: (i64, i64, i64) =
        sqlx::query_as("select opened_human, clicked_human, clicked_machine from dispatch_hours")
            .fetch_one(&pool)
            .await
            .expect("an hour");
    assert_eq!(hours, (1, 1, 1));
}

#[sqlx::test(migrations = "../migrations")]
async fn following_every_link_at_once_is_a_scanner(pool: PgPool) {
    let pages = Pages::new(pool).await;
    for link in 1..=3 {
        let token = pages.state.tokens.click(Click {
            delivery: pages.message.delivery,
            language: Language::En,
            link,
        });
        assert_eq!(
            pages
                .ask("GET", &format!("/t/c/{token}"), None, "")
                .await
                .status(),
            StatusCode::FOUND
        );
    }
    let pool = pages.pool.clone();
    pages.flush().await;
    let machine: i64 = sqlx::query_scalar(
        "select count(*) from events where verdict = 'machine' and verdict_rule = 'all_links_at_once'",
    )
    .fetch_one(&pool)
    .await
    .expect("a number");
    assert_eq!(machine, 3);
    let hours: (i64, i64) = sqlx::query_as("select clicked_human, clicked_machine from dispatch_hours")
        .fetch_one(&pool)
        .await
        .expect("an hour");
    assert_eq!(hours, (0, 1));
}
