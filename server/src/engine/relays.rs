//! The relays this process may use, which of them a line should use, and when to leave one alone.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use delivery::HandOff;
use delivery::breaker::{Ask, Breaker, Permit};
use delivery::email::{Connection, Connector, OpenError};
use delivery::throttle::Rate;
use domain::dispatch::{self, Lane};
use tokio::time::Instant;
use types::engine::RelayStatus;

use super::Engine;

/// When no relay is there or every one has as many connections as it may.
const NONE: Duration = Duration::from_millis(500);
/// Line tasks of a process, at most.
const MOST: usize = 4_000;
/// Another relay may have been configured meanwhile.
const LONGEST: Duration = Duration::from_secs(5);

/// A relay with what this process knows of it.
pub(crate) struct Relay {
    /// Of its limit: the id of its row, or its address.
    pub key: String,
    /// For people.
    pub name: String,
    pub connector: Connector,
    /// Which lanes it serves; none: all.
    pub lanes: Vec<Lane>,
    /// Lower ones are used first.
    pub priority: i32,
    /// Its part among those of the same priority.
    pub weight: u32,
    /// Connections of this process for campaigns.
    pub connections: usize,
    pub rate: Option<Rate>,
    breaker: Mutex<Breaker>,
    opened: AtomicUsize,
    handed: AtomicU64,
    current: AtomicBool,
    /// Counted since: messages handed over then, for the rate shown.
    shown: Mutex<(Instant, u64, f64)>,
}

impl Relay {
    pub fn new(key: &str, name: &str, connector: Connector, connections: usize) -> Self {
        Self {
            key: key.to_owned(),
            name: name.to_owned(),
            connector,
            lanes: Vec::new(),
            priority: 0,
            weight: 1,
            connections,
            rate: None,
            breaker: Mutex::new(Breaker::new(Breaker::RELAY)),
            opened: AtomicUsize::new(0),
            handed: AtomicU64::new(0),
            current: AtomicBool::new(true),
            shown: Mutex::new((Instant::now(), 0, 0.0)),
        }
    }

    /// Still configured so. Lines to one that is not are closed after their message.
    pub fn is_current(&self) -> bool {
        self.current.load(Ordering::Acquire)
    }

    pub fn is_limited(&self) -> bool {
        self.rate.is_some()
    }

