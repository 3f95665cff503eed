//! The operator stops the worker in the middle of a campaign.

use std::time::Duration;

use crate::support::{Scene, locals};

const PEOPLE: usize = 3_000;

/// What is on the wire is finished and written down before the end; the next start sends the rest.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_asked_to_stop_leaves_nothing_in_doubt() {
    let scene = Scene::new(&locals("person", PEOPLE), 8, &[]).await;
    scene.sink.delay(3);
    for share in [1, 2] {
        let worker = scene.worker("data");
        scene.accepted(PEOPLE * share / 4).await;
        let (status, took) = worker.stop();
        assert_eq!(status.code(), Some(0));
        assert!(took < Duration::from_secs(10), "{took:?}");
        scene.sink.settle();
        let ledger = scene.ledger().await;
        let sent = ledger.values().filter(|(outcome, _)| outcome == "sent").count();
        assert_eq!(
            sent,
            scene.sink.accepted(),
            "all that was accepted is written down"
        );
        assert!(sent < PEOPLE);
    }
    let mut worker = scene.worker("data");
    scene.done(&mut [&mut worker]).await;
    worker.stop();
    let tally = scene.reconcile("two clean stops").await;
    assert_eq!((tally.audience, tally.sent), (PEOPLE, PEOPLE));
}
