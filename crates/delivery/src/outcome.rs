//! What became of one hand-off, in the words of SMTP (RFC 5321, RFC 3463) but without its wire.

use std::fmt;

/// The three numbers of RFC 3463, for example 5.1.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enhanced {
    /// 2 accepted, 4 later, 5 never.
    pub class: u8,
    /// What it is about: 1 the address, 2 the mailbox, 3 the mail system, 7 policy.
    pub subject: u16,
    /// The detail within the subject.
    pub detail: u16,
}

impl Enhanced {
    /// Reads the code at the beginning of a reply's text; none when the server gives none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let word = text.split_ascii_whitespace().next()?;
        let mut parts = word.split('.');
        let class = parts
            .next()?
            .parse()
            .ok()
            .filter(|class| matches!(class, 2 | 4 | 5))?;
        let subject = short_number(parts.next()?)?;
        let detail = short_number(parts.next()?)?;
        if parts.next().is_some() {
            return None;
        }
        Some(Self {
            class,
            subject,
            detail,
        })
    }
}

fn short_number(digits: &str) -> Option<u16> {
    ((1..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()))
        .then(|| digits.parse().ok())?
}

impl fmt::Display for Enhanced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

/// A server's reply: three digits, perhaps an enhanced code, and its text in one line of at most 300 characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// For example 250, 451, 550.
    pub code: u16,
    /// The enhanced code at the beginning of the text.
    pub enhanced: Option<Enhanced>,
    /// The text without control characters. It may quote the recipient's address: never log it.
    pub text: String,
}

impl Reply {
    /// Cleans a reply's text: lines joined, control characters removed, cut at 300 characters.
    #[must_use]
    pub fn new(code: u16, text: &str) -> Self {
        let mut clean = String::with_capacity(text.len().min(300));
        for c in text
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .take(300)
        {
            clean.push(c);
        }
        Self {
            code,
            enhanced: Enhanced::parse(text),
            text: clean.trim().to_owned(),
        }
    }
}

/// Where in the exchange a reply came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// At MAIL FROM: about the sender or the session.
    Sender,
    /// At RCPT TO: about the recipient.
    Recipient,
    /// At DATA, before any content.
    Data,
    /// After the final dot: about the message, or everything.
    Content,
}

/// The result of one hand-off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HandOff {
    /// The relay took responsibility (2xx after the final dot).
    Accepted(Reply),
    /// 4xx: try again later.
    Deferred(Reply, Stage),
    /// 5xx: final.
    Refused(Reply, Stage),
    /// The connection broke before any content was sent: surely not accepted; try again on another connection.
    Lost,
    /// The connection broke after content began and before the final reply: nobody can know (law 1).
    Ambiguous,
}

impl HandOff {
    /// Whether this refusal says that the address itself does not exist or does not take mail, so that it should be
    /// suppressed; a refusal by policy, size or content is not.
    ///
    /// RFC 3463: 5.1.1, 5.1.2, 5.1.3, 5.1.6, 5.1.10 (bad address) and 5.2.1 (mailbox disabled). A server without enhanced
    /// codes is believed when it answers 550, 551 or 553 to RCPT.
    #[must_use]
    pub fn is_bad_address(&self) -> bool {
        let Self::Refused(reply, stage) = self else {
            return false;
        };
        match reply.enhanced {
            Some(code) => {
                code.class == 5 && matches!((code.subject, code.detail), (1, 1 | 2 | 3 | 6 | 10) | (2, 1))
            }
            None => *stage == Stage::Recipient && matches!(reply.code, 550 | 551 | 553),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enhanced_codes_are_read_from_the_beginning_only() {
        assert_eq!(
            Enhanced::parse("5.1.1 no such user")
                .map(|e| e.to_string())
                .as_deref(),
            Some("5.1.1")
        );
        assert_eq!(Enhanced::parse("no such user 5.1.1"), None);
        assert_eq!(Enhanced::parse("3.1.1 x"), None);
        assert_eq!(Enhanced::parse("5.1 x"), None);
        assert_eq!(Enhanced::parse("5.1.1.1 x"), None);
        assert_eq!(Enhanced::parse("5.1234.1 x"), None);
        assert_eq!(Enhanced::parse(""), None);
    }

    #[test]
    fn only_address_failures_suppress() {
        let refused =
            |code, text: &str, stage| HandOff::Refused(Reply::new(code, text), stage).is_bad_address();
        assert!(refused(550, "5.1.1 unknown", Stage::Recipient));
        assert!(refused(550, "5.1.1 unknown", Stage::Content));
        assert!(refused(550, "no such user", Stage::Recipient));
        assert!(!refused(550, "no such user", Stage::Content));
        assert!(!refused(550, "5.7.1 policy", Stage::Recipient));
        assert!(!refused(552, "5.2.2 mailbox full", Stage::Recipient));
        assert!(!refused(554, "rejected", Stage::Recipient));
        assert!(!HandOff::Deferred(Reply::new(450, "4.1.1 later"), Stage::Recipient).is_bad_address());
    }

    #[test]
    fn replies_are_one_clean_line() {
        let reply = Reply::new(550, &format!("5.1.1 a\r\nb\0{}", "x".repeat(1000)));
        assert!(reply.text.len() <= 300);
        assert!(!reply.text.contains(['\r', '\n', '\0']));
    }
}
