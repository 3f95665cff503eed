//! One SMTP session of the capture inbox: the part of RFC 5321 that a well-behaved client needs, every read bounded in
//! size and time.

use std::io;

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use super::{Captured, Inbox, Limits};

/// RFC 5321 asks for 512 bytes; SMTPUTF8 addresses are longer.
const COMMAND_BYTES: u64 = 2048;

struct Session {
    reader: BufReader<OwnedReadHalf>,
    writer: OwnedWriteHalf,
    limits: Limits,
    sender: Option<String>,
    recipients: Vec<String>,
}

pub(super) async fn run(
    stream: TcpStream,
    inbox: &impl Inbox,
    limits: Limits,
    stop: &CancellationToken,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (reader, writer) = stream.into_split();
    let mut session = Session {
        reader: BufReader::new(reader),
        writer,
        limits,
        sender: None,
        recipients: Vec::new(),
    };
    session.reply("220 campanile capture inbox").await?;
    loop {
        let line = tokio::select! {
            () = stop.cancelled() => return session.reply("421 4.3.2 closing").await,
            line = session.line() => line?,
        };
        let Some(line) = line else { return Ok(()) };
        let Ok(line) = String::from_utf8(line) else {
            session.reply("500 5.5.2 not text").await?;
            continue;
        };
        if !session
            .command(line.trim_end_matches(['\r', '\n']), inbox)
            .await?
        {
            return Ok(());
        }
    }
}

impl Session {
    async fn reply(&mut self, text: &str) -> io::Result<()> {
        let line = format!("{text}\r\n");
        timeout(self.limits.idle, self.writer.write_all(line.as_bytes()))
            .await
            .map_err(|_| io::ErrorKind::TimedOut)?
    }

    /// One line with its end; none at the end of the connection.
    async fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::with_capacity(128);
        let mut bounded = (&mut self.reader).take(COMMAND_BYTES);
        let read = timeout(self.limits.idle, bounded.read_until(b'\n', &mut line))
            .await
            .map_err(|_| io::ErrorKind::TimedOut)??;
        match (read, line.last()) {
            (0, _) => Ok(None),
            (_, Some(b'\n')) => Ok(Some(line)),
            _ => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "line too long or cut off",
            )),
        }
    }

    /// False ends the session.
    async fn command(&mut self, line: &str, inbox: &impl Inbox) -> io::Result<bool> {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => {
                self.reset();
                let size = self.limits.message_bytes;
                let text = format!(
                    "250-localhost\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n250 SIZE {size}"
                );
                self.reply(&text).await?;
            }
            "HELO" => {
                self.reset();
                self.reply("250 localhost").await?;
            }
            "MAIL" => self.mail(rest).await?,
            "RCPT" => self.rcpt(rest).await?,
            "DATA" => self.data(inbox).await?,
            "RSET" => {
                self.reset();
                self.reply("250 2.0.0 ok").await?;
            }
            "NOOP" => self.reply("250 2.0.0 ok").await?,
            "QUIT" => {
                self.reply("221 2.0.0 bye").await?;
                return Ok(false);
            }
            _ => self.reply("500 5.5.1 unknown command").await?,
        }
        Ok(true)
    }

    fn reset(&mut self) {
        self.sender = None;
        self.recipients.clear();
    }

    async fn mail(&mut self, rest: &str) -> io::Result<()> {
        match path(rest, "FROM:") {
            _ if self.sender.is_some() => self.reply("503 5.5.1 one sender at a time").await,
            None => self.reply("501 5.5.4 MAIL FROM:<address>").await,
            Some(sender) => {
                self.sender = Some(sender.to_owned());
                self.reply("250 2.1.0 ok").await
            }
        }
    }

    async fn rcpt(&mut self, rest: &str) -> io::Result<()> {
        match path(rest, "TO:") {
            _ if self.sender.is_none() => self.reply("503 5.5.1 MAIL first").await,
            None | Some("") => self.reply("501 5.5.4 RCPT TO:<address>").await,
            Some(_) if self.recipients.len() >= self.limits.recipients => {
                self.reply("452 4.5.3 too many recipients").await
            }
            Some(address) if address.to_ascii_lowercase().ends_with(".invalid") => {
                self.reply("550 5.1.1 no such mailbox").await
            }
            Some(address) => {
                self.recipients.push(address.to_owned());
                self.reply("250 2.1.5 ok").await
            }
        }
    }

    async fn data(&mut self, inbox: &impl Inbox) -> io::Result<()> {
        if self.recipients.is_empty() {
            return self.reply("503 5.5.1 no recipients").await;
        }
        self.reply("354 go ahead, end with a dot").await?;
        let raw = self.content().await?;
        let sender = self.sender.take().unwrap_or_default();
        let recipients = std::mem::take(&mut self.recipients);
        let Some(raw) = raw else {
            return self.reply("552 5.3.4 message too big").await;
        };
        match inbox
            .keep(Captured {
                sender,
                recipients,
                raw,
            })
            .await
        {
            Ok(()) => self.reply("250 2.0.0 captured").await,
            Err(_) => self.reply("451 4.3.0 could not be kept, try later").await,
        }
    }

    /// The content up to the lone dot, unstuffed; none when it was too big (it is read to its end all the same, so that the
    /// client hears why).
    async fn content(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut raw = Vec::new();
        let mut line = Vec::with_capacity(1024);
        let mut too_big = false;
        // A piece of an over-long line is no line of its own: only a real beginning may be a dot.
        let mut at_start = true;
        loop {
            line.clear();
            let mut bounded = (&mut self.reader).take(64 << 10);
            let read = bounded.read_until(b'\n', &mut line);
            if timeout(self.limits.idle, read)
                .await
                .map_err(|_| io::ErrorKind::TimedOut)??
                == 0
            {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if at_start && line == b".\r\n" {
                return Ok((!too_big).then_some(raw));
            }
            let part = if at_start && line.first() == Some(&b'.') {
                &line[1..]
            } else {
                &line[..]
            };
            at_start = line.last() == Some(&b'\n');
            if raw.len() + part.len() > self.limits.message_bytes {
                too_big = true;
                raw = Vec::new();
            } else if !too_big {
                raw.extend_from_slice(part);
            }
        }
    }
}

/// What stands between the angle brackets of `FROM:<…>`; parameters behind it are accepted and ignored.
fn path<'a>(rest: &'a str, keyword: &str) -> Option<&'a str> {
    let head = rest.get(..keyword.len())?;
    if !head.eq_ignore_ascii_case(keyword) {
        return None;
    }
    let rest = rest[keyword.len()..].trim_start().strip_prefix('<')?;
    let (address, _) = rest.split_once('>')?;
    (!address.chars().any(|c| c.is_control() || c == ' ')).then_some(address)
}
