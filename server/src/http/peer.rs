//! Who is at the other end of the connection, as far as that can be believed.

use std::net::SocketAddr;

use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap};

/// Headers by which a proxy says that it speaks for somebody else.
const FORWARDED: &[&str] = &["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via"];

/// Whether the request comes from this machine itself and not through a proxy on it. What only the operator may see
/// is shown to such peers without signing in. Where the connection is not known, the answer is no.
#[must_use]
pub fn is_direct_loopback(extensions: &Extensions, headers: &HeaderMap) -> bool {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_canonical());
    peer.is_some_and(|ip| ip.is_loopback()) && FORWARDED.iter().all(|name| !headers.contains_key(*name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_and_strangers_are_not_the_operator() {
        let mut extensions = Extensions::new();
        let mut headers = HeaderMap::new();
        assert!(!is_direct_loopback(&extensions, &headers));
        extensions.insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 40_000))));
        assert!(is_direct_loopback(&extensions, &headers));
        headers.insert("x-forwarded-for", axum::http::HeaderValue::from_static("127.0.0.1"));
        assert!(!is_direct_loopback(&extensions, &headers));
        headers.clear();
        extensions.insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 40_000))));
        assert!(!is_direct_loopback(&extensions, &headers));
    }
}
