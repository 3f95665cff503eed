use super::attachments::{self, File};
use super::check::{Right, check};
use super::people::{Person, known, resolve};
use super::{Plan, copies};
use crate::access::{ActorKind, SendMessages};
use crate::contacts::address::EmailAddress;
use crate::dispatch::{self, Accepted, Extra, Line, Rules, Worker};
use crate::{Error, Granted, Result, Tx, keys, webhooks};
use jiff::Timestamp;
use std::collections::{HashMap, HashSet};
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
    let refusing = copies::refusing(tx, by, &right).await?;
    let lines: Vec<Line> = right
        .iter()
        .zip(people)
        .map(|(it, person)| line(tx, it, person, &refusing))
        .collect();
    attachments::keep(tx, by, right.iter().flat_map(files)).await?;
    let (answers, accepted) = write(tx, by, plan, rules, worker, lines).await?;
    let messages = answers.into_iter().collect::<Result<_>>()?;
    Ok(Posted { messages, accepted })
}

/// Several calls in one transaction, each with an answer of its own: what is wrong with one does not concern the others. An answer of none:
/// the unit does not know the person, and making somebody known may wait for others, or there are files; that call is for [`post`].
///
/// # Errors
/// When the database cannot be asked.
pub async fn post_each(
    tx: &mut Tx,
    by: &Granted<SendMessages>,
    plan: &Plan,
    rules: &Rules,
    worker: Option<Worker>,
    asked: &[Asked],
) -> Result<(Vec<Option<Result<AcceptedMessage>>>, Vec<Accepted>)> {
    let mut answers: Vec<Option<Result<AcceptedMessage>>> = Vec::with_capacity(asked.len());
    let mut places = Vec::with_capacity(asked.len());
    let mut right = Vec::with_capacity(asked.len());
    for (n, one) in asked.iter().enumerate() {
        match check(plan, std::slice::from_ref(one), false, tx.now()) {
            Ok(mut one) => {
                answers.push(None);
                places.extend(one.iter().map(|_| n));
                right.append(&mut one);
            }
            Err(error) => answers.push(Some(Err(error))),
        }
    }
    let people = known(tx, by, &right).await?;
    let refusing = copies::refusing(tx, by, &right).await?;
    let mut lines = Vec::with_capacity(right.len());
    let mut whose = Vec::with_capacity(right.len());
    for ((n, one), person) in places.into_iter().zip(&right).zip(people) {
        // Files are kept only with their message: what is refused must leave nothing behind.
        if let Some(person) = person.filter(|_| one.files.is_empty()) {
            lines.push(line(tx, one, person, &refusing));
            whose.push(n);
        }
    }
    if lines.is_empty() {
        return Ok((answers, Vec::new()));
    }
    let (messages, accepted) = write(tx, by, plan, rules, worker, lines).await?;
    for (n, message) in whose.into_iter().zip(messages) {
        answers[n] = Some(message);
    }
    Ok((answers, accepted))
}

/// Adds the lines; answers in their order.
async fn write(
    tx: &mut Tx,
    by: &Granted<SendMessages>,
    plan: &Plan,
    rules: &Rules,
    worker: Option<Worker>,
    mut lines: Vec<Line>,
) -> Result<(Vec<Result<AcceptedMessage>>, Vec<Accepted>)> {
    let order: Vec<(MessageId, String, [u8; 32])> =
        lines.iter().map(|it| (it.id, it.key.clone(), it.hash)).collect();
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
    if accepted.len() == lines.len() {
        let answers = order
            .into_iter()
            .map(|(id, key, _)| Ok(AcceptedMessage { id, key }));
        return Ok((answers.collect(), accepted));
    }
    let known = earlier(tx, by, &order).await?;
    let answers = order.into_iter().map(|(_, key, hash)| match known.get(&key) {
        Some((id, asked)) if keys::same(asked, &hash) => Ok(AcceptedMessage { id: *id, key }),
        Some(_) => Err(Error::code(Code::IdempotencyMismatch)),
        // Neither new nor known: the version was taken down between two statements.
        None => Err(Error::wrong_state("draft")),
    });
    Ok((answers.collect(), accepted))
}

fn line(tx: &mut Tx, right: &Right, person: Person, refusing: &HashSet<String>) -> Line {
    let id: MessageId = tx.id();
    let extra = extra(right, refusing);
    Line {
        id,
        key: right.key.clone().unwrap_or_else(|| id.to_string()),
        contact: person.contact,
        address: person.address,
        attributes: right.attributes.clone(),
        metadata: right.metadata.clone(),
        send_at: right.send_at,
        due_at: right.due_at,
        expires_at: right.expires_at,
        extra: (!extra.is_empty()).then_some(extra),
        test: right.test,
        hash: right.hash,
    }
}

fn extra(right: &Right, refusing: &HashSet<String>) -> Extra {
    let mut left_out = Vec::new();
    let mut going = |copies: &[EmailAddress]| {
        let (refused, going): (Vec<_>, Vec<_>) =
            copies.iter().partition(|it| refusing.contains(it.normalised()));
        left_out.extend(refused.into_iter().map(|it| it.as_str().to_owned()));
        going.into_iter().map(|it| it.as_str().to_owned()).collect()
    };
    Extra {
        reply_to: right.reply_to.clone(),
        cc: going(&right.cc),
        bcc: going(&right.bcc),
        left_out,
        files: right.files.iter().map(|it| it.attached.clone()).collect(),
    }
}

/// Files with the time when their message is due.
fn files(right: &Right) -> impl Iterator<Item = (&File, Option<Timestamp>)> {
    right.files.iter().map(|file| (file, right.due_at))
}

/// The messages that have these keys by now, with what was asked for.
async fn earlier(
    tx: &mut Tx,
    by: &Granted<SendMessages>,
    lines: &[(MessageId, String, [u8; 32])],
) -> Result<HashMap<String, (MessageId, Vec<u8>)>> {
    let keys: Vec<String> = lines.iter().map(|(_, key, _)| key.clone()).collect();
    let rows = sqlx::query!(
        r#"select id as "id: MessageId", key, request_hash from messages where unit_id = $1 and key = any ($2)"#,
        by.unit().uuid(),
        &keys
    )
    .fetch_all(tx.conn())
    .await?;
    let known = rows.into_iter().map(|row| (row.key, (row.id, row.request_hash)));
    Ok(known.collect())
}
