//! From where a client may call.

use crate::error::Fields;
use crate::{Error, Result};
use ipnet::{IpNet, Ipv4Net};
use std::net::IpAddr;
use types::{ApiError, Code, FieldError};

/// Most entries of a list.
const MOST: usize = 100;
/// How much of a wrong entry is quoted.
const QUOTED: usize = 60;

/// Addresses and networks; none of them: from anywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Networks(Vec<IpNet>);

impl Networks {
    /// As an admin writes them; what is wrong becomes an error of the field `allowed_networks` that names the entry.
    pub fn read(fields: &mut Fields, entries: &[String]) -> Self {
        let mut networks = Vec::new();
        for entry in entries.iter().map(|entry| entry.trim()) {
            match parse(entry) {
                Some(network) => networks.push(network),
                None if entry.is_empty() => {}
                None => {
                    let quoted: String = entry.chars().take(QUOTED).collect();
                    let error = FieldError::new("allowed_networks", Code::BadNetwork);
                    fields.push(error.with("entry", quoted));
                }
            }
        }
        networks.sort();
        networks.dedup();
        if networks.len() > MOST {
            fields.add("allowed_networks", Code::OutOfRange);
        }
        Self(networks)
    }

    /// As they are stored.
    ///
    /// # Errors
    /// When one cannot be read: without it the list would allow something else.
    pub fn stored(texts: &[String]) -> Result<Self> {
        let networks = texts.iter().map(|text| parse(text));
        let networks: Option<Vec<_>> = networks.collect();
        networks
            .map(Self)
            .ok_or_else(|| Error::broken("a network of an API client"))
    }

    /// For `cidr[]`.
    pub fn texts(&self) -> Vec<String> {
        self.0.iter().map(ToString::to_string).collect()
    }

    /// As people write them: an address is no network of one.
    pub fn shown(&self) -> Vec<String> {
        let one = |network: &IpNet| network.prefix_len() == network.max_prefix_len();
        self.0
            .iter()
            .map(|network| {
                if one(network) {
                    network.addr().to_string()
                } else {
                    network.to_string()
                }
            })
            .collect()
    }

    /// # Errors
    /// [`Code::AddressNotAllowed`], naming the address.
    pub fn admit(&self, address: IpAddr) -> Result<()> {
        let address = address.to_canonical();
        if self.0.is_empty() || self.0.iter().any(|network| network.contains(&address)) {
            return Ok(());
        }
        let error = ApiError::new(Code::AddressNotAllowed).with("address", address);
        Err(Error::Refused(Box::new(error)))
    }
}

/// An address, or a network without bits beyond its prefix: `10.1.2.3/8` is more likely a slip than a wish for sixteen million addresses.
/// IPv4 mapped into IPv6 becomes IPv4, as callers' addresses do.
fn parse(text: &str) -> Option<IpNet> {
    let network = match text.split_once('/') {
        None => IpNet::from(text.parse::<IpAddr>().ok()?),
        Some(_) => text.parse::<IpNet>().ok()?,
    };
    let network = match network {
        IpNet::V6(v6) if v6.prefix_len() >= 96 => match v6.addr().to_ipv4_mapped() {
            Some(v4) => IpNet::V4(Ipv4Net::new(v4, v6.prefix_len() - 96).ok()?),
            None => network,
        },
        _ => network,
    };
    (network.trunc() == network).then_some(network)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(entries: &[&str]) -> Result<Networks> {
        let mut fields = Fields::new();
        let entries: Vec<String> = entries.iter().map(|entry| (*entry).to_owned()).collect();
        let networks = Networks::read(&mut fields, &entries);
        fields.finish()?;
        Ok(networks)
    }

    fn admits(entries: &[&str], address: &str) -> bool {
        let networks = read(entries).expect("valid");
        networks.admit(address.parse().expect("an address")).is_ok()
    }

    #[test]
    fn by_either_protocol_and_mapped() {
        assert!(admits(&[], "192.0.2.7"), "no list: from anywhere");
        let campus = ["192.0.2.7", "198.51.100.0/24", "2001:db8::/32"];
        for inside in [
            "192.0.2.7",
            "::ffff:192.0.2.7",
            "198.51.100.255",
            "::ffff:198.51.100.1",
            "2001:db8:ffff::1",
        ] {
            assert!(admits(&campus, inside), "{inside}");
        }
        for outside in [
            "192.0.2.8",
            "::ffff:192.0.2.8",
            "198.51.101.0",
            "2001:db9::1",
            "::1",
        ] {
            assert!(!admits(&campus, outside), "{outside}");
        }
        assert!(admits(&["::ffff:198.51.100.0/120"], "198.51.100.9"));
        assert!(admits(&["0.0.0.0/0"], "203.0.113.1") && !admits(&["0.0.0.0/0"], "2001:db8::1"));
    }

    #[test]
    fn wrong_entries_are_named() {
        for wrong in [
            "campus",
            "10.0.0.0/33",
            "10.1.2.3/8",
            "10.0.0",
            "2001:db8::/129",
            "1.2.3.4/-1",
            "fe80::1%eth0",
            "10.0.0.1 10.0.0.2",
        ] {
            let error = read(&["192.0.2.7", wrong]).expect_err(wrong).to_api();
            assert_eq!(error.fields.len(), 1, "{wrong}");
            assert_eq!(error.fields[0].field, "allowed_networks");
            assert_eq!(error.fields[0].code, Code::BadNetwork);
            assert_eq!(error.fields[0].params["entry"], wrong);
        }
        let many: Vec<String> = (0..=MOST).map(|n| format!("10.0.{n}.0/24")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(read(&many).is_err() && read(&many[..MOST]).is_ok());
    }

    #[test]
    fn shown_as_written() {
        let networks =
            read(&[" 192.0.2.7 ", "10.0.0.0/8", "", "192.0.2.7/32", "::ffff:10.0.0.1"]).expect("valid");
        assert_eq!(networks.shown(), ["10.0.0.0/8", "10.0.0.1", "192.0.2.7"]);
        assert_eq!(Networks::stored(&networks.texts()).expect("as stored"), networks);
    }

    proptest! {
        #[test]
        fn a_network_admits_exactly_its_own(base: u32, prefix in 0u8..=32, other: u32) {
            let network = Ipv4Net::new(base.into(), prefix).expect("a prefix").trunc();
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
            let address = IpAddr::V4(other.into());
            prop_assert_eq!(admits(&[&network.to_string()], &address.to_string()), base & mask == other & mask);
        }

        #[test]
        fn anything_may_be_typed(text in ".{0,80}") {
            if let Some(network) = parse(&text) {
                prop_assert_eq!(parse(&network.to_string()), Some(network));
            }
        }
    }
}
