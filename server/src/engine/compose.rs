//! One recipient: rendered, assembled, signed; and what a hand-off leads to.

use std::time::Duration;

use delivery::HandOff;
use delivery::email::{Address, Envelope, List, Mailbox, Message, verp};
use domain::dispatch::{self, Deferral, Outcome, OutcomeKind, Recipient, TrackedLinks};
use domain::tokens::DeliveryRef;
use jiff::Timestamp;
use render::{Person, Rendered};
use types::DispatchId;

use super::Engine;
use super::feeder::signed;
use super::journal::End;
use super::lane::Item;

/// What one hand-off leads to.
pub(super) enum Verdict {
    Final(Outcome),
    Later(Deferral),
    /// The connection was lost before any content: the same recipient, on another connection.
    Again,
}

/// A message ready for the wire. Its buffers are used again for the next.
#[derive(Default)]
pub(super) struct Ready {
    sender: Option<Address>,
    recipient: Option<Address>,
    pub signature: String,
    pub message: String,
}

impl Ready {
    /// The envelope; none before anything was composed.
    pub fn envelope(&self) -> Option<Envelope<'_>> {
        Some(Envelope {
            sender: self.sender.as_ref(),
            recipient: self.recipient.as_ref()?,
            eight_bit: false,
            size: self.signature.len() + self.message.len(),
        })
    }

    /// Of the recipient's address: its limits.
    pub fn domain(&self) -> &str {
        self.recipient.as_ref().map_or("", Address::domain)
    }
}

/// Renders, assembles and signs, or says why that cannot be done for this person.
pub(super) fn compose(
    engine: &Engine,
    item: &Item,
    rendered: &mut Rendered,
    ready: &mut Ready,
) -> Result<(), Box<Outcome>> {
    let (prepared, recipient) = (&*item.slot.prepared, &item.recipient);
    let now = engine.domain.now();
    let failed =
        |rule: &str, why: &str| Box::new(ended(recipient, OutcomeKind::Failed, rule, None, why, now));
    let to =
        Mailbox::new(&display_name(recipient), &recipient.address).map_err(|_| failed("bad_address", ""))?;
    let delivery = DeliveryRef {
        dispatch: prepared.context.dispatch,
        seq: recipient.seq,
    };
    let person = person_of(recipient);
    let marketing = prepared.context.is_marketing();
    let links = TrackedLinks {
        tokens: &engine.tokens,
        public_url: &prepared.origin,
        delivery,
        language: prepared.compiled.language_for(&person),
        tracked: marketing,
    };
    prepared
        .compiled
        .render_into(&person, &links, rendered)
        .map_err(|problem| failed("render_error", problem.code.as_str()))?;
    let from = Mailbox {
        name: rendered.from_name.clone(),
        address: prepared.sender.clone(),
    };
    let unsubscribe = match marketing {
        true => format!("{}/u/{}", prepared.origin, engine.tokens.unsubscribe(delivery)),
        false => String::new(),
    };
    let message = Message {
        from: &from,
        reply_to: prepared.reply_to.as_ref(),
        to: &to,
        subject: &rendered.subject,
        text: &rendered.text,
        html: Some(&rendered.html),
        message_id: &message_id(delivery),
        date: now,
        language: rendered.language.code(),
        list: marketing.then_some(List {
            id: &prepared.list_id,
            name: &prepared.list_name,
            unsubscribe: &unsubscribe,
        }),
        auto_submitted: !marketing,
    };
    ready.message.clear();
    message
        .assemble_into(&mut ready.message)
        .map_err(|_| failed("render_error", "header"))?;
    ready.signature.clear();
    prepared
        .sign(&ready.message, now, &mut ready.signature)
        .map_err(|_| failed("signing_failed", "dkim"))?;
    ready.sender = verp::envelope_sender(&engine.tokens.bounce(delivery), &prepared.bounce_domain).ok();
    ready.recipient = Some(to.address);
    Ok(())
}

/// What the journal keeps of a reply.
pub(super) fn end_of(result: &HandOff) -> End {
    match result {
        HandOff::Accepted(reply) => End::Sent(reply.code),
        HandOff::Refused(reply, _) if result.is_bad_address() => End::BadAddress(reply.code),
        HandOff::Refused(reply, _) => End::Refused(reply.code),
        HandOff::Deferred(reply, _) => End::Deferred(reply.code),
        HandOff::Lost => End::NotSent,
        HandOff::Ambiguous => End::Ambiguous,
    }
}

