//! One MIME message: multipart/alternative with a real text part, the list headers the big mailbox providers ask for, and
//! nothing that a value from outside could add to.

use std::fmt::Write;

use jiff::{Timestamp, fmt::rfc2822::DateTimePrinter, tz::TimeZone};

use super::{
    address::{Address, Mailbox},
    attachment,
    body::{self, Encoding},
    header,
};

/// What a part's boundary begins with; quoted-printable never has `=_`, and behind it stands the message's own id.
const BOUNDARY: &str = "=_campanile_";
/// The same around files.
const MIXED: &str = "=_campanile_mixed_";

const DATE: DateTimePrinter = DateTimePrinter::new();

/// Why a message cannot be assembled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// A value with a line break or another control character, or one too long for its field.
    #[error("the value of {0} cannot stand in a message header")]
    Header(&'static str),
    /// The date is outside what RFC 5322 can write.
    #[error("the date cannot be written")]
    Date,
}

/// The headers of a message that goes to a list: every marketing message.
#[derive(Clone, Copy, Debug)]
pub struct List<'a> {
    /// RFC 2919: stable for a topic, within the sender's domain: `open-days.admissions.example.edu`.
    pub id: &'a str,
    /// The topic's name for the reader.
    pub name: &'a str,
    /// RFC 8058: https address that unsubscribes on POST.
    pub unsubscribe: &'a str,
}

/// A file that goes with a message.
#[derive(Clone, Copy, Debug)]
pub struct Attached<'a> {
    /// As the reader sees it.
    pub name: &'a str,
    /// `application/pdf`.
    pub kind: &'a str,
    /// Its bytes.
    pub content: &'a [u8],
}

/// Everything a message is made of. Borrowed: assembled once per recipient.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// The sender the reader sees.
    pub from: &'a Mailbox,
    /// Where answers go, when not to the sender.
    pub reply_to: Option<&'a Mailbox>,
    /// The one recipient.
    pub to: &'a Mailbox,
    /// Who gets it too, for everybody to see.
    pub cc: &'a [Address],
    /// The subject line.
    pub subject: &'a str,
    /// The text part; never empty for a good message.
    pub text: &'a str,
    /// The HTML part, when there is one.
    pub html: Option<&'a str>,
    /// Files that go with it.
    pub attached: &'a [Attached<'a>],
    /// Left side of the Message-ID, unique and the same for each attempt of one delivery; the right side is the sender's
    /// domain.
    pub message_id: &'a str,
    /// When the message was made.
    pub date: Timestamp,
    /// BCP 47 tag of both parts.
    pub language: &'a str,
    /// List headers.
    pub list: Option<List<'a>>,
    /// RFC 3834: this was sent by a machine in answer to something; nobody's holiday notice should answer it.
    pub auto_submitted: bool,
}

