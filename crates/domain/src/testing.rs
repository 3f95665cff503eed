//! Builders for tests: a university with units and people, made through the domain's own tables.

use crate::{
    Actor, Domain, Result, clock::FixedClock, db::ts, keys::Keys, random::SeededRandom, tokens::DeliveryRef,
    units,
};
use jiff::Timestamp;
use sqlx::PgPool;
use types::{ContactId, DispatchId, TopicId, UnitId, UserId, access::Role, units::UnitInput};

mod mailing;
mod messages;

pub use mailing::Run;
pub use messages::Defined;

/// 2026-10-01 08:00 UTC, the time in which tests live.
#[must_use]
pub fn noon() -> Timestamp {
    Timestamp::from_second(1_790_841_600).unwrap_or_default()
}

/// A domain on a test's database, with a clock that stands still and seeded randomness.
pub fn domain(pool: PgPool) -> (Domain, FixedClock) {
    let clock = FixedClock::at(noon());
    let domain = Domain::new(pool, Keys::new([7; 32]), "https://mail.university.test")
        .with_clock(clock.clone())
        .with_random(SeededRandom::new(1));
    (domain, clock)
}

/// A university: a root and two units below it that must not see each other.
pub struct University {
    pub domain: Domain,
    pub clock: FixedClock,
    pub root: UnitId,
    pub admissions: UnitId,
    pub shop: UnitId,
}

impl University {
    pub async fn new(pool: PgPool) -> Result<Self> {
        let (domain, clock) = domain(pool);
        let mut tx = domain.begin().await?;
        let root = units::create_root(&mut tx, &unit("university", "University")).await?;
        let by = crate::access::System.grant(root);
        let admissions = units::create(&mut tx, &by, &unit("admissions", "Admissions")).await?;
        let shop = units::create(&mut tx, &by, &unit("shop", "Online shop")).await?;
        tx.commit().await?;
        Ok(Self {
            domain,
            clock,
            root,
            admissions,
            shop,
        })
    }

    /// An active user with one role in one unit.
    pub async fn user(&self, name: &str, unit: UnitId, role: Role) -> Result<Actor> {
        let mut tx = self.domain.begin().await?;
        let id: UserId = tx.id();
        let email = format!("{}@university.test", name.to_lowercase().replace(' ', "."));
        sqlx::query!(
            "insert into users (id, email, name, status, created_at) values ($1, $2, $3, 'active', $4)",
            id.uuid(),
            email,
            name,
            ts(tx.now()) as _
        )
        .execute(tx.conn())
        .await?;
        sqlx::query!(
            "insert into memberships (user_id, unit_id, role, granted_at) values ($1, $2, $3, $4)",
            id.uuid(),
            unit.uuid(),
            role.as_str(),
            ts(tx.now()) as _
        )
        .execute(tx.conn())
        .await?;
        tx.commit().await?;
        Actor::load(&self.domain, id)
            .await?
            .ok_or_else(crate::Error::not_found)
    }
}

/// A message that was sent an hour ago to one subscriber.
pub struct SentMessage {
    pub delivery: DeliveryRef,
    pub contact: ContactId,
    pub topic: TopicId,
}

impl University {
    /// One subscriber of admissions' "Open days", and a message with three links that reached them an hour ago.
    /// Rows as `dispatch` leaves them, without the way there.
    pub async fn sent_message(&self) -> Result<SentMessage> {
        let mut tx = self.domain.begin().await?;
        let (contact, topic, dispatch): (ContactId, TopicId, DispatchId) = (tx.id(), tx.id(), tx.id());
        let address = tx.uuid();
        sqlx::query("select ledger_partition($1)")
            .bind(dispatch.uuid())
            .execute(tx.conn())
            .await?;
        let sql = "with c as (insert into contacts (id, first_name, language, created_at, updated_at) values ($1, 'Zofia', 'en', $5, $5)),
                i as (insert into identities (id, contact_id, kind, value, normalised, created_at) values ($6, $1, 'email', 'zofia@mail.test', 'zofia@mail.test', $5)),
                m as (insert into contact_units (unit_id, contact_id, created_at, updated_at) values ($4, $1, $5, $5)),
                t as (insert into topics (id, unit_id, key, name, created_at) values ($2, $4, 'open-days', '{\"en\": \"Open days\", \"pl\": \"Dni otwarte\"}', $5)),
                s as (insert into subscriptions (contact_id, topic_id, status, source, changed_at) values ($1, $2, 'subscribed', 'import', $5)),
                p as (insert into dispatches (id, unit_id, kind, lane, classification, state, topics, audience, sent, created_at)
                      values ($3, $4, 'campaign', 'marketing', 'marketing', 'done', array[$2], 1, 1, $5)),
                d as (insert into deliveries (dispatch_id, seq, contact_id, address, language, first_name) values ($3, 1, $1, 'zofia@mail.test', 'en', 'Zofia'))
            select 1";
        sqlx::query(sql)
            .bind(contact.uuid())
            .bind(topic.uuid())
            .bind(dispatch.uuid())
            .bind(self.admissions.uuid())
            .bind(tx.now_sql())
            .bind(address)
            .execute(tx.conn())
            .await?;
        sqlx::query("insert into outcomes (dispatch_id, seq, outcome, attempts, at) values ($1, 1, 'sent', 1, $2::timestamptz - interval '1 hour')")
            .bind(dispatch.uuid())
            .bind(tx.now_sql())
            .execute(tx.conn())
            .await?;
        sqlx::query("insert into dispatch_links (dispatch_id, language, number, url) select $1, 'en', n, 'https://university.test/open-days?utm=' || n from generate_series(1, 3) n")
            .bind(dispatch.uuid())
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(SentMessage {
            delivery: DeliveryRef { dispatch, seq: 1 },
            contact,
            topic,
        })
    }
}

fn unit(key: &str, name: &str) -> UnitInput {
    UnitInput {
        key: key.to_owned(),
        name: name.to_owned(),
        postal_address: "1 College Street, 00-001 Warsaw".to_owned(),
        sender_domains: vec!["university.test".to_owned()],
        ..UnitInput::default()
    }
}
