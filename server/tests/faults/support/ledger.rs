//! The reconciliation every test ends with: what the ledger says of each recipient, and what the relay accepted for them.

use std::collections::{BTreeMap, HashMap};

use super::Scene;

/// What became of each recipient, by address: outcome and rule; `open` has no outcome yet.
pub type Ledger = BTreeMap<String, (String, String)>;

/// How many recipients ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub audience: usize,
    pub sent: usize,
    pub failed: usize,
    pub suppressed: usize,
    pub cancelled: usize,
    pub ambiguous: usize,
    /// Ambiguous recipients whose message the relay did accept.
    pub ambiguous_received: usize,
}

impl Scene {
    /// The ledger as it stands; each recipient stands in it once.
    pub async fn ledger(&self) -> Ledger {
        let rows: Vec<(String, String, String)> = sqlx::query_as(
            "select d.address, coalesce(o.outcome, 'open'), coalesce(o.rule, '')
             from deliveries d left join outcomes o using (dispatch_id, seq) where d.dispatch_id = $1",
        )
        .bind(self.run.dispatch.uuid())
        .fetch_all(self.pool())
        .await
        .unwrap();
        let n = rows.len();
        let ledger: Ledger = rows
            .into_iter()
            .map(|(address, outcome, rule)| (address, (outcome, rule)))
            .collect();
        assert_eq!(ledger.len(), n, "one outcome each");
        ledger
    }

    /// Compares ledger and relay, recipient by recipient, when the dispatch is done and no worker runs any more.
    /// Prints and returns the counts.
    pub async fn reconcile(&self, test: &str) -> Tally {
        self.sink.settle();
        let (tally, wrong) = compare(&self.ledger().await, &self.received());
        println!("{test}: {tally:?}");
        let some = &wrong[..wrong.len().min(10)];
        assert!(
            wrong.is_empty(),
            "{test}: {} recipients are wrong, such as {some:#?}",
            wrong.len()
        );
        let counted = [
            tally.sent,
            tally.failed,
            tally.suppressed,
            tally.cancelled,
            tally.ambiguous,
        ];
        assert_eq!(tally.audience, counted.iter().sum::<usize>());
        assert_eq!(
            self.counters().await,
            tally.counters(),
            "the counters on the dispatch"
        );
        tally
    }

    /// How often each address was accepted; no two people are sent the same message.
    fn received(&self) -> BTreeMap<String, usize> {
        let (mut received, mut ids) = (BTreeMap::new(), HashMap::new());
        for event in self.sink.events() {
            if event.what == "accepted" {
                let of = ids.entry(event.message_id).or_insert_with(|| event.to.clone());
                assert_eq!(*of, event.to, "one Message-ID");
                *received.entry(event.to).or_default() += 1;
            }
        }
        received
    }

    /// The dispatch's own: audience, sent, failed, suppressed, cancelled, ambiguous.
    async fn counters(&self) -> Vec<i64> {
        sqlx::query_scalar(
            "select array[audience, sent, failed, suppressed, cancelled, ambiguous] from dispatches where id = $1",
        )
        .bind(self.run.dispatch.uuid())
        .fetch_one(self.pool())
        .await
        .unwrap()
    }
}

/// Law by law: sent is received once, in doubt at most once, all else never; and who has no outcome, or received without
/// standing in the ledger, is wrong.
fn compare(ledger: &Ledger, received: &BTreeMap<String, usize>) -> (Tally, Vec<String>) {
    let mut tally = Tally {
        audience: ledger.len(),
        ..Tally::default()
    };
    let mut wrong = Vec::new();
    for (address, (outcome, _)) in ledger {
        let times = received.get(address).copied().unwrap_or_default();
        let mut unknown = 0;
        let (count, allowed) = match outcome.as_str() {
            "sent" => (&mut tally.sent, times == 1),
            "failed" => (&mut tally.failed, times == 0),
            "suppressed" => (&mut tally.suppressed, times == 0),
            "cancelled" => (&mut tally.cancelled, times == 0),
            "ambiguous" => (&mut tally.ambiguous, times <= 1),
            _ => (&mut unknown, false),
        };
        *count += 1;
        if !allowed {
            wrong.push(format!("{address}: {outcome}, received {times} times"));
        }
        if outcome == "ambiguous" {
            tally.ambiguous_received += times;
        }
    }
    let strangers = received.keys().filter(|address| !ledger.contains_key(*address));
    wrong.extend(strangers.map(|address| format!("{address}: not in the ledger")));
    (tally, wrong)
}

#[test]
fn the_reconciliation_finds_what_is_wrong() {
    let ledger = ["sent", "failed", "suppressed", "cancelled", "ambiguous", "open"];
    let ledger: Ledger = ledger
        .map(|it| (it.to_owned(), (it.to_owned(), String::new())))
        .into();
    let wrong_when_received = |times: usize| {
        let received = ledger.keys().map(|it| (it.clone(), times)).collect();
        let wrong = compare(&ledger, &received).1;
        let mut who: Vec<String> = wrong
            .iter()
            .map(|it| it.split(':').next().unwrap().to_owned())
            .collect();
        who.sort_unstable();
        who.join(" ")
    };
    assert_eq!(wrong_when_received(0), "open sent");
    assert_eq!(wrong_when_received(1), "cancelled failed open suppressed");
    assert_eq!(
        wrong_when_received(2),
        "ambiguous cancelled failed open sent suppressed"
    );
    let stranger = BTreeMap::from([("somebody".to_owned(), 1)]);
    assert!(
        compare(&ledger, &stranger)
            .1
            .iter()
            .any(|it| it.starts_with("somebody"))
    );
}

impl Tally {
    fn counters(&self) -> Vec<i64> {
        [
            self.audience,
            self.sent,
            self.failed,
            self.suppressed,
            self.cancelled,
            self.ambiguous,
        ]
        .map(|n| i64::try_from(n).unwrap())
        .to_vec()
    }
}
