//! One connection to the relay, owned by one sending task and held open. We speak SMTP ourselves, in as few writes as the
//! server allows: with PIPELINING (RFC 2920) one message's content and the next one's envelope travel together, so that a
//! message costs one round trip.
//!
//! Only one message's final dot is ever in flight. So a line that breaks leaves at most one message of which nobody can
//! know (law 1); the next one, of which only the envelope was sent, is surely not accepted.

mod content;
mod envelope;
mod open;
mod stream;
mod wire;

use std::{fmt, time::Duration};

use self::{open::Offers, wire::Wire};
use super::{
    address::Address,
    relay::{Connector, Timeouts},
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

/// From whom, to whom, and what the server should know before it sees the content.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    /// Envelope sender; none is the empty one (RFC 5321, 4.5.5), for notices that must not bounce.
    pub sender: Option<&'a Address>,
    /// Envelope recipient, whose fate is that of the message.
    pub recipient: &'a Address,
    /// Who gets it too. One of them that is refused is left out, which the accepting reply says.
    pub copies: &'a [Address],
    /// The content is not all ASCII.
    pub eight_bit: bool,
    /// Bytes of the content, told to a server that asks (RFC 1870); 0 when unknown.
    pub size: usize,
}

/// Content in the pieces it was made of, which are written without being copied together. CRLF line ends, ending in CRLF,
/// not dot-stuffed.
#[derive(Clone, Copy, Debug)]
pub struct Content<'a> {
    /// Header fields made last, DKIM's; may be empty.
    pub signature: &'a str,
    /// The message.
    pub message: &'a str,
}

/// What became of an envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Announced {
    /// The server said 354 and waits for the content: [`Connection::deliver`] is next.
    Ready,
    /// No content will be taken, and why.
    Stopped(HandOff),
}

/// What became of one message, and of the envelope that was announced behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// Of the message.
    pub result: HandOff,
    /// Of the next envelope; none when it was not announced (no PIPELINING, or the server closed the line at the message
    /// before): announce it on this line or another.
    pub next: Option<Announced>,
}

/// One message on its way, with its envelope: for who hands over one at a time.
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
    wire: Wire,
    offers: Offers,
    timeouts: Timeouts,
    state: State,
    /// A transaction begun and not ended: RSET goes before the next MAIL.
    reset_due: bool,
    /// Of the message announced last: copies that were refused, and the first refusal.
    refused: Option<(usize, Reply)>,
    /// Commands being written, with the final dot; kept for its memory.
    commands: Vec<u8>,
    /// Content that had to be dot-stuffed; kept for its memory.
    stuffed: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing under way.
    Idle,
    /// 354 was said.
    Awaited,
    /// Closed, out of step, or in the middle of something: what a future that is dropped half-way leaves behind.
    Broken,
}

impl Connection {
    /// Connects, protects and signs in as the relay asks.
    ///
    /// # Errors
    /// Says which step failed.
    pub async fn open(connector: &Connector) -> Result<Self, OpenError> {
        let (wire, offers) = open::open(connector).await?;
        Ok(Self {
            wire,
            offers,
            timeouts: connector.relay.timeouts,
            state: State::Idle,
            reset_due: false,
            refused: None,
            commands: Vec::new(),
            stuffed: Vec::new(),
        })
    }

    /// Announces a message on a line that is not waiting for the content of another.
    ///
    /// If the future is dropped before it is ready, the line is no longer usable.
    pub async fn announce(&mut self, envelope: Envelope<'_>) -> Announced {
        let state = std::mem::replace(&mut self.state, State::Broken);
        if state != State::Idle || !self.wire.is_quiet() {
            return Announced::Stopped(HandOff::Lost);
        }
        if let Some(refused) = self.refusal_of_ours(&envelope) {
            self.state = State::Idle;
            return Announced::Stopped(refused);
        }
        let announced = if self.offers.pipelining && envelope.copies.is_empty() {
            self.commands.clear();
            let reset = self.group(&envelope);
            match self.write_commands().await {
                Ok(()) => self.read_group(reset).await,
                Err(broken) => Err(broken),
            }
        } else {
            self.one_by_one(&envelope).await
        };
        announced.unwrap_or(Announced::Stopped(HandOff::Lost))
    }

