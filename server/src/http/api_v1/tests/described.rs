//! The description of the API: complete, and true.

use axum::http::StatusCode;
use serde_json::Value;
use sqlx::PgPool;
use types::access::Role;

use super::support::Caller;

#[sqlx::test(migrations = "../migrations")]
async fn every_body_has_an_example_that_its_route_can_read(pool: PgPool) {
    let caller = Caller::for_role(pool, Role::UnitAdmin).await;
    let document = caller.call("GET", "/openapi.json", None).await.json();
    let paths = document["paths"].as_object().expect("paths");
    let mut sent = 0;
    for (path, methods) in paths {
        for (method, operation) in methods.as_object().expect("methods") {
            let body = &operation["requestBody"]["content"]["application/json"];
            if body.is_null() {
                continue;
            }
            let example = &body["example"];
            assert!(!example.is_null(), "{method} {path} has no example");
            let parts =
                path.trim_start_matches("/api/v1")
                    .split('/')
                    .map(|part| match part.starts_with('{') {
                        true => "00000000-0000-0000-0000-000000000000",
                        false => part,
                    });
            let here = parts.collect::<Vec<_>>().join("/");
            let answer = caller
                .call(&method.to_uppercase(), &here, Some(example.clone()))
                .await;
            assert!(
                answer.status != StatusCode::BAD_REQUEST && !answer.status.is_server_error(),
                "{method} {path}: {}",
                answer.body
            );
            sent += 1;
        }
    }
    assert!(sent > 30, "{sent}");
}

/// Statuses and types of all answers: none is left to guess.
#[sqlx::test(migrations = "../migrations")]
async fn every_route_names_its_refusals(pool: PgPool) {
    let caller = Caller::for_role(pool, Role::UnitAdmin).await;
    let document = caller.call("GET", "/openapi.json", None).await.json();
    let text = document.to_string();
    assert!(!text.contains("4XX"));
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let known = operation["responses"].as_object().expect("responses");
            if !path.ends_with("/oauth/token") {
                for status in ["401", "403", "404", "422", "429", "503"] {
                    assert!(known.contains_key(status), "{method} {path} lacks {status}");
                }
            }
            assert!(
                operation["summary"].as_str().is_some_and(|it| !it.is_empty()),
                "{method} {path} says nothing of itself"
            );
        }
    }
    let problem = &document["components"]["responses"]["Invalid"]["content"]["application/problem+json"];
    assert_eq!(problem["example"]["errors"][0]["code"], Value::from("bad_email"));
    // Texts of enums as they are on the wire.
    let states = &document["components"]["schemas"]["CampaignState"]["enum"];
    assert_eq!(states[1], "in_review");
}
