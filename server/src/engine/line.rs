//! One sending task: an owned connection, held open, over which one message after the other goes. While one is on its way the
//! envelope of the next goes with it, in the same write (RFC 2920); only one final dot is ever under way.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use delivery::breaker::Permit;
use delivery::email::{Address, Announced, Connection, Content};
use delivery::{HandOff, Stage};
use domain::dispatch::{self, Outcome, OutcomeKind};
use render::Rendered;
use tokio::time::Instant;

use super::Engine;
use super::compose::{Ready, compose};
use super::journal::End;
use super::lane::{self, Item, Lane, Note};
use super::relays::Relay;
use super::verdict::{Verdict, defer, end_of, ended, judge};

/// A line that was not used for so long is closed: relays do it too, and less politely.
const IDLE: Duration = Duration::from_secs(20);
/// Transactional lines stay warm for longer: opening one is most of the time a password reset takes.
const IDLE_TRANSACTIONAL: Duration = Duration::from_mins(4);
/// A look at the rules older than this is repeated before the hand-off.
const FRESH: Duration = Duration::from_secs(2);
/// When too many wait for their domain's limit, the chunks of the others come back after so long: not sooner, for each is then read again,
/// and not much later, for the limit may have been lifted.
const HELD_UP: Duration = Duration::from_secs(10);
const LONGEST_HELD_UP: Duration = Duration::from_mins(2);
/// The same at a domain's gate, of which nobody knows how fast it lets people in.
const GATE_HELD_UP: Duration = Duration::from_mins(1);
/// Connections lost under one message before it is put off.
const LINES: u32 = 3;

/// An open connection and whose it is.
struct Open {
    connection: Connection,
    relay: Arc<Relay>,
    permit: Permit,
}

struct Line {
    engine: Arc<Engine>,
    lane: Arc<Lane>,
    open: Option<Open>,
    rendered: Rendered,
    used: Instant,
}

/// Runs until the process stops; what is under way is finished first.
pub(super) async fn run(engine: Arc<Engine>, lane: Arc<Lane>) {
    let mut line = Line {
        engine,
        lane,
        open: None,
        rendered: Rendered::default(),
        used: Instant::now(),
    };
    let (mut current, mut next) = (Ready::default(), Ready::default());
    while !line.engine.stop.is_cancelled() {
        if line.wait_for_work().await
            && line.is_open().await
            && line.may_take().await
            && let Some(item) = line.next_item(&mut current).await
        {
            line.lane.busy.fetch_add(1, Ordering::Relaxed);
            line.send(item, &mut current, &mut next).await;
            line.lane.busy.fetch_sub(1, Ordering::Relaxed);
            line.used = Instant::now();
        }
    }
    line.close().await;
}

impl Line {
    /// Returns whether somebody may be waiting; closes an idle line meanwhile.
    async fn wait_for_work(&mut self) -> bool {
        let idle = match self.lane.kind {
            dispatch::Lane::Transactional => IDLE_TRANSACTIONAL,
            _ => IDLE,
        };
        tokio::select! {
            () = self.engine.stop.cancelled() => false,
            () = self.lane.filled() => true,
            () = tokio::time::sleep_until(self.used + idle), if self.open.is_some() => {
                self.close().await;
                false
            }
        }
    }

    async fn close(&mut self) {
        if let Some(open) = self.open.take() {
            self.lane.open.fetch_sub(1, Ordering::Relaxed);
            open.relay.closed();
            open.connection.close().await;
        }
    }

    /// A usable connection, to the best relay there is. Waits while all are away.
    async fn is_open(&mut self) -> bool {
        if let Some(open) = &self.open {
            if open.connection.is_usable() && open.relay.is_current() {
                return true;
            }
            self.close().await;
        }
        let (relay, permit) = match self.engine.relays.pick(self.lane.kind) {
            Ok(picked) => picked,
            Err(pause) => {
                // Another line, which has its connection, may have work to do.
                self.lane.pass_on();
                self.engine.wait(pause).await;
                return false;
            }
        };
        let Some((connection, permit)) = relay.open(&self.engine, permit).await else {
            return false;
        };
        self.lane.open.fetch_add(1, Ordering::Relaxed);
        self.open = Some(Open {
            connection,
            relay,
            permit,
        });
        true
    }

    /// Whether the relay's limit lets one more go. Waits when it does not.
    async fn may_take(&self) -> bool {
        let Some(open) = &self.open else { return false };
        match open.relay.spend(&self.engine).await {
            Ok(()) => true,
            Err(pause) => {
                self.engine.wait(pause).await;
                false
            }
        }
    }