    /// Writes the content that the server waits for and, in the same write when the server offers PIPELINING, announces the
    /// next message.
    ///
    /// From the content's first byte on a broken line is [`HandOff::Ambiguous`] for this message and [`HandOff::Lost`] for
    /// the next. If the future is dropped before it is ready, the same holds.
    pub async fn deliver(&mut self, content: Content<'_>, next: Option<Envelope<'_>>) -> Delivered {
        let state = std::mem::replace(&mut self.state, State::Broken);
        if state != State::Awaited {
            return Delivered {
                result: HandOff::Lost,
                next: None,
            };
        }
        if !self.wire.is_quiet() {
            // The server thought better of it after its 354: nothing is sent, and the line is at an end.
            let result = match self.answer(Stage::Data).await {
                Ok(Some(stopped)) => stopped,
                Ok(None) | Err(_) => HandOff::Lost,
            };
            return Delivered { result, next: None };
        }
        let refused = next.and_then(|next| self.refusal_of_ours(&next));
        let grouped =
            next.filter(|next| self.offers.pipelining && next.copies.is_empty() && refused.is_none());
        let copies = self.refused.take();
        let refused = refused.map(Announced::Stopped);
        let lost = grouped.map(|_| Announced::Stopped(HandOff::Lost));

        let code = match self.write_content(content, grouped.as_ref()).await {
            Ok(()) => self.wire.read(self.timeouts.content).await,
            Err(broken) => Err(broken),
        };
        let result = match code {
            Ok(code @ 200..=299) => HandOff::Accepted(with_copies(self.wire.reply(code), copies)),
            Ok(code @ 400..=499) => HandOff::Deferred(self.wire.reply(code), Stage::Content),
            Ok(code @ 500..) => HandOff::Refused(self.wire.reply(code), Stage::Content),
            Ok(_) | Err(_) => {
                return Delivered {
                    result: HandOff::Ambiguous,
                    next: refused.or(lost),
                };
            }
        };
        if closes(&result) {
            return Delivered {
                result,
                next: refused,
            };
        }
        let next = if grouped.is_some() {
            self.read_group(false).await.ok().or(lost)
        } else {
            self.state = State::Idle;
            refused
        };
        Delivered { result, next }
    }

    /// False once the line broke or the server closed it: open a new one.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.state != State::Broken
    }

    /// Whether the server waits for the content of the message announced last.
    #[must_use]
    pub fn waits_for_content(&self) -> bool {
        self.state == State::Awaited
    }

    /// Says goodbye. A line that is broken or waits for content is only dropped: whatever were said there would be
    /// content, and the recipient would get it.
    pub async fn close(mut self) {
        if self.state == State::Idle {
            let _ = self.wire.exchange(b"QUIT\r\n", Duration::from_secs(2)).await;
        }
    }
}

impl Channel for Connection {
    type Message<'a> = Outgoing<'a>;

    async fn hand_over<'a>(&'a mut self, message: Outgoing<'a>) -> HandOff {
        let envelope = Envelope {
            sender: message.sender,
            recipient: message.recipient,
            copies: &[],
            eight_bit: !message.content.is_ascii(),
            size: message.content.len(),
        };
        let content = Content {
            signature: "",
            message: message.content,
        };
        match self.announce(envelope).await {
            Announced::Ready => self.deliver(content, None).await.result,
            Announced::Stopped(result) => result,
        }
    }

    fn is_usable(&self) -> bool {
        self.is_usable()
    }
}

/// The accepting reply, which says what became of copies.
fn with_copies(mut reply: Reply, refused: Option<(usize, Reply)>) -> Reply {
    if let Some((many, first)) = refused {
        let text = format!(
            "{}; copies refused: {many} ({} {})",
            reply.text, first.code, first.text
        );
        reply.text = text.chars().take(300).collect();
    }
    reply
}

/// 421: the server closes, and need not answer what else it was sent.
fn closes(result: &HandOff) -> bool {
    matches!(result, HandOff::Deferred(reply, _) if reply.code == 421)
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Connection({:?})", self.state)
    }
}
