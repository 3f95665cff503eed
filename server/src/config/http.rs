//! Where the server listens, how the world reaches it, and whom it believes about that.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use secrecy::SecretString;
use url::{Host, Url};

use super::network::{self, Network};
use super::source::{Sources, Values};

/// The HTTP side of one process.
#[derive(Debug, Clone)]
pub struct HttpConfig {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// What links in mails begin with.
    pub public_url: PublicUrl,
    /// Whose `Forwarded` and `X-Forwarded-*` headers count. Nobody's by default.
    pub trusted_proxies: Vec<Network>,
    /// A bearer token that may read `/metrics` from elsewhere.
    pub metrics_token: Option<SecretString>,
    /// The built console: scripts, wasm, styles, icons.
    pub site_dir: PathBuf,
}

impl HttpConfig {
    /// Whether forwarded headers of this peer are believed.
    #[must_use]
    pub fn trusts(&self, peer: std::net::IpAddr) -> bool {
        self.trusted_proxies.iter().any(|network| network.contains(peer))
    }
}

/// The origin under which the world sees this installation, such as `https://mail.example.edu`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    host: String,
    https: bool,
}

impl PublicUrl {
    /// Scheme, host and port, without a slash at the end.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The host alone, for cookies and message ids.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether browsers come by TLS: decides `Secure` cookies and HSTS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// The address of a path that begins with a slash.
    #[must_use]
    pub fn join(&self, path: &str) -> String {
        debug_assert!(path.starts_with('/'));
        format!("{}{path}", self.origin)
    }
}

impl FromStr for PublicUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const SHAPE: &str = "expected an address such as https://mail.example.edu, without a path";
        let url = Url::parse(text).map_err(|_| SHAPE)?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let anonymous = url.username().is_empty() && url.password().is_none();
        let host = match url.host() {
            Some(Host::Domain(name)) => name.to_owned(),
            Some(Host::Ipv4(address)) => address.to_string(),
            Some(Host::Ipv6(address)) => format!("[{address}]"),
            None => return Err(SHAPE),
        };
        if !bare || !anonymous || !matches!(url.scheme(), "http" | "https") {
            return Err(SHAPE);
        }
        Ok(Self {
            origin: url.origin().ascii_serialization(),
            host,
            https: url.scheme() == "https",
        })
    }
}

/// The site that was built with this program: `site` beside it (a copied release), or one folder up, as in `target`.
fn beside(executable: Option<&Path>) -> Option<PathBuf> {
    let folder = executable?.parent()?;
    let candidates = [folder.join("site"), folder.join("../site")];
    candidates.into_iter().find(|site| site.join("version").is_file())
}

pub(super) fn read(values: &mut Values, sources: &Sources) -> HttpConfig {
    let listen = values
        .parse("listen")
        .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 3000)));
    let public_url = values.parse_optional("public_url").or_else(|| {
        // Links are written into mails and cannot be mended afterwards, so nothing is guessed
        // except on the machine itself.
        if !listen.ip().is_loopback() && values.text("public_url").is_none() {
            values.refuse(
                "public_url",
                "needed when listening on more than this machine: it is what links in mails begin with",
            );
        }
        format!("http://{listen}").parse().ok()
    });
    HttpConfig {
        listen,
        public_url: public_url.unwrap_or_else(|| PublicUrl {
            origin: format!("http://{listen}"),
            host: listen.ip().to_string(),
            https: false,
        }),
        trusted_proxies: network::read_list(values, "trusted_proxies"),
        metrics_token: read_token(values),
        site_dir: match values.text("site_dir") {
            Some(path) => sources.directory.join(path),
            None => {
                beside(sources.executable.as_deref()).unwrap_or_else(|| sources.directory.join("target/site"))
            }
        },
    }
}

fn read_token(values: &mut Values) -> Option<SecretString> {
    let token = values.text("metrics_token")?.to_owned();
    if token.len() < 16 {
        values.refuse(
            "metrics_token",
            "at least 16 characters, for example from `openssl rand -hex 16`",
        );
    }
    Some(token.into())
}
