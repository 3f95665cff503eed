//! The relay falls silent, or takes its time.

use std::time::{Duration, Instant};

use crate::support::{Rule, Scene, locals};

const PEOPLE: usize = 1_500;
const STALLED: usize = 10;

/// Who waits for an answer to the content for too long cannot know; before the content nothing was sent. The other
/// connections go on meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_never_answers_is_given_up() {
    let people = [
        locals("person", PEOPLE - 2 * STALLED),
        locals("early", STALLED),
        locals("late", STALLED),
    ]
    .concat();
    let settings = [("SMTP_TIMEOUT", "2"), ("RETRY_FIRST_SECONDS", "1")];
    let scene = Scene::new(&people, 8, &settings).await;
    let often = u32::try_from(STALLED).unwrap();
    scene.sink.rules(&[
        Rule::stall("rcpt").to("early-").times(often),
        Rule::stall("dot").to("late-"),
    ]);
    let mut worker = scene.worker("data");
    scene.done(&mut [&mut worker]).await;
    worker.stop();
    let tally = scene.reconcile("a relay that never answers").await;
    assert_eq!(
        (scene.sink.count("rcpt.stall"), scene.sink.count("dot.stall")),
        (STALLED, STALLED),
        "once each"
    );
    assert_eq!(
        (tally.audience, tally.sent, tally.ambiguous),
        (PEOPLE, PEOPLE - STALLED, STALLED)
    );
    for (address, (outcome, _)) in scene.ledger().await {
        assert_eq!(
            outcome == "ambiguous",
            address.starts_with("late-"),
            "{address}: {outcome}"
        );
    }
}

/// 50 ms before each reply: only the number of connections matters, and slow is not silent.
#[tokio::test(flavor = "multi_thread")]
async fn a_slow_relay_gets_everything() {
    let scene = Scene::new(&locals("person", PEOPLE), 40, &[("SMTP_TIMEOUT", "2")]).await;
    scene.sink.delay(50);
    let mut worker = scene.worker("data");
    let begun = Instant::now();
    scene.done(&mut [&mut worker]).await;
    // Forty at a time, three waits each: hardly six seconds, where one after the other it would be four minutes.
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
    worker.stop();
    let tally = scene.reconcile("a slow relay").await;
    assert_eq!((tally.audience, tally.sent), (PEOPLE, PEOPLE));
}
