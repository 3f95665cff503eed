//! From text to records: quotes, embedded line breaks, limits, and a way on after a broken line.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use types::imports::{RowProblem, Separator};

/// The longest record taken, in bytes of UTF-8. A quotation mark that is never closed would otherwise swallow the file.
pub const RECORD_BYTES: usize = 256 * 1024;
/// The most fields taken in a record.
pub const RECORD_FIELDS: usize = 512;
/// How much of a broken record is kept for the person who mends the file, in characters.
pub const RAW_CHARS: usize = 500;

/// One record and where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Record<'a> {
    /// The line in which it begins, from 1.
    pub line: u64,
    fields: &'a [u8],
    ends: &'a [usize],
    raw: &'a [u8],
}

impl<'a> Record<'a> {
    /// How many fields it has; at least one.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether it has no field at all (which the reader never yields).
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The field at `index`, without its quotes; empty where the record is shorter.
    #[must_use]
    pub fn field(&self, index: usize) -> &'a str {
        let Some(end) = self.ends.get(index) else {
            return "";
        };
        let start = index
            .checked_sub(1)
            .and_then(|i| self.ends.get(i))
            .copied()
            .unwrap_or(0);
        // The text was decoded to UTF-8 before it was cut at ASCII signs, so this cannot fail.
        self.fields
            .get(start..*end)
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .unwrap_or("")
    }

    /// All fields in turn.
    pub fn iter(&self) -> impl Iterator<Item = &'a str> + '_ {
        (0..self.len()).map(|index| self.field(index))
    }

    /// The record as it stands in the file, without its final line break, cut to [`RAW_CHARS`].
    #[must_use]
    pub fn raw(&self) -> String {
        cut(self.raw)
    }

    /// Whether something in it could not be read in the chosen encoding.
    #[must_use]
    pub fn is_garbled(&self) -> bool {
        // U+FFFD in UTF-8; a search for bytes is much cheaper than one for characters.
        self.raw.windows(3).any(|w| w == [0xEF, 0xBF, 0xBD])
    }
}

/// A stretch of the file that is no record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The line in which it begins, from 1.
    pub line: u64,
    /// Why.
    pub problem: RowProblem,
    /// Its beginning, as it stands in the file.
    pub raw: String,
}

/// What the reader found next.
#[derive(Debug)]
pub enum Item<'a> {
    /// A record.
    Record(Record<'a>),
    /// Something that is none; reading goes on after it.
    Broken(Broken),
}

/// Cuts UTF-8 text into records. Text is pushed in as it comes; memory is bounded by [`RECORD_BYTES`] and the pushed piece.
pub struct RecordReader {
    core: Reader,
    separator: Separator,
    text: Vec<u8>,
    /// Where the current record begins in `text`, and up to where the parser has seen it.
    start: usize,
    seen: usize,
    finished: bool,
    line: u64,
    /// The last thing taken was a CR: an LF that follows belongs to the same line break.
    after_cr: bool,
    fields: Vec<u8>,
    filled: usize,
    ends: Vec<usize>,
    ended: usize,
}

impl RecordReader {
    /// A reader at the beginning of a file.
    #[must_use]
    pub fn new(separator: Separator) -> Self {
        Self {
            core: core_reader(separator),
            separator,
            text: Vec::new(),
            start: 0,
            seen: 0,
            finished: false,
            line: 1,
            after_cr: false,
            fields: vec![0; 4096],
            filled: 0,
            ends: vec![0; RECORD_FIELDS],
            ended: 0,
        }
    }

    /// Where text is appended: hand it to [`super::encoding::Decode::push`]. Only call it when [`RecordReader::next`] said `None`.
    pub fn input(&mut self) -> &mut Vec<u8> {
        self.text.drain(..self.start);
        self.seen -= self.start;
        self.start = 0;
        &mut self.text
    }

    /// Says that no more text will come.
    pub const fn finish(&mut self) {
        self.finished = true;
    }

