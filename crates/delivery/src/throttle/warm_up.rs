//! A new sender begins with few messages a day: mailbox providers distrust an address that sends thousands at once.

use jiff::civil::Date;

/// When a sender counts as known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WarmUpEnd {
    /// After this many days.
    Days(u32),
    /// Once a day's limit would reach this many messages.
    Ceiling(u32),
}

/// A limit that grows day by day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WarmUp {
    /// The first day.
    pub started: Date,
    /// Messages of the first day.
    pub first_day: u32,
    /// Each day this many times the day before; less than one counts as one.
    pub factor: f64,
    /// When it ends.
    pub end: WarmUpEnd,
}

impl WarmUp {
    /// How many messages may go on this day; none when there is no limit any more. Nothing goes before the first day.
    #[must_use]
    pub fn limit(&self, day: Date) -> Option<u32> {
        let Ok(passed) = u32::try_from(day.duration_since(self.started).as_hours() / 24) else {
            return Some(0);
        };
        if day < self.started {
            return Some(0);
        }
        let factor = if self.factor.is_finite() {
            self.factor.max(1.0)
        } else {
            1.0
        };
        let exponent = i32::try_from(passed).unwrap_or(i32::MAX);
        let limit = (f64::from(self.first_day) * factor.powi(exponent)).clamp(0.0, f64::from(u32::MAX));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "within u32, and less than one message is none"
        )]
        let limit = if limit.is_nan() { 0 } else { limit as u32 };
        match self.end {
            WarmUpEnd::Days(days) => (passed < days).then_some(limit),
            WarmUpEnd::Ceiling(ceiling) => (limit < ceiling).then_some(limit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::{ToSpan, civil::date};
    use proptest::prelude::*;

    #[test]
    fn doubles_until_it_ends() {
        let warm_up = WarmUp {
            started: date(2026, 11, 21),
            first_day: 50,
            factor: 2.0,
            end: WarmUpEnd::Ceiling(1000),
        };
        let limits: Vec<_> = (-1..7)
            .map(|n| warm_up.limit(warm_up.started + n.days()))
            .collect();
        let wanted = [
            Some(0),
            Some(50),
            Some(100),
            Some(200),
            Some(400),
            Some(800),
            None,
            None,
        ];
        assert_eq!(limits, wanted);
        let short = WarmUp {
            end: WarmUpEnd::Days(2),
            ..warm_up
        };
        assert_eq!(short.limit(warm_up.started + 1.day()), Some(100));
        assert_eq!(short.limit(warm_up.started + 2.days()), None);
    }

    proptest! {
        #[test]
        fn never_shrinks_and_never_panics(first_day in any::<u32>(), factor in any::<f64>(), days in 0i64..20_000, ceiling in any::<u32>()) {
            let warm_up = WarmUp { started: date(2026, 1, 1), first_day, factor, end: WarmUpEnd::Ceiling(ceiling) };
            let limits = [days, days + 1].map(|n| warm_up.limit(warm_up.started + n.days()).unwrap_or(u32::MAX));
            prop_assert!(limits[0] <= limits[1]);
            prop_assert!(warm_up.limit(Date::MIN) == Some(0));
            let _ = warm_up.limit(Date::MAX);
        }
    }
}
