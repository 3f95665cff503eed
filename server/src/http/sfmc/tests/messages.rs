//! Messages: single, in batches, what became of them.

use axum::http::StatusCode;
use serde_json::{Value, json};
use sqlx::PgPool;
use types::access::Role;

use super::support::{EMAIL, Marketer, call, shape, to, token_of};
use crate::http::api_v1::tests::messages::KEY;

fn error(answer: &Value) -> (i64, String) {
    let message = answer["message"].as_str().unwrap_or_default();
    let name = message.split(':').next().unwrap_or_default().to_owned();
    (answer["errorcode"].as_i64().unwrap_or(-1), name)
}

#[sqlx::test(migrations = "../migrations")]
async fn one_message_and_what_became_of_it(pool: PgPool) {
    let marketer = Marketer::new(pool).await;
    let path = format!("{EMAIL}/messages/order-7");
    let sent = marketer.post(&path, to("ada@example.org")).await;
    assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.body);
    insta::assert_json_snapshot!("sent", shape(&sent));
    let queued = marketer.get(&path).await;
    assert_eq!(queued.status, StatusCode::OK, "{}", queued.body);
    insta::assert_json_snapshot!("queued", shape(&queued));
    // It is one of ours, with what the definition knows.
    let ours = marketer
        .caller
        .call("GET", "/messages/order-7", None)
        .await
        .json();
    assert_eq!(
        (&ours["definition"], &ours["contact_key"]),
        (&json!(KEY), &json!("key of ada@example.org"))
    );

    // Again: their callers take this for sent before.
    let again = marketer.post(&path, to("ada@example.org")).await;
    assert_eq!(again.status, StatusCode::BAD_REQUEST, "{}", again.body);
    insta::assert_json_snapshot!("sent_before", shape(&again));
    assert_eq!(marketer.count("messages").await, 1);

    // Nobody at this address any more: not sent, and why.
    sqlx::query("update identities set bounced_at = now()")
        .execute(marketer.caller.university.domain.pool())
        .await
        .expect("bounced");
    let dead = format!("{EMAIL}/messages/order-8");
    assert_eq!(
        marketer.post(&dead, to("ada@example.org")).await.status,
        StatusCode::ACCEPTED
    );
    insta::assert_json_snapshot!("not_sent", shape(&marketer.get(&dead).await));
    let unknown = marketer.get(&format!("{EMAIL}/messages/none")).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert_eq!(
        error(&unknown.json()),
        (30_003, "MCMS_UTM_Runtime_ObjectNotFound".to_owned())
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn of_a_batch_whoever_is_right_gets_it(pool: PgPool) {
    let marketer = Marketer::new(pool).await;
    let path = format!("{EMAIL}/messages/");
    let body = json!({
        "definitionKey": KEY.to_uppercase(),
        "attributes": {"ORDER": "of the call"},
        "recipients": [
            {"contactKey": "1", "to": "one@example.org", "messageKey": "k1", "attributes": {"order": 7}},
            {"contactKey": 2, "to": "nobody"},
            {"contactKey": "3"},
            {"to": "four@example.org"},
            {"contactKey": "5", "to": "five@example.org", "messageKey": "k1"},
            {"contactKey": "6", "to": "a@example.org\r\nBcc: b@example.org"},
            {"contactKey": "7", "to": "seven@example.org", "messageKey": "k7"},
            {"contactKey": "8", "to": "eight@example.org", "messageKey": "k".repeat(201)},
        ],
    });
    let answer = marketer.post(&path, body).await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.body);
    insta::assert_json_snapshot!("batch", shape(&answer));
    // The third is somebody new without an address: accepted, and not sent for that.
    assert_eq!(marketer.count("messages").await, 3);
    let of_call: Value = sqlx::query_scalar(
        "select d.attributes from deliveries d join messages m on m.dispatch_id = d.dispatch_id and m.seq = d.seq where m.key = 'k7'",
    )
    .fetch_one(marketer.caller.university.domain.pool())
    .await
    .expect("a line");
    assert_eq!(of_call, json!({"order": "of the call"}));

    let cases: [(Value, u16, i64); 9] = [
        (json!({"recipients": [{"contactKey": "1"}]}), 400, 109_107),
        (
            json!({"definitionKey": "none", "recipients": [{"contactKey": "1"}]}),
            404,
            109_111,
        ),
        (json!({"definitionKey": KEY, "recipients": []}), 400, 109_102),
        (
            json!({"definitionKey": KEY, "recipients": vec![json!({}); 2_001]}),
            400,
            109_101,
        ),
        (json!({"definitionKey": KEY, "colour": "red"}), 400, 109_122),
        (
            json!({"definitionKey": KEY, "recipients": [{"address": "a@example.org"}]}),
            400,
            10_001,
        ),
        (json!({"definitionKey": KEY, "recipients": "all"}), 400, 10_001),
        (
            json!({"definitionKey": KEY, "recipients": [{"contactKey": "1", "to": "x"}]}),
            400,
            109_103,
        ),
        (json!(7), 400, 10_001),
    ];
    for (body, status, code) in cases {
        let answer = marketer.post(&path, body.clone()).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()["errorcode"].as_i64()),
            (status, Some(code)),
            "{}",
            answer.body
        );
    }
    let deep = format!(
        "{{\"definitionKey\": {}1{}}}",
        "[".repeat(10_000),
        "]".repeat(10_000)
    );
    let bearer = format!("Bearer {}", token_of(&marketer.caller).await);
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "application/json"),
    ];
    let deep = marketer.caller.send("POST", &path, &headers, deep).await;
    assert_eq!(deep.status, StatusCode::BAD_REQUEST, "{}", deep.body);
    let big = marketer
        .caller
        .send("POST", &path, &headers, " ".repeat(5 << 20))
        .await;
    assert_eq!(big.status, StatusCode::PAYLOAD_TOO_LARGE, "{}", big.body);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_hundred_identical_calls_make_one_message(pool: PgPool) {
    let marketer = Marketer::new(pool).await;
    let path = format!("{EMAIL}/messages/order-7");
    let calls = (0..100).map(|_| marketer.post(&path, to("new@example.org")));
    let answers = futures::future::join_all(calls).await;
    let accepted = answers
        .iter()
        .filter(|it| it.status == StatusCode::ACCEPTED)
        .count();
    assert_eq!(accepted, 1);
    for answer in answers.iter().filter(|it| it.status != StatusCode::ACCEPTED) {
        assert_eq!(
            answer.json()["responses"][0]["errorcode"],
            109_110,
            "{}",
            answer.body
        );
    }
    assert_eq!(marketer.count("messages").await, 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn queues_are_read_on_from_a_number(pool: PgPool) {
    let marketer = Marketer::new(pool).await;
    for n in 0..5 {
        let body = to(&format!("p{n}@example.org"));
        let sent = marketer.post(&format!("{EMAIL}/messages/k{n}"), body).await;
        assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.body);
    }
    let keys = async |query: &str| {
        let answer = marketer.get(&format!("{EMAIL}/messages{query}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let body = answer.json();
        let messages = body["messages"].as_array().cloned().unwrap_or_default();
        let keys: Vec<String> = messages
            .iter()
            .map(|it| it["info"]["messageKey"].as_str().unwrap_or_default().to_owned())
            .collect();
        (keys, body["lastEventID"].as_i64().unwrap_or_default())
    };
    assert_eq!(keys("?type=queued").await.0, ["k0", "k1", "k2", "k3", "k4"]);
    let (first, last) = keys("/?type=queued&$pageSize=2").await;
    assert_eq!(first, ["k0", "k1"]);
    assert_eq!(
        keys(&format!("?type=queued&lastEventId={last}")).await.0,
        ["k2", "k3", "k4"]
    );
    let depth = marketer
        .get(&format!("{EMAIL}/definitions/{KEY}/queue"))
        .await
        .json();
    assert_eq!(depth["count"], 5, "{depth}");

    // k1 failed and k3 was sent, while k0 is still open: whoever reads along must not pass it.
    for (key, outcome, rule) in [("k1", "failed", "reply_5xx"), ("k3", "sent", "")] {
        sqlx::query(
            "insert into outcomes (dispatch_id, seq, outcome, rule, at) select dispatch_id, seq, $2, $3, now() from messages where key = $1",
        )
        .bind(key)
        .bind(outcome)
        .bind(rule)
        .execute(marketer.caller.university.domain.pool())
        .await
        .expect("ended");
    }
    assert_eq!(keys("?type=notSent").await.0, Vec::<String>::new());
    // Two minutes later it no longer holds the others up.
    sqlx::query("update messages set created_at = created_at - interval '3 minutes'")
        .execute(marketer.caller.university.domain.pool())
        .await
        .expect("older");
    let failed = marketer.get(&format!("{EMAIL}/messages/notSent")).await;
    insta::assert_json_snapshot!("queue", shape(&failed));
    assert_eq!(keys("?type=sent").await.0, ["k3"]);
    for wrong in [
        "",
        "?type=all",
        "?type=sent&$pageSize=0",
        "?type=sent&lastEventId=x",
    ] {
        let answer = marketer.get(&format!("{EMAIL}/messages{wrong}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn another_units_things_are_not_there_and_scopes_hold(pool: PgPool) {
    let marketer = Marketer::new(pool).await;
    marketer
        .post(&format!("{EMAIL}/messages/mine"), to("ada@example.org"))
        .await;
    let shop = marketer.caller.in_shop(Role::UnitAdmin).await;
    let token = token_of(&shop).await;
    for (method, path, body) in [
        ("GET", format!("{EMAIL}/messages/mine"), None),
        ("GET", format!("{EMAIL}/definitions/{KEY}"), None),
        (
            "GET",
            format!("{EMAIL}/definitions/{}", marketer.defined.id),
            None,
        ),
        ("DELETE", format!("{EMAIL}/definitions/{KEY}"), None),
        (
            "PATCH",
            format!("{EMAIL}/definitions/{KEY}"),
            Some(json!({"status": "inactive"})),
        ),
        ("GET", format!("{EMAIL}/definitions/{KEY}/queue"), None),
        (
            "POST",
            format!("{EMAIL}/messages/theirs"),
            Some(to("ada@example.org")),
        ),
    ] {
        let answer = call(&shop, &token, method, &path, body).await;
        assert_eq!(
            answer.status,
            StatusCode::NOT_FOUND,
            "{method} {path}: {}",
            answer.body
        );
    }
    let listed = call(&shop, &token, "GET", &format!("{EMAIL}/definitions"), None).await;
    assert_eq!(listed.json()["definitions"], json!([]));
    let reader = marketer
        .caller
        .beside(&[types::access::Permission::ReadMessages])
        .await;
    let token = token_of(&reader).await;
    let refused = call(
        &reader,
        &token,
        "POST",
        &format!("{EMAIL}/messages/k"),
        Some(to("a@example.org")),
    )
    .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(
        error(&refused.json()),
        (40_000, "MCMS_UTM_Authentication".to_owned())
    );
    let stranger = marketer
        .caller
        .send("POST", &format!("{EMAIL}/messages/k"), &[], String::new())
        .await;
    assert_eq!(
        (stranger.status, &stranger.json()["errorcode"]),
        (StatusCode::UNAUTHORIZED, &json!(0))
    );
}
