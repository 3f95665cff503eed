//! Settling what dead workers of this machine had in hand, by their journals.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use domain::dispatch::{self, Deferral, Lane, Orphan, Outcome, OutcomeKind};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::Engine;
use super::feeder::signed;
use super::journal::{self, End, Found, Taken};

/// When what a dead worker's relay had put off is tried again: its reply was not kept.
const AGAIN: SignedDuration = SignedDuration::from_secs(60);

/// At the start: whose journal is free is dead, whether its lease ended or not.
pub(super) async fn at_start(engine: &Engine) {
    match journal::all(&engine.directory) {
        Ok(workers) => {
            for worker in workers.into_iter().filter(|it| *it != engine.worker.id) {
                one(engine, worker).await;
            }
        }
        Err(error) => engine.journal_trouble(&error),
    }
}

/// Now and then: workers of this machine whose lease ended.
pub(super) async fn run(engine: Arc<Engine>) {
    while !engine.stop.is_cancelled() {
        engine
            .wait((engine.settings.lease / 4).max(Duration::from_millis(250)))
            .await;
        let lease = signed(engine.settings.lease);
        match dispatch::end_stalled(&engine.domain, lease).await {
            Ok(0) => {}
            Ok(sessions) => tracing::warn!(
                sessions,
                "a worker stopped in the middle of writing outcomes; its session was ended"
            ),
            Err(error) => {
                let _ = types::ApiError::from(error);
            }
        }
        match dispatch::lapsed(&engine.domain, engine.worker.host).await {
            Ok(workers) => {
                for worker in workers {
                    if worker == engine.worker.id {
                        forgotten(&engine).await;
                    } else {
                        one(&engine, worker).await;
                    }
                }
            }
            Err(error) => {
                let _ = types::ApiError::from(error);
            }
        }
    }
}

/// Our own: claimed by a statement that was committed but whose answer never came. Nobody here knows of it, so nobody of it was
/// handed over, and nobody else would take it from a worker that lives.
async fn forgotten(engine: &Engine) {
    let given_back = async {
        for chunk in dispatch::overdue(&engine.domain, engine.worker.id).await? {
            let known = engine.in_hand().contains(&chunk);
            if !known && dispatch::recover(&engine.domain, engine.worker.id, chunk, &[], &[]).await? {
                tracing::warn!(dispatch = %chunk.dispatch, chunk = chunk.chunk, "a claim was committed and its answer lost; given back");
            }
        }
        Ok(())
    };
    if let Err(error) = given_back.await {
        let error: domain::Error = error;
        let _ = types::ApiError::from(error);
    }
}

async fn one(engine: &Engine, worker: Uuid) {
    let taken = take(&engine.directory, worker).await;
    let done = match taken {
        Ok(Taken::Held) => return,
        Ok(Taken::Gone) => dispatch::forget_journal(&engine.domain, worker).await,
        Ok(Taken::Found(found)) => settle(engine, found).await,
        Err(error) => {
            engine.journal_trouble(&error);
            return;
        }
    };
    if let Err(error) = done {
        let _ = types::ApiError::from(error);
    }
}

async fn take(directory: &Path, worker: Uuid) -> std::io::Result<Taken> {
    let directory = directory.to_owned();
    let taken = tokio::task::spawn_blocking(move || journal::take(&directory, worker)).await;
    taken.map_err(std::io::Error::other)?
}

async fn settle(engine: &Engine, found: Found) -> domain::Result<()> {
    let now = engine.domain.now();
    let orphans = dispatch::orphans(&engine.domain, found.worker).await?;
    let (mut sent, mut ambiguous) = (0, 0);
    for orphan in orphans {
        let ends = found.chunks.get(&orphan.chunk).map_or(&[][..], Vec::as_slice);
        let (outcomes, deferrals) = read(orphan, ends, now);
        sent += outcomes.iter().filter(|it| it.kind == OutcomeKind::Sent).count();
        ambiguous += outcomes
            .iter()
            .filter(|it| it.kind == OutcomeKind::Ambiguous)
            .count();
        dispatch::recover(&engine.domain, found.worker, orphan.chunk, &outcomes, &deferrals).await?;
    }
    tracing::warn!(worker = %found.worker, sent, ambiguous, "a worker had died; what it had in hand is settled by its journal");
    dispatch::strike_off(&engine.domain, found.worker).await?;
    found.done();
    Ok(())
}

/// What the journal says about the recipients of a chunk. Of whom it says nothing, nothing was handed over.
fn read(orphan: Orphan, ends: &[(u32, End)], now: Timestamp) -> (Vec<Outcome>, Vec<Deferral>) {
    let (mut outcomes, mut deferrals) = (Vec::new(), Vec::new());
    for (offset, end) in ends {
        let seq = orphan.first_seq + i64::from(*offset);
        let (kind, rule, code) = match *end {
            End::Sent(code) => (OutcomeKind::Sent, "", Some(code)),
            End::Refused(code) => (OutcomeKind::Failed, "reply_5xx", Some(code)),
            End::BadAddress(code) => (OutcomeKind::Failed, "hard_bounce", Some(code)),
            End::NotSent => continue,
            End::Deferred(code) => {
                deferrals.push(Deferral {
                    seq,
                    attempts: 1,
                    next_at: now + AGAIN,
                    reply_code: i16::try_from(code).ok(),
                    reply: String::new(),
                    first_at: now,
                });
                continue;
            }
            // Somebody waits for an answer: again, with the same Message-ID (law 1).
            End::Unknown | End::Ambiguous if orphan.lane == Lane::Transactional => continue,
            End::Unknown => (OutcomeKind::Ambiguous, "worker_lost", None),
            End::Ambiguous => (OutcomeKind::Ambiguous, "connection_lost", None),
        };
        outcomes.push(Outcome {
            seq,
            kind,
            rule: rule.to_owned(),
            reply_code: code.and_then(|code| i16::try_from(code).ok()),
            reply: String::new(),
            attempts: 1,
            at: now,
            bad_address: matches!(end, End::BadAddress(_)),
        });
    }
    (outcomes, deferrals)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::dispatch::Chunk;
    use types::DispatchId;

    #[test]
    fn only_what_nobody_can_know_is_ambiguous() {
        let ends = [
            (0, End::Sent(250)),
            (1, End::Unknown),
            (2, End::Deferred(451)),
            (3, End::BadAddress(550)),
            (4, End::NotSent),
        ];
        for (lane, ambiguous) in [(Lane::Marketing, 1), (Lane::Transactional, 0)] {
            let orphan = Orphan {
                chunk: Chunk {
                    dispatch: DispatchId(Uuid::nil()),
                    chunk: 0,
                },
                first_seq: 101,
                lane,
            };
            let (outcomes, deferrals) = read(orphan, &ends, Timestamp::UNIX_EPOCH);
            let of = |kind| outcomes.iter().filter(|it| it.kind == kind).count();
            assert_eq!(
                (
                    of(OutcomeKind::Sent),
                    of(OutcomeKind::Failed),
                    of(OutcomeKind::Ambiguous)
                ),
                (1, 1, ambiguous)
            );
            assert_eq!((deferrals.len(), deferrals[0].seq), (1, 103));
        }
    }
}
