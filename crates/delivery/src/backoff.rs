//! When a deferred message is tried again: a pure function of what happened so far and one random number.

use std::time::Duration;

/// Growing pauses with jitter, up to a horizon after which a deferred message counts as failed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Backoff {
    /// Pause after the first attempt, before jitter.
    pub first: Duration,
    /// Each further pause is this many times the one before.
    pub factor: f64,
    /// No pause is longer, before jitter.
    pub longest: Duration,
    /// No attempt begins later than this after the first one.
    pub horizon: Duration,
}

impl Backoff {
    /// For mail: one minute, then threefold up to four hours, for two days (RFC 5321, 4.5.4.1 asks for four to five days
    /// of a final mail server; we stand before the relay, which keeps its own queue).
    pub const MAIL: Self = Self {
        first: Duration::from_secs(60),
        factor: 3.0,
        longest: Duration::from_secs(4 * 3600),
        horizon: Duration::from_secs(48 * 3600),
    };

    /// The pause before the next attempt; none when the horizon would be passed.
    ///
    /// `attempts` made so far (at least one), `elapsed` since the first, `random` in 0..1: the pause is spread over
    /// 80 % to 120 % so that what failed together does not return together.
    #[must_use]
    pub fn next(&self, attempts: u32, elapsed: Duration, random: f64) -> Option<Duration> {
        let exponent = i32::try_from(attempts.saturating_sub(1).min(64)).unwrap_or(64);
        let pause = (self.first.as_secs_f64() * self.factor.powi(exponent)).min(self.longest.as_secs_f64());
        let pause = Duration::try_from_secs_f64(pause * (0.8 + 0.4 * random.clamp(0.0, 1.0))).ok()?;
        (elapsed + pause <= self.horizon).then_some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pauses_grow_threefold_and_stop_growing() {
        let pauses: Vec<u64> = (1..=7)
            .filter_map(|n| Backoff::MAIL.next(n, Duration::ZERO, 0.5))
            .map(|d| d.as_secs())
            .collect();
        assert_eq!(pauses, [60, 180, 540, 1620, 4860, 14_400, 14_400]);
    }

    proptest! {
        #[test]
        fn never_past_the_horizon(attempts in 1u32..10_000, elapsed in 0u64..400_000, random in 0.0f64..1.0) {
            let elapsed = Duration::from_secs(elapsed);
            if let Some(pause) = Backoff::MAIL.next(attempts, elapsed, random) {
                prop_assert!(elapsed + pause <= Backoff::MAIL.horizon);
                prop_assert!(pause >= Duration::from_secs(48));
                prop_assert!(pause.as_secs_f64() <= Backoff::MAIL.longest.as_secs_f64() * 1.2 + 1.0);
            }
        }

        #[test]
        fn always_ends(random in 0.0f64..1.0) {
            let (mut elapsed, mut attempts) = (Duration::ZERO, 1);
            while let Some(pause) = Backoff::MAIL.next(attempts, elapsed, random) {
                elapsed += pause;
                attempts += 1;
                prop_assert!(attempts < 100);
            }
        }
    }
}
