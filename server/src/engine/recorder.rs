//! The one task of a lane that writes: outcomes in batches of 100 ms or 4,096, leases, chunks given back.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::dispatch::{self, Batch, Chunk};
use jiff::SignedDuration;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::Engine;
use super::journal::Key;
use super::lane::{Note, Slot};
use super::limits::Limits;
use super::prepared::Prepared;

/// Outcomes are written at least this often, so that progress is seen.
const FLUSH: Duration = Duration::from_millis(100);
const MOST: usize = 4_096;
/// Between attempts when the database is away.
const TROUBLE: Duration = Duration::from_millis(500);

/// Chunks in hand and what is not written yet.
#[derive(Default)]
struct Book {
    slots: HashMap<Chunk, Arc<Slot>>,
    batch: Batch,
    /// Ends in the batch, by chunk: of how many people, and their places in the journal.
    ends: HashMap<Chunk, usize>,
    keys: Vec<Key>,
    /// People who did not go after all, by chunk.
    backs: HashMap<Chunk, (Arc<Prepared>, usize)>,
}

/// Runs until it is told to stop, and writes what it was told before.
pub(super) async fn run(engine: Arc<Engine>, mut notes: mpsc::Receiver<Note>) {
    let mut book = Book::default();
    let mut renewed = Instant::now();
    loop {
        let renewal = renewed + engine.settings.lease / 4;
        let first = tokio::select! {
            note = notes.recv() => note,
            () = tokio::time::sleep_until(renewal), if !book.slots.is_empty() => {
                book.flush(&engine).await;
                renewed = Instant::now();
                continue;
            }
        };
        let Some(first) = first else { break };
        let mut ended = matches!(first, Note::Stop);
        book.enter(first);
        let until = Instant::now() + FLUSH;
        while book.batch.outcomes.len() + book.batch.deferrals.len() < MOST && !ended {
            tokio::select! {
                biased;
                note = notes.recv() => match note {
                    Some(Note::Stop) | None => ended = true,
                    Some(note) => book.enter(note),
                },
                () = tokio::time::sleep_until(until) => break,
            }
        }
        book.flush(&engine).await;
        renewed = Instant::now();
        if ended {
            break;
        }
    }
}

impl Book {
    fn enter(&mut self, note: Note) {
        match note {
            Note::Open(slot) => {
                self.slots.insert(slot.claimed.chunk, slot);
            }
            Note::End(slot, outcome) => {
                self.keys.push(slot.key(outcome.seq));
                *self.ends.entry(slot.claimed.chunk).or_default() += 1;
                self.batch.outcomes.push((slot.claimed.chunk, outcome));
            }
            Note::Later(slot, deferral) => {
                self.keys.push(slot.key(deferral.seq));
                *self.ends.entry(slot.claimed.chunk).or_default() += 1;
                self.batch.deferrals.push((slot.claimed.chunk, deferral));
            }
            Note::Back(slot) => {
                *self.ends.entry(slot.claimed.chunk).or_default() += 1;
                let back = self.backs.entry(slot.claimed.chunk);
                back.or_insert_with(|| (Arc::clone(&slot.prepared), 0)).1 += 1;
            }
            Note::Exhausted(slot) => slot.exhaust(),
            Note::Stop => {}
        }
    }

    /// Writes until it is written: the database may be away for long, the process remembers. Only what was taken over by
    /// somebody else in the meantime is dropped.
    async fn flush(&mut self, engine: &Engine) {
        let now = engine.domain.now();
        for (chunk, slot) in &self.slots {
            let ends = self.ends.get(chunk).copied().unwrap_or(0);
            if slot.is_exhausted() && slot.is_out() == ends {
                let pause = slot.pause.lock().ok().and_then(|it| *it);
                let later = pause
                    .and_then(|it| SignedDuration::try_from(it).ok())
                    .map(|it| now + it);
                self.batch.released.push((*chunk, later));
            } else {
                self.batch.kept.push(*chunk);
            }
        }
        if self.batch.is_empty() {
            return;
        }
        let mut again = false;
        let (lost, asked) = loop {
            let asked = engine.millis();
            let begun = Instant::now();
            match dispatch::record(&engine.domain, engine.worker, &self.batch, again).await {
                Ok(lost) => {
                    metrics::histogram!("campanile_record_seconds").record(begun.elapsed());
                    break (lost, asked);
                }
                Err(error) => {
                    let _ = types::ApiError::from(error);
                    again = true;
                    tokio::time::sleep(TROUBLE).await;
                }
            }
        };
        self.written(engine, &lost, asked);
        for (prepared, people) in std::mem::take(&mut self.backs).into_values() {
            Limits::give_back(engine, &prepared, people).await;
        }
        engine.sync_journal().await;
    }

    fn written(&mut self, engine: &Engine, lost: &std::collections::HashSet<Chunk>, asked: u64) {
        for (chunk, ends) in self.ends.drain() {
            if let Some(slot) = self.slots.get(&chunk) {
                slot.written(ends);
            }
        }
        engine.journal.settled(self.keys.drain(..));
        for (chunk, _) in &self.batch.released {
            engine.in_hand().remove(chunk);
            if let Some(slot) = self.slots.remove(chunk) {
                engine.journal.unbind(slot.number);
            }
        }
        for chunk in lost {
            engine.in_hand().remove(chunk);
            if let Some(slot) = self.slots.remove(chunk) {
                tracing::warn!(dispatch = %chunk.dispatch, chunk = chunk.chunk, "a lease ended before it was renewed: another worker has the chunk");
                slot.lose();
                engine.journal.unbind(slot.number);
            }
        }
        let until = engine.lease_until(asked);
        for slot in self.slots.values() {
            slot.renew(until);
        }
        self.batch = Batch::default();
    }
}
