//! Definitions: drafted by a program, approved by a person.

use axum::http::StatusCode;
use serde_json::{Value, json};
use sqlx::PgPool;

use super::support::{EMAIL, Marketer, shape};
use crate::http::api_v1::tests::messages::KEY;

const MJML: &str = "<mjml><mj-head><mj-title>Code {{ attributes.code }}</mj-title></mj-head><mj-body><mj-section><mj-column>\
    <mj-text>Dear {{ attributes.FirstName|default(\"reader\") }}, your code is {{ attributes.code }}.</mj-text>\
    </mj-column></mj-section></mj-body></mjml>";

/// Something else in a call.
type Change = fn(&mut Value);

async fn template(marketer: &Marketer, name: &str, mjml: &str) {
    let body = json!({"name": name, "mjml": mjml, "slots": []});
    let made = marketer.caller.call("POST", "/templates", Some(body)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
}

fn definition(key: &str) -> Value {
    json!({
        "definitionKey": key,
        "status": "Active",
        "name": "Two factors",
        "description": "Created via REST",
        "classification": "Default Transactional",
        "content": {"customerKey": "Login code"},
        "subscriptions": {"list": "All Subscribers - 466907", "dataExtension": "test-de", "autoAddSubscriber": true, "updateSubscriber": true},
        "options": {"trackLinks": true, "cc": [], "bcc": []},
    })
}

#[sqlx::test(migrations = "../migrations")]
async fn a_definition_is_active_once_somebody_else_approved_it(pool: PgPool) {
    let marketer = Marketer::new(pool).await;
    template(&marketer, "Login code", MJML).await;
    let path = format!("{EMAIL}/definitions");
    let made = marketer.post(&path, definition("2FA order: accounts")).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    insta::assert_json_snapshot!("definition", shape(&made));
    let one = format!("{path}/2fa%20order:%20accounts");
    let message = json!({"definitionKey": "2FA Order: Accounts", "recipient": {"contactKey": "1", "to": "ada@example.org",
        "attributes": {"CODE": 4711, "firstname": "Ada"}}});
    let early = marketer
        .post(&format!("{EMAIL}/messages/early"), message.clone())
        .await;
    assert_eq!(
        (early.status, &early.json()["errorcode"]),
        (StatusCode::BAD_REQUEST, &json!(30_001))
    );

    // Nobody approves their own work, also not through the drop-in: another person does, in Campanile.
    let other = marketer.caller.beside(types::access::Permission::ALL).await;
    let approved = other
        .call(
            "POST",
            "/message-definitions/2FA%20order:%20accounts/approve",
            None,
        )
        .await;
    assert_eq!(approved.status, StatusCode::OK, "{}", approved.body);
    assert_eq!(marketer.get(&one).await.json()["status"], "Active");
    let sent = marketer
        .post(&format!("{EMAIL}/messages/code-1"), message.clone())
        .await;
    assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.body);
    let line: Value = sqlx::query_scalar("select attributes from deliveries")
        .fetch_one(marketer.caller.university.domain.pool())
        .await
        .expect("a line");
    assert_eq!(line, json!({"code": "4711", "FirstName": "Ada"}));

    // Status at once, content by approval; a change that waits leaves what is live alone.
    let paused = marketer
        .call(
            "PATCH",
            &one,
            Some(json!({"status": "Inactive", "description": "Off"})),
        )
        .await;
    assert_eq!(
        (&paused.json()["status"], &paused.json()["description"]),
        (&json!("Inactive"), &json!("Off"))
    );
    let refused = marketer
        .post(&format!("{EMAIL}/messages/code-2"), message.clone())
        .await;
    assert_eq!(refused.json()["errorcode"], 30_001, "{}", refused.body);
    let active = marketer
        .call(
            "PATCH",
            &one,
            Some(json!({"status": "active", "name": "Three factors"})),
        )
        .await;
    assert_eq!(active.status, StatusCode::OK, "{}", active.body);
    assert_eq!(
        (&active.json()["status"], &active.json()["name"]),
        (&json!("Active"), &json!("Three factors"))
    );
    assert!(
        active.json()["message"]
            .as_str()
            .is_some_and(|it| it.contains("approval")),
        "{}",
        active.body
    );

    let gone = marketer.call("DELETE", &one, None).await;
    assert_eq!(gone.status, StatusCode::OK, "{}", gone.body);
    insta::assert_json_snapshot!("deleted", shape(&gone));
    assert_eq!(marketer.get(&one).await.json()["status"], "Deleted");
    let again = marketer.post(&path, definition("2fa order: accounts")).await;
    assert_eq!(
        (again.status, &again.json()["errorcode"]),
        (StatusCode::CONFLICT, &json!(30_004))
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_wrong_or_not_supported_is_named(pool: PgPool) {
    let marketer = Marketer::new(pool).await;
    template(&marketer, "Login code", MJML).await;
    template(&marketer, "Without a title", "<mjml><mj-body></mj-body></mjml>").await;
    let path = format!("{EMAIL}/definitions");
    let cases: [(Change, i64); 10] = [
        (|it| it["definitionKey"] = Value::Null, 109_107),
        (|it| it["definitionKey"] = json!("a/b"), 10_003),
        (|it| it["name"] = Value::Null, 10_002),
        (|it| it["name"] = json!("a\u{7}b"), 10_003),
        (|it| it["content"] = json!({}), 10_002),
        (|it| it["content"]["customerKey"] = json!("none"), 10_005),
        (|it| it["classification"] = json!("Nonsense"), 109_123),
        (|it| it["options"]["bcc"] = json!(["b@example.org"]), 109_112),
        (|it| it["options"]["createJourney"] = json!(true), 109_112),
        (|it| it["status"] = json!("asleep"), 10_005),
    ];
    for (change, code) in cases {
        let mut body = definition("key");
        change(&mut body);
        let answer = marketer.post(&path, body).await;
        assert_eq!(
            (answer.status, answer.json()["errorcode"].as_i64()),
            (StatusCode::BAD_REQUEST, Some(code)),
            "{}",
            answer.body
        );
    }
    // What lacks something stays a draft, and says so.
    let mut body = definition("untitled");
    body["content"]["customerKey"] = json!("Without a title");
    let draft = marketer.post(&path, body).await;
    assert_eq!(draft.status, StatusCode::CREATED, "{}", draft.body);
    let message = draft.json()["message"].to_string();
    assert!(
        message.contains("cannot be submitted") && message.contains("Campanile"),
        "{message}"
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn lists_are_filtered_sorted_and_paged_by_number(pool: PgPool) {
    let marketer = Marketer::new(pool).await;
    template(&marketer, "Login code", MJML).await;
    let path = format!("{EMAIL}/definitions");
    for (key, name) in [("b-key", "Anchor"), ("a-key", "Zebra")] {
        let mut body = definition(key);
        body["name"] = json!(name);
        assert_eq!(marketer.post(&path, body).await.status, StatusCode::CREATED);
    }
    let keys = async |query: &str| {
        let answer = marketer.get(&format!("{path}?{query}")).await;
        let definitions = answer.json()["definitions"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        definitions
            .iter()
            .map(|it| it["definitionKey"].as_str().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(keys("").await, ["a-key", "b-key", KEY]);
    assert_eq!(keys("$filter=status%20eq%20'active'").await, [KEY]);
    assert_eq!(keys("$filter=status+neq+active").await, ["a-key", "b-key"]);
    assert_eq!(keys("$filter=status%20eq%20deleted").await, Vec::<String>::new());
    assert_eq!(keys("$orderBy=name").await, ["b-key", KEY, "a-key"]);
    assert_eq!(keys("$orderBy=name%20desc").await, ["a-key", KEY, "b-key"]);
    sqlx::query("update campaigns set created_at = created_at - interval '1 day' where key = $1")
        .bind(KEY)
        .execute(marketer.caller.university.domain.pool())
        .await
        .expect("older");
    assert_eq!(keys("$orderBy=createdDate").await, [KEY, "a-key", "b-key"]);
    assert_eq!(keys("$pageSize=2&$page=2").await, [KEY]);
    let first = marketer.get(&format!("{path}/?$pageSize=1")).await;
    insta::assert_json_snapshot!("definitions", shape(&first));
    for wrong in [
        "$page=0",
        "$pageSize=x",
        "$filter=name%20eq%20x",
        "$orderBy=colour",
    ] {
        let answer = marketer.get(&format!("{path}?{wrong}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}
