//! Which of our languages a reader gets.

use crate::Locale;
use std::str::FromStr;

/// The cookie in which a reader's choice of language is kept before (and without) signing in.
pub const LOCALE_COOKIE: &str = "campanile_language";

/// The language of a page: the signed-in person's own, else the cookie's, else the best that `Accept-Language` asks for,
/// else English. Codes that we do not have are passed over.
pub fn choose_locale(own: Option<&str>, cookie: Option<&str>, accept_language: Option<&str>) -> Locale {
    let known = |code: &str| Locale::from_str(code).ok();
    own.and_then(known)
        .or_else(|| cookie.and_then(known))
        .or_else(|| accept_language.and_then(negotiate))
        .unwrap_or_default()
}

/// The best of our languages for an `Accept-Language` header (RFC 9110, 12.5.4): weights count, the first of equals wins,
/// `pl-PL` is answered by `pl`, a weight of 0 refuses. `None` when nothing fits.
pub fn negotiate(accept_language: &str) -> Option<Locale> {
    let mut best: Option<(u16, Locale)> = None;
    let mut refused = Vec::new();
    let mut any = None;
    for range in accept_language.split(',') {
        let mut parts = range.split(';');
        let tag = parts.next().unwrap_or_default().trim();
        let weight = parts
            .find_map(|parameter| parameter.trim().strip_prefix("q="))
            .map_or(Some(1000), thousandths)
            .unwrap_or(0);
        if tag == "*" {
            any = any.or(Some(weight));
            continue;
        }
        let language = tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
        let Ok(locale) = Locale::from_str(&language) else {
            continue;
        };
        if weight == 0 {
            refused.push(locale);
        } else if best.is_none_or(|(other, _)| weight > other) {
            best = Some((weight, locale));
        }
    }
    match (best, any) {
        (Some((weight, locale)), Some(any)) if any > weight => {
            // `*` outweighs what was named: English, unless that was refused.
            Some(Locale::default())
                .filter(|l| !refused.contains(l))
                .or(Some(locale))
        }
        (Some((_, locale)), _) => Some(locale),
        (None, Some(any)) if any > 0 => [Locale::en, Locale::pl, Locale::de, Locale::fr]
            .into_iter()
            .find(|l| !refused.contains(l)),
        _ => None,
    }
}

/// A weight such as `0.8` in thousandths (the header allows three decimals); `None` when it is not one.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, decimals) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    if decimals.len() > 3 || !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let fraction: u16 = format!("{decimals:0<3}").parse().ok()?;
    match whole {
        "0" => Some(fraction),
        "1" if fraction == 0 => Some(1000),
        _ => None,
    }
}

/// What a language calls itself, for the menu of languages.
pub fn name_of(locale: Locale) -> &'static str {
    match locale {
        Locale::en => "English",
        Locale::pl => "Polski",
        Locale::de => "Deutsch",
        Locale::fr => "Français",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_decide() {
        assert_eq!(negotiate("de;q=0.5, pl;q=0.9, fr;q=0.1"), Some(Locale::pl));
        assert_eq!(negotiate("pl-PL,pl;q=0.9,en-US;q=0.8"), Some(Locale::pl));
        assert_eq!(negotiate("cs, fr-CH;q=0.3"), Some(Locale::fr));
    }

    #[test]
    fn first_of_equals_wins_and_zero_refuses() {
        assert_eq!(negotiate("de, fr"), Some(Locale::de));
        assert_eq!(negotiate("en;q=0, de;q=0.1"), Some(Locale::de));
        assert_eq!(negotiate("en;q=0, *"), Some(Locale::pl));
        assert_eq!(negotiate("cs"), None);
        assert_eq!(negotiate(""), None);
        assert_eq!(negotiate("pl;q=nonsense, de;q=0.2"), Some(Locale::de));
    }

    #[test]
    fn own_language_before_cookie_before_header() {
        assert_eq!(choose_locale(Some("fr"), Some("de"), Some("pl")), Locale::fr);
        assert_eq!(choose_locale(None, Some("de"), Some("pl")), Locale::de);
        assert_eq!(choose_locale(Some("xx"), Some("yy"), Some("pl")), Locale::pl);
        assert_eq!(choose_locale(None, None, None), Locale::en);
    }
}
