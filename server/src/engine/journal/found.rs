//! Journals as they are found: those of dead workers, and the directory that they are in.

use std::collections::{BTreeMap, HashMap};
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use domain::dispatch::Chunk;
use types::DispatchId;
use uuid::Uuid;

use super::{BIND, End, FIELD, read_record};

/// The journal of a dead worker, held by whoever settles it.
pub(in crate::engine) struct Found {
    /// Whose.
    pub worker: Uuid,
    /// By chunk: offset and the last word.
    pub chunks: BTreeMap<Chunk, Vec<(u32, End)>>,
    path: PathBuf,
    _lock: File,
}

impl Found {
    /// Everything of it is in the database.
    pub fn done(self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// What became of the attempt to get a worker's journal.
pub(in crate::engine) enum Taken {
    /// Ours now: the worker is dead.
    Found(Found),
    /// Its worker lives, or somebody else is settling it.
    Held,
    /// There is no such file.
    Gone,
}

/// Takes the journal of a worker, if it is dead.
///
/// # Errors
/// When the file cannot be read.
pub(in crate::engine) fn take(directory: &Path, worker: Uuid) -> io::Result<Taken> {
    use std::os::unix::fs::MetadataExt;
    let path = directory.join(format!("{worker}.journal"));
    let file = match OpenOptions::new().read(true).append(true).open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Taken::Gone),
        Err(error) => return Err(error),
    };
    if file.try_lock().is_err() {
        return Ok(Taken::Held);
    }
    // It may have been written anew between opening and locking: then this is the old one, and its owner lives.
    match std::fs::metadata(&path) {
        Ok(now) if now.ino() == file.metadata()?.ino() => {}
        _ => return Ok(Taken::Held),
    }
    let bytes = std::fs::read(&path)?;
    Ok(Taken::Found(Found {
        worker,
        chunks: replay(&bytes),
        path,
        _lock: file,
    }))
}

/// Workers with a journal in the directory.
///
/// # Errors
/// When the directory cannot be read.
pub(in crate::engine) fn all(directory: &Path) -> io::Result<Vec<Uuid>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let name = entry?.file_name();
        let worker = name.to_str().and_then(|name| name.strip_suffix(".journal"));
        found.extend(worker.and_then(|id| id.parse::<Uuid>().ok()));
    }
    Ok(found)
}

pub(super) fn replay(bytes: &[u8]) -> BTreeMap<Chunk, Vec<(u32, End)>> {
    let words: Vec<u64> = bytes
        .as_chunks::<8>()
        .0
        .iter()
        .map(|it| u64::from_le_bytes(*it))
        .collect();
    let mut slots: HashMap<u32, Chunk> = HashMap::new();
    let mut last: BTreeMap<(Chunk, u32), End> = BTreeMap::new();
    let mut rest = words.as_slice();
    while let Some((&word, tail)) = rest.split_first() {
        rest = tail;
        if word >> 60 == BIND {
            let [high, low, chunk, ..] = *tail else { break };
            rest = &tail[3..];
            let slot = u32::try_from(word & FIELD).unwrap_or(0);
            let chunk = Chunk {
                dispatch: DispatchId(Uuid::from_u64_pair(high, low)),
                chunk: u32::try_from(chunk).unwrap_or(0).cast_signed(),
            };
            slots.insert(slot, chunk);
        } else if let Some((key, end)) = read_record(word) {
            if let Some(chunk) = slots.get(&key.slot) {
                last.insert((*chunk, key.offset), end);
            }
        } else {
            // A record that did not reach the file, whoever wrote behind it.
        }
    }
    let mut chunks: BTreeMap<Chunk, Vec<(u32, End)>> = BTreeMap::new();
    for ((chunk, offset), end) in last {
        chunks.entry(chunk).or_default().push((offset, end));
    }
    chunks
}

/// The id of a directory of journals: who has it can read them. Made once.
///
/// # Errors
/// When the directory cannot be written to.
pub(in crate::engine) fn host(directory: &Path, fresh: Uuid) -> io::Result<Uuid> {
    std::fs::create_dir_all(directory)?;
    let path = directory.join("host");
    for _ in 0..2 {
        if let Ok(text) = std::fs::read_to_string(&path) {
            let known = text.trim().parse();
            return known
                .map_err(|_| io::Error::other("the file `host` beside the journals is damaged; remove it"));
        }
        // Written beside and linked, so that another process sees a whole one or none.
        let beside = directory.join(format!("host.{fresh}"));
        std::fs::write(&beside, fresh.to_string())?;
        let linked = std::fs::hard_link(&beside, &path);
        std::fs::remove_file(&beside)?;
        match linked {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
    }
    Err(io::Error::other(
        "the file `host` beside the journals cannot be read",
    ))
}
