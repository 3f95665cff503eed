//! Greeting, EHLO, STARTTLS, sign-in.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use tokio::{net::TcpStream, time::timeout};

use super::{
    OpenError,
    stream::Stream,
    wire::{Broken, Wire},
};
use crate::{
    email::{
        relay::{Connector, Security},
        tls::Tls,
    },
    outcome::Reply,
};

/// What the server said it can do, in the last answer to EHLO.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Offers {
    pub pipelining: bool,
    pub utf8: bool,
    pub eight_bit: bool,
    pub size: bool,
    starttls: bool,
    plain: bool,
    login: bool,
}

impl Offers {
    /// From the text of an EHLO reply, whose first line is the server's name.
    fn read(text: &str) -> Self {
        let mut offers = Self::default();
        for line in text.lines().skip(1) {
            let mut words = line.split_ascii_whitespace();
            match words.next().unwrap_or_default().to_ascii_uppercase().as_str() {
                "PIPELINING" => offers.pipelining = true,
                "SMTPUTF8" => offers.utf8 = true,
                "8BITMIME" => offers.eight_bit = true,
                "SIZE" => offers.size = true,
                "STARTTLS" => offers.starttls = true,
                "AUTH" => {
                    for mechanism in words {
                        offers.plain |= mechanism.eq_ignore_ascii_case("PLAIN");
                        offers.login |= mechanism.eq_ignore_ascii_case("LOGIN");
                    }
                }
                _ => {}
            }
        }
        offers
    }
}

/// Connects, protects and signs in as the relay asks.
pub(super) async fn open(connector: &Connector) -> Result<(Wire, Offers), OpenError> {
    let limit = connector.relay.timeouts.open;
    let mut wire = Wire::new(connect(connector, limit).await?);
    match wire.read(limit).await {
        Ok(220) => {}
        Ok(code @ 400..) => return Err(OpenError::Refused(said(&wire, code))),
        Ok(_) => return Err(OpenError::Unreachable(Broken::Nonsense.to_string())),
        Err(broken) => return Err(OpenError::Unreachable(broken.to_string())),
    }
    let mut offers = hello(&mut wire, connector, limit).await?;
    let security = connector.relay.security;
    if let Some(tls) = connector.tls.as_ref().filter(|_| security != Security::Implicit) {
        if offers.starttls {
            wire = starttls(wire, tls, limit).await?;
            // What was said before in the clear counts for nothing (RFC 3207, 4.2).
            offers = hello(&mut wire, connector, limit).await?;
        } else if security == Security::Required || connector.credentials.is_some() {
            return Err(OpenError::Insecure("STARTTLS is not offered".to_owned()));
        }
    }
    if let Some(credentials) = &connector.credentials {
        sign_in(&mut wire, offers, credentials, limit).await?;
    }
    Ok((wire, offers))
}

async fn connect(connector: &Connector, limit: Duration) -> Result<Stream, OpenError> {
    let relay = &connector.relay;
    let slow = || OpenError::Unreachable(Broken::Slow.to_string());
    let unreachable = |error: std::io::Error| OpenError::Unreachable(error.to_string());
    let tcp = timeout(limit, TcpStream::connect((relay.host.as_str(), relay.port)))
        .await
        .map_err(|_| slow())?
        .map_err(unreachable)?;
    // Nagle's algorithm would hold back whatever follows the first packet of a message until the server has acknowledged it.
    tcp.set_nodelay(true).map_err(unreachable)?;
    match &connector.tls {
        Some(tls) if relay.security == Security::Implicit => protect(tcp, tls, limit).await?.ok_or_else(slow),
        _ => Ok(Stream::Plain(tcp)),
    }
}

/// The handshake; none when it took too long.
async fn protect(tcp: TcpStream, tls: &Tls, limit: Duration) -> Result<Option<Stream>, OpenError> {
    match timeout(limit, tls.connector.connect(tls.name.clone(), tcp)).await {
        Ok(Ok(stream)) => Ok(Some(Stream::Tls(Box::new(stream)))),
        Ok(Err(error)) => Err(OpenError::Insecure(error.to_string())),
        Err(_) => Ok(None),
    }
}

