//! One part of a message (subject, HTML, text, a link) as a minijinja template that knows where its tags come from.

use crate::assemble::{Assembly, MARK, Tag, cut};
use crate::expression::{Known, LINKS, check};
use crate::person::Value;
use crate::problem::{Location, Place, Problem, ProblemCode};
use crate::scan::inside;
use minijinja::{Environment, Error, ErrorKind};

/// What stands between two [`MARK`]s.
pub(crate) const MARK_UNSUBSCRIBE: &str = "U";
pub(crate) const MARK_PREFERENCES: &str = "P";
pub(crate) const MARK_VIEW: &str = "V";
pub(crate) const MARK_PIXEL: &str = "O";
/// Followed by the link's number.
pub(crate) const MARK_LINK: &str = "L";

pub(crate) fn mark(kind: &str) -> String {
    format!("{MARK}{kind}{MARK}")
}

/// A tag that is only `links.…` needs no template engine.
pub(crate) fn link_mark(tag: &Tag) -> Option<String> {
    let name = inside(&tag.source).strip_prefix("links.")?;
    let at = LINKS.iter().position(|it| *it == name).filter(|_| tag.output)?;
    Some(mark([MARK_UNSUBSCRIBE, MARK_PREFERENCES, MARK_VIEW][at]))
}

/// A variable that a message needs of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariableUse {
    /// `contact.first_name`, `attributes.faculty`, …
    pub path: String,
    /// The template says what happens without it.
    pub guarded: bool,
    pub place: Place,
    pub line: u32,
    pub column: u32,
}

/// Where a tag stands in the compiled template, and where the author wrote it.
#[derive(Clone, Debug)]
pub(crate) struct Spot {
    start: usize,
    end: usize,
    location: Location,
    /// Paths used in the tag without a guard, for naming what a person lacks.
    needs: Vec<String>,
}

/// Ready to be rendered for anybody.
#[derive(Debug)]
pub(crate) enum Part {
    /// No tag in it: the same for everybody.
    Fixed(String),
    /// The name of the template in the environment.
    Template {
        name: String,
        spans: Vec<Spot>,
        place: Place,
    },
}

/// Puts the tags back, checks them and compiles.
pub(crate) fn compile(
    environment: &mut Environment<'static>,
    name: String,
    place: Place,
    marked: &str,
    assembly: &Assembly,
    known: &Known<'_>,
    problems: &mut Vec<Problem>,
) -> (Part, Vec<VariableUse>) {
    let mut template = String::with_capacity(marked.len() + 256);
    let mut spans = Vec::new();
    for (literal, tag) in cut(marked) {
        push_literal(&mut template, literal, tag.is_some());
        let Some(tag) = tag.and_then(|it| assembly.tags.get(it)) else {
            continue;
        };
        if let Some(mark) = link_mark(tag) {
            template.push_str(&mark);
            continue;
        }
        let start = template.len();
        template.push_str(&tag.source);
        let location = assembly.locate_tag(tag, 0);
        spans.push((
            Spot {
                start,
                end: template.len(),
                location,
                needs: Vec::new(),
            },
            tag,
        ));
    }
    if spans.is_empty() {
        return (
            Part::Fixed(cut(marked).fold(String::new(), |text, (literal, tag)| {
                let tag = tag.and_then(|it| assembly.tags.get(it)).and_then(link_mark);
                text + literal + tag.as_deref().unwrap_or_default()
            })),
            Vec::new(),
        );
    }
    let locate = |at: usize| {
        spans
            .iter()
            .rev()
            .find(|(span, _)| span.start <= at)
            .map(|(span, tag)| assembly.locate_tag(tag, (at - span.start).min(span.end - span.start)))
            .unwrap_or(Location {
                place: place.clone(),
                line: 1,
                column: 1,
            })
    };
    let checked = check(&template, known);
    let refused = !checked.refused.is_empty();
    for refusal in checked.refused {
        let mut problem = Problem::at(refusal.code, locate(refusal.at));
        for (key, value) in refusal.params {
            problem = problem.with_short(key, &value);
        }
        problems.push(problem);
    }
    let mut uses = Vec::new();
    let mut needs: Vec<(usize, String)> = Vec::new();
    for found in checked.uses {
        let location = locate(found.start);
        uses.push(VariableUse {
            path: found.path,
            guarded: found.guarded,
            place: location.place,
            line: location.line,
            column: location.column,
        });
        let used: &VariableUse = &uses[uses.len() - 1];
        if !used.guarded {
            needs.push((found.start, used.path.clone()));
        }
    }
    let mut spans: Vec<Spot> = spans.into_iter().map(|(span, _)| span).collect();
    for (at, path) in needs {
        if let Some(span) = spans.iter_mut().rev().find(|span| span.start <= at) {
            span.needs.push(path);
        }
    }
    let part = Part::Template {
        name: name.clone(),
        spans,
        place,
    };
    if !refused && let Err(error) = environment.add_template_owned(name, template) {
        problems.push(part.problem(&error, None));
    }
    (part, uses)
}

