//! Limits that hold across all processes. A dispatch's and its sender domain's are asked when recipients are read, a slice at a time;
//! a recipient domain's and a relay's when the recipient is about to go, from a share taken a few at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use delivery::throttle::{Grant, LocalShare, Rate, Throttle, Turn};
use domain::sending::WarmUpPlan;
use domain::{Domain, dispatch};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use tokio::time::Instant;

use super::Engine;
use super::prepared::Prepared;

/// Shares kept at most; beyond, those of domains not written to are let go.
const SHARES: usize = 10_000;

/// A second's worth may be saved up, and never less than one message.
pub(crate) fn rate(per_second: f64) -> Rate {
    Rate {
        per_second,
        burst: per_second.max(1.0),
    }
}

/// A limit of a sender domain.
#[derive(Clone, Debug)]
pub(super) enum Limit {
    /// A bucket and its rate.
    Rate(String, Rate),
    /// So many a day, growing.
    WarmUp(String, WarmUpPlan),
}

impl Limit {
    /// As in `dispatches.stopped_reason`.
    fn reason(&self) -> &'static str {
        match self {
            Self::Rate(..) => "sender_limit_used",
            Self::WarmUp(..) => "warm_up_used",
        }
    }

    /// The bucket at this moment: of a warm-up, the day's, which is full in the morning and never filled again.
    fn bucket(&self, today: Date) -> (String, Rate) {
        match self {
            Self::Rate(key, rate) => (key.clone(), *rate),
            Self::WarmUp(domain, plan) => {
                #[expect(
                    clippy::cast_precision_loss,
                    reason = "beyond 2^53 messages a day nobody warms up"
                )]
                let burst = plan.on(today) as f64;
                let rate = Rate {
                    per_second: 0.0,
                    burst,
                };
                (format!("warm-up:{domain}:{today}"), rate)
            }
        }
    }
}

/// A limit is used up.
pub(super) struct Wait {
    pub pause: Duration,
    /// Code for whoever wonders why it does not go on; none for the speed that was asked for.
    pub reason: Option<&'static str>,
}

/// A recipients' domain takes no more at the moment.
pub(super) struct Slow {
    pub pause: Duration,
    pub rate: Rate,
}

/// Buckets in the database, so that a limit holds across processes. Knows the rates by their keys.
struct Buckets<'a> {
    domain: &'a Domain,
    rate: Rate,
}

impl Throttle for Buckets<'_> {
    type Error = domain::Error;

    async fn take(&self, key: &str, want: u32) -> domain::Result<Grant> {
        let taken = dispatch::take(self.domain, key, self.rate.per_second, self.rate.burst, want).await?;
        Ok(Grant {
            granted: taken.granted,
            retry_after: taken.retry_after,
        })
    }
}

#[derive(Default)]
pub(super) struct Limits {
    shares: Mutex<HashMap<String, Arc<LocalShare>>>,
    recipients: Mutex<HashMap<String, Rate>>,
}

impl Limits {
    /// Limits of recipient domains, as they are now. Shares of former ones lapse.
    pub fn set_recipients(&self, rates: HashMap<String, Rate>) {
        *self.recipients() = rates;
        self.shares.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// How many of `most` recipients of a dispatch may be read now, or how long to wait for what.
    pub async fn allowed(
        &self,
        engine: &Engine,
        prepared: &Prepared,
        most: usize,
    ) -> domain::Result<Result<usize, Wait>> {
        let today = engine.domain.now().to_zoned(TimeZone::UTC).date();
        let mut allowed = u32::try_from(most).unwrap_or(u32::MAX);
        let dispatch = prepared.context.dispatch;
        let own = engine.board.throttle(dispatch).map(|per_hour| {
            let key = format!("dispatch:{}", dispatch.0);
            (key, rate(f64::from(per_hour) / 3600.0), None)
        });
        let of_sender = prepared.rates.iter().map(|it| {
            let (key, rate) = it.bucket(today);
            (key, rate, Some(it.reason()))
        });
        for (key, rate, reason) in own.into_iter().chain(of_sender) {
            let buckets = Buckets {
                domain: &engine.domain,
                rate,
            };
            let taken = buckets.take(&key, allowed).await?;
            if taken.granted == 0 {
                let pause = taken.retry_after.max(Duration::from_millis(20));
                return Ok(Err(Wait { pause, reason }));
            }
            allowed = taken.granted;
        }
        Ok(Ok(usize::try_from(allowed).unwrap_or(most)))
    }

    /// Gives back what was taken of the day's warm-up for people who did not go after all; lost for the day when the database is
    /// away. What was taken of a rate lapses.
    pub async fn give_back(engine: &Engine, prepared: &Prepared, people: usize) {
        let today = engine.domain.now().to_zoned(TimeZone::UTC).date();
        for limit in &prepared.rates {
            if let Limit::WarmUp(..) = limit {
                let (key, rate) = limit.bucket(today);
                let people = u32::try_from(people).unwrap_or(u32::MAX);
                if let Err(error) = dispatch::give_back(&engine.domain, &key, rate.burst, people).await {
                    let _ = types::ApiError::from(error);
                }
            }
        }
    }

    fn recipients(&self) -> MutexGuard<'_, HashMap<String, Rate>> {
        self.recipients.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether any recipients' domain has a rate.
    pub fn are_there(&self) -> bool {
        !self.recipients().is_empty()
    }

    /// Whether a message to this domain may go now; else how long to wait.
    pub async fn recipient(&self, engine: &Engine, domain: &str) -> Result<(), Slow> {
        let Some(rate) = self.recipients().get(domain).copied() else {
            return Ok(());
        };
        let spent = self.spend(engine, &format!("recipient:{domain}"), rate).await;
        spent.map_err(|pause| Slow { pause, rate })
    }

    /// One message of a limit, from this process's share of it; else how long to wait.
    pub async fn spend(&self, engine: &Engine, key: &str, rate: Rate) -> Result<(), Duration> {
        let share = {
            let mut shares = self.shares.lock().unwrap_or_else(PoisonError::into_inner);
            if shares.len() >= SHARES {
                shares.clear();
            }
            let share = shares
                .entry(key.to_owned())
                .or_insert_with(|| Arc::new(LocalShare::new(key, rate)));
            Arc::clone(share)
        };
        let buckets = Buckets {
            domain: &engine.domain,
            rate,
        };
        match share.spend(&buckets, Instant::now().into_std()).await {
            Ok(Turn::Now) => Ok(()),
            Ok(Turn::After(pause)) => Err(pause),
            // Without its limit nothing goes.
            Err(error) => {
                let _ = types::ApiError::from(error);
                Err(Duration::from_secs(1))
            }
        }
    }
}
