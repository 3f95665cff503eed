//! Variable envelope senders: each message's bounces come back to an address of its own.

use super::address::{Address, AddressError};

/// The first part of every envelope sender we make.
const PREFIX: &str = "b-";

/// `b-{token}@{domain}`: the token names one delivery and is signed by whoever made it.
///
/// # Errors
/// When the token is too long for a local part (62 characters) or has characters that mail servers change: only lower
/// case letters, digits and `-` survive everywhere.
pub fn envelope_sender(token: &str, bounce_domain: &str) -> Result<Address, AddressError> {
    if token.is_empty()
        || !token
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    {
        return Err(AddressError);
    }
    Address::parse(&format!("{PREFIX}{token}@{bounce_domain}"))
}

/// The token in the local part of a bounce's recipient; case may have been changed on the way.
#[must_use]
pub fn token_of(recipient: &str) -> Option<String> {
    let (local, _) = recipient.rsplit_once('@')?;
    let lower = local.to_ascii_lowercase();
    let token = lower.strip_prefix(PREFIX)?;
    (!token.is_empty()).then(|| token.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let sender = envelope_sender("k1-0abc234", "bounces.example.edu").unwrap();
        assert_eq!(sender.as_str(), "b-k1-0abc234@bounces.example.edu");
        assert_eq!(
            token_of("B-K1-0ABC234@bounces.example.edu").as_deref(),
            Some("k1-0abc234")
        );
        assert_eq!(token_of("anna@example.edu"), None);
        assert_eq!(token_of("b-@example.edu"), None);
    }

    #[test]
    fn tokens_that_would_not_survive_are_refused() {
        for bad in ["", "A", "a_b", "a b", "a@b", &"a".repeat(63)] {
            assert!(envelope_sender(bad, "example.edu").is_err(), "{bad}");
        }
    }
}
