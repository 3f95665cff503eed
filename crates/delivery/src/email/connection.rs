//! One connection to the relay, owned by one sending task and held open: lettre sets it up (greeting, STARTTLS, sign-in)
//! over a stream of our own with TCP_NODELAY, and we speak the exchange itself, in as few writes as the server allows.
//!
//! lettre alone waits 44 ms for each message (Nagle: it writes the final dot apart), and its pool asks NOOP before each.

use std::{
    fmt, io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use lettre::transport::smtp::{
    Error as SmtpError,
    authentication::Mechanism,
    client::{AsyncSmtpConnection, AsyncTokioStream},
    response::Response,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::client::TlsStream;

use super::{
    address::Address,
    relay::{Connector, Security, Timeouts},
};
use crate::{
    channel::Channel,
    outcome::{HandOff, Reply, Stage},
};

/// Why no connection could be opened. Texts name the relay's trouble, never a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Nobody answers there, or too slowly.
    #[error("the relay cannot be reached: {0}")]
    Unreachable(String),
    /// The relay answered but will not talk now (4xx, 5xx greeting).
    #[error("the relay refuses to talk: {0}")]
    Refused(String),
    /// TLS failed or is not offered although it must be.
    #[error("no safe connection to the relay: {0}")]
    Insecure(String),
    /// User or password are not accepted.
    #[error("the relay does not accept user and password: {0}")]
    SignIn(String),
}

/// One message on its way, with its envelope.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// Envelope sender; none is the empty one (RFC 5321, 4.5.5), for notices that must not bounce.
    pub sender: Option<&'a Address>,
    /// Envelope recipient.
    pub recipient: &'a Address,
    /// As assembled: CRLF line ends, ending in CRLF, not dot-stuffed.
    pub content: &'a str,
}

/// An open connection.
pub struct Connection {
    inner: AsyncSmtpConnection,
    timeouts: Timeouts,
    grouped: bool,
    utf8: bool,
    eight_bit: bool,
    usable: bool,
    wire: String,
}

impl Connection {
    /// Connects, protects and signs in as the relay asks.
    ///
    /// # Errors
    /// Says which step failed.
    pub async fn open(connector: &Connector) -> Result<Self, OpenError> {
        let timeouts = connector.relay.timeouts;
        let mut inner = connect(connector).await?;
        if let Some(parameters) = &connector.starttls {
            if inner.can_starttls() {
                let upgrade = inner.starttls(parameters.clone(), &connector.hello);
                within(timeouts.open, upgrade)
                    .await
                    .map_err(|e| OpenError::Insecure(e.text()))?;
            } else if connector.relay.security == Security::Required || connector.credentials.is_some() {
                return Err(OpenError::Insecure("STARTTLS is not offered".to_owned()));
            }
        }
        // Asked again because lettre keeps only the extensions that it knows, and PIPELINING is not among them.
        let hello = within(
            timeouts.open,
            inner.command(format!("EHLO {}\r\n", connector.hello)),
        )
        .await;
        let hello = hello.map_err(|e| OpenError::Refused(e.text()))?;
        let offers = |name: &str| {
            hello.message().any(|line| {
                line.split_whitespace()
                    .next()
                    .is_some_and(|w| w.eq_ignore_ascii_case(name))
            })
        };
        let (grouped, utf8, eight_bit) = (offers("PIPELINING"), offers("SMTPUTF8"), offers("8BITMIME"));
        if let Some(credentials) = &connector.credentials {
            let sign_in = inner.auth(&[Mechanism::Plain, Mechanism::Login], credentials);
            within(timeouts.open, sign_in)
                .await
                .map_err(|e| OpenError::SignIn(e.text()))?;
        }
        Ok(Self {
            inner,
            timeouts,
            grouped,
            utf8,
            eight_bit,
            usable: true,
            wire: String::new(),
        })
    }

    /// Says goodbye; a broken connection is only dropped.
    pub async fn close(mut self) {
        if self.usable {
            let _ = timeout(Duration::from_secs(2), self.inner.command("QUIT\r\n")).await;
        }
    }
}

impl Channel for Connection {
    type Message<'a> = Outgoing<'a>;

