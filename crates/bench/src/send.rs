//! `send.campaign`: a campaign from its start to its last outcome, every message personalised and in the ledger, to Postfix's
//! `smtp-sink` over ten connections; baseline: `smtp-source -d -s 50` with messages of 10 KB to the same sink.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use domain::access::{ApproveCampaigns, EditCampaigns, ReadCampaigns};
use domain::{Domain, approvals, campaigns};
use types::campaigns::{Audience, CampaignState, CampaignUpdate, Schedule};
use types::{CampaignId, Language, TopicId};

use crate::import;
use crate::node::{self, failed};
use crate::place::Place;
use crate::report::{Report, of_three};
use crate::server::{Installation, scratch};

const UNIT: &str = "admissions";
const TOPIC: &str = "open-days";

/// `BENCH_MESSAGES` people (20,000; the goal is set for 100,000), three campaigns to all of them. Messages a second.
pub fn run(place: &Place, report: &mut Report) -> Result<()> {
    let people = place.size("MESSAGES", 20_000);
    let sink = Sink::start()?;
    let relay = format!("smtp://127.0.0.1:{}?tls=none", sink.port);
    let settings = [
        ("CAMPANILE_SMTP_URL", relay),
        ("CAMPANILE_SMTP_CONNECTIONS", "10".to_owned()),
    ];
    let installation = Installation::new(place, &settings)?;
    installation.run(&["seed", "demo"])?;
    let running = installation.serve()?;
    let file = scratch(installation.data.path(), "people.csv");
    import::write(&file, people, 0)?;
    let path = file.to_str().context("a path in UTF-8")?;
    installation.run(&[
        "import", "contacts", "--unit", UNIT, "--topic", TOPIC, "--file", path,
    ])?;

    let ours = of_three(|| node::with(&installation, |domain| async move { campaign(&domain).await }))?;
    drop(running);
    let bare = of_three(|| source(sink.port, people))?;
    report.line("send.campaign", ours, "messages/s", bare);
    Ok(())
}

/// Copies a campaign of the demo, has it approved by a second person, and watches it to its end.
async fn campaign(domain: &Domain) -> Result<f64> {
    let (author, approver) = (
        node::staff(domain, "anna").await?,
        node::staff(domain, "piotr").await?,
    );
    let unit = author.unit_by_key(UNIT).context("the unit")?.id;
    let model: uuid::Uuid = sqlx::query_scalar(
        "select id from campaigns where unit_id = $1 and state = 'finished' order by created_at limit 1",
    )
    .bind(unit.uuid())
    .fetch_one(domain.pool())
    .await?;
    let topic: uuid::Uuid = sqlx::query_scalar("select id from topics where unit_id = $1 and key = $2")
        .bind(unit.uuid())
        .bind(TOPIC)
        .fetch_one(domain.pool())
        .await?;

    let edit = author.grant::<EditCampaigns>(unit).map_err(failed)?;
    let read = author.grant::<ReadCampaigns>(unit).map_err(failed)?;
    let mut tx = domain.begin().await.map_err(failed)?;
    let id = campaigns::duplicate(&mut tx, &edit, CampaignId::from(model), Language::En)
        .await
        .map_err(failed)?;
    let draft = campaigns::get(&mut tx, &read, id)
        .await
        .map_err(failed)?
        .context("the copy")?;
    let change = CampaignUpdate {
        edit_version: draft.edit_version,
        audience: Some(Audience {
            include_topics: vec![TopicId::from(topic)],
            ..Audience::default()
        }),
        schedule: Some(Schedule::Now),
        throttle_per_hour: Some(0),
        ..CampaignUpdate::default()
    };
    campaigns::update(&mut tx, &edit, id, &change)
        .await
        .map_err(failed)?;
    let review = approvals::submit(&mut tx, &edit, id, "").await.map_err(failed)?;
    tx.commit().await.map_err(failed)?;

    let mut tx = domain.begin().await.map_err(failed)?;
    let seen = approver.grant::<ReadCampaigns>(unit).map_err(failed)?;
    let detail = approvals::get(&mut tx, &seen, review, Language::En)
        .await
        .map_err(failed)?
        .context("the review")?;
    let approve = approver.grant::<ApproveCampaigns>(unit).map_err(failed)?;
    approvals::approve(&mut tx, &approve, review, &detail.revision.seal, "")
        .await
        .map_err(failed)?;
    tx.commit().await.map_err(failed)?;

    let deadline = Instant::now() + Duration::from_secs(1800);
    loop {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let mut tx = domain.begin().await.map_err(failed)?;
        let Some(progress) = campaigns::progress(&mut tx, &read, id).await.map_err(failed)? else {
            continue;
        };
        if progress.state == CampaignState::Finished {
            let (Some(from), Some(to)) = (progress.started_at, progress.finished_at) else {
                bail!("a finished campaign without its times")
            };
            ensure!(progress.sent > 0, "nothing was sent: {progress:?}");
            let sent = i32::try_from(progress.sent).context("fewer messages")?;
            return Ok(f64::from(sent) / to.duration_since(from).as_secs_f64());
        }
        ensure!(
            progress.stopped_reason.is_none(),
            "the campaign stopped: {:?}",
            progress.stopped_reason
        );
        ensure!(
            Instant::now() < deadline,
            "the campaign was not done after half an hour: {progress:?}"
        );
    }
}

/// Postfix's own generator.
fn source(port: u16, messages: usize) -> Result<f64> {
    let began = Instant::now();
    let status = Command::new(program("smtp-source")?)
        .args([
            "-d",
            "-s",
            "50",
            "-l",
            "10240",
            "-m",
            &messages.to_string(),
            &format!("127.0.0.1:{port}"),
        ])
        .stdout(Stdio::null())
        .status()?;
    ensure!(status.success(), "smtp-source: {status}");
    let messages = u32::try_from(messages).context("fewer messages")?;
    Ok(f64::from(messages) / began.elapsed().as_secs_f64())
}

/// Takes every message and forgets it.
struct Sink {
    child: Child,
    port: u16,
}

impl Sink {
    fn start() -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut command = Command::new(program("smtp-sink")?);
        // It refuses to stay root.
        let me = Command::new("id").arg("-u").output()?;
        if me.stdout.starts_with(b"0\n") {
            command.args(["-u", "nobody"]);
        }
        let child = command
            .args([&format!("127.0.0.1:{port}"), "1000"])
            .stdout(Stdio::null())
            .spawn()?;
        let sink = Self { child, port };
        let deadline = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            ensure!(Instant::now() < deadline, "smtp-sink does not answer");
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(sink)
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        // It has nothing to lose.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Debian keeps them in /usr/sbin.
fn program(name: &str) -> Result<String> {
    for folder in ["/usr/sbin", "/usr/bin"] {
        let path = format!("{folder}/{name}");
        if std::path::Path::new(&path).exists() {
            return Ok(path);
        }
    }
    bail!("no {name}: scripts/bootstrap.sh bench")
}