    /// The next record, or `None` when more text is needed (after [`RecordReader::finish`]: when the file is at its end).
    // Not an `Iterator`: items borrow the reader's buffers.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Option<Item<'_>> {
        loop {
            // At the end of the file a line break closes the last record, unless a quotation mark is still open. An empty
            // input would tell the parser that the file has ended, and it would then take what is open as closed.
            let at_end = self.seen >= self.text.len();
            if at_end && !(self.finished && self.start < self.text.len()) {
                return None;
            }
            let input = if at_end {
                b"\n".as_slice()
            } else {
                self.text.get(self.seen..).unwrap_or_default()
            };
            let (result, read, written, ends) = self.core.read_record(
                input,
                self.fields.get_mut(self.filled..).unwrap_or_default(),
                self.ends.get_mut(self.ended..).unwrap_or_default(),
            );
            self.seen = (self.seen + read).min(self.text.len());
            self.filled += written;
            self.ended += ends;
            match result {
                ReadRecordResult::InputEmpty => {
                    if self.seen - self.start > RECORD_BYTES {
                        return Some(Item::Broken(self.give_up(RowProblem::RecordTooLong)));
                    }
                    if at_end {
                        if self
                            .text
                            .get(self.start..)
                            .unwrap_or_default()
                            .iter()
                            .all(|b| matches!(b, b'\r' | b'\n'))
                        {
                            self.start = self.text.len();
                            return None;
                        }
                        return Some(Item::Broken(self.give_up(RowProblem::QuoteUnclosed)));
                    }
                }
                ReadRecordResult::OutputFull => {
                    if self.fields.len() > RECORD_BYTES {
                        return Some(Item::Broken(self.give_up(RowProblem::RecordTooLong)));
                    }
                    self.fields.resize(self.fields.len() * 2, 0);
                }
                ReadRecordResult::OutputEndsFull => {
                    return Some(Item::Broken(self.give_up(RowProblem::TooManyColumns)));
                }
                ReadRecordResult::Record => {
                    let (start, end) = (self.start, self.seen);
                    let (filled, ended) = (self.filled, self.ended);
                    self.start = end;
                    self.filled = 0;
                    self.ended = 0;
                    let whole = self.text.get(start..end).unwrap_or_default();
                    // Blank lines before the record were skipped by the parser and belong to no record.
                    let blank = whole.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
                    let (before, raw) = whole.split_at(blank);
                    let line = self.line + breaks(before, self.after_cr);
                    self.line = line + breaks(raw, false);
                    self.after_cr = raw.last() == Some(&b'\r');
                    return Some(Item::Record(Record {
                        line,
                        fields: self.fields.get(..filled).unwrap_or_default(),
                        ends: self.ends.get(..ended).unwrap_or_default(),
                        raw,
                    }));
                }
                ReadRecordResult::End => return None,
            }
        }
    }

    /// Reports the physical line the record begins in and starts again with the line after it, so that one stray
    /// quotation mark costs one line and not the rest of the file.
    fn give_up(&mut self, problem: RowProblem) -> Broken {
        let whole = self.text.get(self.start..).unwrap_or_default();
        let blank = whole.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        let (before, rest) = whole.split_at(blank);
        let length = rest
            .iter()
            .position(|b| matches!(b, b'\r' | b'\n'))
            .unwrap_or(rest.len());
        // A line without end (a file that is no text file at all) is thrown away as far as it has come.
        let (bad, after) = rest.split_at(length);
        let end = usize::from(!after.is_empty());
        let line = self.line + breaks(before, self.after_cr);
        let broken = Broken {
            line,
            problem,
            raw: cut(bad),
        };
        self.line = line + u64::from(end > 0);
        self.after_cr = after.first() == Some(&b'\r');
        self.start += blank + length + end;
        self.seen = self.start;
        self.filled = 0;
        self.ended = 0;
        self.core = core_reader(self.separator);
        broken
    }
}

fn core_reader(separator: Separator) -> Reader {
    ReaderBuilder::new().delimiter(separator.byte()).build()
}

/// Line breaks as people count them: LF, CR LF, or the lone CR of old Macs.
fn breaks(text: &[u8], after_cr: bool) -> u64 {
    let mut count = 0;
    let mut previous = if after_cr { b'\r' } else { 0 };
    for byte in text {
        match byte {
            b'\r' => count += 1,
            b'\n' if previous != b'\r' => count += 1,
            _ => {}
        }
        previous = *byte;
    }
    count
}

fn cut(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(raw.get(..RAW_CHARS * 4).unwrap_or(raw));
    text.trim_end_matches(['\r', '\n'])
        .chars()
        .take(RAW_CHARS)
        // A file that is no text has NULs, which PostgreSQL can keep in no text.
        .map(|c| if c == '\0' { '\u{FFFD}' } else { c })
        .collect()
}
