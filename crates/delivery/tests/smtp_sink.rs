//! Postfix's smtp-sink in its variants: pipelined hand-over to a real server that is not ours, and its ways of failing.

mod support;

use std::{
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use delivery::{
    HandOff, Stage,
    email::{Address, Announced, Connection, Content, Delivered, Envelope, OpenError},
};
use support::{script, script::short};

/// A running smtp-sink; ends with the test.
struct SmtpSink {
    child: Child,
    port: u16,
}

impl SmtpSink {
    fn start(args: &[&str]) -> Self {
        let program = ["/usr/sbin/smtp-sink", "/usr/bin/smtp-sink"]
            .into_iter()
            .find(|it| Path::new(it).exists())
            .expect("Postfix's smtp-sink is missing: scripts/bootstrap.sh bench gets it");
        // Free a moment ago: smtp-sink does not say which port it took.
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        // Under root it wants to be told whom to run as.
        let user = Command::new("id").arg("-un").output().unwrap().stdout;
        let user = String::from_utf8(user).unwrap();
        let child = Command::new(program)
            .args(["-u", user.trim()])
            .args(args)
            .args([&format!("127.0.0.1:{port}"), "10"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { child, port }
    }

    async fn open(&self) -> Result<Connection, OpenError> {
        let connector = script::relay(&format!("smtp://127.0.0.1:{}?tls=none", self.port))
            .connector()
            .unwrap();
        for _ in 0..100 {
            match Connection::open(&connector).await {
                Err(OpenError::Unreachable(why)) if why.contains("refused") => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                done => return done,
            }
        }
        panic!("smtp-sink does not listen");
    }
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn address(n: usize) -> Address {
    Address::parse(&format!("p{n}@r.example")).unwrap()
}

fn envelope(recipient: &Address) -> Envelope<'_> {
    Envelope {
        sender: None,
        recipient,
        copies: &[],
        eight_bit: false,
        size: 100,
    }
}

async fn announce(line: &mut Connection) -> Announced {
    line.announce(envelope(&address(0))).await
}

async fn deliver(line: &mut Connection, next: bool) -> Delivered {
    let next_address = address(1);
    let content = Content {
        signature: "X-Signature: s\r\n",
        message: "Subject: x\r\n\r\n.dot\r\nend\r\n",
    };
    line.deliver(content, next.then(|| envelope(&next_address))).await
}

/// Hands over that many, as the engine does; says how many were announced behind another.
async fn campaign(line: &mut Connection, count: usize) -> usize {
    let (mut grouped, mut announced) = (0, None);
    for n in 0..count {
        let (this, next) = (address(n), address(n + 1));
        let ready = match announced.take() {
            Some(announced) => announced,
            None => line.announce(envelope(&this)).await,
        };
        assert_eq!(ready, Announced::Ready);
        let message = format!(
            "Subject: {n}\r\n\r\n.number {n}\r\n{}end\r\n",
            "x\r\n".repeat(n * 40)
        );
        let content = Content {
            signature: "X-Signature: s\r\n",
            message: &message,
        };
        let delivered = line
            .deliver(content, (n + 1 < count).then(|| envelope(&next)))
            .await;
        assert_eq!(short(&delivered.result), (250, None));
        grouped += usize::from(delivered.next.is_some());
        announced = delivered.next;
    }
    grouped
}

#[tokio::test]
async fn its_variants_all_get_every_message_once() {
    for (options, pipelining) in [
        (&[][..], true),
        (&["-8", "-E", "-N", "-a"], true),
        (&["-h", "a.rather.long.name.example"], true),
        (&["-p"], false),
        (&["-e"], false),
        (&["-P"], false),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let dump = dir.path().join("mails");
        let mut args = vec!["-D", dump.to_str().unwrap()];
        args.extend_from_slice(options);
        let sink = SmtpSink::start(&args);
        let mut line = sink.open().await.unwrap();
        let grouped = campaign(&mut line, 60).await;
        assert_eq!(grouped, if pipelining { 59 } else { 0 }, "{options:?}");
        line.close().await;
        let mails = std::fs::read_to_string(&dump).unwrap();
        for n in 0..60 {
            let body = format!("\n.number {n}\n");
            assert_eq!(mails.matches(&body).count(), 1, "{options:?} {n}");
        }
        assert_eq!(mails.matches("X-Signature: s\n").count(), 60);
    }
}

#[tokio::test]
async fn its_refusals_are_told_apart_and_leave_the_line_usable() {
    for (option, command, wanted) in [
        ("-r", "MAIL", (450, Stage::Sender)),
        ("-f", "MAIL", (500, Stage::Sender)),
        ("-r", "RCPT", (450, Stage::Recipient)),
        ("-f", "RCPT", (500, Stage::Recipient)),
        ("-r", "DATA", (450, Stage::Data)),
        ("-f", "DATA", (500, Stage::Data)),
    ] {
        let sink = SmtpSink::start(&[option, command]);
        let mut line = sink.open().await.unwrap();
        for _ in 0..3 {
            let Announced::Stopped(result) = announce(&mut line).await else {
                panic!("{option} {command} takes it");
            };
            assert_eq!(short(&result), (wanted.0, Some(wanted.1)), "{option} {command}");
            assert!(line.is_usable());
        }
    }
    for (option, wanted) in [("-r", 450), ("-f", 500)] {
        let sink = SmtpSink::start(&[option, "."]);
        let mut line = sink.open().await.unwrap();
        for _ in 0..3 {
            assert_eq!(announce(&mut line).await, Announced::Ready);
            let delivered = deliver(&mut line, true).await;
            assert_eq!(short(&delivered.result), (wanted, Some(Stage::Content)));
            assert!(line.is_usable());
        }
    }
}

#[tokio::test]
async fn it_hangs_up() {
    for command in ["MAIL", "RCPT", "DATA"] {
        let sink = SmtpSink::start(&["-q", command]);
        let mut line = sink.open().await.unwrap();
        assert_eq!(
            announce(&mut line).await,
            Announced::Stopped(HandOff::Lost),
            "{command}"
        );
        assert!(!line.is_usable());
    }
    let sink = SmtpSink::start(&["-q", "."]);
    let mut line = sink.open().await.unwrap();
    assert_eq!(announce(&mut line).await, Announced::Ready);
    let delivered = deliver(&mut line, true).await;
    assert_eq!(delivered.result, HandOff::Ambiguous);
    assert_eq!(delivered.next, Some(Announced::Stopped(HandOff::Lost)));
    for (command, wanted) in [
        ("CONNECT", "the connection was closed"),
        ("EHLO", "the connection was closed"),
    ] {
        let sink = SmtpSink::start(&["-q", command]);
        let error = sink.open().await.unwrap_err();
        assert!(error.to_string().contains(wanted), "{command}: {error}");
    }
}

#[tokio::test]
async fn it_says_421() {
    for (command, stage) in [
        ("MAIL", Stage::Sender),
        ("RCPT", Stage::Recipient),
        ("DATA", Stage::Data),
    ] {
        let sink = SmtpSink::start(&["-Q", command]);
        let mut line = sink.open().await.unwrap();
        let Announced::Stopped(result) = announce(&mut line).await else {
            panic!("-Q {command} takes it");
        };
        assert_eq!(short(&result), (421, Some(stage)));
        assert!(!line.is_usable());
    }
    let sink = SmtpSink::start(&["-Q", "."]);
    let mut line = sink.open().await.unwrap();
    assert_eq!(announce(&mut line).await, Announced::Ready);
    let delivered = deliver(&mut line, true).await;
    assert_eq!(short(&delivered.result), (421, Some(Stage::Content)));
    assert_eq!(delivered.next, None);
    let sink = SmtpSink::start(&["-Q", "CONNECT"]);
    let error = sink.open().await.unwrap_err();
    assert!(matches!(error, OpenError::Refused(_)), "{error}");
}

#[tokio::test]
async fn it_breaks_off_after_data() {
    let sink = SmtpSink::start(&["-A", "0"]);
    let mut line = sink.open().await.unwrap();
    assert_eq!(announce(&mut line).await, Announced::Ready);
    let delivered = deliver(&mut line, false).await;
    assert_eq!(short(&delivered.result).0, 550, "{delivered:?}");
}
