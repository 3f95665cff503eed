//! Numbers as each language writes them (CLDR's separators), the same on the server and in the browser.

use i18n::Locale;

const NBSP: char = '\u{a0}';
const NARROW_NBSP: char = '\u{202f}';

/// Group separator, decimal separator, and whether four digits are grouped too (not in Polish).
fn separators(locale: Locale) -> (char, char, bool) {
    match locale {
        Locale::en => (',', '.', true),
        Locale::pl => (NBSP, ',', false),
        Locale::de => ('.', ',', true),
        Locale::fr => (NARROW_NBSP, ',', true),
    }
}

/// A count: `12,345`, `12 345`, `12.345`.
#[must_use]
pub fn number(locale: Locale, value: u64) -> String {
    let (group, _, four) = separators(locale);
    let digits = value.to_string();
    if digits.len() < 4 || (digits.len() == 4 && !four) {
        return digits;
    }
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 * group.len_utf8());
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(group);
        }
        out.push(digit);
    }
    out
}

/// A number with `places` decimals. Not for values beyond 2^53.
#[must_use]
pub fn decimal(locale: Locale, value: f64, places: usize) -> String {
    let (_, point, _) = separators(locale);
    let text = format!("{:.places$}", value.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut out = String::new();
    if value < 0.0 && text.bytes().any(|b| b.is_ascii_digit() && b != b'0') {
        out.push('\u{2212}');
    }
    match whole.parse() {
        Ok(whole) => out.push_str(&number(locale, whole)),
        Err(_) => out.push_str(whole),
    }
    if !fraction.is_empty() {
        out.push(point);
        out.push_str(fraction);
    }
    out
}

/// A share between 0 and 1 as per cent, with one decimal unless it is whole; `–` when there is nothing to divide.
#[must_use]
pub fn percent(locale: Locale, share: f64) -> String {
    if !share.is_finite() {
        return "–".to_owned();
    }
    let tenths = (share * 1000.0).round();
    let places = usize::from(tenths % 10.0 != 0.0);
    let figure = decimal(locale, tenths / 10.0, places);
    match locale {
        Locale::en | Locale::pl => format!("{figure}%"),
        Locale::de => format!("{figure}{NBSP}%"),
        Locale::fr => format!("{figure}{NARROW_NBSP}%"),
    }
}

/// A span of time in SI units, which all four languages share: `40 s`, `3 min`, `1 h 20 min`.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 0 ..= a year's worth of hours"
)]
pub fn duration(_locale: Locale, seconds: f64) -> String {
    let seconds = seconds.clamp(0.0, 3e9).ceil() as u64;
    match (seconds / 3600, seconds % 3600 / 60) {
        (0, 0) => format!("{seconds}{NBSP}s"),
        (0, minutes) => format!("{minutes}{NBSP}min"),
        (hours, 0) => format!("{hours}{NBSP}h"),
        (hours, minutes) => format!("{hours}{NBSP}h {minutes}{NBSP}min"),
    }
}

/// A size in bytes in the largest unit that keeps it above one (powers of 1000).
#[must_use]
pub fn megabytes(locale: Locale, bytes: u64) -> String {
    let letter = if locale == Locale::fr { 'o' } else { 'B' };
    let (value, prefix) = match bytes {
        0..1_000 => return format!("{}{NBSP}{letter}", number(locale, bytes)),
        1_000..1_000_000 => (bytes as f64 / 1e3, "k"),
        1_000_000..1_000_000_000 => (bytes as f64 / 1e6, "M"),
        _ => (bytes as f64 / 1e9, "G"),
    };
    let places = usize::from(value < 100.0);
    format!("{}{NBSP}{prefix}{letter}", decimal(locale, value, places))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_grouped_as_each_language_does() {
        assert_eq!(number(Locale::en, 0), "0");
        assert_eq!(number(Locale::en, 1234), "1,234");
        assert_eq!(number(Locale::pl, 1234), "1234");
        assert_eq!(number(Locale::pl, 12_345), "12\u{a0}345");
        assert_eq!(number(Locale::de, 1_234_567), "1.234.567");
        assert_eq!(number(Locale::fr, 999_999), "999\u{202f}999");
    }

    #[test]
    fn shares() {
        assert_eq!(percent(Locale::en, 0.1234), "12.3%");
        assert_eq!(percent(Locale::pl, 1.0), "100%");
        assert_eq!(percent(Locale::de, 0.005), "0,5\u{a0}%");
        assert_eq!(percent(Locale::en, f64::NAN), "–");
        assert_eq!(decimal(Locale::en, -0.04, 1), "0.0");
        assert_eq!(decimal(Locale::en, -1234.5, 1), "\u{2212}1,234.5");
    }

    #[test]
    fn spans_and_sizes() {
        assert_eq!(duration(Locale::en, 0.2), "1\u{a0}s");
        assert_eq!(duration(Locale::en, 125.0), "2\u{a0}min");
        assert_eq!(duration(Locale::en, 4800.0), "1\u{a0}h 20\u{a0}min");
        assert_eq!(megabytes(Locale::fr, 1_250_000), "1,2\u{a0}Mo");
        assert_eq!(megabytes(Locale::en, 412), "412\u{a0}B");
    }
}
