//! `start`: how long after `campanile serve` the server is ready, on a cluster that is there and migrated, beyond what
//! PostgreSQL itself needs.

use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::place::Place;
use crate::postgres;
use crate::report::{Report, of_three};
use crate::server::Installation;

/// Value: seconds to ready minus the baseline; baseline: `pg_ctl -w start` on the same cluster.
pub fn run(place: &Place, report: &mut Report) -> Result<()> {
    let installation = Installation::new(place, &[])?;
    drop(installation.serve()?);
    let ready = of_three(|| {
        let began = Instant::now();
        let running = installation.serve()?;
        let time = began.elapsed().as_secs_f64();
        drop(running);
        Ok(time)
    })?;
    let bare = of_three(|| bare_start(&installation))?;
    report.line("start", (ready - bare).max(0.0), "s", bare);
    Ok(())
}

fn bare_start(installation: &Installation) -> Result<f64> {
    let cluster = installation.cluster();
    ensure!(
        cluster.join("PG_VERSION").exists(),
        "no cluster at {}",
        cluster.display()
    );
    let owner = Command::new("stat").args(["-c", "%u"]).arg(&cluster).output()?;
    let owner = String::from_utf8_lossy(&owner.stdout).trim().to_owned();
    let pg_ctl = postgres::binaries()?.join("pg_ctl");
    let me = Command::new("id").arg("-u").output()?;
    let control = |action: &[&str]| -> Result<()> {
        let mut command = if String::from_utf8_lossy(&me.stdout).trim() == "0" {
            let mut command = Command::new("setpriv");
            command
                .args(["--reuid", &owner, "--clear-groups", "--"])
                .arg(&pg_ctl);
            command
        } else {
            Command::new(&pg_ctl)
        };
        let status = command
            .current_dir("/")
            .arg("-D")
            .arg(&cluster)
            .args(action)
            .stdout(Stdio::null())
            .status()
            .context("pg_ctl")?;
        ensure!(status.success(), "pg_ctl {}", action.join(" "));
        Ok(())
    };
    let socket = tempfile::Builder::new().prefix("cb-").tempdir_in("/tmp")?;
    Command::new("chmod").arg("777").arg(socket.path()).status()?;
    let options = format!(
        "-c listen_addresses='' -c unix_socket_directories='{}'",
        socket.path().display()
    );
    let began = Instant::now();
    control(&["-w", "-l", "/dev/null", "-o", &options, "start"])?;
    let time = began.elapsed().as_secs_f64();
    control(&["-m", "fast", "stop"])?;
    Ok(time)
}
