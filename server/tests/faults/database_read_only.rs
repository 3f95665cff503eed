//! The database takes no writes for a while, as a primary that has become a replica.

use std::time::Duration;

use crate::support::{Scene, locals};

const PEOPLE: usize = 5_000;

/// What was handed over meanwhile is remembered and written when that is possible again.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_refuses_to_write_is_waited_for() {
    let scene = Scene::new(&locals("person", PEOPLE), 8, &[]).await;
    scene.sink.delay(3);
    let mut worker = scene.worker("data");
    scene.accepted(PEOPLE / 4).await;
    scene.postgres.read_only(true).await;
    let written = outcomes(&scene).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(outcomes(&scene).await, written, "nothing can be written");
    assert!(worker.is_alive(), "{}", worker.said());
    assert!(scene.sink.accepted() < PEOPLE);
    scene.postgres.read_only(false).await;
    scene.done(&mut [&mut worker]).await;
    let (status, _) = worker.stop();
    assert!(status.success(), "{status}");
    let tally = scene.reconcile("a database without writes").await;
    assert_eq!((tally.audience, tally.sent), (PEOPLE, PEOPLE));
}

async fn outcomes(scene: &Scene) -> usize {
    let ledger = scene.ledger().await;
    ledger.values().filter(|(outcome, _)| outcome != "open").count()
}
