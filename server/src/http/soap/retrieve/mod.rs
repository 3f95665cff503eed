//! `Retrieve`: what there is, filtered, page by page.

mod definitions;
mod events;
mod filter;
mod list_subscribers;
mod lists;
mod subscribers;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::Tx;
use domain::keys::{self, Purpose};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use filter::short;

use self::filter::Filter;
use super::caller::Session;
use super::node::Node;
use super::objects::{Object, Row};
use super::words;
use super::write::Xml;

/// Most objects in an answer, and how many are there unless the caller says less.
const BATCH: usize = 2_500;
/// Rows read at a time.
const READ: i64 = 2_500;
/// How often is read for one answer: what a filter leaves out costs the caller another call, never us an endless one.
const READS: usize = 8;
/// How long a page may be followed by the next.
const CONTINUED: SignedDuration = SignedDuration::from_hours(24);

/// A question, as it was asked first.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Question {
    object: String,
    properties: Vec<String>,
    filter: Option<Filter>,
    batch: usize,
}

impl Question {
    /// The filter says that only these need be looked at.
    fn texts(&self, properties: &[&str]) -> Option<Vec<String>> {
        let only = self.filter.as_ref()?.only(properties)?;
        Some(only.into_iter().filter_map(super::value::Value::text).collect())
    }

    /// The same for numbers.
    fn numbers(&self, properties: &[&str]) -> Option<Vec<i32>> {
        let texts = self.texts(properties)?;
        Some(texts.iter().filter_map(|text| text.parse().ok()).collect())
    }

    fn span(&self, property: &str) -> domain::events::Span {
        self.filter
            .as_ref()
            .map_or_else(Default::default, |filter| filter.span(property))
    }
}

/// Where an answer goes on. Signed and kept by the caller, so that any node can continue.
#[derive(Serialize, Deserialize)]
struct Continued {
    question: Question,
    unit: Uuid,
    owner: Uuid,
    place: String,
    until: Timestamp,
}

/// Rows of one read, each with its place; `more`: where to read on.
#[derive(Default)]
pub(super) struct Chunk {
    rows: Vec<(Row, String)>,
    more: Option<String>,
}

impl Chunk {
    /// Of rows that were read with a limit: as many as that, and there may be more after the last.
    fn of(rows: Vec<(Row, String)>, limit: i64) -> Self {
        let full = i64::try_from(rows.len()).is_ok_and(|it| it >= limit);
        let more = rows.last().filter(|_| full).map(|(_, place)| place.clone());
        Self { rows, more }
    }
}

/// A place as a text.
fn place(values: &impl Serialize) -> String {
    serde_json::to_string(values).unwrap_or_default()
}

/// A place read back.
fn placed<T: for<'a> Deserialize<'a>>(place: Option<&str>) -> Result<Option<T>, String> {
    place
        .map(serde_json::from_str)
        .transpose()
        .map_err(|_| "Error: ContinueRequest: it can not be continued".to_owned())
}

/// Answers a `RetrieveRequestMsg`.
pub async fn retrieve(session: &Session, request: &Node) -> String {
    let id = session.id().to_string();
    let (status, id, results) = match answer(session, request).await {
        Ok((results, None)) => ("OK".to_owned(), id, results),
        Ok((results, Some(more))) => ("MoreDataAvailable".to_owned(), more, results),
        Err(problem) => (problem, id, String::new()),
    };
    let mut xml = Xml::default();
    xml.open_with("RetrieveResponseMsg", super::NAMESPACE)
        .leaf("OverallStatus", &status)
        .leaf("RequestID", &id)
        .raw(&results)
        .close("RetrieveResponseMsg");
    xml.finish()
}

async fn answer(session: &Session, request: &Node) -> Result<(String, Option<String>), String> {
    let request = request.child("RetrieveRequest").unwrap_or(request);
    let (question, mut at) = match request.text("ContinueRequest") {
        "" => (ask(request)?, None),
        text => {
            let (question, place) = continued(session, text)?;
            (question, Some(place))
        }
    };
    let object = Object::find(&question.object).ok_or("Error: ObjectType: it is not known")?;
    let mut tx = session.begin().await.map_err(told)?;
    let numbers = domain::units::numbers(&mut tx, &session.actor)
        .await
        .map_err(told)?;
    let client = numbers.into_iter().find(|(unit, _)| *unit == session.unit);
    let client = client.map(|(_, number)| number);
    let mut xml = Xml::default();
    let mut found = 0;
    for _ in 0..READS {
        let chunk = read(session, &mut tx, object, &question, at.as_deref()).await?;
        for (row, place) in chunk.rows {
            let row = row.with("Client.ID", client);
            if question.filter.as_ref().is_some_and(|filter| !filter.fits(&row)) {
                continue;
            }
            if found == question.batch {
                return Ok((
                    xml.finish(),
                    Some(signed(session, question, at.unwrap_or_default())),
                ));
            }
            object.write(&mut xml, &question.properties, &row);
            found += 1;
            at = Some(place);
        }
        match chunk.more {
            None => return Ok((xml.finish(), None)),
            more => at = more,
        }
    }
    Ok((
        xml.finish(),
        Some(signed(session, question, at.unwrap_or_default())),
    ))
}

