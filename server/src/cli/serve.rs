//! `campanile serve` and `campanile worker`.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use clap::Args;
use domain::Domain;
use domain::clients::Meter;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::{Node, signals};
use crate::config::Config;
use crate::database::Access;
use crate::http::console::Site;
use crate::http::public::{PublicState, start_hits};
use crate::http::{self, serve as listening};
use crate::jobs::{Jobs, Settings};
use crate::outside::World;
use crate::state::AppState;

/// How long the last opens and clicks may take to be written when stopping.
const HITS_GRACE: Duration = Duration::from_secs(5);
/// How often samples are put together.
const METRICS_TIDIED: Duration = Duration::from_secs(5);

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Serve only; jobs are run by `campanile worker` elsewhere.
    #[arg(long)]
    no_jobs: bool,
}

#[derive(Debug, Args)]
pub(super) struct WorkerOptions {
    /// Answers `/metrics` on this address: without a token to this machine only, see CAMPANILE_METRICS_TOKEN.
    #[arg(long, value_name = "ADDRESS:PORT")]
    metrics: Option<SocketAddr>,
}

pub(super) async fn serve(config: Config, options: Options) -> anyhow::Result<ExitCode> {
    let site = Site::open(&config.http.site_dir).with_context(|| {
        format!(
            "the built console is not in {} (CAMPANILE_SITE_DIR); `cargo xtask build` makes it",
            config.http.site_dir.display()
        )
    })?;
    let listener = listening::bind(config.http.listen).await?;
    let outside = World::new(&config)?;
    let mut node = Node::open(config, Access::Own, "serve").await?;
    let stop_hits = CancellationToken::new();
    let (hits, hits_written) = start_hits(node.domain.clone(), stop_hits.clone());
    let metrics = start_metrics()?;
    let jobs = match options.no_jobs {
        true => None,
        false => match start_jobs(&node, &outside).await {
            Ok(jobs) => Some(jobs),
            Err(error) => {
                node.database.close().await;
                return Err(error);
            }
        },
    };
    let meter = Arc::<Meter>::default();
    let state = AppState {
        outside: Arc::new(outside),
        domain: node.domain.clone(),
        config: Arc::new(node.config.clone()),
        site,
        metrics: metrics.clone(),
        public: PublicState::new(node.domain.clone(), hits),
        readiness: Arc::default(),
        meter: meter.clone(),
        intake: jobs.as_ref().map_or_else(Arc::default, Jobs::intake),
        desk: Arc::default(),
        signing: Arc::default(),
    };
    let address = node.config.http.public_url.origin().to_owned();
    println!("Campanile is ready at {address}");
    if let Some(link) = domain::identity::setup::link(&node.domain).await? {
        println!("There is no system admin yet. Make one within a day at {link}");
    }
    let served = tokio::select! {
        served = listening::run(listener, http::router(state), signals::stop()) => served,
        () = node.database.keep_running() => Ok(()),
        () = upkeep(node.domain.clone(), !options.no_jobs) => Ok(()),
        () = tidy_metrics(metrics) => Ok(()),
    };
    tracing::info!("stopping");
    stop_hits.cancel();
    if tokio::time::timeout(HITS_GRACE, hits_written).await.is_err() {
        tracing::warn!("the last opens and clicks could not be written");
    }
    if let Err(error) = meter.finish(&node.domain).await {
        tracing::warn!(%error, "the last calls of API clients could not be counted");
    }
    if let Some(jobs) = jobs {
        jobs.stop().await;
    }
    node.database.close().await;
    served.map(|()| ExitCode::SUCCESS)
}

pub(super) async fn work(config: Config, options: WorkerOptions) -> anyhow::Result<ExitCode> {
    let listener = match options.metrics {
        Some(address) => Some(listening::bind(address).await?),
        None => None,
    };
    let outside = World::new(&config)?;
    let mut node = Node::open(config, Access::Join, "worker").await?;
    let metrics = start_metrics()?;
    let running = match start_jobs(&node, &outside).await {
        Ok(running) => running,
        Err(error) => {
            node.database.close().await;
            return Err(error);
        }
    };
    println!("Campanile's worker is ready");
    let shown = http::metrics::alone(
        metrics.clone(),
        node.domain.clone(),
        node.config.http.metrics_token.clone(),
    );
    let ended = tokio::select! {
        served = serve_metrics(listener, shown) => served.map(|()| ExitCode::SUCCESS),
        () = tidy_metrics(metrics) => Ok(ExitCode::SUCCESS),
        () = signals::stop() => Ok(ExitCode::SUCCESS),
        () = upkeep(node.domain.clone(), true) => Ok(ExitCode::SUCCESS),
        () = node.database.keep_running() => Ok(ExitCode::SUCCESS),
    };
    running.stop().await;
    node.database.close().await;
    ended
}

fn start_metrics() -> anyhow::Result<PrometheusHandle> {
    PrometheusBuilder::new()
        .install_recorder()
        .context("starting the metrics")
}

/// Until the process stops; without a listener nobody asks.
async fn serve_metrics(listener: Option<TcpListener>, shown: Router) -> anyhow::Result<()> {
    match listener {
        Some(listener) => listening::run(listener, shown, signals::stop()).await,
        None => std::future::pending().await,
    }
}

/// Sending, queue and schedule of this node. What is in flight is finished when it stops.
async fn start_jobs(node: &Node, outside: &World) -> anyhow::Result<Jobs> {
    crate::outside::keep_relay(&node.domain, &node.config.smtp).await?;
    let smtp = &node.config.smtp;
    let journal = node.database.data_dir.join("journal");
    let mut settings = Settings::new(smtp.relay.clone(), smtp.connections, journal);
    settings.lease = smtp.lease;
    settings.timeout = smtp.timeout;
    settings.backoff.first = smtp.retry_first;
    settings.http = Some(outside.http());
    let started = Jobs::start(node.domain.clone(), settings).await;
    started.context("starting the background work")
}

/// Puts samples together from time to time: otherwise they would be kept, each, until somebody reads the metrics.
async fn tidy_metrics(metrics: PrometheusHandle) {
    loop {
        tokio::time::sleep(METRICS_TIDIED).await;
        metrics.run_upkeep();
    }
}

/// What the installation does for itself from time to time, until the process stops.
async fn upkeep(domain: Domain, wanted: bool) {
    if wanted {
        crate::upkeep::run(domain).await;
    }
    std::future::pending::<()>().await;
}
