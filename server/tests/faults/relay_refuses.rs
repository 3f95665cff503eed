//! Nobody listens at the relay's address for a while.

use std::time::Duration;

use crate::support::{Scene, locals};

const PEOPLE: usize = 1_500;

/// At the start, and in the middle with a word of good-bye: everything waits, and nothing is in doubt.
#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_takes_no_connections_is_waited_for() {
    let scene = Scene::new(&locals("person", PEOPLE), 8, &[("RETRY_FIRST_SECONDS", "1")]).await;
    scene.sink.refuse();
    let mut worker = scene.worker("data");
    scene.ready(&mut worker, 1).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(scene.sink.accepted(), 0);
    scene.sink.delay(2);
    scene.sink.listen();

    scene.accepted(PEOPLE / 3).await;
    scene.sink.refuse();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let left = scene.sink.accepted();
    assert!(left < PEOPLE);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(scene.sink.accepted(), left);
    scene.sink.listen();

    scene.done(&mut [&mut worker]).await;
    worker.stop();
    let tally = scene.reconcile("a relay that refuses connections").await;
    assert_eq!((tally.audience, tally.sent), (PEOPLE, PEOPLE));
}
