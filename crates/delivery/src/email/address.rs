//! Addresses as the wire wants them: local part as given, domain in ASCII (RFC 5890).

use std::fmt;

/// An e-mail address, checked: a dot-atom local part (RFC 5322, or UTF-8 as in RFC 6531) and a domain in ASCII.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Address {
    text: String,
    at: usize,
}

/// Why a text is no address we can write to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address")]
pub struct AddressError;

impl Address {
    /// Reads an address; internationalised domains become ASCII.
    ///
    /// # Errors
    /// When the text is not `local@domain`, has spaces, quotes or control characters, or is longer than RFC 5321 allows
    /// (64 bytes before the at sign, 254 in all).
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let (local, domain) = text.trim().rsplit_once('@').ok_or(AddressError)?;
        if local.is_empty()
            || local.len() > 64
            || local
                .split('.')
                .any(|atom| atom.is_empty() || !atom.chars().all(is_atom))
        {
            return Err(AddressError);
        }
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| AddressError)?;
        let sound = |label: &str| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        if !domain.contains('.') || !domain.split('.').all(sound) || local.len() + 1 + domain.len() > 254 {
            return Err(AddressError);
        }
        Ok(Self {
            at: local.len(),
            text: format!("{local}@{domain}"),
        })
    }

    /// The whole address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What stands before the at sign.
    #[must_use]
    pub fn local(&self) -> &str {
        &self.text[..self.at]
    }

    /// The domain, in ASCII.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.text[self.at + 1..]
    }
}

/// RFC 5322 atext, or anything beyond ASCII that is neither control nor white space (RFC 6531).
fn is_atom(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c)
    } else {
        !c.is_control() && !c.is_whitespace()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Never shows the address: debug output ends in logs (law 10).
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(…)")
    }
}

/// A display name with its address, as in From, To and Reply-To.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    /// Shown to the reader; may be empty.
    pub name: String,
    /// Where it goes.
    pub address: Address,
}

impl Mailbox {
    /// A mailbox from its two halves.
    ///
    /// # Errors
    /// When the address is not one.
    pub fn new(name: &str, address: &str) -> Result<Self, AddressError> {
        Ok(Self {
            name: name.trim().to_owned(),
            address: Address::parse(address)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_ones_pass_and_domains_become_ascii() {
        for (given, wanted) in [
            ("anna.nowak@example.edu", "anna.nowak@example.edu"),
            (" o'brien+x@example.edu ", "o'brien+x@example.edu"),
            ("jan@żółw.example", "jan@xn--w-uga1v8h.example"),
            ("łukasz@example.edu", "łukasz@example.edu"),
        ] {
            assert_eq!(Address::parse(given).unwrap().as_str(), wanted);
        }
    }

    #[test]
    fn bad_ones_do_not() {
        for bad in [
            "",
            "anna",
            "@example.edu",
            "anna@",
            "anna@localhost",
            "a b@example.edu",
            "a..b@example.edu",
            ".a@example.edu",
            "a@exa mple.edu",
            "a@-x.edu",
            "a\r\nb@example.edu",
            "a@example.edu\r\nBcc: x@y.zz",
            "\"a\"@example.edu",
            "a@b@",
            "a<b>@example.edu",
            "a@example..edu",
            "a@[127.0.0.1]",
        ] {
            assert_eq!(Address::parse(bad), Err(AddressError), "{bad:?}");
        }
        assert!(Address::parse(&format!("{}@example.edu", "a".repeat(65))).is_err());
    }

    #[test]
    fn debug_hides_it() {
        assert!(!format!("{:?}", Mailbox::new("", "anna@example.edu").unwrap()).contains("anna"));
    }
}
