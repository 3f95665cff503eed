//! Commands out, replies in: each in bounded time, replies of bounded size, and nothing taken for a reply that is none.

use std::{
    fmt,
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, ReadBuf},
    time::timeout,
};

use super::stream::Stream;
use crate::outcome::Reply;

/// RFC 5321, 4.5.3.1.5 allows a reply line 512 bytes; some servers write more.
const LINE_BYTES: usize = 4096;
/// Lines of one reply: EHLO has the most, some twenty.
const LINES: usize = 128;
/// Text that is kept of a reply.
const TEXT_BYTES: usize = 4096;

/// The line cannot be used any more.
#[derive(Debug)]
pub(super) enum Broken {
    /// Closed by the server, or the network failed.
    Gone(io::Error),
    /// No reply in time.
    Slow,
    /// Something that is no reply, or not one that may come here.
    Nonsense,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gone(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                f.write_str("the connection was closed")
            }
            Self::Gone(error) => error.fmt(f),
            Self::Slow => f.write_str("timed out"),
            Self::Nonsense => f.write_str("the answer is not one of SMTP"),
        }
    }
}

/// Reads replies, and holds what came behind the last one.
#[derive(Default)]
pub(super) struct Replies {
    buffer: Vec<u8>,
    /// Where what was not read yet begins.
    start: usize,
    /// Text of the last reply, lines ended by a line feed.
    text: String,
}

impl Replies {
    /// One whole reply; its text is kept until the next.
    pub async fn read(&mut self, stream: &mut (impl AsyncRead + Unpin)) -> Result<u16, Broken> {
        self.text.clear();
        let mut code = None;
        for _ in 0..LINES {
            let end = self.line_end(stream).await?;
            let line = self.buffer.get(self.start..end).unwrap_or_default();
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let (number, more, text) = parse_line(line).ok_or(Broken::Nonsense)?;
            if *code.get_or_insert(number) != number {
                return Err(Broken::Nonsense);
            }
            if self.text.len() + text.len() < TEXT_BYTES {
                match std::str::from_utf8(text) {
                    Ok(text) => self.text.push_str(text),
                    Err(_) => self.text.push_str(&String::from_utf8_lossy(text)),
                }
                self.text.push('\n');
            }
            self.start = end + 1;
            if !more {
                return Ok(number);
            }
        }
        Err(Broken::Nonsense)
    }

    /// Where the line feed of the line that begins at `start` is.
    async fn line_end(&mut self, stream: &mut (impl AsyncRead + Unpin)) -> Result<usize, Broken> {
        loop {
            let unread = self.buffer.get(self.start..).unwrap_or_default();
            match memchr::memchr(b'\n', unread) {
                Some(at) if at <= LINE_BYTES => return Ok(self.start + at),
                None if unread.len() <= LINE_BYTES => {}
                _ => return Err(Broken::Nonsense),
            }
            self.buffer.drain(..self.start);
            self.start = 0;
            self.buffer.reserve(1024);
            let read = stream.read_buf(&mut self.buffer).await.map_err(Broken::Gone)?;
            if read == 0 {
                return Err(Broken::Gone(io::ErrorKind::UnexpectedEof.into()));
            }
        }
    }

    /// Takes in what has come, without waiting. False at the end of the connection.
    fn take_in(&mut self, stream: &mut (impl AsyncRead + Unpin)) -> bool {
        let mut piece = [0; 512];
        let mut read = ReadBuf::new(&mut piece);
        let mut context = Context::from_waker(Waker::noop());
        match Pin::new(stream).poll_read(&mut context, &mut read) {
            Poll::Pending => true,
            Poll::Ready(Ok(())) => {
                self.buffer.extend_from_slice(read.filled());
                !read.filled().is_empty()
            }
            Poll::Ready(Err(_)) => false,
        }
    }

    /// Whether the server has said nothing beyond the last reply read.
    pub fn is_at_end(&self) -> bool {
        self.start == self.buffer.len()
    }

