//! The sending engine: chunks of the ledger in, messages on the wire, outcomes back.
//!
//! A process runs it twice: for the urgent lanes on the server's own threads, and for campaigns on threads of lower priority with
//! database connections of their own, so that a password reset never waits for a mailing (law 4). Each is a worker with a journal.
//!
//! - `feeder` claims chunks and fills the lane's queue, `line` takes from it and hands over on a connection that it owns, `recorder`
//!   writes outcomes in batches: each is one loop, and they share the `lane`.
//! - `compose` makes one recipient's message, `verdict` says what an answer leads to, `gates` how many go to one domain at once.
//! - `journal` remembers on this machine what is under way; `recover` settles what a dead worker left in its journal.
//! - `intake` takes triggered messages straight from their commit to a line.
//! - `relays` and `limits` say where a message may go and when; `board` which dispatches run; `status` what is going on.

mod board;
mod compose;
mod feeder;
mod gates;
mod intake;
mod journal;
mod lane;
mod later;
mod limits;
mod line;
mod prepared;
mod recorder;
mod recover;
mod relays;
mod status;
mod threads;
mod verdict;

pub use intake::{Intake, Ticket};
pub(crate) use limits::rate;
pub(crate) use relays::{Relay, Relays};

pub(crate) use threads::Threads;

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use domain::Domain;
use domain::dispatch::{self, Chunk, Claimed, Worker};
use domain::sending;
use domain::tokens::Tokens;
use jiff::SignedDuration;
use sqlx::postgres::PgListener;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::jobs::Settings;
use board::Board;
use journal::Journal;
use lane::{Lane, Note, Slot};
use limits::Limits;
use prepared::{Prepared, PreparedCache};

/// Between looks at what runs: a pause takes effect within a second.
const LOOK: Duration = Duration::from_millis(200);
/// Between looks whether relays, keys or limits changed.
pub(crate) const FOLLOW: Duration = Duration::from_secs(2);
/// Lines of an urgent lane: what it sends is little, and must be there at once.
const URGENT: usize = 8;
/// A lease is not trusted to its very end: the database's clock and ours are read at different moments.
const MARGIN: u32 = 5;

/// What the tasks of a worker share.
pub(crate) struct Engine {
    domain: Domain,
    settings: Settings,
    worker: Worker,
    directory: PathBuf,
    journal: Arc<Journal>,
    relays: Arc<Relays>,
    tokens: Tokens,
    board: Board,
    limits: Limits,
    prepared: PreparedCache,
    /// Chunks that the tasks know of.
    in_hand: Mutex<HashSet<Chunk>>,
    lanes: Vec<Arc<Lane>>,
    started: Instant,
    stop: CancellationToken,
}

impl Engine {
    /// Runs a worker for some lanes until `stop`, and returns when everything it had in hand is written and given back.
    ///
    /// # Errors
    /// When its journal cannot be made, or one of its tasks panicked.
    pub async fn run(
        domain: Domain,
        settings: Settings,
        relays: Arc<Relays>,
        kinds: &[dispatch::Lane],
        intake: Option<&Intake>,
        stop: CancellationToken,
    ) -> anyhow::Result<()> {
        let directory = settings.journal.clone();
        let host = host(&domain, &directory)?;
        let worker = Worker {
            id: Uuid::from_bytes(domain.random::<16>()),
            host,
            lease: SignedDuration::try_from(settings.lease).unwrap_or(SignedDuration::from_mins(1)),
        };
        let journal = Journal::create(&directory, worker.id)
            .with_context(|| format!("a journal in {}", directory.display()))?;
        let (mut lanes, mut notes) = (Vec::new(), Vec::new());
        for kind in kinds {
            let (lane, receiver) = Lane::new(*kind);
            lanes.push(lane);
            notes.push(receiver);
        }
        let engine = Arc::new(Self {
            tokens: Tokens::new(domain.keys()),
            domain,
            settings,
            worker,
            directory,
            journal: Arc::new(journal),
            relays,
            board: Board::default(),
            limits: Limits::default(),
            prepared: PreparedCache::default(),
            in_hand: Mutex::default(),
            lanes,
            started: Instant::now(),
            // Its own: a panic stops this worker only.
            stop: stop.child_token(),
        });
        engine.enlist().await;
        recover::at_start(&engine).await;
        if let Some(intake) = intake {
            intake.set(Some(Arc::clone(&engine)));
        }
        let sound = engine.work(notes).await;
        if let Some(intake) = intake {
            intake.set(None);
        }
        if !sound {
            // The journal keeps what the task that panicked had in hand; it is settled by whoever comes next.
            anyhow::bail!("a sending task panicked");
        }
        engine.journal.close();
        if let Err(error) = dispatch::strike_off(&engine.domain, worker.id).await {
            let _ = types::ApiError::from(error);
        }
        Ok(())
    }

