//! Messages, as integrators ask for them.

use axum::http::StatusCode;
use domain::testing::Defined;
use serde_json::{Value, json};
use sqlx::PgPool;
use types::access::{Permission, Role};
use types::content::Classification;

use super::support::{Answer, Caller};

pub const KEY: &str = "order-placed";

/// A caller of the admissions office, with a live definition that wants an `order`.
pub async fn live(pool: PgPool) -> (Caller, Defined) {
    let caller = Caller::for_role(pool, Role::UnitAdmin).await;
    let unit = caller.university.admissions;
    let defined = caller
        .university
        .defined(unit, KEY, Classification::Transactional, &[])
        .await
        .expect("a definition");
    (caller, defined)
}

pub fn order(email: &str, key: &str) -> Value {
    json!({"definition": KEY, "to": {"email": email}, "attributes": {"order": "A-7"}, "key": key})
}

/// Something else in a call.
type Change = fn(&mut Value);

async fn count(caller: &Caller, table: &str) -> i64 {
    sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select count(*) from {table}")))
        .fetch_one(caller.university.domain.pool())
        .await
        .expect("a count")
}

/// The fields of a refusal, with their codes.
pub fn fields(answer: &Answer) -> Vec<(String, String)> {
    let fields = answer.json()["errors"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    fields
        .iter()
        .map(|it| (text(&it["field"]), text(&it["code"])))
        .collect()
}

#[sqlx::test(migrations = "../migrations")]
async fn a_hundred_identical_calls_make_one_message(pool: PgPool) {
    let (caller, _) = live(pool).await;
    let calls = (0..100).map(|n| {
        let headers: &[(&str, &str)] = if n % 2 == 0 {
            &[]
        } else {
            &[("idempotency-key", "order-7")]
        };
        let caller = &caller;
        async move {
            caller
                .call_with(
                    "POST",
                    "/messages",
                    headers,
                    Some(order("new@example.org", "order-7")),
                )
                .await
        }
    });
    let answers = futures::future::join_all(calls).await;
    for answer in &answers {
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.body);
        assert_eq!(answer.json(), answers[0].json());
    }
    for table in ["messages", "deliveries", "contacts", "dispatch_chunks"] {
        assert_eq!(count(&caller, table).await, 1, "{table}");
    }
    // The same key for something else is no repetition.
    let other = caller
        .call("POST", "/messages", Some(order("other@example.org", "order-7")))
        .await;
    assert_eq!(
        (other.status, &other.json()["code"]),
        (StatusCode::CONFLICT, &json!("idempotency_mismatch"))
    );
    assert_eq!(count(&caller, "messages").await, 1);
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_wrong_is_named_and_nothing_is_sent(pool: PgPool) {
    let (caller, _) = live(pool).await;
    let wrong = |change: Change| {
        let mut body = order("ada@example.org", "k");
        change(&mut body);
        body
    };
    let cases: [(Change, &str, &str); 9] = [
        (|it| it["to"] = json!({}), "to.email", "required"),
        (|it| it["to"]["email"] = json!("nobody"), "to.email", "bad_email"),
        // Line breaks would smuggle headers.
        (
            |it| it["to"]["email"] = json!("a@example.org\r\nBcc: b@example.org"),
            "to.email",
            "bad_email",
        ),
        (
            |it| it["to"]["first_name"] = json!("Ada\nBcc: b@example.org\u{0}"),
            "to.first_name",
            "bad_format",
        ),
        (|it| it["attributes"] = json!({}), "attributes.order", "required"),
        (
            |it| it["attributes"]["order"] = json!(7),
            "attributes.order",
            "bad_format",
        ),
        (
            |it| it["expires_at"] = json!("2020-01-01T00:00:00Z"),
            "expires_at",
            "in_the_past",
        ),
        (
            |it| it["send_at"] = json!("2099-01-01T00:00:00Z"),
            "send_at",
            "out_of_range",
        ),
        (
            |it| it["metadata"] = json!({"big": "x".repeat(5000)}),
            "metadata",
            "too_long",
        ),
    ];
    for (change, field, code) in cases {
        let answer = caller.call("POST", "/messages", Some(wrong(change))).await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{field}: {}",
            answer.body
        );
        assert_eq!(fields(&answer), [(field.to_owned(), code.to_owned())]);
    }
    let unknown = caller
        .call("POST", "/messages", Some(wrong(|it| it["colour"] = json!("red"))))
        .await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST, "{}", unknown.body);

    // A batch is all or nothing, and says which.
    let fine = json!({"to": {"email": "ada@example.org"}, "attributes": {"order": "1"}});
    let batch = |messages: Vec<Value>| json!({"definition": KEY, "messages": messages});
    let broken = vec![fine.clone(), json!({"to": {"email": "x"}, "attributes": {}})];
    let answer = caller.call("POST", "/messages/batch", Some(batch(broken))).await;
    assert_eq!(
        fields(&answer),
        [
            ("messages.1.to.email".to_owned(), "bad_email".to_owned()),
            ("messages.1.attributes.order".to_owned(), "required".to_owned())
        ]
    );
    for many in [0, 1001] {
        let answer = caller
            .call("POST", "/messages/batch", Some(batch(vec![fine.clone(); many])))
            .await;
        assert_eq!(
            fields(&answer),
            [("messages".to_owned(), "out_of_range".to_owned())]
        );
    }
    assert_eq!(
        count(&caller, "messages").await + count(&caller, "contacts").await,
        0
    );
    let thousand = (0..1000)
        .map(|n| json!({"to": {"email": format!("p{}@example.org", n % 900)}, "attributes": {"order": n.to_string()}, "key": format!("k{n}")}))
        .collect();
    let answer = caller
        .call("POST", "/messages/batch", Some(batch(thousand)))
        .await;
    assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.body);
    assert_eq!(answer.json()["messages"][999]["key"], "k999");
    assert_eq!(
        (count(&caller, "messages").await, count(&caller, "contacts").await),
        (1000, 900)
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn another_units_definitions_and_messages_do_not_exist(pool: PgPool) {
    let (caller, defined) = live(pool).await;
    let sent = caller
        .call("POST", "/messages", Some(order("ada@example.org", "mine")))
        .await
        .json();
    let shop = caller.in_shop(Role::UnitAdmin).await;
    let id = sent["id"].as_str().expect("an id");
    for (method, path) in [
        ("GET", format!("/messages/{id}")),
        ("GET", "/messages/mine".to_owned()),
        ("POST", format!("/messages/{id}/cancel")),
        ("GET", format!("/message-definitions/{}", defined.id)),
        ("GET", format!("/message-definitions/{KEY}")),
        ("POST", format!("/message-definitions/{}/pause", defined.id)),
        ("POST", format!("/campaigns/{}/cancel", defined.id)),
    ] {
        assert_eq!(
            shop.call(method, &path, None).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    let called = shop
        .call("POST", "/messages", Some(order("ada@example.org", "theirs")))
        .await;
    assert_eq!(called.status, StatusCode::NOT_FOUND, "{}", called.body);
    assert_eq!(
        shop.call("GET", "/messages", None).await.json()["items"],
        json!([])
    );
    // A definition is no campaign, and a campaign's acts are not for it.
    assert_eq!(
        caller.call("GET", "/campaigns", None).await.json()["items"],
        json!([])
    );
    let cancelled = caller
        .call("POST", &format!("/campaigns/{}/cancel", defined.id), None)
        .await;
    assert_eq!(cancelled.status, StatusCode::NOT_FOUND);
    // The same person in two units is one person; neither learns of the other.
    caller
        .university
        .defined(
            caller.university.shop,
            "shop-order",
            Classification::Transactional,
            &[],
        )
        .await
        .expect("a definition of the shop");
    let mut theirs = order("ADA@example.org", "theirs");
    theirs["definition"] = json!("shop-order");
    assert_eq!(
        shop.call("POST", "/messages", Some(theirs)).await.status,
        StatusCode::ACCEPTED
    );
    assert_eq!(count(&caller, "contacts").await, 1);
    assert_eq!(count(&caller, "contact_units").await, 2);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_message_can_be_looked_up_and_every_rule_is_named(pool: PgPool) {
    let (caller, _) = live(pool).await;
    let mut body = order("Ada@Example.org", "order-7");
    body["metadata"] = json!({"shop": 3});
    body["to"]["contact_key"] = json!("student-1");
    caller.call("POST", "/messages", Some(body)).await;
    let found = caller.call("GET", "/messages/order-7", None).await.json();
    assert_eq!(
        (
            &found["state"],
            &found["definition"],
            &found["contact_key"],
            &found["metadata"]
        ),
        (
            &json!("queued"),
            &json!(KEY),
            &json!("student-1"),
            &json!({"shop": 3})
        )
    );
    assert_eq!(found["events"][0]["kind"], "accepted");
    let rules = found["rules"].as_array().expect("rules");
    let named: Vec<&str> = rules.iter().filter_map(|it| it["rule"].as_str()).collect();
    assert_eq!(
        named,
        [
            "erased",
            "restricted",
            "no_address",
            "hard_bounce",
            "unsubscribed_all",
            "complained",
            "suppression_list",
            "not_subscribed"
        ]
    );
    assert_eq!(
        rules[7],
        json!({"rule": "not_subscribed", "met": true, "counts": false})
    );

    // By key alone, once the person is known; an address that is known to be dead has failed at once.
    sqlx::query("update identities set bounced_at = now()")
        .execute(caller.university.domain.pool())
        .await
        .expect("bounced");
    let by_key = json!({"definition": KEY, "to": {"contact_key": "student-1"}, "attributes": {"order": "8"}, "key": "order-8"});
    assert_eq!(
        caller.call("POST", "/messages", Some(by_key)).await.status,
        StatusCode::ACCEPTED
    );
    let failed = caller.call("GET", "/messages/order-8", None).await.json();
    assert_eq!(
        (&failed["state"], &failed["rule"]),
        (&json!("failed"), &json!("hard_bounce"))
    );

    let list = async |query: &str| {
        let answer = caller
            .call("GET", &format!("/messages?{query}"), None)
            .await
            .json();
        let items = answer["items"].as_array().cloned().unwrap_or_default();
        items
            .iter()
            .map(|it| it["key"].as_str().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(list("address=ADA@example.org").await, ["order-8", "order-7"]);
    assert_eq!(list("key=order-7").await, ["order-7"]);
    assert_eq!(list("definition=none").await, Vec::<String>::new());
    assert_eq!(list("to=2020-01-01T00:00:00Z").await, Vec::<String>::new());
    let first = caller.call("GET", "/messages?limit=1", None).await.json();
    let next = first["next"].as_str().expect("a next page").to_owned();
    assert_eq!(list(&format!("limit=1&after={next}")).await, ["order-7"]);
    assert_eq!(
        caller.call("GET", "/messages?from=yesterday", None).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn marketing_needs_consent_and_somebody_who_may_send(pool: PgPool) {
    let (caller, _) = live(pool).await;
    let unit = caller.university.admissions;
    let topic = caller.university.topic(unit, "offers").await.expect("a topic");
    caller
        .university
        .defined(unit, "offer", Classification::Marketing, &[topic])
        .await
        .expect("a definition");
    let mut body = order("ada@example.org", "offer-1");
    body["definition"] = json!("offer");
    assert_eq!(
        caller.call("POST", "/messages", Some(body.clone())).await.status,
        StatusCode::ACCEPTED
    );
    let held = caller.call("GET", "/messages/offer-1", None).await.json();
    assert_eq!(
        (&held["state"], &held["rule"]),
        (&json!("suppressed"), &json!("not_subscribed"))
    );
    let reader = caller.beside(&[Permission::ReadMessages]).await;
    assert_eq!(
        reader.call("POST", "/messages", Some(body)).await.status,
        StatusCode::FORBIDDEN
    );
}
