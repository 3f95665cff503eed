//! What a file import says to the outside: how a file is read, where its columns go, how far it is, what was wrong.

use crate::suppressions::SuppressionReason;
use crate::text_enum::text_enum;
use crate::{ImportId, TopicId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

text_enum! {
    /// The character encodings an import understands. Detection only suggests; the person who imports decides.
    Encoding {
        /// With or without a byte order mark.
        Utf8 = "utf-8",
        /// Little endian: what Excel calls "Unicode text".
        Utf16Le = "utf-16le",
        Utf16Be = "utf-16be",
        /// Central European Windows.
        Windows1250 = "windows-1250",
        /// Western European Windows.
        Windows1252 = "windows-1252",
        /// Latin-2, as older Unix systems in Central Europe wrote it.
        Iso88592 = "iso-8859-2",
    }
}

impl Encoding {
    /// The name people know it by; the same in every language.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Utf16Le => "UTF-16 LE",
            Self::Utf16Be => "UTF-16 BE",
            Self::Windows1250 => "Windows-1250",
            Self::Windows1252 => "Windows-1252",
            Self::Iso88592 => "ISO 8859-2",
        }
    }
}

text_enum! {
    /// What stands between two fields of a line.
    Separator {
        Comma = "comma",
        /// What Excel writes where the comma is the decimal sign.
        Semicolon = "semicolon",
        Tab = "tab",
        Pipe = "pipe",
    }
}

impl Separator {
    /// The character itself.
    #[must_use]
    pub const fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Pipe => b'|',
        }
    }
}

/// How the bytes of a file become records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Dialect {
    /// The characters' encoding.
    pub encoding: Encoding,
    /// The sign between fields.
    pub separator: Separator,
    /// Whether the first record names the columns.
    pub header: bool,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            encoding: Encoding::Utf8,
            separator: Separator::Comma,
            header: true,
        }
    }
}

/// Where one column of the file goes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case", tag = "to", content = "name")]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub enum Target {
    /// Not imported.
    #[default]
    Ignore,
    /// The e-mail address.
    Email,
    /// The unit's own key for the person: student number, CRM id.
    Key,
    /// Given name.
    FirstName,
    /// Family name.
    LastName,
    /// Language of the person's mail.
    Language,
    /// Time zone by its IANA name.
    TimeZone,
    /// Phone number.
    Phone,
    /// An attribute of the unit, by its name.
    Attribute(String),
}

impl Target {
    /// Whether a file may have only one column of this kind.
    #[must_use]
    pub const fn is_single(&self) -> bool {
        !matches!(self, Self::Ignore | Self::Attribute(_))
    }
}

text_enum! {
    /// What is wrong with one line of a file.
    RowProblem {
        /// The record is longer than an import takes.
        RecordTooLong = "record_too_long",
        /// A quotation mark opens a field and is never closed.
        QuoteUnclosed = "quote_unclosed",
        /// Characters that do not exist in the chosen encoding.
        EncodingBroken = "encoding_broken",
        /// More fields than the file has columns: most likely a separator inside an unquoted value.
        TooManyColumns = "too_many_columns",
        /// Fewer fields than the file has columns; the missing ones are taken as empty.
        TooFewColumns = "too_few_columns",
        /// Neither an address nor a key: nobody to attach the row to.
        NobodyNamed = "nobody_named",
        EmailMissing = "email_missing",
        EmailInvalid = "email_invalid",
        /// Several addresses in one field.
        EmailSeveral = "email_several",
        /// The key is longer than 200 characters.
        KeyInvalid = "key_invalid",
        /// A language nobody here knows; the field is left as it is.
        LanguageUnknown = "language_unknown",
        /// Not the name of a time zone; the field is left as it is.
        TimeZoneUnknown = "time_zone_unknown",
        /// Not a phone number; the field is left as it is.
        PhoneInvalid = "phone_invalid",
        ValueTooLong = "value_too_long",
        /// A value holds characters that cannot be stored (NUL and other controls).
        ValueInvalid = "value_invalid",
        /// The person was erased: a file does not bring anyone back.
        Erased = "erased",
        /// Key and address of the row belong to two different people.
        IdentityConflict = "identity_conflict",
    }
}

impl RowProblem {
    /// Whether the row is left out because of it. What is not fatal only leaves the one field out.
    #[must_use]
    pub const fn is_fatal(self) -> bool {
        !matches!(
            self,
            Self::TooFewColumns | Self::LanguageUnknown | Self::TimeZoneUnknown | Self::PhoneInvalid
        )
    }
}

/// One problem, with what is needed to find it in the file again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct RowError {
    /// The line in which the record begins, from 1.
    pub line: u64,
    /// The column's heading (or its number, from 1), where one column is to blame.
    pub column: Option<String>,
    /// What is wrong.
    pub problem: RowProblem,
    /// The record as it stands in the file, cut to 500 characters.
    pub raw: String,
}