    /// The database may be away at the start; nothing is claimed before the worker is known there.
    async fn enlist(&self) {
        let name = format!("{}:{}", machine(), std::process::id());
        while let Err(error) = dispatch::enlist(&self.domain, self.worker, &name).await {
            let _ = types::ApiError::from(error);
            if self.stop.is_cancelled() {
                return;
            }
            self.wait(Duration::from_secs(1)).await;
        }
    }

    /// False: a task panicked, and what it held is known to the journal only.
    async fn work(self: &Arc<Self>, notes: Vec<tokio::sync::mpsc::Receiver<Note>>) -> bool {
        let mut recorders = JoinSet::new();
        for receiver in notes {
            recorders.spawn(recorder::run(Arc::clone(self), receiver));
        }
        let mut tasks = JoinSet::new();
        tasks.spawn(look(Arc::clone(self)));
        tasks.spawn(listen(Arc::clone(self)));
        tasks.spawn(status::run(Arc::clone(self)));
        tasks.spawn(follow(Arc::clone(self)));
        tasks.spawn(recover::run(Arc::clone(self)));
        for lane in &self.lanes {
            tasks.spawn(feeder::run(Arc::clone(self), Arc::clone(lane)));
        }
        let mut sound = true;
        loop {
            self.open_lines(&mut tasks);
            let ended = match tokio::time::timeout(FOLLOW, tasks.join_next()).await {
                Ok(Some(ended)) => ended,
                Ok(None) => break,
                Err(_) => continue,
            };
            if let Err(panic) = ended {
                tracing::error!(%panic, "a sending task panicked");
                metrics::counter!("campanile_task_panics_total", "task" => "sender").increment(1);
                sound = false;
                self.stop.cancel();
            }
        }
        for lane in &self.lanes {
            for item in lane.take_all() {
                lane.tell(Note::Back(item.slot)).await;
            }
            lane.tell(Note::Stop).await;
        }
        while let Some(ended) = recorders.join_next().await {
            sound &= ended.is_ok();
        }
        sound
    }

    /// As many lines as the relays allow; more when there came some. Lines beyond the allowed find no relay, and rest.
    fn open_lines(self: &Arc<Self>, tasks: &mut JoinSet<()>) {
        if self.stop.is_cancelled() {
            return;
        }
        for lane in &self.lanes {
            let wanted = match lane.kind {
                dispatch::Lane::Marketing => self.relays.connections(),
                dispatch::Lane::Transactional => URGENT,
                dispatch::Lane::Operational => self.relays.connections().min(URGENT),
            };
            while lane.lines() < wanted {
                lane.add_line();
                tasks.spawn(line::run(Arc::clone(self), Arc::clone(lane)));
            }
        }
    }

    fn in_hand(&self) -> MutexGuard<'_, HashSet<Chunk>> {
        self.in_hand.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A slot for a chunk that this worker holds. Without a journal (`u32::MAX`) nobody of it may be handed over.
    fn slot(&self, number: u32, claimed: Claimed, prepared: Arc<Prepared>, asked: u64) -> Arc<Slot> {
        self.in_hand().insert(claimed.chunk);
        Arc::new(Slot::new(number, claimed, prepared, self.lease_until(asked)))
    }

