//! Addresses of staff.

/// Tidies an address and says whether it can be one: a careful part of RFC 5321, without quoted local parts, comments and
/// address literals, which no university gives its people. `None`: it cannot be one.
#[must_use]
pub fn parse(text: &str) -> Option<String> {
    let text = text.trim();
    let (local, domain) = text.rsplit_once('@')?;
    let atom = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c);
    let local_ok = !local.is_empty()
        && local.len() <= 64
        && local.chars().all(atom)
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..");
    let domain = domain.to_lowercase();
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let domain_ok = domain.contains('.') && domain.len() <= 253 && domain.split('.').all(label);
    (local_ok && domain_ok && text.len() <= 254).then(|| format!("{local}@{domain}"))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn addresses() {
        assert_eq!(
            parse(" Ada.Admin@Uni.Example "),
            Some("Ada.Admin@uni.example".to_owned())
        );
        assert_eq!(
            parse("o'brien+x@mail.uni.example").as_deref(),
            Some("o'brien+x@mail.uni.example")
        );
        for wrong in [
            "",
            "a",
            "@uni.example",
            "a@",
            "a@localhost",
            "a b@uni.example",
            "a@uni..example",
            "a..b@uni.example",
            "a@-uni.example",
            "a@uni.example\r\nBcc: x@y.z",
            "<a@uni.example>",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
