//! The permission matrix, generated: every route of the description, called as every role.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use domain::access::permissions_of;
use serde_json::{Value, json};
use sqlx::PgPool;
use types::access::{Permission, Role};

use super::support::Caller;

/// One route: method, path with made-up ids, and the scope its description asks for.
struct Route {
    method: String,
    path: String,
    scope: Option<Permission>,
}

async fn routes(caller: &Caller) -> (Value, Vec<Route>) {
    let description = caller
        .send("GET", "/api/v1/openapi.json", &[], String::new())
        .await;
    assert_eq!(description.status, StatusCode::OK);
    let openapi = description.json();
    let mut routes = Vec::new();
    for (path, item) in openapi["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            if !["get", "post", "put", "patch", "delete"].contains(&method.as_str()) {
                continue;
            }
            let scope = operation["security"].as_array().and_then(|all| {
                let scopes = all.iter().filter_map(|one| one["oauth"].as_array()).flatten();
                scopes
                    .filter_map(Value::as_str)
                    .next()
                    .map(|scope| scope.parse().expect("a known scope"))
            });
            let unknown = "00000000-0000-7000-8000-000000000000";
            let mut filled = path.replace("{unit}", "admissions");
            while let (Some(start), Some(end)) = (filled.find('{'), filled.find('}')) {
                filled.replace_range(start..=end, unknown);
            }
            routes.push(Route {
                method: method.to_uppercase(),
                path: filled,
                scope,
            });
        }
    }
    (openapi, routes)
}

#[sqlx::test(migrations = "../migrations")]
async fn every_route_asks_for_its_scope_from_every_role(pool: PgPool) {
    let nobody = Caller::new(pool, &[Permission::ViewUnit]).await;
    let (_, routes) = routes(&nobody).await;
    assert!(routes.len() > 15, "only {} routes were found", routes.len());
    for role in Role::ALL {
        let caller = nobody.beside(permissions_of(*role)).await;
        for Route { method, path, scope } in &routes {
            let Some(scope) = scope else { continue };
            let path_in_api = path.strip_prefix("/api/v1").expect("under /api/v1");
            let answer = caller.call(method, path_in_api, None).await;
            let forbidden = answer.status == StatusCode::FORBIDDEN && answer.json()["code"] == "forbidden";
            let may = permissions_of(*role).contains(scope);
            // With the permission there may be much to say about a made-up call, but not that.
            assert_eq!(
                !forbidden, may,
                "{role}: {method} {path} ({scope}) answered {} {}",
                answer.status, answer.body
            );
            assert!(
                !answer.status.is_server_error(),
                "{role}: {method} {path} answered {} {}",
                answer.status,
                answer.body
            );
            // In a unit that one does not see, nothing is there, whatever one may do elsewhere.
            if !path.contains("/units/") {
                let elsewhere = caller
                    .call(method, &format!("{path_in_api}?unit=shop"), None)
                    .await;
                assert_eq!(
                    elsewhere.status,
                    StatusCode::NOT_FOUND,
                    "{role}: {method} {path}?unit=shop"
                );
            }
            let unsigned = caller.send(method, path, &[], String::new()).await;
            assert_eq!(
                unsigned.status,
                StatusCode::UNAUTHORIZED,
                "{method} {path} without a token"
            );
        }
    }
}

#[sqlx::test(migrations = "../migrations")]
async fn the_description_is_openapi_and_says_every_scope(pool: PgPool) {
    let caller = Caller::new(pool, &[Permission::ViewUnit]).await;
    let (openapi, routes) = routes(&caller).await;
    assert!(
        openapi["openapi"]
            .as_str()
            .is_some_and(|version| version.starts_with("3.1")),
        "{}",
        openapi["openapi"]
    );
    let open: Vec<_> = routes
        .iter()
        .filter(|route| route.scope.is_none())
        .map(|route| route.path.as_str())
        .collect();
    assert_eq!(open, ["/api/v1/oauth/token"], "routes without a scope");
    // Every schema that is referred to is there, so that generators of clients work.
    let text = openapi.to_string();
    let named: BTreeSet<&str> = text
        .split("\"#/components/schemas/")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    let schemas = openapi["components"]["schemas"].as_object().expect("schemas");
    for name in named {
        assert!(
            schemas.contains_key(name),
            "{name} is referred to, but not described"
        );
    }
    let ids: Vec<&Value> = openapi["paths"]
        .as_object()
        .expect("paths")
        .values()
        .flat_map(|item| item.as_object().into_iter().flat_map(serde_json::Map::values))
        .map(|operation| &operation["summary"])
        .collect();
    assert!(!ids.contains(&&json!(null)), "an operation without a summary");
}

#[sqlx::test(migrations = "../migrations")]
async fn the_page_loads_nothing_from_elsewhere(pool: PgPool) {
    let caller = Caller::new(pool, &[Permission::ViewUnit]).await;
    let page = caller.send("GET", "/api/docs", &[], String::new()).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        !page.body.contains("//cdn") && !page.body.contains("https://"),
        "{}",
        page.body
    );
    assert!(
        page.header("content-security-policy")
            .contains("default-src 'none'")
    );
}
