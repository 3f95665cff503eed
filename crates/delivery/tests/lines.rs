//! What a line does when it is used in ways that are not the usual: dots, calls out of order, servers that speak unasked.

mod support;

use std::time::Duration;

use delivery::{
    Channel, HandOff, Stage,
    email::{Address, Announced, Content, Outgoing},
};
use support::script::{
    self, Addresses, CONTENT, CONTENT_WIRE, GROUP_A, GROUP_B, PIPELINING, Step, at_once, greeting, hear, say,
    short, stopped,
};

#[tokio::test]
async fn dots_are_stuffed_in_every_piece_and_a_missing_line_end_is_added() {
    for (message, wire) in [
        ("a\r\n.\r\n..b\r\n", "S: x\r\na\r\n..\r\n...b\r\n.\r\n"),
        (".a\r\n", "S: x\r\n..a\r\n.\r\n"),
        ("a", "S: x\r\na\r\n.\r\n"),
        ("", "S: x\r\n.\r\n"),
    ] {
        let mut steps = greeting(PIPELINING);
        steps.extend([hear(GROUP_A), say("250 ok\r\n250 ok\r\n354 go\r\n")]);
        steps.extend([at_once(wire), say("250 ok\r\n")]);
        let (port, server) = script::server(steps).await;
        let addresses = Addresses::new();
        let mut line = script::line(port).await;
        line.announce(addresses.to(&addresses.a)).await;
        let content = Content {
            signature: "S: x\r\n",
            message,
        };
        assert_eq!(short(&line.deliver(content, None).await.result), (250, None));
        server.await.unwrap();
    }
}

#[tokio::test]
async fn a_line_that_waits_for_content_is_dropped_not_closed() {
    let mut steps = greeting(PIPELINING);
    steps.extend([
        hear(GROUP_A),
        say("250 ok\r\n250 ok\r\n354 go\r\n"),
        Step::HearEnd,
    ]);
    let (port, server) = script::server(steps).await;
    let addresses = Addresses::new();
    let mut line = script::line(port).await;
    line.announce(addresses.to(&addresses.a)).await;
    line.close().await;
    server.await.unwrap();
}

#[tokio::test]
async fn calls_out_of_order_send_nothing() {
    let mut steps = greeting(PIPELINING);
    steps.push(Step::HearEnd);
    let (port, server) = script::server(steps).await;
    let mut line = script::line(port).await;
    let delivered = line.deliver(CONTENT, None).await;
    assert_eq!((delivered.result, delivered.next), (HandOff::Lost, None));
    assert!(!line.is_usable());
    drop(line);
    server.await.unwrap();

    let mut steps = greeting(PIPELINING);
    steps.extend([
        hear(GROUP_A),
        say("250 ok\r\n250 ok\r\n354 go\r\n"),
        Step::HearEnd,
    ]);
    let (port, server) = script::server(steps).await;
    let addresses = Addresses::new();
    let mut line = script::line(port).await;
    line.announce(addresses.to(&addresses.a)).await;
    let second = line.announce(addresses.to(&addresses.b)).await;
    assert_eq!(second, Announced::Stopped(HandOff::Lost));
    assert!(!line.is_usable());
    line.close().await;
    server.await.unwrap();
}

#[tokio::test]
async fn a_server_that_thinks_better_of_it_gets_no_content() {
    for (said, wanted) in [
        ("550 5.7.1 no\r\n", (550, Some(Stage::Data))),
        ("354 go\r\n", (0, None)),
        ("", (0, None)),
    ] {
        let mut steps = greeting(PIPELINING);
        steps.extend([hear(GROUP_A), say("250 ok\r\n250 ok\r\n354 go\r\n")]);
        steps.push(Step::Wait(Duration::from_millis(20)));
        steps.push(say(said));
        if !said.is_empty() {
            steps.push(Step::HearEnd);
        }
        let (port, server) = script::server(steps).await;
        let addresses = Addresses::new();
        let mut line = script::line(port).await;
        line.announce(addresses.to(&addresses.a)).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        let delivered = line.deliver(CONTENT, Some(addresses.to(&addresses.b))).await;
        assert_eq!((short(&delivered.result), delivered.next), (wanted, None));
        assert!(!line.is_usable());
        drop(line);
        server.await.unwrap();
    }
}

