//! What a call may ask for beyond a message and a person.

use axum::http::StatusCode;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use sqlx::PgPool;
use types::access::Role;
use types::content::Classification;

use super::messages::{KEY, fields, live, order};
use super::support::Caller;

/// Changes the live version of the definition.
async fn changed(caller: &Caller, defined: &domain::testing::Defined, mut change: Value) {
    let path = format!("/message-definitions/{KEY}");
    let seen = caller.call("GET", &path, None).await.json();
    change["edit_version"] = seen["edit_version"].clone();
    let done = caller.call("PUT", &path, Some(change)).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    caller.university.approved(defined).await.expect("approved");
}

#[sqlx::test(migrations = "../migrations")]
async fn copies_files_and_an_address_for_answers_are_kept_with_the_message(pool: PgPool) {
    let (caller, _) = live(pool).await;
    sqlx::query("insert into suppressions (id, normalised, reason, source, created_at) values (gen_random_uuid(), 'dead@example.org', 'undeliverable', 'test', now())")
        .execute(caller.university.domain.pool())
        .await
        .expect("a dead address");
    let mut body = order("ada@example.org", "order-7");
    body["reply_to"] = json!("shop@example.org");
    body["cc"] = json!(["tutor@example.org", "Dead@example.org"]);
    body["bcc"] = json!(["archive@example.org"]);
    body["attachments"] = json!([{"name": "ticket.pdf", "content": STANDARD.encode("%PDF-1.7\n")}]);
    for _ in 0..2 {
        let sent = caller.call("POST", "/messages", Some(body.clone())).await;
        assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.body);
    }
    let seen = caller.call("GET", "/messages/order-7", None).await.json();
    for (field, value) in [
        ("reply_to", json!("shop@example.org")),
        ("cc", json!(["tutor@example.org"])),
        ("bcc", json!(["archive@example.org"])),
        ("left_out", json!(["Dead@example.org"])),
        (
            "attachments",
            json!([{"name": "ticket.pdf", "content_type": "application/pdf", "size": 9}]),
        ),
        ("test", json!(false)),
    ] {
        assert_eq!(seen[field], value, "{field}");
    }
    // Another file under the same key is another message.
    body["attachments"][0]["content"] = json!(STANDARD.encode("%PDF-1.8\n"));
    let other = caller.call("POST", "/messages", Some(body)).await;
    assert_eq!(other.json()["code"], "idempotency_mismatch", "{}", other.body);
    let kept: i64 = sqlx::query_scalar("select count(*) from message_files")
        .fetch_one(caller.university.domain.pool())
        .await
        .expect("files");
    assert_eq!(kept, 1, "what was refused left nothing behind");
}

#[sqlx::test(migrations = "../migrations")]
async fn what_must_not_be_in_a_message_is_refused_by_its_field(pool: PgPool) {
    let (caller, _) = live(pool).await;
    let pdf = STANDARD.encode("%PDF-1.7\n");
    for (field, value, named, code) in [
        (
            "reply_to",
            json!("a@example.org\r\nBcc: b@example.org"),
            "reply_to",
            "bad_email",
        ),
        ("cc", json!(["nobody"]), "cc.0", "bad_email"),
        ("bcc", json!(["a@example.org\nX: y"]), "bcc.0", "bad_email"),
        ("cc", json!(vec!["a@example.org"; 11]), "cc", "out_of_range"),
        (
            "attachments",
            json!([{"name": "a.exe", "content": pdf}]),
            "attachments.0.name",
            "attachment_type",
        ),
        (
            "attachments",
            json!([{"name": "a\r\nb.pdf", "content": pdf}]),
            "attachments.0.name",
            "bad_format",
        ),
        (
            "attachments",
            json!([{"name": "a.pdf", "content": "%%%"}]),
            "attachments.0.content",
            "bad_format",
        ),
        (
            "attachments",
            json!(vec![json!({"name": "a.pdf", "content": pdf}); 11]),
            "attachments",
            "attachments_too_large",
        ),
    ] {
        let mut body = order("ada@example.org", "k");
        body[field] = value;
        let answer = caller.call("POST", "/messages", Some(body)).await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{named}: {}",
            answer.body
        );
        assert_eq!(fields(&answer), [(named.to_owned(), code.to_owned())]);
    }
    // 7 MB of files are more in base64, and still a call; more is refused whole.
    let mut body = order("ada@example.org", "big");
    body["attachments"] = json!([{"name": "a.txt", "content": STANDARD.encode(vec![b'a'; 7 << 20])}]);
    let sent = caller.call("POST", "/messages", Some(body.clone())).await;
    assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.body);
    body["attachments"][0]["content"] = json!(STANDARD.encode(vec![b'a'; (7 << 20) + 1]));
    body["key"] = json!("bigger");
    let refused = caller.call("POST", "/messages", Some(body)).await;
    assert_eq!(
        fields(&refused),
        [("attachments".to_owned(), "attachments_too_large".to_owned())]
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn marketing_goes_to_nobody_beside(pool: PgPool) {
    let caller = Caller::for_role(pool, Role::UnitAdmin).await;
    let (topic, _) = caller
        .university
        .subscribed(&["ada@example.org".to_owned()])
        .await
        .expect("a topic");
    caller
        .university
        .defined(
            caller.university.admissions,
            KEY,
            Classification::Marketing,
            &[topic],
        )
        .await
        .expect("a definition");
    let mut body = order("ada@example.org", "k");
    body["bcc"] = json!(["friend@example.org"]);
    let answer = caller.call("POST", "/messages", Some(body)).await;
    assert_eq!(fields(&answer), [("bcc".to_owned(), "no_copies".to_owned())]);
}

#[sqlx::test(migrations = "../migrations")]
async fn test_mode_does_everything_but_the_hand_over(pool: PgPool) {
    let (caller, _) = live(pool).await;
    let mut body = order("ada@example.org", "try");
    body["test"] = json!(true);
    let sent = caller.call("POST", "/messages", Some(body)).await;
    assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.body);
    let seen = caller.call("GET", "/messages/try", None).await.json();
    assert_eq!(
        (&seen["state"], &seen["rule"], &seen["test"]),
        (&json!("suppressed"), &json!("test_mode"), &json!(true))
    );
    assert_eq!(seen["rules"].as_array().map(Vec::len), Some(8));
}