/// What becomes of the recipient.
pub(super) fn judge(
    engine: &Engine,
    lane: dispatch::Lane,
    recipient: &Recipient,
    result: HandOff,
) -> Verdict {
    let now = engine.domain.now();
    let bad = result.is_bad_address();
    let verdict = match result {
        HandOff::Accepted(reply) => Verdict::Final(ended(
            recipient,
            OutcomeKind::Sent,
            "",
            Some(reply.code),
            &reply.text,
            now,
        )),
        HandOff::Refused(reply, _) => {
            let rule = if bad { "hard_bounce" } else { "reply_5xx" };
            let mut outcome = ended(
                recipient,
                OutcomeKind::Failed,
                rule,
                Some(reply.code),
                &reply.text,
                now,
            );
            outcome.bad_address = bad;
            Verdict::Final(outcome)
        }
        HandOff::Deferred(reply, _) => {
            let code = reply.code.to_string();
            metrics::counter!("campanile_retries_total", "lane" => lane.as_str(), "code" => code)
                .increment(1);
            defer(engine, recipient, Some(reply.code), &reply.text)
        }
        HandOff::Lost => Verdict::Again,
        // Somebody waits for an answer: twice is better than not at all, and the Message-ID is the same (law 1).
        HandOff::Ambiguous if lane == dispatch::Lane::Transactional => {
            defer(engine, recipient, None, "connection lost")
        }
        HandOff::Ambiguous => Verdict::Final(ended(
            recipient,
            OutcomeKind::Ambiguous,
            "connection_lost",
            None,
            "",
            now,
        )),
    };
    let outcome = match &verdict {
        Verdict::Final(outcome) => outcome.kind.as_str(),
        Verdict::Later(_) => "deferred",
        Verdict::Again => "lost",
    };
    metrics::counter!("campanile_messages_total", "lane" => lane.as_str(), "outcome" => outcome).increment(1);
    verdict
}

/// Later, or never when the horizon would be passed.
pub(super) fn defer(engine: &Engine, recipient: &Recipient, code: Option<u16>, reply: &str) -> Verdict {
    let now = engine.domain.now();
    let first = recipient.first_attempt.unwrap_or(now);
    let elapsed = Duration::try_from(now.duration_since(first)).unwrap_or_default();
    let attempts = recipient.attempts + 1;
    match engine.settings.backoff.next(attempts, elapsed, engine.random()) {
        Some(pause) => Verdict::Later(Deferral {
            seq: recipient.seq,
            attempts: small(attempts),
            next_at: now + signed(pause),
            reply_code: code.and_then(|code| i16::try_from(code).ok()),
            reply: short(reply),
            first_at: first,
        }),
        None => Verdict::Final(ended(
            recipient,
            OutcomeKind::Failed,
            "retries_exhausted",
            code,
            reply,
            now,
        )),
    }
}

/// The end of a recipient.
pub(super) fn ended(
    recipient: &Recipient,
    kind: OutcomeKind,
    rule: &str,
    code: Option<u16>,
    reply: &str,
    at: Timestamp,
) -> Outcome {
    Outcome {
        seq: recipient.seq,
        kind,
        rule: rule.to_owned(),
        reply_code: code.and_then(|code| i16::try_from(code).ok()),
        reply: short(reply),
        attempts: small(recipient.attempts + 1),
        at,
        bad_address: false,
    }
}

/// The same for each attempt; the domain is added from the sender.
fn message_id(delivery: DeliveryRef) -> String {
    let DispatchId(dispatch) = delivery.dispatch;
    format!("{}.{}", dispatch.simple(), delivery.seq)
}

fn display_name(recipient: &Recipient) -> String {
    let name = format!("{} {}", recipient.first_name, recipient.last_name);
    name.chars()
        .filter(|c| !c.is_control())
        .collect::<String>()
        .trim()
        .to_owned()
}

fn person_of(recipient: &Recipient) -> Person {
    Person {
        first_name: recipient.first_name.clone(),
        last_name: recipient.last_name.clone(),
        email: recipient.address.clone(),
        language: recipient.language.parse().ok(),
        attributes: recipient.attributes.as_object().cloned().unwrap_or_default(),
    }
}

fn small(attempts: u32) -> i16 {
    i16::try_from(attempts).unwrap_or(i16::MAX)
}

/// A reply's beginning says why; a million long ones would only fill the ledger.
fn short(reply: &str) -> String {
    reply.chars().take(160).collect()
}