    /// One token of its limit.
    pub async fn spend(&self, engine: &Engine) -> Result<(), Duration> {
        match self.rate {
            Some(rate) => {
                engine
                    .limits
                    .spend(engine, &format!("relay:{}", self.key), rate)
                    .await
            }
            None => Ok(()),
        }
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a line, or notes for all running dispatches of the lanes why not.
    pub async fn open(&self, engine: &Engine, permit: Permit) -> Option<(Connection, Permit)> {
        match Connection::open(&self.connector).await {
            Ok(line) => {
                let was_broken = self.breaker().worked(&permit);
                if was_broken {
                    tracing::info!(relay = self.name, "the relay takes connections again");
                    note(engine, None).await;
                }
                Some((line, permit))
            }
            Err(error) => {
                self.opened.fetch_sub(1, Ordering::AcqRel);
                let reason = reason_of(&error);
                if self.failed(engine, &permit, reason) {
                    tracing::warn!(relay = self.name, %error, "no connection to the relay; trying again with growing pauses");
                }
                metrics::counter!("campanile_relay_failures_total", "reason" => reason).increment(1);
                note(engine, Some(reason)).await;
                None
            }
        }
    }

    /// It cannot be used at this moment. Says whether that is news.
    pub fn failed(&self, engine: &Engine, permit: &Permit, reason: &'static str) -> bool {
        let random = engine.random();
        self.breaker()
            .failed(permit, Instant::now().into_std(), random, reason)
    }

    /// Another kind of mail tried it: what became of that counts for all.
    pub fn tried(&self, permit: Permit, opened: &Result<Connection, OpenError>) {
        self.closed();
        let mut breaker = self.breaker();
        match opened {
            Ok(_) => {
                breaker.worked(&permit);
            }
            Err(error) => {
                breaker.failed(&permit, Instant::now().into_std(), 0.5, reason_of(error));
            }
        }
    }

    pub fn closed(&self) {
        self.opened.fetch_sub(1, Ordering::AcqRel);
    }

    pub fn took(&self, result: &HandOff) {
        if matches!(result, HandOff::Accepted(_)) {
            self.handed.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn status(&self) -> RelayStatus {
        let handed = self.handed.load(Ordering::Relaxed);
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let elapsed = shown.0.elapsed().as_secs_f64();
        if elapsed >= 1.0 {
            *shown = (Instant::now(), handed, (handed - shown.1) as f64 / elapsed);
        }
        let breaker = self.breaker();
        RelayStatus {
            key: self.key.clone(),
            name: self.name.clone(),
            open: self.opened.load(Ordering::Relaxed),
            connections: self.connections,
            handed,
            per_second: shown.2,
            trouble: breaker.reason().map(str::to_owned),
            retry_in_seconds: breaker
                .pause(Instant::now().into_std())
                .map(|it| it.as_secs_f64()),
        }
    }
}

fn reason_of(error: &OpenError) -> &'static str {
    match error {
        OpenError::Unreachable(_) => "relay_unreachable",
        OpenError::Refused(_) => "relay_refuses",
        OpenError::Insecure(_) => "relay_insecure",
        OpenError::SignIn(_) => "relay_sign_in",
    }
}

async fn note(engine: &Engine, reason: Option<&str>) {
    for lane in Lane::ALL {
        for dispatch in engine.board.sending_in(lane) {
            if let Err(error) = dispatch::note_trouble(&engine.domain, dispatch, reason).await {
                let _ = types::ApiError::from(error);
            }
        }
    }
}

/// All relays of a process.
#[derive(Default)]
pub(crate) struct Relays(RwLock<Arc<Vec<Arc<Relay>>>>);

impl Relays {
    /// Uses these from now on. Lines to the others end after the message they are at.
    pub fn set(&self, relays: Vec<Relay>) {
        let fresh: Vec<Arc<Relay>> = relays.into_iter().map(Arc::new).collect();
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for old in known.iter() {
            old.current.store(false, Ordering::Release);
        }
        *known = Arc::new(fresh);
    }

    fn all(&self) -> Arc<Vec<Arc<Relay>>> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The relay for another line of a lane: of the first priority with one that is not broken, the one with the fewest lines for
    /// its weight. Counts the line as opened. Else: how long to wait.
    pub fn pick(&self, lane: Lane) -> Result<(Arc<Relay>, Permit), Duration> {
        let all = self.all();
        let load = |it: &Relay| it.opened.load(Ordering::Acquire) as f64 / f64::from(it.weight.max(1));
        let mut serving: Vec<(&Arc<Relay>, f64)> = all
            .iter()
            .filter(|it| it.lanes.is_empty() || it.lanes.contains(&lane))
            .filter(|it| lane != Lane::Marketing || it.opened.load(Ordering::Acquire) < it.connections)
            .map(|it| (it, load(it)))
            .collect();
        serving.sort_by(|(a, load_a), (b, load_b)| {
            a.priority.cmp(&b.priority).then_with(|| load_a.total_cmp(load_b))
        });
        let mut wait = None::<Duration>;
        for (relay, _) in serving {
            let asked = relay.breaker().ask(Instant::now().into_std());
            match asked {
                Ask::Go(permit) => {
                    relay.opened.fetch_add(1, Ordering::AcqRel);
                    return Ok((Arc::clone(relay), permit));
                }
                Ask::Wait(pause) => wait = Some(wait.map_or(pause, |it| it.min(pause))),
            }
        }
        Err(wait.unwrap_or(NONE).min(LONGEST))
    }

    /// Connections for campaigns that may be open, over all relays; one at least, for a relay that comes later.
    pub fn connections(&self) -> usize {
        let all = self.all();
        let serving = all
            .iter()
            .filter(|it| it.lanes.is_empty() || it.lanes.contains(&Lane::Marketing));
        serving.map(|it| it.connections).sum::<usize>().clamp(1, MOST)
    }

    /// For the console and the metrics.
    pub fn status(&self) -> Vec<RelayStatus> {
        self.all().iter().map(|it| it.status()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relay(name: &str, priority: i32, weight: u32) -> Relay {
        let connector = delivery::email::Relay::plain("127.0.0.1", 9).connector().unwrap();
        Relay {
            priority,
            weight,
            ..Relay::new(name, name, connector, 8)
        }
    }

    fn picked(relays: &Relays, lane: Lane) -> String {
        relays
            .pick(lane)
            .map_or_else(|_| "none".to_owned(), |(it, _)| it.name.clone())
    }

    #[test]
    fn lines_are_spread_by_weight_and_fail_over_by_priority() {
        let relays = Relays::default();
        assert!(relays.pick(Lane::Marketing).is_err());
        let urgent = Relay {
            lanes: vec![Lane::Transactional],
            ..relay("urgent", 0, 1)
        };
        relays.set(vec![
            relay("a", 1, 3),
            relay("b", 1, 1),
            relay("spare", 2, 1),
            urgent,
        ]);
        let mut names: Vec<String> = (0..8).map(|_| picked(&relays, Lane::Marketing)).collect();
        names.sort();
        assert_eq!(names, ["a", "a", "a", "a", "a", "a", "b", "b"]);
        assert_eq!(picked(&relays, Lane::Transactional), "urgent");
        for it in relays.all().iter().filter(|it| it.priority == 1) {
            let Ask::Go(permit) = it.breaker().ask(Instant::now().into_std()) else {
                panic!("closed")
            };
            it.breaker()
                .failed(&permit, Instant::now().into_std(), 0.5, "relay_unreachable");
        }
        assert_eq!(picked(&relays, Lane::Marketing), "spare");
        let before = relays.all();
        relays.set(vec![relay("c", 1, 1)]);
        assert!(before.iter().all(|it| !it.is_current()));
        assert_eq!(picked(&relays, Lane::Operational), "c");
    }
}
