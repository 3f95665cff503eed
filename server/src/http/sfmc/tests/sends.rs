//! Triggered sends of old.

use axum::http::StatusCode;
use serde_json::{Value, json};
use sqlx::PgPool;

use super::support::{Marketer, SENDS, shape};
use crate::http::api_v1::tests::messages::KEY;

fn send(email: &str) -> Value {
    json!({
        "From": {"Address": "office@university.test", "Name": "Office"},
        "To": {
            "Address": email,
            "SubscriberKey": email,
            "ContactAttributes": {"SubscriberAttributes": {"order": "A-7", "Region": "West"}},
        },
        "OPTIONS": {"RequestType": "SYNC"},
    })
}

#[sqlx::test(migrations = "../migrations")]
async fn a_send_and_its_delivery_record(pool: PgPool) {
    let marketer = Marketer::new(pool).await;
    let by_key = format!("{SENDS}/key:{KEY}");
    let sent = marketer
        .post(&format!("{by_key}/send"), send("ada@example.org"))
        .await;
    assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.body);
    insta::assert_json_snapshot!("triggered", shape(&sent));
    let id = sent.json()["responses"][0]["recipientSendId"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let record = format!("{by_key}/deliveryRecords/{id}");
    let queued = marketer.get(&record).await;
    assert_eq!(queued.json()["status"], "Queued", "{}", queued.body);
    sqlx::query("insert into outcomes (dispatch_id, seq, outcome, at) select dispatch_id, seq, 'sent', now() from messages")
        .execute(marketer.caller.university.domain.pool())
        .await
        .expect("sent");
    insta::assert_json_snapshot!("record", shape(&marketer.get(&record).await));

    // In lower case, as fuel-rest writes it; by id; and without a subscriber key, which is then the address.
    let lower = format!(
        "/messaging/v1/messagedefinitionsends/key:{}/send",
        KEY.to_uppercase()
    );
    let by_id = format!("{SENDS}/{}/send", marketer.defined.id);
    for (path, email) in [(lower, "b@example.org"), (by_id, "c@example.org")] {
        let mut body = send(email);
        body["To"]["SubscriberKey"] = Value::Null;
        body["From"] = Value::Null;
        let sent = marketer.post(&path, body).await;
        assert_eq!(sent.json()["responses"][0]["hasErrors"], false, "{}", sent.body);
    }
    let dead = "update identities set bounced_at = now() where normalised = 'b@example.org'";
    sqlx::query(dead)
        .execute(marketer.caller.university.domain.pool())
        .await
        .expect("bounced");
    let sent = marketer
        .post(&format!("{by_key}/send"), send("b@example.org"))
        .await;
    let id = sent.json()["responses"][0]["recipientSendId"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    insta::assert_json_snapshot!(
        "record_error",
        shape(&marketer.get(&format!("{by_key}/deliveryRecords/{id}")).await)
    );

    let batch = json!([send("d@example.org"), send("nobody")]);
    let sent = marketer.post(&format!("{by_key}/sendBatch"), batch).await;
    assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.body);
    insta::assert_json_snapshot!("triggered_batch", shape(&sent));
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_wrong_is_told(pool: PgPool) {
    let marketer = Marketer::new(pool).await;
    let by_key = format!("{SENDS}/key:{KEY}/send");
    let mut other = send("ada@example.org");
    other["From"]["Address"] = json!("rector@university.test");
    let refused = marketer.post(&by_key, other).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(
        refused.json()["message"].to_string().contains("another From"),
        "{}",
        refused.body
    );
    let unknown = marketer
        .post(&format!("{SENDS}/key:none/send"), send("ada@example.org"))
        .await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND, "{}", unknown.body);
    let mut lacking = send("ada@example.org");
    lacking["To"]["ContactAttributes"] = Value::Null;
    let lacking = marketer.post(&by_key, lacking).await;
    let told = &lacking.json()["responses"][0];
    assert_eq!(
        (lacking.status, &told["hasErrors"]),
        (StatusCode::ACCEPTED, &json!(true))
    );
    assert_eq!(told["messageErrors"][0]["messageErrorCode"], 10_002, "{told}");
    assert_eq!(marketer.count("messages").await, 0);
    for path in [
        format!("{SENDS}/key:{KEY}/deliveryRecords/none"),
        format!("{SENDS}/key:none/deliveryRecords/x"),
    ] {
        assert_eq!(marketer.get(&path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}
