//! What is on an open connection, written down on this machine before the final dot and after the reply: whoever reads it after a
//! crash knows what was sent, and what nobody can know is at most one message a connection.
//!
//! A file a worker, of records of 8 bytes, each written to a place of its own, so that no line waits for another: they survive the end of
//! the process, and by `fdatasync` at each flush of outcomes also the end of the machine, except for the last moments. The worker holds a lock on its file for as long as it lives,
//! also while it is frozen; who gets the lock knows that it is dead. Records whose outcome is in the database are forgotten.

mod found;

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use domain::dispatch::Chunk;
use uuid::Uuid;

pub(super) use found::{Found, Taken, all, host, take};

/// Beyond this the file is written anew with what still counts.
const LARGE: u64 = 4 << 20;

/// What the relay said about a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// Nothing yet: the final dot may have been written.
    Unknown,
    /// It took it.
    Sent(u16),
    /// Later.
    Deferred(u16),
    /// Never.
    Refused(u16),
    /// Never, because the address is bad.
    BadAddress(u16),
    /// The connection broke, and nothing of the content was sent.
    NotSent,
    /// The connection broke after content was sent.
    Ambiguous,
}

/// A message in a journal: slot and place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Key {
    /// Number of the chunk in this journal.
    pub slot: u32,
    /// The recipient's number, counted from the chunk's first.
    pub offset: u32,
}

/// Slots and offsets take 24 bits each in a record.
const FIELD: u64 = (1 << 24) - 1;
const BIND: u64 = 15;

fn record(key: Key, end: End) -> u64 {
    let (kind, code) = match end {
        End::Unknown => (1, 0),
        End::Sent(code) => (2, code),
        End::Deferred(code) => (3, code),
        End::Refused(code) => (4, code),
        End::BadAddress(code) => (5, code),
        End::NotSent => (6, 0),
        End::Ambiguous => (7, 0),
    };
    kind << 60
        | u64::from(code & 0xfff) << 48
        | (u64::from(key.slot) & FIELD) << 24
        | u64::from(key.offset) & FIELD
}

fn read_record(word: u64) -> Option<(Key, End)> {
    let field = |shift: u32| u32::try_from(word >> shift & FIELD).unwrap_or(0);
    let key = Key {
        slot: field(24),
        offset: field(0),
    };
    let code = u16::try_from(word >> 48 & 0xfff).unwrap_or(0);
    let end = match word >> 60 {
        1 => End::Unknown,
        2 => End::Sent(code),
        3 => End::Deferred(code),
        4 => End::Refused(code),
        5 => End::BadAddress(code),
        6 => End::NotSent,
        7 => End::Ambiguous,
        _ => return None,
    };
    Some((key, end))
}

/// Which chunk a slot stands for: four words.
fn binding(slot: u32, chunk: Chunk) -> [u64; 4] {
    let (high, low) = chunk.dispatch.uuid().as_u64_pair();
    [
        BIND << 60 | u64::from(slot) & FIELD,
        high,
        low,
        u64::from(chunk.chunk.cast_unsigned()),
    ]
}

