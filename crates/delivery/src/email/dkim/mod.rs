//! Signatures by DKIM (RFC 6376), with RSA and with Ed25519 (RFC 8463), relaxed in header and body.
//!
//! The canonical form is our own, not mail-auth's: its signer reads the system's clock, hashes the body once a key and
//! cannot over-sign, and what is left without it is this little. RSA and SHA-256 are AWS-LC's, as fast as OpenSSL's.

mod canonical;

use std::fmt::{self, Write};

use aws_lc_rs::{
    digest::{self, SHA256},
    encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der},
    rand::SystemRandom,
    rsa::{self, KeySize},
    signature::{Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{Engine, engine::general_purpose::STANDARD};

/// The fields that are signed as far as they are present, in this order.
const SIGNED: [&str; 12] = [
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "reply-to",
    "mime-version",
    "content-type",
    "list-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "auto-submitted",
];

/// Header lines are folded before this many characters.
const FOLD_AT: usize = 72;

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// RSA with 2048 bits: what every receiver can check.
    Rsa2048,
    /// Ed25519: small and fast; few receivers check it, so it stands beside an RSA signature.
    Ed25519,
}

/// A key that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a private key of this kind")]
pub struct KeyError;

/// Why a message cannot be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// A domain or selector that cannot stand in a signature.
    #[error("domain and selector of a signature are names in ASCII")]
    Name,
    /// RFC 6376, 5.4: From must be signed.
    #[error("the message has no From")]
    NoFrom,
    /// The key failed.
    #[error("the key does not sign")]
    Key,
}

/// A private key.
pub struct SigningKey(Pair);

enum Pair {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Box<Ed25519KeyPair>),
}

impl SigningKey {
    /// Reads a key from PKCS #8, DER.
    ///
    /// # Errors
    /// When it is not a key of this kind, or RSA of other than 2048 bits.
    pub fn from_pkcs8(kind: KeyKind, der: &[u8]) -> Result<Self, KeyError> {
        let pair = match kind {
            KeyKind::Rsa2048 => {
                let pair = RsaKeyPair::from_pkcs8(der).map_err(|_| KeyError)?;
                if pair.public_modulus_len() != 256 {
                    return Err(KeyError);
                }
                Pair::Rsa(Box::new(pair))
            }
            // What OpenSSL writes has no public key beside it.
            KeyKind::Ed25519 => Pair::Ed25519(Box::new(
                Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).map_err(|_| KeyError)?,
            )),
        };
        Ok(Self(pair))
    }

    /// Makes a new key, as PKCS #8, DER: a secret.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn generate_pkcs8(kind: KeyKind) -> Result<Vec<u8>, KeyError> {
        match kind {
            KeyKind::Rsa2048 => {
                let pair = rsa::KeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError)?;
                let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map_err(|_| KeyError)?;
                Ok(der.as_ref().to_vec())
            }
            KeyKind::Ed25519 => {
                let document =
                    Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new()).map_err(|_| KeyError)?;
                Ok(document.as_ref().to_vec())
            }
        }
    }

    /// What kind it is.
    #[must_use]
    pub fn kind(&self) -> KeyKind {
        match self.0 {
            Pair::Rsa(_) => KeyKind::Rsa2048,
            Pair::Ed25519(_) => KeyKind::Ed25519,
        }
    }

    /// The TXT record to be published at `selector._domainkey.domain`. Longer than the 255 bytes of one string in the DNS
    /// for RSA: split it there.
    #[must_use]
    pub fn public_record(&self) -> String {
        match &self.0 {
            Pair::Rsa(pair) => {
                let der = AsDer::<PublicKeyX509Der<'_>>::as_der(pair.public_key());
                let key = der.map(|der| STANDARD.encode(der.as_ref())).unwrap_or_default();
                format!("v=DKIM1; k=rsa; p={key}")
            }
            Pair::Ed25519(pair) => {
                format!("v=DKIM1; k=ed25519; p={}", STANDARD.encode(pair.public_key()))
            }
        }
    }

    fn algorithm(&self) -> &'static str {
        match self.0 {
            Pair::Rsa(_) => "rsa-sha256",
            Pair::Ed25519(_) => "ed25519-sha256",
        }
    }

    /// Signs and hands the signature on, in base64.
    fn sign(&self, text: &str) -> Result<String, SignError> {
        match &self.0 {
            Pair::Rsa(pair) => {
                let mut signature = [0; 256];
                pair.sign(
                    &RSA_PKCS1_SHA256,
                    &SystemRandom::new(),
                    text.as_bytes(),
                    &mut signature,
                )
                .map_err(|_| SignError::Key)?;
                Ok(STANDARD.encode(signature))
            }
            // RFC 8463, 3: the hash is what is signed.
            Pair::Ed25519(pair) => {
                let hash = digest::digest(&SHA256, text.as_bytes());
                let signature = pair.try_sign(hash.as_ref()).map_err(|_| SignError::Key)?;
                Ok(STANDARD.encode(signature))
            }
        }
    }
}