async fn hello(wire: &mut Wire, connector: &Connector, limit: Duration) -> Result<Offers, OpenError> {
    let refused = |broken: Broken| OpenError::Refused(broken.to_string());
    let name = &connector.hello;
    let command = format!("EHLO {name}\r\n");
    let code = wire.exchange(command.as_bytes(), limit).await.map_err(refused)?;
    match code {
        250 => Ok(Offers::read(wire.replies.text())),
        // Knows no extensions (RFC 5321, 3.2); where TLS or a password is needed, that ends it.
        500..=504 | 550 => {
            let command = format!("HELO {name}\r\n");
            match wire.exchange(command.as_bytes(), limit).await.map_err(refused)? {
                250 => Ok(Offers::default()),
                code => Err(OpenError::Refused(said(wire, code))),
            }
        }
        code => Err(OpenError::Refused(said(wire, code))),
    }
}

async fn starttls(mut wire: Wire, tls: &Tls, limit: Duration) -> Result<Wire, OpenError> {
    let insecure = |why: String| OpenError::Insecure(why);
    match wire.exchange(b"STARTTLS\r\n", limit).await {
        Ok(220) => {}
        Ok(code) => return Err(insecure(said(&wire, code))),
        Err(broken) => return Err(insecure(broken.to_string())),
    }
    // Behind the reply there may be nothing: somebody on the way could have put answers there in the clear, to be taken for
    // the server's own once TLS stands (CVE-2011-0411 and its kin).
    if !wire.replies.is_at_end() {
        return Err(insecure("the relay spoke on after STARTTLS".to_owned()));
    }
    let Stream::Plain(tcp) = wire.stream else {
        return Err(insecure("STARTTLS within TLS".to_owned()));
    };
    let stream = protect(tcp, tls, limit).await?;
    // A new wire: nothing read before is left.
    stream
        .map(Wire::new)
        .ok_or_else(|| insecure(Broken::Slow.to_string()))
}

async fn sign_in(
    wire: &mut Wire,
    offers: Offers,
    credentials: &Credentials,
    limit: Duration,
) -> Result<(), OpenError> {
    let failed = |broken: Broken| OpenError::SignIn(broken.to_string());
    let unusable = |()| OpenError::SignIn("the relay asks what cannot be answered".to_owned());
    let mechanism = if offers.plain {
        Mechanism::Plain
    } else if offers.login {
        Mechanism::Login
    } else {
        return Err(OpenError::SignIn("neither PLAIN nor LOGIN is offered".to_owned()));
    };
    let command = if mechanism.supports_initial_response() {
        let response = mechanism.response(credentials, None).map_err(|_| unusable(()))?;
        format!("AUTH {mechanism} {}\r\n", STANDARD.encode(response))
    } else {
        format!("AUTH {mechanism}\r\n")
    };
    let mut code = wire.exchange(command.as_bytes(), limit).await.map_err(failed)?;
    // LOGIN asks twice.
    for _ in 0..2 {
        if code != 334 {
            break;
        }
        let challenge = STANDARD
            .decode(wire.replies.text().trim())
            .map_err(|_| unusable(()))?;
        let challenge = String::from_utf8(challenge).map_err(|_| unusable(()))?;
        let response = mechanism
            .response(credentials, Some(&challenge))
            .map_err(|_| unusable(()))?;
        let line = STANDARD.encode(response) + "\r\n";
        code = wire.exchange(line.as_bytes(), limit).await.map_err(failed)?;
    }
    match code {
        235 => Ok(()),
        code => Err(OpenError::SignIn(said(wire, code))),
    }
}

/// The last reply as one line.
fn said(wire: &Wire, code: u16) -> String {
    let Reply { text, .. } = wire.reply(code);
    format!("{code} {text}")
}

#[cfg(test)]
mod tests {
    use super::Offers;

    #[test]
    fn extensions_are_read_whatever_their_case() {
        let offers = Offers::read(
            "PIPELINING is our name\npipelining\nSize 1000\nAUTH LOGIN plain\n8BITMIME\nSTARTTLS\nX-SMTPUTF8\n",
        );
        let wanted = Offers {
            pipelining: true,
            utf8: false,
            eight_bit: true,
            size: true,
            starttls: true,
            plain: true,
            login: true,
        };
        assert_eq!(offers, wanted);
        assert_eq!(Offers::read("PIPELINING\n"), Offers::default());
    }
}
