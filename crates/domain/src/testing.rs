//! Builders for tests: a university with units and people, made through the domain's own tables.

use crate::{Actor, Domain, Result, clock::FixedClock, db::ts, keys::Keys, random::SeededRandom, units};
use jiff::Timestamp;
use sqlx::PgPool;
use types::{UnitId, UserId, access::Role, units::UnitInput};

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

fn unit(key: &str, name: &str) -> UnitInput {
    UnitInput {
        key: key.to_owned(),
        name: name.to_owned(),
        postal_address: "1 College Street, 00-001 Warsaw".to_owned(),
        sender_domains: vec!["university.test".to_owned()],
        ..UnitInput::default()
    }
}
