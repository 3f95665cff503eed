//! A campaign from its draft to the clock, by two clients that answer for different people.

use axum::http::StatusCode;
use serde_json::json;
use sqlx::PgPool;
use types::access::{Permission, Role};

use super::support::Caller;

const MJML: &str = "<mjml><mj-body><mj-section><mj-column><mj-text>Dear {{ contact.first_name }},</mj-text>\
    <mj-text>Come and see us.</mj-text></mj-column></mj-section></mj-body></mjml>";

#[sqlx::test(migrations = "../migrations")]
async fn written_by_one_client_and_approved_by_another(pool: PgPool) {
    let author = Caller::for_role(pool, Role::UnitAdmin).await;
    let approver = author
        .beside(&[Permission::ReadCampaigns, Permission::ApproveCampaigns])
        .await;
    let made = async |path: &str, body: serde_json::Value| {
        let answer = author.call("POST", path, Some(body)).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{path}: {}", answer.body);
        answer.json()["id"].clone()
    };
    let template = made("/templates", json!({"name": "News", "mjml": MJML, "slots": []})).await;
    let sender =
        json!({"name": "Office", "from_name": "Admissions", "from_address": "office@university.test"});
    let sender = made("/sender-profiles", sender).await;
    let topic = made(
        "/topics",
        json!({"key": "open-days", "name": {"en": "Open days"}, "is_public": true}),
    )
    .await;
    let person = made(
        "/contacts",
        json!({"email": "ada@example.org", "first_name": "Ada", "language": "en"}),
    )
    .await;
    let wish =
        json!({"contact_id": person, "topic_id": topic, "status": "subscribed", "wording": "Write to me."});
    assert_eq!(
        author.call("POST", "/subscriptions", Some(wish)).await.status,
        StatusCode::OK
    );

    let id = made(
        "/campaigns",
        json!({"name": "Open days", "template_id": template}),
    )
    .await;
    let path = format!("/campaigns/{}", id.as_str().expect("an id"));
    let draft = author.call("GET", &path, None).await.json();
    assert_eq!(draft["state"], "draft");
    let mut content = draft["content"].clone();
    content["languages"]["en"] = json!({"subject": "Come and see us", "preheader": "", "slots": {}});
    let change = json!({
        "edit_version": draft["edit_version"], "audience": {"include_topics": [topic]},
        "content": content, "sender_profile_id": sender,
    });
    let changed = author.call("PUT", &path, Some(change.clone())).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.body);
    let stale = author.call("PUT", &path, Some(change)).await;
    assert_eq!(stale.json()["code"], "edit_conflict", "{}", stale.body);
    let audience = author.call("GET", &format!("{path}/audience"), None).await.json();
    assert_eq!(audience["recipients"], 1, "{audience}");

    let submitted = author
        .call("POST", &format!("{path}/submit"), Some(json!({"note": "Please"})))
        .await;
    assert_eq!(submitted.status, StatusCode::CREATED, "{}", submitted.body);
    let own = author.call("POST", &format!("{path}/approve"), None).await;
    assert_eq!(
        (own.status, &own.json()["code"]),
        (StatusCode::FORBIDDEN, &json!("own_work")),
        "{}",
        own.body
    );
    let wrong = approver
        .call("POST", &format!("{path}/approve"), Some(json!({"seal": "00"})))
        .await;
    assert_eq!(wrong.json()["code"], "seal_broken", "{}", wrong.body);
    let approved = approver.call("POST", &format!("{path}/approve"), None).await;
    assert_eq!(
        approved.json(),
        json!({"state": "scheduled"}),
        "{}",
        approved.body
    );
    let cancelled = author.call("POST", &format!("{path}/cancel"), None).await;
    assert_eq!(cancelled.status, StatusCode::NO_CONTENT, "{}", cancelled.body);
    let twice = author.call("POST", &format!("{path}/cancel"), None).await;
    assert_eq!(twice.json()["code"], "wrong_state", "{}", twice.body);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_file_of_people_is_uploaded_looked_at_and_started(pool: PgPool) {
    let caller = Caller::for_role(pool, Role::UnitAdmin).await;
    let file = json!("email,first_name\nada@example.org,Ada\nnobody,Nobody\n");
    let text = file.as_str().expect("text").to_owned();
    let uploaded = caller
        .upload("/imports/contacts?file_name=people.csv", text)
        .await;
    assert_eq!(uploaded.status, StatusCode::CREATED, "{}", uploaded.body);
    let answer = uploaded.json();
    assert_eq!(answer["preview"]["columns"], json!(["email", "first_name"]));
    let path = format!("/imports/{}", answer["id"].as_str().expect("an id"));
    let options = json!({"dialect": answer["preview"]["dialect"], "targets": answer["preview"]["targets"]});
    let started = caller.call("POST", &format!("{path}/start"), Some(options)).await;
    assert_eq!(started.status, StatusCode::NO_CONTENT, "{}", started.body);
    let import = caller.call("GET", &path, None).await.json();
    assert_eq!(
        (&import["status"], &import["file_name"]),
        (&json!("queued"), &json!("people.csv"))
    );
    assert_eq!(
        caller.call("POST", &format!("{path}/cancel"), None).await.status,
        StatusCode::NO_CONTENT
    );
}
