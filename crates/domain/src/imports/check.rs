//! One record of a file against the chosen columns: a checked row, or what is wrong with it.

use super::records::{Broken, Record};
use crate::contacts::address::{AddressError, EmailAddress, parse_phone};
use std::collections::HashSet;
use types::Language;
use types::imports::{RowError, RowProblem, Target};

/// Longest key, in characters.
pub const KEY_CHARS: usize = 200;
/// Longest first or last name, in characters (as in the database).
pub const NAME_CHARS: usize = 120;
/// Longest value of an attribute, in characters.
pub const ATTRIBUTE_CHARS: usize = 4_000;

/// A person as one row of a file describes them. Empty fields are `None` or empty and change nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    /// The line in which the record begins, from 1.
    pub line: u64,
    pub email: Option<EmailAddress>,
    pub key: Option<String>,
    pub first_name: String,
    pub last_name: String,
    pub language: Option<Language>,
    pub time_zone: Option<String>,
    /// As given, and normalised.
    pub phone: Option<(String, String)>,
    pub attributes: serde_json::Map<String, serde_json::Value>,
}

/// What became of one record.
#[derive(Debug, Clone, PartialEq)]
pub enum Checked {
    /// Good, with remarks about fields that were left out.
    Row(Box<Row>, Vec<RowError>),
    /// Left out.
    Failed(RowError),
}

/// The chosen columns, ready to check records against.
pub struct Plan {
    targets: Vec<Target>,
    headings: Vec<String>,
    /// Time zones already looked up: files have few different ones, and looking up reads the disk.
    known_zones: HashSet<String>,
}

impl Plan {
    /// A plan for files with these headings (or none: then columns are named by number).
    #[must_use]
    pub fn new(targets: Vec<Target>, headings: Vec<String>) -> Self {
        Self {
            targets,
            headings,
            known_zones: HashSet::new(),
        }
    }

    /// Whether rows can name anybody: an address or a key is among the columns.
    #[must_use]
    pub fn names_people(targets: &[Target]) -> bool {
        targets
            .iter()
            .any(|target| matches!(target, Target::Email | Target::Key))
    }

    /// Checks one record.
    pub fn check(&mut self, record: &Record<'_>) -> Checked {
        let mut row = Row {
            line: record.line,
            ..Row::default()
        };
        let mut remarks = Vec::new();
        let fail = |problem, column: Option<String>| {
            Checked::Failed(RowError {
                line: record.line,
                column,
                problem,
                raw: record.raw(),
            })
        };
        if record.is_garbled() {
            return fail(RowProblem::EncodingBroken, None);
        }
        let width = self.headings.len().max(self.targets.len());
        if record.len() > width && (width..record.len()).any(|at| !record.field(at).trim().is_empty()) {
            return fail(RowProblem::TooManyColumns, None);
        }
        if record.len() < width
            && record.len()
                <= self
                    .targets
                    .iter()
                    .rposition(|t| *t != Target::Ignore)
                    .unwrap_or(0)
        {
            remarks.push((RowProblem::TooFewColumns, None));
        }
        for (at, target) in self.targets.iter().enumerate() {
            let text = record.field(at).trim();
            if text.is_empty() || *target == Target::Ignore {
                continue;
            }
            match take(&mut row, target, text, &mut self.known_zones) {
                Ok(()) => {}
                Err(problem) if problem.is_fatal() => return fail(problem, Some(self.column(at))),
                Err(problem) => remarks.push((problem, Some(self.column(at)))),
            }
        }
        if row.email.is_none() && row.key.is_none() {
            let both = self.targets.contains(&Target::Key) && self.targets.contains(&Target::Email);
            let missing = if both || !self.targets.contains(&Target::Email) {
                RowProblem::NobodyNamed
            } else {
                RowProblem::EmailMissing
            };
            return fail(missing, None);
        }
        let remarks = remarks
            .into_iter()
            .map(|(problem, column)| RowError {
                line: record.line,
                column,
                problem,
                raw: record.raw(),
            })
            .collect();
        Checked::Row(Box::new(row), remarks)
    }

