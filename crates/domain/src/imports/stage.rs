//! The first half of a run: the file, read and checked, goes by binary `copy` into a temporary (so unlogged, private) table.

use super::check::{Checked, Row};
use super::rows::RowReader;
use super::upload::source;
use crate::contacts::address::EmailAddress;
use crate::{Domain, Error, Result};
use sqlx::PgConnection;
use types::imports::{ImportOptions, RowError};
use types::{ImportId, Language};
use uuid::Uuid;

/// Bytes collected before they are sent.
const SEND_BYTES: usize = 256 * 1024;
/// Bytes of the file between two reports of progress (and looks at whether to stop).
const REPORT_BYTES: u64 = 1024 * 1024;
/// Errors collected before they are stored.
const ERRORS_AT_ONCE: usize = 500;
/// Errors kept of one file. All are counted; nobody reads more.
const ERRORS_KEPT: u64 = 100_000;
/// `copy … (format binary)`: signature, flags, length of the extension.
const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// Columns of `import_stage`.
const COLUMNS: i16 = 14;

/// What reading came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Staged {
    /// All of it is staged: records in the file, and of those left out.
    Whole { records: i64, failed: i64 },
    /// Somebody wants it stopped.
    Stopped,
}

/// Reads the stored file into the connection's `import_stage`.
pub(super) async fn stage(
    domain: &Domain,
    conn: &mut PgConnection,
    id: ImportId,
    options: &ImportOptions,
) -> Result<Staged> {
    let mut reader = RowReader::new(source(domain, id), options.dialect, options.targets.clone());
    let mut ids = Ids::new(domain);
    let mut out = Vec::with_capacity(SEND_BYTES * 2);
    out.extend_from_slice(HEADER);
    let mut errors: Vec<RowError> = Vec::new();
    let (mut records, mut failed, mut kept, mut reported) = (0_i64, 0_i64, 0_u64, 0_u64);
    let mut copy = conn
        .copy_in_raw("copy import_stage from stdin (format binary)")
        .await?;
    loop {
        let more = reader
            .advance(|checked| {
                records += 1;
                match checked {
                    Checked::Row(row, remarks) => {
                        encode(&row, &mut ids, &mut out);
                        errors.extend(remarks);
                    }
                    Checked::Failed(error) => {
                        failed += 1;
                        errors.push(error);
                    }
                }
            })
            .await;
        let more = match more {
            Ok(more) => more,
            Err(error) => {
                copy.abort("the file cannot be read").await?;
                return Err(Error::Database(sqlx::Error::Io(error)));
            }
        };
        if out.len() >= SEND_BYTES || !more {
            if !more {
                out.extend_from_slice(&(-1_i16).to_be_bytes());
            }
            copy.send(out.as_slice()).await?;
            out.clear();
        }
        if errors.len() >= ERRORS_AT_ONCE || !more {
            let room = usize::try_from(ERRORS_KEPT.saturating_sub(kept)).unwrap_or(usize::MAX);
            errors.truncate(room);
            kept += errors.len() as u64;
            keep(domain, id, &errors).await?;
            errors.clear();
        }
        if reader.bytes() >= reported + REPORT_BYTES || !more {
            reported = reader.bytes();
            let stop = sqlx::query_scalar!(
                "update imports set rows_read = $2, rows_failed = $3, bytes_read = $4 where id = $1 returning cancel_requested",
                id.uuid(),
                records,
                failed,
                i64::try_from(reported).unwrap_or(i64::MAX),
            )
            .fetch_one(domain.pool())
            .await?;
            if stop {
                copy.abort("cancelled").await?;
                return Ok(Staged::Stopped);
            }
        }
        if !more {
            copy.finish().await?;
            return Ok(Staged::Whole { records, failed });
        }
    }
}

/// Stores errors, all in one statement.
async fn keep(domain: &Domain, id: ImportId, errors: &[RowError]) -> Result<()> {
    if errors.is_empty() {
        return Ok(());
    }
    // PostgreSQL has no NUL in texts; a file that is no text has many.
    let clean = |text: &str| text.replace('\0', "\u{2400}");
    let lines: Vec<i64> = errors
        .iter()
        .map(|e| i64::try_from(e.line).unwrap_or(i64::MAX))
        .collect();
    let columns: Vec<String> = errors
        .iter()
        .map(|e| clean(e.column.as_deref().unwrap_or("")))
        .collect();
    let codes: Vec<String> = errors.iter().map(|e| e.problem.as_str().to_owned()).collect();
    let raws: Vec<String> = errors.iter().map(|e| clean(&e.raw)).collect();
    sqlx::query!(
        "insert into import_errors (import_id, line, column_name, code, raw)
         select $1, * from unnest($2::bigint[], $3::text[], $4::text[], $5::text[])",
        id.uuid(),
        &lines,
        &columns,
        &codes,
        &raws
    )
    .execute(domain.pool())
    .await?;
    Ok(())
}

/// One row in the binary format of `copy`, in the order of the columns of `import_stage`.
fn encode(row: &Row, ids: &mut Ids, out: &mut Vec<u8>) {
    out.extend_from_slice(&COLUMNS.to_be_bytes());
    field(out, &i64::try_from(row.line).unwrap_or(i64::MAX).to_be_bytes());
    for _ in 0..3 {
        field(out, ids.next().as_bytes());
    }
    text(out, row.key.as_deref());
    text(out, row.email.as_ref().map(EmailAddress::as_str));
    text(out, row.email.as_ref().map(EmailAddress::normalised));
    text(out, row.phone.as_ref().map(|(shown, _)| shown.as_str()));
    text(out, row.phone.as_ref().map(|(_, normalised)| normalised.as_str()));
    text(out, Some(&row.first_name));
    text(out, Some(&row.last_name));
    text(out, row.language.map(Language::code));
    text(out, row.time_zone.as_deref());
    // jsonb: a version byte, then the text.
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    out.push(1);
    if row.attributes.is_empty() {
        out.extend_from_slice(b"{}");
    } else {
        // Writing JSON into memory cannot fail: the keys are texts.
        let _ = serde_json::to_writer(&mut *out, &row.attributes);
    }
    let length = i32::try_from(out.len() - start - 4).unwrap_or(i32::MAX);
    if let Some(place) = out.get_mut(start..start + 4) {
        place.copy_from_slice(&length.to_be_bytes());
    }
}

fn field(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&i32::try_from(bytes.len()).unwrap_or(i32::MAX).to_be_bytes());
    out.extend_from_slice(bytes);
}

fn text(out: &mut Vec<u8>, value: Option<&str>) {
    match value {
        Some(value) => field(out, value.as_bytes()),
        None => out.extend_from_slice(&(-1_i32).to_be_bytes()),
    }
}

/// Ids for a million rows: UUID version 7 (RFC 9562), each greater than the one before, so that indexes grow at their end.
/// The counter stands in the 12 bits after the time, and carries into the time when they are full.
struct Ids {
    millis: u64,
    counter: u16,
    random: [u8; 10],
}

impl Ids {
    fn new(domain: &Domain) -> Self {
        let millis = u64::try_from(domain.now().as_millisecond()).unwrap_or(0);
        Self {
            millis,
            counter: 0,
            random: domain.random(),
        }
    }

    fn next(&mut self) -> Uuid {
        self.counter += 1;
        if self.counter == 4096 {
            self.counter = 0;
            self.millis += 1;
        }
        let [high, low] = self.counter.to_be_bytes();
        let mut bytes = self.random;
        [bytes[0], bytes[1]] = [high, low];
        uuid::Builder::from_unix_timestamp_millis(self.millis, &bytes).into_uuid()
    }
}
