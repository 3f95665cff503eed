//! The task of a lane that claims chunks and fills the queue: in turn from every dispatch that is being sent, so that a large one
//! does not keep a small one waiting.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use domain::dispatch::{self, Outcome};
use jiff::SignedDuration;
use tokio::time::Instant;
use types::DispatchId;

use super::Engine;
use super::lane::{Item, Lane, Note, Slot};
use super::limits::Limits;
use super::prepared::Unusable;

/// Between looks when nothing is due.
const PAUSE: Duration = Duration::from_millis(300);
/// After a database error.
const TROUBLE: Duration = Duration::from_secs(1);
/// While a limit is used up.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// Chunks that a lane hands out of at a time.
const OPEN: usize = 16;
/// Recipients read at a time, at most.
const SLICE: usize = 500;

/// A chunk being handed out.
struct Open {
    slot: Arc<Slot>,
    reached: i64,
    /// Not before: its limit is used up.
    not_before: Instant,
}

struct Feeder {
    engine: Arc<Engine>,
    lane: Arc<Lane>,
    open: VecDeque<Open>,
    /// Dispatches that had nothing due, and when to look again.
    nothing: HashMap<DispatchId, Instant>,
    turn: usize,
    /// When those who wait for limits were looked through.
    looked: Instant,
    /// Handed over at the last look, to know how much is wanted.
    pace: Pace,
}

/// Runs until the process stops, or everything open was handed out.
pub(super) async fn run(engine: Arc<Engine>, lane: Arc<Lane>) {
    let mut feeder = Feeder {
        pace: Pace::new(&lane),
        engine,
        lane,
        open: VecDeque::new(),
        nothing: HashMap::new(),
        turn: 0,
        looked: Instant::now(),
    };
    while !feeder.engine.stop.is_cancelled() {
        if let Err(error) = feeder.step().await {
            let _ = types::ApiError::from(error);
            feeder.engine.wait(TROUBLE).await;
        }
    }
    for open in feeder.open.drain(..) {
        feeder.lane.tell(Note::Exhausted(open.slot)).await;
    }
}

impl Feeder {
    async fn step(&mut self) -> domain::Result<()> {
        self.close_halted().await;
        let wanted = self.pace.wanted(&self.lane);
        if self.lane.len() >= wanted {
            tokio::select! {
                () = self.engine.stop.cancelled() => {}
                () = self.lane.drained() => {}
                () = tokio::time::sleep(PAUSE) => {}
            }
            return Ok(());
        }
        self.claim().await?;
        let now = Instant::now();
        let Some(at) = self.open.iter().position(|it| it.not_before <= now) else {
            self.idle().await;
            return Ok(());
        };
        let Some(open) = self.open.remove(at) else {
            return Ok(());
        };
        self.hand_out(open, wanted).await
    }

    /// Nothing can be handed out: until the board changes, a limit lets go, or it is time to look again.
    async fn idle(&self) {
        let until = self.open.iter().map(|it| it.not_before).min();
        let pause = Instant::now() + PAUSE;
        let until = until.map_or(pause, |it| it.min(pause));
        tokio::select! {
            () = self.engine.stop.cancelled() => {}
            () = self.engine.board.changed() => {}
            () = tokio::time::sleep_until(until) => {}
        }
    }

    /// Chunks of what was paused or cancelled, or lost to another worker, are not handed out of any more.
    async fn close_halted(&mut self) {
        if self.looked.elapsed() > PAUSE / 2 {
            self.looked = Instant::now();
            let board = &self.engine.board;
            self.lane
                .release_if(|item| item.slot.is_lost() || !board.may_send(item.slot.claimed.chunk.dispatch));
        }
        for _ in 0..self.open.len() {
            let Some(open) = self.open.pop_front() else { break };
            let dispatch = open.slot.claimed.chunk.dispatch;
            if open.slot.is_lost() || !self.engine.board.may_send(dispatch) {
                self.lane.tell(Note::Exhausted(open.slot)).await;
            } else {
                self.open.push_back(open);
            }
        }
    }

    /// One chunk of each dispatch that has none open.
    async fn claim(&mut self) -> domain::Result<()> {
        let sending = self.engine.board.sending_in(self.lane.kind);
        self.nothing
            .retain(|id, until| sending.contains(id) && *until > Instant::now());
        let count = sending.len();
        for n in 0..count {
            if self.open.len() >= OPEN {
                break;
            }
            let dispatch = sending[(self.turn + n) % count];
            let has = self
                .open
                .iter()
                .any(|it| it.slot.claimed.chunk.dispatch == dispatch);
            if has || self.nothing.contains_key(&dispatch) {
                continue;
            }
            self.claim_of(dispatch).await?;
        }
        self.turn = self.turn.wrapping_add(1);
        Ok(())
    }