    /// The next recipient, composed. None: nobody waits who may go now.
    async fn next_item(&mut self, ready: &mut Ready) -> Option<Item> {
        loop {
            let item = self.lane.pop()?;
            if let Some(item) = self.made_ready(item, ready).await {
                return Some(item);
            }
        }
    }

    /// Composes for a recipient, unless it turns out that they do not go now.
    async fn made_ready(&mut self, item: Item, ready: &mut Ready) -> Option<Item> {
        if !self.may_go(&item) {
            self.lane.tell(Note::Back(item.slot)).await;
            return None;
        }
        // First who may not go yet: the look at the rules is for those who go now.
        let item = self.within_limits(item).await?;
        let engine = &self.engine;
        if item.checked.elapsed() > FRESH {
            let rules = &item.slot.prepared.context.rules;
            match dispatch::held_by(
                &engine.domain,
                item.slot.prepared.context.dispatch,
                rules,
                &item.recipient,
            )
            .await
            {
                Ok(None) => {}
                Ok(Some(rule)) => {
                    let kind = rules.end_of_held(&rule);
                    let mut outcome = ended(&item.recipient, kind, &rule, None, "", engine.domain.now());
                    outcome.attempts -= 1;
                    self.lane.tell(Note::End(item.slot, outcome)).await;
                    return None;
                }
                Err(error) => {
                    let _ = types::ApiError::from(error);
                    self.lane.tell(Note::Back(item.slot)).await;
                    engine.wait(Duration::from_secs(1)).await;
                    return None;
                }
            }
        }
        let files = match self.files(&item).await {
            Ok(files) => files,
            Err(Some(outcome)) => {
                self.lane.tell(Note::End(item.slot, *outcome)).await;
                return None;
            }
            Err(None) => {
                self.lane.tell(Note::Back(item.slot)).await;
                self.engine.wait(Duration::from_secs(1)).await;
                return None;
            }
        };
        if let Err(outcome) = compose(engine, &item, &files, &mut self.rendered, ready) {
            self.lane.tell(Note::End(item.slot, *outcome)).await;
            return None;
        }
        Some(item)
    }

    /// The files of a message. An error: how it ends, or none where the database cannot be asked.
    async fn files(&self, item: &Item) -> Result<Vec<Vec<u8>>, Option<Box<Outcome>>> {
        let (engine, recipient) = (&self.engine, &item.recipient);
        let named = recipient.extra.as_deref().map_or(&[][..], |it| &it.files);
        let mut files = Vec::with_capacity(named.len());
        for file in named {
            let unit = item.slot.prepared.context.unit;
            match dispatch::file(&engine.domain, unit, &file.sha256).await {
                Ok(Some(content)) => files.push(content),
                // Forgotten weeks after the message was due.
                Ok(None) => {
                    let now = engine.domain.now();
                    let end = ended(recipient, OutcomeKind::Failed, "attachment_gone", None, "", now);
                    return Err(Some(Box::new(end)));
                }
                Err(error) => {
                    let _ = types::ApiError::from(error);
                    return Err(None);
                }
            }
        }
        Ok(files)
    }