#[sqlx::test(migrations = "../migrations")]
async fn what_may_wait_does_not_go_in_quiet_hours(pool: PgPool) {
    let (caller, defined) = live(pool).await;
    let now = caller.university.domain.now();
    let around = |hours: i64| {
        (now + jiff::SignedDuration::from_hours(hours))
            .strftime("%H:%M")
            .to_string()
    };
    let hours = json!({"from": around(-1), "until": around(2), "time_zone": "UTC"});
    changed(&caller, &defined, json!({ "quiet_hours": hours })).await;
    let sent = caller
        .call("POST", "/messages", Some(order("ada@example.org", "later")))
        .await;
    assert_eq!(sent.status, StatusCode::ACCEPTED, "{}", sent.body);
    let seen = caller.call("GET", "/messages/later", None).await.json();
    assert_eq!(
        (&seen["state"], &seen["send_at"]),
        (&json!("scheduled"), &json!(null))
    );
    assert!(
        seen["due_at"].as_str().expect("a time")[11..].starts_with(&around(2)),
        "{seen}"
    );
    let cancelled = caller.call("POST", "/messages/later/cancel", None).await;
    assert_eq!(cancelled.status, StatusCode::NO_CONTENT, "{}", cancelled.body);

    // The same hour twice: none.
    let none = json!({"from": "08:00", "until": "08:00", "time_zone": "UTC"});
    changed(&caller, &defined, json!({ "quiet_hours": none })).await;
    caller
        .call("POST", "/messages", Some(order("ada@example.org", "now")))
        .await;
    assert_eq!(
        caller.call("GET", "/messages/now", None).await.json()["state"],
        "queued"
    );
    let wrong =
        json!({"quiet_hours": {"from": "8", "until": "08:00", "time_zone": "Mars"}, "edit_version": 3});
    let wrong = caller
        .call("PUT", &format!("/message-definitions/{KEY}"), Some(wrong))
        .await;
    let named: Vec<_> = fields(&wrong).into_iter().map(|(field, _)| field).collect();
    assert_eq!(named, ["quiet_hours.from", "quiet_hours.time_zone"]);
}

#[sqlx::test(migrations = "../migrations")]
async fn a_preview_shows_the_message_and_what_would_hold_it_back(pool: PgPool) {
    let (caller, defined) = live(pool).await;
    let other: uuid::Uuid = sqlx::query_scalar(
        "insert into sender_profiles (id, unit_id, name, from_name, from_address, created_at, updated_at)
         values (gen_random_uuid(), $1, 'Law', 'Faculty of Law', 'law@university.test', now(), now()) returning id",
    )
    .bind(caller.university.admissions.uuid())
    .fetch_one(caller.university.domain.pool())
    .await
    .expect("a sender");
    let rule =
        |profile| json!({"senders": [{"attribute": "order", "is": ["A-7"], "sender_profile_id": profile}]});
    changed(&caller, &defined, rule(other)).await;
    let look = async |body: Value| {
        let answer = caller.call("POST", "/messages/preview", Some(body)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.json()
    };
    let seen = look(json!({"definition": KEY, "attributes": {"order": "A-7"}})).await;
    assert_eq!(
        (
            &seen["subject"],
            &seen["from_address"],
            &seen["from_name"],
            &seen["version"]
        ),
        (
            &json!("Your order A-7"),
            &json!("law@university.test"),
            &json!("Faculty of Law"),
            &json!(2)
        )
    );
    assert_eq!(
        (&seen["rule"], &seen["rules"]),
        (&json!(""), &json!([])),
        "nobody the unit knows"
    );
    // Without its parameter, and for somebody whose address is dead.
    caller
        .call("POST", "/messages", Some(order("ada@example.org", "k")))
        .await;
    sqlx::query("update identities set bounced_at = now()")
        .execute(caller.university.domain.pool())
        .await
        .expect("bounced");
    let seen = look(json!({"definition": KEY, "draft": true, "to": {"email": "Ada@example.org"}})).await;
    assert_eq!(
        (
            &seen["subject"],
            &seen["from_address"],
            &seen["rule"],
            &seen["version"]
        ),
        (
            &json!("Your order order"),
            &json!("office@university.test"),
            &json!("hard_bounce"),
            &json!(0)
        )
    );
    let sent: i64 = sqlx::query_scalar("select count(*) from messages")
        .fetch_one(caller.university.domain.pool())
        .await
        .expect("a count");
    assert_eq!(sent, 1, "nothing was sent by looking");
    // Others see nothing, and a rule names only senders of the unit.
    let shop = caller.in_shop(Role::UnitAdmin).await;
    let theirs = shop
        .call("POST", "/messages/preview", Some(json!({"definition": KEY})))
        .await;
    assert_eq!(theirs.status, StatusCode::NOT_FOUND);
    let mut change = rule(uuid::Uuid::nil());
    change["edit_version"] = json!(1);
    let wrong = caller
        .call("PUT", &format!("/message-definitions/{KEY}"), Some(change))
        .await;
    assert_eq!(
        fields(&wrong),
        [(
            "senders.0.sender_profile_id".to_owned(),
            "unknown_reference".to_owned()
        )]
    );
}
