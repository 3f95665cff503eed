//! Times on the wire: RFC 3339 in UTC, as jiff writes them.
//!
//! jiff's own reading explains every mistake in a time, with 50 KB of compressed wasm on every page of the console; between
//! our own server and browser, and in the API's answers, it is enough that a time is none.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serializer, de::Error};
use std::borrow::Cow;

pub(crate) fn serialize<S: Serializer>(time: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(time)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let text = Cow::<str>::deserialize(deserializer)?;
    text.parse()
        .map_err(|_| Error::custom("not a time as in RFC 3339"))
}

/// The same for what may be missing or null.
pub(crate) mod option {
    use super::{Cow, Deserialize, Deserializer, Error, Serializer, Timestamp};

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
        text.map(|text| {
            text.parse()
                .map_err(|_| Error::custom("not a time as in RFC 3339"))
        })
        .transpose()
    }
}
