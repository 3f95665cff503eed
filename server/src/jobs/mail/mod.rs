//! Single messages: notices to staff and test sends, through the same relay as everything else, on lines of their own.

mod letter;

use std::time::Duration;

use askama::Template;
use delivery::email::{Connection, Mailbox, Message, Outgoing};
use delivery::{Channel, HandOff};
use domain::Domain;
use domain::access::System;
use domain::dispatch::Lane;
use domain::queue::{Failure, PreparedMail, SystemMail};
use types::JobId;

use super::Shared;
use letter::Letter;

/// Longer than this nobody waits for one notice; it is tried again then.
const PATIENCE: Duration = Duration::from_secs(120);

#[derive(Template)]
#[template(path = "mail/notice.html")]
struct Html<'a> {
    letter: &'a Letter,
}

#[derive(Template)]
#[template(path = "mail/notice.txt", escape = "none")]
struct Text<'a> {
    letter: &'a Letter,
}

/// Writes a notice in the person's language and hands it over.
pub(super) async fn send_notice(shared: &Shared, id: JobId, mail: &SystemMail) -> Result<(), Failure> {
    let letter = Letter::write(mail, shared.domain.public_url());
    let unusable = |_| Failure::Dead("the notice's template cannot be rendered".to_owned());
    let html = Html { letter: &letter }.render().map_err(unusable)?;
    let text = Text { letter: &letter }.render().map_err(unusable)?;
    let from = system_sender(shared).await?;
    let to = mailbox(&mail.name, &mail.to)?;
    let message = Message {
        from: &from,
        reply_to: None,
        to: &to,
        cc: &[],
        subject: &letter.subject,
        text: &text,
        html: Some(&html),
        attached: &[],
        message_id: &message_id(id),
        date: shared.domain.now(),
        language: mail.language.code(),
        list: None,
        auto_submitted: true,
    };
    hand_over(shared, &message).await
}

/// Hands over a message that was rendered already.
pub(super) async fn send_prepared(shared: &Shared, id: JobId, mail: &PreparedMail) -> Result<(), Failure> {
    let from = mailbox(&mail.from_name, &mail.from_address)?;
    let to = mailbox(&mail.to_name, &mail.to_address)?;
    let reply_to = mail
        .reply_to
        .as_deref()
        .filter(|it| !it.trim().is_empty())
        .map(|it| mailbox("", it))
        .transpose()?;
    let message = Message {
        from: &from,
        reply_to: reply_to.as_ref(),
        to: &to,
        cc: &[],
        subject: &mail.subject,
        text: &mail.text,
        html: Some(&mail.html),
        attached: &[],
        message_id: &message_id(id),
        date: shared.domain.now(),
        language: mail.language.code(),
        list: None,
        auto_submitted: true,
    };
    hand_over(shared, &message).await
}

/// The same for each try of one job, so that a second copy can be known as one.
fn message_id(id: JobId) -> String {
    format!("job.{}", id.uuid().simple())
}

fn mailbox(name: &str, address: &str) -> Result<Mailbox, Failure> {
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    Mailbox::new(&name, address).map_err(|_| Failure::Dead("an address cannot be used".to_owned()))
}

/// From the university itself: the topmost unit's name, on its first sender domain.
async fn system_sender(shared: &Shared) -> Result<Mailbox, Failure> {
    let root = root_sender(&shared.domain)
        .await
        .map_err(|error| Failure::Retry(error.to_string()))?;
    let host = shared.domain.public_url().split("://").nth(1).unwrap_or_default();
    let host = host.split(['/', ':']).next().unwrap_or_default();
    let (name, sender_domain) = root.unwrap_or_default();
    let made = [sender_domain.as_str(), host, "campanile.example"]
        .into_iter()
        .filter(|it| it.parse::<std::net::IpAddr>().is_err())
        .find_map(|it| {
            Mailbox::new(
                if name.is_empty() { "Campanile" } else { &name },
                &format!("no-reply@{it}"),
            )
            .ok()
        });
    made.ok_or_else(|| Failure::Retry("no sender domain".to_owned()))
}

/// Name and first sender domain of the topmost unit.
async fn root_sender(domain: &Domain) -> domain::Result<Option<(String, String)>> {
    let mut tx = domain.begin().await?;
    let Some(root) = domain::units::root(&mut tx).await? else {
        return Ok(None);
    };
    let unit = domain::units::get(&mut tx, &System.grant(root)).await?;
    Ok(unit.map(|unit| {
        (
            unit.name,
            unit.sender_domains.into_iter().next().unwrap_or_default(),
        )
    }))
}

async fn hand_over(shared: &Shared, message: &Message<'_>) -> Result<(), Failure> {
    let content = message
        .assemble()
        .map_err(|error| Failure::Dead(error.to_string()))?;
    let sending = async {
        let (relay, permit) = shared
            .relays
            .pick(Lane::Transactional)
            .map_err(|_| Failure::Retry("no relay can be used at the moment".to_owned()))?;
        let opened = Connection::open(&relay.connector).await;
        relay.tried(permit, &opened);
        let mut line = opened.map_err(|error| Failure::Retry(error.to_string()))?;
        let outgoing = Outgoing {
            sender: Some(&message.from.address),
            recipient: &message.to.address,
            content: &content,
        };
        let result = line.hand_over(outgoing).await;
        line.close().await;
        match result {
            HandOff::Accepted(_) => Ok(()),
            // The reply's text may quote the address: the code is enough here.
            HandOff::Refused(reply, _) => Err(Failure::Dead(format!("the relay refused it: {}", reply.code))),
            HandOff::Deferred(reply, _) => {
                Err(Failure::Retry(format!("the relay said later: {}", reply.code)))
            }
            // Somebody waits for it: the same Message-ID again.
            HandOff::Lost | HandOff::Ambiguous => {
                Err(Failure::Retry("the connection to the relay was lost".to_owned()))
            }
        }
    };
    tokio::time::timeout(PATIENCE, sending)
        .await
        .unwrap_or_else(|_| Err(Failure::Retry("the relay is too slow".to_owned())))
}