    async fn claim_of(&mut self, dispatch: DispatchId) -> domain::Result<()> {
        let engine = &self.engine;
        let prepared = match engine.prepared.get(engine, dispatch).await {
            Ok(prepared) => prepared,
            Err(Unusable::Database(error)) => return Err(error),
            Err(error @ Unusable::Message(_)) => {
                tracing::error!(%dispatch, %error, "a dispatch cannot be sent");
                self.nothing
                    .insert(dispatch, Instant::now() + Duration::from_mins(1));
                return dispatch::note_trouble(&engine.domain, dispatch, Some("message_unusable")).await;
            }
        };
        let asked = engine.millis();
        let Some(claimed) = dispatch::claim(&engine.domain, engine.worker, dispatch).await? else {
            self.nothing.insert(dispatch, Instant::now() + PAUSE);
            return Ok(());
        };
        let number = match engine.journal.bind(claimed.chunk) {
            Ok(number) => number,
            Err(error) => {
                engine.journal_trouble(&error);
                // Given back by the recorder, as an empty slot; nobody of it is handed out.
                let slot = engine.slot(u32::MAX, claimed, prepared, asked);
                self.lane.tell(Note::Open(Arc::clone(&slot))).await;
                self.lane.tell(Note::Exhausted(slot)).await;
                engine.wait(TROUBLE).await;
                return Ok(());
            }
        };
        let slot = engine.slot(number, claimed, prepared, asked);
        self.lane.tell(Note::Open(Arc::clone(&slot))).await;
        self.open.push_back(Open {
            reached: slot.claimed.first_seq - 1,
            slot,
            not_before: Instant::now(),
        });
        Ok(())
    }

    /// The next slice of a chunk: as many as its limits allow.
    async fn hand_out(&mut self, mut open: Open, wanted: usize) -> domain::Result<()> {
        let engine = Arc::clone(&self.engine);
        let prepared = Arc::clone(&open.slot.prepared);
        // Not more than the chunk has: what a limit grants and nobody uses is gone, of a warm-up for the day.
        let left = usize::try_from(open.slot.claimed.last_seq - open.reached).unwrap_or(0);
        let most = wanted.min(SLICE).min(left).max(1);
        let allowed = match engine.limits.allowed(&engine, &prepared, most).await {
            Ok(Ok(allowed)) => allowed,
            Ok(Err(wait)) => {
                let dispatch = prepared.context.dispatch;
                // Looked at again soon: somebody may raise the limit.
                open.not_before = Instant::now() + wait.pause.min(LOOK_AGAIN);
                self.open.push_back(open);
                return match wait.reason.filter(|_| wait.pause > LOOK_AGAIN) {
                    Some(reason) => dispatch::note_trouble(&engine.domain, dispatch, Some(reason)).await,
                    None => Ok(()),
                };
            }
            Err(error) => {
                self.open.push_back(open);
                return Err(error);
            }
        };
        let checked = Instant::now();
        let rules = &prepared.context.rules;
        let most = i64::try_from(allowed).unwrap_or(i64::MAX);
        let read = dispatch::slice(
            &engine.domain,
            engine.worker,
            open.slot.claimed,
            rules,
            open.reached,
            most,
        )
        .await;
        let slice = match read {
            Ok(Some(slice)) => slice,
            Ok(None) => {
                open.slot.lose();
                return Ok(());
            }
            Err(error) => {
                self.open.push_back(open);
                return Err(error);
            }
        };
        let slot = &open.slot;
        slot.hand_out(slice.people.len() + slice.held.len());
        let read = slice.people.len() + slice.held.len();
        if slice.people.len() < allowed {
            Limits::give_back(&engine, &prepared, allowed - slice.people.len()).await;
        }
        for (seq, attempts, rule) in slice.held {
            let outcome = Outcome {
                seq,
                kind: rules.end_of_held(&rule),
                rule,
                reply_code: None,
                reply: String::new(),
                attempts,
                at: engine.domain.now(),
                bad_address: false,
            };
            self.lane.tell(Note::End(Arc::clone(slot), outcome)).await;
        }
        self.lane.push(slice.people.into_iter().map(|recipient| Item {
            slot: Arc::clone(slot),
            recipient,
            checked,
            lost_lines: 0,
            place: None,
        }));
        match slice.reached {
            Some(reached) if read >= allowed && reached < slot.claimed.last_seq => {
                open.reached = reached;
                self.open.push_back(open);
            }
            _ => self.lane.tell(Note::Exhausted(Arc::clone(slot))).await,
        }
        Ok(())
    }
}

/// How much is wanted in the queue: about half a second's worth, so that the last look at the rules is fresh.
struct Pace {
    since: Instant,
    handed: u64,
    wanted: usize,
}

impl Pace {
    fn new(lane: &Lane) -> Self {
        Self {
            since: Instant::now(),
            handed: 0,
            wanted: lane.lines() * 2,
        }
    }

    fn wanted(&mut self, lane: &Lane) -> usize {
        let elapsed = self.since.elapsed();
        if elapsed >= Duration::from_millis(200) {
            let handed = lane.handed.load(std::sync::atomic::Ordering::Relaxed);
            let per_half_second = (handed - self.handed) as f64 / elapsed.as_secs_f64() / 2.0;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "bounded on the next line"
            )]
            let paced = per_half_second as usize;
            self.wanted = paced.clamp(lane.lines() * 2, (lane.lines() * 2).max(SLICE * 4));
            (self.since, self.handed) = (Instant::now(), handed);
        }
        self.wanted
    }
}

/// A pause as the domain counts time.
pub(super) fn signed(pause: Duration) -> SignedDuration {
    SignedDuration::try_from(pause).unwrap_or(SignedDuration::from_mins(1))
}
