//! Times on the wire: RFC 3339 in UTC, as jiff writes them.
//!
//! The server reads whatever RFC 3339 allows, by jiff. The browser only reads what the server wrote, and does it here: jiff
//! explains every mistake in a time, and that would be a tenth of what the console's first page loads.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serializer, de::Error};
use std::borrow::Cow;

pub(crate) fn serialize<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(time)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let text = Cow::<str>::deserialize(deserializer)?;
    read(&text).ok_or_else(|| Error::custom("not a time as in RFC 3339"))
}

/// The same for what may be missing or null.
pub(crate) mod option {
    use super::{Cow, Deserialize, Deserializer, Error, Serializer, Timestamp, read};

    #[allow(clippy::ref_option, reason = "serde passes the field by reference")]
    pub(crate) fn serialize<S: Serializer>(
        time: &Option<Timestamp>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match time {
            Some(time) => super::serialize(time, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        let text = Option::<Cow<str>>::deserialize(deserializer)?;
        text.map(|text| read(&text).ok_or_else(|| Error::custom("not a time as in RFC 3339")))
            .transpose()
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn read(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

#[cfg(target_arch = "wasm32")]
fn read(text: &str) -> Option<Timestamp> {
    written(text)
}

/// Reads what `Display` of a [`Timestamp`] of our era writes: `2026-11-22T07:05:28.123456Z`.
#[cfg(any(target_arch = "wasm32", test))]
fn written(text: &str) -> Option<Timestamp> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, ""));
    let mut date = date.splitn(3, '-');
    let mut time = time.splitn(3, ':');
    let civil = jiff::civil::DateTime::new(
        date.next()?.parse().ok()?,
        date.next()?.parse().ok()?,
        date.next()?.parse().ok()?,
        time.next()?.parse().ok()?,
        time.next()?.parse().ok()?,
        time.next()?.parse().ok()?,
        if fraction.is_empty() {
            0
        } else {
            format!("{fraction:0<9}").parse().ok()?
        },
    );
    jiff::tz::Offset::UTC.to_timestamp(civil.ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_browser_reads_what_the_server_writes() {
        for second in [
            0,
            1,
            86_399,
            951_782_399,
            1_795_331_128,
            253_402_300_799_i64 - 86_400 * 2,
        ] {
            for nanosecond in [0, 1, 1_000, 123_456_000, 999_999_999] {
                let time = Timestamp::new(second, nanosecond).expect("a time");
                assert_eq!(written(&time.to_string()), Some(time), "{time}");
            }
        }
        for wrong in [
            "",
            "Z",
            "2026-11-22",
            "2026-13-01T00:00:00Z",
            "2026-11-22T07:05Z",
            "2026-11-22T07:05:28+01:00",
            "noonTodayZ",
        ] {
            assert_eq!(written(wrong), None, "{wrong}");
        }
    }
}