#[tokio::test]
async fn a_dropped_future_leaves_the_line_unusable() {
    let mut steps = greeting(PIPELINING);
    steps.extend([hear(GROUP_A), Step::HearEnd]);
    let (port, server) = script::server(steps).await;
    let addresses = Addresses::new();
    let mut line = script::line(port).await;
    let cut = tokio::time::timeout(
        Duration::from_millis(100),
        line.announce(addresses.to(&addresses.a)),
    );
    assert!(cut.await.is_err());
    assert!(!line.is_usable());
    line.close().await;
    server.await.unwrap();
}

#[tokio::test]
async fn a_line_on_which_the_server_spoke_unasked_gets_no_message() {
    let mut steps = greeting(PIPELINING);
    steps.extend([
        Step::Wait(Duration::from_millis(50)),
        say("421 4.4.2 idle\r\n"),
        Step::HearEnd,
    ]);
    let (port, server) = script::server(steps).await;
    let addresses = Addresses::new();
    let mut line = script::line(port).await;
    tokio::time::sleep(Duration::from_millis(150)).await;
    assert_eq!(
        line.announce(addresses.to(&addresses.a)).await,
        Announced::Stopped(HandOff::Lost),
        "not the message's fault"
    );
    drop(line);
    server.await.unwrap();
}

#[tokio::test]
async fn international_addresses_only_where_they_are_understood() {
    let addresses = Addresses::new();
    let luk = Address::parse("łuk@r.example").unwrap();
    let mut steps = greeting(&["PIPELINING"]);
    steps.extend([hear(GROUP_A), say("250 ok\r\n250 ok\r\n354 go\r\n")]);
    steps.extend([at_once(CONTENT_WIRE), say("250 ok\r\n"), at_once(GROUP_B)]);
    steps.push(say("250 ok\r\n250 ok\r\n354 go\r\n"));
    let (port, server) = script::server(steps).await;
    let mut line = script::line(port).await;
    line.announce(addresses.to(&addresses.a)).await;
    let delivered = line.deliver(CONTENT, Some(addresses.to(&luk))).await;
    assert_eq!(short(&delivered.result), (250, None));
    assert_eq!(stopped(&delivered.next.unwrap()), (553, Some(Stage::Recipient)));
    assert_eq!(line.announce(addresses.to(&addresses.b)).await, Announced::Ready);
    server.await.unwrap();

    let mut steps = greeting(PIPELINING);
    steps.extend([
        at_once("MAIL FROM:<b@s.example> SMTPUTF8\r\nRCPT TO:<łuk@r.example>\r\nDATA\r\n"),
        say("250 ok\r\n250 ok\r\n354 go\r\n"),
        hear("Subject: x\r\n\r\nś\r\n.\r\n"),
        say("250 ok\r\n"),
    ]);
    let (port, server) = script::server(steps).await;
    let mut line = script::line(port).await;
    assert_eq!(line.announce(addresses.to(&luk)).await, Announced::Ready);
    let content = Content {
        signature: "",
        message: "Subject: x\r\n\r\nś\r\n",
    };
    assert_eq!(short(&line.deliver(content, None).await.result), (250, None));
    server.await.unwrap();
}

#[tokio::test]
async fn one_at_a_time_is_the_same_in_two_steps() {
    let mut steps = greeting(PIPELINING);
    steps.push(at_once(
        "MAIL FROM:<b@s.example> BODY=8BITMIME\r\nRCPT TO:<a@r.example>\r\nDATA\r\n",
    ));
    steps.push(say("250 ok\r\n250 ok\r\n354 go\r\n"));
    steps.extend([at_once("ś\r\n.\r\n"), say("250 ok\r\n")]);
    let (port, server) = script::server(steps).await;
    let addresses = Addresses::new();
    let mut line = script::line(port).await;
    let outgoing = Outgoing {
        sender: Some(&addresses.sender),
        recipient: &addresses.a,
        content: "ś\r\n",
    };
    assert_eq!(short(&line.hand_over(outgoing).await), (250, None));
    server.await.unwrap();
}
