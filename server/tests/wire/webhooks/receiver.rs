//! A receiver of webhooks on this machine, written down call by call.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// One call.
#[derive(Clone, Debug)]
pub struct Got {
    pub headers: BTreeMap<String, String>,
    pub body: String,
    /// What it was answered.
    pub status: u16,
}

impl Got {
    pub fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub fn kind(&self) -> String {
        self.json()["type"].as_str().unwrap().to_owned()
    }

    pub fn key(&self) -> String {
        self.json()["data"]["key"].as_str().unwrap_or_default().to_owned()
    }
}

/// What it answers to a call.
pub type Answer = Arc<dyn Fn(&Got) -> (u16, Vec<(&'static str, String)>, Duration) + Send + Sync>;

struct Book {
    got: Mutex<Vec<Got>>,
    answer: Mutex<Answer>,
}

/// Ends with the test.
pub struct Receiver {
    pub address: SocketAddr,
    book: Arc<Book>,
    task: Option<JoinHandle<()>>,
}

/// Always the same status.
pub fn always(status: u16) -> Answer {
    Arc::new(move |_| (status, Vec::new(), Duration::ZERO))
}

impl Receiver {
    pub async fn start(answer: Answer) -> Self {
        let book = Arc::new(Book {
            got: Mutex::default(),
            answer: Mutex::new(answer),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut receiver = Self {
            address: listener.local_addr().unwrap(),
            book,
            task: None,
        };
        receiver.serve(listener);
        receiver
    }

    fn serve(&mut self, listener: TcpListener) {
        let router = Router::new()
            .route("/hooks", post(take))
            .with_state(Arc::clone(&self.book));
        self.task = Some(tokio::spawn(async move {
            axum::serve(listener, router).await.unwrap();
        }));
    }

    pub fn url(&self) -> String {
        format!("http://{}/hooks", self.address)
    }

    /// Nobody listens any more.
    pub async fn goes_away(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
            let _ = task.await;
        }
    }

    /// Listens again, at the same address.
    pub async fn comes_back(&mut self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        self.serve(listener);
    }

    pub fn answers(&self, answer: Answer) {
        *self.book.answer.lock().unwrap() = answer;
    }

    pub fn got(&self) -> Vec<Got> {
        self.book.got.lock().unwrap().clone()
    }

    /// Those that were answered with 2xx.
    pub fn taken(&self) -> Vec<Got> {
        self.got()
            .into_iter()
            .filter(|it| (200..300).contains(&it.status))
            .collect()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

async fn take(State(book): State<Arc<Book>>, headers: HeaderMap, body: Bytes) -> Response {
    let headers = headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    let mut got = Got {
        headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
        status: 0,
    };
    let answer = book.answer.lock().unwrap().clone();
    let (status, fields, pause) = answer(&got);
    got.status = status;
    book.got.lock().unwrap().push(got);
    tokio::time::sleep(pause).await;
    let mut response = (StatusCode::from_u16(status).unwrap(), format!("answer {status}")).into_response();
    for (name, value) in fields {
        response.headers_mut().insert(name, value.parse().unwrap());
    }
    response
}
