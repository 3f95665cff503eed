//! Groups of commands on the wire, against a scripted server: every byte of both sides is in the test.

mod support;

use std::time::Duration;

use delivery::{
    HandOff, Stage,
    email::{Announced, Connection, Delivered, Envelope},
};
use support::script::{
    self, Addresses, CONTENT, CONTENT_WIRE, GROUP_A, GROUP_B, PIPELINING, Step, at_once, greeting, hear, say,
    short, stopped,
};

/// A line on which message A is announced and B behind it; `replies` is what the server says to A's content and B's
/// envelope, `after` goes on from there.
async fn two(replies: &[Step], after: Vec<Step>) -> (Connection, Delivered, tokio::task::JoinHandle<()>) {
    let mut steps = greeting(PIPELINING);
    steps.extend([at_once(GROUP_A), say("250 ok\r\n250 ok\r\n354 go\r\n")]);
    steps.push(at_once(&format!("{CONTENT_WIRE}{GROUP_B}")));
    steps.extend_from_slice(replies);
    steps.extend(after);
    let (port, server) = script::server(steps).await;
    let addresses = Addresses::new();
    let mut line = script::line(port).await;
    assert_eq!(line.announce(addresses.to(&addresses.a)).await, Announced::Ready);
    assert!(line.waits_for_content());
    let delivered = line.deliver(CONTENT, Some(addresses.to(&addresses.b))).await;
    (line, delivered, server)
}

#[tokio::test]
async fn content_and_the_next_envelope_travel_in_one_write() {
    let mut after = vec![hear(CONTENT_WIRE), say("250 two\r\n"), hear("QUIT\r\n")];
    after.push(say("221 bye\r\n"));
    let (mut line, delivered, server) = two(&[say("250 one\r\n250 ok\r\n250 ok\r\n354 go\r\n")], after).await;
    assert_eq!(short(&delivered.result), (250, None));
    assert_eq!(delivered.next, Some(Announced::Ready));
    let last = line.deliver(CONTENT, None).await;
    assert_eq!((short(&last.result), last.next), ((250, None), None));
    assert!(line.is_usable() && !line.waits_for_content());
    line.close().await;
    server.await.unwrap();
}

#[tokio::test]
async fn copies_are_asked_for_one_by_one_and_a_refused_one_is_told() {
    let talk = |heard: &str, said: &str| [at_once(heard), say(said)];
    let mut steps = greeting(PIPELINING);
    for (heard, said) in [
        ("MAIL FROM:<b@s.example>\r\n", "250 ok\r\n"),
        ("RCPT TO:<a@r.example>\r\n", "250 ok\r\n"),
        ("RCPT TO:<b@r.example>\r\n", "550 5.1.1 nobody\r\n"),
        ("RCPT TO:<b@s.example>\r\n", "250 ok\r\n"),
        ("DATA\r\n", "354 go\r\n"),
        // The next one, without copies, goes in its group again.
        (
            &format!("{CONTENT_WIRE}{GROUP_A}"),
            "250 one\r\n250 ok\r\n250 ok\r\n354 go\r\n",
        ),
        (CONTENT_WIRE, "250 two\r\n"),
        // The recipient itself refused: nobody gets a copy.
        ("MAIL FROM:<b@s.example>\r\n", "250 ok\r\n"),
        ("RCPT TO:<a@r.example>\r\n", "550 5.1.1 nobody\r\n"),
    ] {
        steps.extend(talk(heard, said));
    }
    let (port, server) = script::server(steps).await;
    let addresses = Addresses::new();
    let copies = [addresses.b.clone(), addresses.sender.clone()];
    let with_copies = Envelope {
        copies: &copies,
        ..addresses.to(&addresses.a)
    };
    let mut line = script::line(port).await;
    assert_eq!(line.announce(with_copies).await, Announced::Ready);
    let delivered = line.deliver(CONTENT, Some(addresses.to(&addresses.a))).await;
    let HandOff::Accepted(reply) = &delivered.result else {
        panic!("{delivered:?}")
    };
    assert_eq!(reply.text, "one; copies refused: 1 (550 5.1.1 nobody)");
    assert_eq!(delivered.next, Some(Announced::Ready));
    // One with copies is not announced behind another.
    let delivered = line.deliver(CONTENT, Some(with_copies)).await;
    assert_eq!((short(&delivered.result), delivered.next), ((250, None), None));
    assert_eq!(
        stopped(&line.announce(with_copies).await),
        (550, Some(Stage::Recipient))
    );
    drop(line);
    server.await.unwrap();
}

