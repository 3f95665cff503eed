//! The database is killed by force, alone or together with the worker.

use std::time::Duration;

use crate::support::{IN_DOUBT, Scene, locals};

const PEOPLE: usize = 6_000;
const CONNECTIONS: u16 = 8;
const AWAY: Duration = Duration::from_secs(2);

/// The worker lives on, remembers what it did, and writes it down when the database is back.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_database_is_waited_for_and_nothing_is_forgotten() {
    let mut scene = Scene::new(&locals("person", PEOPLE), CONNECTIONS, &[]).await;
    // Slow enough that there is something left at each kill.
    scene.sink.delay(2);
    let mut worker = scene.worker("data");
    for share in [1, 2] {
        scene.accepted(PEOPLE * share / 4).await;
        scene.postgres.kill();
        tokio::time::sleep(AWAY).await;
        assert!(worker.is_alive(), "it waits for the database:\n{}", worker.said());
        scene.postgres.start_again().await;
    }
    scene.done(&mut [&mut worker]).await;
    let (status, _) = worker.stop();
    assert!(status.success(), "{status}");
    let tally = scene.reconcile("two kills of the database").await;
    assert_eq!((tally.audience, tally.sent, tally.ambiguous), (PEOPLE, PEOPLE, 0));
}

/// The machine loses both at once: what the worker knew is on its disk, what the database acknowledged is on its own.
#[tokio::test(flavor = "multi_thread")]
async fn database_and_worker_killed_together_agree_afterwards() {
    let mut scene = Scene::new(&locals("person", PEOPLE), CONNECTIONS, &[]).await;
    scene.sink.delay(2);
    let kills = 2;
    for kill in 1..=kills {
        let worker = scene.worker("data");
        scene.accepted(PEOPLE * kill / 4).await;
        // The database first: the worker has a moment in which it cannot write what it does.
        scene.postgres.kill();
        assert!(worker.kill(), "it had ended by itself");
        tokio::time::sleep(AWAY).await;
        scene.postgres.start_again().await;
    }
    let mut worker = scene.worker("data");
    scene.done(&mut [&mut worker]).await;
    worker.stop();
    let tally = scene.reconcile("two kills of both").await;
    assert_eq!((tally.audience, tally.sent + tally.ambiguous), (PEOPLE, PEOPLE));
    assert!(
        tally.ambiguous <= kills * usize::from(CONNECTIONS) * IN_DOUBT,
        "{tally:?}"
    );
}
