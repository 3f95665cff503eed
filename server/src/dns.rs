//! Names are looked up in one way: by the resolver of the configuration (`CAMPANILE_DNS`), or by the system's.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use anyhow::Context;
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{Name, RData};

mod records;

/// How long one question may take, and how often it is asked.
const PATIENCE: Duration = Duration::from_secs(3);
const ATTEMPTS: usize = 2;

/// The resolver of a process.
pub struct Dns(TokioResolver);

/// Where answers to mail from a domain would go.
#[derive(Debug, PartialEq, Eq)]
pub enum MailOf {
    /// To these hosts, the best first (RFC 5321, section 5.1).
    Exchangers(Vec<String>),
    /// To the host of that name itself: it has an address and no MX record.
    Itself,
    /// Nowhere: the domain says that it takes no mail (RFC 7505). Many receivers refuse mail from such a domain.
    Nowhere,
    /// The name has neither: receivers refuse mail from it.
    Unknown,
}

impl Dns {
    /// Opens the way to a resolver; asks nothing yet.
    ///
    /// # Errors
    /// When the system's configuration cannot be read.
    pub fn new(resolver: Option<SocketAddr>) -> anyhow::Result<Self> {
        let mut builder = match resolver {
            Some(address) => {
                let [mut udp, mut tcp] = [ConnectionConfig::udp(), ConnectionConfig::tcp()];
                (udp.port, tcp.port) = (address.port(), address.port());
                let server = NameServerConfig::new(address.ip(), true, vec![udp, tcp]);
                let config = ResolverConfig::from_name_servers(vec![server]);
                TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
            }
            None => TokioResolver::builder_tokio().context("the system's resolver (/etc/resolv.conf)")?,
        };
        let options = builder.options_mut();
        (options.timeout, options.attempts) = (PATIENCE, ATTEMPTS);
        Ok(Self(builder.build().context("the resolver")?))
    }

    /// Whether a domain can be written from: receivers look up who could answer.
    ///
    /// # Errors
    /// When no resolver answers, or the name is none.
    pub async fn mail_of(&self, domain: &str) -> anyhow::Result<MailOf> {
        let name = fqdn(domain)?;
        let mut exchangers = Vec::new();
        if let Some(found) = some(self.0.mx_lookup(name.clone()).await)? {
            for record in found.answers() {
                if let RData::MX(mx) = &record.data {
                    exchangers.push((mx.preference, mx.exchange.clone()));
                }
            }
        }
        if exchangers.is_empty() {
            let found = some(self.0.lookup_ip(name).await)?;
            return Ok(match found.and_then(|found| found.iter().next()) {
                Some(_) => MailOf::Itself,
                None => MailOf::Unknown,
            });
        }
        if exchangers.iter().all(|(_, host)| host.is_root()) {
            return Ok(MailOf::Nowhere);
        }
        exchangers.sort_by_key(|(preference, _)| *preference);
        let hosts = exchangers
            .into_iter()
            .map(|(_, host)| host.to_utf8().trim_end_matches('.').to_owned());
        Ok(MailOf::Exchangers(hosts.collect()))
    }
}

impl Dns {
    /// The addresses of a host; none where it has none.
    ///
    /// # Errors
    /// When no resolver answers, or the name is none.
    pub async fn addresses_of(&self, host: &str) -> anyhow::Result<Vec<IpAddr>> {
        let found = some(self.0.lookup_ip(fqdn(host)?).await)?;
        Ok(found.map(|found| found.iter().collect()).unwrap_or_default())
    }
}

/// A name, whole as it stands: the system's search list is for people at a prompt.
fn fqdn(text: &str) -> anyhow::Result<Name> {
    let mut name = Name::from_utf8(text).with_context(|| format!("{text} is no name"))?;
    name.set_fqdn(true);
    Ok(name)
}

/// A name that has no such record is an answer.
fn some<T>(found: Result<T, NetError>) -> anyhow::Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.is_no_records_found() || error.is_nx_domain() => Ok(None),
        Err(error) => Err(error).context("the resolver does not answer"),
    }
}

#[cfg(test)]
mod tests {
    use hickory_resolver::proto::op::{Message, ResponseCode};
    use hickory_resolver::proto::rr::rdata::{A, CNAME, MX, TXT};
    use hickory_resolver::proto::rr::{Record, RecordType};
    use tokio::net::UdpSocket;

    use super::*;

    fn host(name: &str) -> Name {
        Name::from_utf8(name).expect("a name")
    }