#[tokio::test]
async fn a_refused_recipient_is_ended_by_a_lone_dot_or_by_rset() {
    // 354 all the same: the dot's reply is read before anything else is said.
    let replies = [
        say("250 one\r\n250 ok\r\n550 5.1.1 no\r\n354 go\r\n"),
        hear(".\r\n"),
    ];
    for lone_dot in ["250 nobody got it\r\n", "554 no valid recipients\r\n"] {
        let mut steps = replies.to_vec();
        steps.push(say(lone_dot));
        let after = vec![at_once(GROUP_A), say("250 ok\r\n250 ok\r\n354 go\r\n")];
        let (mut line, delivered, server) = two(&steps, after).await;
        assert_eq!(short(&delivered.result), (250, None));
        assert_eq!(stopped(&delivered.next.unwrap()), (550, Some(Stage::Recipient)));
        assert!(line.is_usable() && !line.waits_for_content());
        let addresses = Addresses::new();
        assert_eq!(line.announce(addresses.to(&addresses.a)).await, Announced::Ready);
        server.await.unwrap();
    }
    // 503: nothing to end but the transaction, with the next group.
    let after = vec![
        at_once(&format!("RSET\r\n{GROUP_A}")),
        say("250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n"),
        hear(CONTENT_WIRE),
        say("250 ok\r\n"),
        at_once(GROUP_B),
        say("250 ok\r\n250 ok\r\n354 go\r\n"),
    ];
    let (mut line, delivered, server) = two(
        &[say("250 one\r\n250 ok\r\n450 4.2.1 later\r\n503 no\r\n")],
        after,
    )
    .await;
    assert_eq!(stopped(&delivered.next.unwrap()), (450, Some(Stage::Recipient)));
    let addresses = Addresses::new();
    assert_eq!(line.announce(addresses.to(&addresses.a)).await, Announced::Ready);
    assert_eq!(short(&line.deliver(CONTENT, None).await.result), (250, None));
    assert_eq!(line.announce(addresses.to(&addresses.b)).await, Announced::Ready);
    server.await.unwrap();
}

#[tokio::test]
async fn a_refused_sender_needs_no_rset() {
    let after = vec![at_once(GROUP_A), say("250 ok\r\n250 ok\r\n354 go\r\n")];
    let replies = [say(
        "250 one\r\n550-5.7.1 not\r\n550 5.7.1 you\r\n503 no\r\n503 no\r\n",
    )];
    let (mut line, delivered, server) = two(&replies, after).await;
    let next = delivered.next.unwrap();
    assert_eq!(stopped(&next), (550, Some(Stage::Sender)));
    assert!(
        matches!(next, Announced::Stopped(HandOff::Refused(reply, _)) if reply.text == "5.7.1 not 5.7.1 you")
    );
    let addresses = Addresses::new();
    assert_eq!(line.announce(addresses.to(&addresses.a)).await, Announced::Ready);
    server.await.unwrap();
}

#[tokio::test]
async fn a_recipient_taken_without_sender_gets_no_empty_mail() {
    let replies = [say("250 one\r\n451 busy\r\n250 ok\r\n354 go\r\n"), Step::HearEnd];
    let (line, delivered, server) = two(&replies, Vec::new()).await;
    assert_eq!(stopped(&delivered.next.unwrap()), (451, Some(Stage::Sender)));
    assert!(!line.is_usable());
    line.close().await;
    server.await.unwrap();
}

#[tokio::test]
async fn data_refused_or_answered_by_nonsense() {
    let after = vec![at_once(&format!("RSET\r\n{GROUP_A}")), say("500 what\r\n")];
    let (mut line, delivered, server) = two(&[say("250 one\r\n250 ok\r\n250 ok\r\n451 no\r\n")], after).await;
    assert_eq!(stopped(&delivered.next.unwrap()), (451, Some(Stage::Data)));
    let addresses = Addresses::new();
    assert_eq!(
        line.announce(addresses.to(&addresses.a)).await,
        Announced::Stopped(HandOff::Lost),
        "a server that does not even RSET"
    );
    assert!(!line.is_usable());
    server.await.unwrap();

    for nonsense in [
        "250 ok\r\n250 ok\r\n250 ok\r\n",
        "354 go\r\n",
        "250 ok\r\nhello\r\n",
    ] {
        let (line, delivered, _server) = two(&[say("250 one\r\n"), say(nonsense)], Vec::new()).await;
        assert_eq!(short(&delivered.result), (250, None));
        assert_eq!(
            delivered.next,
            Some(Announced::Stopped(HandOff::Lost)),
            "{nonsense}"
        );
        assert!(!line.is_usable());
    }
}

