//! The capture inbox, spoken to by our own connection and by Python's smtplib.

mod support;

use std::{
    process::Command,
    sync::{Arc, Mutex},
    time::Duration,
};

use delivery::{
    Channel, HandOff,
    capture::{Captured, Inbox, Limits, NotKept, serve},
    email::{Address, Connection, Outgoing, Relay},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_util::sync::CancellationToken;

#[derive(Default)]
struct Kept(Mutex<Vec<Captured>>);

impl Inbox for Kept {
    async fn keep(&self, mail: Captured) -> Result<(), NotKept> {
        if mail.sender.starts_with("full") {
            return Err(NotKept);
        }
        self.0.lock().unwrap().push(mail);
        Ok(())
    }
}

async fn start(limits: Limits) -> (Arc<Kept>, u16, CancellationToken) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (kept, stop) = (Arc::new(Kept::default()), CancellationToken::new());
    tokio::spawn(serve(listener, Arc::clone(&kept), limits, stop.clone()));
    (kept, port, stop)
}

#[tokio::test]
async fn our_own_connection_is_understood() {
    let (kept, port, stop) = start(Limits::default()).await;
    let mut connection = Connection::open(&Relay::plain("127.0.0.1", port).connector().unwrap())
        .await
        .unwrap();
    let content = "Subject: x\r\n\r\n.\r\n..a\r\nend\r\n";
    let sender = Address::parse("b-1@example.edu").unwrap();
    for n in 0..50 {
        let recipient = Address::parse(&format!("p{n}@example.edu")).unwrap();
        let result = connection
            .hand_over(Outgoing {
                sender: Some(&sender),
                recipient: &recipient,
                content,
            })
            .await;
        assert!(matches!(result, HandOff::Accepted(_)), "{result:?}");
    }
    let nobody = Address::parse("gone@demo.invalid").unwrap();
    assert!(
        connection
            .hand_over(Outgoing {
                sender: None,
                recipient: &nobody,
                content
            })
            .await
            .is_bad_address()
    );
    let full = Address::parse("full@example.edu").unwrap();
    let later = connection
        .hand_over(Outgoing {
            sender: Some(&full),
            recipient: &full,
            content,
        })
        .await;
    assert!(
        matches!(later, HandOff::Deferred(ref reply, _) if reply.code == 451),
        "{later:?}"
    );
    assert!(connection.is_usable());
    let mails = kept.0.lock().unwrap().clone();
    assert_eq!(mails.len(), 50);
    assert!(
        mails
            .iter()
            .all(|mail| mail.raw == content.as_bytes() && mail.sender == "b-1@example.edu")
    );
    stop.cancel();
    let recipient = Address::parse("late@example.edu").unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let result = connection
        .hand_over(Outgoing {
            sender: None,
            recipient: &recipient,
            content,
        })
        .await;
    assert!(
        matches!(result, HandOff::Deferred(ref reply, _) if reply.code == 421) || result == HandOff::Lost,
        "{result:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_is_not_ours_is_understood() {
    let (kept, port, _stop) = start(Limits::default()).await;
    let script = format!(
        "import smtplib\ns = smtplib.SMTP('127.0.0.1', {port})\ns.sendmail('a@example.edu', ['b@example.edu', 'c@example.edu'], 'Subject: x\\r\\n\\r\\n.dot\\r\\n')\ns.quit()"
    );
    let status = tokio::task::spawn_blocking(move || {
        Command::new(support::python())
            .args(["-c", &script])
            .status()
            .unwrap()
    })
    .await
    .unwrap();
    assert!(status.success());
    let mails = kept.0.lock().unwrap().clone();
    assert_eq!(mails[0].recipients, ["b@example.edu", "c@example.edu"]);
    assert_eq!(mails[0].raw, b"Subject: x\r\n\r\n.dot\r\n");
}

#[tokio::test]
async fn a_client_without_manners_is_bounded() {
    let limits = Limits {
        message_bytes: 1000,
        recipients: 2,
        idle: Duration::from_millis(300),
        ..Limits::default()
    };
    let (kept, port, _stop) = start(limits).await;
    let talk = |text: String| async move {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        let _ = stream.write_all(text.as_bytes()).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    };
    let big = format!(
        "HELO x\r\nMAIL FROM:<a@b.cc>\r\nRCPT TO:<c@d.ee>\r\nDATA\r\n{}\r\n.\r\nQUIT\r\n",
        "x".repeat(100_000)
    );
    assert!(talk(big).await.contains("552 5.3.4"));
    assert!(
        talk(format!("HELO {}\r\n", "x".repeat(10_000)))
            .await
            .starts_with("220")
    );
    assert!(talk("DATA\r\nQUIT\r\n".to_owned()).await.contains("503"));
    assert!(talk("BDAT 1\r\nQUIT\r\n".to_owned()).await.contains("500"));
    let many =
        "HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.cc>\r\nRCPT TO:<c@b.cc>\r\nRCPT TO:<d@b.cc>\r\nQUIT\r\n";
    assert!(talk(many.to_owned()).await.contains("452 4.5.3"));
    // Says nothing: closed after the idle time, or this would hang.
    talk(String::new()).await;
    assert!(kept.0.lock().unwrap().is_empty());
}