    /// The text of the last reply, lines ended by a line feed.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// `250-text` or `250 text` or `250`: the number, whether more lines follow, the text.
fn parse_line(line: &[u8]) -> Option<(u16, bool, &[u8])> {
    let (digits, rest) = line.split_first_chunk::<3>()?;
    if !matches!(digits[0], b'2'..=b'5') || !digits[1..].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number = digits
        .iter()
        .fold(0, |number, digit| number * 10 + u16::from(digit - b'0'));
    match rest.split_first() {
        None => Some((number, false, rest)),
        Some((b' ', text)) => Some((number, false, text)),
        Some((b'-', text)) => Some((number, true, text)),
        Some(_) => None,
    }
}

/// A stream with its replies.
pub(super) struct Wire {
    pub stream: Stream,
    pub replies: Replies,
}

impl Wire {
    pub fn new(stream: Stream) -> Self {
        Self {
            stream,
            replies: Replies::default(),
        }
    }

    pub async fn write(&mut self, pieces: &mut [IoSlice<'_>], limit: Duration) -> Result<(), Broken> {
        match timeout(limit, self.stream.write_pieces(pieces)).await {
            Ok(result) => result.map_err(Broken::Gone),
            Err(_) => Err(Broken::Slow),
        }
    }

    pub async fn read(&mut self, limit: Duration) -> Result<u16, Broken> {
        match timeout(limit, self.replies.read(&mut self.stream)).await {
            Ok(result) => result,
            Err(_) => Err(Broken::Slow),
        }
    }

    /// One command and its reply.
    pub async fn exchange(&mut self, command: &[u8], limit: Duration) -> Result<u16, Broken> {
        self.write(&mut [IoSlice::new(command)], limit).await?;
        self.read(limit).await
    }

    /// The last reply, to be kept.
    pub fn reply(&self, code: u16) -> Reply {
        Reply::new(code, self.replies.text())
    }

    /// Whether the line is open and the server has said nothing unasked, as far as is known without waiting. On a line
    /// where it has, what is read next would be the answer to something else.
    pub fn is_quiet(&mut self) -> bool {
        self.replies.take_in(&mut self.stream) && self.replies.is_at_end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    async fn all(input: &[u8]) -> (Vec<(u16, String)>, Option<Broken>) {
        let (mut replies, mut input, mut read) = (Replies::default(), input, Vec::new());
        loop {
            match replies.read(&mut input).await {
                Ok(code) => read.push((code, replies.text().to_owned())),
                Err(broken) => return (read, Some(broken)),
            }
        }
    }

    #[tokio::test]
    async fn replies_of_one_and_of_many_lines_and_several_at_once() {
        let (read, end) = all(b"220 hello\r\n250-a\r\n250-SIZE 10\r\n250 b\r\n354\r\n250 2.0.0 ok\n").await;
        let wanted = [
            (220, "hello\n"),
            (250, "a\nSIZE 10\nb\n"),
            (354, "\n"),
            (250, "2.0.0 ok\n"),
        ];
        assert_eq!(read, wanted.map(|(code, text)| (code, text.to_owned())));
        assert!(matches!(end, Some(Broken::Gone(_))));
    }

    #[tokio::test]
    async fn nonsense_is_refused() {
        for bad in [
            "hello\r\n",
            "25 x\r\n",
            "2500 x\r\n",
            "150 x\r\n",
            "650 x\r\n",
            "250_x\r\n",
            "\r\n",
            "2a0 x\r\n",
            "250-a\r\n251 b\r\n",
            &format!("250 {}\r\n", "x".repeat(10_000)),
            &"x".repeat(10_000),
            &"250-x\r\n".repeat(1000),
        ] {
            let (read, end) = all(bad.as_bytes()).await;
            assert!(
                read.is_empty() && matches!(end, Some(Broken::Nonsense)),
                "{bad:?}: {read:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn anything_is_read_in_bounds(input in prop::collection::vec(any::<u8>(), 0..2000)) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let (read, _) = runtime.block_on(all(&input));
            prop_assert!(read.iter().all(|(code, text)| (200..600).contains(code) && text.len() <= 3 * TEXT_BYTES));
        }
    }
}
