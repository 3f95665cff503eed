//! The address that a request comes from. Forwarded headers count only when the peer is a trusted proxy: anybody can write
//! them, and throttles go by this address.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;

use crate::config::HttpConfig;
use crate::http::peer::ClientAddress;
use crate::state::AppState;

/// Puts the [`ClientAddress`] into the request.
pub async fn find(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|info| info.0.ip());
    // Only tests call a router without a connection; all of them are one client then.
    let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let address = behind(&state.config.http, peer, request.headers());
    request.extensions_mut().insert(ClientAddress(address));
    next.run(request).await
}

/// Goes back along `X-Forwarded-For` from the peer, as long as each hop is a trusted proxy; the first that is not, asked.
fn behind(http: &HttpConfig, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let mut address = peer.to_canonical();
    let hops: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    for hop in hops.iter().rev() {
        if !http.trusts(address) {
            break;
        }
        let Some(hop) = parse(hop) else { break };
        address = hop.to_canonical();
    }
    address
}

/// An address, with or without a port.
fn parse(hop: &str) -> Option<IpAddr> {
    let bare = hop.trim_start_matches('[').trim_end_matches(']');
    bare.parse()
        .ok()
        .or_else(|| hop.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, Sources};

    fn asked(proxies: &str, peer: &str, forwarded: &[&str]) -> String {
        let environment = [("CAMPANILE_TRUSTED_PROXIES".to_owned(), proxies.to_owned())]
            .into_iter()
            .collect();
        let sources = Sources {
            environment,
            directory: "/nonexistent".into(),
            ..Sources::default()
        };
        let http = Config::load(&sources).expect("valid").http;
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", value.parse().expect("a header"));
        }
        behind(&http, peer.parse().expect("an address"), &headers).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        assert_eq!(asked("", "192.0.2.1", &["203.0.113.9"]), "192.0.2.1");
        assert_eq!(asked("10.0.0.0/8", "192.0.2.1", &["203.0.113.9"]), "192.0.2.1");
        assert_eq!(asked("10.0.0.0/8", "10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        // What the client wrote itself stands to the left of what the proxy added.
        assert_eq!(
            asked("10.0.0.0/8", "10.0.0.1", &["127.0.0.1, 203.0.113.9"]),
            "203.0.113.9"
        );
        assert_eq!(
            asked("10.0.0.0/8", "10.0.0.1", &["127.0.0.1", "203.0.113.9, 10.0.0.2"]),
            "203.0.113.9"
        );
        assert_eq!(asked("10.0.0.0/8", "10.0.0.1", &["nonsense"]), "10.0.0.1");
        assert_eq!(
            asked("10.0.0.0/8", "::ffff:10.0.0.1", &["[2001:db8::1]:443"]),
            "2001:db8::1"
        );
        assert_eq!(asked("10.0.0.0/8", "10.0.0.1", &[]), "10.0.0.1");
    }
}
