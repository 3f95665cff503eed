use super::Plan;
use super::check::{Right, check};
use super::people::{Person, resolve};
use crate::access::{ActorKind, SendMessages};
use crate::dispatch::{self, Accepted, Line, Rules, Worker};
use crate::{Error, Granted, Result, Tx, keys, webhooks};
use std::collections::HashMap;
use types::messages::{AcceptedMessage, Asked};
use types::{Code, MessageId};

/// What a call led to; on its way once the transaction is committed.
#[derive(Debug)]
pub struct Posted {
    /// In the order of the call. A repeated key answers with the message it made the first time.
    pub messages: Vec<AcceptedMessage>,
    /// The lines that are new; the worker's own to hand over after the commit.
    pub accepted: Vec<Accepted>,
}

/// Accepts messages of one version: all of them or none. `several` only says how fields are named.
///
/// # Errors
/// All fields that are not right; `IdempotencyMismatch` where a key was used for something else; `WrongState` where the version was
/// taken down meanwhile.
pub async fn post(
    tx: &mut Tx,
    by: &Granted<SendMessages>,
    plan: &Plan,
    rules: &Rules,
    worker: Option<Worker>,
    asked: &[Asked],
    several: bool,
) -> Result<Posted> {
    let right = check(plan, asked, several, tx.now())?;
    let people = resolve(tx, by, &right).await?;
    let mut lines: Vec<Line> = right
        .iter()
        .zip(people)
        .map(|(it, person)| line(tx, it, person))
        .collect();
    let answers: Vec<AcceptedMessage> = lines
        .iter()
        .map(|it| AcceptedMessage {
            id: it.id,
            key: it.key.clone(),
        })
        .collect();
    // Two calls with the same keys in another order would wait for each other.
    lines.sort_by(|a, b| a.key.cmp(&b.key));
    let call = dispatch::Call {
        dispatch: plan.dispatch,
        definition: plan.definition,
        revision: plan.revision,
        asked_by: match by.kind() {
            ActorKind::User(user) => Some(user.uuid()),
            ActorKind::Client(client) => Some(client.uuid()),
            ActorKind::System => None,
        },
    };
    let accepted = dispatch::accept(tx, worker, &call, rules, &lines).await?;
    if plan.heard {
        webhooks::accepted(tx, by.unit(), &accepted, |rule| rules.end_of_held(rule)).await?;
    }
    let messages = if accepted.len() == lines.len() {
        answers
    } else {
        earlier(tx, by, &lines, answers).await?
    };
    Ok(Posted { messages, accepted })
}

fn line(tx: &mut Tx, right: &Right, person: Person) -> Line {
    let id: MessageId = tx.id();
    Line {
        id,
        key: right.key.clone().unwrap_or_else(|| id.to_string()),
        contact: person.contact,
        address: person.address,
        attributes: right.attributes.clone(),
        metadata: right.metadata.clone(),
        send_at: right.send_at,
        expires_at: right.expires_at,
        hash: right.hash,
    }
}

/// Keys that made a message before answer with that message, if it was the same.
async fn earlier(
    tx: &mut Tx,
    by: &Granted<SendMessages>,
    lines: &[Line],
    mut answers: Vec<AcceptedMessage>,
) -> Result<Vec<AcceptedMessage>> {
    let keys: Vec<String> = lines.iter().map(|it| it.key.clone()).collect();
    let rows = sqlx::query!(
        r#"select id as "id: MessageId", key, request_hash from messages where unit_id = $1 and key = any ($2)"#,
        by.unit().uuid(),
        &keys
    )
    .fetch_all(tx.conn())
    .await?;
    let found: HashMap<String, (MessageId, Vec<u8>)> = rows
        .into_iter()
        .map(|row| (row.key, (row.id, row.request_hash)))
        .collect();
    for line in lines {
        match found.get(&line.key) {
            Some((_, hash)) if keys::same(hash, &line.hash) => {}
            Some(_) => return Err(Error::code(Code::IdempotencyMismatch)),
            // Neither new nor known: the version was taken down between two statements.
            None => return Err(Error::wrong_state("draft")),
        }
    }
    for answer in &mut answers {
        if let Some((id, _)) = found.get(&answer.key) {
            answer.id = *id;
        }
    }
    Ok(answers)
}
