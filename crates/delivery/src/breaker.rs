//! While a relay is away nobody hammers it: pauses grow, then one tries for all, and one success ends them. Without a clock
//! and a lock of its own.

use std::time::{Duration, Instant};

use crate::backoff::Backoff;

/// How long one that tries for all may take before another is let through: its task may be gone.
const PROBE: Duration = Duration::from_secs(120);

/// A circuit breaker.
#[derive(Clone, Debug)]
pub struct Breaker {
    pauses: Backoff,
    state: State,
    /// Goes up with each opening and closing, so that what began before one is known.
    age: u64,
    reason: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Closed,
    Open { failures: u32, until: Instant },
    HalfOpen { failures: u32, since: Instant },
}

/// Leave to try, to be given back with the result.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "say what became of it"]
pub struct Permit {
    age: u64,
}

/// The answer to who wants to try.
#[derive(Debug, PartialEq, Eq)]
pub enum Ask {
    /// Try.
    Go(Permit),
    /// Ask again after this.
    Wait(Duration),
}

impl Breaker {
    /// For opening connections to a relay: one second at first, then twofold up to half a minute.
    pub const RELAY: Backoff = Backoff {
        first: Duration::from_secs(1),
        factor: 2.0,
        longest: Duration::from_secs(30),
        horizon: Duration::MAX,
    };

    /// Closed, with these pauses; their horizon is not looked at.
    #[must_use]
    pub const fn new(pauses: Backoff) -> Self {
        let pauses = Backoff {
            horizon: Duration::MAX,
            ..pauses
        };
        Self {
            pauses,
            state: State::Closed,
            age: 0,
            reason: None,
        }
    }

    /// May somebody try now? After a pause exactly one may, until the result is known.
    pub fn ask(&mut self, now: Instant) -> Ask {
        let failures = match self.state {
            State::Closed => return Ask::Go(Permit { age: self.age }),
            State::Open { until, .. } if now < until => return Ask::Wait(until - now),
            State::HalfOpen { since, .. } if now < since + PROBE => {
                // Its result may come at any moment.
                return Ask::Wait(self.pauses.first.min(since + PROBE - now));
            }
            State::Open { failures, .. } | State::HalfOpen { failures, .. } => failures,
        };
        self.age += 1;
        self.state = State::HalfOpen { failures, since: now };
        Ask::Go(Permit { age: self.age })
    }

    /// The try failed; `random` in 0..1 spreads the pause. Says whether the reason is news.
    ///
    /// Ten that fail together are one failure: only the first with a permit of this age counts.
    pub fn failed(&mut self, permit: &Permit, now: Instant, random: f64, reason: &'static str) -> bool {
        if permit.age == self.age {
            let failures = match self.state {
                State::Closed => 1,
                State::Open { failures, .. } | State::HalfOpen { failures, .. } => failures.saturating_add(1),
            };
            let pause = self.pauses.next(failures, Duration::ZERO, random);
            let until = now + pause.unwrap_or(self.pauses.longest);
            self.state = State::Open { failures, until };
            self.age += 1;
        } else if self.state == State::Closed {
            // From before it was closed: the relay has been seen since.
            return false;
        }
        self.reason.replace(reason) != Some(reason)
    }

    /// The try worked, whoever's it was. Says whether it had been broken.
    pub fn worked(&mut self, _permit: &Permit) -> bool {
        if self.state != State::Closed {
            self.age += 1;
            self.state = State::Closed;
        }
        self.reason.take().is_some()
    }

