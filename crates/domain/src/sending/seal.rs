//! Credentials at rest: AES-256-GCM under the installation's key, bound to the row they belong to.
//!
//! A sealed value is the master key's id, the nonce, the ciphertext and the tag. The row's id and what the value is are
//! authenticated with it, so that whoever can write to the database cannot give one relay another's password.

use crate::keys::{Keys, Purpose};
use crate::{Error, Result};
use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use secrecy::SecretSlice;
use uuid::Uuid;

/// What is sealed: a value of one kind does not open as another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sealed {
    RelayPassword,
    DkimKey,
    WebhookSecret,
}

impl Sealed {
    fn label(self) -> &'static [u8] {
        match self {
            Self::RelayPassword => b"relay password",
            Self::DkimKey => b"dkim key",
            Self::WebhookSecret => b"webhook secret",
        }
    }

    fn about(self, row: Uuid) -> Aad<Vec<u8>> {
        Aad::from([self.label(), row.as_bytes()].concat())
    }
}

/// Seals `secret` for a row. The nonce is the machine's and not the act's: seeded randomness would repeat it.
pub(crate) fn seal(keys: &Keys, what: Sealed, row: Uuid, secret: &[u8]) -> Result<Vec<u8>> {
    let failed = |_| Error::broken("sealing failed");
    let key = RandomizedNonceKey::new(&AES_256_GCM, &keys.derive(Purpose::AtRest)).map_err(failed)?;
    let mut content = secret.to_vec();
    let nonce = key
        .seal_in_place_append_tag(what.about(row), &mut content)
        .map_err(failed)?;
    Ok([&[keys.id()][..], nonce.as_ref(), &content].concat())
}

/// Opens what was sealed for this row under this key.
pub(crate) fn open(keys: &Keys, what: Sealed, row: Uuid, sealed: &[u8]) -> Result<SecretSlice<u8>> {
    let broken = |why: &str| Error::broken(format!("{} of {row}: {why}", describe(what)));
    let Some((id, rest)) = sealed.split_first() else {
        return Err(broken("is empty"));
    };
    if *id != keys.id() {
        return Err(broken("was sealed under another secret key"));
    }
    let Some((nonce, content)) = rest.split_at_checked(NONCE_LEN) else {
        return Err(broken("is cut off"));
    };
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| broken("is cut off"))?;
    let key = RandomizedNonceKey::new(&AES_256_GCM, &keys.derive(Purpose::AtRest))
        .map_err(|_| broken("cannot be opened"))?;
    let mut content = content.to_vec();
    let length = key
        .open_in_place(nonce, what.about(row), &mut content)
        .map_err(|_| broken("does not open: it was changed, or belongs to another row"))?
        .len();
    content.truncate(length);
    Ok(SecretSlice::from(content))
}

fn describe(what: Sealed) -> &'static str {
    match what {
        Sealed::RelayPassword => "the password of relay",
        Sealed::DkimKey => "the private half of DKIM key",
        Sealed::WebhookSecret => "a secret of webhook",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    #[test]
    fn what_was_sealed_opens_in_its_place_only() {
        let keys = Keys::new([7; 32]);
        let (row, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let sealed = seal(&keys, Sealed::RelayPassword, row, b"hunter2").unwrap();
        assert!(!sealed.windows(7).any(|part| part == b"hunter2"));
        assert_eq!(sealed[0], keys.id());
        let opened = open(&keys, Sealed::RelayPassword, row, &sealed).unwrap();
        assert_eq!(opened.expose_secret(), b"hunter2");
        assert!(open(&keys, Sealed::RelayPassword, other, &sealed).is_err());
        assert!(open(&keys, Sealed::DkimKey, row, &sealed).is_err());
        assert!(open(&Keys::new([8; 32]), Sealed::RelayPassword, row, &sealed).is_err());
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(open(&keys, Sealed::RelayPassword, row, &changed).is_err(), "{at}");
            assert!(
                open(&keys, Sealed::RelayPassword, row, &sealed[..at]).is_err(),
                "{at}"
            );
        }
        // The same twice does not look the same.
        assert_ne!(
            sealed,
            seal(&keys, Sealed::RelayPassword, row, b"hunter2").unwrap()
        );
    }
}
