//! Outcomes in batches, with the chunk's counters, and what is handed over next, in one transaction.

use super::claim::{Chunk, Recipient};
use crate::{Domain, Result, Tx, ts};
use jiff::{SignedDuration, Timestamp};
use std::collections::HashSet;
use types::ContactId;
use uuid::Uuid;

/// How a delivery ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OutcomeKind {
    /// The relay took it.
    Sent,
    /// It will not be delivered.
    Failed,
    /// A rule held it back.
    Suppressed,
    /// Nobody can know.
    Ambiguous,
}

impl OutcomeKind {
    /// As in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Suppressed => "suppressed",
            Self::Ambiguous => "ambiguous",
        }
    }
}

/// The end of one delivery.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Number in the dispatch.
    pub seq: i64,
    /// How it ended.
    pub kind: OutcomeKind,
    /// Why, as a code: `reply_5xx`, `hard_bounce`, `retries_exhausted`, `render_error`, …
    pub rule: String,
    /// The relay's reply.
    pub reply_code: Option<i16>,
    /// Its text.
    pub reply: String,
    /// Attempts made, this one included.
    pub attempts: i16,
    /// When.
    pub at: Timestamp,
    /// The address itself is bad: suppress it in the whole installation.
    pub bad_address: Option<(ContactId, String)>,
}

/// A delivery that is tried again later.
#[derive(Clone, Debug)]
pub struct Deferral {
    /// Number in the dispatch.
    pub seq: i64,
    /// Attempts made, this one included.
    pub attempts: i16,
    /// Not before.
    pub next_at: Timestamp,
    /// The relay's reply.
    pub reply_code: Option<i16>,
    /// Its text.
    pub reply: String,
    /// When the first attempt was made.
    pub first_at: Timestamp,
}

/// Answer to [`record`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Window {
    /// Recorded; these of the announced recipients may be handed over now. The others are held back by a rule that came
    /// true since the audience was fixed, and have their outcome already.
    Go(HashSet<i64>),
    /// Recorded; but the dispatch was paused or cancelled, or lost its seal: hand over nothing.
    Halt,
    /// The lease is lost: nothing was recorded, somebody else has the chunk. Stop.
    Lost,
}

/// What the last look before the hand-off needs to know of the dispatch.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Whose campaign.
    pub unit: Uuid,
    /// Which rules hold.
    pub classification: String,
    /// Being subscribed to one of these counts; none: any of the unit's.
    pub topics: Option<Vec<Uuid>>,
}

