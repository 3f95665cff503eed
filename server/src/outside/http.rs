//! Calls to addresses that users gave, through the one client that checks them (`delivery::http`).

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use delivery::http::{
    Answer, Client, Connection, HeaderMap, Limits, Method, Request, Resolve, Resolving, Target, Trouble,
    is_public,
};
use domain::webhooks::{Call, Posted};
use tokio::sync::OnceCell;
use tokio::time::Instant;
use types::Code;

use crate::config::Network;
use crate::dns::Dns;

/// The installation's resolver, opened when the first name is looked up.
struct Names {
    resolver: Option<SocketAddr>,
    dns: OnceCell<Dns>,
}

impl Resolve for Names {
    fn resolve<'a>(&'a self, host: &'a str) -> Resolving<'a> {
        Box::pin(async move {
            let open = || std::future::ready(Dns::new(self.resolver));
            let found = async { self.dns.get_or_try_init(open).await?.addresses_of(host).await };
            found.await.map_err(|error| {
                tracing::debug!(%error, "a name could not be looked up");
                error.to_string()
            })
        })
    }
}

/// The client of a process. `authorities`: further certificate authorities, PEM.
///
/// # Errors
/// When TLS cannot be set up.
pub fn client(
    resolver: Option<SocketAddr>,
    allowed: &[Network],
    authorities: &[u8],
) -> Result<Client, Trouble> {
    let allowed = allowed.to_vec();
    let names = Names {
        resolver,
        dns: OnceCell::new(),
    };
    let allowed = Arc::new(move |address: IpAddr| allowed.iter().any(|it| it.contains(address)));
    Client::new(names, allowed, Limits::default(), authorities)
}

/// Whether events may be posted to an address, as far as can be said without a look-up: the address in its normal form.
///
/// # Errors
/// `BadFormat`, or `AddressRefused`.
pub(super) fn webhook_url(url: &str, allowed: &[Network]) -> Result<String, Code> {
    let target = Target::parse(url).map_err(|_| Code::BadFormat)?;
    let is_allowed = |address: IpAddr| allowed.iter().any(|it| it.contains(address));
    let fine = match target.address() {
        Some(address) => is_allowed(address) || (is_public(address) && target.is_https()),
        // Where its name leads is seen with each call.
        None => target.is_https() || !allowed.is_empty(),
    };
    match fine {
        true => Ok(target.as_str().to_owned()),
        false => Err(Code::AddressRefused),
    }
}

/// The way to one endpoint: connections are kept while there is something to post.
pub struct Line {
    client: Client,
    target: Result<Target, Trouble>,
    idle: Mutex<Vec<Connection>>,
}

impl Line {
    /// Opens nothing yet.
    #[must_use]
    pub fn new(client: Client, url: &str) -> Self {
        Self {
            client,
            target: Target::parse(url).map_err(Trouble::from),
            idle: Mutex::default(),
        }
    }

    /// Posts an event and waits for the answer.
    pub async fn post(&self, call: Call) -> Posted {
        let begun = Instant::now();
        let mut posted = match self.exchange(&call).await {
            Ok(answer) => answered(&answer),
            Err(trouble) => Posted {
                answer: trouble.to_string(),
                ..Posted::default()
            },
        };
        posted.took = begun.elapsed();
        posted
    }

    async fn exchange(&self, call: &Call) -> Result<Answer, Trouble> {
        let target = self.target.as_ref().map_err(Clone::clone)?;
        let request = request(call)?;
        let kept = self.kept();
        if let Some(mut connection) = kept {
            match connection.send(request.clone()).await {
                Ok(answer) => return Ok(self.keep(connection, answer)),
                // It was closed while nobody used it; whoever got the event all the same knows its id.
                Err(Trouble::Broken) => {}
                Err(trouble) => return Err(trouble),
            }
        }
        let mut connection = self.client.open(target).await?;
        let answer = connection.send(request).await?;
        Ok(self.keep(connection, answer))
    }

    fn kept(&self) -> Option<Connection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(Connection::is_open);
        idle.pop()
    }

    fn keep(&self, connection: Connection, answer: Answer) -> Answer {
        if connection.is_open() && !answer.cut {
            self.idle
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(connection);
        }
        answer
    }
}

fn request(call: &Call) -> Result<Request, Trouble> {
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("content-type", "application/json"),
        ("webhook-id", &call.id),
        ("webhook-timestamp", &call.timestamp),
        ("webhook-signature", &call.signature),
    ] {
        // Ids, numbers and base64: always a value.
        headers.insert(name, value.parse().map_err(|_| Trouble::Broken)?);
    }
    Ok(Request {
        method: Method::POST,
        headers,
        body: call.body.clone(),
    })
}

fn answered(answer: &Answer) -> Posted {
    let retry_after = answer.headers.get("retry-after");
    Posted {
        status: Some(answer.status),
        answer: String::from_utf8_lossy(&answer.body).into_owned(),
        retry_after: retry_after.and_then(|it| it.to_str().ok()).map(str::to_owned),
        ..Posted::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_judged_when_it_is_written_down() {
        let allowed = ["127.0.0.0/8".parse().expect("a network")];
        for (url, open, closed) in [
            ("https://example.edu/hooks", Ok(()), Ok(())),
            ("http://example.edu/hooks", Ok(()), Err(Code::AddressRefused)),
            ("https://8.8.8.8/", Ok(()), Ok(())),
            (
                "http://8.8.8.8/",
                Err(Code::AddressRefused),
                Err(Code::AddressRefused),
            ),
            ("http://127.0.0.1:8080/", Ok(()), Err(Code::AddressRefused)),
            ("http://2130706433:8080/", Ok(()), Err(Code::AddressRefused)),
            (
                "https://169.254.169.254/latest",
                Err(Code::AddressRefused),
                Err(Code::AddressRefused),
            ),
            (
                "https://[::ffff:10.0.0.1]/",
                Err(Code::AddressRefused),
                Err(Code::AddressRefused),
            ),
            (
                "https://user:secret@example.edu/",
                Err(Code::BadFormat),
                Err(Code::BadFormat),
            ),
            ("example.edu", Err(Code::BadFormat), Err(Code::BadFormat)),
        ] {
            assert_eq!(webhook_url(url, &allowed).map(drop), open, "{url}");
            assert_eq!(webhook_url(url, &[]).map(drop), closed, "{url}");
        }
    }
}
