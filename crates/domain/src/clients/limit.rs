//! How often a client may call: one bucket for all processes, and what this process knows of it.
//!
//! The bucket is a row. A call reads it (with the statement that reads the token, so for nothing), takes off what this process has let
//! through since, and goes; a moment later the process posts what it let through. So no call waits for a row that all calls of a client
//! share. What other processes let through and have not posted cannot be known: each may have [`Limit::unposted`] calls open, then it
//! posts before it goes on. In any minute all processes together let through at most
//! `requests_per_minute + burst + processes * max(1, burst / 10)`, and what was too much is owed: the bucket goes below nothing.

use std::time::{Duration, Instant};

/// Tokens are counted in floating point: a whole one is one that misses this much.
const EPSILON: f64 = 1e-6;

/// How often a client may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// On the average.
    pub per_minute: u32,
    /// At once, after a pause.
    pub burst: u32,
}

impl Limit {
    pub(super) fn of_row(per_minute: i32, burst: i32) -> Self {
        Self {
            per_minute: per_minute.unsigned_abs().max(1),
            burst: burst.unsigned_abs().max(1),
        }
    }

    fn per_second(self) -> f64 {
        f64::from(self.per_minute) / 60.0
    }

    /// How many calls a process may have let through without the others knowing.
    #[must_use]
    pub fn unposted(self) -> u32 {
        (self.burst / 10).max(1)
    }

    /// How long an empty bucket takes to fill.
    #[must_use]
    pub fn window(self) -> Duration {
        Duration::from_secs_f64(f64::from(self.burst) / self.per_second())
    }

    fn standing(self, have: f64, refused: bool) -> Standing {
        let have = have.min(f64::from(self.burst));
        let until = |tokens: f64| Duration::from_secs_f64((tokens - have).max(0.0) / self.per_second());
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "whole, and at most the burst"
        )]
        let remaining = (have + EPSILON).floor().max(0.0) as u32;
        Standing {
            limit: self,
            remaining,
            reset: until(f64::from(self.burst)),
            retry_after: refused.then(|| until(1.0)),
        }
    }
}

/// How a client stands after a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub limit: Limit,
    /// Calls that may follow at once.
    pub remaining: u32,
    /// Until so many as ever may.
    pub reset: Duration,
    /// The call was one too many, and did not count: how long until one may go.
    pub retry_after: Option<Duration>,
}

/// The row at a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Seen {
    /// Goes up with every post.
    pub version: i64,
    pub tokens: f64,
}

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Turn {
    /// It goes, and was counted.
    Go(Standing),
    /// It does not.
    Stop(Standing),
    /// Too many calls are open: post them, then ask again.
    Post,
}

/// What a process knows of a client's bucket.
#[derive(Debug, Default)]
pub(super) struct Share {
    /// The newest state, and when it was seen.
    known: Option<(Seen, Instant)>,
    /// Let through, and not posted.
    open: u32,
    /// Being posted: whether a state that is read meanwhile has them already cannot be told, so they are taken off.
    posting: u32,
}

impl Share {
    /// Counts a call, if it may go. `seen` is what was read with the call's token.
    pub fn spend(&mut self, limit: Limit, seen: Seen, now: Instant) -> Turn {
        if self.known.is_none_or(|(known, _)| known.version < seen.version) {
            self.known = Some((seen, now));
        }
        let (known, since) = self.known.unwrap_or((seen, now));
        let passed = now.saturating_duration_since(since).as_secs_f64();
        let filled = (known.tokens + passed * limit.per_second()).min(f64::from(limit.burst));
        let have = filled - f64::from(self.open) - f64::from(self.posting);
        if have < 1.0 - EPSILON {
            return Turn::Stop(limit.standing(have, true));
        }
        if self.open.saturating_add(self.posting) >= limit.unposted() {
            return Turn::Post;
        }
        self.open += 1;
        Turn::Go(limit.standing(have - 1.0, false))
    }

