//! Calls that arrive while one like them is under way go together after it: one transaction, or one look at the database, for all of them.
//! Nobody waits for company; a call that finds nobody under way goes at once. Each is asked for after its call arrived, so that nothing is
//! answered from what was known before.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// How many of the same key are under way at once: while one waits for the disk, the other works.
const TURNS: usize = 2;

/// Those who wait, by what they have in common.
pub struct Gather<K: Eq + Hash, I, A>(Arc<Mutex<HashMap<K, Desk<I, A>>>>);

/// Those of one key.
struct Desk<I, A> {
    waiting: Vec<(I, oneshot::Sender<A>)>,
    turns: usize,
}

impl<K: Eq + Hash, I, A> Default for Gather<K, I, A> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K, I, A> Gather<K, I, A>
where
    K: Clone + Eq + Hash + Send + 'static,
    I: Send + 'static,
    A: Send + 'static,
{
    /// Asks for one. `run` answers for several of the same key, in their order; at most `most` of them go together. None: it did not answer.
    ///
    /// What was begun is finished, whether or not the caller waits for it.
    pub async fn ask<F, R>(&self, key: K, item: I, most: usize, run: F) -> Option<A>
    where
        F: Fn(Vec<I>) -> R + Send + Sync + 'static,
        R: Future<Output = Vec<A>> + Send,
    {
        let (answer, answered) = oneshot::channel();
        let is_served = {
            let mut all = lock(&self.0);
            let desk = all.entry(key.clone()).or_insert_with(|| Desk {
                waiting: Vec::new(),
                turns: 0,
            });
            desk.waiting.push((item, answer));
            let is_served = desk.turns == TURNS;
            desk.turns += usize::from(!is_served);
            is_served
        };
        if !is_served {
            let mut turn = Turn {
                all: Arc::clone(&self.0),
                key,
                is_over: false,
            };
            tokio::spawn(async move {
                while let Some((items, answers)) = turn.next(most) {
                    for (answer, value) in answers.into_iter().zip(run(items).await) {
                        // Who has gone needs no answer.
                        let _ = answer.send(value);
                    }
                }
            });
        }
        answered.await.ok()
    }
}

fn lock<T>(all: &Mutex<T>) -> MutexGuard<'_, T> {
    all.lock().unwrap_or_else(PoisonError::into_inner)
}

/// While it is there, those of a key are being served.
struct Turn<K: Eq + Hash, I, A> {
    all: Arc<Mutex<HashMap<K, Desk<I, A>>>>,
    key: K,
    is_over: bool,
}

impl<K: Eq + Hash, I, A> Turn<K, I, A> {
    /// Those who wait by now; none: the turn is over.
    fn next(&mut self, most: usize) -> Option<(Vec<I>, Vec<oneshot::Sender<A>>)> {
        let mut all = lock(&self.all);
        let desk = all.get_mut(&self.key)?;
        if desk.waiting.is_empty() {
            // Under the same lock: whoever comes after this begins a turn of their own.
            self.is_over = true;
            leave(&mut all, &self.key);
            return None;
        }
        let some = desk.waiting.drain(..most.min(desk.waiting.len()));
        Some(some.unzip())
    }
}

fn leave<K: Eq + Hash, I, A>(all: &mut HashMap<K, Desk<I, A>>, key: &K) {
    if let Some(desk) = all.get_mut(key) {
        desk.turns -= 1;
        if desk.turns == 0 {
            all.remove(key);
        }
    }
}

impl<K: Eq + Hash, I, A> Drop for Turn<K, I, A> {
    /// Whoever serves may panic: when that was the last of them, those who wait learn that there is no answer.
    fn drop(&mut self) {
        if !self.is_over {
            leave(&mut lock(&self.all), &self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    #[tokio::test]
    async fn those_who_come_meanwhile_go_together_and_nobody_is_answered_from_before() {
        let gather: Arc<Gather<u8, usize, (usize, usize)>> = Arc::default();
        let runs = Arc::new(AtomicUsize::new(0));
        let calls = (0..10).map(|n| {
            let (gather, runs) = (Arc::clone(&gather), Arc::clone(&runs));
            async move {
                gather
                    .ask(7, n, 4, move |items| {
                        let run = runs.fetch_add(1, Ordering::SeqCst);
                        async move {
                            tokio::time::sleep(Duration::from_millis(20)).await;
                            items.into_iter().map(|it| (it, run)).collect()
                        }
                    })
                    .await
            }
        });
        let answers = futures::future::join_all(calls).await;
        // The tasks begin when all ten have come.
        let expected = [0, 0, 0, 0, 1, 1, 1, 1, 2, 2];
        for (n, answer) in answers.into_iter().enumerate() {
            assert_eq!(answer, Some((n, expected[n])));
        }
        tokio::task::yield_now().await;
        assert!(lock(&gather.0).is_empty());
    }

    #[tokio::test]
    async fn a_panic_is_no_answer_and_the_next_call_is_served() {
        let gather: Gather<u8, bool, ()> = Gather::default();
        let ask = async |bad| {
            gather
                .ask(1, bad, 4, |items: Vec<bool>| async move {
                    assert!(!items[0], "meant");
                    vec![(); items.len()]
                })
                .await
        };
        assert_eq!(ask(true).await, None);
        assert_eq!(ask(false).await, Some(()));
    }
}
