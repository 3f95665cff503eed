//! While the relay is away nobody hammers it: pauses grow, and one success ends them.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(30);

#[derive(Default)]
pub(super) struct Breaker(Mutex<State>);

#[derive(Default)]
struct State {
    failures: u32,
    until: Option<Instant>,
    reason: Option<&'static str>,
}

impl Breaker {
    /// How long to wait before the next try; none: try.
    pub fn pause(&self) -> Option<Duration> {
        self.pause_at(Instant::now())
    }

    fn pause_at(&self, now: Instant) -> Option<Duration> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state
            .until
            .map(|until| until.saturating_duration_since(now))
            .filter(|pause| !pause.is_zero())
    }

    /// A connection could not be opened. Says whether that is news.
    pub fn failed(&self, reason: &'static str) -> bool {
        self.failed_at(Instant::now(), reason)
    }

    fn failed_at(&self, now: Instant, reason: &'static str) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Ten tasks that fail together are one failure.
        if state.until.is_none_or(|until| until <= now) {
            state.failures = state.failures.saturating_add(1);
            let pause = FIRST.saturating_mul(1 << state.failures.min(10)).min(LONGEST);
            state.until = Some(now + pause);
        }
        state.reason.replace(reason) != Some(reason)
    }

    /// A connection was opened. Says whether it had been broken.
    pub fn worked(&self) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let was = state.reason.take().is_some();
        *state = State::default();
        was
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_one_success_ends_them() {
        let breaker = Breaker::default();
        let mut now = Instant::now();
        assert_eq!(breaker.pause_at(now), None);
        assert!(breaker.failed_at(now, "relay_unreachable"));
        assert!(!breaker.failed_at(now, "relay_unreachable"), "no news");
        let mut last = Duration::ZERO;
        for _ in 0..10 {
            let pause = breaker.pause_at(now).unwrap();
            assert!(pause >= last && pause <= LONGEST);
            last = pause;
            now += pause;
            assert_eq!(breaker.pause_at(now), None);
            breaker.failed_at(now, "relay_unreachable");
        }
        assert_eq!(last, LONGEST);
        assert!(breaker.worked());
        assert_eq!(breaker.pause_at(now), None);
        assert!(!breaker.worked());
    }
}
