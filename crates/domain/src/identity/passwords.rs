//! Passwords: argon2id, off the async threads, never more at once than memory allows.

use crate::{Domain, Error, Result, error::Fields};
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _},
};
use std::{sync::OnceLock, time::Duration};
use tokio::sync::Semaphore;
use types::{Code, FieldError};

/// Memory in KiB, passes and lanes: OWASP's Password Storage Cheat Sheet, argon2id, its 19 MiB choice.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Characters a password has at least (NIST SP 800-63B asks for 8, and for no rules about kinds of characters; this
/// console can write to everybody a university knows) and at most, so that nobody makes us hash megabytes.
pub const MIN_LENGTH: usize = 12;
pub const MAX_LENGTH: usize = 256;

/// Hashes at once in this process: 8 times 19 MiB. The rest wait, and give up after [`PATIENCE`].
static GATE: Semaphore = Semaphore::const_new(8);
const PATIENCE: Duration = Duration::from_secs(10);

/// What lists of stolen passwords begin with, among those that are long enough to get this far.
const COMMON: &[&str] = &[
    "1234567890ab",
    "123456789012",
    "1234567891011",
    "12345678910111",
    "123123123123",
    "111111111111",
    "000000000000",
    "qwertyuiop12",
    "qwertyuiop123",
    "qwertyuiopasdf",
    "qwertyuiop[]",
    "1q2w3e4r5t6y",
    "1qaz2wsx3edc",
    "q1w2e3r4t5y6",
    "qazwsxedcrfv",
    "zaq12wsxcde3",
    "password1234",
    "password12345",
    "password123456",
    "passwordpassword",
    "password2024",
    "password2025",
    "password2026",
    "mypassword12",
    "mypassword123",
    "yourpassword",
    "changeme1234",
    "changeme12345",
    "adminadmin12",
    "adminadmin123",
    "administrator",
    "administrator1",
    "welcome12345",
    "welcome123456",
    "letmein12345",
    "iloveyou1234",
    "iloveyou12345",
    "iloveyouforever",
    "abcdefghijkl",
    "abcdefghijklm",
    "abcd12345678",
    "abc123456789",
    "asdfghjkl123",
    "asdfghjkl1234",
    "zxcvbnm12345",
    "zxcvbnm123456",
    "qwerty123456",
    "qwerty1234567",
    "qwertyqwerty",
    "football1234",
    "basketball12",
    "basketball123",
    "manchesterunited",
    "unbelievable",
    "thisismypassword",
    "correcthorsebatterystaple",
    "university12",
    "university123",
    "university1234",
    "universitypassword",
    "student12345",
    "hasło1234567",
    "haslo1234567",
    "haslohaslo12",
    "mojehaslo123",
    "kochamcie123",
    "polska123456",
    "passwort1234",
    "passwort12345",
    "hallo1234567",
    "schatz123456",
    "motdepasse12",
    "motdepasse123",
    "motdepasse1234",
    "bonjour12345",
    "azertyuiop12",
    "azertyuiop123",
    "azerty123456",
    "campanile123",
    "campanile1234",
];

/// Whether a password may be chosen. `about`: what an attacker knows of the person anyway (name, address).
pub fn check(field: &str, password: &str, about: &[&str]) -> Result<()> {
    let mut fields = Fields::new();
    let length = password.chars().count();
    let lower = password.to_lowercase();
    if length < MIN_LENGTH {
        fields.push(FieldError::new(field, Code::TooShort).with("min", MIN_LENGTH));
    } else if length > MAX_LENGTH {
        fields.push(FieldError::new(field, Code::TooLong).with("max", MAX_LENGTH));
    } else if COMMON.contains(&lower.as_str()) || is_monotonous(&lower) || names_its_owner(&lower, about) {
        fields.add(field, Code::WeakPassword);
    }
    fields.finish()
}

/// Four different characters or fewer, or one short piece over and over: `abababababab`, `abcabcabcabc`.
fn is_monotonous(password: &str) -> bool {
    let chars: Vec<char> = password.chars().collect();
    let mut kinds = chars.clone();
    kinds.sort_unstable();
    kinds.dedup();
    let repeats = |size: usize| {
        chars.len() >= 2 * size && chars.iter().zip(chars.iter().skip(size)).all(|(a, b)| a == b)
    };
    kinds.len() <= 4 || (1..=6).any(repeats)
}

