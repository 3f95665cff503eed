//! An address that a user gave, as far as it can be judged without asking anybody.

use std::net::IpAddr;

use url::{Host, Url};

/// Ports above 1023 where no web server is, but something that may take a request for its own language: the list of the WHATWG's Fetch
/// standard.
const BAD_PORTS: [u16; 19] = [
    1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679,
    6697, 10080,
];
const MOST: usize = 2000;

/// Where a request goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    url: Url,
    port: u16,
}

/// Why an address cannot be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTarget {
    #[error("it is no address such as https://example.edu/hooks")]
    NoUrl,
    #[error("it is neither https nor http")]
    Scheme,
    #[error("it holds a user name or a password")]
    Credentials,
    #[error("its port is none that web servers use")]
    Port,
    #[error("it is too long")]
    TooLong,
}

impl Target {
    /// Reads an address. Whatever way a number is written (`0x7f.1`, `2130706433`), it is read as browsers do.
    ///
    /// # Errors
    /// Why it cannot be one.
    pub fn parse(text: &str) -> Result<Self, BadTarget> {
        if text.len() > MOST {
            return Err(BadTarget::TooLong);
        }
        // The parser forgives line breaks and blanks; here they are a mistake.
        if text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(BadTarget::NoUrl);
        }
        let mut url = Url::parse(text).map_err(|_| BadTarget::NoUrl)?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(BadTarget::Scheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BadTarget::Credentials);
        }
        if url
            .host_str()
            .is_none_or(|host| host.trim_matches('.').is_empty())
        {
            return Err(BadTarget::NoUrl);
        }
        let port = url.port_or_known_default().ok_or(BadTarget::Port)?;
        let usual = matches!(port, 80 | 443 | 1024..);
        if !usual || BAD_PORTS.contains(&port) {
            return Err(BadTarget::Port);
        }
        url.set_fragment(None);
        Ok(Self { url, port })
    }

    /// As it is written in a normal form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.url.as_str()
    }

    /// Whether TLS protects it.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// The host as an address, where it is written as one.
    #[must_use]
    pub fn address(&self) -> Option<IpAddr> {
        match self.url.host()? {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some(address.into()),
            Host::Ipv6(address) => Some(address.into()),
        }
    }

    /// The host as it is resolved and as TLS knows it: without brackets.
    pub(super) fn host(&self) -> &str {
        let host = self.url.host_str().unwrap_or_default();
        host.trim_start_matches('[').trim_end_matches(']')
    }

    /// As in the `Host` field.
    pub(super) fn authority(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        match self.url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// Path and query, as in the first line of a request.
    pub(super) fn path(&self) -> String {
        match self.url.query() {
            Some(query) => format!("{}?{query}", self.url.path()),
            None => self.url.path().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_target_says_why() {
        for (text, why) in [
            ("", BadTarget::NoUrl),
            ("example.edu/hooks", BadTarget::NoUrl),
            ("https://", BadTarget::NoUrl),
            ("https://./", BadTarget::NoUrl),
            ("https://exa mple.edu/", BadTarget::NoUrl),
            ("https://example.edu/\r\nHost: other", BadTarget::NoUrl),
            ("ftp://example.edu/", BadTarget::Scheme),
            ("file:///etc/passwd", BadTarget::Scheme),
            ("gopher://example.edu/", BadTarget::Scheme),
            ("https://user@example.edu/", BadTarget::Credentials),
            ("https://user:secret@example.edu/", BadTarget::Credentials),
            ("https://example.edu:22/", BadTarget::Port),
            ("https://example.edu:25/", BadTarget::Port),
            ("https://example.edu:6667/", BadTarget::Port),
            ("https://example.edu:10080/", BadTarget::Port),
            ("https://example.edu:0/", BadTarget::Port),
        ] {
            assert_eq!(Target::parse(text), Err(why), "{text}");
        }
        let long = format!("https://example.edu/{}", "x".repeat(MOST));
        assert_eq!(Target::parse(&long), Err(BadTarget::TooLong));
    }

    #[test]
    fn a_target_knows_its_parts() {
        let target = Target::parse("https://Example.edu:8443/hooks?a=1#part").unwrap();
        assert_eq!(target.as_str(), "https://example.edu:8443/hooks?a=1");
        assert_eq!(
            (target.host(), target.port(), target.authority(), target.path()),
            (
                "example.edu",
                8443,
                "example.edu:8443".to_owned(),
                "/hooks?a=1".to_owned()
            )
        );
        assert_eq!(Target::parse("https://example.edu").unwrap().path(), "/");
    }

    /// However a number is written, it is the same address, and is judged as such.
    #[test]
    fn numbers_in_any_clothes_are_addresses() {
        for text in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://127.1/",
        ] {
            let target = Target::parse(text).unwrap();
            assert_eq!(target.address(), Some(IpAddr::from([127, 0, 0, 1])), "{text}");
        }
        let six = Target::parse("http://[::ffff:10.0.0.1]/").unwrap();
        assert!(six.address().is_some_and(|it| !crate::http::is_public(it)));
        assert_eq!(six.authority(), "[::ffff:a00:1]");
        assert_eq!(six.host(), "::ffff:a00:1");
    }
}
