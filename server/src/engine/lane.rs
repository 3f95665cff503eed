//! What the tasks of a lane share: chunks in hand, recipients waiting for a line, and the way to the recorder.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::dispatch::{self, Claimed, Deferral, Outcome, Recipient};
use metrics::{Counter, Histogram};
use tokio::sync::{Notify, mpsc};
use tokio::time::Instant;

use super::gates::{Entry, Gates, Place};
use super::journal::Key;
use super::later::Later;
use super::limits::Slow;
use super::prepared::Prepared;

/// Notes on their way to the recorder; when the database is away, lines stop here.
const NOTES: usize = 8_192;
/// Recipients kept here until the limit of their domain lets go; beyond, they go back with their chunk.
pub(super) const HELD: usize = 2_000;

/// A chunk in this worker's hands.
pub(super) struct Slot {
    /// Its number in the journal.
    pub number: u32,
    pub claimed: Claimed,
    pub prepared: Arc<Prepared>,
    /// Recipients handed out whose end is not in the database yet.
    out: AtomicUsize,
    /// Nobody else is handed out: when all ends are written, the chunk is given back.
    exhausted: AtomicBool,
    /// Somebody else has it.
    lost: AtomicBool,
    /// Milliseconds since the engine's start until which the lease surely holds.
    until: AtomicU64,
    /// When the relay is away, the chunk is not wanted back before this pause.
    pub pause: Mutex<Option<Duration>>,
}

impl Slot {
    pub fn new(number: u32, claimed: Claimed, prepared: Arc<Prepared>, until: u64) -> Self {
        Self {
            number,
            claimed,
            prepared,
            out: AtomicUsize::new(0),
            exhausted: AtomicBool::new(false),
            lost: AtomicBool::new(false),
            until: AtomicU64::new(until),
            pause: Mutex::new(None),
        }
    }

    /// The recipient's place in the journal.
    pub fn key(&self, seq: i64) -> Key {
        Key {
            slot: self.number,
            offset: u32::try_from(seq - self.claimed.first_seq).unwrap_or(0),
        }
    }

    pub fn hand_out(&self, people: usize) {
        self.out.fetch_add(people, Ordering::AcqRel);
    }

    /// So many ends were written. Returns how many are still out.
    pub fn written(&self, people: usize) -> usize {
        self.out.fetch_sub(people, Ordering::AcqRel) - people
    }

    pub fn is_out(&self) -> usize {
        self.out.load(Ordering::Acquire)
    }

    pub fn exhaust(&self) {
        self.exhausted.store(true, Ordering::Release);
    }

    pub fn is_exhausted(&self) -> bool {
        self.exhausted.load(Ordering::Acquire)
    }

    pub fn lose(&self) {
        self.lost.store(true, Ordering::Release);
        self.exhaust();
    }

    pub fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Acquire)
    }

    pub fn renew(&self, until: u64) {
        self.until.store(until, Ordering::Release);
    }

    /// Whether the lease surely holds at this moment: a process that was frozen finds out here.
    pub fn holds(&self, now: u64) -> bool {
        !self.is_lost() && now < self.until.load(Ordering::Acquire)
    }
}

/// One recipient on the way to a line.
pub(super) struct Item {
    pub slot: Arc<Slot>,
    pub recipient: Recipient,
    /// When the rules were last looked at.
    pub checked: Instant,
    /// Connections lost under it before any content.
    pub lost_lines: u32,
    /// At its domain, when that has a gate.
    pub place: Option<Place>,
}

/// What the recorder is told.
pub(super) enum Note {
    /// A chunk was claimed.
    Open(Arc<Slot>),
    End(Arc<Slot>, Outcome),
    Later(Arc<Slot>, Deferral),
    /// Not handed over: it goes back with its chunk.
    Back(Arc<Slot>),
    /// The chunk has nobody else.
    Exhausted(Arc<Slot>),
    /// Nobody will tell it anything any more.
    Stop,
}

/// Recipients who wait for the limits of their domains.
#[derive(Default)]
struct Held {
    items: Later<Item>,
    /// When the last of a domain will be let go.
    last: HashMap<String, Instant>,
}

/// The queue of a lane and what is counted of it.
pub(super) struct Lane {
    pub kind: dispatch::Lane,
    /// Line tasks there are.
    lines: AtomicUsize,
    waiting: Mutex<VecDeque<Item>>,
    /// Those whose domain's limit is used up, by the time it lets go.
    held: Mutex<Held>,
    /// Those whose domain has as many under way as it may.
    pub gates: Gates,
    filled: Notify,
    drained: Notify,
    notes: mpsc::Sender<Note>,
    /// Lines with an open connection, and those handing over at this moment.
    pub open: AtomicUsize,
    pub busy: AtomicUsize,
    /// Messages handed over since the start.
    pub handed: AtomicU64,
    /// How long each hand-over took, and how many the relays took: looked up once, not for every message.
    pub handoff: Histogram,
    pub sent: Counter,
}

