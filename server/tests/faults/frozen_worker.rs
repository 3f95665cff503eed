//! A worker is frozen for longer than its lease and then woken: it must not go on with what is no longer its own.

use std::time::Duration;

use crate::support::{Process, Scene, locals, until};

const PEOPLE: usize = 6_000;
const CONNECTIONS: u16 = 4;
const LEASE: Duration = Duration::from_secs(3);
/// Recipients that a worker may have announced a connection without having written what became of them.
const ANNOUNCED: usize = 64;

/// One worker in full flow, frozen, and another one that is at work too.
async fn frozen_and_other(scene: &Scene, one: &str, other: &str) -> (Process, Process) {
    // Slow enough that the first worker still has something in hand when the second one is there.
    scene.sink.delay(4);
    let frozen = scene.worker(one);
    scene.accepted(200).await;
    let mut working = scene.worker(other);
    let starts = if one == other { 2 } else { 1 };
    scene.ready(&mut working, starts).await;
    frozen.freeze();
    assert!(scene.sink.accepted() < PEOPLE);
    scene.sink.delay(0);
    (frozen, working)
}

/// On machines of their own the other one cannot know what the frozen one handed over: what it had announced is in doubt,
/// the rest is sent by the other, and the woken one neither sends nor writes any of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_woken_after_its_lease_does_nothing_with_what_it_lost() {
    let scene = Scene::new(&locals("person", PEOPLE), CONNECTIONS, &[("LEASE_SECONDS", "3")]).await;
    let (mut frozen, mut working) = frozen_and_other(&scene, "one", "other").await;
    scene.done(&mut [&mut working]).await;
    let ledger = scene.ledger().await;
    frozen.wake();
    // Time to send and to write, if it wanted to.
    tokio::time::sleep(LEASE * 2).await;
    assert!(frozen.is_alive(), "{}", frozen.said());
    for worker in [frozen, working] {
        let (status, _) = worker.stop();
        assert!(status.success(), "{status}");
    }
    assert!(
        scene.ledger().await == ledger,
        "the woken worker wrote what was no longer its own"
    );
    let tally = scene.reconcile("frozen past its lease").await;
    assert_eq!((tally.audience, tally.sent + tally.ambiguous), (PEOPLE, PEOPLE));
    assert!(
        tally.ambiguous <= usize::from(CONNECTIONS) * ANNOUNCED,
        "{tally:?}"
    );
}

/// The same, but the woken worker finds the campaign still going on: it takes part again, with what it claims anew.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_woken_while_the_campaign_goes_on_takes_part_again() {
    let scene = Scene::new(&locals("person", PEOPLE), CONNECTIONS, &[("LEASE_SECONDS", "3")]).await;
    let (mut frozen, mut working) = frozen_and_other(&scene, "one", "other").await;
    // The other one has taken over: what is in doubt stands in the ledger. (Nothing may be in doubt: then it is done.)
    until("the other one takes over", async || {
        let ledger = scene.ledger().await;
        ledger.values().any(|(outcome, _)| outcome == "ambiguous")
            || scene.state().await.as_deref() == Some("done")
    })
    .await;
    scene.sink.delay(4);
    frozen.wake();
    scene.done(&mut [&mut frozen, &mut working]).await;
    for worker in [frozen, working] {
        let (status, _) = worker.stop();
        assert!(status.success(), "{status}");
    }
    let tally = scene.reconcile("woken in the middle").await;
    assert_eq!((tally.audience, tally.sent + tally.ambiguous), (PEOPLE, PEOPLE));
    assert!(
        tally.ambiguous <= usize::from(CONNECTIONS) * ANNOUNCED,
        "{tally:?}"
    );
}

/// On one data directory the frozen worker still holds its journal, so that the other one sees that it lives: nobody takes
/// what it has in hand, however long that takes, and it finishes it itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_worker_on_the_same_machine_keeps_what_it_has() {
    let scene = Scene::new(&locals("person", PEOPLE), CONNECTIONS, &[("LEASE_SECONDS", "3")]).await;
    let (mut frozen, mut working) = frozen_and_other(&scene, "data", "data").await;
    tokio::time::sleep(LEASE * 3).await;
    assert_eq!(
        scene.state().await.as_deref(),
        Some("sending"),
        "the frozen one's people wait for it"
    );
    frozen.wake();
    scene.done(&mut [&mut frozen, &mut working]).await;
    for worker in [frozen, working] {
        let (status, _) = worker.stop();
        assert!(status.success(), "{status}");
    }
    let tally = scene.reconcile("frozen on the same machine").await;
    assert_eq!((tally.audience, tally.sent, tally.ambiguous), (PEOPLE, PEOPLE, 0));
}
