//! Triggered messages: from the commit straight to a warm line of this process.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use domain::Tx;
use domain::dispatch::{self, Accepted, Rules, Worker};
use tokio::time::Instant;
use types::DispatchId;

use super::Engine;
use super::lane::{Item, Lane, Note, Slot};
use super::prepared::{Prepared, Unusable};

/// Rules of dispatches that are kept; they never change.
const MOST: usize = 1_000;

/// The urgent worker of this process, while there is one.
#[derive(Default)]
pub struct Intake {
    engine: RwLock<Option<Arc<Engine>>>,
    rules: Mutex<HashMap<DispatchId, Rules>>,
}

/// A call under way: what its rows need, and where they go once they are committed.
pub struct Ticket {
    rules: Rules,
    here: Option<Here>,
}

/// This process sends it.
struct Here {
    engine: Arc<Engine>,
    prepared: Arc<Prepared>,
    asked: u64,
}

impl Intake {
    pub(super) fn set(&self, engine: Option<Arc<Engine>>) {
        *self.engine.write().unwrap_or_else(PoisonError::into_inner) = engine;
    }

    /// Before a call's rows are written, in the call's own transaction: while all connections are held by calls, none could get another. None:
    /// there is no such dispatch, or it cannot be sent.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn ticket(&self, tx: &mut Tx, dispatch: DispatchId) -> domain::Result<Option<Ticket>> {
        let engine = self.engine.read().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(engine) = engine.filter(|engine| !engine.stop.is_cancelled()) else {
            // Sent by a worker elsewhere, which is woken.
            let rules = self.rules(tx, dispatch).await?;
            return Ok(rules.map(|rules| Ticket { rules, here: None }));
        };
        let prepared = match engine.prepared.get(&engine, dispatch).await {
            Ok(prepared) => prepared,
            Err(Unusable::Database(error)) => return Err(error),
            Err(Unusable::Message(_)) => return Ok(None),
        };
        let asked = engine.millis();
        let rules = prepared.context.rules.clone();
        let has_lane = engine.lanes.iter().any(|it| it.kind == prepared.context.lane);
        let here = has_lane.then_some(Here {
            engine,
            prepared,
            asked,
        });
        Ok(Some(Ticket { rules, here }))
    }

    async fn rules(&self, tx: &mut Tx, dispatch: DispatchId) -> domain::Result<Option<Rules>> {
        let known = self
            .rules
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&dispatch)
            .cloned();
        if known.is_some() {
            return Ok(known);
        }
        let Some(rules) = dispatch::rules(tx, dispatch).await? else {
            return Ok(None);
        };
        let mut known = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(dispatch, rules.clone());
        Ok(Some(rules))
    }
}

impl Ticket {
    /// What holds people back.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Who takes a single line at once; none: it is claimed.
    #[must_use]
    pub fn worker(&self) -> Option<Worker> {
        self.here.as_ref().map(|here| here.engine.worker)
    }

    /// After the commit: on their way.
    pub async fn hand_over(self, accepted: &[Accepted]) {
        let Some(here) = self.here else { return };
        for one in accepted {
            here.hand_over(one).await;
        }
    }
}

impl Here {
    async fn hand_over(&self, accepted: &Accepted) {
        let lane = self
            .engine
            .lanes
            .iter()
            .find(|it| it.kind == self.prepared.context.lane);
        let (Some(lane), Some((claimed, recipient))) = (lane, &accepted.claimed) else {
            return;
        };
        let number = self.engine.journal.bind(claimed.chunk);
        if let Err(error) = &number {
            self.engine.journal_trouble(error);
        }
        let bound = number.is_ok();
        let number = number.unwrap_or(u32::MAX);
        let slot = self
            .engine
            .slot(number, *claimed, Arc::clone(&self.prepared), self.asked);
        let item = bound.then(|| {
            slot.hand_out(1);
            Item {
                slot: Arc::clone(&slot),
                recipient: recipient.clone(),
                checked: Instant::now(),
                lost_lines: 0,
                place: None,
            }
        });
        hand_over(lane, slot, item).await;
    }
}

/// Opened for the recorder before anybody can end it; without an item it is given back at once.
async fn hand_over(lane: &Lane, slot: Arc<Slot>, item: Option<Item>) {
    lane.tell(Note::Open(Arc::clone(&slot))).await;
    lane.push(item);
    lane.tell(Note::Exhausted(slot)).await;
}
