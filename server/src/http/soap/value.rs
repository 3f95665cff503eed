//! Values of properties: in answers, in filters, and in between.

use std::cmp::Ordering;

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a property may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    Text,
    Whole,
    Time,
    Truth,
}

/// A property's value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Value {
    None,
    Text(String),
    Whole(i64),
    Time(Timestamp),
    Truth(bool),
}

impl Value {
    /// Reads what a caller wrote. Times without a zone are UTC.
    pub fn read(kind: Kind, text: &str) -> Option<Self> {
        match kind {
            Kind::Text => Some(Self::Text(text.to_owned())),
            Kind::Whole => text.parse().ok().map(Self::Whole),
            Kind::Time => time(text).map(Self::Time),
            Kind::Truth => match text.to_ascii_lowercase().as_str() {
                "true" | "1" => Some(Self::Truth(true)),
                "false" | "0" => Some(Self::Truth(false)),
                _ => None,
            },
        }
    }

    /// As XML Schema writes it.
    pub fn text(&self) -> Option<String> {
        match self {
            Self::None => None,
            Self::Text(text) => Some(text.clone()),
            Self::Whole(number) => Some(number.to_string()),
            Self::Time(time) => Some(time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()),
            Self::Truth(truth) => Some(truth.to_string()),
        }
    }

    /// Texts without regard to case, as the vendor's database compares them; what is of different kinds is not comparable.
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => Some(a.to_lowercase().cmp(&b.to_lowercase())),
            (Self::Whole(a), Self::Whole(b)) => Some(a.cmp(b)),
            (Self::Time(a), Self::Time(b)) => Some(a.cmp(b)),
            (Self::Truth(a), Self::Truth(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Self::Whole(number.into())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Whole(number)
    }
}

impl From<Timestamp> for Value {
    fn from(time: Timestamp) -> Self {
        Self::Time(time)
    }
}

impl From<Uuid> for Value {
    fn from(id: Uuid) -> Self {
        Self::Text(id.to_string())
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::None, Into::into)
    }
}

/// A time as callers write it: with a zone, without one (UTC), or a day alone; also the American way.
pub fn time(text: &str) -> Option<Timestamp> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    let civil = text
        .parse::<DateTime>()
        .ok()
        .or_else(|| DateTime::strptime("%m/%d/%Y %I:%M:%S %p", text).ok())
        .or_else(|| DateTime::strptime("%m/%d/%Y %H:%M", text).ok())
        .or_else(|| {
            jiff::civil::Date::strptime("%m/%d/%Y", text)
                .ok()
                .map(DateTime::from)
        })?;
    civil
        .to_zoned(jiff::tz::TimeZone::UTC)
        .ok()
        .map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_the_usual_ways() {
        let shown = |text: &str| Value::read(Kind::Time, text).and_then(|it| it.text());
        for text in [
            "2026-11-22T12:00:00Z",
            "2026-11-22T13:00:00+01:00",
            "2026-11-22T12:00:00",
            "11/22/2026 12:00",
            "11/22/2026 12:00:00 PM",
        ] {
            assert_eq!(shown(text).as_deref(), Some("2026-11-22T12:00:00.000Z"), "{text}");
        }
        assert_eq!(shown("2026-11-22").as_deref(), Some("2026-11-22T00:00:00.000Z"));
        assert_eq!(shown("11/22/2026").as_deref(), Some("2026-11-22T00:00:00.000Z"));
        assert_eq!(shown("yesterday"), None);
    }
}
