//! What became of the demo's messages: handed over and answered as the sending engine and readers would, through the same
//! ledger and the same events.

use super::{Demo, messages::Message};
use crate::{
    Error, Result,
    dispatch::{self, Batch, Outcome, OutcomeKind, Worker},
    events::{self, Hit, HitKind, Rule},
    tokens::DeliveryRef,
    topics::Origin,
};
use jiff::{SignedDuration, Timestamp};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use types::{DispatchId, topics::ConsentSource};
use uuid::Uuid;

const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148";
const DESK: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Thunderbird/140.0";

impl Demo {
    /// Hands over what is due, as a worker does, with a relay that knows one address in a hundred no longer.
    pub(super) async fn send(&self, seed: u64) -> Result<()> {
        let mut rng = StdRng::seed_from_u64(seed);
        let worker = Worker {
            id: Uuid::from_u128(u128::from(seed) + 1),
            host: Uuid::nil(),
            lease: SignedDuration::from_mins(5),
        };
        dispatch::settle(&self.domain, worker.host).await?;
        for running in dispatch::active(&self.domain).await? {
            let context = dispatch::context(&self.domain, running.id)
                .await?
                .ok_or_else(|| Error::broken("a dispatch of the demo"))?;
            while let Some(claimed) = dispatch::claim(&self.domain, worker, running.id).await? {
                let slice =
                    dispatch::slice(&self.domain, worker, claimed, &context.rules, 0, i64::MAX).await?;
                let slice = slice.ok_or_else(|| Error::broken("a chunk of the demo"))?;
                let now = self.domain.now();
                let mut batch = Batch {
                    released: vec![(claimed.chunk, None)],
                    ..Batch::default()
                };
                for (seq, attempts, rule) in slice.held {
                    batch.outcomes.push((
                        claimed.chunk,
                        Outcome {
                            seq,
                            kind: context.rules.end_of_held(&rule),
                            rule,
                            reply_code: None,
                            reply: String::new(),
                            attempts,
                            at: now,
                            bad_address: false,
                        },
                    ));
                }
                for person in slice.people {
                    let gone = rng.random_ratio(1, 110);
                    batch
                        .outcomes
                        .push((claimed.chunk, answered(person.seq, gone, now)));
                }
                self.clock.advance(SignedDuration::from_secs(2));
                dispatch::record(&self.domain, worker, &batch, false).await?;
            }
        }
        dispatch::settle(&self.domain, worker.host).await
    }

    /// Readers open and click, most of them within a day; scanners follow every link at once; a few leave.
    pub(super) async fn react(&self, message: &Message, seed: u64) -> Result<()> {
        let mut rng = StdRng::seed_from_u64(seed + 1_000);
        let Some(run) = self.last_run().await? else {
            return Err(Error::broken("a run of the demo"));
        };
        let sent = sqlx::query!(
            r#"select o.seq, o.at,
                      array(select l.number from dispatch_links l
                            where l.dispatch_id = d.dispatch_id and l.language = d.language order by l.number) as "links!"
               from outcomes o join deliveries d using (dispatch_id, seq)
               where o.dispatch_id = $1 and o.outcome = 'sent' order by o.seq"#,
            run.uuid()
        )
        .fetch_all(self.domain.pool())
        .await?;
        let mut hits = Vec::new();
        let mut leaving = Vec::new();
        for row in sent {
            let reader = Reader {
                delivery: DeliveryRef {
                    dispatch: run,
                    seq: row.seq,
                },
                sent: row.at.to_jiff(),
                links: row.links,
            };
            if rng.random_ratio(1, 40) {
                hits.extend(reader.scanned());
            }
            if rng.random_ratio(1, 9) {
                hits.push(reader.prefetched(&mut rng));
            }
            if rng.random_ratio(message.opens, 100) {
                let opened = reader.opened(&mut rng);
                if rng.random_ratio(message.clicks, 100) {
                    hits.extend(reader.clicked(&mut rng, opened.at));
                }
                if rng.random_ratio(1, 160) {
                    leaving.push((reader.delivery, opened.at + SignedDuration::from_mins(2)));
                }
                hits.push(opened);
            }
        }
        for batch in hits.chunks(4_096) {
            let mut tx = self.domain.begin().await?;
            events::record(&mut tx, batch).await?;
            tx.commit().await?;
        }
        for (delivery, at) in leaving {
            self.leave(delivery, at).await?;
        }
        Ok(())
    }