    fn column(&self, at: usize) -> String {
        match self.headings.get(at) {
            Some(heading) if !heading.trim().is_empty() => heading.trim().to_owned(),
            _ => (at + 1).to_string(),
        }
    }
}

impl From<Broken> for RowError {
    fn from(broken: Broken) -> Self {
        Self {
            line: broken.line,
            column: None,
            problem: broken.problem,
            raw: broken.raw,
        }
    }
}

fn take(row: &mut Row, target: &Target, text: &str, zones: &mut HashSet<String>) -> Result<(), RowProblem> {
    let long = |most: usize| text.len() > most && text.chars().count() > most;
    let printable = || {
        !text
            .chars()
            .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
    };
    if !printable() {
        return Err(RowProblem::ValueInvalid);
    }
    match target {
        Target::Ignore => {}
        Target::Email => match EmailAddress::parse(text) {
            Ok(address) => row.email = Some(address),
            Err(AddressError::Empty) => {}
            Err(error) => return Err(error.problem()),
        },
        Target::Key => {
            if long(KEY_CHARS) {
                return Err(RowProblem::KeyInvalid);
            }
            row.key = Some(text.to_owned());
        }
        Target::FirstName | Target::LastName => {
            if long(NAME_CHARS) {
                return Err(RowProblem::ValueTooLong);
            }
            let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
            if *target == Target::FirstName {
                row.first_name = name;
            } else {
                row.last_name = name;
            }
        }
        Target::Language => row.language = Some(language(text).ok_or(RowProblem::LanguageUnknown)?),
        Target::TimeZone => {
            if !zones.contains(text) {
                if !is_time_zone(text) {
                    return Err(RowProblem::TimeZoneUnknown);
                }
                zones.insert(text.to_owned());
            }
            row.time_zone = Some(text.to_owned());
        }
        Target::Phone => row.phone = Some(parse_phone(text).ok_or(RowProblem::PhoneInvalid)?),
        Target::Attribute(name) => {
            if long(ATTRIBUTE_CHARS) {
                return Err(RowProblem::ValueTooLong);
            }
            row.attributes
                .insert(name.clone(), serde_json::Value::String(text.to_owned()));
        }
    }
    Ok(())
}

/// A language by its code (`pl`, `pl-PL`, `PL_pl`), by ISO 639-2, or by its name in one of the four languages.
#[must_use]
pub fn language(text: &str) -> Option<Language> {
    if let Ok(language) = text.trim().parse() {
        return Some(language);
    }
    let name = text.trim().to_lowercase();
    let name = name.trim_end_matches('.');
    Some(match name {
        "english" | "eng" | "angielski" | "ang" | "englisch" | "anglais" | "gb" | "uk" | "us" => Language::En,
        "polish" | "pol" | "polski" | "polnisch" | "polonais" => Language::Pl,
        "german" | "deu" | "ger" | "niemiecki" | "niem" | "deutsch" | "allemand" | "at" => Language::De,
        "french" | "fra" | "fre" | "francuski" | "franc" | "französisch" | "français" | "francais" => {
            Language::Fr
        }
        _ => return None,
    })
}

/// Whether the text is the name of a zone. Where the machine has no database of zones, the form decides.
#[must_use]
pub fn is_time_zone(name: &str) -> bool {
    let database = jiff::tz::db();
    if !database.is_definitively_empty() {
        return database.get(name).is_ok();
    }
    name == "UTC"
        || name.split_once('/').is_some_and(|(area, city)| {
            let part =
                |p: &str| !p.is_empty() && p.chars().all(|c| c.is_ascii_alphanumeric() || "_-+/".contains(c));
            part(area) && part(city)
        })
}
