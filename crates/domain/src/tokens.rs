//! Signed tokens in links and envelope senders. They carry ids only, nothing personal (law 10); each purpose has a key of
//! its own, so that an open's token unsubscribes nobody; the key's id comes first, so that keys can be rotated.
//!
//! They do not expire: an unsubscribe link in a message must work as long as somebody keeps the message.

use crate::keys::{Keys, Purpose, same};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use types::{ContactId, DispatchId, Language};
use uuid::Uuid;

/// Bytes of the signature in tokens that only count something.
const SHORT: usize = 10;
/// Bytes of the signature in tokens that change something.
const LONG: usize = 16;

/// One line of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeliveryRef {
    /// Which dispatch.
    pub dispatch: DispatchId,
    /// Which recipient of it.
    pub seq: i64,
}

/// Whom a preference link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// From a message: the unit it came from is known too.
    Delivery(DeliveryRef),
    /// From anywhere else.
    Contact(ContactId),
}

/// A click: which delivery, which link of its language's version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Click {
    /// The line of the ledger.
    pub delivery: DeliveryRef,
    /// The version of the message.
    pub language: Language,
    /// Number of the link.
    pub link: u16,
}

/// Makes and reads tokens, with the keys of all purposes at hand. Cheap to clone.
#[derive(Clone)]
pub struct Tokens {
    key_id: u8,
    preferences: Hmac<Sha256>,
    unsubscribe: Hmac<Sha256>,
    view: Hmac<Sha256>,
    open: Hmac<Sha256>,
    click: Hmac<Sha256>,
    bounce: Hmac<Sha256>,
}

impl Tokens {
    /// Derives the keys once.
    #[must_use]
    pub fn new(keys: &Keys) -> Self {
        let mac = |purpose| {
            // HMAC takes keys of any length, so the second choice is never used.
            Hmac::new_from_slice(&keys.derive(purpose))
                .unwrap_or_else(|_| Hmac::new(&hmac::digest::Key::<Hmac<Sha256>>::default()))
        };
        Self {
            key_id: keys.id(),
            preferences: mac(Purpose::Preferences),
            unsubscribe: mac(Purpose::Unsubscribe),
            view: mac(Purpose::ViewInBrowser),
            open: mac(Purpose::TrackOpen),
            click: mac(Purpose::TrackClick),
            bounce: mac(Purpose::Bounce),
        }
    }

    /// For `/p/{token}`.
    #[must_use]
    pub fn preferences(&self, subject: Subject) -> String {
        let mut body = self.body();
        match subject {
            Subject::Delivery(delivery) => {
                body.push(1);
                push_delivery(&mut body, delivery);
            }
            Subject::Contact(contact) => {
                body.push(2);
                body.extend_from_slice(contact.uuid().as_bytes());
            }
        }
        seal(&self.preferences, body, LONG)
    }

    /// Reads a token of `/p/{token}`.
    #[must_use]
    pub fn read_preferences(&self, token: &str) -> Option<Subject> {
        let body = self.open_body(&self.preferences, token, LONG)?;
        match body.split_first()? {
            (1, rest) => read_delivery(rest)
                .filter(|(_, rest)| rest.is_empty())
                .map(|(delivery, _)| Subject::Delivery(delivery)),
            (2, rest) => Some(Subject::Contact(ContactId(Uuid::from_slice(rest).ok()?))),
            _ => None,
        }
    }

    /// For `/u/{token}` and List-Unsubscribe.
    #[must_use]
    pub fn unsubscribe(&self, delivery: DeliveryRef) -> String {
        self.delivery_token(&self.unsubscribe, delivery, LONG)
    }

    /// Reads a token of `/u/{token}`.
    #[must_use]
    pub fn read_unsubscribe(&self, token: &str) -> Option<DeliveryRef> {
        self.read_delivery_token(&self.unsubscribe, token, LONG)
    }

    /// For `/v/{token}`.
    #[must_use]
    pub fn view(&self, delivery: DeliveryRef) -> String {
        self.delivery_token(&self.view, delivery, LONG)
    }

    /// Reads a token of `/v/{token}`.
    #[must_use]
    pub fn read_view(&self, token: &str) -> Option<DeliveryRef> {
        self.read_delivery_token(&self.view, token, LONG)
    }

    /// For `/t/o/{token}.gif`.
    #[must_use]
    pub fn open(&self, delivery: DeliveryRef) -> String {
        self.delivery_token(&self.open, delivery, SHORT)
    }

