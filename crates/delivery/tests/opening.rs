//! Greeting, EHLO, STARTTLS and sign-in against a scripted server.

mod support;

use std::time::Duration;

use delivery::email::{Address, Announced, Connection, Content, Envelope, OpenError};
use support::script::{self, Step, at_once, greeting, hear, offers, say};

async fn open(port: u16, user: &str, options: &str) -> Result<Connection, OpenError> {
    let mut relay = script::relay(&format!("smtp://{user}localhost:{port}?{options}"));
    relay.authorities = std::fs::read(support::peers().join("ca.pem")).unwrap();
    Connection::open(&relay.connector().unwrap()).await
}

fn clear_part(behind: &str) -> Vec<Step> {
    let mut steps = greeting(&["PIPELINING", "SMTPUTF8", "STARTTLS", "AUTH LOGIN PLAIN"]);
    steps.extend([
        at_once("STARTTLS\r\n"),
        say(&format!("220 2.0.0 ready\r\n{behind}")),
    ]);
    steps
}

async fn send_two(mut line: Connection) {
    let (a, b) = (
        Address::parse("a@r.example").unwrap(),
        Address::parse("b@r.example").unwrap(),
    );
    let to = |recipient| Envelope {
        sender: None,
        recipient,
        copies: &[],
        eight_bit: false,
        size: 0,
    };
    let content = Content {
        signature: "S: x\r\n",
        message: "\r\nhello\r\n",
    };
    assert_eq!(line.announce(to(&a)).await, Announced::Ready);
    let delivered = line.deliver(content, Some(to(&b))).await;
    if delivered.next.is_none() {
        assert_eq!(line.announce(to(&b)).await, Announced::Ready);
    }
    line.deliver(content, None).await;
    line.close().await;
}

fn talk(steps: &[(&str, &str)]) -> Vec<Step> {
    steps
        .iter()
        .flat_map(|(heard, said)| [at_once(heard), say(said)])
        .collect()
}

#[tokio::test]
async fn starttls_with_and_without_pipelining() {
    let hello = hear("EHLO tester.example\r\n");
    let grouped = talk(&[
        (
            "MAIL FROM:<>\r\nRCPT TO:<a@r.example>\r\nDATA\r\n",
            "250 ok\r\n250 ok\r\n354 go\r\n",
        ),
        (
            "S: x\r\n\r\nhello\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<b@r.example>\r\nDATA\r\n",
            "250 one\r\n250 ok\r\n250 ok\r\n354 go\r\n",
        ),
        ("S: x\r\n\r\nhello\r\n.\r\n", "250 two\r\n"),
        ("QUIT\r\n", "221 bye\r\n"),
    ]);
    let single = talk(&[
        ("MAIL FROM:<>\r\n", "250 ok\r\n"),
        ("RCPT TO:<a@r.example>\r\n", "250 ok\r\n"),
        ("DATA\r\n", "354 go\r\n"),
        ("S: x\r\n\r\nhello\r\n.\r\n", "250 one\r\n"),
        ("MAIL FROM:<>\r\n", "250 ok\r\n"),
        ("RCPT TO:<b@r.example>\r\n", "250 ok\r\n"),
        ("DATA\r\n", "354 go\r\n"),
        ("S: x\r\n\r\nhello\r\n.\r\n", "250 two\r\n"),
        ("QUIT\r\n", "221 bye\r\n"),
    ]);
    // Offered in the clear and not within TLS: not used.
    for (extensions, steps) in [(&["PIPELINING"][..], grouped), (&[], single)] {
        let mut protected = vec![hello.clone(), offers(extensions)];
        protected.extend(steps);
        let (port, server) = script::tls_server(clear_part(""), protected).await;
        send_two(open(port, "", "tls=required").await.unwrap()).await;
        server.await.unwrap();
    }
}

#[tokio::test]
async fn what_was_put_behind_the_answer_to_starttls_is_refused() {
    for behind in ["250 injected\r\n", "2", "250-script\r\n250 PIPELINING\r\n"] {
        for options in ["tls=required", "tls=opportunistic"] {
            let mut steps = clear_part(behind);
            steps.push(Step::HearEnd);
            let (port, server) = script::server(steps).await;
            let refused = open(port, "", options).await;
            assert!(matches!(refused, Err(OpenError::Insecure(_))), "{refused:?}");
            drop(refused);
            server.await.unwrap();
        }
    }
}

