//! E-mail addresses and phone numbers: parsed at the edge, kept as given for sending, normalised for matching.

use types::imports::RowProblem;

/// Longest address, in bytes (RFC 5321 4.5.3.1.3, less the angle brackets).
const ADDRESS_BYTES: usize = 254;
/// Longest local part, in bytes (RFC 5321 4.5.3.1.1).
const LOCAL_BYTES: usize = 64;

/// An e-mail address that can be written to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress {
    value: String,
    normalised: String,
}

/// Why a text is no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressError {
    /// Nothing there.
    Empty,
    /// Several addresses.
    Several,
    /// Anything else.
    Invalid,
}

impl AddressError {
    /// The same as a problem of an import's row.
    #[must_use]
    pub const fn problem(self) -> RowProblem {
        match self {
            Self::Empty => RowProblem::EmailMissing,
            Self::Several => RowProblem::EmailSeveral,
            Self::Invalid => RowProblem::EmailInvalid,
        }
    }
}

impl EmailAddress {
    /// Reads an address as people write and files hold it: with spaces around, `mailto:` before, a name and angle
    /// brackets, a trailing separator. Quoted local parts and address literals are refused: no person has one.
    ///
    /// # Errors
    /// [`AddressError`], when it is no single address with a domain of at least two labels.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let text = trim(text);
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        if text.matches('@').nth(1).is_some() {
            return Err(AddressError::Several);
        }
        let (local, domain) = text.split_once('@').ok_or(AddressError::Invalid)?;
        if local.is_empty() || local.len() > LOCAL_BYTES || !local.split('.').all(is_atom) {
            return Err(AddressError::Invalid);
        }
        let ascii = ascii_domain(domain).ok_or(AddressError::Invalid)?;
        let shown = if domain.is_ascii() {
            ascii.clone()
        } else {
            domain.to_lowercase()
        };
        if local.len() + 1 + ascii.len() > ADDRESS_BYTES {
            return Err(AddressError::Invalid);
        }
        Ok(Self {
            value: format!("{local}@{shown}"),
            normalised: format!("{}@{ascii}", local.to_lowercase()),
        })
    }

    /// As given, with the domain in lower case: for showing and sending.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.value
    }

    /// Lower case, domain in ASCII (IDNA): for matching. Local parts are told apart by case nowhere in practice
    /// (RFC 5321 2.4 discourages it), and two records for one mailbox would be two mails.
    #[must_use]
    pub fn normalised(&self) -> &str {
        &self.normalised
    }

    /// Both texts, the given one first.
    #[must_use]
    pub fn into_parts(self) -> (String, String) {
        (self.value, self.normalised)
    }
}

/// Takes away what surrounds an address in files.
fn trim(text: &str) -> &str {
    let around =
        |c: char| c.is_whitespace() || matches!(c, '\u{200B}'..='\u{200F}' | '\u{FEFF}' | '"' | '\'');
    let mut text = text.trim_matches(around);
    if let Some((_, inner)) = text.strip_suffix('>').and_then(|t| t.rsplit_once('<')) {
        text = inner.trim_matches(around);
    }
    if let Some((scheme, rest)) = text.split_at_checked(7)
        && scheme.eq_ignore_ascii_case("mailto:")
    {
        text = rest;
    }
    text.trim_end_matches([',', ';']).trim_matches(around)
}

/// One dot-separated part of a local part: atext of RFC 5322, or any letter beyond ASCII (RFC 6531).
fn is_atom(part: &str) -> bool {
    !part.is_empty()
        && part.chars().all(|c| {
            c.is_ascii_alphanumeric()
                || "!#$%&'*+-/=?^_`{|}~".contains(c)
                || (!c.is_ascii() && !c.is_control() && !c.is_whitespace() && c != '\u{FFFD}')
        })
}

/// The domain in ASCII, if it can be one: at least two labels, the last not a number.
fn ascii_domain(domain: &str) -> Option<String> {
    let ascii = if domain.is_ascii() {
        domain.to_ascii_lowercase()
    } else {
        idna::domain_to_ascii_strict(domain).ok()?
    };
    let good_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let last = ascii.rsplit('.').next().unwrap_or_default();
    (ascii.len() <= 253
        && ascii.contains('.')
        && ascii.split('.').all(good_label)
        && last.len() >= 2
        && last.bytes().any(|b| b.is_ascii_alphabetic()))
    .then_some(ascii)
}

