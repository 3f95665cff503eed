//! The ledger: who gets what, claims, outcomes, control, and that it balances.

mod control;
mod lifecycle;
mod who_gets_what;

use domain::dispatch::{self, Chunk, Deferral, Lane, Outcome, OutcomeKind, Recipient, Rules, Window};
use domain::testing::{Run, University};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use types::{TopicId, UnitId, campaigns::Audience};
use uuid::Uuid;

pub const LEASE: SignedDuration = SignedDuration::from_secs(60);
pub const WORKER: Uuid = Uuid::from_u128(1);

pub fn to(topic: TopicId) -> Audience {
    Audience {
        include_topics: vec![topic],
        ..Audience::default()
    }
}

pub fn addresses(n: usize) -> Vec<String> {
    (0..n).map(|n| format!("p{n}@mail.test")).collect()
}

/// Outcomes of a dispatch by `outcome/rule`.
pub async fn outcomes(university: &University, run: Run) -> BTreeMap<String, i64> {
    let sql = "select outcome || case rule when '' then '' else '/' || rule end, count(*) from outcomes where dispatch_id = $1 group by 1";
    sqlx::query_as::<_, (String, i64)>(sql)
        .bind(run.dispatch.uuid())
        .fetch_all(university.domain.pool())
        .await
        .unwrap()
        .into_iter()
        .collect()
}

/// State, stopped reason, and the counters: audience, sent, failed, suppressed, cancelled, ambiguous.
pub async fn dispatch_row(university: &University, run: Run) -> (String, Option<String>, [i64; 6]) {
    let sql = "select state, stopped_reason, array[audience, sent, failed, suppressed, cancelled, ambiguous] from dispatches where id = $1";
    let (state, reason, counts): (String, Option<String>, Vec<i64>) = sqlx::query_as(sql)
        .bind(run.dispatch.uuid())
        .fetch_one(university.domain.pool())
        .await
        .unwrap();
    (state, reason, counts.try_into().unwrap())
}

pub async fn claim(university: &University, worker: Uuid, lane: Lane) -> Option<Chunk> {
    dispatch::claim(&university.domain, worker, lane, LEASE)
        .await
        .unwrap()
}

pub fn rules(unit: UnitId, classification: &str, topics: Option<&[TopicId]>) -> Rules {
    Rules {
        unit: unit.uuid(),
        classification: classification.to_owned(),
        topics: topics.map(|topics| topics.iter().map(|it| it.uuid()).collect()),
    }
}

pub fn ended(recipient: &Recipient, kind: OutcomeKind, rule: &str, at: Timestamp) -> Outcome {
    let bad = (rule == "hard_bounce").then(|| (recipient.contact, recipient.address.clone()));
    Outcome {
        seq: recipient.seq,
        kind,
        rule: rule.to_owned(),
        reply_code: None,
        reply: String::new(),
        attempts: i16::try_from(recipient.attempts + 1).unwrap(),
        at,
        bad_address: bad,
    }
}

pub fn deferred(recipient: &Recipient, now: Timestamp) -> Deferral {
    Deferral {
        seq: recipient.seq,
        attempts: i16::try_from(recipient.attempts + 1).unwrap(),
        next_at: now + SignedDuration::from_mins(1),
        reply_code: Some(451),
        reply: "4.2.1 later".to_owned(),
        first_at: recipient.first_attempt.unwrap_or(now),
    }
}

/// A worker that sends everything it can claim; `answer` says what the relay says. Returns the seqs "handed over".
pub async fn work(
    university: &University,
    rules: &Rules,
    lane: Lane,
    mut answer: impl FnMut(&Recipient) -> Result<Outcome, Deferral>,
) -> Vec<i64> {
    let mut handed = Vec::new();
    while let Some(chunk) = claim(university, WORKER, lane).await {
        let people = dispatch::recipients(&university.domain, chunk).await.unwrap();
        let go = dispatch::record(&university.domain, WORKER, chunk, LEASE, rules, &[], &[], &people)
            .await
            .unwrap();
        let Window::Go(allowed) = go else { panic!("{go:?}") };
        let (mut outcomes, mut deferrals) = (Vec::new(), Vec::new());
        for recipient in people.iter().filter(|it| allowed.contains(&it.seq)) {
            handed.push(recipient.seq);
            match answer(recipient) {
                Ok(outcome) => outcomes.push(outcome),
                Err(deferral) => deferrals.push(deferral),
            }
        }
        dispatch::record(
            &university.domain,
            WORKER,
            chunk,
            LEASE,
            rules,
            &outcomes,
            &deferrals,
            &[],
        )
        .await
        .unwrap();
        dispatch::release(&university.domain, WORKER, chunk, None)
            .await
            .unwrap();
    }
    handed
}

/// Law 1: every recipient has exactly one outcome, and the counters say the same.
pub async fn balances(university: &University, run: Run) {
    let (lines, ends): (i64, i64) = sqlx::query_as(
        "select (select count(*) from deliveries where dispatch_id = $1), (select count(*) from outcomes where dispatch_id = $1)",
    )
    .bind(run.dispatch.uuid())
    .fetch_one(university.domain.pool())
    .await
    .unwrap();
    let (_, _, [audience, rest @ ..]) = dispatch_row(university, run).await;
    assert_eq!((audience, audience), (lines, ends));
    assert_eq!(audience, rest.iter().sum::<i64>());
}
