//! What an earlier Campanile left behind when it was killed: a pid file, and perhaps a database server that lives on.
//!
//! Called with the data directory's lock held, so whatever runs here has no owner any more.

use std::path::Path;
use std::time::Duration;

use super::EmbeddedError;
use super::cluster::Tools;
use super::place::SOCKET_NAME;

/// The first line of `postmaster.pid` is the process id of the server.
fn recorded_pid(cluster: &Path) -> Option<u32> {
    let text = std::fs::read_to_string(cluster.join("postmaster.pid")).ok()?;
    text.lines().next()?.trim().parse().ok()
}

/// Whether the process is a PostgreSQL server working in this cluster: process ids are used again, so that a number
/// in a file proves nothing, but a server's working directory is always its cluster.
fn is_server_of(pid: u32, cluster: &Path) -> bool {
    let directory = std::fs::read_link(format!("/proc/{pid}/cwd")).ok();
    let here = cluster.canonicalize().ok();
    directory.is_some() && directory == here
}

/// Stops an orphaned server and removes pid and socket files that belong to nobody. PostgreSQL would take any process
/// (also a dead one that nobody has reaped) which has the recorded number for its predecessor, and refuse to start.
pub(super) async fn clear(tools: &Tools, socket_dir: &Path) -> Result<(), EmbeddedError> {
    let pid_file = tools.cluster.join("postmaster.pid");
    match recorded_pid(&tools.cluster) {
        Some(pid) if is_server_of(pid, &tools.cluster) => {
            tracing::warn!(
                pid,
                "a database server was left running by a campanile that was killed: stopping it"
            );
            tools.stop(Duration::from_secs(60)).await?;
        }
        Some(pid) => {
            tracing::info!(
                pid,
                "the database was not stopped in order last time; it will recover"
            );
            remove(&pid_file)?;
        }
        None => {}
    }
    remove(&socket_dir.join(SOCKET_NAME))?;
    remove(&socket_dir.join(format!("{SOCKET_NAME}.lock")))
}

fn remove(file: &Path) -> Result<(), EmbeddedError> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(EmbeddedError::file("removing", file)(error))
        }
        _ => Ok(()),
    }
}
