//! The relay closes connections in the middle of a message.

use crate::support::{Rule, Scene, locals};

const PEOPLE: usize = 1_500;
const CONNECTIONS: u16 = 8;

/// Lost after the content without an answer: nobody can know, so it is in doubt and not sent again. Lost before the content:
/// it was not sent, and is sent again.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_connection_is_in_doubt_only_where_the_content_was_on_its_way() {
    let people = [
        locals("person", PEOPLE - 60),
        locals("early", 20),
        locals("half", 20),
        locals("late", 20),
    ]
    .concat();
    let scene = Scene::new(&people, CONNECTIONS, &[("RETRY_FIRST_SECONDS", "1")]).await;
    scene.sink.rules(&[
        Rule::drop("mail").times(20),
        Rule::drop("rcpt").to("early-").times(20),
        Rule::drop("content").to("half-").times(20),
        Rule::drop("dot").to("late-"),
    ]);
    let mut worker = scene.worker("data");
    scene.done(&mut [&mut worker]).await;
    worker.stop();
    let tally = scene.reconcile("connections lost in the middle").await;
    let lost = scene.sink.count("content.drop") + scene.sink.count("dot.drop");
    assert_eq!(scene.sink.count("dot.drop"), 20, "once each");
    assert_eq!((tally.audience, tally.sent + tally.ambiguous), (PEOPLE, PEOPLE));
    assert!(tally.ambiguous <= lost, "{tally:?}");
    for (address, (outcome, _)) in scene.ledger().await {
        match address.split('-').next() {
            Some("late") => assert_eq!(outcome, "ambiguous", "{address}"),
            Some("half") => {}
            _ => assert_eq!(outcome, "sent", "{address}"),
        }
    }
}