/// Never shows the key.
impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.algorithm())
    }
}

/// A key with the place where its public half is published.
#[derive(Debug)]
pub struct Signer {
    domain: String,
    selector: String,
    key: SigningKey,
}

impl Signer {
    /// Signs for `domain` with the key published at `selector._domainkey.domain`.
    ///
    /// # Errors
    /// `SignError::Name` when one of them could not stand there.
    pub fn new(domain: &str, selector: &str, key: SigningKey) -> Result<Self, SignError> {
        let sound = |name: &str| {
            name.len() <= 253
                && name.split('.').all(|label| {
                    (1..=63).contains(&label.len())
                        && label
                            .bytes()
                            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
                })
        };
        if !sound(domain) || !sound(selector) {
            return Err(SignError::Name);
        }
        Ok(Self {
            domain: domain.to_owned(),
            selector: selector.to_owned(),
            key,
        })
    }

    /// Appends a whole `DKIM-Signature` field with its line end, to be put before the message, which has CRLF line ends.
    /// `at` in seconds since 1970.
    ///
    /// # Errors
    /// When the message has no From or the key fails; `out` is then as it was.
    pub fn sign_into(&self, message: &str, at: i64, out: &mut String) -> Result<(), SignError> {
        sign(std::slice::from_ref(self), message, at, out)
    }

    /// Appends the field for what is given of the message, over `text`, which holds the message's canonical header and is
    /// given back as it was.
    fn append(
        &self,
        digests: &Digests,
        at: i64,
        text: &mut String,
        out: &mut String,
    ) -> Result<(), SignError> {
        let begin = out.len();
        // Writing to a string does not fail.
        let _ = write!(
            out,
            "DKIM-Signature: v=1; a={}; c=relaxed/relaxed; t={at};\r\n d={};\r\n s={};\r\n h=",
            self.key.algorithm(),
            self.domain,
            self.selector
        );
        out.push_str(&digests.names);
        let _ = write!(out, ";\r\n bh={};\r\n b=", digests.body);
        let end = text.len();
        // The signature signs itself without its value, as the last field and without a line end (RFC 6376, 3.7).
        canonical::field(text, "dkim-signature", &out[begin + "DKIM-Signature:".len()..]);
        text.truncate(text.len() - 2);
        let signed = self.key.sign(text);
        text.truncate(end);
        let signature = signed.inspect_err(|_| out.truncate(begin))?;
        let mut rest = signature.as_str();
        while rest.len() > FOLD_AT {
            let (line, more) = rest.split_at(FOLD_AT);
            out.push_str(line);
            out.push_str("\r\n ");
            rest = more;
        }
        out.push_str(rest);
        out.push_str("\r\n");
        Ok(())
    }
}

/// Several keys for the same messages: RSA for everybody, Ed25519 for who can (RFC 8463, 4).
#[derive(Debug, Default)]
pub struct Signers(pub Vec<Signer>);

impl Signers {
    /// Appends a `DKIM-Signature` field of each, hashing the message's body once. None at all when there are no keys.
    ///
    /// # Errors
    /// When the message has no From or a key fails; `out` is then as it was.
    pub fn sign_into(&self, message: &str, at: i64, out: &mut String) -> Result<(), SignError> {
        sign(&self.0, message, at, out)
    }
}

/// What is the same for all signatures of a message.
struct Digests {
    /// The value of `h=`, folded.
    names: String,
    /// The value of `bh=`.
    body: String,
}