    /// The newest run.
    async fn last_run(&self) -> Result<Option<DispatchId>> {
        Ok(sqlx::query_scalar!(
            r#"select id as "id: DispatchId" from dispatches order by created_at desc limit 1"#
        )
        .fetch_optional(self.domain.pool())
        .await?)
    }

    async fn leave(&self, delivery: DeliveryRef, at: Timestamp) -> Result<()> {
        self.clock.set(at);
        let mut tx = self.domain.begin().await?;
        let Some(person) = events::recipient(&mut tx, delivery).await? else {
            return Ok(());
        };
        let origin = Origin {
            source: Some(ConsentSource::UnsubscribePage),
            reference: Some(delivery.dispatch.uuid()),
            unit: person.unit.as_ref().map(|unit| unit.id),
            wording: "unsubscribe",
            wording_version: "1",
            remote_address: None,
        };
        events::unsubscribe(&mut tx, delivery, &person, &origin).await?;
        tx.commit().await
    }
}

/// One recipient and what they do.
struct Reader {
    delivery: DeliveryRef,
    sent: Timestamp,
    /// The numbers of the links in the language they were written to in.
    links: Vec<i16>,
}

impl Reader {
    fn hit(&self, kind: HitKind, machine: Option<Rule>, agent: &str, at: Timestamp) -> Hit {
        Hit {
            delivery: self.delivery,
            kind,
            machine,
            user_agent: agent.to_owned(),
            network: "192.0.2.0/24".to_owned(),
            at,
        }
    }

    /// Half within two hours, the rest over the days that follow.
    fn opened(&self, rng: &mut StdRng) -> Hit {
        let minutes = match rng.random_range(0..10) {
            0..=4 => rng.random_range(1..120),
            5..=7 => rng.random_range(120..60 * 24),
            _ => rng.random_range(60 * 24..60 * 24 * 4),
        };
        let agent = if rng.random_bool(0.6) { PHONE } else { DESK };
        self.hit(
            HitKind::Opened,
            None,
            agent,
            self.sent + SignedDuration::from_mins(minutes),
        )
    }

    /// A message without links cannot be clicked.
    fn clicked(&self, rng: &mut StdRng, opened: Timestamp) -> Option<Hit> {
        // The first link is the button in most templates.
        let place = if rng.random_bool(0.7) {
            0
        } else {
            rng.random_range(0..self.links.len().max(1))
        };
        let link = *self.links.get(place)?;
        let at = opened + SignedDuration::from_secs(rng.random_range(8..300));
        Some(self.hit(HitKind::Clicked { link }, None, PHONE, at))
    }

    fn prefetched(&self, rng: &mut StdRng) -> Hit {
        let at = self.sent + SignedDuration::from_secs(rng.random_range(5..600));
        self.hit(HitKind::Opened, Some(Rule::Prefetch), "Mozilla/5.0", at)
    }

    fn scanned(&self) -> Vec<Hit> {
        let at = self.sent + SignedDuration::from_secs(5);
        self.links
            .iter()
            .map(|link| {
                self.hit(
                    HitKind::Clicked { link: *link },
                    Some(Rule::Agent),
                    "Mozilla/5.0 (compatible; Barracuda Sentinel)",
                    at,
                )
            })
            .collect()
    }
}

fn answered(seq: i64, gone: bool, at: Timestamp) -> Outcome {
    Outcome {
        seq,
        kind: if gone {
            OutcomeKind::Failed
        } else {
            OutcomeKind::Sent
        },
        rule: if gone { "hard_bounce" } else { "" }.to_owned(),
        reply_code: Some(if gone { 550 } else { 250 }),
        reply: if gone { "5.1.1 No such mailbox" } else { "2.0.0 Ok" }.to_owned(),
        attempts: 1,
        at,
        bad_address: gone,
    }
}
