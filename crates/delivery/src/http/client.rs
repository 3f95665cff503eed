//! Resolving, checking, connecting, asking.

use std::fmt;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{HOST, HeaderName, HeaderValue, USER_AGENT};
use hyper::{HeaderMap, Method};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::AbortHandle;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::address::is_public;
use super::target::{BadTarget, Target};

/// The answer to the question which addresses a name has.
pub type Resolving<'a> = Pin<Box<dyn Future<Output = Result<Vec<IpAddr>, String>> + Send + 'a>>;

/// Finds the addresses of a name: the installation's resolver.
pub trait Resolve: Send + Sync {
    /// All of them; none where the name has none.
    fn resolve<'a>(&'a self, host: &'a str) -> Resolving<'a>;
}

/// Which addresses the operator allows although they are not public.
pub type Allowed = Arc<dyn Fn(IpAddr) -> bool + Send + Sync>;

/// How long and how much.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From the first question to the last byte of the answer.
    pub total: Duration,
    /// To one of the addresses.
    pub connect: Duration,
    /// Of the answer's body, in bytes; the rest is not read.
    pub body: usize,
    /// Of the answer's head, in bytes.
    pub head: usize,
}

impl Default for Limits {
    /// 15 seconds (5 for connecting), 64 KB of body, 32 KB of headers.
    fn default() -> Self {
        Self {
            total: Duration::from_secs(15),
            connect: Duration::from_secs(5),
            body: 64 << 10,
            head: 32 << 10,
        }
    }
}

/// Fields that an answer may have at the most.
const FIELDS: usize = 100;
const AGENT: &str = concat!("Campanile/", env!("CARGO_PKG_VERSION"));

/// What is asked.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: Method,
    /// `Host`, `User-Agent` and `Content-Length` are set here.
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// Up to the limit.
    pub body: Vec<u8>,
    /// There was more.
    pub cut: bool,
}

/// Why there is no answer. Says nothing of addresses inside the operator's network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    #[error(transparent)]
    Target(#[from] BadTarget),
    #[error("the address leads into a network that is not allowed")]
    Forbidden,
    #[error("it must be https")]
    Insecure,
    #[error("the name has no address")]
    UnknownHost,
    #[error("the name could not be looked up")]
    NoResolver,
    #[error("it cannot be reached: {0}")]
    Unreachable(String),
    #[error("no protected connection: {0}")]
    Tls(String),
    #[error("it took too long")]
    TimedOut,
    #[error("the connection broke off, or what came is no HTTP")]
    Broken,
}

/// Opens connections to targets that may be reached. Cheap to clone.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    resolver: Box<dyn Resolve>,
    allowed: Allowed,
    tls: TlsConnector,
    limits: Limits,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Client").field(&self.0.limits).finish()
    }
}