/// Writes outcomes and deferrals, and announces who is handed over next.
///
/// The announced are looked at once more: a master unsubscribe, a complaint or an erasure since the expansion holds them
/// back now (law 5). They stand in the chunk's `in_flight` until the call that brings their outcomes.
///
/// # Errors
/// When the database cannot be asked: nothing was recorded then, and the same call can be made again.
#[expect(
    clippy::too_many_arguments,
    reason = "all of it in one transaction, or nothing"
)]
pub async fn record(
    domain: &Domain,
    worker: Uuid,
    chunk: Chunk,
    lease: SignedDuration,
    rules: &Rules,
    outcomes: &[Outcome],
    deferrals: &[Deferral],
    next: &[Recipient],
) -> Result<Window> {
    let mut tx = domain.begin().await?;
    let Some(state) = sqlx::query_scalar!(
        "select d.state from dispatch_chunks c join dispatches d on d.id = c.dispatch_id
         where c.dispatch_id = $1 and c.chunk = $2 and c.leased_by = $3 and c.state = 'leased' for update of c",
        chunk.dispatch.uuid(),
        chunk.chunk,
        worker
    )
    .fetch_optional(tx.conn())
    .await?
    else {
        return Ok(Window::Lost);
    };
    let go = state == "sending" && !next.is_empty();
    let held = if go {
        recheck(&mut tx, rules, next).await?
    } else {
        Vec::new()
    };
    let allowed: HashSet<i64> = match go {
        true => next
            .iter()
            .map(|it| it.seq)
            .filter(|seq| !held.iter().any(|(at, _)| at == seq))
            .collect(),
        false => HashSet::new(),
    };
    write_outcomes(&mut tx, chunk, outcomes).await?;
    // What a person is owed and cannot be delivered has failed; everything else is held back (product.md's table).
    let fails = |rule: &str| rules.classification == "transactional" && rule == "hard_bounce";
    write_held(&mut tx, chunk, &held, fails).await?;
    write_deferrals(&mut tx, chunk, deferrals).await?;
    suppress_bad_addresses(&mut tx, outcomes).await?;
    let held_failed = i64::try_from(held.iter().filter(|(_, rule)| fails(rule)).count()).unwrap_or(0);
    let held_back = i64::try_from(held.len()).unwrap_or(0) - held_failed;
    let count = |kind| i64::try_from(outcomes.iter().filter(|it| it.kind == kind).count()).unwrap_or(0);
    let in_flight: Vec<i64> = next
        .iter()
        .map(|it| it.seq)
        .filter(|seq| allowed.contains(seq))
        .collect();
    let until = tx.now() + lease;
    sqlx::query!(
        "update dispatch_chunks set in_flight = $3, leased_until = $4, sent = sent + $5, failed = failed + $6,
             suppressed = suppressed + $7, ambiguous = ambiguous + $8
         where dispatch_id = $1 and chunk = $2",
        chunk.dispatch.uuid(),
        chunk.chunk,
        &in_flight,
        ts(until) as _,
        count(OutcomeKind::Sent),
        count(OutcomeKind::Failed) + held_failed,
        count(OutcomeKind::Suppressed) + held_back,
        count(OutcomeKind::Ambiguous),
    )
    .execute(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(if state == "sending" {
        Window::Go(allowed)
    } else {
        Window::Halt
    })
}

async fn recheck(tx: &mut Tx, rules: &Rules, next: &[Recipient]) -> Result<Vec<(i64, String)>> {
    let contacts: Vec<Uuid> = next.iter().map(|it| it.contact.uuid()).collect();
    let addresses: Vec<String> = next.iter().map(|it| it.address.clone()).collect();
    let rows = sqlx::query!(
        r#"select contact_id as "contact!", rule as "rule!" from mailing_recheck($1, $2, $3, $4, $5) where rule is not null"#,
        rules.unit,
        rules.classification,
        rules.topics.as_deref() as Option<&[Uuid]>,
        &contacts,
        &addresses
    )
    .fetch_all(tx.conn())
    .await?;
    let seq_of = |contact: Uuid| {
        next.iter()
            .find(|it| it.contact.uuid() == contact)
            .map(|it| it.seq)
    };
    Ok(rows
        .into_iter()
        .filter_map(|row| Some((seq_of(row.contact)?, row.rule)))
        .collect())
}

async fn write_outcomes(tx: &mut Tx, chunk: Chunk, outcomes: &[Outcome]) -> Result<()> {
    if outcomes.is_empty() {
        return Ok(());
    }
    let seqs: Vec<i64> = outcomes.iter().map(|it| it.seq).collect();
    let kinds: Vec<String> = outcomes.iter().map(|it| it.kind.as_str().to_owned()).collect();
    let rules: Vec<String> = outcomes.iter().map(|it| it.rule.clone()).collect();
    let codes: Vec<Option<i16>> = outcomes.iter().map(|it| it.reply_code).collect();
    let replies: Vec<String> = outcomes.iter().map(|it| it.reply.clone()).collect();
    let attempts: Vec<i16> = outcomes.iter().map(|it| it.attempts).collect();
    let times: Vec<jiff_sqlx::Timestamp> = outcomes.iter().map(|it| ts(it.at)).collect();
    sqlx::query!(
        "insert into outcomes (dispatch_id, seq, outcome, rule, reply_code, reply, attempts, at)
         select $1, * from unnest($2::bigint[], $3::text[], $4::text[], $5::smallint[], $6::text[], $7::smallint[], $8::timestamptz[])",
        chunk.dispatch.uuid(),
        &seqs,
        &kinds,
        &rules,
        &codes as &[Option<i16>],
        &replies,
        &attempts,
        &times as &[jiff_sqlx::Timestamp],
    )
    .execute(tx.conn())
    .await?;
    sqlx::query!(
        "delete from deferrals where dispatch_id = $1 and seq = any ($2)",
        chunk.dispatch.uuid(),
        &seqs
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

async fn write_held(
    tx: &mut Tx,
    chunk: Chunk,
    held: &[(i64, String)],
    fails: impl Fn(&str) -> bool,
) -> Result<()> {
    if held.is_empty() {
        return Ok(());
    }
    let seqs: Vec<i64> = held.iter().map(|(seq, _)| *seq).collect();
    let rules: Vec<String> = held.iter().map(|(_, rule)| rule.clone()).collect();
    let failed: Vec<bool> = held.iter().map(|(_, rule)| fails(rule)).collect();
    sqlx::query!(
        "with gone as (delete from deferrals where dispatch_id = $1 and seq = any ($2) returning seq, attempts)
         insert into outcomes (dispatch_id, seq, outcome, rule, attempts, at)
         select $1, h.seq, case when h.failed then 'failed' else 'suppressed' end, h.rule, coalesce(gone.attempts, 0), $4
         from unnest($2::bigint[], $3::text[], $5::boolean[]) as h (seq, rule, failed) left join gone on gone.seq = h.seq",
        chunk.dispatch.uuid(),
        &seqs,
        &rules,
        tx.now_sql() as _,
        &failed
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

async fn write_deferrals(tx: &mut Tx, chunk: Chunk, deferrals: &[Deferral]) -> Result<()> {
    if deferrals.is_empty() {
        return Ok(());
    }
    let seqs: Vec<i64> = deferrals.iter().map(|it| it.seq).collect();
    let attempts: Vec<i16> = deferrals.iter().map(|it| it.attempts).collect();
    let nexts: Vec<jiff_sqlx::Timestamp> = deferrals.iter().map(|it| ts(it.next_at)).collect();
    let codes: Vec<Option<i16>> = deferrals.iter().map(|it| it.reply_code).collect();
    let replies: Vec<String> = deferrals.iter().map(|it| it.reply.clone()).collect();
    let firsts: Vec<jiff_sqlx::Timestamp> = deferrals.iter().map(|it| ts(it.first_at)).collect();
    sqlx::query!(
        "insert into deferrals (dispatch_id, seq, attempts, next_at, reply_code, reply, first_at, at)
         select $1, f.seq, f.attempts, f.next_at, f.code, f.reply, f.first_at, $8
         from unnest($2::bigint[], $3::smallint[], $4::timestamptz[], $5::smallint[], $6::text[], $7::timestamptz[])
             as f (seq, attempts, next_at, code, reply, first_at)
         on conflict (dispatch_id, seq) do update
         set attempts = excluded.attempts, next_at = excluded.next_at, reply_code = excluded.reply_code, reply = excluded.reply, at = excluded.at",
        chunk.dispatch.uuid(),
        &seqs,
        &attempts,
        &nexts as &[jiff_sqlx::Timestamp],
        &codes as &[Option<i16>],
        &replies,
        &firsts as &[jiff_sqlx::Timestamp],
        tx.now_sql() as _
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A refusal that says the address is bad closes it for everybody: the golden record and the installation's list.
async fn suppress_bad_addresses(tx: &mut Tx, outcomes: &[Outcome]) -> Result<()> {
    let bad: Vec<(&ContactId, &String, &str)> = outcomes
        .iter()
        .filter_map(|it| {
            it.bad_address
                .as_ref()
                .map(|(contact, address)| (contact, address, it.reply.as_str()))
        })
        .collect();
    if bad.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = bad.iter().map(|_| tx.uuid()).collect();
    let contacts: Vec<Uuid> = bad.iter().map(|(contact, ..)| contact.uuid()).collect();
    let addresses: Vec<String> = bad.iter().map(|(_, address, _)| (*address).clone()).collect();
    let replies: Vec<String> = bad.iter().map(|(.., reply)| (*reply).to_owned()).collect();
    sqlx::query!(
        "with bounced as (
             update identities i set bounced_at = coalesce(i.bounced_at, $5)
             from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) as b (id, contact_id, address, reply)
             where i.contact_id = b.contact_id and i.kind = 'email' and i.value = b.address
             returning b.id, i.normalised, b.reply)
         insert into suppressions (id, normalised, reason, source, detail, created_at)
         select id, normalised, 'undeliverable', 'smtp', reply, $5 from bounced
         on conflict do nothing",
        &ids,
        &contacts,
        &addresses,
        &replies,
        tx.now_sql() as _
    )
    .execute(tx.conn())
    .await?;
    Ok(())
}
