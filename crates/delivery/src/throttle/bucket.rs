//! A bucket in memory with a clock of its own: what shares are tested against.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Grant, Rate};

/// A clock that goes back by less than this is waited for; by more, it was set, and time counts from there.
const PATIENCE: SignedDuration = SignedDuration::from_secs(60);

/// Tokens are counted in floating point: a whole one is one that misses this much.
const EPSILON: f64 = 1e-6;

/// What is left of a rate at a moment: what a row in the database holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bucket {
    /// Messages that may go at once.
    pub tokens: f64,
    /// Up to when tokens were added.
    pub refilled_at: Timestamp,
}

impl Bucket {
    /// A bucket that nobody took from yet.
    #[must_use]
    pub fn full(rate: Rate, now: Timestamp) -> Self {
        Self {
            tokens: rate.most(),
            refilled_at: now,
        }
    }

    /// Takes up to `want` whole tokens, and says how many it got.
    ///
    /// A moment before the last one adds nothing, and the time up to that one is not counted again, but for a clock that was
    /// set back by more than a minute: else nothing would go until it had caught up.
    pub fn take(&mut self, now: Timestamp, rate: Rate, want: u32) -> u32 {
        self.refill(now, rate);
        let whole = (self.tokens + EPSILON).floor().clamp(0.0, f64::from(u32::MAX));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "whole and within u32"
        )]
        let granted = want.min(whole as u32);
        self.tokens -= f64::from(granted);
        granted
    }

    /// When `want` tokens, or a full bucket if that is less, can be had, if nobody takes any before; none if never.
    #[must_use]
    pub fn next_at(&self, now: Timestamp, rate: Rate, want: u32) -> Option<Timestamp> {
        let mut then = *self;
        then.refill(now, rate);
        let missing = f64::from(want).min(rate.most().floor()) - then.tokens;
        if missing <= EPSILON {
            return Some(now);
        }
        // Up to a whole microsecond, as the database has them: a moment too early would get one too few.
        let wait = (missing / rate.speed() * 1e6).ceil() / 1e6;
        let wait = SignedDuration::try_from_secs_f64(wait).ok()?;
        then.refilled_at.checked_add(wait).ok()
    }

    /// [`Self::take`] and [`Self::next_at`] for what was not granted.
    pub fn grant(&mut self, now: Timestamp, rate: Rate, want: u32) -> Grant {
        let granted = self.take(now, rate, want);
        let retry_after = if granted == want {
            Duration::ZERO
        } else {
            // An hour is long enough for somebody to have changed the rate.
            let longest = Duration::from_secs(3600);
            self.next_at(now, rate, want - granted)
                .and_then(|at| Duration::try_from(at.duration_since(now)).ok())
                .map_or(longest, |wait| wait.min(longest))
        };
        Grant { granted, retry_after }
    }

    fn refill(&mut self, now: Timestamp, rate: Rate) {
        if !self.tokens.is_finite() {
            self.tokens = 0.0;
        }
        let passed = now.duration_since(self.refilled_at);
        if passed > SignedDuration::ZERO {
            self.tokens += passed.as_secs_f64() * rate.speed();
            self.refilled_at = now;
        } else if passed < -PATIENCE {
            self.refilled_at = now;
        }
        // Also when the rate was made smaller.
        self.tokens = self.tokens.min(rate.most());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(microseconds: i64) -> Timestamp {
        Timestamp::from_microsecond(1_790_000_000_000_000 + microseconds).unwrap()
    }

    fn rates() -> impl Strategy<Value = Rate> {
        (0.01f64..5000.0, 0.0f64..2000.0).prop_map(|(per_second, burst)| Rate { per_second, burst })
    }

    #[test]
    fn a_full_bucket_then_its_rate() {
        let rate = Rate {
            per_second: 10.0,
            burst: 5.0,
        };
        let mut bucket = Bucket::full(rate, at(0));
        assert_eq!(bucket.take(at(0), rate, 3), 3);
        let grant = bucket.grant(at(0), rate, 7);
        assert_eq!(grant.granted, 2);
        assert_eq!(grant.retry_after, Duration::from_millis(500));
        assert_eq!(bucket.take(at(99_000), rate, 1), 0);
        assert_eq!(bucket.take(at(100_000), rate, 1), 1);
        assert_eq!(bucket.take(at(3_600_000_000), rate, 100), 5);
    }

    #[test]
    fn rates_that_are_none() {
        for per_second in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            for burst in [f64::NAN, -1.0, 0.0, f64::INFINITY] {
                let rate = Rate { per_second, burst };
                let mut bucket = Bucket::full(rate, at(0));
                assert_eq!(bucket.take(at(0), rate, 10), 1);
                assert_eq!(bucket.next_at(at(0), rate, 1), None);
                assert_eq!(bucket.grant(at(i64::from(u32::MAX)), rate, 1).granted, 0);
            }
        }
        let mut odd = Bucket {
            tokens: f64::NAN,
            refilled_at: at(0),
        };
        let rate = Rate {
            per_second: 1.0,
            burst: 1.0,
        };
        assert_eq!(odd.take(at(0), rate, 1), 0);
        assert_eq!(odd.take(at(1_000_000), rate, 1), 1);
    }

    #[test]
    fn a_clock_set_back_a_year_does_not_stop_the_mail() {
        let rate = Rate {
            per_second: 1.0,
            burst: 2.0,
        };
        let mut bucket = Bucket::full(rate, at(0));
        assert_eq!(bucket.take(at(0), rate, 2), 2);
        let year = 365 * 86_400 * 1_000_000;
        assert_eq!(bucket.take(at(-year), rate, 2), 0, "nothing for the jump itself");
        assert_eq!(bucket.take(at(-year + 1_000_000), rate, 2), 1);
    }

    proptest! {
        #[test]
        fn never_more_than_burst_and_rate_in_any_window(
            rate in rates(),
            steps in prop::collection::vec((0i64..2_000_000, 0u32..500), 1..80),
        ) {
            let mut bucket = Bucket::full(rate, at(0));
            let (mut now, mut taken) = (0, Vec::new());
            for (step, want) in steps {
                now += step;
                taken.push((now, bucket.take(at(now), rate, want)));
            }
            for (n, (begin, _)) in taken.iter().enumerate() {
                let mut sum = 0.0;
                for (end, granted) in &taken[n..] {
                    sum += f64::from(*granted);
                    #[expect(clippy::cast_precision_loss, reason = "a test's small numbers")]
                    let window = (end - begin) as f64 / 1e6;
                    prop_assert!(sum <= rate.most() + rate.per_second * window + 1e-3);
                }
            }
        }

        #[test]
        fn who_comes_when_told_to_gets_it(rate in rates(), want in 1u32..3000, drains in 0u32..3000) {
            let mut bucket = Bucket::full(rate, at(0));
            bucket.take(at(0), rate, drains);
            let then = bucket.next_at(at(0), rate, want).unwrap();
            let got = bucket.take(then, rate, want);
            prop_assert!(f64::from(got) >= f64::from(want).min(rate.most().floor()), "{} of {}", got, want);
        }

        #[test]
        fn nobody_starves(rate in rates(), want in 1u32..3000) {
            let mut bucket = Bucket::full(rate, at(0));
            let (mut now, mut got) = (at(0), 0);
            for _ in 0..20 {
                let grant = bucket.grant(now, rate, want);
                got += grant.granted;
                prop_assert!(grant.granted == want || grant.retry_after > Duration::ZERO);
                now += SignedDuration::try_from(grant.retry_after).unwrap();
            }
            prop_assert!(got >= 19);
        }

        #[test]
        fn a_clock_that_goes_back_gives_nothing_extra(
            rate in rates(),
            steps in prop::collection::vec((-20_000_000i64..1_000_000, 1u32..500), 1..80),
        ) {
            let (mut bucket, mut now, mut newest, mut sum) = (Bucket::full(rate, at(0)), 0, 0, 0.0);
            for (step, want) in steps {
                // Back and forth, never further back than is waited for.
                now = (now + step).max(newest - 59_000_000);
                if step > 0 {
                    now = now.max(newest - 1_000_000) + step;
                }
                newest = newest.max(now);
                sum += f64::from(bucket.take(at(now), rate, want));
                #[expect(clippy::cast_precision_loss, reason = "a test's small numbers")]
                let passed = newest as f64 / 1e6;
                prop_assert!(sum <= rate.most() + rate.per_second * passed + 1e-3);
            }
        }

        #[test]
        fn any_clock_at_all(rate in rates(), times in prop::collection::vec(any::<i64>(), 1..20)) {
            let mut bucket = Bucket::full(rate, Timestamp::MAX);
            for time in times {
                let now = Timestamp::from_microsecond(time).unwrap_or(Timestamp::MIN);
                let grant = bucket.grant(now, rate, 10);
                prop_assert!(f64::from(grant.granted) <= rate.most());
            }
        }
    }
}