    /// Calls that are waiting to be posted.
    pub fn open(&self) -> u32 {
        self.open
    }

    /// Nothing is open, and nothing on its way.
    pub fn is_posted(&self) -> bool {
        self.open == 0 && self.posting == 0
    }

    /// Begins a post, and says of how many calls. One at a time.
    pub fn post(&mut self) -> u32 {
        self.posting += std::mem::take(&mut self.open);
        self.posting
    }

    /// The post was committed, and left this. It counts even with an older version: then the database had lost its buckets.
    pub fn posted(&mut self, seen: Seen, now: Instant) {
        self.posting = 0;
        self.known = Some((seen, now));
    }

    /// It was not, as far as is known.
    pub fn not_posted(&mut self) {
        self.open += std::mem::take(&mut self.posting);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The row, by the arithmetic of `client_bucket_post`.
    struct Row {
        tokens: f64,
        refilled: Duration,
        version: i64,
    }

    impl Row {
        fn full(limit: Limit) -> Self {
            Self {
                tokens: f64::from(limit.burst),
                refilled: Duration::ZERO,
                version: 0,
            }
        }

        fn at(&self, limit: Limit, now: Duration) -> f64 {
            let passed = now.saturating_sub(self.refilled).as_secs_f64();
            f64::from(limit.burst).min(self.tokens + passed * limit.per_second())
        }

        fn seen(&self, limit: Limit, now: Duration) -> Seen {
            Seen {
                version: self.version,
                tokens: self.at(limit, now),
            }
        }

        fn post(&mut self, limit: Limit, now: Duration, calls: u32) -> Seen {
            self.tokens = (self.at(limit, now) - f64::from(calls)).max(-f64::from(limit.burst.max(100)));
            self.refilled = now;
            self.version += 1;
            self.seen(limit, now)
        }
    }

    fn went(turn: Turn) -> Option<Standing> {
        match turn {
            Turn::Go(standing) => Some(standing),
            Turn::Stop(_) | Turn::Post => None,
        }
    }

    #[test]
    fn a_burst_then_the_rate() {
        let limit = Limit {
            per_minute: 60,
            burst: 20,
        };
        let (begin, full) = (
            Instant::now(),
            Seen {
                version: 0,
                tokens: 20.0,
            },
        );
        let mut share = Share::default();
        let first = went(share.spend(limit, full, begin)).expect("the first");
        assert_eq!((first.remaining, first.reset), (19, Duration::from_secs(1)));
        share.spend(limit, full, begin);
        assert_eq!(share.spend(limit, full, begin), Turn::Post, "two are open");
        assert_eq!(share.post(), 2);
        let left = Seen {
            version: 1,
            tokens: 1.5,
        };
        share.posted(left, begin);
        // What was read before the post is older, whenever it arrives.
        assert_eq!(
            went(share.spend(limit, full, begin)).expect("one more").remaining,
            0
        );
        let Turn::Stop(refused) = share.spend(limit, full, begin) else {
            panic!("let through");
        };
        assert_eq!(refused.retry_after, Some(Duration::from_millis(500)));
        assert!(went(share.spend(limit, full, begin + Duration::from_millis(500))).is_some());
    }

    #[test]
    fn what_is_being_posted_is_taken_off_until_it_is_known() {
        let limit = Limit {
            per_minute: 60,
            burst: 100,
        };
        let begin = Instant::now();
        let seen = |version, tokens| Seen { version, tokens };
        let mut share = Share::default();
        assert!(went(share.spend(limit, seen(0, 3.0), begin)).is_some());
        assert_eq!(share.post(), 1);
        // Another process has posted meanwhile.
        assert_eq!(
            went(share.spend(limit, seen(4, 3.0), begin))
                .expect("goes")
                .remaining,
            1
        );
        share.not_posted();
        assert_eq!(share.post(), 2, "tried again, with what came since");
    }

    #[derive(Clone, Debug)]
    enum Step {
        Pass(u64),
        Call(usize),
        /// A call whose state was read a while ago.
        LateCall(usize),
        Post(usize),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            (0u64..3_000).prop_map(Step::Pass),
            (0usize..4).prop_map(Step::Call),
            (0usize..4).prop_map(Step::Call),
            (0usize..4).prop_map(Step::Call),
            (0usize..4).prop_map(Step::LateCall),
            (0usize..4).prop_map(Step::Post),
        ];
        prop::collection::vec(step, 1..400)
    }

