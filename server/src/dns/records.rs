//! Looking the records of a sender domain up.

use hickory_resolver::lookup::Lookup;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use types::sending::{DnsRecord, RecordPurpose, RecordState};

use super::{Dns, MailOf, fqdn, some};

/// What is kept of what was found: it is shown, and it is a stranger's text.
const SHOWN: usize = 8;
const SHOWN_CHARS: usize = 600;

impl Dns {
    /// Looks one record up; fills in its state and what was found.
    pub async fn check(&self, mut record: DnsRecord) -> DnsRecord {
        let looked = match record.purpose {
            RecordPurpose::Dkim => self.dkim(&record).await,
            RecordPurpose::Spf => self.spf(&record).await,
            RecordPurpose::Dmarc => self.dmarc(&record).await,
            RecordPurpose::BounceMx => self.exchangers(&record).await,
            RecordPurpose::Tracking => self.tracking(&record).await,
        };
        (record.state, record.found) = looked.unwrap_or((RecordState::Failed, Vec::new()));
        record.found.truncate(SHOWN);
        for text in &mut record.found {
            *text = text
                .chars()
                .filter(|c| !c.is_control())
                .take(SHOWN_CHARS)
                .collect();
        }
        record
    }

    /// The TXT records of a name, each put together from its parts.
    async fn texts(&self, name: &str) -> anyhow::Result<Vec<String>> {
        let found = some(self.0.lookup(fqdn(name)?, RecordType::TXT).await)?;
        let mut texts = Vec::new();
        for record in found.iter().flat_map(Lookup::answers) {
            if let RData::TXT(txt) = &record.data {
                texts.push(String::from_utf8_lossy(&txt.txt_data.concat()).into_owned());
            }
        }
        Ok(texts)
    }

    /// The same key under the same algorithm; white space and further tags are the publisher's.
    async fn dkim(&self, record: &DnsRecord) -> anyhow::Result<(RecordState, Vec<String>)> {
        let texts = self.texts(&record.name).await?;
        let wanted = key_of(&record.value);
        let state = if texts.is_empty() {
            RecordState::Missing
        } else if texts.len() == 1 && texts.iter().all(|text| key_of(text) == wanted) {
            RecordState::Found
        } else {
            // More than one record at a selector is undefined (RFC 6376, 3.6.2.2).
            RecordState::Different
        };
        Ok((state, texts))
    }

    /// Exactly one: receivers take two as an error (RFC 7208, 4.5). What it says is up to whoever runs the relay.
    async fn spf(&self, record: &DnsRecord) -> anyhow::Result<(RecordState, Vec<String>)> {
        let mut texts = self.texts(&record.name).await?;
        texts.retain(|text| {
            let text = text.to_ascii_lowercase();
            text == "v=spf1" || text.starts_with("v=spf1 ")
        });
        Ok((one(&texts), texts))
    }

    /// That of the domain, or of one above it, as receivers look for it.
    async fn dmarc(&self, record: &DnsRecord) -> anyhow::Result<(RecordState, Vec<String>)> {
        let mut rest = record.name.trim_start_matches("_dmarc.");
        loop {
            let mut texts = self.texts(&format!("_dmarc.{rest}")).await?;
            texts.retain(|text| text.trim_start().to_ascii_lowercase().starts_with("v=dmarc1"));
            if !texts.is_empty() {
                return Ok((one(&texts), texts));
            }
            match rest.split_once('.') {
                Some((_, above)) if above.contains('.') => rest = above,
                _ => return Ok((RecordState::Missing, texts)),
            }
        }
    }

    async fn exchangers(&self, record: &DnsRecord) -> anyhow::Result<(RecordState, Vec<String>)> {
        let wanted = record.value.rsplit(' ').next().unwrap_or_default();
        Ok(match self.mail_of(&record.name).await? {
            MailOf::Exchangers(hosts) => {
                let ours = hosts.iter().any(|host| same_name(host, wanted));
                let state = if ours {
                    RecordState::Found
                } else {
                    RecordState::Different
                };
                (state, hosts)
            }
            MailOf::Nowhere => (RecordState::Different, vec![".".to_owned()]),
            MailOf::Itself | MailOf::Unknown => (RecordState::Missing, Vec::new()),
        })
    }

    /// An alias of our host, or the same machine: a proxy in front has addresses of its own and is fine by its alias.
    async fn tracking(&self, record: &DnsRecord) -> anyhow::Result<(RecordState, Vec<String>)> {
        let aliases = some(self.0.lookup(fqdn(&record.name)?, RecordType::CNAME).await)?;
        let mut found: Vec<String> = Vec::new();
        for answer in aliases.iter().flat_map(Lookup::answers) {
            if let RData::CNAME(alias) = &answer.data {
                found.push(alias.0.to_utf8().trim_end_matches('.').to_owned());
            }
        }
        if found.iter().any(|alias| same_name(alias, &record.value)) {
            return Ok((RecordState::Found, found));
        }
        let theirs = self.addresses(fqdn(&record.name)?).await?;
        let ours = match fqdn(record.value.trim_end_matches('.')) {
            Ok(name) => self.addresses(name).await?,
            Err(_) => Vec::new(),
        };
        let same = theirs.iter().any(|address| ours.contains(address));
        found.extend(theirs);
        let state = match (same, found.is_empty()) {
            (true, _) => RecordState::Found,
            (false, true) => RecordState::Missing,
            (false, false) => RecordState::Different,
        };
        Ok((state, found))
    }

    async fn addresses(&self, name: Name) -> anyhow::Result<Vec<String>> {
        let found = some(self.0.lookup_ip(name).await)?;
        Ok(found
            .iter()
            .flat_map(|found| found.iter())
            .map(|address| address.to_string())
            .collect())
    }
}

fn one(texts: &[String]) -> RecordState {
    match texts.len() {
        0 => RecordState::Missing,
        1 => RecordState::Found,
        _ => RecordState::Different,
    }
}

fn same_name(a: &str, b: &str) -> bool {
    a.trim_end_matches('.')
        .eq_ignore_ascii_case(b.trim_end_matches('.'))
}

/// Algorithm and key of a DKIM record.
fn key_of(text: &str) -> (String, String) {
    let tag = |name: &str| {
        text.split(';').find_map(|tag| {
            let (key, value) = tag.split_once('=')?;
            (key.trim() == name).then(|| value.split_whitespace().collect::<String>())
        })
    };
    let algorithm = tag("k").unwrap_or_else(|| "rsa".to_owned());
    (algorithm, tag("p").unwrap_or_default())
}
