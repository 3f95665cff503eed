//! CSV files (RFC 4180, UTF-8) that people open in a spreadsheet, which must neither guess their encoding nor run a cell.

use crate::{Error, Result};
use std::borrow::Cow;

/// The mark that tells Excel the encoding; the first bytes of a file.
pub const BYTE_ORDER_MARK: &[u8] = &[0xEF, 0xBB, 0xBF];

/// Lines of a file after `start`, every cell made harmless.
///
/// # Errors
/// None that can be met: writing into memory does not fail.
pub fn lines<R>(start: &[u8], rows: impl IntoIterator<Item = R>) -> Result<Vec<u8>>
where
    R: IntoIterator<Item: AsRef<str>>,
{
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(start.to_vec());
    for row in rows {
        for cell in row {
            writer
                .write_field(neutralise(cell.as_ref()).as_ref())
                .map_err(|error| Error::broken(error.to_string()))?;
        }
        writer
            .write_record(None::<&[u8]>)
            .map_err(|error| Error::broken(error.to_string()))?;
    }
    writer
        .into_inner()
        .map_err(|error| Error::broken(error.to_string()))
}

/// Makes a cell harmless for spreadsheets: what begins with `=`, `+`, `-`, `@`, a tab or a line break gets an apostrophe in
/// front, as OWASP's "CSV injection" advises. Plain numbers such as `-12.5` and phone numbers such as `+48 601…` stay as
/// they are, since they are no formulas and would come back changed on the next import.
fn neutralise(cell: &str) -> Cow<'_, str> {
    let Some(first) = cell.chars().next() else {
        return Cow::Borrowed(cell);
    };
    let risky = matches!(
        first,
        '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\u{FF1D}' | '\u{FF0B}' | '\u{FF0D}' | '\u{FF20}'
    );
    if !risky || is_number(cell) {
        Cow::Borrowed(cell)
    } else {
        Cow::Owned(format!("'{cell}"))
    }
}

/// A sign and then nothing but digits, spaces and points or commas between them.
fn is_number(cell: &str) -> bool {
    let Some(rest) = cell.strip_prefix(['+', '-']) else {
        return false;
    };
    rest.starts_with(|c: char| c.is_ascii_digit())
        && rest
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, ' ' | '.' | ','))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_quoted_and_numbers_are_not() {
        for (cell, safe) in [
            ("=1+1", "'=1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
            ("-2+3+cmd", "'-2+3+cmd"),
            ("\t=1", "'\t=1"),
            ("-12.5", "-12.5"),
            ("+48 601 202 303", "+48 601 202 303"),
            ("-", "'-"),
            ("Anna", "Anna"),
            ("", ""),
        ] {
            assert_eq!(neutralise(cell), safe);
        }
    }
}