    /// Reads a token of `/t/o/{token}.gif`.
    #[must_use]
    pub fn read_open(&self, token: &str) -> Option<DeliveryRef> {
        self.read_delivery_token(&self.open, token, SHORT)
    }

    /// For `/t/c/{token}`.
    #[must_use]
    pub fn click(&self, click: Click) -> String {
        let mut body = self.body();
        body.push(
            Language::ALL
                .iter()
                .position(|it| *it == click.language)
                .and_then(|at| u8::try_from(at).ok())
                .unwrap_or(0),
        );
        push_number(&mut body, u64::from(click.link));
        push_delivery(&mut body, click.delivery);
        seal(&self.click, body, SHORT)
    }

    /// Reads a token of `/t/c/{token}`.
    #[must_use]
    pub fn read_click(&self, token: &str) -> Option<Click> {
        let body = self.open_body(&self.click, token, SHORT)?;
        let (language, rest) = body.split_first()?;
        let language = *Language::ALL.get(usize::from(*language))?;
        let (link, rest) = read_number(rest)?;
        let (delivery, rest) = read_delivery(rest)?;
        rest.is_empty().then_some(Click {
            delivery,
            language,
            link: u16::try_from(link).ok()?,
        })
    }

    /// For the envelope sender: letters that survive every mail server (lower case and digits).
    #[must_use]
    pub fn bounce(&self, delivery: DeliveryRef) -> String {
        let mut body = self.body();
        push_delivery(&mut body, delivery);
        base32(&sealed(&self.bounce, body, SHORT))
    }

    /// Reads the token of an envelope sender.
    #[must_use]
    pub fn read_bounce(&self, token: &str) -> Option<DeliveryRef> {
        let body = self.checked(&self.bounce, from_base32(token)?, SHORT)?;
        read_delivery(&body)
            .filter(|(_, rest)| rest.is_empty())
            .map(|(delivery, _)| delivery)
    }

    fn body(&self) -> Vec<u8> {
        let mut body = Vec::with_capacity(48);
        body.push(self.key_id);
        body
    }

    fn delivery_token(&self, mac: &Hmac<Sha256>, delivery: DeliveryRef, length: usize) -> String {
        let mut body = self.body();
        push_delivery(&mut body, delivery);
        seal(mac, body, length)
    }

    fn read_delivery_token(&self, mac: &Hmac<Sha256>, token: &str, length: usize) -> Option<DeliveryRef> {
        let body = self.open_body(mac, token, length)?;
        read_delivery(&body)
            .filter(|(_, rest)| rest.is_empty())
            .map(|(delivery, _)| delivery)
    }

    fn open_body(&self, mac: &Hmac<Sha256>, token: &str, length: usize) -> Option<Vec<u8>> {
        // Longer than any of ours: not worth decoding.
        if token.len() > 100 {
            return None;
        }
        self.checked(mac, URL_SAFE_NO_PAD.decode(token).ok()?, length)
    }

    /// The body behind key id and before signature, if the signature is ours.
    fn checked(&self, mac: &Hmac<Sha256>, bytes: Vec<u8>, length: usize) -> Option<Vec<u8>> {
        let at = bytes.len().checked_sub(length)?;
        let (body, signature) = bytes.split_at(at);
        if body.first() != Some(&self.key_id) {
            return None;
        }
        let mut mac = mac.clone();
        mac.update(body);
        same(mac.finalize().into_bytes().get(..length)?, signature).then(|| body[1..].to_vec())
    }
}

fn sealed(mac: &Hmac<Sha256>, mut body: Vec<u8>, length: usize) -> Vec<u8> {
    let mut mac = mac.clone();
    mac.update(&body);
    body.extend_from_slice(&mac.finalize().into_bytes()[..length]);
    body
}

fn seal(mac: &Hmac<Sha256>, body: Vec<u8>, length: usize) -> String {
    URL_SAFE_NO_PAD.encode(sealed(mac, body, length))
}

fn push_delivery(body: &mut Vec<u8>, delivery: DeliveryRef) {
    body.extend_from_slice(delivery.dispatch.uuid().as_bytes());
    push_number(body, u64::try_from(delivery.seq).unwrap_or(0));
}

fn read_delivery(body: &[u8]) -> Option<(DeliveryRef, &[u8])> {
    let (dispatch, rest) = body.split_at_checked(16)?;
    let (seq, rest) = read_number(rest)?;
    let dispatch = DispatchId(Uuid::from_slice(dispatch).ok()?);
    Some((
        DeliveryRef {
            dispatch,
            seq: i64::try_from(seq).ok()?,
        },
        rest,
    ))
}