impl Message<'_> {
    /// The whole Message-ID with its angle brackets.
    #[must_use]
    pub fn message_id_header(&self) -> String {
        format!("<{}@{}>", self.message_id, self.from.address.domain())
    }

    /// The message as the wire wants it, put in place of what `out` held: CRLF line ends, ending in CRLF, no line over 998
    /// bytes, none that begins with a dot (so that nothing needs stuffing later).
    ///
    /// # Errors
    /// When a value would break out of its header field; `out` then holds a beginning.
    pub fn assemble_into(&self, out: &mut String) -> Result<(), MessageError> {
        out.clear();
        let files: usize = self
            .attached
            .iter()
            .map(|it| 512 + it.content.len() * 3 / 2)
            .sum();
        out.reserve(1024 + self.text.len() + self.html.map_or(0, |html| html.len() + html.len() / 8) + files);
        self.headers(out)?;
        if self.attached.is_empty() {
            return self.words(out);
        }
        let id = self.message_id;
        let _ = write!(
            out,
            "Content-Type: multipart/mixed; boundary=\"{MIXED}{id}\"\r\n\r\n--{MIXED}{id}\r\n"
        );
        self.words(out)?;
        for file in self.attached {
            let _ = write!(out, "\r\n--{MIXED}{id}\r\n");
            attachment::write(out, *file)?;
        }
        let _ = write!(out, "--{MIXED}{id}--\r\n");
        Ok(())
    }

    /// What is read: text, and HTML where there is some.
    fn words(&self, out: &mut String) -> Result<(), MessageError> {
        let Some(html) = self.html else {
            return part(out, "text/plain", self.language, self.text);
        };
        let id = self.message_id;
        // Checked with the headers: letters, digits, `-_.`.
        let _ = write!(
            out,
            "Content-Type: multipart/alternative; boundary=\"{BOUNDARY}{id}\"\r\n\r\n"
        );
        for (kind, content) in [("text/plain", self.text), ("text/html", html)] {
            let _ = write!(out, "--{BOUNDARY}{id}\r\n");
            part(out, kind, self.language, content)?;
            out.push_str("\r\n");
        }
        let _ = write!(out, "--{BOUNDARY}{id}--\r\n");
        Ok(())
    }

    /// [`Self::assemble_into`] a new string.
    ///
    /// # Errors
    /// When a value would break out of its header field.
    pub fn assemble(&self) -> Result<String, MessageError> {
        let mut out = String::new();
        self.assemble_into(&mut out)?;
        Ok(out)
    }

    fn headers(&self, out: &mut String) -> Result<(), MessageError> {
        let sound = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
        if self.message_id.is_empty() || self.message_id.len() > 50 || !self.message_id.bytes().all(sound) {
            return Err(MessageError::Header("Message-ID"));
        }
        out.push_str("Date: ");
        DATE.print_zoned(&self.date.to_zoned(TimeZone::UTC), &mut *out)
            .map_err(|_| MessageError::Date)?;
        out.push_str("\r\n");
        header::mailbox(out, "From", self.from)?;
        header::mailbox(out, "To", self.to)?;
        for (n, address) in self.cc.iter().enumerate() {
            out.push_str(if n == 0 { "Cc: " } else { ",\r\n " });
            out.push_str(address.as_str());
        }
        if !self.cc.is_empty() {
            out.push_str("\r\n");
        }
        if let Some(reply_to) = self.reply_to {
            header::mailbox(out, "Reply-To", reply_to)?;
        }
        header::unstructured(out, "Subject", self.subject)?;
        let _ = write!(
            out,
            "Message-ID: <{}@{}>\r\n",
            self.message_id,
            self.from.address.domain()
        );
        if let Some(list) = self.list {
            list_headers(out, list)?;
        }
        if self.auto_submitted {
            header::verbatim(out, "Auto-Submitted", "auto-generated")?;
        }
        header::verbatim(out, "MIME-Version", "1.0")
    }
}

fn list_headers(out: &mut String, list: List<'_>) -> Result<(), MessageError> {
    let sound_id = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    if list.id.is_empty() || list.id.len() > 255 || !list.id.bytes().all(sound_id) {
        return Err(MessageError::Header("List-Id"));
    }
    if list.name.chars().any(char::is_control) {
        return Err(MessageError::Header("List-Id"));
    }
    out.push_str("List-Id: ");
    if !list.name.is_empty() {
        header::phrase(out, list.name);
        out.push_str("\r\n ");
    }
    let _ = write!(out, "<{}>\r\n", list.id);
    if list.unsubscribe.contains(['<', '>', ' ']) {
        return Err(MessageError::Header("List-Unsubscribe"));
    }
    header::verbatim(out, "List-Unsubscribe", &format!("<{}>", list.unsubscribe))?;
    header::verbatim(out, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
}

fn part(out: &mut String, kind: &str, language: &str, content: &str) -> Result<(), MessageError> {
    let encoding = Encoding::choose(content);
    let _ = write!(
        out,
        "Content-Type: {kind}; charset=utf-8\r\nContent-Transfer-Encoding: {}\r\n",
        encoding.name()
    );
    if !language.is_empty() {
        header::verbatim(out, "Content-Language", language)?;
    }
    out.push_str("\r\n");
    body::write(out, content, encoding);
    Ok(())
}
