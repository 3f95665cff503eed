//! Things that wait for a moment, many of them for the very same one.

use std::collections::BTreeMap;

use tokio::time::Instant;

/// By time, then in the order they came.
pub(super) struct Later<T> {
    by_time: BTreeMap<(Instant, u64), T>,
    count: u64,
}

impl<T> Default for Later<T> {
    fn default() -> Self {
        Self {
            by_time: BTreeMap::new(),
            count: 0,
        }
    }
}

impl<T> Later<T> {
    pub fn push(&mut self, at: Instant, thing: T) {
        self.by_time.insert((at, self.count), thing);
        self.count += 1;
    }

    /// Takes out what waited until now.
    pub fn due(&mut self, now: Instant) -> Vec<T> {
        if self.first().is_none_or(|first| first > now) {
            return Vec::new();
        }
        let later = self.by_time.split_off(&(now, u64::MAX));
        std::mem::replace(&mut self.by_time, later)
            .into_values()
            .collect()
    }

    /// Takes out those of which this holds.
    pub fn take_if(&mut self, gone: impl Fn(&T) -> bool) -> Vec<T> {
        if !self.by_time.values().any(&gone) {
            return Vec::new();
        }
        let (gone, kept) = std::mem::take(&mut self.by_time)
            .into_iter()
            .partition(|(_, thing)| gone(thing));
        self.by_time = kept;
        let gone: BTreeMap<_, T> = gone;
        gone.into_values().collect()
    }

    /// Takes out everything.
    pub fn take(&mut self) -> Vec<T> {
        std::mem::take(&mut self.by_time).into_values().collect()
    }

    /// The first moment that anything waits for.
    pub fn first(&self) -> Option<Instant> {
        self.by_time.first_key_value().map(|((at, _), _)| *at)
    }

    pub fn len(&self) -> usize {
        self.by_time.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    proptest! {
        /// Also what waits for the same moment: nothing takes another's place, and nothing comes early.
        #[test]
        fn everything_comes_back_once_and_in_time(waits in prop::collection::vec(0u64..5, 0..300), looks in prop::collection::vec(0u64..6, 0..6)) {
            let start = Instant::now();
            let mut later = Later::default();
            for (n, wait) in waits.iter().enumerate() {
                later.push(start + Duration::from_millis(*wait), n);
            }
            let mut looks = looks;
            looks.sort_unstable();
            let mut seen = Vec::new();
            for look in looks {
                for n in later.due(start + Duration::from_millis(look)) {
                    prop_assert!(waits[n] <= look);
                    seen.push(n);
                }
                prop_assert!(later.first().is_none_or(|at| at > start + Duration::from_millis(look)));
            }
            prop_assert_eq!(later.len(), waits.len() - seen.len());
            seen.extend(later.take());
            seen.sort_unstable();
            prop_assert_eq!(seen, (0..waits.len()).collect::<Vec<_>>());
        }
    }
}