/// Seven bits a byte, lowest first (LEB128): small numbers stay small.
fn push_number(body: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        body.push(u8::try_from(number & 0x7f).unwrap_or(0) | 0x80);
        number >>= 7;
    }
    body.push(u8::try_from(number).unwrap_or(0));
}

fn read_number(body: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0_u64;
    for (n, byte) in body.iter().enumerate().take(9) {
        number |= u64::from(byte & 0x7f) << (7 * n);
        if byte & 0x80 == 0 {
            return Some((number, &body[n + 1..]));
        }
    }
    None
}

const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

fn base32(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut buffer, mut bits) = (0_u32, 0_u32);
    for byte in bytes {
        buffer = (buffer << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            out.push(char::from(BASE32[(buffer >> bits) as usize & 31]));
        }
    }
    if bits > 0 {
        out.push(char::from(BASE32[(buffer << (5 - bits)) as usize & 31]));
    }
    out
}

fn from_base32(text: &str) -> Option<Vec<u8>> {
    if text.len() > 100 {
        return None;
    }
    let mut out = Vec::with_capacity(text.len() * 5 / 8);
    let (mut buffer, mut bits) = (0_u32, 0_u32);
    for c in text.bytes() {
        let value = BASE32.iter().position(|it| *it == c.to_ascii_lowercase())?;
        buffer = (buffer << 5) | u32::try_from(value).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from((buffer >> bits) & 0xff).ok()?);
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(seq: i64) -> DeliveryRef {
        DeliveryRef {
            dispatch: DispatchId(Uuid::from_u128(0x0193_a0b0_c0d0_7000_8000_0000_0000_abcd)),
            seq,
        }
    }

    fn tokens(key: u8) -> Tokens {
        Tokens::new(&Keys::new([key; 32]))
    }

    #[test]
    fn every_kind_reads_back() {
        let tokens = tokens(1);
        for seq in [1, 127, 128, 1_000_000, i64::MAX] {
            let delivery = delivery(seq);
            assert_eq!(
                tokens.read_unsubscribe(&tokens.unsubscribe(delivery)),
                Some(delivery)
            );
            assert_eq!(tokens.read_view(&tokens.view(delivery)), Some(delivery));
            assert_eq!(tokens.read_open(&tokens.open(delivery)), Some(delivery));
            assert_eq!(tokens.read_bounce(&tokens.bounce(delivery)), Some(delivery));
            assert_eq!(
                tokens.read_bounce(&tokens.bounce(delivery).to_uppercase()),
                Some(delivery)
            );
            let click = Click {
                delivery,
                language: Language::Fr,
                link: 300,
            };
            assert_eq!(tokens.read_click(&tokens.click(click)), Some(click));
            assert!(tokens.click(click).len() <= 56);
            assert!(tokens.bounce(delivery).len() <= 60, "fits a local part");
        }
        for subject in [
            Subject::Delivery(delivery(5)),
            Subject::Contact(ContactId(Uuid::from_u128(7))),
        ] {
            assert_eq!(
                tokens.read_preferences(&tokens.preferences(subject)),
                Some(subject)
            );
        }
    }

    #[test]
    fn a_token_of_another_purpose_or_key_is_worthless() {
        let (ours, theirs) = (tokens(1), tokens(2));
        let token = ours.unsubscribe(delivery(1));
        assert_eq!(ours.read_view(&token), None);
        assert_eq!(ours.read_open(&token), None);
        assert_eq!(ours.read_preferences(&token), None);
        assert_eq!(theirs.read_unsubscribe(&token), None);
    }

    #[test]
    fn any_changed_character_is_noticed() {
        let tokens = tokens(1);
        let token = tokens.unsubscribe(delivery(77));
        for at in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            // The last character of base64 may carry bits that mean nothing; those that decode alike are the same token.
            if URL_SAFE_NO_PAD.decode(&changed).ok() != URL_SAFE_NO_PAD.decode(&token).ok() {
                assert_eq!(tokens.read_unsubscribe(&changed), None, "{at}");
            }
        }
        for junk in ["", "A", "….", &"A".repeat(1000)] {
            assert_eq!(tokens.read_unsubscribe(junk), None);
            assert_eq!(tokens.read_click(junk), None);
            assert_eq!(tokens.read_bounce(junk), None);
        }
    }
}
