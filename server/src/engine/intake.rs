//! Triggered messages: from the commit straight to a warm line of this process.

use std::sync::{Arc, PoisonError, RwLock};

use domain::dispatch::{self, Accepted};
use serde_json::Value;
use tokio::time::Instant;
use types::{ContactId, DispatchId};

use super::Engine;
use super::lane::{Item, Lane, Note, Slot};
use super::prepared::Unusable;

/// The urgent worker of this process, while there is one.
#[derive(Default)]
pub struct Intake(RwLock<Option<Arc<Engine>>>);

impl Intake {
    pub(super) fn set(&self, engine: Option<Arc<Engine>>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = engine;
    }

    /// Adds a message to a standing dispatch and hands it over. Returns when it is committed; it is on its way then. None: nobody of
    /// that unit, or the dispatch takes no messages.
    ///
    /// # Errors
    /// When the database cannot be asked: nothing was accepted then, as far as anybody can know.
    pub async fn accept(
        &self,
        domain: &domain::Domain,
        dispatch: DispatchId,
        contact: ContactId,
        attributes: &Value,
    ) -> domain::Result<Option<Accepted>> {
        let engine = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        match engine.filter(|engine| !engine.stop.is_cancelled()) {
            Some(engine) => engine.accept(dispatch, contact, attributes).await,
            None => {
                // Sent by a worker elsewhere, which is woken.
                let context = dispatch::context(domain, dispatch).await?;
                let Some(context) = context else { return Ok(None) };
                dispatch::accept(domain, None, dispatch, &context.rules, contact, attributes).await
            }
        }
    }
}

impl Engine {
    async fn accept(
        &self,
        dispatch: DispatchId,
        contact: ContactId,
        attributes: &Value,
    ) -> domain::Result<Option<Accepted>> {
        let prepared = match self.prepared.get(self, dispatch).await {
            Ok(prepared) => prepared,
            Err(Unusable::Database(error)) => return Err(error),
            Err(Unusable::Message(_)) => return Ok(None),
        };
        let lane = self.lanes.iter().find(|it| it.kind == prepared.context.lane);
        let asked = self.millis();
        let worker = lane.map(|_| self.worker);
        let rules = &prepared.context.rules;
        let accepted = dispatch::accept(&self.domain, worker, dispatch, rules, contact, attributes).await?;
        if let (
            Some(lane),
            Some(Accepted {
                claimed: Some((claimed, recipient)),
                ..
            }),
        ) = (lane, &accepted)
        {
            let number = self.journal.bind(claimed.chunk);
            if let Err(error) = &number {
                self.journal_trouble(error);
            }
            let bound = number.is_ok();
            let number = number.unwrap_or(u32::MAX);
            let slot = self.slot(number, *claimed, Arc::clone(&prepared), asked);
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
        Ok(accepted)
    }
}

/// Opened for the recorder before anybody can end it; without an item it is given back at once.
async fn hand_over(lane: &Lane, slot: Arc<Slot>, item: Option<Item>) {
    lane.tell(Note::Open(Arc::clone(&slot))).await;
    lane.push(item);
    lane.tell(Note::Exhausted(slot)).await;
}
