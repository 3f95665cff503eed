//! Where the cluster can live: a place that its unprivileged user can reach, with a socket path short enough.

use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tokio::process::Command;

use super::EmbeddedError;
use super::user::{self, User};

/// Used when the data directory lies somewhere closed, such as root's home.
const ELSEWHERE: &str = "/var/lib/campanile";

/// `sun_path` holds 108 bytes with its final zero.
const SOCKET_PATH_LIMIT: usize = 107;

/// The name PostgreSQL gives its socket in the socket directory. There is only one server a directory.
pub(super) const SOCKET_NAME: &str = ".s.PGSQL.5432";

/// The data directory to use for the one that was asked for.
///
/// Started by root below a closed directory, the database's user could not reach it. Each such directory gets one of
/// its own under `/var/lib/campanile`, told apart by a hash of its path, and that is said aloud.
///
/// # Errors
/// When no user can be found to run the database as.
pub async fn data_dir(asked: &Path) -> Result<PathBuf, EmbeddedError> {
    if !user::is_root() {
        return Ok(asked.to_owned());
    }
    let user = user::choose(&asked.join(super::cluster::DIRECTORY)).await?;
    // The directory itself can be handed over; its nearest existing parent decides.
    let parent = asked
        .ancestors()
        .skip(1)
        .find(|path| path.exists())
        .unwrap_or(Path::new("/"));
    if can_enter(parent, &user).await {
        return Ok(asked.to_owned());
    }
    let moved = Path::new(ELSEWHERE).join(short_hash(asked));
    tracing::warn!(
        "{} cannot be reached by the user {}, as which the database runs: the data is kept in {} instead",
        asked.display(),
        user.name,
        moved.display()
    );
    Ok(moved)
}

/// Asks the system, as that user, instead of interpreting modes, groups and access lists ourselves.
async fn can_enter(path: &Path, user: &User) -> bool {
    let tried = Command::new("/bin/sh")
        .args(["-c", "cd -- \"$1\"", "sh"])
        .arg(path)
        .current_dir("/")
        .uid(user.uid)
        .gid(user.gid)
        .output()
        .await;
    tried.is_ok_and(|output| output.status.success())
}

/// Lets the database's user into a data directory that exists and is closed to it.
pub(super) async fn hand_over(data_dir: &Path, user: &User) -> Result<(), EmbeddedError> {
    if user::is_root() && !can_enter(data_dir, user).await {
        std::os::unix::fs::chown(data_dir, Some(user.uid), Some(user.gid))
            .map_err(EmbeddedError::file("handing over", data_dir))?;
    }
    Ok(())
}

/// The directory for the socket of the cluster in `data_dir`, made and closed to others.
pub(super) fn socket_dir(data_dir: &Path, owner: &User) -> Result<PathBuf, EmbeddedError> {
    let beside = socket_dir_of(data_dir);
    match std::fs::DirBuilder::new().mode(0o700).create(&beside) {
        Ok(()) if user::is_root() => std::os::unix::fs::chown(&beside, Some(owner.uid), Some(owner.gid))
            .map_err(EmbeddedError::file("handing over", &beside))?,
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(source) => {
            return Err(EmbeddedError::File {
                what: "making",
                path: beside,
                source,
            });
        }
    }
    // /tmp is everybody's: somebody else may have made the directory first and be waiting in it.
    let made = std::fs::symlink_metadata(&beside).map_err(EmbeddedError::file("looking at", &beside))?;
    if !made.is_dir() || made.uid() != owner.uid || made.mode() & 0o077 != 0 {
        let source = std::io::Error::other("expected a directory of the database's user, closed to others");
        return Err(EmbeddedError::File {
            what: "using the socket directory",
            path: beside,
            source,
        });
    }
    Ok(beside)
}

/// Where the socket of a data directory is: in it, or in /tmp when the path would be too long for the kernel.
pub(super) fn socket_dir_of(data_dir: &Path) -> PathBuf {
    let within = data_dir.join("socket");
    if within.as_os_str().len() + 1 + SOCKET_NAME.len() <= SOCKET_PATH_LIMIT {
        within
    } else {
        Path::new("/tmp").join(format!("campanile-{}", short_hash(data_dir)))
    }
}

fn short_hash(path: &Path) -> String {
    let digest = Sha256::digest(path.as_os_str().as_encoded_bytes());
    digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}