/// A phone number as given and normalised: `+` and digits, or digits only where the country is not said. Six to fifteen
/// digits (E.164). `None` when it is no number.
#[must_use]
pub fn parse_phone(text: &str) -> Option<(String, String)> {
    let shown = text.trim();
    let mut digits = String::with_capacity(16);
    for (at, c) in shown.char_indices() {
        match c {
            '0'..='9' => digits.push(c),
            '+' if at == 0 => digits.push('+'),
            ' ' | '-' | '(' | ')' | '/' | '.' | '\u{A0}' => {}
            _ => return None,
        }
    }
    if let Some(international) = digits.strip_prefix("00") {
        digits = format!("+{international}");
    }
    let count = digits.trim_start_matches('+').len();
    ((6..=15).contains(&count) && shown.len() <= 40).then(|| (shown.to_owned(), digits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<(String, String), AddressError> {
        EmailAddress::parse(text).map(EmailAddress::into_parts)
    }

    #[test]
    fn addresses_are_kept_as_given_and_normalised_for_matching() {
        for (text, value, normalised) in [
            ("anna@uni.example", "anna@uni.example", "anna@uni.example"),
            (
                "  Anna.Nowak@UNI.Example ",
                "Anna.Nowak@uni.example",
                "anna.nowak@uni.example",
            ),
            (
                "Anna Nowak <anna@uni.example>",
                "anna@uni.example",
                "anna@uni.example",
            ),
            ("MAILTO:anna@uni.example;", "anna@uni.example", "anna@uni.example"),
            (
                "\u{FEFF}anna@uni.example\u{A0}",
                "anna@uni.example",
                "anna@uni.example",
            ),
            (
                "jan@bücher.example",
                "jan@bücher.example",
                "jan@xn--bcher-kva.example",
            ),
            ("jörg@uni.example", "jörg@uni.example", "jörg@uni.example"),
            (
                "a+b@sub.uni.example",
                "a+b@sub.uni.example",
                "a+b@sub.uni.example",
            ),
        ] {
            assert_eq!(
                parse(text),
                Ok((value.to_owned(), normalised.to_owned())),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "anna",
            "@uni.example",
            "anna@",
            "anna@uni",
            "a..b@uni.example",
            ".a@uni.example",
            "a@-uni.example",
            "a@uni..pl",
            "a b@uni.example",
            "a@[127.0.0.1]",
            "a@127.0.0.1",
            "\"a b\"@uni.example",
            "a@uni.example\nBcc: x",
            "a@uni.e",
            "=cmd@",
            "a\u{FFFD}@uni.example",
            "a@uni_x.example",
        ] {
            assert_eq!(parse(text), Err(AddressError::Invalid), "{text}");
        }
        assert_eq!(parse(" \t"), Err(AddressError::Empty));
        assert_eq!(parse("a@uni.example; b@uni.example"), Err(AddressError::Several));
        assert_eq!(
            parse(&format!("{}@uni.example", "a".repeat(65))),
            Err(AddressError::Invalid)
        );
        assert_eq!(
            parse(&format!("a@{}.example", "a".repeat(64))),
            Err(AddressError::Invalid)
        );
    }

    #[test]
    fn phone_numbers() {
        assert_eq!(
            parse_phone(" +48 601 202-303 "),
            Some(("+48 601 202-303".into(), "+48601202303".into()))
        );
        assert_eq!(
            parse_phone("0048601202303"),
            Some(("0048601202303".into(), "+48601202303".into()))
        );
        assert_eq!(
            parse_phone("(61) 829 40 00"),
            Some(("(61) 829 40 00".into(), "618294000".into()))
        );
        assert_eq!(parse_phone("12345"), None);
        assert_eq!(parse_phone("call me"), None);
        assert_eq!(parse_phone("48+601202303"), None);
    }

    proptest! {
        #[test]
        fn whatever_comes_nothing_breaks_and_normalising_is_stable(text in "\\PC{0,60}|[a-zA-Z.@ \r\n<>żü-]{0,40}") {
            if let Ok(address) = EmailAddress::parse(&text) {
                let again = EmailAddress::parse(address.normalised()).expect("a normalised address is an address");
                prop_assert_eq!(again.normalised(), address.normalised());
                prop_assert!(!address.as_str().contains(['\r', '\n', ' ', '<', '>']));
            }
        }
    }
}
