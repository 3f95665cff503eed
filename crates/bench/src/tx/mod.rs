//! Triggered messages from the call to the relay's answer: `tx.*`.

mod caller;
mod definition;

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use domain::Domain;

use crate::node;
use crate::place::Place;
use crate::report::{Report, of_three};
use crate::send::{campaign, prepared, sink};
use crate::server::Installation;
use caller::Caller;

/// Connections of the calling system.
const CONNECTIONS: usize = 32;
/// Calls a second while latency is measured.
const RATE: u32 = 200;

/// `tx.throughput`: `BENCH_CALLS` (10,000) calls as fast as they are answered. `tx.latency.idle` and `tx.latency.busy`: 200 calls a second for
/// `BENCH_SECONDS` (10), the latter while a campaign to `BENCH_MESSAGES` (200,000) runs in the same process.
pub fn run(place: &Place, report: &mut Report) -> Result<()> {
    let arrivals = sink::watched()?;
    let people = if report.wants("tx.latency.busy") {
        place.size("MESSAGES", 200_000)
    } else {
        0
    };
    let relay = format!("smtp://127.0.0.1:{}?tls=none", arrivals.port);
    let installation = prepared(place, people, &[("CAMPANILE_SMTP_URL", relay)])?;
    let serving = installation.serve()?;
    let (token, addresses) = node::with(
        &installation,
        |domain| async move { definition::live(&domain).await },
    )?;
    let callers = Callers {
        port: installation.port,
        token,
        addresses: Arc::new(addresses),
        next: Arc::new(AtomicUsize::new(0)),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    // Everything is warm: lines are open, statements prepared.
    runtime.block_on(callers.flood(500))?;
    if report.wants("tx.throughput") {
        let calls = place.size("CALLS", 10_000);
        let ours = of_three(|| runtime.block_on(callers.flood(calls)))?;
        let bare = of_three(|| {
            node::with(
                &installation,
                |domain| async move { inserts(&domain, calls).await },
            )
        })?;
        report.line("tx.throughput", ours, "messages/s", bare);
    }
    if report.wants("tx.latency.idle") || report.wants("tx.latency.busy") {
        let seconds = u32::try_from(place.size("SECONDS", 10))?;
        // What the flood left in the lanes goes first.
        std::thread::sleep(Duration::from_secs(3));
        let idle = of_three(|| runtime.block_on(callers.latency(&arrivals, seconds)))?;
        if report.wants("tx.latency.idle") {
            report.line("tx.latency.idle", idle, "ms", 0.0);
        }
        if report.wants("tx.latency.busy") {
            let busy = busy(&installation, &runtime, &callers, &arrivals, seconds)?;
            report.line("tx.latency.busy", busy, "ms", idle);
        }
    }
    drop(serving);
    Ok(())
}

/// The 99th percentile while a campaign runs; the campaign must outlast it.
fn busy(
    installation: &Installation,
    runtime: &tokio::runtime::Runtime,
    callers: &Callers,
    arrivals: &sink::Arrivals,
    seconds: u32,
) -> Result<f64> {
    let id = node::with(
        installation,
        |domain| async move { campaign::approved(&domain).await },
    )?;
    let under_way = |domain: Domain| async move {
        let sent: Option<i64> =
            sqlx::query_scalar("select sent from dispatches where campaign_id = $1 and state = 'sending'")
                .bind(id.uuid())
                .fetch_optional(domain.pool())
                .await?;
        Ok(sent.unwrap_or(-1))
    };
    let deadline = Instant::now() + Duration::from_secs(120);
    while node::with(installation, under_way)? < 1 {
        ensure!(Instant::now() < deadline, "the campaign does not begin");
        std::thread::sleep(Duration::from_millis(100));
    }
    let value = runtime.block_on(callers.latency(arrivals, seconds))?;
    ensure!(
        node::with(installation, under_way)? > 0,
        "the campaign ended first: more BENCH_MESSAGES"
    );
    Ok(value)
}

/// Single rows a second, committed one by one, with the same concurrency.
async fn inserts(domain: &Domain, rows: usize) -> Result<f64> {
    let pool = sqlx::postgres::PgPoolOptions::new()
        .max_connections(u32::try_from(CONNECTIONS)?)
        .connect_with((*domain.pool().connect_options()).clone())
        .await?;
    sqlx::query("create table if not exists bare_rows (id uuid primary key, body jsonb not null, at timestamptz not null)")
        .execute(&pool)
        .await?;
    let left = Arc::new(AtomicUsize::new(rows));
    let began = Instant::now();
    let tasks: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let (pool, left) = (pool.clone(), Arc::clone(&left));
            tokio::spawn(async move {
                while left
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1))
                    .is_ok()
                {
                    sqlx::query(
                        "insert into bare_rows values (gen_random_uuid(), '{\"order\": \"7\"}', now())",
                    )
                    .execute(&pool)
                    .await?;
                }
                Ok::<_, sqlx::Error>(())
            })
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    let seconds = began.elapsed().as_secs_f64();
    sqlx::query("drop table bare_rows").execute(&pool).await?;
    pool.close().await;
    Ok(f64::from(u32::try_from(rows)?) / seconds)
}

