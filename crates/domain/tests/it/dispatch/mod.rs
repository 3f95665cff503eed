//! The ledger: who gets what, claims, outcomes, control, and that it balances.

mod control;
mod lifecycle;
mod live;
mod throttle;
mod who_gets_what;

use domain::dispatch::{
    self, Batch, Claimed, Deferral, Outcome, OutcomeKind, Recipient, Rules, Slice, Worker,
};
use domain::testing::{Run, University};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use types::{TopicId, UnitId, campaigns::Audience};
use uuid::Uuid;

pub const WORKER: Worker = worker(1, 1);

/// The nth worker, on the nth host.
pub const fn worker(id: u128, host: u128) -> Worker {
    Worker {
        id: Uuid::from_u128(id),
        host: Uuid::from_u128(host),
        lease: SignedDuration::from_secs(60),
    }
}

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

pub async fn claim(university: &University, worker: Worker, run: Run) -> Option<Claimed> {
    dispatch::claim(&university.domain, worker, run.dispatch)
        .await
        .unwrap()
}

/// Announces the next recipients of a chunk. Panics when it is no longer this worker's.
pub async fn slice(
    university: &University,
    worker: Worker,
    claimed: Claimed,
    rules: &Rules,
    after: i64,
    most: i64,
) -> Slice {
    dispatch::slice(&university.domain, worker, claimed, rules, after, most)
        .await
        .unwrap()
        .expect("the chunk is still ours")
}

/// Writes ends, and gives the chunk back when told so. False: it was no longer this worker's.
pub async fn record(
    university: &University,
    worker: Worker,
    claimed: Claimed,
    outcomes: &[Outcome],
    back: bool,
) -> bool {
    let batch = Batch {
        outcomes: outcomes.iter().map(|it| (claimed.chunk, it.clone())).collect(),
        released: back.then_some((claimed.chunk, None)).into_iter().collect(),
        kept: vec![claimed.chunk],
        ..Batch::default()
    };
    dispatch::record(&university.domain, worker, &batch, false)
        .await
        .unwrap()
        .is_empty()
}

/// The leases of all workers end.
pub async fn lapse(university: &University) {
    sqlx::query("update dispatch_chunks set leased_until = clock_timestamp() - interval '1 second' where state = 'leased'")
        .execute(university.domain.pool())
        .await
        .unwrap();
}

pub async fn settle(university: &University) {
    dispatch::settle(&university.domain, WORKER.host).await.unwrap();
}

pub fn rules(unit: UnitId, classification: &str, topics: Option<&[TopicId]>) -> Rules {
    Rules {
        triggered: false,
        unit: unit.uuid(),
        classification: classification.to_owned(),
        topics: topics.map(|topics| topics.iter().map(|it| it.uuid()).collect()),
    }
}

pub fn ended(recipient: &Recipient, kind: OutcomeKind, rule: &str, at: Timestamp) -> Outcome {
    Outcome {
        seq: recipient.seq,
        kind,
        rule: rule.to_owned(),
        reply_code: None,
        reply: String::new(),
        attempts: i16::try_from(recipient.attempts + 1).unwrap(),
        at,
        bad_address: rule == "hard_bounce",
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
    run: Run,
    mut answer: impl FnMut(&Recipient) -> Result<Outcome, Deferral>,
) -> Vec<i64> {
    let mut handed = Vec::new();
    while let Some(claimed) = claim(university, WORKER, run).await {
        let slice = slice(university, WORKER, claimed, rules, 0, i64::MAX).await;
        let mut batch = Batch {
            released: vec![(claimed.chunk, None)],
            ..Batch::default()
        };
        for (seq, attempts, rule) in slice.held {
            let kind = rules.end_of_held(&rule);
            let outcome = Outcome {
                seq,
                kind,
                rule,
                reply_code: None,
                reply: String::new(),
                attempts,
                at: university.domain.now(),
                bad_address: false,
            };
            batch.outcomes.push((claimed.chunk, outcome));
        }
        for recipient in &slice.people {
            handed.push(recipient.seq);
            match answer(recipient) {
                Ok(outcome) => batch.outcomes.push((claimed.chunk, outcome)),
                Err(deferral) => batch.deferrals.push((claimed.chunk, deferral)),
            }
        }
        let lost = dispatch::record(&university.domain, WORKER, &batch, false)
            .await
            .unwrap();
        assert!(lost.is_empty());
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
