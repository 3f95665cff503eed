//! Tokens, in the ways that clients ask for them.

use axum::http::StatusCode;
use serde_json::{Value, json};
use sqlx::PgPool;
use types::access::{Permission, Role};

use crate::http::api_v1::tests::support::{Answer, Caller};

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

fn asked(caller: &Caller) -> Value {
    json!({
        "grant_type": "client_credentials",
        "client_id": caller.credentials.client_id,
        "client_secret": caller.credentials.client_secret,
    })
}

async fn token(caller: &Caller, body: &Value) -> Answer {
    caller.send("POST", "/v2/token", &JSON, body.to_string()).await
}

/// A call with a token that was given for the drop-in.
async fn with(caller: &Caller, path: &str, token: &Value) -> Answer {
    let bearer = format!("Bearer {}", token["access_token"].as_str().unwrap_or_default());
    caller
        .send("GET", path, &[("authorization", &bearer)], String::new())
        .await
}

async fn number(caller: &Caller, unit: types::UnitId) -> i64 {
    sqlx::query_scalar("select account_number from units where id = $1")
        .bind(unit.uuid())
        .fetch_one(caller.university.domain.pool())
        .await
        .expect("a number")
}

#[sqlx::test(migrations = "../migrations")]
async fn credentials_become_a_token_that_works_everywhere(pool: PgPool) {
    let caller = Caller::for_role(pool, Role::UnitAdmin).await;
    let by_json = token(&caller, &asked(&caller)).await;
    assert_eq!(by_json.status, StatusCode::OK, "{}", by_json.body);
    assert_eq!(by_json.header("cache-control"), "no-store");
    let given = by_json.json();
    let mut shape = given.clone();
    shape["access_token"] = json!("…");
    insta::assert_json_snapshot!("token", shape);
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&scope=email_send",
        caller.credentials.client_id, caller.credentials.client_secret
    );
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    let by_form = caller.send("POST", "/v2/token/", &kind, form).await;
    assert_eq!(by_form.status, StatusCode::OK, "{}", by_form.body);
    assert_eq!(by_form.json()["scope"], "email_send");
    // The same tokens as those of `/api/v1/oauth/token`, so that one system can move call by call.
    assert_eq!(
        with(&caller, "/api/v1/topics", &given).await.status,
        StatusCode::OK
    );
    let narrow = with(&caller, "/api/v1/topics", &by_form.json()).await;
    assert_eq!(narrow.status, StatusCode::FORBIDDEN, "{}", narrow.body);

    let who = with(&caller, "/v2/userinfo", &given).await;
    assert_eq!(who.status, StatusCode::OK, "{}", who.body);
    let own = number(&caller, caller.university.admissions).await;
    assert_eq!(who.json()["organization"]["member_id"], own, "{}", who.body);
    let context = with(&caller, "/platform/v1/tokenContext", &given).await.json();
    assert_eq!(context["organization"]["id"], own, "{context}");
    let soap = caller
        .send(
            "GET",
            "/platform/v1/endpoints/soap?access_token=x",
            &[],
            String::new(),
        )
        .await;
    assert_eq!(
        soap.json()["url"],
        "http://127.0.0.1:3000/Service.asmx",
        "{}",
        soap.body
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn an_account_is_the_clients_unit_or_one_below(pool: PgPool) {
    let caller = Caller::for_role(pool, Role::UnitAdmin).await;
    let (own, shop) = (caller.university.admissions, caller.university.shop);
    let ask = async |account: Value| {
        let mut body = asked(&caller);
        body["account_id"] = account;
        token(&caller, &body).await
    };
    let own_number = number(&caller, own).await;
    for account in [
        json!(own_number),
        json!(own_number.to_string()),
        json!("admissions"),
        json!(own),
        json!(""),
    ] {
        let given = ask(account.clone()).await;
        assert_eq!(given.status, StatusCode::OK, "{account}: {}", given.body);
    }
    for account in [
        json!(number(&caller, shop).await),
        json!("shop"),
        json!(shop),
        json!(7),
    ] {
        let refused = ask(account).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.body);
        assert_eq!(refused.json()["error"], "invalid_request");
    }
    // A unit below: the token is good there, and no longer in the client's own.
    let below: uuid::Uuid = sqlx::query_scalar(
        "insert into units (id, parent_id, ancestors, key, name, created_at)
         select gen_random_uuid(), u.id, u.ancestors, 'open-days', 'Open days', now() from units u where u.id = $1 returning id",
    )
    .bind(own.uuid())
    .fetch_one(caller.university.domain.pool())
    .await
    .expect("a unit");
    sqlx::query("update units set ancestors = ancestors || id, account_number = 7281698 where id = $1")
        .bind(below)
        .execute(caller.university.domain.pool())
        .await
        .expect("a number of Marketing Cloud's");
    let given = ask(json!(7_281_698)).await.json();
    let who = with(&caller, "/v2/userinfo", &given).await;
    assert_eq!(who.json()["organization"]["member_id"], 7_281_698, "{}", who.body);
    let above = with(&caller, "/api/v1/topics?unit=admissions", &given).await;
    assert_eq!(above.status, StatusCode::NOT_FOUND, "{}", above.body);
    // Moved from under the client's unit, it is theirs no longer, and the token is dead.
    sqlx::query("update units set ancestors = array[id], parent_id = $2 where id = $1")
        .bind(below)
        .bind(shop.uuid())
        .execute(caller.university.domain.pool())
        .await
        .expect("moved");
    assert_eq!(
        with(&caller, "/v2/userinfo", &given).await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn refusals_are_worded_as_theirs(pool: PgPool) {
    let caller = Caller::new(pool, &[Permission::SendMessages]).await;
    let change = |name: &str, value: Value| {
        let mut body = asked(&caller);
        body[name] = value;
        body
    };
    let cases = [
        (change("client_secret", json!("guess")), 401, "invalid_client"),
        (change("client_id", json!("nobody")), 401, "invalid_client"),
        (change("client_id", Value::Null), 401, "invalid_client"),
        (
            change("grant_type", json!("authorization_code")),
            400,
            "unsupported_grant_type",
        ),
        (change("scope", json!("email_write")), 400, "invalid_scope"),
        (change("account_id", json!({"a": 1})), 400, "invalid_request"),
    ];
    for (body, status, error) in cases {
        let answer = token(&caller, &body).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["error"]),
            (status, &json!(error)),
            "{body}"
        );
        assert!(answer.json()["error_description"].is_string(), "{}", answer.body);
    }
    let unknown = caller
        .send(
            "GET",
            "/v2/userinfo",
            &[("authorization", "Bearer x")],
            String::new(),
        )
        .await;
    assert_eq!(unknown.status, StatusCode::UNAUTHORIZED);
    assert_eq!(
        unknown.header("www-authenticate"),
        "Bearer error=\"invalid_token\""
    );
    assert_eq!(
        unknown.json(),
        json!({"message": "Not Authorized", "errorcode": 0, "documentation": ""})
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn the_older_token_is_the_same_token(pool: PgPool) {
    let caller = Caller::for_role(pool, Role::UnitAdmin).await;
    let ask = async |path: &str, secret: &str| {
        let body = json!({"clientId": caller.credentials.client_id, "clientSecret": secret});
        caller.send("POST", path, &JSON, body.to_string()).await
    };
    let secret = caller.credentials.client_secret.clone();
    let given = ask("/v1/requestToken", &secret).await;
    assert_eq!(given.status, StatusCode::OK, "{}", given.body);
    assert_eq!(given.json()["expiresIn"], 3600);
    assert!(given.json()["legacyToken"].is_null());
    let both = ask("/v1/requesttoken?legacy=1", &secret).await.json();
    assert_eq!(both["accessToken"], both["legacyToken"]);
    let token = json!({"access_token": both["accessToken"]});
    assert_eq!(with(&caller, "/v2/userinfo", &token).await.status, StatusCode::OK);
    let wrong = ask("/v1/requestToken", "guess").await;
    assert_eq!(
        (wrong.status, wrong.json()),
        (
            StatusCode::UNAUTHORIZED,
            json!({"message": "Unauthorized", "errorcode": 1, "documentation": ""})
        )
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn what_is_not_supported_says_which_part(pool: PgPool) {
    let caller = Caller::for_role(pool, Role::UnitAdmin).await;
    for (method, path, word) in [
        ("POST", "/messaging/v1/sms/messages/k", "text messages"),
        ("GET", "/asset/v1/content/assets", "Content Builder"),
        ("POST", "/hub/v1/dataevents/key:x/rowset", "Hub"),
        ("POST", "/interaction/v1/events", "Journey Builder"),
        ("POST", "/contacts/v1/contacts", "Contacts"),
    ] {
        let answer = caller.send(method, path, &JSON, "{}".to_owned()).await;
        assert_eq!(
            answer.status,
            StatusCode::NOT_IMPLEMENTED,
            "{path}: {}",
            answer.body
        );
        let message = answer.json()["message"].to_string();
        assert!(
            message.contains(word) && message.contains("Use instead"),
            "{message}"
        );
        assert_eq!(answer.json()["errorcode"], 30_001);
    }
    let nowhere = caller.send("GET", "/messaging/v1/none", &[], String::new()).await;
    assert_eq!(
        (nowhere.status, &nowhere.json()["errorcode"]),
        (StatusCode::NOT_FOUND, &json!(30_003))
    );
}