#[tokio::test]
async fn starttls_refused_is_never_done_without() {
    for answer in ["454 4.7.0 not now\r\n", "502 no\r\n", "250 ok\r\n"] {
        let mut steps = greeting(&["STARTTLS"]);
        steps.extend([hear("STARTTLS\r\n"), say(answer)]);
        let (port, _server) = script::server(steps).await;
        let refused = open(port, "", "tls=opportunistic").await;
        assert!(matches!(refused, Err(OpenError::Insecure(_))), "{refused:?}");
    }
}

#[tokio::test]
async fn signs_in_by_plain_or_login() {
    let plain = talk(&[("AUTH PLAIN AHVzZXIAcGE6c3M=\r\n", "235 2.7.0 welcome\r\n")]);
    let login = talk(&[
        ("AUTH LOGIN\r\n", "334 VXNlcm5hbWU6\r\n"),
        ("dXNlcg==\r\n", "334 UGFzc3dvcmQ6\r\n"),
        ("cGE6c3M=\r\n", "235 2.7.0 welcome\r\n"),
    ]);
    for (extension, steps) in [("AUTH LOGIN PLAIN CRAM-MD5", plain), ("AUTH LOGIN", login)] {
        let mut protected = vec![hear("EHLO tester.example\r\n"), offers(&[extension])];
        protected.extend(steps);
        let (port, server) = script::tls_server(clear_part(""), protected).await;
        open(port, "user:pa%3Ass@", "tls=required").await.unwrap();
        server.await.unwrap();
    }
}

#[tokio::test]
async fn sign_in_that_fails_is_told_without_the_password() {
    for (extension, steps) in [
        (
            "AUTH PLAIN",
            talk(&[("AUTH PLAIN AHVzZXIAcGFzcw==\r\n", "535 5.7.8 wrong AHVzZXIA\r\n")]),
        ),
        (
            "AUTH PLAIN",
            talk(&[("AUTH PLAIN AHVzZXIAcGFzcw==\r\n", "334 bW9yZQ==\r\n")]),
        ),
        ("AUTH LOGIN", talk(&[("AUTH LOGIN\r\n", "334 !!\r\n")])),
        (
            "AUTH LOGIN",
            talk(&[
                ("AUTH LOGIN\r\n", "334 UGFzc3dvcmQ6\r\n"),
                ("cGFzcw==\r\n", "454 4.7.0 later\r\n"),
            ]),
        ),
        ("AUTH CRAM-MD5", Vec::new()),
        ("PIPELINING", Vec::new()),
    ] {
        let mut all = greeting(&[extension]);
        all.extend(steps);
        let (port, server) = script::server(all).await;
        let refused = open(port, "user:pass@", "tls=none").await;
        let Err(OpenError::SignIn(why)) = &refused else {
            panic!("{refused:?}");
        };
        assert!(!why.contains("pass") && !why.contains("cGFzcw"), "{why}");
        server.await.unwrap();
    }
}

#[tokio::test]
async fn a_server_without_ehlo_is_spoken_to_with_helo_unless_tls_is_needed() {
    let steps = || {
        vec![
            say("220-two\r\n220 lines\r\n"),
            hear("EHLO tester.example\r\n"),
            say("502 5.5.2 what\r\n"),
            hear("HELO tester.example\r\n"),
            say("250 script\r\n"),
        ]
    };
    let (port, _server) = script::server(steps()).await;
    open(port, "", "tls=opportunistic").await.unwrap();
    let (port, _server) = script::server(steps()).await;
    let refused = open(port, "", "tls=required").await;
    assert!(matches!(refused, Err(OpenError::Insecure(_))), "{refused:?}");
}

#[tokio::test]
async fn greetings_that_are_none() {
    for (said, refused) in [
        ("554 5.7.1 go away\r\n", true),
        ("421 4.3.2 busy\r\n", true),
        ("250 ok\r\n", false),
        ("HTTP/1.1 400 Bad Request\r\n", false),
        ("", false),
    ] {
        let (port, _server) = script::server(vec![say(said)]).await;
        let error = open(port, "", "tls=none").await.unwrap_err();
        assert_eq!(matches!(error, OpenError::Refused(_)), refused, "{error:?}");
        assert_eq!(matches!(error, OpenError::Unreachable(_)), !refused, "{error:?}");
    }
    let silent = vec![Step::Wait(Duration::from_secs(7))];
    let (port, _server) = script::server(silent).await;
    let mut relay = script::relay(&format!("smtp://127.0.0.1:{port}?tls=none"));
    relay.timeouts.open = Duration::from_millis(200);
    let error = Connection::open(&relay.connector().unwrap()).await.unwrap_err();
    assert_eq!(error, OpenError::Unreachable("timed out".to_owned()));
}
