//! The guarded client against servers on this machine: where it goes, and where it does not.

use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use delivery::http::{
    Allowed, Client, HeaderMap, Limits, Method, Request, Resolve, Resolving, Target, Trouble,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

mod support;

/// Answers by name, another list each time, and counts how often it is asked.
#[derive(Clone, Default)]
struct Zone {
    answers: Arc<Mutex<Vec<Vec<IpAddr>>>>,
    asked: Arc<AtomicUsize>,
}

impl Zone {
    /// The last one is repeated.
    fn of(answers: &[&[&str]]) -> Self {
        let answers = answers
            .iter()
            .map(|list| list.iter().map(|it| it.parse().unwrap()).collect())
            .collect();
        Self {
            answers: Arc::new(Mutex::new(answers)),
            asked: Arc::default(),
        }
    }
}

impl Resolve for Zone {
    fn resolve<'a>(&'a self, _: &'a str) -> Resolving<'a> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let mut answers = self.answers.lock().unwrap();
        let answer = match answers.len() {
            0 => Err("no resolver".to_owned()),
            1 => Ok(answers[0].clone()),
            _ => Ok(answers.remove(0)),
        };
        Box::pin(std::future::ready(answer))
    }
}

fn nobody() -> Allowed {
    Arc::new(|_| false)
}

fn loopback() -> Allowed {
    Arc::new(|address| address.is_loopback())
}

fn quick() -> Limits {
    Limits {
        total: Duration::from_secs(2),
        connect: Duration::from_secs(1),
        ..Limits::default()
    }
}

fn client(zone: Zone, allowed: Allowed) -> Client {
    Client::new(zone, allowed, quick(), &[]).unwrap()
}

fn ask() -> Request {
    Request {
        method: Method::POST,
        headers: HeaderMap::new(),
        body: b"{}".to_vec(),
    }
}

async fn send(client: &Client, url: &str) -> Result<(u16, usize), Trouble> {
    let answer = client.send(&Target::parse(url).unwrap(), ask()).await?;
    Ok((answer.status, answer.body.len()))
}

