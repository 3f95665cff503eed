//! MJML to HTML, once per revision and language.

use crate::assemble::Assembly;
use crate::markup::{Token, tokens};
use crate::problem::{Problem, ProblemCode};
use mrml::prelude::parser::{Error, ParserOptions};
use mrml::prelude::render::RenderOptions;

/// The HTML of one language, with the placeholders of the tags still in it. Nothing in it is loaded from elsewhere:
/// mrml gets no fonts, no origin for icons and no loader for includes.
pub(crate) fn expand(assembly: &Assembly) -> Result<String, Problem> {
    let prepared = Prepared::new(&assembly.text);
    let parsed = mrml::parse_with_options(&prepared.text, &ParserOptions::default())
        .map_err(|error| syntax_problem(assembly, &prepared, &error))?;
    let options = RenderOptions {
        disable_comments: true,
        social_icon_origin: Some("".into()),
        fonts: std::collections::HashMap::new(),
    };
    parsed.element.render(&options).map_err(|error| {
        Problem::at(ProblemCode::MjmlSyntax, assembly.locate(0)).with_short("detail", &error.to_string())
    })
}

/// The MJML as mrml must get it. mrml writes attribute values with Rust's `{:?}`, which would turn a no-break space, a
/// joined emoji or a backslash into `\u{…}`: such characters become entities first.
struct Prepared {
    text: String,
    /// Byte in `text` and how many bytes were added before it.
    shifts: Vec<(usize, usize)>,
}

impl Prepared {
    fn new(text: &str) -> Self {
        let mut this = Self {
            text: String::with_capacity(text.len() + 64),
            shifts: Vec::new(),
        };
        let mut from = 0;
        for token in tokens(text) {
            let attributes = match token {
                Token::Open { attributes, .. } => attributes,
                Token::Text { text: words, start } => {
                    // mrml's parser looks two bytes before a `>` in a text and panics inside a longer character.
                    for (at, _) in words
                        .match_indices('>')
                        .filter(|(at, _)| *at >= 2 && !words.is_char_boundary(at - 2))
                    {
                        let at = start + at;
                        this.text.push_str(&text[from..at]);
                        this.text.push_str("&#62;");
                        let before = this.shifts.last().map_or(0, |it| it.1);
                        this.shifts.push((this.text.len(), before + 4));
                        from = at + 1;
                    }
                    continue;
                }
                _ => continue,
            };
            for attribute in attributes {
                for (at, c) in attribute
                    .value
                    .char_indices()
                    .filter(|(_, c)| c.escape_debug().count() > 1 && *c != '\'')
                {
                    let at = attribute.start + at;
                    this.text.push_str(&text[from..at]);
                    let entity = format!("&#{};", u32::from(c));
                    this.text.push_str(&entity);
                    let before = this.shifts.last().map_or(0, |it| it.1);
                    this.shifts
                        .push((this.text.len(), before + entity.len() - c.len_utf8()));
                    from = at + c.len_utf8();
                }
            }
        }
        this.text.push_str(&text[from..]);
        this
    }

    /// The byte of the assembled text.
    fn original(&self, at: usize) -> usize {
        let index = self.shifts.partition_point(|it| it.0 <= at);
        at - index.checked_sub(1).map_or(0, |it| self.shifts[it].1)
    }
}

fn syntax_problem(assembly: &Assembly, prepared: &Prepared, error: &Error) -> Problem {
    let text = &prepared.text;
    let (at, detail) = match error {
        Error::UnexpectedElement { position, .. } => (position.start, element_at(text, position.start)),
        Error::UnexpectedToken { position, .. }
        | Error::InvalidAttribute { position, .. }
        | Error::InvalidFormat { position, .. }
        | Error::IncludeLoaderError { position, .. } => (position.start, element_at(text, position.start)),
        Error::MissingAttribute { name, position, .. } => (position.start, (*name).to_owned()),
        Error::ParserError { source, .. } => {
            let position = source.pos();
            (offset_of(text, position.row, position.col), source.to_string())
        }
        Error::EndOfStream { .. } | Error::SizeLimit { .. } | Error::NoRootNode => {
            (text.len(), String::new())
        }
    };
    Problem::at(ProblemCode::MjmlSyntax, assembly.locate(prepared.original(at))).with_short("detail", &detail)
}

/// What stands at a place, for the message: up to the end of the word.
fn element_at(text: &str, at: usize) -> String {
    let rest = text.get(at..).unwrap_or_default();
    rest.chars().take_while(|c| !c.is_whitespace()).take(40).collect()
}

/// Byte offset of a row and column, both from 1.
fn offset_of(text: &str, row: u32, column: u32) -> usize {
    let line: usize = text
        .split_inclusive('\n')
        .take(row.saturating_sub(1) as usize)
        .map(str::len)
        .sum();
    let within = text[line..].char_indices().nth(column.saturating_sub(1) as usize);
    line + within.map_or(0, |(at, _)| at)
}
