//! Webhooks on the wire: a real receiver, which is there, away, slow or unwilling.

mod order;
mod receiver;
mod signed;

use std::time::Instant;

use delivery::http::Client;
use domain::access::{ManageWebhooks, SendMessages, System};
use domain::dispatch::{self, Batch, Chunk, Deferral, Outcome, OutcomeKind, Worker};
use domain::messages;
use domain::testing::University;
use domain::{Granted, webhooks};
use jiff::SignedDuration;
use server::config::{Config, Sources};
use server::outside::World;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use types::DispatchId;
use types::content::Classification;
use types::webhooks::{EventType, WebhookInput, WebhookSecret};
use uuid::Uuid;

use super::*;
use receiver::Receiver;

pub const KEY: &str = "order-placed";

/// The outside of a server whose operator allows this machine.
pub fn world() -> World {
    let sources = Sources {
        environment: vec![("CAMPANILE_OUTBOUND_ALLOW".to_owned(), "127.0.0.0/8".to_owned())],
        ..Sources::default()
    };
    World::new(&Config::load(&sources).unwrap()).unwrap()
}

/// A running process that posts; ends with the test.
pub struct Poster {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Poster {
    pub fn start(university: &University) -> Self {
        let (domain, client, stop): (_, Client, _) = (
            university.domain.clone(),
            world().http(),
            CancellationToken::new(),
        );
        let task = tokio::spawn(server::webhooks::run(domain, client, stop.clone()));
        Self { stop, task }
    }

    pub async fn stop(mut self) {
        self.stop.cancel();
        (&mut self.task).await.unwrap();
    }
}

impl Drop for Poster {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

pub fn may(university: &University) -> Granted<ManageWebhooks> {
    System.grant(university.admissions)
}

/// Adds an endpoint for the events given; none: all.
pub async fn endpoint(university: &University, url: &str, event_types: &[EventType]) -> WebhookSecret {
    let input = WebhookInput {
        url: url.to_owned(),
        event_types: event_types.to_vec(),
        ..WebhookInput::default()
    };
    let mut tx = university.domain.begin().await.unwrap();
    let made = webhooks::create(&mut tx, &may(university), &world(), &input)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    made
}

/// Somebody who triggers messages of one definition, and what becomes of them without a relay.
pub struct Scene<'a> {
    pub university: &'a University,
    dispatch: DispatchId,
}

/// A message in the ledger.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    pub seq: i64,
}

const WORKER: Worker = Worker {
    id: Uuid::from_u128(1),
    host: Uuid::from_u128(1),
    lease: SignedDuration::from_secs(600),
};

impl<'a> Scene<'a> {
    pub async fn new(university: &'a University) -> Self {
        university
            .defined(university.admissions, KEY, Classification::Transactional, &[])
            .await
            .unwrap();
        let mut tx = university.domain.begin().await.unwrap();
        let by = System.grant::<SendMessages>(university.admissions);
        let dispatch = messages::plan(&mut tx, &by, KEY).await.unwrap().dispatch;
        Self { university, dispatch }
    }

    /// A call for one message, which `WORKER` has in hand from then on.
    pub async fn post(&self, number: usize) -> Sent {
        let by = System.grant::<SendMessages>(self.university.admissions);
        let mut tx = self.university.domain.begin().await.unwrap();
        let plan = messages::plan(&mut tx, &by, KEY).await.unwrap();
        let rules = dispatch::rules(&mut tx, self.dispatch).await.unwrap().unwrap();
        let mut asked = self
            .university
            .asked(&format!("p{number}@mail.example"), &number.to_string());
        asked.key = Some(format!("order-{number}"));
        asked.metadata.insert("order".to_owned(), number.into());
        let posted = messages::post(&mut tx, &by, &plan, &rules, Some(WORKER), &[asked], false)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        Sent {
            seq: posted.accepted[0].seq,
        }
    }

    fn chunk(&self, sent: Sent) -> Chunk {
        Chunk {
            dispatch: self.dispatch,
            chunk: i32::try_from(sent.seq % i64::from(i32::MAX)).unwrap(),
        }
    }

    /// The relay says "later".
    pub async fn defer(&self, sent: Sent) {
        let now = self.university.domain.now();
        let deferral = Deferral {
            seq: sent.seq,
            attempts: 1,
            next_at: now + SignedDuration::from_mins(1),
            reply_code: Some(451),
            reply: "4.7.1 later".to_owned(),
            first_at: now,
        };
        let batch = Batch {
            deferrals: vec![(self.chunk(sent), deferral)],
            kept: vec![self.chunk(sent)],
            ..Batch::default()
        };
        let lost = dispatch::record(&self.university.domain, WORKER, &batch, false).await;
        assert!(lost.unwrap().is_empty());
    }

    /// The relay takes it.
    pub async fn deliver(&self, sent: Sent) {
        let outcome = Outcome {
            seq: sent.seq,
            kind: OutcomeKind::Sent,
            rule: String::new(),
            reply_code: Some(250),
            reply: "2.0.0 Ok".to_owned(),
            attempts: 2,
            at: self.university.domain.now(),
            bad_address: false,
        };
        let batch = Batch {
            outcomes: vec![(self.chunk(sent), outcome)],
            kept: vec![self.chunk(sent)],
            ..Batch::default()
        };
        let lost = dispatch::record(&self.university.domain, WORKER, &batch, false).await;
        assert!(lost.unwrap().is_empty());
    }
}

/// Waits for something, for half a minute at the most.
pub async fn until(what: &str, mut there: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !there().await {
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "waited in vain: {what}"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// How many events of an installation are in a state.
pub async fn count(university: &University, state: &str) -> i64 {
    sqlx::query_scalar("select count(*) from webhook_deliveries where state = $1")
        .bind(state)
        .fetch_one(university.domain.pool())
        .await
        .unwrap()
}
