//! `Create` of `TriggeredSend`: a message for each subscriber, by the function that `POST /api/v1/messages` calls.
//!
//! Sends of one definition in one call become one transaction, as long as they are not too many; who is not right is named, and the others
//! get their message.

use std::collections::BTreeMap;

use domain::access::SendMessages;
use domain::messages::{Plan, key_of, plan, post};
use domain::{Error, Granted};
use types::messages::Asked;
use types::{Code, FieldError};

use super::asked::{Failure, asked, attributes};
use super::{Options, Outcome, UNEXPECTED};
use crate::http::soap::caller::Session;
use crate::http::soap::node::Node;
use crate::http::soap::words;
use crate::http::soap::write::Xml;

/// Messages that are written at once.
const AT_ONCE: usize = 1_000;
/// No subscriber of a send is right.
const NO_SUBSCRIBERS: i32 = 180_008;

/// One subscriber of one send.
struct Line<'a> {
    /// Which object of the call.
    send: usize,
    /// Which subscriber of it.
    ordinal: usize,
    node: &'a Node,
    outcome: Result<Asked, Failure>,
    /// The message's id.
    id: Option<String>,
}

/// What became of each send, by its place in the call.
pub(super) async fn create(
    session: &Session,
    options: &Options,
    sends: &[(usize, &Node)],
) -> Vec<(usize, Outcome)> {
    let mut by_key: BTreeMap<&str, Vec<(usize, &Node)>> = BTreeMap::new();
    let mut outcomes = Vec::new();
    for (n, node) in sends {
        let definition = node.child("TriggeredSendDefinition");
        match definition.map_or("", |it| it.text("CustomerKey")) {
            "" => {
                let words = "TriggeredSendDefinition.CustomerKey is required.";
                outcomes.push((*n, Outcome::failed(UNEXPECTED, words)));
            }
            key => by_key.entry(key).or_default().push((*n, *node)),
        }
    }
    for (key, sends) in by_key {
        match send(session, options, key, &sends).await {
            Ok(lines) => {
                for (n, _) in &sends {
                    let own: Vec<&Line<'_>> = lines.iter().filter(|it| it.send == *n).collect();
                    outcomes.push((*n, outcome_of(&own)));
                }
            }
            Err(problem) => {
                let outcome = |(n, _): &(usize, &Node)| (*n, Outcome::failed(UNEXPECTED, problem.as_str()));
                outcomes.extend(sends.iter().map(outcome));
            }
        }
    }
    outcomes
}

fn outcome_of(lines: &[&Line<'_>]) -> Outcome {
    let mut outcome = match lines.iter().any(|it| it.outcome.is_ok()) {
        true => Outcome::done("Created TriggeredSend"),
        false => Outcome::failed(
            NO_SUBSCRIBERS,
            "Unable to queue Triggered Send request. There are no valid subscribers.",
        ),
    };
    if let [line] = lines {
        outcome.id.clone_from(&line.id);
    }
    let mut xml = Xml::default();
    for line in lines {
        if let Err(failure) = &line.outcome {
            xml.open("SubscriberFailures").open("Subscriber");
            xml.nil("PartnerKey").nil("ObjectID");
            xml.leaf("EmailAddress", line.node.text("EmailAddress"));
            xml.leaf("SubscriberKey", line.node.text("SubscriberKey"));
            xml.close("Subscriber")
                .number("ErrorCode", failure.code)
                .leaf("ErrorDescription", &failure.words)
                .number("Ordinal", line.ordinal)
                .close("SubscriberFailures");
        }
    }
    outcome.failures = xml.finish();
    outcome
}

/// All sends of one definition.
async fn send<'a>(
    session: &Session,
    options: &Options,
    key: &str,
    sends: &[(usize, &'a Node)],
) -> Result<Vec<Line<'a>>, String> {
    let by = session.grant::<SendMessages>()?;
    let plan = {
        let mut tx = session.begin().await.map_err(words::of)?;
        // Their look-ups know no case.
        let written = key_of(&mut tx, &by, key).await.map_err(words::of)?;
        plan(&mut tx, &by, written.as_deref().unwrap_or(key))
            .await
            .map_err(|error| unknown(key, error))?
    };
    let mut lines = Vec::new();
    for (n, node) in sends {
        let shared = attributes(node);
        for (ordinal, subscriber) in node.all("Subscribers").enumerate() {
            lines.push(Line {
                send: *n,
                ordinal,
                node: subscriber,
                outcome: asked(subscriber, &shared, &plan.parameters, options.at),
                id: None,
            });
        }
    }
    for part in lines.chunks_mut(AT_ONCE) {
        if let Err(error) = write(session, &by, &plan, part).await {
            let words = words::of(error);
            let failed = Failure { code: 15, words };
            for line in part.iter_mut().filter(|it| it.outcome.is_ok()) {
                line.outcome = Err(failed.clone());
            }
        }
    }
    Ok(lines)
}

fn unknown(key: &str, error: Error) -> String {
    let key = super::short(key);
    match error.refusal() {
        Some(Code::NotFound) => format!("The triggered send definition {key} does not exist."),
        Some(Code::WrongState) => {
            let state = error.to_api().params.get("state").cloned().unwrap_or_default();
            format!("The triggered send definition {key} takes no messages: it is {state}.")
        }
        _ => words::of(error),
    }
}

/// Writes those that are right. What the domain finds wrong with single ones is noted with them, and the others are tried once more: it
/// names all that is wrong before it writes anything.
async fn write(
    session: &Session,
    by: &Granted<SendMessages>,
    plan: &Plan,
    lines: &mut [Line<'_>],
) -> Result<(), Error> {
    for _ in 0..2 {
        let (places, asked): (Vec<usize>, Vec<Asked>) = lines
            .iter()
            .enumerate()
            .filter_map(|(n, line)| line.outcome.as_ref().ok().map(|it| (n, it.clone())))
            .unzip();
        if asked.is_empty() {
            return Ok(());
        }
        let mut tx = session.begin().await?;
        let ticket = session.state.intake.ticket(&mut tx, plan.dispatch).await?;
        let ticket = ticket.ok_or_else(|| Error::wrong_state("draft"))?;
        let posted = post(&mut tx, by, plan, ticket.rules(), ticket.worker(), &asked, true).await;
        match posted {
            Ok(posted) => {
                tx.commit().await?;
                ticket.hand_over(&posted.accepted).await;
                for (n, message) in places.iter().zip(posted.messages) {
                    lines[*n].id = Some(message.id.to_string());
                }
                return Ok(());
            }
            Err(error) => {
                let fields = error.to_api().fields;
                let mut noted = false;
                for field in &fields {
                    if let Some((n, failure)) = of_line(field)
                        && let Some(line) = places.get(n).and_then(|n| lines.get_mut(*n))
                    {
                        noted = true;
                        if line.outcome.is_ok() {
                            line.outcome = Err(failure);
                        }
                    }
                }
                if !noted {
                    return Err(error);
                }
            }
        }
    }
    Err(Error::broken("messages that were right are wrong"))
}

/// `messages.3.to.email` is about the fourth.
fn of_line(field: &FieldError) -> Option<(usize, Failure)> {
    let (n, name) = field.field.strip_prefix("messages.")?.split_once('.')?;
    let own = FieldError {
        field: name.to_owned(),
        ..field.clone()
    };
    Some((n.parse().ok()?, Failure::of(&own)))
}
