//! Points in time, in the reader's zone.
//!
//! The zone is the signed-in person's own (an IANA name), so server and browser write the same. The server computes with
//! jiff, the browser with its `Intl`, which keeps the zone database out of the wasm.

use i18n::{Locale, use_i18n};
use jiff::Timestamp;
use leptos::prelude::*;

/// How much of a point in time to show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeStyle {
    Date,
    #[default]
    DateTime,
    /// With the zone's name: wherever something is scheduled.
    DateTimeZone,
    /// Day, month and hour, for the axes of charts.
    Short,
}

/// The reader's zone.
#[derive(Clone, Copy)]
pub struct Zone(pub RwSignal<String>);

/// Sets the zone for everything below; once, in the frame.
pub fn provide_zone(name: String) {
    provide_context(Zone(RwSignal::new(name)));
}

/// The reader's zone by name; UTC where nobody is signed in.
#[must_use]
pub fn zone_name() -> String {
    use_context::<Zone>().map_or_else(|| "UTC".to_owned(), |zone| zone.0.get())
}

/// The clock on a wall in some zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Wall {
    year: i16,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
}

#[cfg(not(target_arch = "wasm32"))]
fn wall(at: Timestamp, zone: &str) -> Option<Wall> {
    let zoned = at.in_tz(zone).ok()?;
    Some(Wall {
        year: zoned.year(),
        month: u8::try_from(zoned.month()).ok()?,
        day: u8::try_from(zoned.day()).ok()?,
        hour: u8::try_from(zoned.hour()).ok()?,
        minute: u8::try_from(zoned.minute()).ok()?,
    })
}

#[cfg(target_arch = "wasm32")]
fn wall(at: Timestamp, zone: &str) -> Option<Wall> {
    use js_sys::{Array, Date, Intl::DateTimeFormat, Object, Reflect};
    use wasm_bindgen::{JsCast, JsValue};

    let options = Object::new();
    let fields = ["year", "month", "day", "hour", "minute"];
    for field in fields {
        Reflect::set(&options, &field.into(), &"numeric".into()).ok()?;
    }
    Reflect::set(&options, &"hourCycle".into(), &"h23".into()).ok()?;
    Reflect::set(&options, &"timeZone".into(), &zone.into()).ok()?;
    // `Reflect::construct`, because an unknown zone throws.
    let constructor: js_sys::Function = Reflect::get(
        &Reflect::get(&js_sys::global(), &"Intl".into()).ok()?,
        &"DateTimeFormat".into(),
    )
    .ok()?
    .dyn_into()
    .ok()?;
    let format: DateTimeFormat = Reflect::construct(&constructor, &Array::of2(&"en".into(), &options))
        .ok()?
        .unchecked_into();
    let date = Date::new(&JsValue::from_f64(at.as_millisecond() as f64));
    let parts = format.format_to_parts(&date);
    let mut found = [0_i16; 5];
    for part in parts.iter() {
        let kind = Reflect::get(&part, &"type".into()).ok()?.as_string()?;
        if let Some(field) = fields.iter().position(|field| *field == kind) {
            found[field] = Reflect::get(&part, &"value".into())
                .ok()?
                .as_string()?
                .parse()
                .ok()?;
        }
    }
    let [year, month, day, hour, minute] = found;
    Some(Wall {
        year,
        month: u8::try_from(month).ok()?,
        day: u8::try_from(day).ok()?,
        hour: u8::try_from(hour).ok()?,
        minute: u8::try_from(minute).ok()?,
    })
}

/// Short names of months (CLDR, format abbreviated).
fn month(locale: Locale, month: u8) -> &'static str {
    const EN: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    const PL: [&str; 12] = [
        "sty", "lut", "mar", "kwi", "maj", "cze", "lip", "sie", "wrz", "paź", "lis", "gru",
    ];
    const DE: [&str; 12] = [
        "Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez.",
    ];
    const FR: [&str; 12] = [
        "janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.",
    ];
    let names = match locale {
        Locale::en => EN,
        Locale::pl => PL,
        Locale::de => DE,
        Locale::fr => FR,
    };
    names
        .get(usize::from(month).saturating_sub(1))
        .copied()
        .unwrap_or_default()
}

/// A point in time in words; an unknown zone is shown as UTC, and said so.
#[must_use]
pub fn format_time(locale: Locale, at: Timestamp, zone: &str, style: TimeStyle) -> String {
    let (wall, zone) = match wall(at, zone) {
        Some(wall) => (wall, zone),
        None => (utc(at), "UTC"),
    };
    let Wall {
        year,
        month: m,
        day,
        hour,
        minute,
    } = wall;
    let name = month(locale, m);
    let date = match locale {
        Locale::de => format!("{day}. {name} {year}"),
        _ => format!("{day} {name} {year}"),
    };
    match style {
        TimeStyle::Date => date,
        TimeStyle::DateTime => format!("{date}, {hour:02}:{minute:02}"),
        TimeStyle::DateTimeZone => format!("{date}, {hour:02}:{minute:02} ({zone})"),
        TimeStyle::Short if locale == Locale::de => format!("{day}. {name} {hour:02}:{minute:02}"),
        TimeStyle::Short => format!("{day} {name} {hour:02}:{minute:02}"),
    }
}

fn utc(at: Timestamp) -> Wall {
    let civil = jiff::tz::Offset::UTC.to_datetime(at);
    Wall {
        year: civil.year(),
        month: civil.month().unsigned_abs(),
        day: civil.day().unsigned_abs(),
        hour: civil.hour().unsigned_abs(),
        minute: civil.minute().unsigned_abs(),
    }
}

/// A point in time in the reader's zone and language, as a `<time>` with the exact value behind it.
#[component]
pub fn Moment(at: Timestamp, #[prop(optional)] style: TimeStyle) -> impl IntoView {
    let i18n = use_i18n();
    let zone = use_context::<Zone>();
    let name = move || zone.map_or_else(|| "UTC".to_owned(), |zone| zone.0.get());
    view! {
        <time
            datetime=at.to_string()
            class="whitespace-nowrap"
            title=move || format_time(i18n.get_locale(), at, &name(), TimeStyle::DateTimeZone)
        >
            {move || format_time(i18n.get_locale(), at, &name(), style)}
        </time>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reader_zone_and_language() {
        let at: Timestamp = "2026-03-29T01:30:00Z".parse().unwrap();
        assert_eq!(
            format_time(Locale::pl, at, "Europe/Warsaw", TimeStyle::DateTimeZone),
            "29 mar 2026, 03:30 (Europe/Warsaw)"
        );
        assert_eq!(
            format_time(Locale::de, at, "America/New_York", TimeStyle::Date),
            "28. März 2026"
        );
        assert_eq!(
            format_time(Locale::en, at, "Nowhere/Land", TimeStyle::DateTimeZone),
            "29 Mar 2026, 01:30 (UTC)"
        );
    }
}