/// Says the same to everybody, and keeps what it heard.
async fn server(answer: Vec<u8>) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let book = Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (answer, book) = (answer.clone(), Arc::clone(&book));
            tokio::spawn(async move {
                let mut buffer = vec![0; 8192];
                while let Ok(length) = stream.read(&mut buffer).await {
                    if length == 0 {
                        break;
                    }
                    book.lock()
                        .unwrap()
                        .push(String::from_utf8_lossy(&buffer[..length]).into_owned());
                    if stream.write_all(&answer).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    (port, heard)
}

fn ok(body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

#[tokio::test]
async fn what_is_not_public_is_not_reached() {
    let (port, heard) = server(ok("")).await;
    let refused = client(Zone::of(&[&["127.0.0.1"]]), nobody());
    for url in [
        format!("https://localhost:{port}/"),
        format!("https://127.0.0.1:{port}/"),
        format!("http://127.0.0.1:{port}/"),
        format!("https://2130706433:{port}/"),
        format!("https://[::1]:{port}/"),
        format!("https://[::ffff:127.0.0.1]:{port}/"),
        "https://169.254.169.254/latest/meta-data/".to_owned(),
        "https://10.0.0.1/".to_owned(),
        "https://[fd00:ec2::254]/".to_owned(),
        "https://[64:ff9b::7f00:1]/".to_owned(),
    ] {
        assert_eq!(send(&refused, &url).await, Err(Trouble::Forbidden), "{url}");
    }
    // One bad address among good ones is enough.
    let mixed = client(Zone::of(&[&["93.184.215.14", "127.0.0.1"]]), nobody());
    assert_eq!(
        send(&mixed, "https://mixed.example/").await,
        Err(Trouble::Forbidden)
    );
    assert!(heard.lock().unwrap().is_empty());
}

#[tokio::test]
async fn without_tls_only_into_allowed_networks() {
    let public = client(Zone::of(&[&["93.184.215.14"]]), loopback());
    assert_eq!(send(&public, "http://example.com/").await, Err(Trouble::Insecure));
    let (port, _) = server(ok("fine")).await;
    let inside = client(Zone::of(&[&["127.0.0.1"]]), loopback());
    let url = format!("http://inside.example:{port}/hooks?a=1");
    assert_eq!(send(&inside, &url).await, Ok((200, 4)));
}

/// A name that answers something else the second time: there is no second time.
#[tokio::test]
async fn the_checked_address_is_the_one_that_is_reached() {
    let (port, heard) = server(ok("fine")).await;
    let zone = Zone::of(&[&["127.0.0.1"], &["10.0.0.1"]]);
    let asked = Arc::clone(&zone.asked);
    let client = client(zone, loopback());
    let target = Target::parse(&format!("http://rebinds.example:{port}/hooks?a=1#part")).unwrap();
    let mut connection = client.open(&target).await.unwrap();
    for _ in 0..3 {
        assert_eq!(connection.send(ask()).await.unwrap().status, 200);
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    let heard = heard.lock().unwrap().clone();
    assert_eq!(heard.len(), 3);
    let head = heard[0].to_lowercase();
    assert!(head.starts_with("post /hooks?a=1 http/1.1\r\n"), "{head}");
    assert!(
        head.contains(&format!("host: rebinds.example:{port}\r\n")),
        "{head}"
    );
    assert!(
        head.contains("content-length: 2\r\n") && head.contains("user-agent: campanile/"),
        "{head}"
    );
    assert_eq!(
        send(&client, target.as_str()).await,
        Err(Trouble::Forbidden),
        "asked anew, the answer counts"
    );
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_a_way() {
    let (elsewhere, heard) = server(ok("secret")).await;
    let answer =
        format!("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:{elsewhere}/\r\ncontent-length: 0\r\n\r\n");
    let (port, _) = server(answer.into_bytes()).await;
    let client = client(Zone::default(), loopback());
    let url = format!("http://127.0.0.1:{port}/");
    assert_eq!(send(&client, &url).await, Ok((302, 0)));
    assert!(heard.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_answer_has_its_limits() {
    let client = client(Zone::default(), loopback());
    let (long, _) = server(ok(&"x".repeat(200_000))).await;
    let answer = client
        .send(
            &Target::parse(&format!("http://127.0.0.1:{long}/")).unwrap(),
            ask(),
        )
        .await
        .unwrap();
    assert_eq!((answer.body.len(), answer.cut), (64 << 10, true));
    let head = format!(
        "HTTP/1.1 200 OK\r\nx-long: {}\r\ncontent-length: 0\r\n\r\n",
        "x".repeat(64 << 10)
    );
    let many = format!(
        "HTTP/1.1 200 OK\r\n{}content-length: 0\r\n\r\n",
        "a: b\r\n".repeat(200)
    );
    for answer in [
        head.into_bytes(),
        many.into_bytes(),
        b"220 smtp ready\r\n".to_vec(),
    ] {
        let (port, _) = server(answer).await;
        let url = format!("http://127.0.0.1:{port}/");
        assert_eq!(send(&client, &url).await, Err(Trouble::Broken));
    }
    // One that never ends, and one that says nothing.
    for answer in [
        b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nx".to_vec(),
        Vec::new(),
    ] {
        let (port, _) = server(answer).await;
        let begun = Instant::now();
        let url = format!("http://127.0.0.1:{port}/");
        assert_eq!(send(&client, &url).await, Err(Trouble::TimedOut));
        assert!(begun.elapsed() < Duration::from_secs(4));
    }
}

#[tokio::test]
async fn why_there_is_no_answer() {
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let url = format!("http://127.0.0.1:{}/", free.port());
    let nobody_there = send(&client(Zone::default(), loopback()), &url).await;
    assert!(
        matches!(nobody_there, Err(Trouble::Unreachable(_))),
        "{nobody_there:?}"
    );
    let unknown = client(Zone::of(&[&[]]), nobody());
    assert_eq!(
        send(&unknown, "https://gone.example/").await,
        Err(Trouble::UnknownHost)
    );
    let silent = client(Zone::default(), nobody());
    assert_eq!(
        send(&silent, "https://some.example/").await,
        Err(Trouble::NoResolver)
    );
}

/// Speaks TLS as `localhost`, by the test's own authority.
async fn protected() -> u16 {
    let read = |name: &str| std::fs::read(support::peers().join(name)).unwrap();
    let certificates = CertificateDer::pem_slice_iter(&read("server.pem"))
        .collect::<Result<Vec<_>, _>>()
        .unwrap();
    let key = PrivateKeyDer::from_pem_slice(&read("server.key")).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else {
                    return;
                };
                let mut buffer = vec![0; 8192];
                while stream.read(&mut buffer).await.is_ok_and(|length| length > 0) {
                    if stream.write_all(&ok("protected")).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    port
}

#[tokio::test]
async fn tls_is_checked_by_the_name_that_was_given() {
    let port = protected().await;
    let authority = std::fs::read(support::peers().join("ca.pem")).unwrap();
    let zone = Zone::of(&[&["127.0.0.1"]]);
    let trusting = Client::new(zone.clone(), loopback(), quick(), &authority).unwrap();
    let right = format!("https://localhost:{port}/");
    assert_eq!(send(&trusting, &right).await, Ok((200, 9)));
    let wrong = send(&trusting, &format!("https://other.example:{port}/")).await;
    assert!(matches!(wrong, Err(Trouble::Tls(_))), "{wrong:?}");
    let stranger = send(&client(zone, loopback()), &right).await;
    assert!(matches!(stranger, Err(Trouble::Tls(_))), "{stranger:?}");
}
