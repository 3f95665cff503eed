//! The relay says "never" for some.

use crate::support::{Rule, Scene, locals};

const PEOPLE: usize = 1_450;
const GONE: usize = 50;

/// 550 5.1.1 for chosen recipients: they failed for good, their addresses are closed, and nobody else is touched.
#[tokio::test(flavor = "multi_thread")]
async fn addresses_that_do_not_exist_fail_and_are_closed() {
    let people = [locals("person", PEOPLE), locals("gone", GONE)].concat();
    let scene = Scene::new(&people, 8, &[]).await;
    scene
        .sink
        .rules(&[Rule::reply("rcpt", "550 5.1.1 no such user").to("gone-")]);
    let mut worker = scene.worker("data");
    scene.done(&mut [&mut worker]).await;
    worker.stop();
    let tally = scene.reconcile("addresses that do not exist").await;
    assert_eq!((tally.sent, tally.failed), (PEOPLE, GONE));
    assert_eq!(scene.sink.count("rcpt.reply"), GONE, "asked once each");
    for (address, (outcome, rule)) in scene.ledger().await {
        if address.starts_with("gone-") {
            assert_eq!(
                (outcome.as_str(), rule.as_str()),
                ("failed", "hard_bounce"),
                "{address}"
            );
        }
    }
    let closed: Vec<String> =
        sqlx::query_scalar("select normalised from identities where bounced_at is not null")
            .fetch_all(scene.pool())
            .await
            .unwrap();
    assert_eq!(closed.len(), GONE);
    assert!(closed.iter().all(|address| address.starts_with("gone-")));
}
