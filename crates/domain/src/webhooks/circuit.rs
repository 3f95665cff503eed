//! What a failure means: for the event, when it is tried again; for the endpoint, whether anything else is worth trying.

use super::secret::Posted;
use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};
use types::webhooks::DisabledFor;

/// When an event is tried again after its n-th failure: the example schedule of Standard Webhooks. After the last, it is given up.
const RETRIES: [SignedDuration; 9] = [
    SignedDuration::from_secs(5),
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(30),
    SignedDuration::from_hours(2),
    SignedDuration::from_hours(5),
    SignedDuration::from_hours(10),
    SignedDuration::from_hours(14),
    SignedDuration::from_hours(20),
    SignedDuration::from_hours(24),
];
/// How long an event waits at the most, whatever it waits for: as long as that schedule takes.
pub(super) const PATIENCE: SignedDuration = SignedDuration::from_hours(76);
/// An endpoint that took nothing for so long is disabled.
const GIVEN_UP: SignedDuration = SignedDuration::from_hours(5 * 24);
/// So many failures in a row are the endpoint's, not the events'.
const IN_A_ROW: i32 = 5;
/// Between attempts to see whether it is back: as long as it has been away, within these bounds.
const SOONEST: SignedDuration = SignedDuration::from_secs(5);
const LATEST: SignedDuration = SignedDuration::from_mins(5);
/// The later bound once it has been away for a day.
const LATEST_AFTER_A_DAY: SignedDuration = SignedDuration::from_mins(30);
/// The longest time that an endpoint may ask for by `Retry-After`.
const ASKED_AT_MOST: SignedDuration = SignedDuration::from_hours(24);

/// When an event that failed for the n-th time is tried again; none: it is given up. `jitter` between 0 and 1.
pub(super) fn retry_at(now: Timestamp, failures: i32, jitter: f64) -> Option<Timestamp> {
    let index = usize::try_from(failures).ok()?.checked_sub(1)?;
    RETRIES.get(index).map(|pause| now + spread(*pause, jitter))
}

/// Up to a fifth shorter, so that what failed together does not come back together, and the whole schedule stays within [`PATIENCE`].
fn spread(pause: SignedDuration, jitter: f64) -> SignedDuration {
    SignedDuration::try_from_secs_f64(pause.as_secs_f64() * (1.0 - 0.2 * jitter)).unwrap_or(pause)
}

/// The time that a `Retry-After` names: seconds, or a date (RFC 9110, section 10.2.3).
fn asked_for(text: &str, now: Timestamp) -> Option<Timestamp> {
    let at = match text.trim().parse::<u32>() {
        Ok(seconds) => now + SignedDuration::from_secs(i64::from(seconds)),
        Err(_) => rfc2822::parse(text.trim()).ok()?.timestamp(),
    };
    Some(at.min(now + ASKED_AT_MOST))
}

/// How an endpoint does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Circuit {
    /// In a row.
    pub failures: i32,
    /// Since the first of them.
    pub failing_since: Option<Timestamp>,
    /// Open: nothing but one attempt goes, and not before this time.
    pub retry_at: Option<Timestamp>,
    /// It gets nothing more.
    pub disabled: Option<DisabledFor>,
}

impl Circuit {
    pub(super) fn is_open(self) -> bool {
        self.retry_at.is_some()
    }