    proptest! {
        /// The bound that is promised, for any order of calls and posts of four processes.
        #[test]
        fn no_minute_has_more_than_is_said(per_minute in 1u32..2_000, part in 0.0f64..1.0, steps in steps()) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of a small number")]
            let limit = Limit { per_minute, burst: ((f64::from(per_minute) * part) as u32).max(1) };
            let begin = Instant::now();
            let mut row = Row::full(limit);
            let mut shares: Vec<Share> = (0..4).map(|_| Share::default()).collect();
            let (mut now, mut gone) = (Duration::ZERO, Vec::new());
            let mut late = row.seen(limit, now);
            for step in steps {
                match step {
                    Step::Pass(milliseconds) => {
                        late = row.seen(limit, now);
                        now += Duration::from_millis(milliseconds);
                    }
                    Step::Post(n) => {
                        let calls = shares[n].post();
                        let left = row.post(limit, now, calls);
                        shares[n].posted(left, begin + now);
                    }
                    Step::Call(n) | Step::LateCall(n) => {
                        let seen = if matches!(step, Step::LateCall(_)) { late } else { row.seen(limit, now) };
                        let mut turn = shares[n].spend(limit, seen, begin + now);
                        if turn == Turn::Post {
                            let calls = shares[n].post();
                            let left = row.post(limit, now, calls);
                            shares[n].posted(left, begin + now);
                            turn = shares[n].spend(limit, seen, begin + now);
                        }
                        prop_assert!(turn != Turn::Post);
                        if let Some(standing) = went(turn) {
                            gone.push(now);
                            prop_assert!(standing.remaining < limit.burst);
                            prop_assert!(standing.reset <= limit.window());
                        }
                    }
                }
            }
            let bound = f64::from(limit.burst) + 4.0 * f64::from(limit.unposted()) + 1.0;
            for (n, from) in gone.iter().enumerate() {
                for (m, to) in gone.iter().enumerate().skip(n) {
                    let calls = f64::from(u32::try_from(m - n + 1).unwrap());
                    let may = bound + (*to - *from).as_secs_f64() * limit.per_second();
                    prop_assert!(calls <= may, "{} calls in {:?}", calls, *to - *from);
                }
            }
        }

        /// Who waits as long as told is let through, where nobody else calls.
        #[test]
        fn who_comes_when_told_to_goes(per_minute in 1u32..100_000, part in 0.0f64..1.0, calls in 1usize..300) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of a small number")]
            let limit = Limit { per_minute, burst: ((f64::from(per_minute) * part) as u32).max(1) };
            let begin = Instant::now();
            let (mut row, mut share, mut now) = (Row::full(limit), Share::default(), Duration::ZERO);
            for _ in 0..calls {
                match share.spend(limit, row.seen(limit, now), begin + now) {
                    Turn::Go(_) => {}
                    Turn::Post => {
                        let open = share.post();
                        let left = row.post(limit, now, open);
                        share.posted(left, begin + now);
                    }
                    Turn::Stop(standing) => {
                        now += standing.retry_after.expect("how long") + Duration::from_nanos(1_000);
                        let turn = share.spend(limit, row.seen(limit, now), begin + now);
                        prop_assert!(!matches!(turn, Turn::Stop(_)), "{:?}", turn);
                    }
                }
            }
        }
    }
}
