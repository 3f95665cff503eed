//! How many messages may be under way to one recipients' domain at once. Who finds no place waits at the domain's gate, and is given the
//! place of whoever leaves: also of one who did not go after all, so that nobody is left standing there.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::lane::{Item, Lane};

/// What came of an attempt to enter: it may go, it waits for a place, or too many wait already.
pub(super) type Entry = Result<Option<Item>, Box<Item>>;

/// A place at a domain, for as long as this lives.
pub(super) struct Place {
    lane: Arc<Lane>,
    domain: String,
}

impl Drop for Place {
    fn drop(&mut self) {
        let next = self.lane.gates.leave(&self.lane, &self.domain);
        self.lane.push_all_front(next);
    }
}

#[derive(Default)]
struct Gate {
    under_way: usize,
    waiting: VecDeque<Item>,
}

#[derive(Default)]
struct State {
    most: HashMap<String, usize>,
    gates: HashMap<String, Gate>,
    waiting: usize,
}

/// The gates of a lane.
#[derive(Default)]
pub(super) struct Gates(Mutex<State>);

impl Gates {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many may be under way, by domain; every other has no gate. Returns all who waited: the limit may have been raised.
    pub fn set(&self, most: &HashMap<String, usize>) -> Vec<Item> {
        let mut state = self.state();
        if state.most == *most {
            return Vec::new();
        }
        state.most.clone_from(most);
        drop(state);
        self.take_all()
    }

    /// Whether any domain has one.
    pub fn are_there(&self) -> bool {
        !self.state().most.is_empty()
    }

    /// Everybody who waits.
    pub fn take_all(&self) -> Vec<Item> {
        let mut state = self.state();
        state.waiting = 0;
        state
            .gates
            .values_mut()
            .flat_map(|gate| gate.waiting.drain(..))
            .collect()
    }

    /// Those who wait and of whom this holds.
    pub fn take_if(&self, gone: impl Fn(&Item) -> bool) -> Vec<Item> {
        let mut state = self.state();
        let mut taken = Vec::new();
        for gate in state.gates.values_mut() {
            if gate.waiting.iter().any(&gone) {
                let (out, kept) = gate.waiting.drain(..).partition(|it| gone(it));
                gate.waiting = kept;
                let out: VecDeque<Item> = out;
                taken.extend(out);
            }
        }
        state.waiting -= taken.len();
        taken
    }

    pub fn enter(&self, lane: &Arc<Lane>, domain: &str, mut item: Item, room: usize) -> Entry {
        if item.place.is_some() {
            return Ok(Some(item));
        }
        let mut state = self.state();
        let Some(most) = state.most.get(domain).copied() else {
            return Ok(Some(item));
        };
        let waiting = state.waiting;
        let gate = state.gates.entry(domain.to_owned()).or_default();
        if gate.under_way < most {
            gate.under_way += 1;
            item.place = Some(Place {
                lane: Arc::clone(lane),
                domain: domain.to_owned(),
            });
            return Ok(Some(item));
        }
        if waiting >= room {
            return Err(Box::new(item));
        }
        gate.waiting.push_back(item);
        state.waiting += 1;
        Ok(None)
    }

    /// One place less is taken. Returns those who have it now.
    fn leave(&self, lane: &Arc<Lane>, domain: &str) -> Vec<Item> {
        let mut state = self.state();
        let most = state.most.get(domain).copied().unwrap_or(usize::MAX);
        let Some(gate) = state.gates.get_mut(domain) else {
            return Vec::new();
        };
        gate.under_way = gate.under_way.saturating_sub(1);
        let mut next = Vec::new();
        while gate.under_way < most
            && let Some(mut item) = gate.waiting.pop_front()
        {
            gate.under_way += 1;
            item.place = Some(Place {
                lane: Arc::clone(lane),
                domain: domain.to_owned(),
            });
            next.push(item);
        }
        if gate.under_way == 0 {
            state.gates.remove(domain);
        }
        state.waiting -= next.len();
        next
    }
}