async fn read(
    session: &Session,
    tx: &mut Tx,
    object: &Object,
    question: &Question,
    after: Option<&str>,
) -> Result<Chunk, String> {
    use domain::events::Tracked;
    match object.name {
        "TriggeredSendDefinition" => definitions::read(session, tx, after).await,
        "List" => lists::read(session, tx).await,
        "Subscriber" => subscribers::read(session, tx, question, after).await,
        "ListSubscriber" => list_subscribers::read(session, tx, question, after).await,
        "SentEvent" => events::read(session, tx, Tracked::Sent, question, after).await,
        "OpenEvent" => events::read(session, tx, Tracked::Opened, question, after).await,
        "ClickEvent" => events::read(session, tx, Tracked::Clicked, question, after).await,
        "BounceEvent" => events::read(session, tx, Tracked::Bounced, question, after).await,
        "UnsubEvent" => events::read(session, tx, Tracked::Unsubscribed, question, after).await,
        name => Err(format!("Error: ObjectType {name} can not be retrieved")),
    }
}

/// Reads a `RetrieveRequest`.
fn ask(request: &Node) -> Result<Question, String> {
    let name = request.text("ObjectType");
    let object = Object::find(name).filter(|it| it.can.retrieve);
    let object =
        object.ok_or_else(|| format!("Error: ObjectType {} is not supported by Retrieve", short(name)))?;
    for option in [
        "RetrieveAllSinceLastBatch",
        "RepeatLastResult",
        "QueryAllAccounts",
    ] {
        if matches!(request.text(option), "true" | "1") {
            return Err(format!("Error: {option} is not supported"));
        }
    }
    for part in ["RespondTo", "Retrieves"] {
        if request.child(part).is_some_and(|it| !it.children().is_empty()) {
            return Err(format!("Error: {part} is not supported"));
        }
    }
    let asked = request
        .all("Properties")
        .map(Node::value)
        .filter(|it| !it.is_empty());
    let (mut properties, mut unknown) = (Vec::new(), Vec::new());
    for name in asked {
        match object.property(name) {
            Some(property) => properties.push(property.name.to_owned()),
            None => unknown.push(short(name)),
        }
    }
    if !unknown.is_empty() {
        return Err(format!(
            "Error: The Request Property(s) {} do not match with the fields of {} retrieve",
            unknown.join(", "),
            object.name
        ));
    }
    if properties.is_empty() {
        return Err("Error: Properties: name at least one".to_owned());
    }
    let filter = request
        .child("Filter")
        .filter(|it| !it.children().is_empty())
        .map(|node| Filter::read(object, node))
        .transpose()?;
    let batch = request.child("Options").map_or("", |it| it.text("BatchSize"));
    let batch = match batch.parse() {
        Ok(0) => BATCH,
        Ok(wanted) => BATCH.min(wanted),
        Err(_) if batch.is_empty() => BATCH,
        Err(_) => return Err("Error: BatchSize: it is no whole number".to_owned()),
    };
    Ok(Question {
        object: object.name.to_owned(),
        properties,
        filter,
        batch,
    })
}

fn signed(session: &Session, question: Question, place: String) -> String {
    let continued = Continued {
        question,
        unit: session.unit.uuid(),
        owner: session.owner(),
        place,
        until: session.state.domain.now() + CONTINUED,
    };
    let body = serde_json::to_vec(&continued).unwrap_or_default();
    let mac = session.state.domain.keys().mac(Purpose::Continue, &body);
    format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(&body),
        URL_SAFE_NO_PAD.encode(mac)
    )
}

fn continued(session: &Session, text: &str) -> Result<(Question, String), String> {
    let read = || {
        let (body, mac) = text.split_once('.')?;
        let body = URL_SAFE_NO_PAD.decode(body).ok()?;
        let mac = URL_SAFE_NO_PAD.decode(mac).ok()?;
        let good = keys::same(&mac, &session.state.domain.keys().mac(Purpose::Continue, &body));
        good.then(|| serde_json::from_slice::<Continued>(&body).ok())?
    };
    read()
        .filter(|it| it.unit == session.unit.uuid() && it.owner == session.owner())
        .filter(|it| it.until > session.state.domain.now())
        .map(|it| (it.question, it.place))
        .ok_or_else(|| {
            "Error: ContinueRequest: it is no RequestID of an answer to you, or older than a day".to_owned()
        })
}

/// A domain's error as an overall status.
fn told(error: domain::Error) -> String {
    format!("Error: {}", words::of(error))
}
