//! Limits on tries that hold across nodes. The table keeps keyed hashes: neither addresses nor accounts can be read from it.

use crate::{Domain, Error, Result, keys::Purpose, ts};
use jiff::SignedDuration;
use std::net::IpAddr;
use types::{ApiError, ClientId, Code};

/// One limit: so many tries in a window that begins with the first.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    pub tries: i32,
    pub window: SignedDuration,
}

/// What is counted. Each variant has its own keys.
#[derive(Clone, Copy, Debug)]
pub enum What<'a> {
    /// An account from a network that has not signed in to it before.
    Pair(&'a str, IpAddr),
    /// An account from a browser that has.
    Device(&'a [u8]),
    /// An account, from anywhere.
    Account(&'a str),
    /// An address, to any account.
    Address(IpAddr),
    /// Reset mails to an account, and asked for by an address.
    ResetTo(&'a str),
    ResetFrom(IpAddr),
    /// Tries of links (reset, invitation, set-up) by an address.
    Link(IpAddr),
    /// Wrong secrets of API clients from an address: of one client, and of any.
    ClientSecret(ClientId, IpAddr),
    ClientSecrets(IpAddr),
}

impl What<'_> {
    fn key(self, domain: &Domain) -> [u8; 32] {
        let text = match self {
            Self::Pair(account, address) => format!("pair {} {}", network(address), account.to_lowercase()),
            Self::Device(nonce) => format!("device {nonce:02x?}"),
            Self::Account(account) => format!("account {}", account.to_lowercase()),
            Self::Address(address) => format!("address {}", host(address)),
            Self::ResetTo(account) => format!("reset to {}", account.to_lowercase()),
            Self::ResetFrom(address) => format!("reset from {}", host(address)),
            Self::Link(address) => format!("link {}", host(address)),
            Self::ClientSecret(client, address) => format!("secret {} {client}", host(address)),
            Self::ClientSecrets(address) => format!("secrets {}", host(address)),
        };
        domain.keys().mac(Purpose::Throttle, text.as_bytes())
    }
}

/// Who sits behind one line: an IPv4 address, or the /64 that a household or office gets.
fn host(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & !0 << 64).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// Who can easily change from one address to the other: the /24, the /48.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4((v4.to_bits() & !0 << 8).into()),
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & !0 << 80).into()),
    }
}

/// Counts a try and returns how many there were in the window, this one included, and how long the window still runs.
/// Committed at once: tries that run at the same moment see each other.
pub async fn count(domain: &Domain, what: What<'_>, window: SignedDuration) -> Result<(i32, SignedDuration)> {
    let now = domain.now();
    let key = what.key(domain);
    let row = sqlx::query!(
        "insert into throttles as t (key, window_start, hits) values ($1, $2, 1)
         on conflict (key) do update set
             hits = case when t.window_start <= $3 then 1 else least(t.hits, 1000000) + 1 end,
             window_start = case when t.window_start <= $3 then $2 else t.window_start end
         returning hits, window_start",
        key.as_slice(),
        ts(now) as _,
        ts(now - window) as _,
    )
    .fetch_one(domain.pool())
    .await?;
    let left = row.window_start.to_jiff().duration_until(now).abs();
    Ok((row.hits, window.saturating_sub(left)))
}

/// [`count`], refused beyond the limit with the seconds to wait.
pub async fn pass(domain: &Domain, what: What<'_>, limit: Limit) -> Result<()> {
    let (hits, left) = count(domain, what, limit.window).await?;
    if hits > limit.tries {
        return Err(throttled(left));
    }
    Ok(())
}

/// How long a limit that is used up still holds; `None` while tries are left. Counts nothing.
pub async fn used_up(domain: &Domain, what: What<'_>, limit: Limit) -> Result<Option<SignedDuration>> {
    let now = domain.now();
    let key = what.key(domain);
    let began = sqlx::query_scalar!(
        "select window_start from throttles where key = $1 and hits >= $2 and window_start > $3",
        key.as_slice(),
        limit.tries,
        ts(now - limit.window) as _,
    )
    .fetch_optional(domain.pool())
    .await?;
    Ok(began.map(|began| {
        let past = began.to_jiff().duration_until(now).abs();
        limit.window.saturating_sub(past)
    }))
}

/// The refusal.
pub fn throttled(left: SignedDuration) -> Error {
    Error::Refused(Box::new(
        ApiError::new(Code::Throttled).with("seconds", left.as_secs().max(1)),
    ))
}

/// Forgets all tries: the right password was given.
pub async fn forget(domain: &Domain, what: What<'_>) -> Result<()> {
    let key = what.key(domain);
    sqlx::query!("delete from throttles where key = $1", key.as_slice())
        .execute(domain.pool())
        .await?;
    Ok(())
}

/// Takes one try back: it was right, and only wrong ones count.
pub async fn take_back(domain: &Domain, what: What<'_>) -> Result<()> {
    let key = what.key(domain);
    sqlx::query!(
        "update throttles set hits = greatest(hits - 1, 0) where key = $1",
        key.as_slice()
    )
    .execute(domain.pool())
    .await?;
    Ok(())
}

/// Removes windows that ended long ago. Returns how many.
pub async fn sweep(domain: &Domain) -> Result<u64> {
    let before = domain.now() - SignedDuration::from_hours(24);
    Ok(
        sqlx::query!("delete from throttles where window_start < $1", ts(before) as _)
            .execute(domain.pool())
            .await?
            .rows_affected(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_networks() {
        let at = |text: &str| text.parse::<IpAddr>().expect("an address");
        assert_eq!(host(at("192.0.2.77")), at("192.0.2.77"));
        assert_eq!(network(at("192.0.2.77")), at("192.0.2.0"));
        assert_eq!(network(at("::ffff:192.0.2.77")), at("192.0.2.0"));
        assert_eq!(host(at("2001:db8:1:2:3:4:5:6")), at("2001:db8:1:2::"));
        assert_eq!(network(at("2001:db8:1:2:3:4:5:6")), at("2001:db8:1::"));
    }
}