    /// The limits of its domain, before anything is composed. Whoever has to wait does so aside: others of the queue go meanwhile.
    async fn within_limits(&self, item: Item) -> Option<Item> {
        let limits = &self.engine.limits;
        let gated = self.lane.kind == dispatch::Lane::Marketing && self.lane.gates.are_there();
        if !gated && !limits.are_there() {
            return Some(item);
        }
        let Ok(address) = Address::parse(&item.recipient.address) else {
            // Composing says what is wrong with it.
            return Some(item);
        };
        // Urgent mail passes the gate (law 4).
        let entered = match gated {
            true => self.lane.enter(address.domain(), item),
            false => Ok(Some(item)),
        };
        let mut item = match entered {
            Ok(entered) => entered?,
            Err(item) => {
                self.give_back(*item, GATE_HELD_UP).await;
                return None;
            }
        };
        let Err(wait) = limits.recipient(&self.engine, address.domain()).await else {
            return Some(item);
        };
        item.place = None;
        if let Err(item) = self.lane.hold(address.domain(), item, &wait) {
            // Until those who wait already have gone.
            let seconds = lane::HELD as f64 / wait.rate.per_second;
            let pause = Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST_HELD_UP);
            self.give_back(*item, pause.clamp(HELD_UP, LONGEST_HELD_UP)).await;
        }
        None
    }

    /// Too many wait for their domains: with its chunk, for later.
    async fn give_back(&self, item: Item, pause: Duration) {
        if let Ok(mut wanted) = item.slot.pause.lock() {
            *wanted = Some(pause);
        }
        self.lane.tell(Note::Back(item.slot)).await;
    }

    fn may_go(&self, item: &Item) -> bool {
        !self.engine.stop.is_cancelled()
            && self.engine.board.may_send(item.slot.claimed.chunk.dispatch)
            && item.slot.holds(self.engine.millis())
    }

    /// Hands over a composed recipient, and whoever follows while somebody does.
    async fn send(&mut self, item: Item, current: &mut Ready, next: &mut Ready) {
        let mut item = item;
        let mut announced = false;
        loop {
            if !announced {
                match self.announce(current).await {
                    Announced::Ready => {}
                    Announced::Stopped(result) => return self.finish(item, result).await,
                }
            }
            // While this one is on its way: the next one's envelope.
            let following = match self.may_follow() {
                true => self.next_item(next).await,
                false => None,
            };
            let last = following.is_none();
            let Some((result, then)) = self.deliver(&item, current, (!last).then_some(&*next)).await else {
                // Not handed over after all: the journal does not take it, or the lease is gone.
                self.close().await;
                self.lane.tell(Note::Back(item.slot)).await;
                if let Some(following) = following {
                    self.lane.push_front(following);
                }
                return;
            };
            self.finish(item, result).await;
            let Some(following) = following else { return };
            item = following;
            std::mem::swap(current, next);
            announced = match then {
                Some(Announced::Ready) => true,
                Some(Announced::Stopped(result)) => return self.finish(item, result).await,
                None => false,
            };
            let usable = self.open.as_ref().is_some_and(|open| open.connection.is_usable());
            if !usable || !self.may_go(&item) {
                // The line ended, or a pause came between: nothing of this one's content was sent.
                self.close().await;
                self.lane.push_front(item);
                return;
            }
        }
    }

    fn may_follow(&self) -> bool {
        !self.engine.stop.is_cancelled()
            && self
                .open
                .as_ref()
                .is_some_and(|open| open.relay.is_current() && !open.relay.is_limited())
    }

    async fn announce(&mut self, ready: &Ready) -> Announced {
        match (&mut self.open, ready.envelope()) {
            (Some(open), Some(envelope)) => open.connection.announce(envelope).await,
            _ => Announced::Stopped(HandOff::Lost),
        }
    }

    /// Content and final dot between two lines of the journal. None: not handed over.
    async fn deliver(
        &mut self,
        item: &Item,
        ready: &Ready,
        next: Option<&Ready>,
    ) -> Option<(HandOff, Option<Announced>)> {
        let engine = &self.engine;
        let key = item.slot.key(item.recipient.seq);
        if !item.slot.holds(engine.millis()) {
            return None;
        }
        if let Err(error) = engine.journal.intent(key) {
            engine.journal_trouble(&error);
            return None;
        }
        let open = self.open.as_mut()?;
        let content = Content {
            signature: &ready.signature,
            message: &ready.message,
        };
        let begun = Instant::now();
        let delivered = open
            .connection
            .deliver(content, next.and_then(Ready::envelope))
            .await;
        self.lane.handoff.record(begun.elapsed());
        self.lane.handed.fetch_add(1, Ordering::Relaxed);
        open.relay.took(&delivered.result);
        if let Err(error) = engine.journal.reply(key, end_of(&delivered.result)) {
            engine.journal_trouble(&error);
        }
        Some((delivered.result, delivered.next))
    }

    /// "Service not available, closing" (RFC 5321, 4.2.1) before any content is about the relay, not about this recipient.
    fn without_421(&self, result: HandOff) -> HandOff {
        match result {
            HandOff::Deferred(reply, stage) if reply.code == 421 && stage != Stage::Content => {
                if let Some(open) = &self.open {
                    open.relay.failed(&self.engine, &open.permit, "relay_refuses");
                }
                HandOff::Lost
            }
            result => result,
        }
    }

    /// Tells the recorder, or puts the recipient back at the head of the queue.
    async fn finish(&mut self, mut item: Item, result: HandOff) {
        let result = self.without_421(result);
        let verdict = match judge(&self.engine, &self.lane, &item.recipient, result) {
            Verdict::Again if item.lost_lines + 1 < LINES => {
                item.lost_lines += 1;
                self.lane.push_front(item);
                return;
            }
            // A relay that takes connections and drops them again: as if it had said "later".
            Verdict::Again => {
                let key = item.slot.key(item.recipient.seq);
                let _ = self.engine.journal.reply(key, End::NotSent);
                defer(&self.engine, &item.recipient, None, "connection lost")
            }
            verdict => verdict,
        };
        match verdict {
            Verdict::Final(outcome) => self.lane.tell(Note::End(item.slot, outcome)).await,
            Verdict::Later(deferral) => self.lane.tell(Note::Later(item.slot, deferral)).await,
            Verdict::Again => self.lane.tell(Note::Back(item.slot)).await,
        }
    }
}
