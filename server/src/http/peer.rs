//! Who is at the other end of the connection, as far as that can be believed.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::header::HOST;
use axum::http::uri::Authority;
use axum::http::{Extensions, HeaderMap, HeaderValue};

/// Headers by which a proxy says that it speaks for somebody else.
const FORWARDED: &[&str] = &[
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
    "via",
];

/// Whether the request comes from this machine itself and not through a proxy on it. What only the operator may see
/// is shown to such peers without signing in. Where the connection is not known, the answer is no; and so it is where it
/// was asked for under another name, as a page would whose own name has been pointed at this machine (DNS rebinding).
#[must_use]
pub fn is_direct_loopback(extensions: &Extensions, headers: &HeaderMap) -> bool {
    let peer = extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map(|info| info.0.ip().to_canonical());
    peer.is_some_and(|ip| ip.is_loopback())
        && FORWARDED.iter().all(|name| !headers.contains_key(*name))
        && headers.get(HOST).is_some_and(is_this_machine)
}

/// `localhost` or an address of loopback, with or without a port.
fn is_this_machine(host: &HeaderValue) -> bool {
    let Some(authority) = host.to_str().ok().and_then(|host| host.parse::<Authority>().ok()) else {
        return false;
    };
    let name = authority.host().trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Who asked, after forwarded headers of trusted proxies have been believed. Set by the middleware.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub IpAddr);

/// The address a request came from, as the middleware found it. Where it is not known, one that no list of addresses holds.
#[must_use]
pub fn client_address(extensions: &Extensions) -> IpAddr {
    extensions
        .get::<ClientAddress>()
        .map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |client| client.0)
}

/// The network a request came from: /24 of IPv4, /48 of IPv6. Enough to tell a scanner's range or to prove consent, too
/// little to tell one person. Empty where it is not known.
#[must_use]
pub fn client_network(extensions: &Extensions) -> String {
    let address = extensions
        .get::<ClientAddress>()
        .map(|client| client.0)
        .or_else(|| {
            extensions
                .get::<ConnectInfo<SocketAddr>>()
                .map(|info| info.0.ip())
        });
    match address.map(|address| address.to_canonical()) {
        Some(IpAddr::V4(address)) => {
            let [a, b, c, _] = address.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        Some(IpAddr::V6(address)) => {
            let [a, b, c, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_and_strangers_are_not_the_operator() {
        let mut extensions = Extensions::new();
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_static("localhost:3000"));
        assert!(!is_direct_loopback(&extensions, &headers));
        extensions.insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 40_000))));
        assert!(is_direct_loopback(&extensions, &headers));
        headers.insert("x-forwarded-for", HeaderValue::from_static("127.0.0.1"));
        assert!(!is_direct_loopback(&extensions, &headers));
        headers.remove("x-forwarded-for");
        for (host, here) in [
            ("127.0.0.1:3000", true),
            ("[::1]:3000", true),
            ("LOCALHOST", true),
            ("attacker.example:3000", false),
            ("localhost.attacker.example", false),
            ("192.0.2.1", false),
            ("", false),
        ] {
            headers.insert(HOST, HeaderValue::from_static(host));
            assert_eq!(is_direct_loopback(&extensions, &headers), here, "{host}");
        }
        headers.clear();
        assert!(!is_direct_loopback(&extensions, &headers));
        headers.insert(HOST, HeaderValue::from_static("localhost:3000"));
        extensions.insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 40_000))));
        assert!(!is_direct_loopback(&extensions, &headers));
    }

    #[test]
    fn only_the_network_is_kept() {
        let mut extensions = Extensions::new();
        assert_eq!(client_network(&extensions), "");
        extensions.insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 40_000))));
        assert_eq!(client_network(&extensions), "127.0.0.0/24");
        extensions.insert(ClientAddress("2001:db8:1:2::3".parse().expect("an address")));
        assert_eq!(client_network(&extensions), "2001:db8:1::/48");
    }
}
