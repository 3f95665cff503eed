//! Which system user the database runs as.
//!
//! PostgreSQL refuses to run as root. Where Campanile itself is unprivileged, the database runs as the same user;
//! where it is root, as the owner of an existing cluster, or else as `campanile` (made if possible), `postgres`
//! or `nobody`.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use tokio::process::Command;

use super::EmbeddedError;

/// A system user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its name, or its number where it has none.
    pub name: String,
    /// User id.
    pub uid: u32,
    /// Primary group id.
    pub gid: u32,
}

/// The user ids of this process, read without a system call of our own.
fn own_ids() -> std::io::Result<(u32, u32)> {
    let own = std::fs::metadata("/proc/self")?;
    Ok((own.uid(), own.gid()))
}

/// Whether this process may become another user.
#[must_use]
pub fn is_root() -> bool {
    own_ids().is_ok_and(|(uid, _)| uid == 0)
}

fn lookup(matches: impl Fn(&str, u32) -> bool) -> Option<User> {
    let passwd = std::fs::read_to_string("/etc/passwd").ok()?;
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, _, uid, gid) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        let (uid, gid) = (uid.parse().ok()?, gid.parse().ok()?);
        matches(name, uid).then(|| User {
            name: name.to_owned(),
            uid,
            gid,
        })
    })
}

fn by_name(wanted: &str) -> Option<User> {
    lookup(|name, _| name == wanted)
}

fn by_uid(uid: u32, gid: u32) -> User {
    lookup(|_, found| found == uid).unwrap_or_else(|| User {
        name: uid.to_string(),
        uid,
        gid,
    })
}

/// Chooses the user for the cluster in `cluster`, which may not exist yet.
pub(super) async fn choose(cluster: &Path) -> Result<User, EmbeddedError> {
    let (uid, gid) = own_ids().map_err(EmbeddedError::file("reading", Path::new("/proc/self")))?;
    let owner = std::fs::metadata(cluster.join("PG_VERSION"))
        .ok()
        .map(|file| (file.uid(), file.gid()));
    if uid != 0 {
        return match owner {
            Some((owner, group)) if owner != uid => Err(EmbeddedError::Foreign {
                path: cluster.to_owned(),
                owner: by_uid(owner, group).name,
            }),
            _ => Ok(by_uid(uid, gid)),
        };
    }
    if let Some((owner, group)) = owner.filter(|(owner, _)| *owner != 0) {
        return Ok(by_uid(owner, group));
    }
    if let Some(user) = by_name("campanile") {
        return Ok(user);
    }
    create().await;
    ["campanile", "postgres", "nobody"]
        .into_iter()
        .find_map(by_name)
        .ok_or(EmbeddedError::NoUser)
}

/// Tries to make the system user `campanile`. Failing is fine: there are other candidates.
async fn create() {
    let made = Command::new("useradd")
        .args([
            "--system",
            "--user-group",
            "--no-create-home",
            "--home-dir",
            "/nonexistent",
        ])
        .args(["--shell", "/usr/sbin/nologin", "campanile"])
        .output()
        .await;
    match made {
        Ok(output) if output.status.success() => {
            tracing::info!("made the system user `campanile` to run the database as");
        }
        Ok(output) => {
            let why = String::from_utf8_lossy(&output.stderr);
            tracing::debug!(why = %why.trim(), "the system user `campanile` could not be made");
        }
        Err(error) => tracing::debug!(%error, "the system user `campanile` could not be made"),
    }
}
