//! Names of domains and machines, as people type them.

use crate::error::Fields;
use types::Code;

/// A domain with at least one dot, in lower case and ASCII.
pub(super) fn domain_name(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches('.');
    let name = idna::domain_to_ascii_strict(text).ok()?;
    let label = |it: &str| {
        !it.is_empty()
            && it.len() <= 63
            && !it.starts_with('-')
            && !it.ends_with('-')
            && it.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    // No top-level domain is a number: that would be an address.
    let top = name.rsplit('.').next().unwrap_or_default();
    let is_address = top.chars().all(|c| c.is_ascii_digit());
    (name.contains('.') && !is_address && name.len() <= 253 && name.split('.').all(label)).then_some(name)
}

/// The name and every one above it, down to two labels: `a.b.example.edu`, `b.example.edu`, `example.edu`.
pub(super) fn name_and_parents(name: &str) -> Vec<String> {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let starts = std::iter::once(0).chain(name.match_indices('.').map(|(at, _)| at + 1));
    starts
        .map(|start| &name[start..])
        .filter(|rest| rest.contains('.'))
        .map(str::to_owned)
        .collect()
}

/// The name of a machine, or its address.
pub(super) fn is_host(text: &str) -> bool {
    let sound = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '_');
    !text.is_empty() && text.len() <= 253 && text.chars().all(sound)
}

/// A field with a domain that may be left empty.
pub(super) fn optional_domain(fields: &mut Fields, field: &str, text: &str) -> Option<String> {
    if text.trim().is_empty() {
        return None;
    }
    let name = domain_name(text);
    if name.is_none() {
        fields.add(field, Code::BadFormat);
    }
    name
}

/// A field with `https://host` (and a port, where there must be one) that may be left empty. Plain HTTP only where the
/// installation itself has nothing better: links of an https page would be marked as unsafe.
pub(super) fn optional_origin(
    fields: &mut Fields,
    field: &str,
    text: &str,
    public_url: &str,
) -> Option<String> {
    let text = text.trim().trim_end_matches('/').to_ascii_lowercase();
    if text.is_empty() {
        return None;
    }
    let plain = public_url.starts_with("http://");
    let place = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://").filter(|_| plain));
    let sound = place.is_some_and(|place| {
        let (host, port) = place.split_once(':').unwrap_or((place, "443"));
        (domain_name(host).is_some_and(|name| name == host) || (plain && host == "localhost"))
            && port.parse::<u16>().is_ok_and(|port| port > 0)
    });
    if !sound {
        fields.add(field, Code::BadFormat);
        return None;
    }
    Some(text)
}

/// The machine of an origin.
pub(super) fn host_of(origin: &str) -> &str {
    let place = origin.split_once("://").map_or(origin, |(_, rest)| rest);
    place.split([':', '/']).next().unwrap_or(place)
}

/// A field with a rate that may be left out.
pub(super) fn optional_rate(fields: &mut Fields, field: &str, rate: Option<f64>) {
    if rate.is_some_and(|rate| !(rate.is_finite() && rate > 0.0 && rate <= 100_000.0)) {
        fields.add(field, Code::OutOfRange);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_tidied_or_refused() {
        for (text, wanted) in [
            (" Mail.Example.EDU. ", Some("mail.example.edu")),
            ("uczelnia-łódź.example", Some("xn--uczelnia-d-dib18cha.example")),
            ("localhost", None),
            ("127.0.0.1", None),
            ("a b.example", None),
            ("-a.example", None),
            ("", None),
        ] {
            let found = domain_name(text);
            assert_eq!(found.is_some(), wanted.is_some(), "{text}");
            if text.is_ascii() {
                assert_eq!(found.as_deref(), wanted);
            }
        }
        assert_eq!(
            name_and_parents("A.b.example.edu"),
            ["a.b.example.edu", "b.example.edu", "example.edu"]
        );
        assert_eq!(host_of("https://links.example.edu:8443"), "links.example.edu");
    }

    #[test]
    fn origins_are_a_host_and_nothing_more() {
        let check = |text: &str, public: &str| {
            let mut fields = Fields::new();
            let found = optional_origin(&mut fields, "x", text, public);
            fields.finish().is_ok().then_some(found).flatten()
        };
        let public = "https://mail.example.edu";
        assert_eq!(
            check("https://Links.example.edu/", public).as_deref(),
            Some("https://links.example.edu")
        );
        for bad in [
            "links.example.edu",
            "http://links.example.edu",
            "https://links.example.edu/x",
            "https://u@h.example",
            "https://a.example?x",
        ] {
            assert_eq!(check(bad, public), None, "{bad}");
        }
        assert!(check("http://links.example.edu:3000", "http://localhost:3000").is_some());
    }
}
