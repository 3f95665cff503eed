//! The way to the database: a [`Domain`] opens a [`Tx`], which carries the time, ids and randomness of one act.

use crate::{
    Clock, Error, Result, SystemClock,
    keys::Keys,
    random::{Random, SystemRandom},
};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::{PgConnection, PgPool, Postgres};
use std::sync::Arc;
use types::Id;
use uuid::Uuid;

/// What the domain needs from outside. Cheap to clone.
#[derive(Clone)]
pub struct Domain {
    pool: PgPool,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    keys: Keys,
    /// What links in messages begin with, without a slash at the end.
    public_url: Arc<str>,
}

impl Domain {
    /// With the machine's clock and randomness. `public_url`: what links in messages begin with.
    pub fn new(pool: PgPool, keys: Keys, public_url: &str) -> Self {
        Self {
            pool,
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            keys,
            public_url: Arc::from(public_url.trim_end_matches('/')),
        }
    }

    /// The same installation over other connections: those of another runtime.
    #[must_use]
    pub fn with_pool(mut self, pool: PgPool) -> Self {
        self.pool = pool;
        self
    }

    #[must_use]
    pub fn with_clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    #[must_use]
    pub fn with_random(mut self, random: impl Random) -> Self {
        self.random = Arc::new(random);
        self
    }

    #[must_use]
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    #[must_use]
    pub fn public_url(&self) -> &str {
        &self.public_url
    }

    /// Opens a transaction. Dropped without [`Tx::commit`], it is rolled back.
    pub async fn begin(&self) -> Result<Tx> {
        let inner = self.pool.begin().await?;
        Ok(Tx {
            inner,
            now: self.clock.now(),
            random: self.random.clone(),
            keys: self.keys.clone(),
            public_url: self.public_url.clone(),
        })
    }

    /// Fresh random bytes outside a transaction.
    #[must_use]
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes);
        bytes
    }
}

/// One act: a transaction with one time, its ids and its randomness.
pub struct Tx {
    inner: sqlx::Transaction<'static, Postgres>,
    now: Timestamp,
    random: Arc<dyn Random>,
    keys: Keys,
    public_url: Arc<str>,
}

impl Tx {
    /// For a query's executor.
    pub fn conn(&mut self) -> &mut PgConnection {
        &mut self.inner
    }

    /// The time of the act: the same for all its rows.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// [`Tx::now`] as a query's parameter.
    #[must_use]
    pub fn now_sql(&self) -> jiff_sqlx::Timestamp {
        self.now.to_sqlx()
    }

    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    #[must_use]
    pub fn public_url(&self) -> &str {
        &self.public_url
    }

    #[must_use]
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes);
        bytes
    }

    /// A new id: UUID version 7 of this act's time.
    #[must_use]
    pub fn id<T: Id>(&self) -> T {
        T::from_uuid(self.uuid())
    }

    #[must_use]
    pub fn uuid(&self) -> Uuid {
        let millis = u64::try_from(self.now.as_millisecond()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &self.random::<10>()).into_uuid()
    }

    pub async fn commit(self) -> Result<()> {
        self.inner.commit().await.map_err(Error::from)
    }
}

/// A time as a query's parameter.
#[must_use]
pub fn ts(time: Timestamp) -> jiff_sqlx::Timestamp {
    time.to_sqlx()
}

/// Applies the migrations. sqlx holds an advisory lock while it does, so ten nodes may start at once.
pub async fn migrate(pool: &PgPool) -> std::result::Result<(), sqlx::migrate::MigrateError> {
    MIGRATOR.run(pool).await
}

/// The migrations, embedded.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations");
