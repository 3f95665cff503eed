//! `Subscriber`: the unit's people.

use domain::Tx;
use domain::access::ReadContacts;
use domain::contacts::{Walked, named, walk};
use jiff::Timestamp;
use types::ContactId;
use types::contacts::ContactStatus;

use super::{Chunk, Question, READ, place, placed, told};
use crate::http::soap::caller::Session;
use crate::http::soap::objects::Row;
use crate::http::soap::write::Xml;

pub(super) async fn read(
    session: &Session,
    tx: &mut Tx,
    question: &Question,
    after: Option<&str>,
) -> Result<Chunk, String> {
    let by = session
        .grant::<ReadContacts>()
        .map_err(|it| format!("Error: {it}"))?;
    let after: Option<(Timestamp, ContactId)> = placed(after)?;
    if let Some(names) = question.texts(&["SubscriberKey", "EmailAddress"]) {
        let mut found = named(tx, &by, &names).await.map_err(told)?;
        // In the order of the walk, so that a place means the same.
        found.sort_by(|a, b| b.created_at.cmp(&a.created_at).then(a.id.cmp(&b.id)));
        let rows = found
            .into_iter()
            .filter(|it| after.is_none_or(|(at, id)| it.created_at < at || it.created_at == at && it.id > id))
            .map(placed_row);
        return Ok(Chunk {
            rows: rows.collect(),
            more: None,
        });
    }
    let span = question.span("CreatedDate");
    let found = walk(tx, &by, span.from, span.to, after, READ)
        .await
        .map_err(told)?;
    Ok(Chunk::of(found.into_iter().map(placed_row).collect(), READ))
}

fn placed_row(it: Walked) -> (Row, String) {
    let at = place(&(it.created_at, it.id));
    let key = key_of(it.key.as_deref(), &it.email).to_owned();
    let mut row = Row::default()
        .with("CreatedDate", it.created_at)
        .with("ID", it.number)
        .with("ObjectID", it.id.uuid())
        .with("EmailAddress", it.email.as_str())
        .with("SubscriberKey", key)
        .with("UnsubscribedDate", it.unsubscribed_all_at)
        .with("Status", status(it.status))
        .with("EmailTypePreference", "HTML");
    row.attributes = attributes(&it);
    (row, at)
}

/// As the vendor has it: whoever was brought without a key has the address as one.
pub(super) fn key_of<'a>(key: Option<&'a str>, email: &'a str) -> &'a str {
    key.filter(|key| !key.is_empty()).unwrap_or(email)
}

/// Those who cannot be reached for another reason than their own wish are held.
fn status(status: ContactStatus) -> &'static str {
    match status {
        ContactStatus::Reachable => "Active",
        ContactStatus::Unsubscribed | ContactStatus::Complained => "Unsubscribed",
        ContactStatus::Bounced => "Bounced",
        ContactStatus::NoAddress | ContactStatus::Restricted | ContactStatus::Erased => "Held",
    }
}

fn attributes(it: &Walked) -> String {
    let mut xml = Xml::default();
    let mut write = |name: &str, value: &str| {
        if !value.is_empty() {
            xml.open("Attributes")
                .leaf("Name", name)
                .leaf("Value", value)
                .close("Attributes");
        }
    };
    write("First Name", &it.first_name);
    write("Last Name", &it.last_name);
    for (name, value) in &it.attributes {
        match value {
            serde_json::Value::String(text) => write(name, text),
            other => write(name, &other.to_string()),
        }
    }
    xml.finish()
}