    async fn hand_over<'a>(&'a mut self, message: Outgoing<'a>) -> HandOff {
        // Stays so when this future is dropped half-way: what the server heard is then unknown.
        let usable = std::mem::replace(&mut self.usable, false);
        if !usable {
            return HandOff::Lost;
        }
        let Some(mail) = self.mail_command(&message) else {
            self.usable = true;
            let reply = Reply::new(553, "5.6.7 the relay does not take internationalised addresses");
            return HandOff::Refused(reply, Stage::Recipient);
        };
        let rcpt = format!("RCPT TO:<{}>\r\n", message.recipient);
        let result = match self.envelope(&mail, &rcpt).await {
            Ok(()) => self.content(message.content).await,
            Err(stopped) => stopped,
        };
        match &result {
            HandOff::Lost | HandOff::Ambiguous => {}
            HandOff::Accepted(_) => self.usable = true,
            // 421: the server is about to close.
            HandOff::Deferred(reply, _) if reply.code == 421 => {}
            HandOff::Deferred(..) | HandOff::Refused(..) => {
                self.usable = matches!(self.exchange("RSET\r\n").await, Ok(Answer::Positive(_)));
            }
        }
        result
    }

    fn is_usable(&self) -> bool {
        self.usable
    }
}

/// A reply of the server, sorted.
enum Answer {
    Positive(Reply),
    Later(Reply),
    Never(Reply),
}

impl Answer {
    /// The result when this answer ends the exchange at the given stage; none when it goes on.
    fn stops(&self, stage: Stage) -> Option<HandOff> {
        match self {
            Self::Positive(_) => None,
            Self::Later(reply) => Some(HandOff::Deferred(reply.clone(), stage)),
            Self::Never(reply) => Some(HandOff::Refused(reply.clone(), stage)),
        }
    }
}

/// The connection is gone, silent or talks nonsense.
struct Broken;

impl Connection {
    fn mail_command(&self, message: &Outgoing<'_>) -> Option<String> {
        let sender = message.sender.map_or("", Address::as_str);
        let international = !sender.is_ascii() || !message.recipient.as_str().is_ascii();
        if international && !self.utf8 {
            return None;
        }
        let body = if !message.content.is_ascii() && self.eight_bit {
            " BODY=8BITMIME"
        } else {
            ""
        };
        let utf8 = if international { " SMTPUTF8" } else { "" };
        Some(format!("MAIL FROM:<{sender}>{body}{utf8}\r\n"))
    }

    /// Up to the server's 354. With PIPELINING (RFC 2920) in one write, whose three replies are all read whatever they say.
    async fn envelope(&mut self, mail: &str, rcpt: &str) -> Result<(), HandOff> {
        if !self.grouped {
            for (command, stage) in [
                (mail, Stage::Sender),
                (rcpt, Stage::Recipient),
                ("DATA\r\n", Stage::Data),
            ] {
                let answer = self.exchange(command).await.map_err(|Broken| HandOff::Lost)?;
                if let Some(stopped) = answer.stops(stage) {
                    return Err(stopped);
                }
            }
            return Ok(());
        }
        let group = format!("{mail}{rcpt}DATA\r\n");
        let first = self.exchange(&group).await.map_err(|Broken| HandOff::Lost)?;
        // 421 may be the server's last word: it need not answer the rest of the group.
        if let Answer::Later(reply) = &first
            && reply.code == 421
        {
            return Err(HandOff::Deferred(reply.clone(), Stage::Sender));
        }
        let second = self.read().await.map_err(|Broken| HandOff::Lost)?;
        let third = self.read().await.map_err(|Broken| HandOff::Lost)?;
        let stopped = first
            .stops(Stage::Sender)
            .or_else(|| second.stops(Stage::Recipient));
        match (stopped, &third) {
            (None, _) => third.stops(Stage::Data).map_or(Ok(()), Err),
            // The server waits for content although nobody is to have it: end it at once (RFC 2920, 3.1).
            (Some(stopped), Answer::Positive(_)) => {
                let _ = self.exchange(".\r\n").await;
                Err(stopped)
            }
            (Some(stopped), _) => Err(stopped),
        }
    }

    /// Content and final dot in one write. From its first byte on, a broken connection is ambiguous.
    async fn content(&mut self, content: &str) -> HandOff {
        let mut wire = std::mem::take(&mut self.wire);
        wire.clear();
        stuff(&mut wire, content);
        let answer = match within(self.timeouts.content, self.inner.command(&wire)).await {
            Ok(response) => Ok(Answer::Positive(reply_of(&response))),
            Err(trouble) => trouble.into_answer(),
        };
        self.wire = wire;
        match answer {
            Ok(Answer::Positive(reply)) => HandOff::Accepted(reply),
            Ok(Answer::Later(reply)) => HandOff::Deferred(reply, Stage::Content),
            Ok(Answer::Never(reply)) => HandOff::Refused(reply, Stage::Content),
            Err(Broken) => HandOff::Ambiguous,
        }
    }

    async fn exchange(&mut self, command: &str) -> Result<Answer, Broken> {
        match within(self.timeouts.command, self.inner.command(command)).await {
            Ok(response) => Ok(Answer::Positive(reply_of(&response))),
            Err(trouble) => trouble.into_answer(),
        }
    }