    /// A zone on loopback that answers until the test ends.
    async fn zone() -> SocketAddr {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a port");
        let address = socket.local_addr().expect("an address");
        tokio::spawn(async move {
            let mut buffer = [0; 1500];
            while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
                let mut message = Message::from_vec(&buffer[..length]).expect("a question");
                let query = message.queries[0].clone();
                let answer = |data| Record::from_rdata(query.name().clone(), 60, data);
                let name = query.name().to_utf8();
                match (name.trim_end_matches('.'), query.query_type()) {
                    ("post.example.org", RecordType::MX) => {
                        let (second, first) = (
                            MX::new(20, host("b.example.net.")),
                            MX::new(10, host("a.example.net.")),
                        );
                        message.add_answers([second, first].map(|mx| answer(RData::MX(mx))));
                    }
                    ("web.example.org", RecordType::A) => {
                        message.add_answer(answer(RData::A(A::new(192, 0, 2, 1))));
                    }
                    ("mute.example.org", RecordType::MX) => {
                        message.add_answer(answer(RData::MX(MX::new(0, Name::root()))));
                    }
                    ("links.example.org", _) => {
                        message.add_answer(answer(RData::CNAME(CNAME(host("web.example.org.")))));
                    }
                    ("web.example.org", _) => {}
                    (name, RecordType::TXT) => match texts(name) {
                        [] => message.metadata.response_code = ResponseCode::NXDomain,
                        found => {
                            // Long texts come in parts, as zone files have them.
                            let parts = |text: &&str| text.split('|').map(str::to_owned).collect();
                            message.add_answers(
                                found.iter().map(|text| answer(RData::TXT(TXT::new(parts(text))))),
                            );
                        }
                    },
                    _ => message.metadata.response_code = ResponseCode::NXDomain,
                }
                let answer = message.into_response().to_vec().expect("an answer");
                socket.send_to(&answer, from).await.expect("sent");
            }
        });
        address
    }

    fn texts(name: &str) -> &'static [&'static str] {
        match name {
            "good._domainkey.post.example.org" => &["v=DKIM1; k=ed25519; t=s; p=AAAA|BBBB"],
            "old._domainkey.post.example.org" => &["v=DKIM1; k=ed25519; p=CCCC"],
            "two._domainkey.post.example.org" => {
                &["v=DKIM1; k=ed25519; p=AAAABBBB", "v=DKIM1; k=ed25519; p=CCCC"]
            }
            "post.example.org" => &["v=spf1 mx ~all", "something=else"],
            "twice.example.org" => &["v=spf1 mx ~all", "v=spf1 -all"],
            "_dmarc.example.org" => &["v=DMARC1; p=reject"],
            _ => &[],
        }
    }

    #[tokio::test]
    async fn what_was_published() {
        use types::sending::{DnsRecord, RecordPurpose, RecordState};
        let dns = Dns::new(Some(zone().await)).expect("a resolver");
        let dkim = "v=DKIM1; k=ed25519; p=AAAABBBB";
        let cases = [
            (
                RecordPurpose::Dkim,
                "good._domainkey.post.example.org",
                dkim,
                RecordState::Found,
            ),
            (
                RecordPurpose::Dkim,
                "old._domainkey.post.example.org",
                dkim,
                RecordState::Different,
            ),
            (
                RecordPurpose::Dkim,
                "two._domainkey.post.example.org",
                dkim,
                RecordState::Different,
            ),
            (
                RecordPurpose::Dkim,
                "new._domainkey.post.example.org",
                dkim,
                RecordState::Missing,
            ),
            (RecordPurpose::Dkim, "no name at all..", dkim, RecordState::Failed),
            (
                RecordPurpose::Spf,
                "post.example.org",
                "v=spf1 a:x ~all",
                RecordState::Found,
            ),
            (
                RecordPurpose::Spf,
                "twice.example.org",
                "v=spf1 a:x ~all",
                RecordState::Different,
            ),
            (
                RecordPurpose::Spf,
                "web.example.org",
                "v=spf1 a:x ~all",
                RecordState::Missing,
            ),
            (
                RecordPurpose::Dmarc,
                "_dmarc.post.example.org",
                "v=DMARC1; p=none",
                RecordState::Found,
            ),
            (
                RecordPurpose::Dmarc,
                "_dmarc.example.net",
                "v=DMARC1; p=none",
                RecordState::Missing,
            ),
            (
                RecordPurpose::BounceMx,
                "post.example.org",
                "10 B.example.net.",
                RecordState::Found,
            ),
            (
                RecordPurpose::BounceMx,
                "post.example.org",
                "10 ours.example.",
                RecordState::Different,
            ),
            (
                RecordPurpose::BounceMx,
                "web.example.org",
                "10 ours.example.",
                RecordState::Missing,
            ),
            (
                RecordPurpose::Tracking,
                "links.example.org",
                "web.example.org.",
                RecordState::Found,
            ),
            (
                RecordPurpose::Tracking,
                "web.example.org",
                "ours.example.org.",
                RecordState::Different,
            ),
            (
                RecordPurpose::Tracking,
                "gone.example.org",
                "web.example.org.",
                RecordState::Missing,
            ),
        ];
        for (purpose, name, value, state) in cases {
            let record = DnsRecord {
                purpose,
                name: name.to_owned(),
                kind: String::new(),
                value: value.to_owned(),
                key: None,
                state: RecordState::Unchecked,
                found: Vec::new(),
            };
            let checked = dns.check(record).await;
            assert_eq!(checked.state, state, "{checked:?}");
        }
    }

    #[tokio::test]
    async fn what_receivers_would_find() {
        let dns = Dns::new(Some(zone().await)).expect("a resolver");
        let exchangers = ["a.example.net", "b.example.net"].map(str::to_owned).to_vec();
        for (domain, found) in [
            ("post.example.org", MailOf::Exchangers(exchangers)),
            ("web.example.org", MailOf::Itself),
            ("mute.example.org", MailOf::Nowhere),
            ("gone.example.org", MailOf::Unknown),
        ] {
            assert_eq!(dns.mail_of(domain).await.expect("an answer"), found, "{domain}");
        }
        assert!(dns.mail_of("no name at all..").await.is_err());
    }
}
