//! Triggered messages: from the commit straight to the relay, whatever campaigns do, also when another process sends.

use std::time::Instant;

use domain::access::{EditCampaigns, System};
use domain::dispatch::{self, Lane, Standing};
use serde_json::{Value, json};
use server::engine::Intake;
use sqlx::PgPool;
use types::DispatchId;
use types::campaigns::Sender;

use super::*;
use support::Sink;

async fn standing(university: &University, lane: Lane) -> DispatchId {
    let by = System.grant::<EditCampaigns>(university.admissions);
    let class = match lane {
        Lane::Transactional => Classification::Transactional,
        Lane::Operational => Classification::Operational,
        Lane::Marketing => Classification::Marketing,
    };
    let source = university.source(class);
    let sender: Sender = serde_json::from_value(json!({
        "profile_id": uuid::Uuid::nil(), "from_name": "Admissions", "from_address": "rekrutacja@university.test", "reply_to": null,
    }))
    .unwrap();
    let mut tx = university.domain.begin().await.unwrap();
    let standing = Standing {
        classification: lane,
        source: &source,
        sender: &sender,
    };
    let id = dispatch::stand(&mut tx, &by, standing).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn arrived(sink: &Sink, address: &str) -> Duration {
    let begun = Instant::now();
    while !sink.received().iter().any(|mail| mail.to == address) {
        assert!(begun.elapsed() < Duration::from_secs(20), "{address} got nothing");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    begun.elapsed()
}

/// Audience, sent, failed, suppressed of a dispatch, once it says so.
async fn counted(university: &University, id: DispatchId, wanted: [i64; 4]) {
    let mut counts: Vec<i64> = Vec::new();
    for _ in 0..200 {
        counts = sqlx::query_scalar(
            "select array[audience, sent, failed, suppressed] from dispatches where id = $1",
        )
        .bind(id.uuid())
        .fetch_one(university.domain.pool())
        .await
        .unwrap();
        if counts == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{counts:?} instead of {wanted:?}");
}

#[sqlx::test(migrations = "../migrations")]
async fn a_triggered_message_does_not_wait_for_a_campaign(pool: PgPool) {
    let sink = Sink::start(&["--delay", "0.03"]);
    let university = university(pool).await;
    let (_, run) = launched(&university, &locals("person", 600), Classification::Marketing).await;
    let people = university
        .people(
            university.admissions,
            None,
            &["one@mail.example".to_owned(), "two@mail.example".to_owned()],
        )
        .await
        .unwrap();
    let id = standing(&university, Lane::Transactional).await;
    let jobs = start(&university, settings(sink.port, 2)).await;
    while sink.received().len() < 20 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let intake = jobs.intake();
    let accept = async |who: usize| {
        intake
            .accept(&university.domain, id, people[who], &json!({"faculty": "law"}))
            .await
            .unwrap()
    };
    let first = accept(0).await.unwrap();
    assert_eq!(first.held, None);
    arrived(&sink, "one@mail.example").await;
    assert!(
        with_outcome(&ledger(&university, run).await, "sent").len() < 600,
        "the campaign still runs"
    );
    counted(&university, id, [1, 1, 0, 0]).await;

    // Rules hold, and are named: an address that is known to be dead has failed, and whoever asked is told.
    sqlx::query("update identities set bounced_at = now() where value = 'two@mail.example'")
        .execute(university.domain.pool())
        .await
        .unwrap();
    let held = accept(1).await.unwrap();
    assert_eq!(held.held.as_deref(), Some("hard_bounce"));
    counted(&university, id, [2, 1, 1, 0]).await;
    let chunks: i64 =
        sqlx::query_scalar("select count(*) from dispatch_chunks where dispatch_id = $1 and chunk <> -1")
            .bind(id.uuid())
            .fetch_one(university.domain.pool())
            .await
            .unwrap();
    assert_eq!(chunks, 0, "what is done is folded away");

    // Nobody of this unit: nothing is disclosed.
    let stranger = university
        .people(university.shop, None, &["shop@mail.example".to_owned()])
        .await
        .unwrap();
    let none = intake
        .accept(
            &university.domain,
            id,
            stranger[0],
            &Value::Object(serde_json::Map::new()),
        )
        .await
        .unwrap();
    assert!(none.is_none());
    jobs.stop().await;
    assert_eq!(
        sink.received()
            .iter()
            .filter(|mail| mail.to == "one@mail.example")
            .count(),
        1
    );
}

/// `serve --no-jobs` accepts, a worker elsewhere is woken and sends, well under a second.
#[sqlx::test(migrations = "../migrations")]
async fn a_worker_elsewhere_is_woken(pool: PgPool) {
    let sink = Sink::start(&[]);
    let university = university(pool).await;
    let people = university
        .people(university.admissions, None, &addresses_of(5))
        .await
        .unwrap();
    let id = standing(&university, Lane::Transactional).await;
    let jobs = start(&university, settings(sink.port, 2)).await;
    let elsewhere = Intake::default();
    for (n, contact) in people.iter().enumerate() {
        let accepted = elsewhere
            .accept(&university.domain, id, *contact, &json!({}))
            .await
            .unwrap()
            .unwrap();
        assert!(accepted.claimed.is_none());
        arrived(&sink, &format!("p{n}@mail.example")).await;
    }
    counted(&university, id, [5, 5, 0, 0]).await;
    jobs.stop().await;
    assert_eq!(sink.received().len(), 5);
}

fn addresses_of(n: usize) -> Vec<String> {
    (0..n).map(|n| format!("p{n}@mail.example")).collect()
}