#[tokio::test]
async fn a_message_deferred_at_its_dot_does_not_touch_the_next() {
    for (reply, wanted) in [("451 4.3.2 busy", 451), ("554 5.7.1 spam", 554)] {
        let replies = [
            say(&format!("{reply}\r\n")),
            Step::Wait(Duration::from_millis(20)),
            say("250 ok\r\n250 ok\r\n354 go\r\n"),
        ];
        let (mut line, delivered, server) = two(&replies, vec![hear(CONTENT_WIRE), say("250 two\r\n")]).await;
        assert_eq!(short(&delivered.result), (wanted, Some(Stage::Content)));
        assert_eq!(delivered.next, Some(Announced::Ready));
        assert_eq!(short(&line.deliver(CONTENT, None).await.result), (250, None));
        server.await.unwrap();
    }
}

#[tokio::test]
async fn a_line_cut_after_the_content_or_between_the_replies() {
    let lost = Some(Announced::Stopped(HandOff::Lost));
    for (said, result) in [
        ("", (1, None)),
        ("25", (1, None)),
        ("250-one\r\n", (1, None)),
        ("354 what\r\n", (1, None)),
        ("250 one\r\n", (250, None)),
        ("250 one\r\n250 ok\r\n", (250, None)),
        ("250 one\r\n250 ok\r\n250 ok\r\n", (250, None)),
    ] {
        let (line, delivered, _server) = two(&[say(said)], Vec::new()).await;
        assert_eq!(short(&delivered.result), result, "{said:?}");
        assert_eq!(delivered.next, lost, "{said:?}");
        assert!(!line.is_usable() && !line.waits_for_content());
    }
}

#[tokio::test]
async fn silence_is_a_broken_line() {
    let silence = [Step::Wait(Duration::from_millis(1500))];
    let (line, delivered, _server) = two(&silence, Vec::new()).await;
    assert_eq!(delivered.result, HandOff::Ambiguous);
    assert!(!line.is_usable());
}

#[tokio::test]
async fn four_two_one_ends_the_line_wherever_it_comes() {
    let (line, delivered, _server) = two(&[say("421 4.3.2 closing\r\n")], Vec::new()).await;
    assert_eq!(short(&delivered.result), (421, Some(Stage::Content)));
    assert_eq!(delivered.next, None, "announce it elsewhere");
    assert!(!line.is_usable());
    for (said, stage) in [
        ("250 one\r\n421 closing\r\n", Stage::Sender),
        ("250 one\r\n250 ok\r\n421 closing\r\n", Stage::Recipient),
        ("250 one\r\n250 ok\r\n250 ok\r\n421 closing\r\n", Stage::Data),
    ] {
        let (line, delivered, _server) = two(&[say(said)], Vec::new()).await;
        assert_eq!(short(&delivered.result), (250, None));
        assert_eq!(stopped(&delivered.next.unwrap()), (421, Some(stage)), "{said:?}");
        assert!(!line.is_usable());
    }
}

#[tokio::test]
async fn without_pipelining_each_command_waits_for_its_reply() {
    let mut steps = greeting(&["SIZE 1000000", "8BITMIME"]);
    let pause = || Step::Wait(Duration::from_millis(20));
    let talk = [
        ("MAIL FROM:<b@s.example> SIZE=77 BODY=8BITMIME\r\n", "250 ok\r\n"),
        ("RCPT TO:<a@r.example>\r\n", "550 5.1.1 no\r\n"),
        ("RSET\r\n", "250 ok\r\n"),
        ("MAIL FROM:<>\r\n", "250 ok\r\n"),
        ("RCPT TO:<b@r.example>\r\n", "250 ok\r\n"),
        ("DATA\r\n", "354 go\r\n"),
        (CONTENT_WIRE, "250 taken\r\n"),
        ("MAIL FROM:<>\r\n", "450 not now\r\n"),
        ("MAIL FROM:<>\r\n", "250 ok\r\n"),
    ];
    for (heard, said) in talk {
        steps.extend([at_once(heard), pause(), say(said)]);
    }
    let (port, server) = script::server(steps).await;
    let addresses = Addresses::new();
    let mut line = script::line(port).await;
    let big = Envelope {
        eight_bit: true,
        size: 77,
        ..addresses.to(&addresses.a)
    };
    let refused = line.announce(big).await;
    assert_eq!(stopped(&refused), (550, Some(Stage::Recipient)));
    let nobody = Envelope {
        sender: None,
        ..addresses.to(&addresses.b)
    };
    assert_eq!(line.announce(nobody).await, Announced::Ready);
    let delivered = line.deliver(CONTENT, Some(nobody)).await;
    assert_eq!(short(&delivered.result), (250, None));
    assert_eq!(delivered.next, None, "not announced");
    assert!(line.is_usable());
    let deferred = line.announce(nobody).await;
    assert_eq!(stopped(&deferred), (450, Some(Stage::Sender)));
    // A refused MAIL opens nothing: no RSET.
    assert_eq!(line.announce(nobody).await, Announced::Stopped(HandOff::Lost));
    server.await.unwrap();
}