/// The beginning of a file, read the way the import would read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Preview {
    /// How it was read.
    pub dialect: Dialect,
    /// The headings, or `1`, `2`, … where the file has none.
    pub columns: Vec<String>,
    /// Where each column would go: a suggestion, as long as `columns`.
    pub targets: Vec<Target>,
    /// The first records.
    pub rows: Vec<Vec<String>>,
    /// What is wrong in the first records under the suggested mapping.
    pub errors: Vec<RowError>,
}

text_enum! {
    /// What a file brings.
    ImportKind {
        Contacts = "contacts",
        /// Addresses never to write to, as whoever moves here has them.
        Suppressions = "suppressions",
    }
}

text_enum! {
    /// Where an import stands.
    ImportStatus {
        /// Parts of the file are coming in.
        Uploading = "uploading",
        /// The file is here; columns and options are to be chosen.
        Uploaded = "uploaded",
        Queued = "queued",
        Running = "running",
        Finished = "finished",
        Failed = "failed",
        Cancelled = "cancelled",
    }
}

impl ImportStatus {
    /// Whether nothing will change any more.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Finished | Self::Failed | Self::Cancelled)
    }
}

/// What the person chose before the import was started.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ImportOptions {
    /// How the file is read.
    pub dialect: Dialect,
    /// Where each column goes, in the file's order; columns beyond its end are not imported.
    pub targets: Vec<Target>,
    /// Subscribe everybody in the file to this topic, except who once left it or everything.
    pub topic_id: Option<TopicId>,
    /// What the people agreed to, in the words they saw. Required with a topic.
    pub consent_wording: String,
    /// Which version of the wording, as the institution names it.
    pub consent_version: String,
    /// Why the addresses are not to be written to (suppression lists only).
    pub reason: Option<SuppressionReason>,
}

/// One import with its progress.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct Import {
    pub id: ImportId,
    pub kind: ImportKind,
    pub file_name: String,
    /// Bytes.
    pub byte_size: i64,
    pub status: ImportStatus,
    pub options: ImportOptions,
    /// Data records in the file; known once it has been read to its end.
    pub rows_total: Option<i64>,
    pub rows_read: i64,
    /// New in this unit.
    pub rows_created: i64,
    pub rows_updated: i64,
    pub rows_unchanged: i64,
    /// Rows overruled by a later row of the file for the same person.
    pub rows_duplicate: i64,
    /// Rows left out; each has an error.
    pub rows_failed: i64,
    /// Newly subscribed to the topic.
    pub rows_subscribed: i64,
    /// Not subscribed, because they once said no.
    pub rows_kept_out: i64,
    /// People already written to the database (of `rows_total - rows_failed - rows_duplicate`).
    pub rows_written: i64,
    pub bytes_read: i64,
    /// A stable code, only when failed.
    pub failure: Option<String>,
    pub cancel_requested: bool,
    /// Rows with a remark that did not stop them (an unknown language, …) and rows with an error.
    pub remarks: i64,
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub created_at: Timestamp,
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub started_at: Option<Timestamp>,
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub finished_at: Option<Timestamp>,
    /// When this was read, by the server's clock: rate and time left are counted from it.
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub as_of: Timestamp,
}

/// How far a running import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportPace {
    /// Thousandths of the whole work.
    pub permille: u16,
    /// Rows a second since the start.
    pub rows_per_second: u64,
    /// Seconds left at this pace; none while it is too early to say.
    pub seconds_left: Option<u64>,
}

impl Import {
    /// Reading the file counts as a third of the work, writing as the rest: about what both take.
    #[must_use]
    pub fn pace(&self) -> ImportPace {
        let positive = |n: i64| u64::try_from(n).unwrap_or(0);
        let part = |done: i64, all: i64, weight: u64| {
            if all <= 0 {
                0
            } else {
                (positive(done) * weight / positive(all)).min(weight)
            }
        };
        let permille = if self.status == ImportStatus::Finished {
            1000
        } else {
            let read = part(self.bytes_read, self.byte_size, 333);
            let people = self
                .rows_total
                .map_or(0, |total| total - self.rows_failed - self.rows_duplicate);
            read + part(self.rows_written, people, 666)
        };
        let end = self.finished_at.unwrap_or(self.as_of);
        let seconds = self
            .started_at
            .map_or(0, |start| positive(end.as_second() - start.as_second()));
        let rows_per_second = positive(self.rows_read) / seconds.max(1);
        let seconds_left = (permille >= 20 && seconds >= 1 && !self.status.is_over())
            .then(|| seconds * (1000 - permille) / permille);
        ImportPace {
            permille: u16::try_from(permille).unwrap_or(1000),
            rows_per_second,
            seconds_left,
        }
    }
}