/// The person's own name or address and hardly more.
fn names_its_owner(password: &str, about: &[&str]) -> bool {
    about
        .iter()
        .flat_map(|text| {
            [
                text.to_lowercase(),
                text.split('@').next().unwrap_or_default().to_lowercase(),
            ]
        })
        .flat_map(|text| [text.replace(' ', ""), text])
        .filter(|text| text.chars().count() >= 4)
        .any(|text| password.contains(&text) && password.chars().count() < text.chars().count() + 6)
}

fn argon() -> Result<Argon2<'static>> {
    let params =
        Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| Error::broken("argon2 parameters"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The PHC string to keep. The salt comes from the domain's randomness.
pub async fn hash(domain: &Domain, password: &str) -> Result<String> {
    let salt = domain.random::<16>();
    let password = password.to_owned();
    aside(move || hash_now(&password, &salt)).await?
}

fn hash_now(password: &str, salt: &[u8; 16]) -> Result<String> {
    argon()?
        .hash_password_with_salt(password.as_bytes(), salt)
        .map(|hash| hash.to_string())
        .map_err(|_| Error::broken("argon2 would not hash"))
}

/// Whether the password is the one of the hash. Without a hash (no such person, invitation not accepted) it takes as long
/// and says no.
pub async fn verify(hash: Option<String>, password: &str) -> Result<bool> {
    // Nothing so long was ever accepted; as an account's existence makes no difference here, this tells nothing.
    let password = if password.chars().count() > MAX_LENGTH {
        String::new()
    } else {
        password.to_owned()
    };
    aside(move || {
        let exists = hash.is_some();
        let hash = match hash {
            Some(hash) => hash,
            None => dummy()?.clone(),
        };
        // A hash that cannot be read is a wrong password to the caller; parameters are those written in the hash.
        let same = argon()?
            .verify_password(password.as_bytes(), hash.as_str())
            .is_ok();
        Ok(same && exists && !password.is_empty())
    })
    .await?
}

/// A hash of nobody's password with today's parameters.
fn dummy() -> Result<&'static String> {
    static DUMMY: OnceLock<String> = OnceLock::new();
    if let Some(hash) = DUMMY.get() {
        return Ok(hash);
    }
    let hash = hash_now("nobody has this password", &[0x5a; 16])?;
    Ok(DUMMY.get_or_init(|| hash))
}

/// Runs on a thread for blocking work, as soon as there is room.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let permit = tokio::time::timeout(PATIENCE, GATE.acquire())
        .await
        .map_err(|_| Error::code(Code::Unavailable))?
        .map_err(|_| Error::broken("the gate is never closed"))?;
    let done = tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Error::broken("hashing panicked"));
    drop(permit);
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(password: &str) -> Option<Code> {
        let about = ["Ada Lovelace", "ada.lovelace@uni.example"];
        let error = check("password", password, &about).err()?.to_api();
        error.field("password").map(|field| field.code)
    }

    #[test]
    fn what_may_be_chosen() {
        assert_eq!(code("short"), Some(Code::TooShort));
        assert_eq!(code(&"long".repeat(100)), Some(Code::TooLong));
        assert_eq!(code("Password1234"), Some(Code::WeakPassword));
        assert_eq!(code("aaaaaaaaaaaaaaaa"), Some(Code::WeakPassword));
        assert_eq!(code("abcdeabcdeabcde"), Some(Code::WeakPassword));
        assert_eq!(code("adalovelace1"), Some(Code::WeakPassword));
        assert_eq!(code("ada.lovelace!!!"), Some(Code::WeakPassword));
        assert_eq!(code("zażółć gęślą jaźń"), None);
        assert_eq!(code("a quiet bell at noon"), None);
    }

    #[tokio::test]
    async fn hashes_are_argon2id_with_owasps_parameters() -> Result<()> {
        let hash = hash_now("a quiet bell at noon", &[1; 16])?;
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(verify(Some(hash.clone()), "a quiet bell at noon").await?);
        assert!(!verify(Some(hash), "another bell at noon").await?);
        assert!(!verify(None, "nobody has this password").await?);
        assert!(!verify(Some("not a hash".to_owned()), "x").await?);
        Ok(())
    }
}
