//! What was wrong in the rows of an import: on its page, and whole as a CSV file.

use super::control::get;
use crate::access::ReadContacts;
use crate::{Domain, Error, Granted, Result, Tx, spreadsheet};
use futures::Stream;
use types::ImportId;
use types::imports::RowError;

/// Errors fetched at a time for the download.
const BATCH: i64 = 2_000;

/// The first errors of an import, for its page.
///
/// # Errors
/// When the database cannot be asked.
pub async fn first_errors(
    tx: &mut Tx,
    by: &Granted<ReadContacts>,
    id: ImportId,
    most: i64,
) -> Result<Vec<RowError>> {
    let rows = sqlx::query!(
        "select e.line, e.column_name, e.code, e.raw from import_errors e join imports i on i.id = e.import_id
         where i.unit_id = $1 and i.id = $2 order by e.line limit $3",
        by.unit().uuid(),
        id.uuid(),
        most
    )
    .fetch_all(tx.conn())
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(RowError {
                line: u64::try_from(row.line).unwrap_or(0),
                column: Some(row.column_name).filter(|name| !name.is_empty()),
                problem: row
                    .code
                    .parse()
                    .map_err(|_| Error::broken("unknown problem of a row"))?,
                raw: row.raw,
            })
        })
        .collect()
}

/// Every error of an import as pieces of a CSV file (line, column, problem as the reader's words, the row as it was), in the
/// file's order. `words` translates a problem's code.
///
/// # Errors
/// Not found when it is none of the unit's.
pub async fn errors_csv<W: Fn(&str) -> String + Send + 'static>(
    domain: &Domain,
    by: &Granted<ReadContacts>,
    id: ImportId,
    headings: [String; 4],
    words: W,
) -> Result<impl Stream<Item = Result<Vec<u8>>> + Send + use<W>> {
    let mut tx = domain.begin().await?;
    get(&mut tx, by, id).await?.ok_or_else(Error::not_found)?;
    let start = (domain.clone(), Some(headings), Some((0_i64, 0_i64)), words);
    // Several problems may stand in one line: pages go by line, and within a line by offset.
    Ok(futures::stream::try_unfold(
        start,
        move |(domain, headings, at, words)| async move {
            let Some((line, skip)) = at else { return Ok(None) };
            let rows = sqlx::query!(
            "select line, column_name, code, raw from import_errors where import_id = $1 and line >= $2 order by line, column_name, code limit $3 offset $4",
            id.uuid(),
            line,
            BATCH,
            skip
        )
        .fetch_all(domain.pool())
        .await?;
            let records = rows.iter().map(|row| {
                [
                    row.line.to_string(),
                    row.column_name.clone(),
                    words(&row.code),
                    row.raw.clone(),
                ]
            });
            let bytes = spreadsheet::lines(&[], headings.into_iter().chain(records))?;
            let more = i64::try_from(rows.len()).unwrap_or(0) == BATCH;
            let next = rows.last().filter(|_| more).map(|last| {
                let same = rows.iter().rev().take_while(|row| row.line == last.line).count();
                let same = i64::try_from(same).unwrap_or(0);
                (last.line, if last.line == line { skip + same } else { same })
            });
            Ok((!bytes.is_empty()).then_some((bytes, (domain, None, next, words))))
        },
    ))
}
