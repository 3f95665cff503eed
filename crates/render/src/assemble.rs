//! Puts the slots into the template and takes the template tags out, so that MJML sees neither.
//!
//! Every tag becomes a placeholder of rare characters that survives MJML, link numbering and the making of the
//! text part; at the end [`crate::part`] puts the tags back. `{% if a < b %}` can therefore not break the XML, and an
//! error in a tag is known by the tag it is in, not by a line of HTML that the author never saw.

mod slots;

use crate::problem::{Location, Place, Problem, ProblemCode};
use crate::scan::{Piece, inside, scan, slot_reference};
use crate::source::{Content, MAX_SOURCE_BYTES, Source};
use std::collections::BTreeMap;
use types::Language;
use types::content::{Slot, SlotValue};

/// Opens a placeholder; between this and [`CLOSE`] stands the tag's number. Medieval double parentheses, which no mail
/// needs (they are dropped from what authors write); printable, because mrml writes attributes with Rust's `{:?}`.
pub(crate) const OPEN: char = '\u{2e28}';
pub(crate) const CLOSE: char = '\u{2e29}';
/// Delimits what is filled in per person without the template engine: links and the open pixel.
pub(crate) const MARK: char = '\u{1}';

/// A template tag of an author.
#[derive(Clone, Debug)]
pub(crate) struct Tag {
    pub source: String,
    pub output: bool,
    /// Which text it stands in, and where.
    origin: usize,
    offset: usize,
}

#[derive(Clone, Copy)]
struct Segment {
    start: usize,
    origin: usize,
    offset: usize,
    /// Bytes correspond one to one; otherwise the whole segment comes from `offset`.
    verbatim: bool,
}

/// One language's template with slots filled and tags taken out.
pub(crate) struct Assembly {
    pub text: String,
    pub tags: Vec<Tag>,
    segments: Vec<Segment>,
    origins: Vec<(Place, String)>,
    pub problems: Vec<Problem>,
}

enum Frame {
    /// Left to the template engine.
    Dynamic,
    /// Decided here, because it asks only whether slots are filled.
    Static { on: bool, done: bool },
    /// Inside a branch that falls away.
    Skipped,
}

