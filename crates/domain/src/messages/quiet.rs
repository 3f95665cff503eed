//! Quiet hours: when messages that may wait do not go.

use crate::error::Fields;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use types::Code;
use types::messages::QuietHours;

/// [`QuietHours`] that are right, and are some.
#[derive(Clone, Debug)]
pub(super) struct Quiet {
    from: Time,
    until: Time,
    zone: TimeZone,
}

impl Quiet {
    /// None where they are not right, or where they are none.
    pub fn check(hours: &QuietHours, fields: &mut Fields) -> Option<Self> {
        let mut time = |field: &str, text: &str| {
            let time = Time::strptime("%H:%M", text.trim()).ok();
            if time.is_none() {
                fields.add(&format!("quiet_hours.{field}"), Code::BadFormat);
            }
            time
        };
        let (from, until) = (time("from", &hours.from), time("until", &hours.until));
        let zone = TimeZone::get(hours.time_zone.trim()).ok();
        if zone.is_none() {
            fields.add("quiet_hours.time_zone", Code::BadFormat);
        }
        let quiet = Self {
            from: from?,
            until: until?,
            zone: zone?,
        };
        (quiet.from != quiet.until).then_some(quiet)
    }

    /// Those of a sealed definition.
    pub fn sealed(hours: &QuietHours) -> Option<Self> {
        Self::check(hours, &mut Fields::new())
    }

    /// When a message may go that could go at this moment: the end of the quiet hours where it falls into them. A time that a change of the
    /// clocks leaves out is the one after it.
    pub fn after(&self, at: Timestamp) -> Timestamp {
        let local = at.to_zoned(self.zone.clone());
        let (time, day) = (local.time(), local.date());
        let over_night = self.until < self.from;
        let end = match over_night {
            false if time >= self.from && time < self.until => Some(day),
            true if time < self.until => Some(day),
            true if time >= self.from => day.checked_add(1.day()).ok(),
            _ => None,
        };
        let end = end.and_then(|day| day.to_datetime(self.until).to_zoned(self.zone.clone()).ok());
        end.map_or(at, |end| end.timestamp().max(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quiet(from: &str, until: &str) -> Option<Quiet> {
        Quiet::sealed(&QuietHours {
            from: from.to_owned(),
            until: until.to_owned(),
            time_zone: "Europe/Warsaw".to_owned(),
        })
    }

    fn after(quiet: &Quiet, at: &str) -> String {
        let at = at.parse::<Timestamp>().expect("a time");
        quiet.after(at).to_string()
    }

    #[test]
    fn over_night_and_over_noon() {
        let night = quiet("21:00", "08:00").expect("hours");
        // Warsaw is an hour ahead in winter, two in summer.
        for (at, goes) in [
            ("2026-11-22T19:59:00Z", "2026-11-22T19:59:00Z"),
            ("2026-11-22T20:00:00Z", "2026-11-23T07:00:00Z"),
            ("2026-11-22T23:30:00Z", "2026-11-23T07:00:00Z"),
            ("2026-11-23T06:59:59Z", "2026-11-23T07:00:00Z"),
            ("2026-11-23T07:00:00Z", "2026-11-23T07:00:00Z"),
            ("2026-07-01T19:30:00Z", "2026-07-02T06:00:00Z"),
            // The clocks go back in this night.
            ("2026-10-24T22:00:00Z", "2026-10-25T07:00:00Z"),
        ] {
            assert_eq!(after(&night, at), goes, "{at}");
        }
        let noon = quiet("12:00", "13:00").expect("hours");
        assert_eq!(after(&noon, "2026-11-22T11:30:00Z"), "2026-11-22T12:00:00Z");
        assert_eq!(after(&noon, "2026-11-22T12:00:00Z"), "2026-11-22T12:00:00Z");
    }

    #[test]
    fn what_is_no_time_is_named_and_no_hours_are_none() {
        assert!(quiet("08:00", "08:00").is_none());
        let mut fields = Fields::new();
        let wrong = QuietHours {
            from: "25:00".to_owned(),
            until: "8".to_owned(),
            time_zone: "Warsaw".to_owned(),
        };
        assert!(Quiet::check(&wrong, &mut fields).is_none());
        assert_eq!(fields.finish().expect_err("refused").to_api().fields.len(), 3);
    }
}
