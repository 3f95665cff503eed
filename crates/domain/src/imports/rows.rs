//! A file of any size as a stream of checked rows: bytes in, rows out, never more than a piece of it in memory.

use super::check::{Checked, Plan};
use super::encoding::{Decode, SAMPLE_BYTES};
use super::records::{Item, RecordReader};
use super::{dialect, mapping};
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt};
use types::imports::{Dialect, Preview, RowError, Target};

/// Bytes read at a time.
const PIECE_BYTES: usize = 64 * 1024;
/// Records a preview shows.
pub const PREVIEW_ROWS: usize = 20;

/// Reads checked rows from a source of bytes.
pub struct RowReader<R> {
    source: R,
    piece: Vec<u8>,
    bytes: u64,
    decoder: Decode,
    records: RecordReader,
    dialect: Dialect,
    targets: Vec<Target>,
    plan: Option<Plan>,
    /// The Excel hint, if any, is only looked for once the first text is there.
    begun: bool,
    skip: usize,
    done: bool,
}

impl<R: AsyncRead + Unpin> RowReader<R> {
    /// A reader at the beginning of `source`.
    pub fn new(source: R, dialect: Dialect, targets: Vec<Target>) -> Self {
        Self {
            source,
            piece: vec![0; PIECE_BYTES],
            bytes: 0,
            decoder: Decode::new(dialect.encoding),
            records: RecordReader::new(dialect.separator),
            dialect,
            targets,
            plan: None,
            begun: false,
            skip: 0,
            done: false,
        }
    }

    /// How many bytes were read so far.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Reads one more piece and hands every record in it to `each`. Says `false` when the file is at its end.
    ///
    /// # Errors
    /// Whatever the source says.
    pub async fn advance(&mut self, mut each: impl FnMut(Checked)) -> io::Result<bool> {
        if self.done {
            return Ok(false);
        }
        let read = self.source.read(&mut self.piece).await?;
        self.bytes += read as u64;
        let bytes = self.piece.get(..read).unwrap_or_default();
        self.decoder.push(bytes, read == 0, self.records.input());
        if read == 0 {
            self.done = true;
            self.records.finish();
        }
        if !self.begun {
            // The hint is a few bytes at the very beginning; wait until its line is whole.
            let text: &[u8] = self.records.input();
            if text.len() < 8 && !self.done {
                return Ok(true);
            }
            self.skip = usize::from(dialect::excel_hint(text).is_some());
            self.begun = true;
        }
        while let Some(item) = self.records.next() {
            match item {
                Item::Broken(broken) => each(Checked::Failed(broken.into())),
                Item::Record(_) if self.skip > 0 => self.skip -= 1,
                Item::Record(record) => match &mut self.plan {
                    Some(plan) => each(plan.check(&record)),
                    none => {
                        let headings: Vec<String> = if self.dialect.header {
                            record.iter().map(str::to_owned).collect()
                        } else {
                            vec![String::new(); record.len()]
                        };
                        let plan = none.insert(Plan::new(std::mem::take(&mut self.targets), headings));
                        if !self.dialect.header {
                            each(plan.check(&record));
                        }
                    }
                },
            }
        }
        Ok(!self.done)
    }
}

/// What the first bytes of a file look like under `said`, or under what they look like themselves.
#[must_use]
pub fn preview(sample: &[u8], said: Option<Dialect>) -> Preview {
    let sample = sample.get(..SAMPLE_BYTES).unwrap_or(sample);
    let dialect = said.unwrap_or_else(|| dialect::sniff(sample, None));
    let text = dialect::sample_text(sample, dialect.encoding);
    let mut rows = dialect::records(&text, dialect.separator);
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let headings = if dialect.header && !rows.is_empty() {
        rows.remove(0)
    } else {
        Vec::new()
    };
    let targets = if headings.is_empty() {
        mapping::suggest_by_content(&rows)
    } else {
        mapping::suggest(&headings)
    };
    let columns = (0..width.min(super::records::RECORD_FIELDS))
        .map(|at| match headings.get(at).map(|heading| heading.trim()) {
            Some(heading) if !heading.is_empty() => heading.to_owned(),
            _ => (at + 1).to_string(),
        })
        .collect();
    rows.truncate(PREVIEW_ROWS);
    let mut targets = targets;
    targets.resize(width, Target::Ignore);
    let errors = errors_in(&text, dialect, &targets, headings);
    Preview {
        dialect,
        columns,
        targets,
        rows,
        errors,
    }
}

/// Problems in the first records of a text under a mapping.
fn errors_in(text: &[u8], dialect: Dialect, targets: &[Target], headings: Vec<String>) -> Vec<RowError> {
    let mut records = RecordReader::new(dialect.separator);
    records.input().extend_from_slice(text);
    if text.len() < SAMPLE_BYTES {
        records.finish();
    }
    let mut skip = usize::from(dialect::excel_hint(text).is_some()) + usize::from(dialect.header);
    let mut plan = Plan::new(targets.to_vec(), headings);
    let mut errors = Vec::new();
    let mut seen = 0;
    while let Some(item) = records.next() {
        match item {
            Item::Broken(broken) => errors.push(broken.into()),
            Item::Record(_) if skip > 0 => skip -= 1,
            Item::Record(record) => match plan.check(&record) {
                Checked::Row(_, remarks) => errors.extend(remarks),
                Checked::Failed(error) => errors.push(error),
            },
        }
        seen += 1;
        if seen > PREVIEW_ROWS || errors.len() >= PREVIEW_ROWS {
            break;
        }
    }
    errors
}