fn sign(signers: &[Signer], message: &str, at: i64, out: &mut String) -> Result<(), SignError> {
    if signers.is_empty() {
        return Ok(());
    }
    let (header, body) = canonical::split(message);
    let mut text = String::with_capacity(2048);
    let mut names = String::with_capacity(256);
    let fields: Vec<_> = canonical::fields(header).collect();
    for wanted in SIGNED {
        // The last one first (RFC 6376, 5.4.2).
        for (_, value) in fields
            .iter()
            .rev()
            .filter(|(name, _)| name.eq_ignore_ascii_case(wanted))
        {
            canonical::field(&mut text, wanted, value);
            add_name(&mut names, wanted);
        }
        if wanted == "from" {
            if names.is_empty() {
                return Err(SignError::NoFrom);
            }
            // Once more than there are: with a second From put in on the way, the signature breaks.
            add_name(&mut names, wanted);
        }
    }
    let digests = Digests {
        names,
        body: STANDARD.encode(canonical::body_hash(body)),
    };
    let begin = out.len();
    for signer in signers {
        signer
            .append(&digests, at, &mut text, out)
            .inspect_err(|_| out.truncate(begin))?;
    }
    Ok(())
}

fn add_name(names: &mut String, name: &str) {
    if !names.is_empty() {
        names.push(':');
        let line = names.rfind('\n').map_or(names.len(), |at| names.len() - at);
        if line + name.len() > FOLD_AT {
            names.push_str("\r\n ");
        }
    }
    names.push_str(name);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer(kind: KeyKind) -> Signer {
        let key = SigningKey::from_pkcs8(kind, &SigningKey::generate_pkcs8(kind).unwrap()).unwrap();
        Signer::new("uni.example", "c2026", key).unwrap()
    }

    #[test]
    fn fields_are_folded_and_from_is_signed_once_more() {
        let message = "Subject: x\r\nFROM: a@uni.example\r\nReceived: y\r\nList-Unsubscribe: z\r\nMessage-ID: <1@x>\r\nDate: d\r\nTo: t\r\nReply-To: r\r\nList-Unsubscribe-Post: p\r\n\r\nhello\r\n";
        let signers = Signers(vec![signer(KeyKind::Rsa2048), signer(KeyKind::Ed25519)]);
        let mut out = String::from("X: y\r\n");
        signers.sign_into(message, 1_800_000_000, &mut out).unwrap();
        assert!(out.lines().all(|line| line.len() <= 78), "{out}");
        assert_eq!(out.matches("DKIM-Signature: v=1; a=").count(), 2);
        let plain = out.replace("\r\n ", "");
        assert!(plain.contains(
            "; t=1800000000;d=uni.example;s=c2026;h=from:from:to:subject:date:message-id:reply-to:list-unsubscribe:list-unsubscribe-post;bh="
        ), "{plain}");
        assert!(out.starts_with("X: y\r\nDKIM-Signature:") && out.ends_with("\r\n"));
        let bodies: Vec<_> = plain
            .split("bh=")
            .skip(1)
            .map(|it| it.split(';').next())
            .collect();
        assert_eq!(bodies[0], bodies[1]);
    }

    #[test]
    fn what_cannot_be_signed_leaves_nothing_behind() {
        let mut out = String::from("X: y\r\n");
        let signer = signer(KeyKind::Ed25519);
        assert_eq!(
            signer.sign_into("Subject: x\r\n\r\nb\r\n", 0, &mut out),
            Err(SignError::NoFrom)
        );
        assert_eq!(out, "X: y\r\n");
        Signers::default().sign_into("x", 0, &mut out).unwrap();
        assert_eq!(out, "X: y\r\n");
    }

    #[test]
    fn keys_and_names_are_checked() {
        let rsa = SigningKey::generate_pkcs8(KeyKind::Rsa2048).unwrap();
        assert!(SigningKey::from_pkcs8(KeyKind::Ed25519, &rsa).is_err());
        assert!(SigningKey::from_pkcs8(KeyKind::Rsa2048, &rsa[..rsa.len() - 1]).is_err());
        assert!(SigningKey::from_pkcs8(KeyKind::Rsa2048, b"").is_err());
        let key = || SigningKey::from_pkcs8(KeyKind::Rsa2048, &rsa).unwrap();
        assert!(key().public_record().starts_with("v=DKIM1; k=rsa; p=MIIBIjAN"));
        assert_eq!(format!("{:?}", key()), "SigningKey(rsa-sha256)");
        for (domain, selector) in [
            ("", "s"),
            ("a.b", ""),
            ("a;b", "s"),
            ("a.b", "s s"),
            ("a..b", "s"),
            ("ł.pl", "s"),
        ] {
            assert_eq!(Signer::new(domain, selector, key()).unwrap_err(), SignError::Name);
        }
        assert!(Signer::new("a.b", "x._s", key()).is_ok());
    }
}
