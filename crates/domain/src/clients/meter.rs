//! Counts clients' calls in this process, and posts them to the rows that all processes share.

use super::limit::{Limit, Seen, Share, Standing, Turn};
use crate::{Domain, Error, Result, ts};
use jiff::Timestamp;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use types::{ApiError, ClientId, Code};
use uuid::Uuid;

/// How long a call waits at most until it is posted, unless many are open.
const POSTED: Duration = Duration::from_millis(250);

/// How often a client's last use is written down by one process.
const NOTED: Duration = Duration::from_secs(60);

/// Clients remembered at most; beyond, those are let go that have nothing to be written.
const REMEMBERED: usize = 10_000;

/// What a call of a client is counted by: read with its token or its secret.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quota {
    pub client: ClientId,
    pub limit: Limit,
    pub(super) seen: Seen,
}

/// One a process. What it holds is nothing that another process must know: only what it has not told yet.
#[derive(Debug, Default)]
pub struct Meter {
    state: Mutex<State>,
    /// One post at a time.
    posting: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    clients: HashMap<ClientId, Client>,
    /// A task is posting what is open, until nothing is.
    busy: bool,
}

#[derive(Debug)]
struct Client {
    limit: Limit,
    share: Share,
    /// When it last called, and from where, until that is written.
    used: Option<(Timestamp, IpAddr)>,
    noted: Option<Instant>,
}

impl Client {
    fn idle(&self) -> bool {
        self.share.is_posted() && self.used.is_none()
    }
}

impl Meter {
    /// Counts a call, unless it is one too many: then the standing says how long to wait. Asks the database only when many calls are open.
    ///
    /// # Errors
    /// When the database is away: without its limit nothing goes.
    pub async fn spend(self: &Arc<Self>, domain: &Domain, quota: Quota, from: IpAddr) -> Result<Standing> {
        loop {
            let (turn, start) = self.turn(domain, quota, from);
            if start {
                tokio::spawn(Arc::clone(self).keep_posting(domain.clone()));
            }
            match turn {
                Turn::Go(standing) | Turn::Stop(standing) => return Ok(standing),
                Turn::Post => self.post(domain).await?,
            }
        }
    }

    /// Also says whether nobody is posting yet.
    fn turn(&self, domain: &Domain, quota: Quota, from: IpAddr) -> (Turn, bool) {
        let mut state = self.state();
        if state.clients.len() >= REMEMBERED {
            state.clients.retain(|_, client| !client.idle());
        }
        let client = state.clients.entry(quota.client).or_insert_with(|| Client {
            limit: quota.limit,
            share: Share::default(),
            used: None,
            noted: None,
        });
        client.limit = quota.limit;
        let turn = client.share.spend(quota.limit, quota.seen, Instant::now());
        if matches!(turn, Turn::Go(_)) {
            client.used = Some((domain.now(), from.to_canonical()));
        }
        let start = matches!(turn, Turn::Go(_)) && !std::mem::replace(&mut state.busy, true);
        (turn, start)
    }

    /// Ends when nothing is left to be written: last uses wait for their minute.
    async fn keep_posting(self: Arc<Self>, domain: Domain) {
        let mut failed = false;
        loop {
            tokio::time::sleep(POSTED).await;
            if let Err(error) = self.write(&domain, NOTED).await
                && !std::mem::replace(&mut failed, true)
            {
                // Once, not four times a second for as long as the database is away.
                let _ = ApiError::from(error);
            }
            let mut state = self.state();
            let idle = state.clients.values().all(Client::idle);
            if idle || domain.pool().is_closed() {
                state.busy = false;
                return;
            }
        }
    }

