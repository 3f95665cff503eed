//! Pause, cancel and stopping while messages flow.

use std::time::Instant;

use domain::access::{ControlSending, System};
use domain::dispatch;
use sqlx::PgPool;

use super::*;
use support::Sink;

async fn command(university: &University, run: Run, what: &str) {
    let by = System.grant::<ControlSending>(university.admissions);
    let mut tx = university.domain.begin().await.unwrap();
    match what {
        "pause" => dispatch::pause(&mut tx, &by, run.dispatch).await.unwrap(),
        "resume" => dispatch::resume(&mut tx, &by, run.dispatch).await.unwrap(),
        _ => dispatch::cancel(&mut tx, &by, run.dispatch).await.unwrap(),
    }
    tx.commit().await.unwrap();
}

async fn until_received(sink: &Sink, n: usize) {
    let begun = Instant::now();
    while sink.received().len() < n {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "only {} arrived",
            sink.received().len()
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn got(sinks: &[&Sink]) -> Vec<String> {
    let mut got: Vec<String> = sinks
        .iter()
        .flat_map(|sink| sink.received())
        .map(|mail| mail.to)
        .collect();
    got.sort_unstable();
    got
}

#[sqlx::test(migrations = "../migrations")]
async fn pause_takes_effect_within_a_second_and_cancel_accounts_for_the_rest(pool: PgPool) {
    let sink = Sink::start(&["--delay", "0.02"]);
    let university = university(pool).await;
    let (_, run) = launched(&university, &locals("person", 600), Classification::Marketing).await;
    let jobs = start(&university, settings(sink.port, 3)).await;
    until_received(&sink, 40).await;
    command(&university, run, "pause").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let at_pause = sink.received().len();
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(sink.received().len(), at_pause, "nothing after a second");
    assert!(at_pause < 600);
    assert_eq!(
        with_outcome(&ledger(&university, run).await, "sent").len(),
        at_pause,
        "what was in flight is recorded"
    );

    command(&university, run, "resume").await;
    until_received(&sink, at_pause + 40).await;
    command(&university, run, "cancel").await;
    assert_eq!(wait_for(&university, run, &["done", "stopped"]).await, "done");
    jobs.stop().await;
    let ledger = ledger(&university, run).await;
    assert_eq!(with_outcome(&ledger, "sent"), got(&[&sink]));
    let cancelled = with_outcome(&ledger, "cancelled").len();
    assert!(cancelled > 0);
    assert_eq!(with_outcome(&ledger, "sent").len() + cancelled, 600);
}

/// SIGTERM in the middle: what is in flight is finished and recorded, the next process sends the rest, nobody twice.
#[sqlx::test(migrations = "../migrations")]
async fn a_clean_stop_leaves_nothing_ambiguous(pool: PgPool) {
    let sink = Sink::start(&["--delay", "0.02"]);
    let university = university(pool).await;
    let (_, run) = launched(&university, &locals("person", 300), Classification::Marketing).await;
    let jobs = start(&university, settings(sink.port, 3)).await;
    until_received(&sink, 40).await;
    let begun = Instant::now();
    jobs.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    let after = sink.received().len();
    assert!(after < 300);
    assert_eq!(with_outcome(&ledger(&university, run).await, "sent").len(), after);
    let jobs = start(&university, settings(sink.port, 3)).await;
    wait_for(&university, run, &["done"]).await;
    jobs.stop().await;
    let ledger = ledger(&university, run).await;
    assert_eq!(with_outcome(&ledger, "sent"), got(&[&sink]));
    assert_eq!(counters(&university, run).await, [300, 300, 0, 0, 0, 0]);
}

/// Law 5: the unsubscribe of somebody whose message is still queued holds it back, within the second.
#[sqlx::test(migrations = "../migrations")]
async fn a_master_unsubscribe_stops_what_is_queued(pool: PgPool) {
    let sink = Sink::start(&["--delay", "0.02"]);
    let university = university(pool).await;
    let (_, run) = launched(&university, &locals("person", 300), Classification::Marketing).await;
    let jobs = start(&university, settings(sink.port, 2)).await;
    until_received(&sink, 20).await;
    let last: Vec<String> = sqlx::query_scalar(
        "with who as (select contact_id, address from deliveries where dispatch_id = $1 order by seq desc limit 10)
         , done as (update contacts set unsubscribed_all_at = now() where id in (select contact_id from who))
         select address from who",
    )
    .bind(run.dispatch.uuid())
    .fetch_all(university.domain.pool())
    .await
    .unwrap();
    wait_for(&university, run, &["done"]).await;
    jobs.stop().await;
    let ledger = ledger(&university, run).await;
    for address in &last {
        assert_eq!(
            ledger[address],
            ("suppressed".to_owned(), "unsubscribed_all".to_owned())
        );
    }
    assert_eq!(with_outcome(&ledger, "sent"), got(&[&sink]));
    assert_eq!(counters(&university, run).await, [300, 290, 0, 10, 0, 0]);
}

/// A claim was committed and the answer to it lost: the worker lives, so nobody else takes the chunks, and it gives them back itself.
#[sqlx::test(migrations = "../migrations")]
async fn what_a_worker_does_not_know_it_holds_is_given_back(pool: PgPool) {
    let sink = Sink::start(&[]);
    let university = university(pool).await;
    let (_, run) = launched(&university, &locals("person", 120), Classification::Marketing).await;
    command(&university, run, "pause").await;
    let mut settings = settings(sink.port, 2);
    settings.lease = Duration::from_secs(2);
    let jobs = start(&university, settings).await;
    let mut held = 0;
    for _ in 0..100 {
        // Only a worker that has reported says which lane it sends.
        held = sqlx::query(
            "update dispatch_chunks set state = 'leased', leased_by = w.id, leased_until = clock_timestamp() - interval '1 second'
             from workers w where w.status->'lanes'->0->>'lane' = 'marketing'",
        )
        .execute(university.domain.pool())
        .await
        .unwrap()
        .rows_affected();
        if held > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(held > 0);
    let relays: i64 = sqlx::query_scalar("select sum(jsonb_array_length(status->'relays')) from workers")
        .fetch_one(university.domain.pool())
        .await
        .unwrap();
    assert_eq!(
        relays, 1,
        "one relay is told of once, though a process has two workers"
    );
    command(&university, run, "resume").await;
    wait_for(&university, run, &["done"]).await;
    jobs.stop().await;
    assert_eq!(counters(&university, run).await, [120, 120, 0, 0, 0, 0]);
    assert_eq!(got(&[&sink]).len(), 120);
}