type Filled<'a> = BTreeMap<&'a str, (&'a Slot, SlotValue)>;

impl Assembly {
    pub fn new() -> Self {
        Self {
            text: String::new(),
            tags: Vec::new(),
            segments: Vec::new(),
            origins: Vec::new(),
            problems: Vec::new(),
        }
    }

    fn origin(&mut self, place: Place, text: &str) -> usize {
        self.origins.push((place, text.to_owned()));
        self.origins.len() - 1
    }

    /// Where in the author's texts a byte of `self.text` comes from.
    pub fn locate(&self, at: usize) -> Location {
        let index = self.segments.partition_point(|it| it.start <= at);
        let Some(segment) = index.checked_sub(1).and_then(|it| self.segments.get(it)) else {
            return Location {
                place: Place::Template,
                line: 1,
                column: 1,
            };
        };
        let (place, text) = &self.origins[segment.origin];
        let offset = if segment.verbatim {
            segment.offset + (at - segment.start)
        } else {
            segment.offset
        };
        Location::in_text(place.clone(), text, offset)
    }

    /// Where a byte of a tag's source is in the author's text.
    pub fn locate_tag(&self, tag: &Tag, within: usize) -> Location {
        let (place, text) = &self.origins[tag.origin];
        Location::in_text(place.clone(), text, tag.offset + within)
    }

    fn problem(&mut self, code: ProblemCode, origin: usize, offset: usize) -> &mut Problem {
        let (place, text) = &self.origins[origin];
        let location = Location::in_text(place.clone(), text, offset);
        self.problems.push(Problem::at(code, location));
        self.problems
            .last_mut()
            .unwrap_or_else(|| unreachable!("just pushed"))
    }

    fn push(&mut self, text: &str, origin: usize, offset: usize, verbatim: bool) {
        if !text.is_empty() {
            self.segments.push(Segment {
                start: self.text.len(),
                origin,
                offset,
                verbatim,
            });
            self.text.push_str(text);
        }
    }

    /// Author's text as it is, without the characters that mean something to us.
    fn push_verbatim(&mut self, text: &str, origin: usize, offset: usize) {
        let mut from = 0;
        for (at, reserved) in text.match_indices([OPEN, CLOSE, MARK]) {
            self.push(&text[from..at], origin, offset + from, true);
            from = at + reserved.len();
        }
        self.push(&text[from..], origin, offset + from, true);
    }

    fn push_tag(&mut self, tag: &str, output: bool, origin: usize, offset: usize) {
        let number = self.tags.len();
        self.tags.push(Tag {
            source: tag.to_owned(),
            output,
            origin,
            offset,
        });
        self.push(&placeholder(number), origin, offset, false);
    }

    /// Scans a text of the author's and refuses what no text may be.
    fn pieces<'t>(&mut self, origin: usize, text: &'t str) -> Vec<Piece<'t>> {
        if text.len() > MAX_SOURCE_BYTES {
            let problem = self.problem(ProblemCode::TooLarge, origin, 0);
            *problem = problem.clone().with("max", MAX_SOURCE_BYTES);
            return Vec::new();
        }
        match scan(text) {
            Ok(pieces) => pieces,
            Err(at) => {
                self.problem(ProblemCode::TagUnterminated, origin, at.0);
                Vec::new()
            }
        }
    }

    /// A block tag other than `if` and `for` is not part of the language; said here, where `raw` is still visible.
    fn block_allowed(&mut self, tag: &str, origin: usize, offset: usize) -> bool {
        let keyword = inside(tag).split_whitespace().next().unwrap_or_default();
        if matches!(keyword, "if" | "elif" | "else" | "endif" | "for" | "endfor") {
            return true;
        }
        let problem = self.problem(ProblemCode::NotAllowed, origin, offset);
        *problem = problem.clone().with_short("name", keyword);
        false
    }

    /// A text without slots and without markup: subject, sender's name, preheader, authored text part.
    pub fn plain(place: Place, text: &str) -> Self {
        let mut this = Self::new();
        let origin = this.origin(place, text);
        for piece in this.pieces(origin, text) {
            match piece {
                Piece::Literal { text, start } => this.push_verbatim(text, origin, start),
                Piece::Output { tag, start } => this.push_tag(tag, true, origin, start),
                Piece::Block { tag, start } => {
                    if this.block_allowed(tag, origin, start) {
                        this.push_tag(tag, false, origin, start);
                    }
                }
            }
        }
        this
    }

    /// Takes over the tags of another text and gives that text with the placeholders' new numbers.
    pub fn adopt(&mut self, other: Self) -> String {
        let (tags, origins) = (self.tags.len(), self.origins.len());
        let marked = cut(&other.text).fold(String::new(), |text, (literal, tag)| {
            text + literal + &tag.map_or_else(String::new, |it| placeholder(tags + it))
        });
        self.tags.extend(other.tags.into_iter().map(|tag| Tag {
            origin: tag.origin + origins,
            ..tag
        }));
        self.origins.extend(other.origins);
        self.problems.extend(other.problems);
        marked
    }

    /// The template in one language, with its slots filled.
    pub fn template(source: &Source, language: Language, content: &Content) -> Self {
        let mut this = Self::new();
        let origin = this.origin(Place::Template, &source.template.mjml);
        let filled = this.fill(source, language, content);
        let mut frames: Vec<Frame> = Vec::new();
        for piece in this.pieces(origin, &source.template.mjml) {
            let active = !frames
                .iter()
                .any(|it| matches!(it, Frame::Skipped | Frame::Static { on: false, .. }));
            match piece {
                Piece::Literal { text, start } if active => this.push_verbatim(text, origin, start),
                Piece::Output { tag, start } if active => this.output(tag, origin, start, &filled, source),
                Piece::Block { tag, start } => this.block(tag, origin, start, &filled, &mut frames, active),
                Piece::Literal { .. } | Piece::Output { .. } => {}
            }
        }
        this
    }

    fn block(
        &mut self,
        tag: &str,
        origin: usize,
        start: usize,
        filled: &Filled<'_>,
        frames: &mut Vec<Frame>,
        active: bool,
    ) {
        if !self.block_allowed(tag, origin, start) {
            return;
        }
        let (keyword, condition) = inside(tag)
            .split_once(char::is_whitespace)
            .unwrap_or((inside(tag), ""));
        let about_slots = condition.contains("slots.");
        let decided = if about_slots {
            self.decide(condition, filled, origin, start)
        } else {
            None
        };
        match (keyword, frames.last_mut()) {
            ("if" | "for", _) if !active => frames.push(Frame::Skipped),
            ("if", _) if decided.is_some() => {
                let on = decided.unwrap_or_default();
                frames.push(Frame::Static { on, done: on });
            }
            ("elif", Some(Frame::Static { on, done })) if decided.is_some() => {
                *on = !*done && decided.unwrap_or_default();
                *done |= *on;
            }
            ("elif", Some(Frame::Static { .. })) => {
                self.problem(ProblemCode::SlotInExpression, origin, start);
            }
            ("else", Some(Frame::Static { on, done })) => {
                *on = !*done;
                *done = true;
            }
            ("endif" | "endfor", Some(Frame::Static { .. } | Frame::Skipped)) => {
                frames.pop();
            }
            (_, Some(Frame::Skipped)) => {}
            _ => {
                if about_slots {
                    self.problem(ProblemCode::SlotInExpression, origin, start);
                }
                match keyword {
                    "if" | "for" => frames.push(Frame::Dynamic),
                    "endif" | "endfor" => {
                        frames.pop();
                    }
                    _ => {}
                }
                self.push_tag(tag, false, origin, start);
            }
        }
    }

    /// Whether a condition of nothing but slots holds; none: it has something else in it.
    fn decide(&mut self, condition: &str, filled: &Filled<'_>, origin: usize, start: usize) -> Option<bool> {
        let mut any = false;
        for alternative in condition.split(" or ") {
            let mut all = true;
            for atom in alternative.split(" and ") {
                let (negated, name) = match atom.trim().strip_prefix("not ") {
                    Some(rest) => (true, rest.trim()),
                    None => (false, atom.trim()),
                };
                let (key, _) = slot_reference(name)?;
                let Some((_, value)) = filled.get(key) else {
                    let problem = self.problem(ProblemCode::UnknownSlot, origin, start);
                    *problem = problem.clone().with_short("slot", key);
                    return Some(false);
                };
                all &= value.is_empty() == negated;
            }
            any |= all;
        }
        Some(any)
    }
}

pub(crate) fn placeholder(number: usize) -> String {
    format!("{OPEN}{number}{CLOSE}")
}

/// Cuts a text at its placeholders: literal, then the number of the tag behind it.
pub(crate) fn cut(text: &str) -> impl Iterator<Item = (&str, Option<usize>)> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let Some((literal, behind)) = text.split_once(OPEN) else {
            rest = None;
            return Some((text, None));
        };
        let (number, behind) = behind.split_once(CLOSE).unwrap_or(("", behind));
        rest = Some(behind);
        Some((literal, number.parse().ok()))
    })
}
