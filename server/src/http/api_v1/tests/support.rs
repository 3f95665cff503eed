//! A caller of the API, for tests: a client of its own, with a token.

use std::net::{Ipv4Addr, SocketAddr};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode};
use domain::access::permissions_of;
use domain::clients;
use domain::testing::University;
use serde_json::Value;
use sqlx::PgPool;
use tower::ServiceExt;
use types::UnitId;
use types::access::{Permission, Role};
use types::clients::{ApiClientInput, ApiCredentials};

use crate::http::tests::state_of;

/// A client of the admissions office.
pub struct Caller {
    pub university: std::sync::Arc<University>,
    pub credentials: ApiCredentials,
    router: Router,
    token: String,
}

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or(Value::Null)
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

impl Caller {
    /// With these scopes, in the admissions office.
    pub async fn new(pool: PgPool, scopes: &[Permission]) -> Self {
        let university = std::sync::Arc::new(University::new(pool).await.expect("a university"));
        let unit = university.admissions;
        Self::in_unit(university, unit, scopes).await
    }

    /// With everything a role may do.
    pub async fn for_role(pool: PgPool, role: Role) -> Self {
        Self::new(pool, permissions_of(role)).await
    }

    /// Another client of the same installation, in the shop.
    pub async fn in_shop(&self, role: Role) -> Self {
        Self::in_unit(
            self.university.clone(),
            self.university.shop,
            permissions_of(role),
        )
        .await
    }

    /// Another client in the same unit.
    pub async fn beside(&self, scopes: &[Permission]) -> Self {
        Self::in_unit(self.university.clone(), self.university.admissions, scopes).await
    }

    async fn in_unit(university: std::sync::Arc<University>, unit: UnitId, scopes: &[Permission]) -> Self {
        let domain = &university.domain;
        let mut tx = domain.begin().await.expect("a transaction");
        let input = ApiClientInput {
            name: "Test".to_owned(),
            scopes: scopes.to_vec(),
            ..ApiClientInput::default()
        };
        let credentials = clients::create_by_operator(&mut tx, unit, &input)
            .await
            .expect("a client");
        tx.commit().await.expect("committed");
        let state = state_of(domain.clone(), &[]);
        let (id, secret, here) = (
            credentials.client_id,
            &credentials.client_secret,
            Ipv4Addr::LOCALHOST.into(),
        );
        let exchanged = clients::exchange(domain, &state.meter, here, id, secret, &[]).await;
        let token = exchanged.expect("exchanged").1.expect("a token").value;
        let router = crate::http::router(state);
        Self {
            university,
            credentials,
            router,
            token,
        }
    }

    /// Calls `/api/v1` with the token.
    pub async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        self.call_with(method, path, &[], body).await
    }

    /// The same with more headers.
    pub async fn call_with(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let mut all = vec![
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
        ];
        all.extend_from_slice(headers);
        let body = body.map_or_else(String::new, |body| body.to_string());
        self.send(method, &format!("/api/v1{path}"), &all, body).await
    }

    /// Sends a file as the body of a call.
    pub async fn upload(&self, path: &str, text: String) -> Answer {
        let bearer = format!("Bearer {}", self.token);
        let headers = [("authorization", bearer.as_str()), ("content-type", "text/csv")];
        self.send("POST", &format!("/api/v1{path}"), &headers, text).await
    }

    /// Sends anything anywhere.
    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: String) -> Answer {
        let peer = ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 40_000)));
        let mut request = Request::builder().method(method).uri(path).extension(peer);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body)).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("answered");
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, 16 << 20).await.expect("a body");
        let body = String::from_utf8(body.to_vec()).expect("text");
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }
}
