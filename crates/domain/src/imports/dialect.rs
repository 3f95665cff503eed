//! Guessing how a file is written: separator, and whether the first record names the columns.

use super::encoding::{self, Decode};
use super::mapping;
use super::records::{Item, RecordReader};
use crate::contacts::address::EmailAddress;
use types::imports::{Dialect, Encoding, Separator, Target};

/// Records looked at.
const SAMPLE_RECORDS: usize = 100;

/// How the beginning of a file seems to be written; `encoding` when somebody said so.
#[must_use]
pub fn sniff(sample: &[u8], said: Option<Encoding>) -> Dialect {
    let encoding = said.unwrap_or_else(|| encoding::detect(sample));
    let text = sample_text(sample, encoding);
    let separator = separator(&text);
    Dialect {
        encoding,
        separator,
        header: has_header(&text, separator),
    }
}

/// The sample as text. A character cut off at its end is not reported as broken, since the decoder is not told that the end is the end.
#[must_use]
pub fn sample_text(sample: &[u8], encoding: Encoding) -> Vec<u8> {
    let mut text = Vec::with_capacity(sample.len() * 2);
    Decode::new(encoding).push(sample, false, &mut text);
    text
}

/// The separator by which the records of the text have the most fields and agree the most about how many.
fn separator(text: &[u8]) -> Separator {
    if let Some(said) = excel_hint(text) {
        return said;
    }
    let score = |separator: Separator| {
        let widths: Vec<usize> = records(text, separator).iter().map(Vec::len).collect();
        let Some(first) = widths.first().copied().filter(|width| *width > 1) else {
            return 0;
        };
        let agree = widths.iter().filter(|width| **width == first).count();
        // Agreement first, width second: a comma in every address of a street is rarer than a real separator.
        (agree * 1000 / widths.len().max(1)) * 100 + first.min(99)
    };
    let mut best = (0, Separator::Comma);
    for separator in Separator::ALL {
        let points = score(*separator);
        if points > best.0 {
            best = (points, *separator);
        }
    }
    best.1
}

/// The line `sep=;` that Excel writes and reads.
#[must_use]
pub fn excel_hint(text: &[u8]) -> Option<Separator> {
    let line = text.split(|b| matches!(b, b'\r' | b'\n')).next()?;
    let [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', sign] = line else {
        return None;
    };
    Separator::ALL
        .iter()
        .copied()
        .find(|separator| separator.byte() == *sign)
}

/// The first records of a text, an Excel hint left out. The last may be cut off and is left out when there are others.
#[must_use]
pub fn records(text: &[u8], separator: Separator) -> Vec<Vec<String>> {
    let mut reader = RecordReader::new(separator);
    reader.input().extend_from_slice(text);
    let mut found = Vec::new();
    let mut skip = usize::from(excel_hint(text).is_some());
    let mut finished = false;
    while found.len() < SAMPLE_RECORDS {
        match reader.next() {
            Some(Item::Record(record)) if skip == 0 => found.push(
                record
                    .iter()
                    .map(|field| field.replace('\0', "\u{FFFD}"))
                    .collect(),
            ),
            Some(Item::Record(_)) => skip -= 1,
            Some(Item::Broken(_)) => {}
            None if !finished && found.is_empty() => {
                finished = true;
                reader.finish();
            }
            None if !finished && text.ends_with(b"\n") => break,
            None if !finished && found.len() < SAMPLE_RECORDS => {
                // A short file without a line break at its end: its last record counts as much as the others.
                finished = true;
                if text.len() < encoding::SAMPLE_BYTES {
                    reader.finish();
                }
            }
            None => break,
        }
    }
    found
}

/// A first record with an address in it is a person; one with a usual heading, or without the addresses that follow, is a header.
fn has_header(text: &[u8], separator: Separator) -> bool {
    let records = records(text, separator);
    let Some(first) = records.first() else { return true };
    let is_address = |field: &String| EmailAddress::parse(field).is_ok();
    if first.iter().any(is_address) {
        return false;
    }
    let named = first
        .iter()
        .any(|field| !matches!(mapping::target_of(field), Target::Ignore | Target::Attribute(_)));
    named || records.iter().skip(1).any(|record| record.iter().any(is_address)) || records.len() == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_are_found() {
        for (text, separator) in [
            ("email,name\na@x.pl,Anna\n", Separator::Comma),
            ("email;name\na@x.pl;Anna, dr\nb@x.pl;Jan\n", Separator::Semicolon),
            ("email\tname\na@x.pl\tAnna; dr\n", Separator::Tab),
            ("email|name\na@x.pl|Anna\n", Separator::Pipe),
            (
                "email;note\na@x.pl;\"one, two\nthree, four\"\n",
                Separator::Semicolon,
            ),
            ("email\na@x.pl\nb@x.pl\n", Separator::Comma),
            (
                "sep=;\nemail;name,full\na@x.pl;Anna,Nowak\n",
                Separator::Semicolon,
            ),
            ("", Separator::Comma),
        ] {
            assert_eq!(sniff(text.as_bytes(), None).separator, separator, "{text}");
        }
    }

    #[test]
    fn headers_are_told_from_people() {
        for (text, header) in [
            ("email,name\na@x.pl,Anna\n", true),
            ("a@x.pl,Anna\nb@x.pl,Jan\n", false),
            ("imię;nazwisko;adres e-mail\nAnna;Nowak;a@x.pl\n", true),
            ("Kolumna 1;Kolumna 2\nAnna;a@x.pl\n", true),
            ("a@x.pl", false),
            ("email", true),
        ] {
            assert_eq!(sniff(text.as_bytes(), None).header, header, "{text}");
        }
    }

    #[test]
    fn what_somebody_said_about_the_encoding_counts() {
        assert_eq!(
            sniff("zażółć".as_bytes(), Some(Encoding::Iso88592)).encoding,
            Encoding::Iso88592
        );
    }
}
