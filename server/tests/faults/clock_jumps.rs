//! The wall clock of a worker jumps while it sends (Debian's libfaketime): by hours, forward and back.

use std::path::PathBuf;

use crate::support::{Scene, locals};

const PEOPLE: usize = 4_000;
const LIBRARY: &str = "faketime/libfaketime.so.1";

/// Who holds what is decided by one clock, not by each worker's own: a wrong one takes nothing from others and keeps
/// nothing for ever.
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_makes_nobody_receive_twice() {
    let scene = Scene::new(&locals("person", PEOPLE), 4, &[("LEASE_SECONDS", "3")]).await;
    scene.sink.delay(3);
    let clock = scene.file("clock");
    let set = |offset: &str| {
        // Renamed into place: the worker never reads half of it.
        let fresh = clock.with_extension("new");
        std::fs::write(&fresh, offset).unwrap();
        std::fs::rename(&fresh, &clock).unwrap();
    };
    set("+0");
    let environment = [
        ("LD_PRELOAD", library()),
        ("FAKETIME_TIMESTAMP_FILE", clock.clone()),
        ("FAKETIME_NO_CACHE", PathBuf::from("1")),
        // Only the wall clock: what runs on timers must not stand still.
        ("DONT_FAKE_MONOTONIC", PathBuf::from("1")),
        ("FAKETIME_DONT_FAKE_MONOTONIC", PathBuf::from("1")),
    ];
    let mut jumping = scene.worker_with("jumping", &environment);
    let mut steady = scene.worker("steady");
    for (share, offset) in [(1, "+7200"), (2, "-7200"), (3, "+0"), (4, "+7200")] {
        scene.accepted(PEOPLE * share / 6).await;
        set(offset);
    }
    scene.done(&mut [&mut jumping, &mut steady]).await;
    for worker in [jumping, steady] {
        let (status, _) = worker.stop();
        assert!(status.success(), "{status}");
    }
    let tally = scene.reconcile("clock jumps").await;
    assert_eq!((tally.audience, tally.sent), (PEOPLE, PEOPLE));
}

fn library() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib").unwrap();
    folders
        .flatten()
        .map(|folder| folder.path().join(LIBRARY))
        .find(|path| path.exists())
        .expect("libfaketime: scripts/bootstrap.sh test")
}
