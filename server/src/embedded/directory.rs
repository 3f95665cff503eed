//! The data directory and the lock that keeps a second Campanile out of it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::EmbeddedError;

const LOCK: &str = "campanile.lock";

/// A data directory that this process owns for as long as the value lives. The lock is the kernel's (`flock`), so it
/// ends with the process however that ends.
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    lock: File,
}

impl Drop for DataDir {
    /// Explicitly: a process that is being started at this moment has a copy of the descriptor until it becomes another
    /// program, and closing ours alone would leave the lock with it.
    fn drop(&mut self) {
        // Closing it, which follows, does the same a moment later.
        let _ = self.lock.unlock();
    }
}

/// Who holds a data directory, for messages and for those who join in.
#[derive(Debug, Clone)]
pub struct Holder {
    /// What the holder wrote into the lock file: its process id and command.
    pub description: String,
}

/// What came of asking for a data directory.
pub(super) enum Claim {
    Owned(DataDir),
    Held(Holder),
}

impl DataDir {
    /// Makes the directory where needed and takes its lock.
    ///
    /// # Errors
    /// [`EmbeddedError::InUse`] when another process has it.
    pub fn own(path: &Path, command: &str) -> Result<Self, EmbeddedError> {
        match Self::claim(path, command)? {
            Claim::Owned(owned) => Ok(owned),
            Claim::Held(holder) => Err(EmbeddedError::InUse {
                path: path.to_owned(),
                holder: holder.description,
            }),
        }
    }

    pub(super) fn claim(path: &Path, command: &str) -> Result<Claim, EmbeddedError> {
        make(path)?;
        let file = path.join(LOCK);
        let mut lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&file)
            .map_err(EmbeddedError::file("opening", &file))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let text = std::fs::read_to_string(&file).unwrap_or_default();
                let known = text.lines().next().filter(|line| !line.is_empty());
                let description = known.unwrap_or("its process id is not known").to_owned();
                return Ok(Claim::Held(Holder { description }));
            }
            Err(TryLockError::Error(source)) => {
                return Err(EmbeddedError::File {
                    what: "locking",
                    path: file,
                    source,
                });
            }
        }
        // Only for people and messages: the lock itself is what counts.
        let described = lock
            .set_len(0)
            .and_then(|()| writeln!(lock, "process {}, `campanile {command}`", std::process::id()));
        described.map_err(EmbeddedError::file("writing", &file))?;
        Ok(Claim::Owned(Self {
            path: path.to_owned(),
            lock,
        }))
    }

    /// The directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Makes a data directory. Others may pass through it (the database's user has to) but not look around.
fn make(path: &Path) -> Result<(), EmbeddedError> {
    if path.is_dir() {
        return Ok(());
    }
    std::fs::create_dir_all(path).map_err(EmbeddedError::file("making", path))?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o711))
        .map_err(EmbeddedError::file("closing", path))
}
