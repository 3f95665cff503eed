//! A share of a common rate, spent in this process without asking for each message.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::{Rate, Throttle};

/// How much is asked for at a time: as many messages as may go in this long.
const SHARE: f64 = 0.2;

/// What was not spent by then lapses. Kept longer, it could be spent on top of what the bucket gives later.
const LAPSE: Duration = Duration::from_secs(1);

/// How soon the bucket is asked again at the earliest.
const SOONEST: Duration = Duration::from_millis(5);

/// Whether a message may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Now: it has been counted.
    Now,
    /// Ask again after this.
    After(Duration),
}

/// What one process has of a rate; all its tasks spend from one. Nothing is given back.
#[derive(Debug)]
pub struct LocalShare {
    key: String,
    size: u32,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    left: u32,
    lapses: Option<Instant>,
    /// Nothing was left: nobody need ask before.
    asks: Option<Instant>,
}

impl LocalShare {
    /// For the rate kept under this key.
    #[must_use]
    pub fn new(key: &str, rate: Rate) -> Self {
        let size = (rate.speed() * SHARE).ceil().min(rate.most().floor());
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "whole and within u32"
        )]
        let size = size.clamp(1.0, f64::from(u32::MAX)) as u32;
        Self {
            key: key.to_owned(),
            size,
            state: Mutex::default(),
        }
    }

    /// Counts one message, if it may go. Only one task at a time asks the common bucket; the others wait for it.
    ///
    /// When the future is dropped, what was being granted is lost, not exceeded.
    ///
    /// # Errors
    /// When the bucket cannot be asked: then nothing may go.
    pub async fn spend<T: Throttle>(&self, throttle: &T, now: Instant) -> Result<Turn, T::Error> {
        let mut state = self.state.lock().await;
        if state.lapses.is_some_and(|lapses| lapses <= now) {
            state.left = 0;
        }
        if state.left == 0 {
            if let Some(asks) = state.asks.filter(|asks| *asks > now) {
                return Ok(Turn::After(asks - now));
            }
            let grant = throttle.take(&self.key, self.size).await?;
            // Not more than was asked for, whoever answers.
            state.left = grant.granted.min(self.size);
            state.lapses = Some(now + LAPSE);
            state.asks = None;
            if state.left == 0 {
                let wait = grant.retry_after.max(SOONEST);
                state.asks = now.checked_add(wait);
                return Ok(Turn::After(wait));
            }
        }
        state.left -= 1;
        Ok(Turn::Now)
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, convert::Infallible, sync::Mutex as StdMutex};

    use jiff::{SignedDuration, Timestamp};
    use proptest::prelude::*;

    use super::{
        super::{Grant, bucket::Bucket},
        *,
    };

    /// The common bucket with a clock of its own.
    struct Common {
        bucket: StdMutex<(Bucket, Timestamp, u32)>,
        rate: Rate,
    }

    impl Common {
        fn new(rate: Rate) -> Self {
            let now = Timestamp::UNIX_EPOCH;
            Self {
                bucket: StdMutex::new((Bucket::full(rate, now), now, 0)),
                rate,
            }
        }

        fn advance(&self, by: Duration) {
            self.bucket.lock().unwrap().1 += SignedDuration::try_from(by).unwrap();
        }

        fn asked(&self) -> u32 {
            self.bucket.lock().unwrap().2
        }
    }

    impl Throttle for Common {
        type Error = Infallible;

        async fn take(&self, key: &str, want: u32) -> Result<Grant, Infallible> {
            assert_eq!(key, "k");
            let (bucket, now, asked) = &mut *self.bucket.lock().unwrap();
            *asked += 1;
            Ok(bucket.grant(*now, self.rate, want))
        }
    }

    fn run<T>(future: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(future)
    }

    #[test]
    fn asks_once_for_many_and_holds_the_rate() {
        let rate = Rate {
            per_second: 1000.0,
            burst: 200.0,
        };
        let (common, share, begun) = (Common::new(rate), LocalShare::new("k", rate), Instant::now());
        let sent = Cell::new(0);
        run(async {
            let mut passed = Duration::ZERO;
            while passed < Duration::from_secs(10) {
                match share.spend(&common, begun + passed).await.unwrap() {
                    Turn::Now => sent.set(sent.get() + 1),
                    Turn::After(wait) => {
                        passed += wait;
                        common.advance(wait);
                    }
                }
            }
        });
        assert!((10_000..=10_200).contains(&sent.get()), "{}", sent.get());
        assert!(common.asked() < 150, "{}", common.asked());
    }

    #[test]
    fn what_was_not_spent_lapses() {
        let rate = Rate {
            per_second: 10.0,
            burst: 2.0,
        };
        let (common, share, begun) = (Common::new(rate), LocalShare::new("k", rate), Instant::now());
        run(async {
            assert_eq!(share.spend(&common, begun).await, Ok(Turn::Now));
            let later = begun + LAPSE;
            // The second of two is not carried on: the bucket, which was not refilled, is asked again.
            assert!(matches!(share.spend(&common, later).await, Ok(Turn::After(_))));
        });
    }

    #[test]
    fn a_slow_rate_is_one_at_a_time() {
        let rate = Rate {
            per_second: 0.1,
            burst: 1.0,
        };
        let (common, share, begun) = (Common::new(rate), LocalShare::new("k", rate), Instant::now());
        run(async {
            assert_eq!(share.spend(&common, begun).await, Ok(Turn::Now));
            let wait = Duration::from_secs(10);
            assert_eq!(share.spend(&common, begun).await, Ok(Turn::After(wait)));
            let half = Duration::from_secs(5);
            assert_eq!(share.spend(&common, begun + half).await, Ok(Turn::After(half)));
            assert_eq!(common.asked(), 2);
            common.advance(wait);
            assert_eq!(share.spend(&common, begun + wait).await, Ok(Turn::Now));
        });
    }

    proptest! {
        #[test]
        fn several_nodes_together_never_exceed(
            per_second in 1.0f64..2000.0,
            burst in 1.0f64..500.0,
            steps in prop::collection::vec((0u64..300, 0usize..3, 0u32..300), 1..60),
        ) {
            let rate = Rate { per_second, burst };
            let (common, begun) = (Common::new(rate), Instant::now());
            let nodes = [0; 3].map(|_| LocalShare::new("k", rate));
            let sent = run(async {
                let (mut passed, mut sent) = (Duration::ZERO, Vec::new());
                for (pause, node, messages) in steps {
                    let pause = Duration::from_millis(pause);
                    passed += pause;
                    common.advance(pause);
                    let mut count = 0;
                    for _ in 0..messages {
                        if nodes[node].spend(&common, begun + passed).await.unwrap() == Turn::Now {
                            count += 1;
                        }
                    }
                    sent.push((passed, count));
                }
                sent
            });
            for (n, (begin, _)) in sent.iter().enumerate() {
                let mut sum = 0.0;
                for (end, count) in &sent[n..] {
                    sum += f64::from(*count);
                    // What was granted before the window and had not lapsed counts with it.
                    let window = (*end - *begin + LAPSE).as_secs_f64();
                    prop_assert!(sum <= burst + per_second * window + 1e-3);
                }
            }
        }
    }
}