    /// Why it was broken last, until something works again.
    #[must_use]
    pub fn reason(&self) -> Option<&'static str> {
        self.reason
    }

    /// How long nobody is let through; none: somebody is.
    #[must_use]
    pub fn pause(&self, now: Instant) -> Option<Duration> {
        match self.state {
            State::Open { until, .. } => until.checked_duration_since(now).filter(|it| !it.is_zero()),
            State::Closed | State::HalfOpen { .. } => None,
        }
    }

    /// Whether tries are let through without a pause.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.state == State::Closed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn go(breaker: &mut Breaker, now: Instant) -> Permit {
        match breaker.ask(now) {
            Ask::Go(permit) => permit,
            Ask::Wait(wait) => panic!("waits {wait:?}"),
        }
    }

    fn wait(breaker: &mut Breaker, now: Instant) -> Duration {
        match breaker.ask(now) {
            Ask::Go(_) => panic!("does not wait"),
            Ask::Wait(wait) => wait,
        }
    }

    #[test]
    fn pauses_grow_and_one_success_ends_them() {
        let mut breaker = Breaker::new(Breaker::RELAY);
        let mut now = Instant::now();
        let permits = [(); 10].map(|()| go(&mut breaker, now));
        assert!(breaker.failed(&permits[0], now, 0.5, "relay_unreachable"));
        for permit in &permits[1..] {
            assert!(!breaker.failed(permit, now, 0.5, "relay_unreachable"), "no news");
        }
        let mut pauses = Vec::new();
        for _ in 0..8 {
            let pause = wait(&mut breaker, now);
            pauses.push(pause.as_secs());
            now += pause;
            let probe = go(&mut breaker, now);
            assert!(wait(&mut breaker, now) > Duration::ZERO, "one tries for all");
            breaker.failed(&probe, now, 0.5, "relay_unreachable");
        }
        assert_eq!(pauses, [1, 2, 4, 8, 16, 30, 30, 30]);
        now += Duration::from_secs(30);
        let probe = go(&mut breaker, now);
        assert!(breaker.worked(&probe));
        let next = go(&mut breaker, now);
        assert!(!breaker.worked(&next));
        assert!(
            !breaker.failed(&permits[0], now, 0.5, "relay_unreachable"),
            "long ago"
        );
        assert!(breaker.is_closed());
        assert!(breaker.failed(&next, now, 0.5, "relay_refuses"));
        assert_eq!(
            wait(&mut breaker, now),
            Duration::from_secs(1),
            "from the beginning"
        );
    }

    #[test]
    fn one_that_never_answers_is_replaced() {
        let mut breaker = Breaker::new(Breaker::RELAY);
        let mut now = Instant::now();
        let permit = go(&mut breaker, now);
        breaker.failed(&permit, now, 0.5, "x");
        now += Duration::from_secs(1);
        let lost = go(&mut breaker, now);
        now += PROBE;
        let second = go(&mut breaker, now);
        // The lost one comes back after all: it is not the one that counts.
        breaker.failed(&lost, now, 0.5, "x");
        assert!(matches!(breaker.state, State::HalfOpen { .. }));
        assert!(breaker.worked(&second));
    }

    #[derive(Clone, Debug)]
    enum Event {
        Ask,
        Fail(usize, f64),
        Work(usize),
        Pass(u64),
    }

    fn events() -> impl Strategy<Value = Event> {
        prop_oneof![
            4 => Just(Event::Ask),
            3 => (any::<prop::sample::Index>(), 0.0f64..1.0).prop_map(|(n, random)| Event::Fail(n.index(1000), random)),
            1 => any::<prop::sample::Index>().prop_map(|n| Event::Work(n.index(1000))),
            3 => (0u64..40_000).prop_map(Event::Pass),
        ]
    }

    proptest! {
        #[test]
        fn one_at_a_time_while_it_is_not_closed(events in prop::collection::vec(events(), 1..200)) {
            let mut breaker = Breaker::new(Breaker::RELAY);
            let mut now = Instant::now();
            let mut permits: Vec<Permit> = Vec::new();
            let mut probe: Option<(u64, Instant)> = None;
            for event in events {
                match event {
                    Event::Pass(milliseconds) => now += Duration::from_millis(milliseconds),
                    Event::Ask => {
                        let closed = breaker.is_closed();
                        match breaker.ask(now) {
                            Ask::Go(permit) => {
                                if !closed {
                                    prop_assert!(probe.is_none_or(|(_, since)| now >= since + PROBE), "two at once");
                                    probe = Some((permit.age, now));
                                }
                                permits.push(permit);
                            }
                            Ask::Wait(pause) => {
                                prop_assert!(!closed);
                                prop_assert!(pause > Duration::ZERO && pause <= Duration::from_secs(36));
                            }
                        }
                    }
                    Event::Fail(..) | Event::Work(_) if permits.is_empty() => {}
                    Event::Fail(n, random) => {
                        let permit = permits.swap_remove(n % permits.len());
                        let before = breaker.state;
                        breaker.failed(&permit, now, random, "x");
                        if probe.is_some_and(|(age, _)| age == permit.age) {
                            probe = None;
                        } else if before != State::Closed {
                            prop_assert_eq!(breaker.state, before, "only the one that tries counts");
                        }
                    }
                    Event::Work(n) => {
                        let permit = permits.swap_remove(n % permits.len());
                        breaker.worked(&permit);
                        prop_assert!(breaker.is_closed());
                        probe = None;
                    }
                }
            }
            // Whatever happened: who waits long enough is let through.
            now += PROBE + Duration::from_secs(36);
            prop_assert!(matches!(breaker.ask(now), Ask::Go(_)));
        }
    }
}