    /// After an attempt.
    pub(super) fn after(self, posted: &Posted, now: Timestamp, jitter: f64) -> Self {
        let status = posted.status;
        if self.disabled.is_some() || posted.is_delivered() {
            return Self {
                disabled: self.disabled,
                ..Self::default()
            };
        }
        let since = self.failing_since.unwrap_or(now);
        let failing = now.duration_since(since);
        let failures = self.failures.saturating_add(1);
        let disabled = match status {
            Some(410) => Some(DisabledFor::Gone),
            _ if failing >= GIVEN_UP => Some(DisabledFor::Failing),
            _ => None,
        };
        // No answer, or one that says "too much": what else waits would fare no better.
        let overloaded = matches!(status, None | Some(429 | 502..=504));
        let opens = self.is_open() || overloaded || failures >= IN_A_ROW;
        let latest = match failing > SignedDuration::from_hours(24) {
            true => LATEST_AFTER_A_DAY,
            false => LATEST,
        };
        let pause = now + spread(failing.clamp(SOONEST, latest), jitter);
        let asked = posted.retry_after.as_deref().and_then(|it| asked_for(it, now));
        Self {
            failures,
            failing_since: Some(since),
            retry_at: opens.then(|| asked.map_or(pause, |asked| asked.max(pause))),
            disabled,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::UNIX_EPOCH;

    fn at(seconds: i64) -> Timestamp {
        START + SignedDuration::from_secs(seconds)
    }

    fn status(status: u16) -> Posted {
        Posted {
            status: Some(status),
            ..Posted::default()
        }
    }

    fn asking(status: u16, retry_after: &str) -> Posted {
        Posted {
            status: Some(status),
            retry_after: Some(retry_after.to_owned()),
            ..Posted::default()
        }
    }

    fn nothing() -> Posted {
        Posted::default()
    }

    fn seconds(time: Option<Timestamp>) -> Option<i64> {
        time.map(Timestamp::as_second)
    }

    #[test]
    fn an_event_is_tried_ten_times_over_three_days() {
        let mut now = START;
        let mut attempts = 1;
        while let Some(next) = retry_at(now, attempts, 0.0) {
            now = next;
            attempts += 1;
        }
        assert_eq!((attempts, now), (10, at(75 * 3600 + 35 * 60 + 5)));
        assert!(now.duration_since(START) < PATIENCE);
        assert_eq!(seconds(retry_at(START, 1, 1.0)), Some(4));
        assert_eq!(retry_at(START, 0, 0.0), None);
    }

    /// One event that the receiver does not like is not the endpoint's failure.
    #[test]
    fn a_refused_event_leaves_the_endpoint_alone() {
        let mut circuit = Circuit::default();
        for n in 1..5 {
            circuit = circuit.after(&status(500), at(n), 0.0);
            assert!(!circuit.is_open(), "{n}");
        }
        assert_eq!(seconds(circuit.failing_since), Some(1));
        assert_eq!(circuit.after(&status(204), at(5), 0.0), Circuit::default());
        assert!(circuit.after(&status(500), at(5), 0.0).is_open());
    }

    #[test]
    fn an_endpoint_that_is_away_is_tried_ever_more_seldom_but_every_five_minutes() {
        let mut circuit = Circuit::default();
        let mut now = START;
        let mut pauses = Vec::new();
        while now < at(3600) {
            circuit = circuit.after(&nothing(), now, 0.0);
            let next = circuit.retry_at.unwrap();
            pauses.push(next.as_second() - now.as_second());
            now = next;
        }
        assert_eq!(&pauses[..8], &[5, 5, 10, 20, 40, 80, 160, 300]);
        assert!(pauses[7..].iter().all(|pause| *pause == 300));
        assert_eq!(circuit.after(&status(200), now, 0.0), Circuit::default());
        let day = circuit.after(&nothing(), at(90_000), 0.0);
        assert_eq!(seconds(day.retry_at), Some(90_000 + 1800));
    }

    #[test]
    fn what_the_endpoint_asks_for_is_kept_to() {
        for status in [429, 503] {
            for (text, until) in [
                ("600", 600),
                (" 600 ", 600),
                ("Thu, 01 Jan 1970 00:10:00 GMT", 600),
                ("1000000", 86_400),
                ("0", 5),
                ("Wed, 31 Dec 1969 23:00:00 GMT", 5),
                ("-5", 5),
                ("soon", 5),
            ] {
                let circuit = Circuit::default().after(&asking(status, text), START, 0.0);
                assert_eq!(seconds(circuit.retry_at), Some(until), "{text}");
            }
        }
    }

    #[test]
    fn gone_is_gone_and_five_days_are_enough() {
        let gone = Circuit::default().after(&status(410), START, 0.0);
        assert_eq!(gone.disabled, Some(DisabledFor::Gone));
        let failing = Circuit::default().after(&nothing(), START, 0.0);
        assert_eq!(failing.after(&nothing(), at(5 * 86_400 - 1), 0.0).disabled, None);
        assert_eq!(
            failing.after(&status(301), at(5 * 86_400), 0.0).disabled,
            Some(DisabledFor::Failing)
        );
    }
}
