//! Handing over to a real SMTP server that is not ours: aiosmtpd, with and without TLS and sign-in.

mod support;

use std::time::Duration;

use delivery::{
    Channel, HandOff, Stage,
    email::{Address, Connection, Connector, OpenError, Outgoing, Relay},
};

fn connector(port: u16, host: &str, user: &str, options: &str, trusted: bool) -> Connector {
    let mut relay = Relay::parse(&format!("smtp://{user}{host}:{port}?{options}")).unwrap();
    if trusted {
        relay.authorities = std::fs::read(support::peers().join("ca.pem")).unwrap();
    }
    relay.timeouts.open = Duration::from_secs(10);
    relay.timeouts.command = Duration::from_secs(10);
    relay.timeouts.content = Duration::from_secs(10);
    relay.connector().unwrap()
}

fn tls_args() -> Vec<String> {
    let dir = support::peers();
    [
        "--cert",
        dir.join("server.pem").to_str().unwrap(),
        "--key",
        dir.join("server.key").to_str().unwrap(),
    ]
    .map(str::to_owned)
    .to_vec()
}

async fn send(connection: &mut Connection, to: &str, content: &str) -> HandOff {
    let (sender, recipient) = (
        Address::parse("b-1@bounces.example").unwrap(),
        Address::parse(to).unwrap(),
    );
    connection
        .hand_over(Outgoing {
            sender: Some(&sender),
            recipient: &recipient,
            content,
        })
        .await
}

const CONTENT: &str = "Subject: x\r\n\r\n.\r\n..two\r\nend\r\n";

#[tokio::test]
async fn every_answer_is_told_apart_and_the_connection_stays_usable() {
    let sink = support::Sink::start(&[]);
    let mut connection = Connection::open(&connector(sink.port, "127.0.0.1", "", "tls=none", false))
        .await
        .unwrap();
    let short = |result: HandOff| match result {
        HandOff::Accepted(reply) => (reply.code, None),
        HandOff::Deferred(reply, stage) | HandOff::Refused(reply, stage) => (reply.code, Some(stage)),
        HandOff::Lost => (0, None),
        HandOff::Ambiguous => (1, None),
    };
    for (to, wanted) in [
        ("anna@example.edu", (250, None)),
        ("gone@example.edu", (550, Some(Stage::Recipient))),
        ("later@example.edu", (451, Some(Stage::Recipient))),
        ("later@example.edu", (250, None)),
        ("spam@example.edu", (554, Some(Stage::Content))),
        ("busy@example.edu", (451, Some(Stage::Content))),
        ("busy@example.edu", (250, None)),
        ("policy@example.edu", (550, Some(Stage::Recipient))),
        ("łukasz@example.edu", (250, None)),
    ] {
        assert_eq!(short(send(&mut connection, to, CONTENT).await), wanted, "{to}");
        assert!(connection.is_usable(), "{to}");
    }
    let gone = send(&mut connection, "gone@example.edu", CONTENT).await;
    assert!(gone.is_bad_address());
    assert!(
        !send(&mut connection, "policy@example.edu", CONTENT)
            .await
            .is_bad_address()
    );
    assert_eq!(
        send(&mut connection, "drop@example.edu", CONTENT).await,
        HandOff::Ambiguous
    );
    assert!(!connection.is_usable());
    assert_eq!(
        send(&mut connection, "anna@example.edu", CONTENT).await,
        HandOff::Lost
    );
    let received = sink.received();
    assert_eq!(received.len(), 4);
    for mail in received {
        assert_eq!(mail.raw, CONTENT.as_bytes(), "dots survive");
        assert_eq!(mail.from, "b-1@bounces.example");
    }
}

#[tokio::test]
async fn two_hundred_messages_do_not_wait_for_nagle() {
    let sink = support::Sink::start(&[]);
    let mut connection = Connection::open(&connector(sink.port, "127.0.0.1", "", "tls=none", false))
        .await
        .unwrap();
    for n in 0..200 {
        assert!(matches!(
            send(&mut connection, &format!("p{n}@example.edu"), CONTENT).await,
            HandOff::Accepted(_)
        ));
    }
    connection.close().await;
    assert_eq!(sink.received().len(), 200);
}

#[tokio::test]
async fn starttls_and_sign_in() {
    let args = tls_args();
    let mut args: Vec<&str> = args.iter().map(String::as_str).collect();
    args.extend(["--auth", "camp:pa ss@1"]);
    let sink = support::Sink::start(&args);
    let good = "camp:pa%20ss%401@";

    let mut connection = Connection::open(&connector(sink.port, "localhost", good, "tls=required", true))
        .await
        .unwrap();
    assert!(matches!(
        send(&mut connection, "anna@example.edu", CONTENT).await,
        HandOff::Accepted(_)
    ));
    connection.close().await;
    let received = sink.received();
    assert!(received[0].tls);
    assert_eq!(received[0].user, "camp");

    let wrong = Connection::open(&connector(
        sink.port,
        "localhost",
        "camp:wrong@",
        "tls=required",
        true,
    ))
    .await;
    assert!(matches!(wrong, Err(OpenError::SignIn(_))), "{wrong:?}");
    for options in ["tls=required", "tls=opportunistic"] {
        let untrusted = Connection::open(&connector(sink.port, "localhost", good, options, false)).await;
        assert!(
            matches!(untrusted, Err(OpenError::Insecure(_))),
            "a password needs a good certificate: {untrusted:?}"
        );
    }
}

#[tokio::test]
async fn tls_from_the_first_byte() {
    let args = tls_args();
    let mut args: Vec<&str> = args.iter().map(String::as_str).collect();
    args.push("--implicit");
    let sink = support::Sink::start(&args);
    let mut connection = Connection::open(&connector(sink.port, "localhost", "", "tls=implicit", true))
        .await
        .unwrap();
    assert!(matches!(
        send(&mut connection, "anna@example.edu", CONTENT).await,
        HandOff::Accepted(_)
    ));
    let untrusted = Connection::open(&connector(sink.port, "localhost", "", "tls=implicit", false)).await;
    assert!(matches!(untrusted, Err(OpenError::Insecure(_))), "{untrusted:?}");
}

#[tokio::test]
async fn tls_that_is_missing_is_refused_or_done_without() {
    let sink = support::Sink::start(&[]);
    let required = Connection::open(&connector(sink.port, "localhost", "", "tls=required", true)).await;
    assert!(matches!(required, Err(OpenError::Insecure(_))), "{required:?}");
    let with_password = Connection::open(&connector(
        sink.port,
        "localhost",
        "u:p@",
        "tls=opportunistic",
        true,
    ))
    .await;
    assert!(
        matches!(with_password, Err(OpenError::Insecure(_))),
        "{with_password:?}"
    );
    Connection::open(&connector(sink.port, "localhost", "", "tls=opportunistic", true))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_vanished_relay_is_said_and_before_the_content_nothing_is_ambiguous() {
    let mut sink = support::Sink::start(&[]);
    let connector = connector(sink.port, "127.0.0.1", "", "tls=none", false);
    let mut connection = Connection::open(&connector).await.unwrap();
    sink.kill();
    assert_eq!(
        send(&mut connection, "anna@example.edu", CONTENT).await,
        HandOff::Lost
    );
    assert!(matches!(
        Connection::open(&connector).await,
        Err(OpenError::Unreachable(_))
    ));
}