impl Client {
    /// With the machine's certificate authorities, and those of `authorities` (PEM) beside them.
    ///
    /// # Errors
    /// When an authority is no certificate.
    pub fn new(
        resolver: impl Resolve + 'static,
        allowed: Allowed,
        limits: Limits,
        authorities: &[u8],
    ) -> Result<Self, Trouble> {
        let wrong = |error: &dyn fmt::Display| Trouble::Tls(error.to_string());
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        for certificate in CertificateDer::pem_slice_iter(authorities) {
            let certificate = certificate.map_err(|error| wrong(&error))?;
            roots.add(certificate).map_err(|error| wrong(&error))?;
        }
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| wrong(&error))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(Arc::new(Inner {
            resolver: Box::new(resolver),
            allowed,
            tls: TlsConnector::from(Arc::new(config)),
            limits,
        })))
    }

    /// Asks once, over a connection of its own.
    ///
    /// # Errors
    /// Why there is no answer.
    pub async fn send(&self, target: &Target, request: Request) -> Result<Answer, Trouble> {
        let asking = async { self.connect(target).await?.exchange(request).await };
        timeout(self.0.limits.total, asking)
            .await
            .unwrap_or(Err(Trouble::TimedOut))
    }

    /// A connection for several requests, one after the other. It stays with the address that was checked.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn open(&self, target: &Target) -> Result<Connection, Trouble> {
        timeout(self.0.limits.total, self.connect(target))
            .await
            .unwrap_or(Err(Trouble::TimedOut))
    }

    async fn connect(&self, target: &Target) -> Result<Connection, Trouble> {
        let addresses = self.checked(target).await?;
        let stream = self.reach(&addresses, target.port()).await?;
        // Requests are small, and the answer is waited for.
        let _ = stream.set_nodelay(true);
        let (sender, driver) = if target.is_https() {
            let name = ServerName::try_from(target.host().to_owned())
                .map_err(|error| Trouble::Tls(error.to_string()))?;
            let stream = self.0.tls.connect(name, stream).await;
            self.handshake(stream.map_err(|error| Trouble::Tls(error.to_string()))?)
                .await?
        } else {
            self.handshake(stream).await?
        };
        Ok(Connection {
            sender,
            driver,
            authority: target.authority(),
            path: target.path(),
            limits: self.0.limits,
        })
    }

    /// The target's addresses, if every one of them may be reached: a name with a public and a private address is a trap.
    async fn checked(&self, target: &Target) -> Result<Vec<IpAddr>, Trouble> {
        let addresses = match target.address() {
            Some(address) => vec![address],
            None => self
                .0
                .resolver
                .resolve(target.host())
                .await
                .map_err(|_| Trouble::NoResolver)?,
        };
        if addresses.is_empty() {
            return Err(Trouble::UnknownHost);
        }
        let is_allowed = |address: &IpAddr| (self.0.allowed)(*address);
        if addresses.iter().any(|it| !is_public(*it) && !is_allowed(it)) {
            return Err(Trouble::Forbidden);
        }
        if !target.is_https() && !addresses.iter().all(is_allowed) {
            return Err(Trouble::Insecure);
        }
        Ok(addresses)
    }

    async fn reach(&self, addresses: &[IpAddr], port: u16) -> Result<TcpStream, Trouble> {
        let mut last = Trouble::UnknownHost;
        for address in addresses {
            let connecting = TcpStream::connect(SocketAddr::new(*address, port));
            match timeout(self.0.limits.connect, connecting).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => last = Trouble::Unreachable(error.kind().to_string()),
                Err(_) => last = Trouble::TimedOut,
            }
        }
        Err(last)
    }

    async fn handshake<S>(&self, stream: S) -> Result<(SendRequest<Full<Bytes>>, Driver), Trouble>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let (sender, connection) = http1::Builder::new()
            .max_buf_size(self.0.limits.head)
            .max_headers(FIELDS)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|_| Trouble::Broken)?;
        let driver = tokio::spawn(async move {
            // How it ended is seen by whoever waits for an answer.
            let _ = connection.await;
        });
        Ok((sender, Driver(driver.abort_handle())))
    }
}

/// Ends the connection when nobody asks over it any more.
struct Driver(AbortHandle);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// An open connection to a target.
pub struct Connection {
    sender: SendRequest<Full<Bytes>>,
    #[expect(dead_code, reason = "held for its end")]
    driver: Driver,
    authority: String,
    path: String,
    limits: Limits,
}

impl Connection {
    /// Whether another request may be tried over it. The other side may have closed it all the same by the time it arrives.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.sender.is_closed()
    }

    /// Asks, within the limits of time for one request.
    ///
    /// # Errors
    /// Why there is no answer; the connection is of no use then.
    pub async fn send(&mut self, request: Request) -> Result<Answer, Trouble> {
        timeout(self.limits.total, self.exchange(request))
            .await
            .unwrap_or(Err(Trouble::TimedOut))
    }

    async fn exchange(&mut self, request: Request) -> Result<Answer, Trouble> {
        let mut message = hyper::Request::new(Full::new(Bytes::from(request.body)));
        *message.method_mut() = request.method;
        *message.uri_mut() = self.path.parse().map_err(|_| Trouble::Target(BadTarget::NoUrl))?;
        let headers = message.headers_mut();
        *headers = request.headers;
        let host = HeaderValue::from_str(&self.authority).map_err(|_| Trouble::Target(BadTarget::NoUrl))?;
        headers.insert(HOST, host);
        headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
        // Connections are ours to keep: an upgrade would be something else.
        headers.remove(HeaderName::from_static("upgrade"));
        self.sender.ready().await.map_err(|_| Trouble::Broken)?;
        let answer = self
            .sender
            .send_request(message)
            .await
            .map_err(|_| Trouble::Broken)?;
        let (head, body) = answer.into_parts();
        let (body, cut) = read(body, self.limits.body).await?;
        Ok(Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            body,
            cut,
        })
    }
}

/// At most `most` bytes of a body.
async fn read(mut body: Incoming, most: usize) -> Result<(Vec<u8>, bool), Trouble> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Trouble::Broken)?;
        let Some(data) = frame.data_ref() else { continue };
        let room = most - bytes.len();
        bytes.extend_from_slice(&data[..data.len().min(room)]);
        if data.len() > room {
            return Ok((bytes, true));
        }
    }
    Ok((bytes, false))
}