/// Literal text must not become a tag: `{{` may come from a decoded entity or from a stylesheet.
fn push_literal(template: &mut String, literal: &str, before_tag: bool) {
    let mut from = 0;
    for (at, _) in literal.match_indices('{') {
        let next = literal.as_bytes().get(at + 1);
        if matches!(next, Some(b'{' | b'%' | b'#')) || (next.is_none() && before_tag) {
            template.push_str(&literal[from..at]);
            template.push_str("{{ '{' }}");
            from = at + 1;
        }
    }
    template.push_str(&literal[from..]);
}

impl Part {
    /// Renders into `out` (which is cleared first). `max`: bytes, above which it stops.
    pub fn render(
        &self,
        environment: &Environment<'static>,
        person: &Value,
        out: &mut String,
        max: usize,
    ) -> Result<(), Problem> {
        out.clear();
        match self {
            Part::Fixed(text) => {
                out.push_str(text);
                Ok(())
            }
            Part::Template { name, .. } => {
                let template = environment
                    .get_template(name)
                    .map_err(|error| self.problem(&error, None))?;
                let mut bytes = Bounded {
                    bytes: std::mem::take(out).into_bytes(),
                    max,
                };
                let rendered = template.render_captured_to(person.root(), &mut bytes);
                rendered.map_err(|error| self.problem(&error, Some(person)))?;
                *out = String::from_utf8(bytes.bytes).unwrap_or_default();
                Ok(())
            }
        }
    }

    /// Says an engine's error in the author's terms.
    fn problem(&self, error: &Error, person: Option<&Value>) -> Problem {
        let Part::Template { spans, place, .. } = self else {
            return Problem::new(ProblemCode::Expression, Place::Message);
        };
        let span = error
            .range()
            .and_then(|range| spans.iter().rev().find(|it| it.start <= range.start));
        let location = span.map_or(
            Location {
                place: place.clone(),
                line: 0,
                column: 0,
            },
            |it| it.location.clone(),
        );
        match error.kind() {
            ErrorKind::UndefinedError => {
                let needs = span.map(|it| it.needs.as_slice()).unwrap_or_default();
                let lacking = needs.iter().find(|path| person.is_some_and(|it| it.lacks(path)));
                let name = lacking.or(needs.first()).map_or("", String::as_str);
                Problem::at(ProblemCode::MissingValue, location).with_short("name", name)
            }
            ErrorKind::OutOfFuel => Problem::at(ProblemCode::TooMuchWork, location),
            ErrorKind::WriteFailure => Problem::at(ProblemCode::OutputTooLarge, location)
                .with("max", crate::source::MAX_OUTPUT_BYTES),
            _ => {
                let detail = error
                    .detail()
                    .map_or_else(|| error.kind().to_string(), str::to_owned);
                Problem::at(ProblemCode::Expression, location).with_short("detail", &detail)
            }
        }
    }
}

/// Stops the engine when a person's part grows too large.
struct Bounded {
    bytes: Vec<u8>,
    max: usize,
}

impl std::io::Write for Bounded {
    fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> {
        if self.bytes.len() + buf.len() > self.max {
            return Err(std::io::Error::other("output limit"));
        }
        self.bytes.extend_from_slice(buf);
        Ok(buf.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