    /// Milliseconds since the start, by a clock that nobody sets.
    fn millis(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Until when a lease surely holds that was asked for at `asked`.
    fn lease_until(&self, asked: u64) -> u64 {
        let lease = self.settings.lease - self.settings.lease / MARGIN;
        asked + u64::try_from(lease.as_millis()).unwrap_or(0)
    }

    /// In 0..1, to spread what would happen at once.
    fn random(&self) -> f64 {
        f64::from(u32::from_le_bytes(self.domain.random::<4>())) / f64::from(u32::MAX)
    }

    async fn wait(&self, pause: Duration) {
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }

    async fn sync_journal(&self) {
        let journal = Arc::clone(&self.journal);
        let flushed = tokio::task::spawn_blocking(move || journal.flush()).await;
        if let Ok(Err(error)) = flushed {
            self.journal_trouble(&error);
        }
    }

    fn journal_trouble(&self, error: &io::Error) {
        metrics::counter!("campanile_journal_failures_total").increment(1);
        tracing::error!(%error, directory = %self.directory.display(), "the journal cannot be written or read; nothing is handed over without it");
    }
}

/// Which dispatches run, several times a second.
async fn look(engine: Arc<Engine>) {
    while !engine.stop.is_cancelled() {
        match dispatch::active(&engine.domain).await {
            Ok(active) => {
                let running: Vec<_> = active.iter().map(|it| it.id).collect();
                engine.prepared.keep_only(&running);
                engine.board.set(active);
            }
            Err(error) => {
                let _ = types::ApiError::from(error);
            }
        }
        engine.wait(LOOK).await;
    }
}

/// Reads limits and keys again when somebody changed them: within two seconds they hold.
async fn follow(engine: Arc<Engine>) {
    let mut known = Followed::default();
    while !engine.stop.is_cancelled() {
        if let Err(error) = known.look(&engine).await {
            let _ = types::ApiError::from(error);
        }
        engine.wait(FOLLOW).await;
    }
}

/// What was read last.
#[derive(Default)]
struct Followed {
    version: Option<i64>,
    /// By recipients' domain: messages under way at once, of all processes together.
    at_once: HashMap<String, usize>,
}

impl Followed {
    async fn look(&mut self, engine: &Engine) -> domain::Result<()> {
        let version = sending::version(&engine.domain).await?;
        if self.version != Some(version) {
            let limits = sending::limits(&engine.domain).await?;
            let (mut rates, mut at_once) = (HashMap::new(), HashMap::new());
            for (name, pace) in limits.recipient_domains {
                if let Some(most) = pace.max_connections {
                    at_once.insert(name.clone(), usize::try_from(most).unwrap_or(usize::MAX));
                }
                if let Some(per_second) = pace.max_per_second {
                    rates.insert(name, limits::rate(per_second));
                }
            }
            engine.limits.set_recipients(rates);
            for lane in &engine.lanes {
                lane.release_all();
            }
            engine.prepared.clear();
            self.at_once = at_once;
            self.version = Some(version);
        }
        // Each process keeps to its part. There may be more processes than places: then it is one each.
        let processes = match self.at_once.is_empty() {
            true => 1,
            false => dispatch::processes(&engine.domain).await?.max(1),
        };
        let part: HashMap<String, usize> = self
            .at_once
            .iter()
            .map(|(name, most)| (name.clone(), (most / processes).max(1)))
            .collect();
        for lane in &engine.lanes {
            lane.push_all_front(lane.gates.set(&part));
        }
        Ok(())
    }
}

/// Looks at once when somebody says that there is something to send. Only a hint: without it, it is seen at the next look.
async fn listen(engine: Arc<Engine>) {
    while !engine.stop.is_cancelled() {
        let listening = async {
            let mut listener = PgListener::connect_with(engine.domain.pool()).await?;
            listener.listen(dispatch::CHANNEL).await?;
            loop {
                listener.recv().await?;
                let active = dispatch::active(&engine.domain).await;
                if let Ok(active) = active {
                    engine.board.set(active);
                }
                engine.board.stir();
            }
        };
        let ended: Result<std::convert::Infallible, sqlx::Error> = tokio::select! {
            () = engine.stop.cancelled() => return,
            ended = listening => ended,
        };
        let Err(error) = ended;
        tracing::debug!(%error, "not listening; looking instead");
        engine.wait(Duration::from_secs(1)).await;
    }
}

fn machine() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname")
        .map_or_else(|_| "?".to_owned(), |name| name.trim().to_owned())
}

/// The id of the directory with this node's journals, made when it is not there.
///
/// # Errors
/// When the directory cannot be written to.
pub(crate) fn host(domain: &Domain, directory: &Path) -> anyhow::Result<Uuid> {
    journal::host(directory, Uuid::from_bytes(domain.random::<16>()))
        .with_context(|| format!("the directory of journals, {}", directory.display()))
}
