//! The sending engine near the limit of the wire: `send.*`.

pub(crate) mod campaign;
mod dkim;
pub(crate) mod sink;

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use types::sending::DkimKind;

use crate::import;
use crate::node;
use crate::place::Place;
use crate::report::{Report, median, of_three};
use crate::server::{Installation, scratch};
use campaign::{TOPIC, UNIT};
use sink::Sink;

/// How long our own sink thinks about a message: the usual relay.
const THINKS: Duration = Duration::from_millis(20);

/// `send.campaign` and its kin: `BENCH_MESSAGES` people (100,000), three campaigns to all of them a line.
pub fn run(place: &Place, report: &mut Report) -> Result<()> {
    let people = place.size("MESSAGES", 100_000);
    let installation = prepared(place, people, &[])?;
    let serving = installation.serve_only()?;
    let sink = Sink::start()?;
    if report.wants("send.campaign") || report.wants("send.dkim.rsa2048") || report.wants("send.dkim.ed25519")
    {
        let ours = {
            let _worker = installation.worker(sink.port, 10)?;
            speed(&installation)?
        };
        if report.wants("send.campaign") {
            let bare = of_three(|| sink::source(sink.port, people))?;
            report.line("send.campaign", ours, "messages/s", bare);
        }
        for kind in [DkimKind::Rsa2048, DkimKind::Ed25519] {
            let name = format!("send.dkim.{}", kind.as_str());
            if !report.wants(&name) {
                continue;
            }
            node::with(
                &installation,
                |domain| async move { dkim::only(&domain, kind).await },
            )?;
            let signed = {
                let _worker = installation.worker(sink.port, 10)?;
                speed(&installation)?
            };
            let limit = 1.0 / (1.0 / ours + 1.0 / dkim::signatures(kind)?);
            report.line(&name, signed, "messages/s", limit);
        }
        node::with(&installation, |domain| async move { dkim::none(&domain).await })?;
    }
    if report.wants("send.campaign.latency20") {
        let slow = sink::slow(THINKS)?;
        let ours = {
            let _worker = installation.worker(slow, 200)?;
            speed(&installation)?
        };
        let limit = 200.0 / THINKS.as_secs_f64();
        report.line("send.campaign.latency20", ours, "messages/s", limit);
    }
    if report.wants("send.workers") {
        let slow = sink::slow(THINKS)?;
        let alone = {
            let _worker = installation.worker(slow, 40)?;
            speed(&installation)?
        };
        let both = {
            let _workers = (installation.worker(slow, 40)?, installation.worker(slow, 40)?);
            speed(&installation)?
        };
        report.line("send.workers", both, "messages/s", alone);
    }
    drop(serving);
    if report.wants("send.expand") || report.wants("send.rss") {
        large(place, report, &sink)?;
    }
    Ok(())
}

/// What is measured with `BENCH_PEOPLE` people (1,000,000): the expansion, and the memory of a worker that sends to all.
fn large(place: &Place, report: &mut Report, sink: &Sink) -> Result<()> {
    let people = place.size("PEOPLE", 1_000_000);
    let installation = prepared(place, people, &[])?;
    let _serving = installation.serve_only()?;
    let mut runs = Vec::new();
    let mut bare = Vec::new();
    let rounds = if report.wants("send.expand") { 3 } else { 1 };
    for round in 0..rounds {
        let (ours, copied, id) = node::with(&installation, |domain| async move {
            let id = campaign::approved(&domain).await?;
            let began = Instant::now();
            domain::campaigns::launch_due(&domain)
                .await
                .map_err(node::failed)?;
            let ours = began.elapsed().as_secs_f64();
            // What any statement that writes these rows has to do: table and indexes.
            sqlx::query("create table bare (like deliveries including indexes)")
                .execute(domain.pool())
                .await?;
            let began = Instant::now();
            sqlx::query("insert into bare select d.* from deliveries d join dispatches x on x.id = d.dispatch_id where x.campaign_id = $1")
                .bind(id.uuid())
                .execute(domain.pool())
                .await?;
            let copied = began.elapsed().as_secs_f64();
            sqlx::query("drop table bare").execute(domain.pool()).await?;
            Ok((ours, copied, id))
        })?;
        runs.push(ours);
        bare.push(copied);
        let last = round + 1 == rounds;
        if last && report.wants("send.rss") {
            let worker = installation.worker(sink.port, 10)?;
            node::with(&installation, |domain| async move {
                campaign::finished(&domain, id).await
            })?;
            report.line("send.rss", worker.peak_memory().context("its memory")?, "MB", 0.0);
        } else {
            node::with(&installation, |domain| async move {
                // Nobody sends it: the next round wants the same people.
                sqlx::query("update dispatches set state = 'cancelling' where campaign_id = $1")
                    .bind(id.uuid())
                    .execute(domain.pool())
                    .await?;
                Ok(())
            })?;
        }
    }
    report.line("send.expand", median(runs), "s", median(bare));
    Ok(())
}

/// The demo with so many more people in a topic.
pub(crate) fn prepared(place: &Place, people: usize, settings: &[(&str, String)]) -> Result<Installation> {
    let installation = Installation::new(place, settings)?;
    installation.run(&["seed", "demo"])?;
    if people == 0 {
        return Ok(installation);
    }
    let _serving = installation.serve_only()?;
    let file = scratch(installation.data.path(), "people.csv");
    import::write(&file, people, 0)?;
    let path = file.to_str().context("a path in UTF-8")?;
    installation.run(&[
        "import", "contacts", "--unit", UNIT, "--topic", TOPIC, "--file", path,
    ])?;
    std::fs::remove_file(&file)?;
    Ok(installation)
}

/// Messages a second: the median of three campaigns.
fn speed(installation: &Installation) -> Result<f64> {
    of_three(|| {
        node::with(
            installation,
            |domain| async move { campaign::speed(&domain).await },
        )
    })
}
