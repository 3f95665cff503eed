//! A server that does as it is told, byte by byte: what it must hear, what it then says, and when it hangs up.
#![allow(dead_code, reason = "each test file uses its part")]

use std::{sync::Arc, time::Duration};

use delivery::{
    HandOff, Stage,
    email::{Address, Announced, Connection, Content, Envelope, Relay},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
    time::timeout,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::ring,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};

/// One step of a conversation.
#[derive(Clone, Debug)]
pub enum Step {
    /// Must hear exactly this, in however many pieces.
    Hear(String),
    /// Must hear exactly this, in one read.
    HearAtOnce(String),
    /// Says this, in one write.
    Say(String),
    /// Waits, so that what is said next comes apart.
    Wait(Duration),
    /// Must hear the end of the connection, and nothing before it.
    HearEnd,
}

pub fn hear(text: &str) -> Step {
    Step::Hear(text.to_owned())
}

pub fn at_once(text: &str) -> Step {
    Step::HearAtOnce(text.to_owned())
}

pub fn say(text: &str) -> Step {
    Step::Say(text.to_owned())
}

pub async fn play(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), steps: &[Step]) {
    for step in steps {
        match step {
            Step::Hear(wanted) => {
                let mut heard = vec![0; wanted.len()];
                timeout(Duration::from_secs(5), stream.read_exact(&mut heard))
                    .await
                    .unwrap_or_else(|_| panic!("nothing came of {wanted:?}"))
                    .unwrap();
                assert_eq!(String::from_utf8_lossy(&heard), *wanted);
            }
            Step::HearAtOnce(wanted) => {
                let mut heard = vec![0; 64 << 10];
                let read = timeout(Duration::from_secs(5), stream.read(&mut heard)).await;
                let read = read
                    .unwrap_or_else(|_| panic!("nothing came of {wanted:?}"))
                    .unwrap();
                assert_eq!(String::from_utf8_lossy(&heard[..read]), *wanted);
            }
            Step::Say(text) => {
                stream.write_all(text.as_bytes()).await.unwrap();
                stream.flush().await.unwrap();
            }
            Step::Wait(pause) => tokio::time::sleep(*pause).await,
            Step::HearEnd => {
                let mut rest = Vec::new();
                let _ = timeout(Duration::from_secs(5), stream.read_to_end(&mut rest))
                    .await
                    .expect("the connection stays open");
                assert_eq!(String::from_utf8_lossy(&rest), "");
            }
        }
    }
}

/// Plays the steps to one client, then hangs up.
pub async fn server(steps: Vec<Step>) -> (u16, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        play(&mut stream, &steps).await;
    });
    (port, task)
}

/// Plays the first steps in the clear and the others within TLS, with the certificate of the mail peers.
pub async fn tls_server(clear: Vec<Step>, protected: Vec<Step>) -> (u16, JoinHandle<()>) {
    let dir = super::peers();
    let chain = CertificateDer::pem_file_iter(dir.join("server.pem")).unwrap();
    let chain = chain.map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_file(dir.join("server.key")).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let task = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        play(&mut stream, &clear).await;
        let mut stream = acceptor.accept(stream).await.unwrap();
        play(&mut stream, &protected).await;
        let _ = stream.shutdown().await;
    });
    (port, task)
}

/// Greeting and EHLO, with these extensions.
pub fn greeting(extensions: &[&str]) -> Vec<Step> {
    vec![
        say("220 script\r\n"),
        hear("EHLO tester.example\r\n"),
        offers(extensions),
    ]
}

/// The answer to EHLO.
pub fn offers(extensions: &[&str]) -> Step {
    let mut text = String::from("250-script");
    for extension in extensions {
        text.push_str("\r\n250-");
        text.push_str(extension);
    }
    let last = text.rfind("250-").unwrap();
    text.replace_range(last..last + 4, "250 ");
    say(&(text + "\r\n"))
}

/// A relay there, with short patience.
pub fn relay(url: &str) -> Relay {
    let mut relay = Relay::parse(url).unwrap();
    relay.hello = Some("tester.example".to_owned());
    relay.timeouts.open = Duration::from_secs(5);
    relay.timeouts.command = Duration::from_secs(1);
    relay.timeouts.content = Duration::from_secs(1);
    relay
}

/// A line in the clear to a scripted server.
pub async fn line(port: u16) -> Connection {
    let relay = relay(&format!("smtp://127.0.0.1:{port}?tls=none"));
    Connection::open(&relay.connector().unwrap()).await.unwrap()
}

pub const PIPELINING: &[&str] = &["PIPELINING", "8BITMIME", "SMTPUTF8"];
pub const GROUP_A: &str = "MAIL FROM:<b@s.example>\r\nRCPT TO:<a@r.example>\r\nDATA\r\n";
pub const GROUP_B: &str = "MAIL FROM:<b@s.example>\r\nRCPT TO:<b@r.example>\r\nDATA\r\n";
pub const CONTENT: Content<'static> = Content {
    signature: "DKIM-Signature: v=1\r\n",
    message: "Subject: x\r\n\r\nhello\r\n",
};
pub const CONTENT_WIRE: &str = "DKIM-Signature: v=1\r\nSubject: x\r\n\r\nhello\r\n.\r\n";

pub struct Addresses {
    pub sender: Address,
    pub a: Address,
    pub b: Address,
}

impl Addresses {
    pub fn new() -> Self {
        Self {
            sender: Address::parse("b@s.example").unwrap(),
            a: Address::parse("a@r.example").unwrap(),
            b: Address::parse("b@r.example").unwrap(),
        }
    }

    pub fn to<'a>(&'a self, recipient: &'a Address) -> Envelope<'a> {
        Envelope {
            sender: Some(&self.sender),
            recipient,
            copies: &[],
            eight_bit: false,
            size: 0,
        }
    }
}

/// Code and stage; 0 for lost, 1 for ambiguous.
pub fn short(result: &HandOff) -> (u16, Option<Stage>) {
    match result {
        HandOff::Accepted(reply) => (reply.code, None),
        HandOff::Deferred(reply, stage) | HandOff::Refused(reply, stage) => (reply.code, Some(*stage)),
        HandOff::Lost => (0, None),
        HandOff::Ambiguous => (1, None),
    }
}

pub fn stopped(announced: &Announced) -> (u16, Option<Stage>) {
    match announced {
        Announced::Ready => (354, None),
        Announced::Stopped(result) => short(result),
    }
}
