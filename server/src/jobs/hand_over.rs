//! One recipient: render, assemble, hand over, and say what became of it.

use std::time::Duration;

use delivery::email::{Address, Connection, List, Mailbox, Message, Outgoing, verp};
use delivery::{Channel, HandOff};
use domain::dispatch::{Deferral, Lane, Outcome, OutcomeKind, Recipient, TrackedLinks};
use domain::tokens::DeliveryRef;
use jiff::{SignedDuration, Timestamp};
use render::{Person, Rendered};
use types::DispatchId;

use super::Shared;
use super::prepared::Prepared;

/// What one hand-off leads to.
pub(super) enum Verdict {
    Final(Outcome),
    Later(Deferral),
    /// The connection was lost before any content: the same recipient, on another connection.
    Again,
}

/// A message ready for the wire.
pub(super) struct Ready {
    sender: Option<Address>,
    recipient: Address,
    content: String,
}

/// Renders and assembles, or says why that cannot be done for this person.
pub(super) fn make_ready(
    shared: &Shared,
    prepared: &Prepared,
    recipient: &Recipient,
    rendered: &mut Rendered,
) -> Result<Ready, Box<Outcome>> {
    let now = shared.domain.now();
    let failed = |rule: &str, why: &str| {
        Box::new(final_outcome(
            recipient,
            OutcomeKind::Failed,
            rule,
            None,
            why,
            now,
            false,
        ))
    };
    let to =
        Mailbox::new(&display_name(recipient), &recipient.address).map_err(|_| failed("bad_address", ""))?;
    let delivery = DeliveryRef {
        dispatch: prepared.context.dispatch,
        seq: recipient.seq,
    };
    let person = person_of(recipient);
    let marketing = prepared.context.is_marketing();
    let links = TrackedLinks {
        tokens: &shared.tokens,
        public_url: shared.domain.public_url(),
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
    let unsubscribe = format!(
        "{}/u/{}",
        shared.domain.public_url(),
        shared.tokens.unsubscribe(delivery)
    );
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
    let content = message.assemble().map_err(|_| failed("render_error", "header"))?;
    let sender = verp::envelope_sender(&shared.tokens.bounce(delivery), prepared.sender.domain()).ok();
    Ok(Ready {
        sender,
        recipient: to.address,
        content,
    })
}

/// Hands over on an open line.
pub(super) async fn hand_over(
    shared: &Shared,
    prepared: &Prepared,
    line: &mut Connection,
    recipient: &Recipient,
    ready: &Ready,
) -> Verdict {
    let outgoing = Outgoing {
        sender: ready.sender.as_ref(),
        recipient: &ready.recipient,
        content: &ready.content,
    };
    let begun = tokio::time::Instant::now();
    let result = line.hand_over(outgoing).await;
    let lane = prepared.context.lane;
    metrics::histogram!("campanile_handoff_seconds", "lane" => lane.as_str()).record(begun.elapsed());
    judge(shared, lane, recipient, result)
}

fn judge(shared: &Shared, lane: Lane, recipient: &Recipient, result: HandOff) -> Verdict {
    let now = shared.domain.now();
    let bad = result.is_bad_address();
    let verdict = match result {
        HandOff::Accepted(reply) => Verdict::Final(final_outcome(
            recipient,
            OutcomeKind::Sent,
            "",
            Some(reply.code),
            &reply.text,
            now,
            false,
        )),
        HandOff::Refused(reply, _) => {
            let rule = if bad { "hard_bounce" } else { "reply_5xx" };
            Verdict::Final(final_outcome(
                recipient,
                OutcomeKind::Failed,
                rule,
                Some(reply.code),
                &reply.text,
                now,
                bad,
            ))
        }
        HandOff::Deferred(reply, _) => defer(shared, recipient, Some(reply.code), &reply.text, now),
        HandOff::Lost => Verdict::Again,
        // Somebody waits for an answer: twice is better than not at all, and the Message-ID is the same (law 1).
        HandOff::Ambiguous if lane == Lane::Transactional => {
            defer(shared, recipient, None, "connection lost", now)
        }
        HandOff::Ambiguous => Verdict::Final(final_outcome(
            recipient,
            OutcomeKind::Ambiguous,
            "connection_lost",
            None,
            "",
            now,
            false,
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
pub(super) fn defer(
    shared: &Shared,
    recipient: &Recipient,
    code: Option<u16>,
    reply: &str,
    now: Timestamp,
) -> Verdict {
    let first = recipient.first_attempt.unwrap_or(now);
    let elapsed = Duration::try_from(now.duration_since(first)).unwrap_or_default();
    let attempts = recipient.attempts + 1;
    let random = f64::from(u32::from_le_bytes(shared.domain.random::<4>())) / f64::from(u32::MAX);
    match shared.settings.backoff.next(attempts, elapsed, random) {
        Some(pause) => Verdict::Later(Deferral {
            seq: recipient.seq,
            attempts: small(attempts),
            next_at: now + SignedDuration::try_from(pause).unwrap_or(SignedDuration::from_secs(60)),
            reply_code: code.and_then(|code| i16::try_from(code).ok()),
            reply: short(reply),
            first_at: first,
        }),
        None => Verdict::Final(final_outcome(
            recipient,
            OutcomeKind::Failed,
            "retries_exhausted",
            code,
            reply,
            now,
            false,
        )),
    }
}

fn final_outcome(
    recipient: &Recipient,
    kind: OutcomeKind,
    rule: &str,
    code: Option<u16>,
    reply: &str,
    at: Timestamp,
    bad: bool,
) -> Outcome {
    Outcome {
        seq: recipient.seq,
        kind,
        rule: rule.to_owned(),
        reply_code: code.and_then(|code| i16::try_from(code).ok()),
        reply: short(reply),
        attempts: small(recipient.attempts + 1),
        at,
        bad_address: bad.then(|| (recipient.contact, recipient.address.clone())),
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
