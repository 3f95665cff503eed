//! The worker is killed by force again and again, and started again on its data directory.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::support::{IN_DOUBT, Scene, locals};

const PEOPLE: usize = 20_000;
const KILLS: usize = 10;
const CONNECTIONS: u16 = 10;

/// Whoever was sent something is known afterwards, but for what was on the wire at the kill; that is not sent again.
#[tokio::test(flavor = "multi_thread")]
async fn ten_kills_of_the_worker_lose_nothing_and_repeat_nothing() {
    let scene = Scene::new(&locals("person", PEOPLE), CONNECTIONS, &[]).await;
    // Slow enough that each kill meets it at work.
    scene.sink.delay(1);
    let mut random = StdRng::seed_from_u64(20_261_122);
    for kill in 0..KILLS {
        let worker = scene.worker("data");
        if kill % 3 == 2 {
            // Perhaps before it has begun, or in the middle of finding out where the former one was.
            tokio::time::sleep(Duration::from_millis(random.random_range(0..1200))).await;
        } else {
            let most = PEOPLE * 9 / 10;
            let further = random.random_range(50..1600);
            scene.accepted((scene.sink.accepted() + further).min(most)).await;
            tokio::time::sleep(Duration::from_micros(random.random_range(0..20_000))).await;
        }
        assert!(worker.kill(), "it had ended by itself");
    }
    let mut worker = scene.worker("data");
    scene.done(&mut [&mut worker]).await;
    worker.stop();
    let tally = scene.reconcile("ten kills of the worker").await;
    assert_eq!((tally.audience, tally.sent + tally.ambiguous), (PEOPLE, PEOPLE));
    assert!(
        tally.ambiguous <= KILLS * usize::from(CONNECTIONS) * IN_DOUBT,
        "{tally:?}"
    );
}
