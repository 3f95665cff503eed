//! A relay that goes away, comes back, or breaks in the middle of a message.

use sqlx::PgPool;
use types::DispatchId;

use super::*;
use support::Sink;

async fn reason(university: &University, dispatch: DispatchId) -> Option<String> {
    sqlx::query_scalar("select stopped_reason from dispatches where id = $1")
        .bind(dispatch.uuid())
        .fetch_one(university.domain.pool())
        .await
        .unwrap()
}

#[sqlx::test(migrations = "../migrations")]
async fn a_vanished_relay_is_said_and_nothing_is_lost(pool: PgPool) {
    let mut first = Sink::start(&["--delay", "0.01"]);
    let (port, connections) = (first.port, 4);
    let university = university(pool).await;
    let (_, run) = launched(&university, &locals("person", 500), Classification::Marketing).await;
    let jobs = start(&university, settings(port, connections)).await;
    while first.received().len() < 60 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    first.kill();
    for _ in 0..100 {
        if reason(&university, run.dispatch).await.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(
        reason(&university, run.dispatch).await.as_deref(),
        Some("relay_unreachable")
    );
    let state: String = sqlx::query_scalar("select state from dispatches")
        .fetch_one(university.domain.pool())
        .await
        .unwrap();
    assert_eq!(state, "sending", "it waits for the relay");

    let second = Sink::start_on(port, &[]);
    wait_for(&university, run, &["done"]).await;
    jobs.stop().await;
    assert_eq!(reason(&university, run.dispatch).await, None);
    let ledger = ledger(&university, run).await;
    let mut received: Vec<String> = first
        .received()
        .into_iter()
        .chain(second.received())
        .map(|mail| mail.to)
        .collect();
    received.sort_unstable();
    let total = received.len();
    received.dedup();
    assert_eq!(received.len(), total, "nobody twice");
    let ambiguous = with_outcome(&ledger, "ambiguous");
    assert!(
        ambiguous.len() <= usize::from(connections),
        "at most what was in flight: {ambiguous:?}"
    );
    for (address, (outcome, _)) in &ledger {
        match outcome.as_str() {
            "sent" => assert!(
                received.binary_search(address).is_ok(),
                "{address} was not received"
            ),
            "ambiguous" => {}
            other => panic!("{address}: {other}"),
        }
    }
    assert!(
        received
            .iter()
            .all(|address| matches!(ledger[address].0.as_str(), "sent" | "ambiguous"))
    );
}

#[sqlx::test(migrations = "../migrations")]
async fn a_connection_lost_inside_data_is_ambiguous_and_not_sent_again(pool: PgPool) {
    let sink = Sink::start(&[]);
    let university = university(pool).await;
    let people = [locals("person", 100), locals("drop", 7)].concat();
    let (_, run) = launched(&university, &people, Classification::Marketing).await;
    let jobs = start(&university, settings(sink.port, 3)).await;
    wait_for(&university, run, &["done"]).await;
    jobs.stop().await;
    let ledger = ledger(&university, run).await;
    assert_eq!(counters(&university, run).await, [107, 100, 0, 0, 0, 7]);
    assert!(
        with_outcome(&ledger, "ambiguous")
            .iter()
            .all(|it| it.starts_with("drop-"))
    );
    assert_eq!(sink.received().len(), 100);
}

#[sqlx::test(migrations = "../migrations")]
async fn without_a_relay_mail_is_captured_by_the_same_pipeline(pool: PgPool) {
    let university = university(pool).await;
    let topic = university
        .topic(university.admissions, "open-days")
        .await
        .unwrap();
    let mut addresses: Vec<String> = (0..120).map(|n| format!("p{n}@mail.example")).collect();
    addresses.push("nobody@demo.invalid".to_owned());
    university
        .people(university.admissions, Some(topic), &addresses)
        .await
        .unwrap();
    let audience = Audience {
        include_topics: vec![topic],
        ..Audience::default()
    };
    let run = university
        .launched(university.admissions, Classification::Operational, &audience)
        .await
        .unwrap();
    let jobs = start(&university, Settings::new(None, 4, journal())).await;
    wait_for(&university, run, &["done"]).await;
    jobs.stop().await;
    assert_eq!(counters(&university, run).await, [121, 120, 1, 0, 0, 0]);
    let rows: Vec<(String, String, Vec<u8>)> =
        sqlx::query_as("select header_from, subject, raw from captured_mail")
            .fetch_all(university.domain.pool())
            .await
            .unwrap();
    assert_eq!(rows.len(), 120);
    assert_eq!(
        rows[0].0,
        "Rekrutacja Uniwersytetu Łódzkiego <rekrutacja@university.test>"
    );
    assert_eq!(rows[0].1, "Dni otwarte 🎓, Żaneta: gęślą jaźń");
    let read = support::read_with_python(&rows[0].2);
    assert_eq!(
        read["listUnsubscribe"],
        serde_json::Value::Null,
        "operational notices are no list"
    );
    assert!(
        !read["html"].as_str().unwrap().contains("/t/"),
        "and are not tracked"
    );
}
