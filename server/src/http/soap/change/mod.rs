//! `Create`, `Update` and `Delete`: a result for each object, in its order, and a status over all.

mod asked;
mod subscriber;
mod triggered_send;

use jiff::Timestamp;

use super::caller::Session;
use super::node::Node;
use super::objects::{Can, Object};
use super::retrieve::short;
use super::value;
use super::write::Xml;

/// Most objects of a call.
const MOST: usize = 2_000;

/// The vendor's code for what has none of its own.
const UNEXPECTED: i32 = 2;

/// What is done with the objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Create,
    Update,
    Delete,
}

impl Verb {
    fn name(self) -> &'static str {
        match self {
            Self::Create => "Create",
            Self::Update => "Update",
            Self::Delete => "Delete",
        }
    }

    fn may(self, can: Can) -> bool {
        match self {
            Self::Create => can.create,
            Self::Update => can.update,
            Self::Delete => can.delete,
        }
    }
}

/// What is said of all objects at once.
#[derive(Debug, Default)]
struct Options {
    /// What to do with those that are there, or not.
    save: Option<Save>,
    /// `ScheduledTime`.
    at: Option<Timestamp>,
}

/// `SaveAction`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Save {
    AddOnly,
    UpdateAdd,
    UpdateOnly,
}

/// What became of one object.
#[derive(Debug)]
struct Outcome {
    /// Why not, and the code for it.
    problem: Option<(i32, String)>,
    /// What was done, in the vendor's words.
    done: String,
    /// `NewObjectID`.
    id: Option<String>,
    /// Some of it failed: written already.
    failures: String,
}

impl Outcome {
    fn done(words: &str) -> Self {
        Self {
            problem: None,
            done: words.to_owned(),
            id: None,
            failures: String::new(),
        }
    }

    fn failed(code: i32, words: impl Into<String>) -> Self {
        Self {
            problem: Some((code, words.into())),
            done: String::new(),
            id: None,
            failures: String::new(),
        }
    }
}

/// Answers a `CreateRequest`, `UpdateRequest` or `DeleteRequest`.
pub async fn change(session: &Session, verb: Verb, request: &Node) -> String {
    let objects: Vec<&Node> = request.all("Objects").collect();
    let outcomes = match options(request) {
        _ if objects.is_empty() => vec![Outcome::failed(UNEXPECTED, "Objects: there are none.")],
        _ if objects.len() > MOST => {
            let words = format!("Objects: at most {MOST} are taken with one call.");
            vec![Outcome::failed(UNEXPECTED, words)]
        }
        Err(problem) => objects
            .iter()
            .map(|_| Outcome::failed(UNEXPECTED, problem.as_str()))
            .collect(),
        Ok(options) => act(session, verb, &options, &objects).await,
    };
    write(session, verb, &objects, &outcomes)
}

async fn act(session: &Session, verb: Verb, options: &Options, objects: &[&Node]) -> Vec<Outcome> {
    let mut outcomes: Vec<Option<Outcome>> = objects.iter().map(|_| None).collect();
    let mut sends = Vec::new();
    for (n, object) in objects.iter().enumerate() {
        let name = object.kind.as_deref().unwrap_or_default();
        match Object::find(name) {
            Some(kind) if !verb.may(kind.can) => {
                let words = format!("{} of {} is not supported.", verb.name(), kind.name);
                outcomes[n] = Some(Outcome::failed(UNEXPECTED, words));
            }
            Some(kind) if kind.name == "TriggeredSend" => sends.push((n, *object)),
            Some(kind) if kind.name == "Subscriber" => {
                outcomes[n] = Some(subscriber::change(session, verb, options, object).await);
            }
            _ if name.is_empty() => {
                outcomes[n] = Some(Outcome::failed(UNEXPECTED, "Objects: xsi:type is missing."));
            }
            _ => {
                let words = format!("{} of {} is not supported.", verb.name(), short(name));
                outcomes[n] = Some(Outcome::failed(UNEXPECTED, words));
            }
        }
    }
    for (n, outcome) in triggered_send::create(session, options, &sends).await {
        outcomes[n] = Some(outcome);
    }
    let lost = || Outcome::failed(UNEXPECTED, "An unexpected error occurred.");
    outcomes.into_iter().map(|it| it.unwrap_or_else(lost)).collect()
}

