//! MAIL, RCPT and DATA: as one group, or one after the other where the server wants it so.

use std::io::{IoSlice, Write};

use super::{Announced, Connection, Envelope, State, closes, wire::Broken};
use crate::{
    email::Address,
    outcome::{HandOff, Reply, Stage},
};

fn is_international(envelope: &Envelope<'_>) -> bool {
    !envelope.recipient.as_str().is_ascii() || envelope.sender.is_some_and(|it| !it.as_str().is_ascii())
}

impl Connection {
    /// What the server could only refuse or, worse, mangle.
    pub(super) fn refusal_of_ours(&self, envelope: &Envelope<'_>) -> Option<HandOff> {
        (is_international(envelope) && !self.offers.utf8).then(|| {
            let reply = Reply::new(553, "5.6.7 the relay does not take internationalised addresses");
            HandOff::Refused(reply, Stage::Recipient)
        })
    }

    fn mail(&mut self, envelope: &Envelope<'_>) {
        let sender = envelope.sender.map_or("", Address::as_str);
        // Writing to memory does not fail.
        let _ = write!(self.commands, "MAIL FROM:<{sender}>");
        if self.offers.size && envelope.size > 0 {
            let _ = write!(self.commands, " SIZE={}", envelope.size);
        }
        if self.offers.eight_bit && envelope.eight_bit {
            self.commands.extend_from_slice(b" BODY=8BITMIME");
        }
        if is_international(envelope) {
            self.commands.extend_from_slice(b" SMTPUTF8");
        }
        self.commands.extend_from_slice(b"\r\n");
    }

    fn recipient(&mut self, recipient: &Address) {
        let _ = write!(self.commands, "RCPT TO:<{}>\r\n", recipient.as_str());
    }

    /// Appends a whole envelope; says whether RSET goes before it.
    pub(super) fn group(&mut self, envelope: &Envelope<'_>) -> bool {
        let reset = std::mem::replace(&mut self.reset_due, false);
        self.refused = None;
        if reset {
            self.commands.extend_from_slice(b"RSET\r\n");
        }
        self.mail(envelope);
        self.recipient(envelope.recipient);
        self.commands.extend_from_slice(b"DATA\r\n");
        reset
    }

    pub(super) async fn write_commands(&mut self) -> Result<(), Broken> {
        let mut pieces = [IoSlice::new(&self.commands)];
        self.wire.write(&mut pieces, self.timeouts.command).await
    }

    /// The reply to a command before the content: none goes on.
    pub(super) async fn answer(&mut self, stage: Stage) -> Result<Option<HandOff>, Broken> {
        let code = self.wire.read(self.timeouts.command).await?;
        match code {
            354 if stage == Stage::Data => Ok(None),
            200..=299 if stage != Stage::Data => Ok(None),
            400..=499 => Ok(Some(HandOff::Deferred(self.wire.reply(code), stage))),
            500.. => Ok(Some(HandOff::Refused(self.wire.reply(code), stage))),
            _ => Err(Broken::Nonsense),
        }
    }

    /// The replies to an envelope written as a group: all are read, whatever they say, but for 421, which may be the last.
    pub(super) async fn read_group(&mut self, reset: bool) -> Result<Announced, Broken> {
        if reset {
            match self.answer(Stage::Sender).await? {
                None => {}
                Some(stopped) if closes(&stopped) => return Ok(Announced::Stopped(stopped)),
                Some(_) => return Err(Broken::Nonsense),
            }
        }
        let sender = self.answer(Stage::Sender).await?;
        if let Some(stopped) = sender.as_ref().filter(|it| closes(it)) {
            return Ok(Announced::Stopped(stopped.clone()));
        }
        let recipient = self.answer(Stage::Recipient).await?;
        if let Some(closed) = recipient.as_ref().filter(|it| closes(it)) {
            return Ok(Announced::Stopped(sender.unwrap_or_else(|| closed.clone())));
        }
        let data = self.answer(Stage::Data).await?;
        if let Some(closed) = data.as_ref().filter(|it| closes(it)) {
            let first = sender.or(recipient);
            return Ok(Announced::Stopped(first.unwrap_or_else(|| closed.clone())));
        }
        let somebody = recipient.is_none();
        let begun = sender.is_none() || somebody;
        match (sender.or(recipient), data) {
            (None, None) => {
                self.state = State::Awaited;
                Ok(Announced::Ready)
            }
            (Some(stopped), None) => {
                // The server waits for content that nobody is to have: end it at once (RFC 2920, 3.1). If it took the
                // recipient and not the sender, that one would get an empty mail: then the line is dropped instead.
                if !somebody {
                    let answer = self.wire.exchange(b".\r\n", self.timeouts.content).await;
                    if answer.is_ok_and(|code| code != 421) {
                        self.state = State::Idle;
                    }
                }
                Ok(Announced::Stopped(stopped))
            }
            (stopped, Some(data)) => {
                self.reset_due = begun;
                self.state = State::Idle;
                Ok(Announced::Stopped(stopped.unwrap_or(data)))
            }
        }
    }

    /// The envelope for a server without PIPELINING, and one with copies: whether there is to be any content is known after the answer about
    /// the recipient.
    pub(super) async fn one_by_one(&mut self, envelope: &Envelope<'_>) -> Result<Announced, Broken> {
        if std::mem::replace(&mut self.reset_due, false) {
            match self.wire.exchange(b"RSET\r\n", self.timeouts.command).await? {
                200..=299 => {}
                421 => {
                    let reply = self.wire.reply(421);
                    return Ok(Announced::Stopped(HandOff::Deferred(reply, Stage::Sender)));
                }
                _ => return Err(Broken::Nonsense),
            }
        }
        for stage in [Stage::Sender, Stage::Recipient, Stage::Data] {
            self.commands.clear();
            match stage {
                Stage::Sender => self.mail(envelope),
                Stage::Recipient => self.recipient(envelope.recipient),
                Stage::Data | Stage::Content => self.commands.extend_from_slice(b"DATA\r\n"),
            }
            self.write_commands().await?;
            if let Some(stopped) = self.answer(stage).await? {
                if !closes(&stopped) {
                    self.reset_due = stage != Stage::Sender;
                    self.state = State::Idle;
                }
                return Ok(Announced::Stopped(stopped));
            }
            if stage == Stage::Recipient
                && let Some(closed) = self.copies(envelope).await?
            {
                return Ok(Announced::Stopped(closed));
            }
        }
        self.state = State::Awaited;
        Ok(Announced::Ready)
    }

    /// Further recipients, once the first is taken. Answers with what closed the line.
    async fn copies(&mut self, envelope: &Envelope<'_>) -> Result<Option<HandOff>, Broken> {
        self.refused = None;
        for copy in envelope.copies {
            let refusal = if copy.as_str().is_ascii() || is_international(envelope) {
                self.commands.clear();
                self.recipient(copy);
                self.write_commands().await?;
                self.answer(Stage::Recipient).await?
            } else {
                let reply = Reply::new(
                    553,
                    "5.6.7 an internationalised address in an envelope that is not",
                );
                Some(HandOff::Refused(reply, Stage::Recipient))
            };
            match refusal {
                Some(closed) if closes(&closed) => return Ok(Some(closed)),
                Some(HandOff::Deferred(reply, _) | HandOff::Refused(reply, _)) => match &mut self.refused {
                    Some((many, _)) => *many += 1,
                    none => *none = Some((1, reply)),
                },
                _ => {}
            }
        }
        Ok(None)
    }
}