    /// Writes everything that is not written yet: for the end of the process.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn finish(&self, domain: &Domain) -> Result<()> {
        self.write(domain, Duration::ZERO).await
    }

    async fn write(&self, domain: &Domain, noted: Duration) -> Result<()> {
        self.post(domain).await?;
        self.note(domain, noted).await
    }

    /// Posts all open calls, of all clients in one statement.
    async fn post(&self, domain: &Domain) -> Result<()> {
        let _one = self.posting.lock().await;
        let mut open: Vec<(Uuid, i32, i32, i32)> = Vec::new();
        for (id, client) in &mut self.state().clients {
            if client.share.open() > 0 {
                let figure = |figure: u32| i32::try_from(figure).unwrap_or(i32::MAX);
                let calls = figure(client.share.post());
                let Limit { per_minute, burst } = client.limit;
                open.push((id.uuid(), calls, figure(per_minute), figure(burst)));
            }
        }
        if open.is_empty() {
            return Ok(());
        }
        // Every process takes the rows in one order: none waits for another in a circle.
        open.sort_unstable();
        // Dropped in the middle (the caller hung up), its calls are open again: counted twice rather than not at all.
        let mut under_way = UnderWay {
            meter: self,
            clients: open.iter().map(|(id, ..)| ClientId::from(*id)).collect(),
        };
        let (mut clients, mut calls, mut rates, mut bursts) = (vec![], vec![], vec![], vec![]);
        for (id, count, rate, burst) in open {
            clients.push(id);
            calls.push(count);
            rates.push(rate);
            bursts.push(burst);
        }
        let rows = sqlx::query!(
            r#"select o.client as "client!: ClientId", p.tokens as "tokens!", p.version as "version!"
               from unnest($1::uuid[], $2::integer[], $3::integer[], $4::integer[]) as o (client, calls, per_minute, burst)
               cross join lateral client_bucket_post(o.client, o.calls, o.per_minute, o.burst) p"#,
            &clients,
            &calls,
            &rates,
            &bursts
        )
        .fetch_all(domain.pool())
        .await?;
        let now = Instant::now();
        under_way.clients.clear();
        let mut state = self.state();
        for row in rows {
            if let Some(client) = state.clients.get_mut(&row.client) {
                let seen = Seen {
                    version: row.version,
                    tokens: row.tokens,
                };
                client.share.posted(seen, now);
            }
        }
        Ok(())
    }

    /// Writes down who was last used when and from where, of those where it is a while ago that this was done.
    async fn note(&self, domain: &Domain, after: Duration) -> Result<()> {
        let now = Instant::now();
        let mut used = Vec::new();
        for (id, client) in &mut self.state().clients {
            let due = client
                .noted
                .is_none_or(|noted| now.saturating_duration_since(noted) >= after);
            if due && let Some(last) = client.used.take() {
                client.noted = Some(now);
                used.push((id.uuid(), last));
            }
        }
        if used.is_empty() {
            return Ok(());
        }
        used.sort_unstable_by_key(|(id, _)| *id);
        let ids: Vec<Uuid> = used.iter().map(|(id, _)| *id).collect();
        let times: Vec<_> = used.iter().map(|(_, (at, _))| ts(*at)).collect();
        let addresses: Vec<String> = used.iter().map(|(_, (_, from))| from.to_string()).collect();
        let written = sqlx::query!(
            "update api_clients c set last_used_at = u.at, last_used_from = u.address::inet
             from unnest($1::uuid[], $2::timestamptz[], $3::text[]) as u (id, at, address)
             where c.id = u.id and (c.last_used_at is null or c.last_used_at <= u.at)",
            &ids,
            &times as _,
            &addresses
        )
        .execute(domain.pool())
        .await;
        if let Err(error) = written {
            let mut state = self.state();
            for (id, last) in used {
                if let Some(client) = state.clients.get_mut(&ClientId::from(id)) {
                    client.used.get_or_insert(last);
                }
            }
            return Err(Error::from(error));
        }
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A post that nobody knows the end of.
struct UnderWay<'a> {
    meter: &'a Meter,
    clients: Vec<ClientId>,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut state = self.meter.state();
        for id in &self.clients {
            if let Some(client) = state.clients.get_mut(id) {
                client.share.not_posted();
            }
        }
    }
}

impl Standing {
    /// The refusal of a call that was one too many.
    ///
    /// # Errors
    /// [`Code::RateLimited`] with the seconds to wait.
    pub fn admit(&self) -> Result<()> {
        let Some(wait) = self.retry_after else {
            return Ok(());
        };
        let seconds = whole_seconds(wait).max(1);
        let error = ApiError::new(Code::RateLimited).with("seconds", seconds);
        Err(Error::Refused(Box::new(error)))
    }
}

/// Seconds, a part of one being one.
fn whole_seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}