fn bytes_of(words: &[u64]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// The journal of a living worker.
pub(super) struct Journal {
    path: PathBuf,
    /// Shared while records are written; alone while the file is emptied or replaced. Taken before `state`.
    paper: RwLock<Paper>,
    state: Mutex<State>,
}

/// The file, and where the next record goes.
struct Paper {
    file: File,
    next: AtomicU64,
}

impl Paper {
    /// A record that could not be written leaves a gap of zeros, or a part of itself without its kind, which comes last.
    fn write(&self, words: &[u64]) -> io::Result<()> {
        let length = u64::try_from(words.len() * 8).unwrap_or(0);
        let at = self.next.fetch_add(length, Ordering::Relaxed);
        let [word] = words else {
            return self.file.write_all_at(&bytes_of(words), at);
        };
        let written = self.file.write_all_at(&word.to_le_bytes(), at);
        if written.is_err() {
            // While nobody came behind it the place is used again: on a full disk the file would grow on paper.
            let _ = self
                .next
                .compare_exchange(at + length, at, Ordering::Relaxed, Ordering::Relaxed);
        }
        written
    }
}

#[derive(Default)]
struct State {
    slots: HashMap<u32, Chunk>,
    /// The last word on each message whose outcome is not in the database.
    open: HashMap<Key, u64>,
    next_slot: u32,
}

impl Journal {
    /// Makes and locks the journal of a new worker.
    ///
    /// # Errors
    /// When the directory cannot be written to.
    pub fn create(directory: &Path, worker: Uuid) -> io::Result<Self> {
        std::fs::create_dir_all(directory)?;
        let path = directory.join(format!("{worker}.journal"));
        // Locked before anybody can take it for that of a dead worker.
        let beside = path.with_extension("new");
        let file = open_locked(&beside)?;
        std::fs::rename(&beside, &path)?;
        Ok(Self {
            path,
            paper: RwLock::new(Paper {
                file,
                next: AtomicU64::new(0),
            }),
            state: Mutex::default(),
        })
    }

    fn paper(&self) -> RwLockReadGuard<'_, Paper> {
        self.paper.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn paper_alone(&self) -> RwLockWriteGuard<'_, Paper> {
        self.paper.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number for a chunk that was just claimed.
    ///
    /// # Errors
    /// When it cannot be written: nobody of the chunk may be handed over then.
    pub fn bind(&self, chunk: Chunk) -> io::Result<u32> {
        let paper = self.paper();
        let mut state = self.state();
        let slot = state.next_slot;
        paper.write(&binding(slot, chunk))?;
        state.next_slot = (slot + 1) & 0x00ff_ffff;
        state.slots.insert(slot, chunk);
        Ok(slot)
    }

    /// Before the final dot.
    ///
    /// # Errors
    /// When it cannot be written: the message must not be handed over then.
    pub fn intent(&self, key: Key) -> io::Result<()> {
        self.note(key, End::Unknown)
    }

    /// After the reply.
    ///
    /// # Errors
    /// When it cannot be written: after a crash the message counts as ambiguous.
    pub fn reply(&self, key: Key, end: End) -> io::Result<()> {
        self.note(key, end)
    }

    fn note(&self, key: Key, end: End) -> io::Result<()> {
        let word = record(key, end);
        let paper = self.paper();
        paper.write(&[word])?;
        self.state().open.insert(key, word);
        Ok(())
    }

    /// Their outcomes are in the database.
    pub fn settled(&self, keys: impl Iterator<Item = Key>) {
        let mut state = self.state();
        for key in keys {
            state.open.remove(&key);
        }
    }

    /// The chunk was given back, with nobody of it under way.
    pub fn unbind(&self, slot: u32) {
        self.state().slots.remove(&slot);
    }

    /// Brings what was written to the disk, and the file back to size. Blocks.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn flush(&self) -> io::Result<()> {
        let unused = |state: &State| state.open.is_empty() && state.slots.is_empty();
        let length = self.paper().next.load(Ordering::Relaxed);
        if length > LARGE || length > 0 && unused(&self.state()) {
            let mut paper = self.paper_alone();
            let state = self.state();
            if !unused(&state) {
                return paper.write_anew(&state, &self.path);
            }
            paper.file.set_len(0)?;
            paper.next.store(0, Ordering::Relaxed);
            return Ok(());
        }
        let file = self.paper().file.try_clone()?;
        file.sync_data()
    }

    /// Nothing is under way and everything is written: the file goes.
    pub fn close(&self) {
        let state = self.state();
        if state.open.is_empty() {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

impl Paper {
    /// The new file takes the old one's place under the same name, locked before anybody can see it.
    fn write_anew(&mut self, state: &State, path: &Path) -> io::Result<()> {
        let beside = path.with_extension("new");
        let _ = std::fs::remove_file(&beside);
        let mut file = open_locked(&beside)?;
        let mut bytes = Vec::new();
        for (slot, chunk) in &state.slots {
            bytes.extend(bytes_of(&binding(*slot, *chunk)));
        }
        for word in state.open.values() {
            bytes.extend(word.to_le_bytes());
        }
        file.write_all(&bytes)?;
        file.sync_data()?;
        std::fs::rename(&beside, path)?;
        self.file = file;
        self.next = AtomicU64::new(u64::try_from(bytes.len()).unwrap_or(0));
        Ok(())
    }
}

fn open_locked(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .read(true)
        .open(path)?;
    file.try_lock().map_err(io::Error::from)?;
    Ok(file)
}

#[cfg(test)]
mod tests;
