//! Ranges of addresses (`10.0.0.0/8`) and the resolver's address.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use super::source::Values;

/// A range of addresses in CIDR notation; a bare address is a range of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    base: IpAddr,
    prefix: u8,
}

impl Network {
    /// Whether an address lies in the range. An IPv4 address that arrives mapped into IPv6 (a socket listening on
    /// `::`) counts as the IPv4 address it is.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.base.to_canonical(), address.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.prefix)).unwrap_or(0);
                base.to_bits() & mask == address.to_bits() & mask
            }
            (IpAddr::V6(base), IpAddr::V6(address)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.prefix)).unwrap_or(0);
                base.to_bits() & mask == address.to_bits() & mask
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("{text} is no address or range such as 10.0.0.0/8");
        let (base, prefix) = match text.split_once('/') {
            None => (text, None),
            Some((base, prefix)) => (base, Some(prefix.parse::<u8>().map_err(|_| wrong())?)),
        };
        let base = base.parse::<IpAddr>().map_err(|_| wrong())?.to_canonical();
        let bits = if base.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.unwrap_or(bits);
        if prefix > bits {
            Err(wrong())
        } else {
            Ok(Self { base, prefix })
        }
    }
}

pub(super) fn read_list(values: &mut Values, key: &str) -> Vec<Network> {
    let text = values.text(key).unwrap_or_default().to_owned();
    let items = text.split([',', ' ']).filter(|item| !item.is_empty());
    items
        .filter_map(|item| item.parse().map_err(|why: String| values.refuse(key, &why)).ok())
        .collect()
}

/// A resolver is `address` or `address:port`; the port is 53 unless told.
pub(super) fn read_resolver(values: &mut Values) -> Option<SocketAddr> {
    let text = values.text("dns")?.to_owned();
    let bare = text.parse::<IpAddr>().map(|ip| SocketAddr::from((ip, 53))).ok();
    let resolver = bare.or_else(|| text.parse().ok());
    if resolver.is_none() {
        values.refuse(
            "dns",
            "expected the address of a resolver such as 192.0.2.53 or 127.0.0.1:5353",
        );
    }
    resolver
}
