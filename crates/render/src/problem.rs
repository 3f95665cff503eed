//! What is wrong with a message, said by code, so that the console can say it in the reader's language.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use types::Language;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        /// The words are in the catalogue: namespace `content`, `problem_` and the code's text.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum ProblemCode {
            $($(#[$doc])* #[serde(rename = $text)] $name),+
        }
        impl ProblemCode {
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
            /// Stable text, key of the catalogue.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

codes! {
    // The template's markup
    /// Parameter `detail`.
    MjmlSyntax = "mjml_syntax",
    /// Parameters `open`, `close`.
    TagMismatch = "tag_mismatch",
    /// Parameter `tag`.
    TagUnclosed = "tag_unclosed",
    /// Parameter `tag`.
    UnknownElement = "unknown_element",
    /// Parameter `tag`: scripts, frames, forms, includes.
    ForbiddenElement = "forbidden_element",
    /// Parameter `name`: handlers and `javascript:`.
    ForbiddenAttribute = "forbidden_attribute",
    /// Parameter `address`: fonts and styles from elsewhere.
    ExternalResource = "external_resource",
    NestedTooDeep = "nested_too_deep",
    /// Parameter `max` (bytes).
    TooLarge = "too_large",
    NoBody = "no_body",
    // Slots
    /// Parameter `slot`.
    UnknownSlot = "unknown_slot",
    /// Parameter `slot`.
    SlotRequired = "slot_required",
    /// Parameters `slot`, `max`, `length`.
    SlotTooLong = "slot_too_long",
    /// Parameters `slot`, `kind`.
    SlotKind = "slot_kind",
    /// Parameter `slot`.
    SlotLocked = "slot_locked",
    /// Parameter `slot`: slots stand alone, or alone in an `if`.
    SlotInExpression = "slot_in_expression",
    /// Parameters `slot`, `field`.
    SlotField = "slot_field",
    // Personalisation
    TagUnterminated = "tag_unterminated",
    /// Parameter `detail`.
    Syntax = "syntax",
    /// Parameters `name`, `suggestion`.
    UndefinedVariable = "undefined_variable",
    /// The person lacks it. Parameter `name`.
    MissingValue = "missing_value",
    /// Parameter `name`.
    UnknownFilter = "unknown_filter",
    /// Parameter `name`: a tag, operator or call that mails do not need.
    NotAllowed = "not_allowed",
    /// A variable inside a style or a tag's name.
    VariableInMarkup = "variable_in_markup",
    /// `links.…` stand alone.
    LinkInExpression = "link_in_expression",
    /// Parameter `detail`.
    Expression = "expression",
    TooMuchWork = "too_much_work",
    /// Parameter `max` (bytes).
    OutputTooLarge = "output_too_large",
    /// A line break in subject, sender or preheader.
    HeaderNewline = "header_newline",
    // Checks
    EmptySubject = "empty_subject",
    EmptyFromName = "empty_from_name",
    /// Parameter `address`.
    BrokenLink = "broken_link",
    EmptyLink = "empty_link",
    /// Parameter `address`.
    LinkScheme = "link_scheme",
    /// Parameter `image`.
    MissingAlt = "missing_alt",
    EmptyText = "empty_text",
    /// Parameters `size`, `max` (KB).
    HtmlTooLarge = "html_too_large",
    MissingUnsubscribe = "missing_unsubscribe",
    /// The unit's postal address is missing.
    MissingAddress = "missing_address",
    /// Parameters `ratio`, `colour`, `background`.
    LowContrast = "low_contrast",
    /// Parameter `length`.
    LongSubject = "long_subject",
    NoLanguage = "no_language",
}

/// Which of the author's texts a problem is in.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "in", content = "slot", rename_all = "snake_case")]
pub enum Place {
    Template,
    Slot(String),
    Subject,
    Preheader,
    FromName,
    Text,
    /// The message as a whole.
    Message,
}

/// Something that is wrong, and where the author finds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    pub code: ProblemCode,
    pub place: Place,
    /// The version of the message it is in; none: all of them.
    pub language: Option<Language>,
    /// Line in that text, from 1; 0 where there is none to name.
    pub line: u32,
    /// Column in characters, from 1; 0 where there is none to name.
    pub column: u32,
    #[serde(default)]
    pub params: BTreeMap<String, String>,
}

impl Problem {
    pub(crate) fn new(code: ProblemCode, place: Place) -> Self {
        Self {
            code,
            place,
            language: None,
            line: 0,
            column: 0,
            params: BTreeMap::new(),
        }
    }

    pub(crate) fn at(code: ProblemCode, location: Location) -> Self {
        Self {
            line: location.line,
            column: location.column,
            ..Self::new(code, location.place)
        }
    }

    pub(crate) fn with(mut self, key: &str, value: impl ToString) -> Self {
        self.params.insert(key.to_owned(), value.to_string());
        self
    }

    /// Parameters are shown to people: none is longer than a line.
    pub(crate) fn with_short(self, key: &str, value: &str) -> Self {
        let short: String = value.chars().filter(|c| !c.is_control()).take(80).collect();
        self.with(key, short)
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} in {:?} {}:{}",
            self.code.as_str(),
            self.place,
            self.line,
            self.column
        )
    }
}

impl std::error::Error for Problem {}

/// A place with line and column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Location {
    pub place: Place,
    pub line: u32,
    pub column: u32,
}

impl Location {
    /// Counts lines and columns up to a byte offset.
    pub fn in_text(place: Place, text: &str, offset: usize) -> Self {
        let mut end = offset.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let before = &text[..end];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self {
            place,
            line: count(before.matches('\n').count() + 1),
            column: count(before[line_start..].chars().count() + 1),
        }
    }
}
