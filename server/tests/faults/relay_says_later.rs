//! The relay says "later": 421 at each stage, 452 when its disk is full.

use crate::support::{Rule, Scene, locals};

const PEOPLE: usize = 1_500;
/// Whoever is put off is tried again soon.
const SOON: (&str, &str) = ("RETRY_FIRST_SECONDS", "1");

/// 421 and the end of the connection, for a while, at every stage. After the content too it is an answer: the message was
/// not taken, so it is sent again and nothing is in doubt.
#[tokio::test(flavor = "multi_thread")]
async fn answers_of_421_put_off_and_lose_nothing() {
    let scene = Scene::new(&locals("person", PEOPLE), 8, &[SOON]).await;
    scene.sink.delay(2);
    let mut worker = scene.worker("data");
    for (share, stage) in [(1, "mail"), (2, "rcpt"), (3, "content"), (4, "dot")] {
        scene.accepted(PEOPLE * share / 8).await;
        scene
            .sink
            .rules(&[Rule::reply(stage, "421 4.3.2 come back later").times(60)]);
        scene.happened(&format!("{stage}.reply"), 60).await;
    }
    scene.done(&mut [&mut worker]).await;
    worker.stop();
    let tally = scene.reconcile("421 at each stage").await;
    assert_eq!((tally.audience, tally.sent), (PEOPLE, PEOPLE));
}

/// "Insufficient system storage" for a while: everybody it is said for is put off and sent later.
#[tokio::test(flavor = "multi_thread")]
async fn a_relay_with_a_full_disk_gets_everything_later() {
    let scene = Scene::new(&locals("person", PEOPLE), 8, &[SOON]).await;
    scene.sink.delay(2);
    let mut worker = scene.worker("data");
    for (share, stage) in [(1, "mail"), (2, "dot")] {
        scene.accepted(PEOPLE * share / 4).await;
        scene
            .sink
            .rules(&[Rule::reply(stage, "452 4.3.1 insufficient system storage").times(200)]);
        scene.happened(&format!("{stage}.reply"), 200).await;
    }
    scene.done(&mut [&mut worker]).await;
    worker.stop();
    let tally = scene.reconcile("452 for a while").await;
    assert_eq!((tally.audience, tally.sent), (PEOPLE, PEOPLE));
}
