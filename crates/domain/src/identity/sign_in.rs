//! Signing in: the same answer and the same time whether or not there is such a person, and limits that stop guessing
//! without giving anybody the means to keep a colleague out.
//!
//! * per account and network, strict: guessing from one place ends after a few tries;
//! * per account, from everywhere together: answers grow slower and are never refused, since a refusal would be a way to
//!   lock the owner out;
//! * per address: one place cannot try many accounts;
//! * a browser that has signed in to the account before carries a signed token (OWASP's "device cookie") and is counted by
//!   itself alone. So the owner gets in from their own browser while a neighbour in the same office uses up all the tries.
//!
//! Tries are counted before the password is looked at, so that a burst at the same moment gains nothing, and taken back
//! when it was right.

use super::{
    passwords, root,
    throttle::{self, Limit, What},
};
use crate::{
    Domain, Error, Result,
    access::ActorKind,
    audit::{self, Object},
    keys::{Purpose, same},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use serde_json::json;
use std::{net::IpAddr, time::Duration};
use types::{Code, UserId};

const PAIR: Limit = Limit {
    tries: 10,
    window: SignedDuration::from_mins(15),
};
const DEVICE: Limit = Limit {
    tries: 10,
    window: SignedDuration::from_mins(15),
};
const ADDRESS: Limit = Limit {
    tries: 100,
    window: SignedDuration::from_mins(15),
};
/// Tries against one account, from everywhere, that are answered at full speed.
const ACCOUNT_FREE: i32 = 20;
const ACCOUNT_WINDOW: SignedDuration = SignedDuration::from_hours(1);
const LONGEST_DELAY: Duration = Duration::from_secs(4);

/// Somebody at the door.
#[derive(Clone, Copy)]
pub struct Attempt<'a> {
    pub email: &'a str,
    pub password: &'a str,
    /// Where from.
    pub address: IpAddr,
    /// The device token that the browser brought, if any.
    pub device: Option<&'a str>,
}

/// Who came in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub user: UserId,
    /// For the browser to keep: see the module's head. About a year is a good age for the cookie.
    pub device: String,
}

/// Checks address and password.
///
/// # Errors
/// `bad_credentials` for everything that is wrong with the person, `throttled` with the seconds to wait.
pub async fn sign_in(domain: &Domain, attempt: Attempt<'_>) -> Result<SignedIn> {
    let account = attempt.email.trim();
    let known = attempt
        .device
        .and_then(|token| read_device(domain, token, account));
    let (user, nonce) = match known {
        Some(nonce) => {
            throttle::pass(domain, What::Device(&nonce), DEVICE).await?;
            let user = credentials(domain, account, attempt.password).await?;
            throttle::forget(domain, What::Device(&nonce)).await?;
            (user, nonce)
        }
        None => {
            throttle::pass(domain, What::Pair(account, attempt.address), PAIR).await?;
            throttle::pass(domain, What::Address(attempt.address), ADDRESS).await?;
            let (hits, _) = throttle::count(domain, What::Account(account), ACCOUNT_WINDOW).await?;
            tokio::time::sleep(delay(hits)).await;
            let user = credentials(domain, account, attempt.password).await?;
            throttle::forget(domain, What::Pair(account, attempt.address)).await?;
            throttle::take_back(domain, What::Address(attempt.address)).await?;
            throttle::take_back(domain, What::Account(account)).await?;
            (user, domain.random::<16>())
        }
    };
    let device = make_device(domain, &nonce, account);
    arrived(domain, user).await?;
    Ok(SignedIn { user, device })
}

/// Grows by a quarter of a second a try beyond the free ones.
fn delay(hits: i32) -> Duration {
    let beyond = u32::try_from(hits - ACCOUNT_FREE).unwrap_or(0).min(100);
    (Duration::from_millis(250) * beyond).min(LONGEST_DELAY)
}

async fn credentials(domain: &Domain, account: &str, password: &str) -> Result<UserId> {
    let row = sqlx::query!(
        r#"select id as "id: UserId", password_hash, status from users where lower(email) = lower($1)"#,
        account
    )
    .fetch_optional(domain.pool())
    .await?;
    let (user, hash) = match row {
        Some(row) if row.status == "active" => (Some(row.id), row.password_hash),
        _ => (None, None),
    };
    let right = passwords::verify(hash, password).await?;
    user.filter(|_| right)
        .ok_or_else(|| Error::code(Code::BadCredentials))
}

/// Notes that somebody has come in.
async fn arrived(domain: &Domain, user: UserId) -> Result<()> {
    let mut tx = domain.begin().await?;
    let now = tx.now_sql();
    let name = sqlx::query_scalar!(
        "update users set last_sign_in_at = $2 where id = $1 returning name",
        user.uuid(),
        now as _
    )
    .fetch_one(tx.conn())
    .await?;
    let unit = root(&mut tx).await?;
    let object = Object::new("user", user.uuid(), &name);
    audit::record_as(
        &mut tx,
        unit,
        ActorKind::User(user),
        &name,
        "user.signed_in",
        object,
        json!({}),
    )
    .await?;
    tx.commit().await
}

/// The token of a browser that has signed in: a number of its own, signed together with the account.
fn make_device(domain: &Domain, nonce: &[u8; 16], account: &str) -> String {
    let mut token = nonce.to_vec();
    token.extend(signature(domain, nonce, account));
    URL_SAFE_NO_PAD.encode(token)
}

fn read_device(domain: &Domain, token: &str, account: &str) -> Option<[u8; 16]> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (nonce, mac) = bytes.split_at_checked(16)?;
    let nonce: [u8; 16] = nonce.try_into().ok()?;
    same(mac, &signature(domain, &nonce, account)).then_some(nonce)
}

fn signature(domain: &Domain, nonce: &[u8; 16], account: &str) -> [u8; 32] {
    let mut message = nonce.to_vec();
    message.extend(account.to_lowercase().as_bytes());
    domain.keys().mac(Purpose::Device, &message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_under_attack_answers_slower_but_answers() {
        assert_eq!(delay(1), Duration::ZERO);
        assert_eq!(delay(ACCOUNT_FREE), Duration::ZERO);
        assert_eq!(delay(ACCOUNT_FREE + 2), Duration::from_millis(500));
        assert_eq!(delay(1_000_000), LONGEST_DELAY);
    }
}
