//! The operator pauses a campaign in full flow, lets it go on, and cancels it.

use std::time::Duration;

use crate::support::{Act, Scene, locals};

const PEOPLE: usize = 5_000;

/// A pause holds within a second, for every worker; a cancel accounts for everybody who was not written to.
#[tokio::test(flavor = "multi_thread")]
async fn pause_resume_and_cancel_hold_for_two_workers() {
    let scene = Scene::new(&locals("person", PEOPLE), 4, &[]).await;
    scene.sink.delay(3);
    let (mut one, mut other) = (scene.worker("one"), scene.worker("other"));
    scene.accepted(PEOPLE / 10).await;
    scene.act(Act::Pause).await;
    tokio::time::sleep(Duration::from_millis(1200)).await;
    let at_pause = scene.sink.accepted();
    for _ in 0..2 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(scene.sink.accepted(), at_pause, "it stands still");
    }
    assert!(at_pause < PEOPLE);

    scene.act(Act::Resume).await;
    scene.accepted(at_pause + PEOPLE / 10).await;
    scene.act(Act::Cancel).await;
    scene.done(&mut [&mut one, &mut other]).await;
    for worker in [one, other] {
        let (status, _) = worker.stop();
        assert!(status.success(), "{status}");
    }
    let tally = scene.reconcile("pause, resume, cancel").await;
    assert_eq!((tally.audience, tally.sent + tally.cancelled), (PEOPLE, PEOPLE));
    assert!(tally.cancelled > 0, "{tally:?}");
}
