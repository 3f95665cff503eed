//! The reading side as a whole: bytes to checked rows.

use super::check::{Checked, Row};
use super::records::{Item, RecordReader};
use super::rows::{RowReader, preview};
use proptest::prelude::*;
use types::Language;
use types::imports::{Dialect, Encoding, RowError, RowProblem, Separator, Target};

fn dialect(separator: Separator) -> Dialect {
    Dialect {
        encoding: Encoding::Utf8,
        separator,
        header: true,
    }
}

async fn read(bytes: &[u8], dialect: Dialect, targets: &[Target]) -> (Vec<Row>, Vec<RowError>) {
    let mut reader = RowReader::new(bytes, dialect, targets.to_vec());
    let (mut rows, mut errors) = (Vec::new(), Vec::new());
    let mut more = true;
    while more {
        more = reader
            .advance(|checked| match checked {
                Checked::Row(row, remarks) => {
                    rows.push(*row);
                    errors.extend(remarks);
                }
                Checked::Failed(error) => errors.push(error),
            })
            .await
            .expect("a slice can be read");
    }
    assert_eq!(reader.bytes(), bytes.len() as u64);
    (rows, errors)
}

const PERSON: [Target; 4] = [
    Target::Email,
    Target::FirstName,
    Target::LastName,
    Target::Language,
];

#[tokio::test]
async fn rows_are_read_with_quotes_breaks_and_line_numbers() {
    let file = "email,first,last,lang\r\n\
        anna@uni.example,Anna,\"Nowak, dr\",PL\r\n\
        \r\n\
        jan@uni.example,\"Jan\r\nMaria\",\"Kow\"\"al\",de-AT\r\n\
        eve@uni.example,Eve,,english";
    let (rows, errors) = read(file.as_bytes(), dialect(Separator::Comma), &PERSON).await;
    assert_eq!(errors, []);
    let seen: Vec<_> = rows
        .iter()
        .map(|r| {
            (
                r.line,
                r.email.as_ref().map_or("", |e| e.as_str()),
                &*r.first_name,
                &*r.last_name,
                r.language,
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            (2, "anna@uni.example", "Anna", "Nowak, dr", Some(Language::Pl)),
            (4, "jan@uni.example", "Jan Maria", "Kow\"al", Some(Language::De)),
            (6, "eve@uni.example", "Eve", "", Some(Language::En)),
        ]
    );
}

#[tokio::test]
async fn what_is_wrong_is_named_with_line_column_and_raw_text() {
    let file = "E-mail;Imię;Nazwisko;Język\n\
        nobody;Anna;Nowak;pl\n\
        ;Jan;Kowal;pl\n\
        a@x.pl;b@x.pl;c;d;e\n\
        a@x.pl;Anna;Nowak;klingoński\n\
        b@x.pl\n\
        b@x.pl, c@x.pl;;;\n";
    let (rows, errors) = read(file.as_bytes(), dialect(Separator::Semicolon), &PERSON).await;
    assert_eq!(rows.len(), 2);
    let seen: Vec<_> = errors
        .iter()
        .map(|e| (e.line, e.column.as_deref(), e.problem))
        .collect();
    assert_eq!(
        seen,
        [
            (2, Some("E-mail"), RowProblem::EmailInvalid),
            (3, None, RowProblem::EmailMissing),
            (4, None, RowProblem::TooManyColumns),
            (5, Some("Język"), RowProblem::LanguageUnknown),
            (6, None, RowProblem::TooFewColumns),
            (7, Some("E-mail"), RowProblem::EmailSeveral),
        ]
    );
    assert_eq!(errors[0].raw, "nobody;Anna;Nowak;pl");
}

#[tokio::test]
async fn an_open_quote_costs_one_line_not_the_file() {
    let mut file = String::from("email,first\na@x.pl,\"Anna\n");
    for n in 0..40_000 {
        file.push_str(&format!("p{n}@x.pl,Jan\n"));
    }
    let (rows, errors) = read(file.as_bytes(), dialect(Separator::Comma), &PERSON[..2]).await;
    assert_eq!(rows.len(), 40_000);
    assert_eq!(errors.len(), 1);
    assert_eq!(
        (errors[0].line, errors[0].problem),
        (2, RowProblem::RecordTooLong)
    );
    assert_eq!(rows[0].line, 3);
    assert_eq!(rows[39_999].line, 40_002);

    let (rows, errors) = read(
        b"email,first\na@x.pl,\"Anna\nb@x.pl,Jan\n",
        dialect(Separator::Comma),
        &PERSON[..2],
    )
    .await;
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (errors[0].line, errors[0].problem),
        (2, RowProblem::QuoteUnclosed)
    );
    assert_eq!(errors[0].raw, "a@x.pl,\"Anna");
}

