//! How fast sending may go: relays, sender domains that are warming up, recipients' domains.

use crate::{Domain, Error, Result};
use jiff::civil::Date;
use std::collections::BTreeMap;
use types::RelayId;
use types::sending::WarmUp;

/// The plan of a new domain: `first_day` messages on the day it started, `factor` times more each day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WarmUpPlan {
    pub started_on: Date,
    pub first_day: u64,
    pub factor: f64,
}

impl WarmUpPlan {
    /// How many messages may be sent on a day; before the start as on the first day, later without bound.
    #[must_use]
    pub fn on(&self, day: Date) -> u64 {
        let days = self
            .started_on
            .until(day)
            .map_or(0, |span| span.get_days())
            .max(0);
        let allowed = (0..days).try_fold(self.first_day, |allowed, _| {
            #[expect(
                clippy::cast_precision_loss,
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a few messages more or less; casts of floats saturate"
            )]
            let next = (allowed as f64 * self.factor) as u64;
            (next < 1_000_000_000).then_some(next)
        });
        allowed.unwrap_or(u64::MAX)
    }
}

/// How fast one sender domain or recipients' domain may go.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pace {
    pub max_per_second: Option<f64>,
    pub warm_up: Option<WarmUpPlan>,
    pub max_connections: Option<u32>,
}

/// Every limit there is; what is missing has none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Limits {
    /// Messages a second.
    pub relays: BTreeMap<RelayId, f64>,
    /// By domain: rate and warm-up.
    pub sender_domains: BTreeMap<String, Pace>,
    /// By domain: rate and connections.
    pub recipient_domains: BTreeMap<String, Pace>,
}

/// All limits.
pub async fn limits(domain: &Domain) -> Result<Limits> {
    let relays = sqlx::query!(
        r#"select id as "id: RelayId", max_per_second as "rate!" from relays where is_active and max_per_second is not null"#
    )
    .fetch_all(domain.pool())
    .await?;
    let senders = sqlx::query!(
        "select domain, max_per_second, warm_up from sender_domains where max_per_second is not null or warm_up is not null"
    )
    .fetch_all(domain.pool())
    .await?;
    let recipients = sqlx::query!("select domain, max_per_second, max_connections from recipient_limits")
        .fetch_all(domain.pool())
        .await?;
    let mut limits = Limits {
        relays: relays.into_iter().map(|row| (row.id, row.rate)).collect(),
        ..Limits::default()
    };
    for row in senders {
        let warm_up = row.warm_up.map(serde_json::from_value::<WarmUp>).transpose()?;
        let pace = Pace {
            max_per_second: row.max_per_second,
            warm_up: warm_up.as_ref().map(plan).transpose()?,
            max_connections: None,
        };
        limits.sender_domains.insert(row.domain, pace);
    }
    for row in recipients {
        let pace = Pace {
            max_per_second: row.max_per_second,
            warm_up: None,
            max_connections: row.max_connections.map(i32::unsigned_abs),
        };
        limits.recipient_domains.insert(row.domain, pace);
    }
    Ok(limits)
}

fn plan(stored: &WarmUp) -> Result<WarmUpPlan> {
    Ok(WarmUpPlan {
        started_on: stored
            .started_on
            .parse()
            .map_err(|_| Error::broken("the start of a warm-up"))?,
        first_day: stored.first_day.unsigned_abs(),
        factor: stored.factor,
    })
}

#[cfg(test)]
mod tests {
    use super::WarmUpPlan;
    use jiff::civil::date;

    #[test]
    fn a_warm_up_grows_day_by_day() {
        let plan = WarmUpPlan {
            started_on: date(2026, 11, 20),
            first_day: 100,
            factor: 1.5,
        };
        assert_eq!(plan.on(date(2026, 11, 19)), 100);
        assert_eq!(plan.on(date(2026, 11, 20)), 100);
        assert_eq!(plan.on(date(2026, 11, 22)), 225);
        assert_eq!(plan.on(date(2028, 1, 1)), u64::MAX);
    }
}