/// What of the options is understood; an answer by mail, FTP or HTTP is not, and must not be waited for.
fn options(request: &Node) -> Result<Options, String> {
    let Some(node) = request.child("Options") else {
        return Ok(Options::default());
    };
    for name in ["SendResponseTo", "Container"] {
        if node.child(name).is_some_and(|it| !it.children().is_empty()) {
            return Err(format!("Options.{name} is not supported."));
        }
    }
    match node.text("RequestType") {
        "" | "Synchronous" | "Asynchronous" => {}
        other => return Err(format!("Options.RequestType {} is not supported.", short(other))),
    }
    let mut options = Options::default();
    let saves = node.child("SaveOptions");
    for save in saves.into_iter().flat_map(|it| it.all("SaveOption")) {
        if !matches!(save.text("PropertyName"), "*" | "") {
            return Err("Options.SaveOptions: only the PropertyName * is supported.".to_owned());
        }
        options.save = match save.text("SaveAction") {
            "AddOnly" => Some(Save::AddOnly),
            "UpdateAdd" => Some(Save::UpdateAdd),
            "UpdateOnly" => Some(Save::UpdateOnly),
            "Default" | "" => None,
            other => {
                return Err(format!(
                    "Options.SaveOptions: SaveAction {} is not supported.",
                    short(other)
                ));
            }
        };
    }
    match node.text("ScheduledTime") {
        "" => {}
        text => {
            let at = value::time(text).ok_or("Options.ScheduledTime: it is no time.")?;
            options.at = Some(at);
        }
    }
    Ok(options)
}

fn write(session: &Session, verb: Verb, objects: &[&Node], outcomes: &[Outcome]) -> String {
    let response = format!("{}Response", verb.name());
    let mut xml = Xml::default();
    xml.open_with(&response, super::NAMESPACE);
    for (n, outcome) in outcomes.iter().enumerate() {
        let object = objects.get(n);
        let kind = object.and_then(|it| it.kind.as_deref()).and_then(Object::find);
        let is_send = verb == Verb::Create && kind.is_some_and(|it| it.name == "TriggeredSend");
        if is_send {
            xml.open_with("Results", "xsi:type=\"TriggeredSendCreateResult\"");
        } else {
            xml.open("Results");
        }
        match &outcome.problem {
            None => xml.leaf("StatusCode", "OK").leaf("StatusMessage", &outcome.done),
            Some((_, words)) => xml.leaf("StatusCode", "Error").leaf("StatusMessage", words),
        };
        xml.number("OrdinalID", n);
        if let Some((code, _)) = &outcome.problem {
            xml.number("ErrorCode", code);
        }
        if verb == Verb::Create {
            xml.number("NewID", 0);
            if let Some(id) = &outcome.id {
                xml.leaf("NewObjectID", id);
            }
        }
        // Who it was, as the caller named them; sends are told apart by their ordinal.
        if let (Some(object), Some(kind)) = (object, kind)
            && !is_send
        {
            xml.open_with("Object", &format!("xsi:type=\"{}\"", kind.name));
            xml.nil("PartnerKey").nil("ObjectID");
            for name in ["EmailAddress", "SubscriberKey"] {
                let value = object.text(name);
                if !value.is_empty() {
                    xml.leaf(name, value);
                }
            }
            xml.close("Object");
        }
        xml.raw(&outcome.failures).close("Results");
    }
    let failed = outcomes.iter().filter(|it| it.problem.is_some()).count();
    let partly = outcomes.iter().any(|it| !it.failures.is_empty());
    let status = match failed {
        0 if !partly => "OK",
        _ if failed == outcomes.len() => "Error",
        _ => "Has Errors",
    };
    xml.leaf("RequestID", &session.id().to_string())
        .leaf("OverallStatus", status)
        .close(&response);
    xml.finish()
}
