//! The whole way of a campaign on the wire: ledger, workers, relay. The relay is aiosmtpd, the readers are Python's `email`
//! and npm's `mailparser`; every recipient is reconciled one by one.

mod campaign;
mod control;
mod notices;
mod relay;
#[path = "../../../crates/delivery/tests/support/mod.rs"]
mod support;
mod throttled;
mod triggered;
mod webhooks;

use std::collections::BTreeMap;
use std::time::Duration;

use delivery::Backoff;
use delivery::email::Relay;
use domain::Domain;
use domain::keys::Keys;
use domain::testing::{Run, University};
use server::jobs::{Jobs, Settings};
use sqlx::PgPool;
use types::TopicId;
use types::campaigns::Audience;
use types::content::Classification;

/// The key of the test installation, for reading its tokens.
pub const KEY: [u8; 32] = [7; 32];

/// A university that lives in the present: retries and leases run by the machine's clock here.
pub async fn university(pool: PgPool) -> University {
    let mut university = University::new(pool.clone()).await.unwrap();
    university.domain = Domain::new(pool, Keys::new(KEY), "https://mail.university.test");
    university
}

/// Sends to a relay on this machine; deferred messages are tried again after a fraction of a second.
pub fn settings(port: u16, connections: u16) -> Settings {
    let mut settings = Settings::new(Some(Relay::plain("127.0.0.1", port)), connections, journal());
    settings.backoff = Backoff {
        first: Duration::from_millis(300),
        factor: 1.5,
        longest: Duration::from_secs(2),
        horizon: Duration::from_secs(3),
    };
    settings.lease = Duration::from_secs(20);
    settings
}

/// People by local part, in a topic, and a launched campaign to them.
pub async fn launched(
    university: &University,
    locals: &[String],
    classification: Classification,
) -> (TopicId, Run) {
    let addresses: Vec<String> = locals
        .iter()
        .map(|local| format!("{local}@mail.example"))
        .collect();
    let (topic, audience) = university.subscribed(&addresses).await.unwrap();
    let run = university
        .launched(university.admissions, classification, &audience)
        .await
        .unwrap();
    (topic, run)
}

/// Local part by number: `name-0`, `name-1`, …
pub fn locals(name: &str, n: usize) -> Vec<String> {
    (0..n).map(|n| format!("{name}-{n}")).collect()
}

/// A directory of journals: every node of a test is a host of its own.
pub fn journal() -> std::path::PathBuf {
    tempfile::Builder::new()
        .prefix("journal-")
        .tempdir_in(env!("CARGO_TARGET_TMPDIR"))
        .unwrap()
        .keep()
}

pub async fn start(university: &University, settings: Settings) -> Jobs {
    Jobs::start(university.domain.clone(), settings).await.unwrap()
}

/// Waits until the dispatch is in one of the states.
pub async fn wait_for(university: &University, run: Run, states: &[&str]) -> String {
    for _ in 0..1200 {
        let state: String = sqlx::query_scalar("select state from dispatches where id = $1")
            .bind(run.dispatch.uuid())
            .fetch_one(university.domain.pool())
            .await
            .unwrap();
        if states.contains(&state.as_str()) {
            return state;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!(
        "the dispatch did not come to {states:?}: {:?}",
        ledger(university, run).await.len()
    );
}

/// Address to (outcome, rule), and that everybody has exactly one (law 1).
pub async fn ledger(university: &University, run: Run) -> BTreeMap<String, (String, String)> {
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "select d.address, coalesce(o.outcome, 'open'), coalesce(o.rule, '') from deliveries d left join outcomes o using (dispatch_id, seq)
         where d.dispatch_id = $1",
    )
    .bind(run.dispatch.uuid())
    .fetch_all(university.domain.pool())
    .await
    .unwrap();
    let people = rows.len();
    let ledger: BTreeMap<_, _> = rows
        .into_iter()
        .map(|(address, outcome, rule)| (address, (outcome, rule)))
        .collect();
    assert_eq!(ledger.len(), people);
    ledger
}

/// Addresses with an outcome.
pub fn with_outcome<'a>(ledger: &'a BTreeMap<String, (String, String)>, outcome: &str) -> Vec<&'a str> {
    ledger
        .iter()
        .filter(|(_, (its, _))| its == outcome)
        .map(|(address, _)| address.as_str())
        .collect()
}

/// Counters of the dispatch: audience, sent, failed, suppressed, cancelled, ambiguous.
pub async fn counters(university: &University, run: Run) -> Vec<i64> {
    sqlx::query_scalar("select array[audience, sent, failed, suppressed, cancelled, ambiguous] from dispatches where id = $1")
        .bind(run.dispatch.uuid())
        .fetch_one(university.domain.pool())
        .await
        .unwrap()
}