/// A system that calls.
#[derive(Clone)]
struct Callers {
    port: u16,
    token: String,
    addresses: Arc<Vec<String>>,
    /// Number of the next order.
    next: Arc<AtomicUsize>,
}

impl Callers {
    fn order(&self) -> (usize, String) {
        let order = self.next.fetch_add(1, Ordering::Relaxed);
        let address = &self.addresses[order % self.addresses.len()];
        let body = format!(
            r#"{{"definition": "{}", "key": "order-{order}", "to": {{"email": "{address}"}}, "attributes": {{"order": "{order}"}}}}"#,
            definition::KEY
        );
        (order, body)
    }

    /// Messages a second over all connections, each with its next call as soon as the last is answered.
    async fn flood(&self, calls: usize) -> Result<f64> {
        let left = Arc::new(AtomicUsize::new(calls));
        let mut open = Vec::new();
        for _ in 0..CONNECTIONS {
            open.push(Caller::connect(self.port, &self.token).await?);
        }
        let began = Instant::now();
        let tasks: Vec<_> = open
            .into_iter()
            .map(|mut caller| {
                let (left, callers) = (Arc::clone(&left), self.clone());
                tokio::spawn(async move {
                    while left
                        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1))
                        .is_ok()
                    {
                        caller.post("/api/v1/messages", &callers.order().1).await?;
                    }
                    anyhow::Ok(())
                })
            })
            .collect();
        for task in tasks {
            task.await??;
        }
        Ok(f64::from(u32::try_from(calls)?) / began.elapsed().as_secs_f64())
    }

    /// The 99th percentile of call to final answer of the relay, in milliseconds, at a steady rate whatever the answers take.
    async fn latency(&self, arrivals: &sink::Arrivals, seconds: u32) -> Result<f64> {
        let open = Arc::new(Mutex::new(Vec::new()));
        let times = Arc::new(Mutex::new(HashMap::new()));
        for _ in 0..CONNECTIONS {
            let caller = Caller::connect(self.port, &self.token).await?;
            open.lock().unwrap_or_else(PoisonError::into_inner).push(caller);
        }
        arrivals.forget();
        let calls = RATE * seconds;
        let mut clock = tokio::time::interval(Duration::from_secs(1) / RATE);
        let mut tasks = Vec::new();
        for _ in 0..calls {
            clock.tick().await;
            let (order, body) = self.order();
            let idle = open.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let (open, times) = (Arc::clone(&open), Arc::clone(&times));
            let (port, token) = (self.port, self.token.clone());
            tasks.push(tokio::spawn(async move {
                let asked = Instant::now();
                let mut caller = match idle {
                    Some(caller) => caller,
                    None => Caller::connect(port, &token).await?,
                };
                caller.post("/api/v1/messages", &body).await?;
                times
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .insert(order, asked);
                open.lock().unwrap_or_else(PoisonError::into_inner).push(caller);
                anyhow::Ok(())
            }));
        }
        for task in tasks {
            task.await??;
        }
        let asked = std::mem::take(&mut *times.lock().unwrap_or_else(PoisonError::into_inner));
        let deadline = Instant::now() + Duration::from_secs(30);
        while !asked.keys().all(|order| arrivals.at(*order).is_some()) {
            ensure!(Instant::now() < deadline, "not every message came");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let mut took = Vec::with_capacity(asked.len());
        for (order, asked) in asked {
            let came = arrivals.at(order).context("a message that did not come")?;
            took.push(came.duration_since(asked).as_secs_f64() * 1000.0);
        }
        took.sort_by(f64::total_cmp);
        took.get(took.len() * 99 / 100).copied().context("no calls")
    }
}