#[tokio::test]
async fn a_file_in_the_wrong_encoding_fails_row_by_row() {
    let (bytes, _, _) = encoding_rs::WINDOWS_1250.encode("email,first\na@x.pl,Łucja\nb@x.pl,Jan\n");
    let (rows, errors) = read(&bytes, dialect(Separator::Comma), &PERSON[..2]).await;
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (errors[0].line, errors[0].problem),
        (2, RowProblem::EncodingBroken)
    );

    let right = Dialect {
        encoding: Encoding::Windows1250,
        ..dialect(Separator::Comma)
    };
    let (rows, errors) = read(&bytes, right, &PERSON[..2]).await;
    assert_eq!((rows.len(), errors.len()), (2, 0));
    assert_eq!(rows[0].first_name, "Łucja");
}

#[tokio::test]
async fn a_file_that_is_no_text_ends_with_errors_and_not_with_memory() {
    let noise: Vec<u8> = (0u32..3_000_000)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8 | 1)
        .collect();
    let (rows, errors) = read(&noise, dialect(Separator::Comma), &PERSON).await;
    assert!(rows.is_empty());
    assert!(!errors.is_empty());
    assert!(errors.iter().all(|error| error.raw.chars().count() <= 500));
}

#[test]
fn a_preview_suggests_and_warns() {
    let (bytes, _, _) = encoding_rs::WINDOWS_1250
        .encode("sep=;\r\nAdres e-mail;Imię;Nazwisko;Kierunek\r\nłucja@uni.example;Łucja;Żak;Fizyka\r\nzły;Jan;Gęś;Chemia\r\n");
    let seen = preview(&bytes, None);
    assert_eq!(
        seen.dialect,
        Dialect {
            encoding: Encoding::Windows1250,
            separator: Separator::Semicolon,
            header: true
        }
    );
    assert_eq!(seen.columns, ["Adres e-mail", "Imię", "Nazwisko", "Kierunek"]);
    assert_eq!(
        seen.targets,
        [
            Target::Email,
            Target::FirstName,
            Target::LastName,
            Target::Attribute("kierunek".into())
        ]
    );
    assert_eq!(seen.rows.len(), 2);
    assert_eq!(seen.errors.len(), 1);
    assert_eq!(seen.errors[0].problem, RowProblem::EmailInvalid);
    assert_eq!(seen.errors[0].line, 4);

    let empty = preview(b"", None);
    assert!(empty.rows.is_empty() && empty.columns.is_empty());
}

fn records_of(text: &[u8], piece: usize) -> Vec<Vec<String>> {
    let mut reader = RecordReader::new(Separator::Comma);
    let mut found = Vec::new();
    for part in text.chunks(piece) {
        reader.input().extend_from_slice(part);
        while let Some(item) = reader.next() {
            if let Item::Record(record) = item {
                found.push(record.iter().map(str::to_owned).collect());
            }
        }
    }
    reader.finish();
    while let Some(item) = reader.next() {
        if let Item::Record(record) = item {
            found.push(record.iter().map(str::to_owned).collect());
        }
    }
    found
}

proptest! {
    /// Whatever a CSV writer writes is read back, in pieces of any size.
    #[test]
    fn what_is_written_is_read(
        rows in prop::collection::vec(prop::collection::vec("[a-ż\",\r\n ;]{0,12}", 2..5), 0..20), piece in 1usize..60,
    ) {
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        for row in &rows {
            writer.write_record(row).expect("memory can be written");
        }
        let text = writer.into_inner().expect("memory can be written");
        prop_assert_eq!(records_of(&text, piece), rows);
    }

    /// Nothing that comes breaks the reader, and every line number is within the file.
    #[test]
    fn nothing_breaks_the_reader(text in "[a@.\",;\r\nż|]{0,200}", piece in 1usize..30) {
        let lines = 1 + text.replace("\r\n", "\n").chars().filter(|c| matches!(c, '\r' | '\n')).count() as u64;
        let mut reader = RecordReader::new(Separator::Semicolon);
        let check = |item: &Item<'_>| {
            let line = match item { Item::Record(record) => record.line, Item::Broken(broken) => broken.line };
            prop_assert!((1..=lines).contains(&line), "line {} of {}", line, lines);
            Ok(())
        };
        for part in text.as_bytes().chunks(piece) {
            reader.input().extend_from_slice(part);
            while let Some(item) = reader.next() { check(&item)?; }
        }
        reader.finish();
        while let Some(item) = reader.next() { check(&item)?; }
    }
}