impl Lane {
    pub fn new(kind: dispatch::Lane) -> (Arc<Self>, mpsc::Receiver<Note>) {
        let (notes, receiver) = mpsc::channel(NOTES);
        let lane = Self {
            kind,
            lines: AtomicUsize::new(0),
            waiting: Mutex::default(),
            held: Mutex::default(),
            gates: Gates::default(),
            filled: Notify::new(),
            drained: Notify::new(),
            notes,
            open: AtomicUsize::new(0),
            busy: AtomicUsize::new(0),
            handed: AtomicU64::new(0),
            handoff: metrics::histogram!("campanile_handoff_seconds", "lane" => kind.as_str()),
            sent: metrics::counter!("campanile_messages_total", "lane" => kind.as_str(), "outcome" => "sent"),
        };
        (Arc::new(lane), receiver)
    }

    /// One more line task was started. How many there are.
    pub fn add_line(&self) -> usize {
        self.lines.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub fn lines(&self) -> usize {
        self.lines.load(Ordering::Relaxed)
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<Item>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn len(&self) -> usize {
        self.waiting().len()
    }

    /// Age of the first in the queue.
    pub fn oldest(&self) -> Option<Duration> {
        self.waiting().front().map(|item| item.checked.elapsed())
    }

    pub fn push(&self, items: impl IntoIterator<Item = Item>) {
        self.waiting().extend(items);
        self.filled.notify_one();
    }

    /// Back to the head of the queue.
    pub fn push_front(&self, item: Item) {
        self.waiting().push_front(item);
        self.filled.notify_one();
    }

    /// Back to the head of the queue, in their order.
    pub fn push_all_front(&self, items: Vec<Item>) {
        if items.is_empty() {
            return;
        }
        let mut waiting = self.waiting();
        for item in items.into_iter().rev() {
            waiting.push_front(item);
        }
        drop(waiting);
        self.filled.notify_one();
    }

    /// A place among those under way to a domain.
    pub fn enter(self: &Arc<Self>, domain: &str, item: Item) -> Entry {
        self.gates.enter(self, domain, item, HELD)
    }

    /// Waits for its domain's limit, one after the other at the domain's rate; given back when too many do.
    pub fn hold(&self, domain: &str, item: Item, slow: &Slow) -> Result<(), Box<Item>> {
        let mut held = self.held();
        if held.items.len() >= HELD {
            return Err(Box::new(item));
        }
        let now = Instant::now();
        let mut at = now + slow.pause;
        if let Some(last) = held.last.get(domain) {
            let apart = Duration::try_from_secs_f64(1.0 / slow.rate.per_second).unwrap_or(slow.pause);
            at = at.max(*last + apart);
        }
        if held.last.len() >= HELD {
            held.last.retain(|_, last| *last > now);
        }
        held.last.insert(domain.to_owned(), at);
        held.items.push(at, item);
        drop(held);
        self.filled.notify_one();
        Ok(())
    }

    /// The limits are others now: everybody who waits tries again.
    pub fn release_all(&self) {
        let mut held = self.held();
        held.last.clear();
        let items = held.items.take();
        drop(held);
        self.push_all_front(items);
    }

    /// Those who wait for a limit and will not go any more, to the head of the queue: there they are given back.
    pub fn release_if(&self, gone: impl Fn(&Item) -> bool) {
        let held = self.held().items.take_if(&gone);
        self.push_all_front(held);
        self.push_all_front(self.gates.take_if(&gone));
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those whose limit lets go by now go to the head of the queue.
    fn release_held(&self) {
        let due = self.held().items.due(Instant::now());
        self.push_all_front(due);
    }

    /// The next, if there is one.
    pub fn pop(&self) -> Option<Item> {
        self.release_held();
        let (item, more) = {
            let mut waiting = self.waiting();
            let item = waiting.pop_front();
            (item, waiting.len())
        };
        if more > 0 {
            self.filled.notify_one();
        }
        if item.is_some() {
            self.drained.notify_one();
        }
        item
    }

    /// Everybody who waits: when the process stops.
    pub fn take_all(&self) -> Vec<Item> {
        // First those at the gates: who leaves lets nobody in any more.
        let mut all = self.gates.take_all();
        all.extend(self.waiting().drain(..));
        all.extend(self.held().items.take());
        all
    }

    /// Returns when somebody may be waiting for a line.
    pub async fn filled(&self) {
        if self.len() == 0 {
            let due = self.held().items.first();
            match due {
                None => self.filled.notified().await,
                Some(due) => {
                    let _ = tokio::time::timeout_at(due, self.filled.notified()).await;
                }
            }
        }
        // The next line looks too.
        if self.len() > 1 {
            self.filled.notify_one();
        }
    }

    /// Wakes another line instead of this one.
    pub fn pass_on(&self) {
        if self.len() > 0 {
            self.filled.notify_one();
        }
    }

    /// Returns when somebody was taken.
    pub async fn drained(&self) {
        self.drained.notified().await;
    }

    /// To the recorder. Waits while the database is away.
    pub async fn tell(&self, note: Note) {
        // The recorder outlives all who tell it anything.
        let _ = self.notes.send(note).await;
    }
}
