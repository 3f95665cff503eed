//! Times as theirs: Central Standard Time all year, without saying so.

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, fmt::strtime};

const OFFSET: Offset = Offset::constant(-6);

/// `2018-08-03T13:41:18.550`
pub fn stamp(at: Timestamp) -> String {
    let local = at.to_zoned(TimeZone::fixed(OFFSET)).datetime();
    strtime::format("%Y-%m-%dT%H:%M:%S%.3f", local).unwrap_or_default()
}

/// A date as callers write it: `2026-11-22`, or `11/22/2026` as in the United States.
pub fn date(text: &str) -> Option<Date> {
    let american = || Date::strptime("%m/%d/%Y", text);
    text.parse().or_else(|_| american()).ok()
}

/// A time as callers write it. Without an offset it is theirs.
pub fn date_time(text: &str) -> Option<Timestamp> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let formats = ["%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%m/%d/%Y %H:%M:%S"];
    let local = text.parse::<DateTime>().ok().or_else(|| {
        let mut read = formats
            .iter()
            .filter_map(|format| DateTime::strptime(format, text).ok());
        read.next()
    });
    let local = local.or_else(|| date(text).map(|date| date.at(0, 0, 0, 0)))?;
    local
        .to_zoned(TimeZone::fixed(OFFSET))
        .ok()
        .map(|at| at.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_six_hours_behind_all_year() {
        let at: Timestamp = "2026-07-01T04:30:00.5Z".parse().expect("a time");
        assert_eq!(stamp(at), "2026-06-30T22:30:00.500");
        for text in ["2026-06-30T22:30:00.500", "2026-07-01T06:30:00.5+02:00"] {
            assert_eq!(date_time(text), Some(at), "{text}");
        }
        let whole: Timestamp = "2026-07-01T04:30:00Z".parse().expect("a time");
        assert_eq!(date_time("06/30/2026 10:30:00 PM"), Some(whole));
        assert_eq!(
            date_time("06/30/2026").map(stamp).as_deref(),
            Some("2026-06-30T00:00:00.000")
        );
        assert_eq!(date("11/22/2026"), date("2026-11-22"));
        assert_eq!((date("22.11.2026"), date_time("soon")), (None, None));
    }
}
