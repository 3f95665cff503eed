//! What became of the demo's messages: handed over and answered as the sending engine and readers would, through the same
//! ledger and the same events.

use super::{Demo, messages::Message};
use crate::{
    Error, Result,
    dispatch::{self, Lane, Outcome, OutcomeKind, Window},
    events::{self, Hit, HitKind, Rule},
    tokens::DeliveryRef,
    topics::Origin,
};
use jiff::{SignedDuration, Timestamp};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use types::{DispatchId, topics::ConsentSource};
use uuid::Uuid;

const LEASE: SignedDuration = SignedDuration::from_mins(5);
const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148";
const DESK: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Thunderbird/140.0";

impl Demo {
    /// Hands over what is due, as a worker does, with a relay that knows one address in a hundred no longer.
    pub(super) async fn send(&self, seed: u64) -> Result<()> {
        let mut rng = StdRng::seed_from_u64(seed);
        let worker = Uuid::from_u128(u128::from(seed) + 1);
        dispatch::settle(&self.domain).await?;
        while let Some(chunk) = dispatch::claim(&self.domain, worker, Lane::Marketing, LEASE).await? {
            let context = dispatch::context(&self.domain, chunk.dispatch)
                .await?
                .ok_or_else(|| Error::broken("a dispatch of the demo"))?;
            let people = dispatch::recipients(&self.domain, chunk).await?;
            let window = dispatch::record(
                &self.domain,
                worker,
                chunk,
                LEASE,
                &context.rules,
                &[],
                &[],
                &people,
            )
            .await?;
            let Window::Go(allowed) = window else {
                return Err(Error::broken("a chunk of the demo"));
            };
            let mut outcomes = Vec::with_capacity(people.len());
            for person in people.iter().filter(|person| allowed.contains(&person.seq)) {
                let gone = rng.random_ratio(1, 110);
                outcomes.push(Outcome {
                    seq: person.seq,
                    kind: if gone {
                        OutcomeKind::Failed
                    } else {
                        OutcomeKind::Sent
                    },
                    rule: if gone {
                        "hard_bounce".to_owned()
                    } else {
                        String::new()
                    },
                    reply_code: Some(if gone { 550 } else { 250 }),
                    reply: if gone {
                        "5.1.1 No such mailbox".to_owned()
                    } else {
                        "2.0.0 Ok".to_owned()
                    },
                    attempts: 1,
                    at: self.domain.now(),
                    bad_address: gone.then(|| (person.contact, person.address.clone())),
                });
            }
            self.clock.advance(SignedDuration::from_secs(2));
            dispatch::record(
                &self.domain,
                worker,
                chunk,
                LEASE,
                &context.rules,
                &outcomes,
                &[],
                &[],
            )
            .await?;
            dispatch::release(&self.domain, worker, chunk, None).await?;
        }
        dispatch::settle(&self.domain).await
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