    async fn read(&mut self) -> Result<Answer, Broken> {
        match within(self.timeouts.command, self.inner.read_response()).await {
            Ok(response) => Ok(Answer::Positive(reply_of(&response))),
            Err(trouble) => trouble.into_answer(),
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Connection(usable: {})", self.usable)
    }
}

/// Appends content and final dot; lines that begin with a dot get another (RFC 5321, 4.5.2).
fn stuff(wire: &mut String, content: &str) {
    wire.reserve(content.len() + 16);
    if content.starts_with('.') {
        wire.push('.');
    }
    let mut rest = content;
    while let Some(at) = rest.find("\r\n.") {
        wire.push_str(&rest[..at]);
        wire.push_str("\r\n..");
        rest = &rest[at + 3..];
    }
    wire.push_str(rest);
    if !content.ends_with("\r\n") {
        wire.push_str("\r\n");
    }
    wire.push_str(".\r\n");
}

async fn connect(connector: &Connector) -> Result<AsyncSmtpConnection, OpenError> {
    let relay = &connector.relay;
    let tcp = match timeout(
        relay.timeouts.open,
        TcpStream::connect((relay.host.as_str(), relay.port)),
    )
    .await
    {
        Ok(Ok(tcp)) => tcp,
        Ok(Err(error)) => return Err(OpenError::Unreachable(error.to_string())),
        Err(_) => return Err(OpenError::Unreachable("timed out".to_owned())),
    };
    tcp.set_nodelay(true)
        .map_err(|error| OpenError::Unreachable(error.to_string()))?;
    let stream: Box<dyn AsyncTokioStream> = match &connector.implicit {
        None => Box::new(tcp),
        Some((tls, name)) => match timeout(relay.timeouts.open, tls.connect(name.clone(), tcp)).await {
            Ok(Ok(stream)) => Box::new(Protected(stream)),
            Ok(Err(error)) => return Err(OpenError::Insecure(error.to_string())),
            Err(_) => return Err(OpenError::Unreachable("timed out".to_owned())),
        },
    };
    let greeted = within(
        relay.timeouts.open,
        AsyncSmtpConnection::connect_with_transport(stream, &connector.hello),
    )
    .await;
    greeted.map_err(|trouble| match &trouble {
        Trouble::Smtp(error) if error.status().is_some() => OpenError::Refused(trouble.text()),
        _ => OpenError::Unreachable(trouble.text()),
    })
}

enum Trouble {
    Smtp(SmtpError),
    Slow,
}

impl Trouble {
    fn text(&self) -> String {
        match self {
            Self::Smtp(error) => Reply::new(0, &error.to_string()).text,
            Self::Slow => "timed out".to_owned(),
        }
    }

    fn into_answer(self) -> Result<Answer, Broken> {
        let Self::Smtp(error) = self else {
            return Err(Broken);
        };
        let Some(code) = error.status() else {
            return Err(Broken);
        };
        // The source of lettre's error is the text of the reply.
        let text = std::error::Error::source(&error)
            .map(ToString::to_string)
            .unwrap_or_default();
        let reply = Reply::new(u16::from(code), &text);
        Ok(if error.is_transient() {
            Answer::Later(reply)
        } else {
            Answer::Never(reply)
        })
    }
}

async fn within<T>(limit: Duration, work: impl Future<Output = Result<T, SmtpError>>) -> Result<T, Trouble> {
    match timeout(limit, work).await {
        Ok(result) => result.map_err(Trouble::Smtp),
        Err(_) => Err(Trouble::Slow),
    }
}

fn reply_of(response: &Response) -> Reply {
    let text: Vec<&str> = response.message().collect();
    Reply::new(u16::from(response.code()), &text.join(" "))
}

/// TLS from the first byte, as a stream that lettre takes.
#[derive(Debug)]
struct Protected(TlsStream<TcpStream>);

impl AsyncTokioStream for Protected {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.get_ref().0.peer_addr()
    }
}

impl AsyncRead for Protected {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Protected {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::stuff;

    #[test]
    fn dots_are_stuffed() {
        for (given, wanted) in [
            ("a\r\n", "a\r\n.\r\n"),
            (".\r\n", "..\r\n.\r\n"),
            ("a\r\n.\r\n.b\r\n", "a\r\n..\r\n..b\r\n.\r\n"),
            ("a", "a\r\n.\r\n"),
            ("", "\r\n.\r\n"),
        ] {
            let mut wire = String::new();
            stuff(&mut wire, given);
            assert_eq!(wire, wanted, "{given:?}");
        }
    }
}
