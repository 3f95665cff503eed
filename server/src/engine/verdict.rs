//! What a hand-off leads to: an end, another time, or another connection.

use std::time::Duration;

use delivery::{Backoff, HandOff};
use domain::dispatch::{self, Deferral, Outcome, OutcomeKind, Recipient};
use jiff::Timestamp;

use super::Engine;
use super::feeder::signed;
use super::journal::End;
use super::lane::Lane;

/// What one hand-off leads to.
#[derive(Debug)]
pub(super) enum Verdict {
    Final(Outcome),
    Later(Deferral),
    /// The connection was lost before any content: the same recipient, on another connection.
    Again,
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

/// The moment of a verdict.
#[derive(Clone, Copy)]
struct Moment {
    now: Timestamp,
    backoff: Backoff,
    /// In 0..1.
    random: f64,
}

impl Moment {
    fn of(engine: &Engine) -> Self {
        Self {
            now: engine.domain.now(),
            backoff: engine.settings.backoff,
            random: engine.random(),
        }
    }
}

/// What becomes of the recipient; counted.
pub(super) fn judge(engine: &Engine, lane: &Lane, recipient: &Recipient, result: HandOff) -> Verdict {
    let kind = lane.kind;
    if let HandOff::Deferred(reply, _) = &result {
        let code = reply.code.to_string();
        metrics::counter!("campanile_retries_total", "lane" => kind.as_str(), "code" => code).increment(1);
    }
    let verdict = verdict(Moment::of(engine), kind, recipient, result);
    let outcome = match &verdict {
        Verdict::Final(outcome) if outcome.kind == OutcomeKind::Sent => {
            lane.sent.increment(1);
            return verdict;
        }
        Verdict::Final(outcome) => outcome.kind.as_str(),
        Verdict::Later(_) => "deferred",
        Verdict::Again => "lost",
    };
    metrics::counter!("campanile_messages_total", "lane" => kind.as_str(), "outcome" => outcome).increment(1);
    verdict
}

/// Later, or never when the horizon would be passed.
pub(super) fn defer(engine: &Engine, recipient: &Recipient, code: Option<u16>, reply: &str) -> Verdict {
    later(Moment::of(engine), recipient, code, reply)
}

fn verdict(at: Moment, lane: dispatch::Lane, recipient: &Recipient, result: HandOff) -> Verdict {
    let bad = result.is_bad_address();
    match result {
        HandOff::Accepted(reply) => Verdict::Final(ended(
            recipient,
            OutcomeKind::Sent,
            "",
            Some(reply.code),
            &reply.text,
            at.now,
        )),
        HandOff::Refused(reply, _) => {
            let rule = if bad { "hard_bounce" } else { "reply_5xx" };
            let mut outcome = ended(
                recipient,
                OutcomeKind::Failed,
                rule,
                Some(reply.code),
                &reply.text,
                at.now,
            );
            outcome.bad_address = bad;
            Verdict::Final(outcome)
        }
        HandOff::Deferred(reply, _) => later(at, recipient, Some(reply.code), &reply.text),
        HandOff::Lost => Verdict::Again,
        // Somebody waits for an answer: twice is better than not at all, and the Message-ID is the same (law 1).
        HandOff::Ambiguous if lane == dispatch::Lane::Transactional => {
            later(at, recipient, None, "connection lost")
        }
        HandOff::Ambiguous => Verdict::Final(ended(
            recipient,
            OutcomeKind::Ambiguous,
            "connection_lost",
            None,
            "",
            at.now,
        )),
    }
}

fn later(at: Moment, recipient: &Recipient, code: Option<u16>, reply: &str) -> Verdict {
    let first = recipient.first_attempt.unwrap_or(at.now);
    let elapsed = Duration::try_from(at.now.duration_since(first)).unwrap_or_default();
    let attempts = recipient.attempts + 1;
    match at.backoff.next(attempts, elapsed, at.random) {
        Some(pause) => Verdict::Later(Deferral {
            seq: recipient.seq,
            attempts: small(attempts),
            next_at: at.now + signed(pause),
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
            at.now,
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

fn small(attempts: u32) -> i16 {
    i16::try_from(attempts).unwrap_or(i16::MAX)
}

/// A reply's beginning says why; a million long ones would only fill the ledger.
fn short(reply: &str) -> String {
    reply.chars().take(160).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use delivery::{Reply, Stage};
    use proptest::prelude::*;
    use uuid::Uuid;

    fn recipient() -> Recipient {
        Recipient {
            seq: 7,
            contact: types::ContactId(Uuid::nil()),
            address: "a@mail.test".to_owned(),
            language: "en".to_owned(),
            first_name: String::new(),
            last_name: String::new(),
            attributes: serde_json::json!({}),
            attempts: 0,
            first_attempt: None,
            extra: None,
        }
    }

    fn stage() -> impl Strategy<Value = Stage> {
        prop_oneof![
            Just(Stage::Sender),
            Just(Stage::Recipient),
            Just(Stage::Data),
            Just(Stage::Content)
        ]
    }

    fn text() -> impl Strategy<Value = String> {
        prop_oneof![
            Just("5.1.1 no such user".to_owned()),
            Just("4.2.1 later".to_owned()),
            "[a-zę]{0,400}"
        ]
    }

    fn result() -> impl Strategy<Value = HandOff> {
        prop_oneof![
            (200u16..300, text()).prop_map(|(code, text)| HandOff::Accepted(Reply::new(code, &text))),
            (500u16..560, text(), stage())
                .prop_map(|(code, text, stage)| HandOff::Refused(Reply::new(code, &text), stage)),
            (400u16..460, text(), stage())
                .prop_map(|(code, text, stage)| HandOff::Deferred(Reply::new(code, &text), stage)),
            Just(HandOff::Lost),
            Just(HandOff::Ambiguous),
        ]
    }

    fn lane() -> impl Strategy<Value = dispatch::Lane> {
        prop::sample::select(dispatch::Lane::ALL.to_vec())
    }

    proptest! {
        /// One recipient from its first attempt to its end, whatever the relay answers: there is one end, it says what the last answer
        /// said, attempts are counted one by one, and nobody is kept waiting beyond the horizon.
        #[test]
        fn every_recipient_comes_to_one_end(
            lane in lane(),
            results in prop::collection::vec((result(), 0.0f64..1.0), 1..60),
        ) {
            let backoff = Backoff::MAIL;
            let mut recipient = recipient();
            let begun: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
            let mut now = begun;
            // A relay that never says anything else says "later" in the end.
            let endless = std::iter::repeat((HandOff::Deferred(Reply::new(451, "later"), Stage::Content), 0.5));
            let mut attempts = 0;
            for (result, random) in results.into_iter().chain(endless) {
                let verdict = verdict(Moment { now, backoff, random }, lane, &recipient, result.clone());
                match (&result, verdict) {
                    (HandOff::Lost, Verdict::Again) => {}
                    (HandOff::Deferred(..) | HandOff::Ambiguous, Verdict::Later(deferral)) => {
                        prop_assert!(!matches!(result, HandOff::Ambiguous) || lane == dispatch::Lane::Transactional);
                        attempts += 1;
                        prop_assert_eq!(deferral.attempts, attempts);
                        prop_assert!(deferral.next_at > now);
                        prop_assert!(deferral.next_at.duration_since(deferral.first_at) <= signed(backoff.horizon));
                        prop_assert_eq!(deferral.first_at, begun);
                        prop_assert!(deferral.reply.chars().count() <= 160);
                        recipient.attempts = u32::from(deferral.attempts.unsigned_abs());
                        recipient.first_attempt = Some(deferral.first_at);
                        now = deferral.next_at;
                    }
                    (result, Verdict::Final(outcome)) => {
                        prop_assert_eq!(outcome.attempts, attempts + 1);
                        prop_assert!(outcome.reply.chars().count() <= 160);
                        let wanted = match result {
                            HandOff::Accepted(_) => OutcomeKind::Sent,
                            HandOff::Refused(..) | HandOff::Deferred(..) => OutcomeKind::Failed,
                            HandOff::Ambiguous if lane == dispatch::Lane::Transactional => OutcomeKind::Failed,
                            HandOff::Ambiguous => OutcomeKind::Ambiguous,
                            HandOff::Lost => return Err(TestCaseError::fail("a lost line is no end")),
                        };
                        prop_assert_eq!(outcome.kind, wanted);
                        prop_assert_eq!(outcome.bad_address, result.is_bad_address());
                        prop_assert_eq!(outcome.kind == OutcomeKind::Sent, outcome.rule.is_empty());
                        return Ok(());
                    }
                    (result, verdict) => return Err(TestCaseError::fail(format!("{result:?}: {verdict:?}"))),
                }
            }
        }
    }
}
