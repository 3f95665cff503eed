//! One secret key; every purpose gets its own by HKDF-SHA256 (RFC 5869), and a key id says which master it came from.

use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// What a derived key is for. A token of one purpose is worthless for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Links to the preference centre.
    Preferences,
    Unsubscribe,
    ViewInBrowser,
    TrackOpen,
    TrackClick,
    /// The hash that is left of an erased address.
    Suppression,
    /// Encryption of DKIM keys and relay passwords at rest.
    AtRest,
    /// Keys of sign-in throttles: the table holds no addresses.
    Throttle,
    /// Envelope senders (VERP).
    Bounce,
    /// Browsers that have signed in to an account before.
    Device,
    /// Where a list goes on whose caller only gives an id back (SOAP's `ContinueRequest`).
    Continue,
}

impl Purpose {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Preferences => b"campanile preferences 1",
            Self::Unsubscribe => b"campanile unsubscribe 1",
            Self::ViewInBrowser => b"campanile view 1",
            Self::TrackOpen => b"campanile open 1",
            Self::TrackClick => b"campanile click 1",
            Self::Suppression => b"campanile suppression 1",
            Self::AtRest => b"campanile at rest 1",
            Self::Throttle => b"campanile throttle 1",
            Self::Bounce => b"campanile bounce 1",
            Self::Device => b"campanile device 1",
            Self::Continue => b"campanile continue 1",
        }
    }
}

/// The master key. Printing it shows nothing.
#[derive(Clone)]
pub struct Keys {
    master: Arc<[u8; 32]>,
    id: u8,
}

impl Keys {
    /// `master`: 32 random bytes. The id is its fingerprint's first byte, so that tokens say which key made them.
    #[must_use]
    pub fn new(master: [u8; 32]) -> Self {
        let id = Sha256::digest(master)[0];
        Self {
            master: Arc::new(master),
            id,
        }
    }

    /// The id that tokens carry.
    #[must_use]
    pub fn id(&self) -> u8 {
        self.id
    }

    /// The key of one purpose.
    #[must_use]
    pub fn derive(&self, purpose: Purpose) -> [u8; 32] {
        let mut out = [0; 32];
        // 32 bytes is always a valid length for HKDF-SHA256 (at most 255 * 32).
        let _ = Hkdf::<Sha256>::new(None, self.master.as_slice()).expand(purpose.label(), &mut out);
        out
    }

    /// HMAC-SHA256 of `message` under the purpose's key. Hot paths derive the key once and use [`hmac`].
    #[must_use]
    pub fn mac(&self, purpose: Purpose, message: &[u8]) -> [u8; 32] {
        hmac(&self.derive(purpose), message)
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(…)")
    }
}

/// HMAC-SHA256 (RFC 2104).
#[must_use]
pub fn hmac(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        // HMAC takes keys of any length.
        return [0; 32];
    };
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// Compares without telling by its time where the difference is.
#[must_use]
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |difference, (x, y)| difference | (x ^ y)) == 0
}

/// SHA-256, for single-use tokens and client secrets (256 random bits need no slow hash).
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
