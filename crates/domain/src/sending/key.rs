//! DKIM key pairs: made, and their public halves written as records (RFC 6376, RFC 8463).

use crate::{Error, Result};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair as RsaPair, KeySize};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret, SecretSlice};
use types::sending::DkimKind;

/// A fresh key pair.
pub(super) struct Fresh {
    /// PKCS#8, DER.
    pub private: SecretSlice<u8>,
    /// The value of its TXT record.
    pub public_record: String,
}

/// Makes a key pair, away from the threads that serve requests: RSA takes a while.
pub(super) async fn make(kind: DkimKind) -> Result<Fresh> {
    tokio::task::spawn_blocking(move || generate(kind))
        .await
        .map_err(|_| Error::broken("making a DKIM key was cut short"))?
}

fn generate(kind: DkimKind) -> Result<Fresh> {
    let failed = |_| Error::broken("making a DKIM key failed");
    let private = match kind {
        DkimKind::Rsa2048 => {
            let pair = RsaPair::generate(KeySize::Rsa2048).map_err(failed)?;
            let der: Pkcs8V1Der<'static> = pair.as_der().map_err(failed)?;
            SecretSlice::from(der.as_ref().to_vec())
        }
        DkimKind::Ed25519 => {
            let pair = Ed25519KeyPair::generate().map_err(failed)?;
            SecretSlice::from(pair.to_pkcs8v1().map_err(failed)?.as_ref().to_vec())
        }
    };
    let public_record = public_record(kind, private.expose_secret())?;
    Ok(Fresh {
        private,
        public_record,
    })
}

/// The record that belongs to a private key.
pub(super) fn public_record(kind: DkimKind, pkcs8: &[u8]) -> Result<String> {
    let unreadable = "a DKIM key cannot be read";
    match kind {
        DkimKind::Rsa2048 => {
            let pair = RsaPair::from_pkcs8(pkcs8).map_err(|_| Error::broken(unreadable))?;
            let public: PublicKeyX509Der<'static> = pair
                .public_key()
                .as_der()
                .map_err(|_| Error::broken(unreadable))?;
            Ok(format!("v=DKIM1; k=rsa; p={}", STANDARD.encode(public.as_ref())))
        }
        DkimKind::Ed25519 => {
            let pair = Ed25519KeyPair::from_pkcs8(pkcs8).map_err(|_| Error::broken(unreadable))?;
            let public = STANDARD.encode(pair.public_key().as_ref());
            Ok(format!("v=DKIM1; k=ed25519; p={public}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_as_the_standards_have_them() {
        let rsa = generate(DkimKind::Rsa2048).unwrap();
        let key = rsa.public_record.strip_prefix("v=DKIM1; k=rsa; p=").unwrap();
        let der = STANDARD.decode(key).unwrap();
        // SubjectPublicKeyInfo of a 2048-bit key: 294 bytes, a sequence that names rsaEncryption.
        assert_eq!((der.len(), &der[..4]), (294, &[0x30, 0x82, 0x01, 0x22][..]));
        let ed = generate(DkimKind::Ed25519).unwrap();
        let key = ed.public_record.strip_prefix("v=DKIM1; k=ed25519; p=").unwrap();
        assert_eq!(STANDARD.decode(key).unwrap().len(), 32);
        assert!(public_record(DkimKind::Rsa2048, ed.private.expose_secret()).is_err());
    }
}
