//! Per recipient: substitution and links, nothing else.

use crate::assemble::MARK;
use crate::checks::Finding;
use crate::links::{LinkMap, well_formed};
use crate::markup::escape_into;
use crate::part::{MARK_LINK, MARK_PIXEL, MARK_PREFERENCES, MARK_UNSUBSCRIBE, MARK_VIEW, Part, VariableUse};
use crate::person::{Person, Value};
use crate::problem::{Place, Problem, ProblemCode};
use crate::source::{MAX_HEADER_BYTES, MAX_OUTPUT_BYTES};
use crate::text::tidy;
use minijinja::Environment;
use std::collections::BTreeMap;
use std::fmt::Write;
use types::Language;

/// A message that can be rendered for anybody; share it between tasks.
#[derive(Debug)]
pub struct Compiled {
    pub(crate) environment: Environment<'static>,
    pub(crate) versions: BTreeMap<Language, Version>,
    pub(crate) default_language: Language,
    pub(crate) links: Vec<Link>,
    pub(crate) unit: minijinja::Value,
    pub(crate) findings: Vec<Finding>,
    pub(crate) uses: Vec<VariableUse>,
}

#[derive(Debug)]
pub(crate) struct Version {
    pub subject: Part,
    pub from_name: Part,
    pub html: Part,
    pub text: Part,
    /// The text has conditions or loops, which leave empty lines behind.
    pub tidy: bool,
}

/// A numbered link. Numbers are unique in the revision, over all its languages.
#[derive(Debug)]
pub struct Link {
    pub number: u32,
    pub language: Language,
    /// As the author wrote it, with its tags; for reports.
    pub address: String,
    /// The words of the link.
    pub label: String,
    pub(crate) part: Part,
}

/// One person's message. Reuse it for the next person: its buffers keep their size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    pub language: Language,
    pub subject: String,
    pub from_name: String,
    pub html: String,
    pub text: String,
    scratch: String,
}

impl Compiled {
    /// The links of all languages, by number.
    #[must_use]
    pub fn links(&self) -> &[Link] {
        &self.links
    }

    /// Which of a person's values the message uses, in all languages.
    #[must_use]
    pub fn variables(&self) -> &[VariableUse] {
        &self.uses
    }

    /// What the checks found without knowing a recipient.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// Which version a person gets.
    #[must_use]
    pub fn language_for(&self, person: &Person) -> Language {
        person
            .language
            .filter(|it| self.versions.contains_key(it))
            .unwrap_or(self.default_language)
    }

    /// Renders for one person.
    ///
    /// # Errors
    /// A value that this person lacks, with the author's own line, or a limit.
    pub fn render(&self, person: &Person, links: &dyn LinkMap) -> Result<Rendered, Problem> {
        let mut out = Rendered::default();
        self.render_into(person.clone(), links, &mut out)?;
        Ok(out)
    }

    /// Renders for one person into buffers that are reused.
    ///
    /// # Errors
    /// As [`Compiled::render`]; the buffers' content is then undefined.
    pub fn render_into(
        &self,
        person: Person,
        links: &dyn LinkMap,
        out: &mut Rendered,
    ) -> Result<(), Problem> {
        let language = self.language_for(&person);
        self.render_version(person, links, out, language)
            .map_err(|mut problem| {
                problem.language = Some(language);
                problem
            })
    }

    fn render_version(
        &self,
        person: Person,
        links: &dyn LinkMap,
        out: &mut Rendered,
        language: Language,
    ) -> Result<(), Problem> {
        let missing = || Problem::new(ProblemCode::NoLanguage, Place::Message);
        let version = self.versions.get(&language).ok_or_else(missing)?;
        let value = Value::new(person, language, &self.unit);
        out.language = language;
        self.header(&version.subject, Place::Subject, &value, &mut out.subject)?;
        self.header(&version.from_name, Place::FromName, &value, &mut out.from_name)?;
        if out.subject.is_empty() {
            return Err(Problem::new(ProblemCode::EmptySubject, Place::Subject));
        }
        let mut resolver = Resolver {
            compiled: self,
            person: &value,
            links,
            dynamic: Vec::new(),
            address: String::new(),
        };
        version
            .html
            .render(&self.environment, &value, &mut out.scratch, MAX_OUTPUT_BYTES)?;
        resolver.resolve(&out.scratch, true, &mut out.html)?;
        version
            .text
            .render(&self.environment, &value, &mut out.scratch, MAX_OUTPUT_BYTES)?;
        if version.tidy {
            out.scratch = tidy(&out.scratch);
        }
        resolver.resolve(&out.scratch, false, &mut out.text)
    }

    fn header(&self, part: &Part, place: Place, person: &Value, out: &mut String) -> Result<(), Problem> {
        part.render(&self.environment, person, out, MAX_HEADER_BYTES)?;
        if out.contains(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
            return Err(Problem::new(ProblemCode::HeaderNewline, place));
        }
        if out.trim().len() != out.len() {
            *out = out.trim().to_owned();
        }
        Ok(())
    }

    /// Where link `number` leads for this person: what a click is answered with. None: there is no such link.
    ///
    /// # Errors
    /// A value that the person lacks by now, or an address that a browser must not be sent to.
    pub fn link_address(&self, number: u32, person: &Person) -> Result<Option<String>, Problem> {
        let Some(link) = self.link(number) else {
            return Ok(None);
        };
        let value = Value::new(person.clone(), link.language, &self.unit);
        let mut out = String::new();
        link.render(self, &value, &mut out)?;
        Ok(Some(out))
    }

    fn link(&self, number: u32) -> Option<&Link> {
        // Numbered from 1 in the order in which they are kept, unless a compile changes that.
        let index = (number as usize).checked_sub(1)?;
        self.links
            .get(index)
            .filter(|it| it.number == number)
            .or_else(|| self.links.iter().find(|it| it.number == number))
    }
}

impl Link {
    fn render(&self, compiled: &Compiled, person: &Value, out: &mut String) -> Result<(), Problem> {
        self.part.render(&compiled.environment, person, out, 4096)?;
        let lower = out.get(..8).unwrap_or(out).to_ascii_lowercase();
        let web = lower.starts_with("http://") || lower.starts_with("https://");
        if matches!(self.part, Part::Template { .. }) && !(web && well_formed(out)) {
            return Err(
                Problem::new(ProblemCode::LinkScheme, Place::Message).with_short("address", &self.address)
            );
        }
        Ok(())
    }
}

struct Resolver<'a> {
    compiled: &'a Compiled,
    person: &'a Value,
    links: &'a dyn LinkMap,
    /// Addresses with variables in them, rendered once for both parts.
    dynamic: Vec<(u32, String)>,
    address: String,
}

impl Resolver<'_> {
    /// Copies, replacing each mark by the person's address.
    fn resolve(&mut self, marked: &str, html: bool, out: &mut String) -> Result<(), Problem> {
        out.clear();
        out.reserve(marked.len() + 512);
        let mut rest = marked;
        // One byte, which is part of no other character.
        let mark = |text: &str| memchr::memchr(MARK as u8, text.as_bytes());
        while let Some(at) = mark(rest) {
            out.push_str(&rest[..at]);
            let behind = &rest[at + 1..];
            let end = mark(behind).unwrap_or(behind.len());
            self.mark(&behind[..end], html, out)?;
            rest = behind.get(end + 1..).unwrap_or_default();
        }
        out.push_str(rest);
        Ok(())
    }

    fn mark(&mut self, kind: &str, html: bool, out: &mut String) -> Result<(), Problem> {
        self.address.clear();
        match kind {
            MARK_UNSUBSCRIBE => self.links.unsubscribe(&mut self.address),
            MARK_PREFERENCES => self.links.preferences(&mut self.address),
            MARK_VIEW => self.links.view(&mut self.address),
            MARK_PIXEL => {
                if html && self.links.open_pixel(&mut self.address) {
                    out.push_str("<img src=\"");
                    escape_into(out, &self.address);
                    out.push_str("\" width=\"1\" height=\"1\" alt=\"\" style=\"display:block\" />");
                }
                return Ok(());
            }
            _ => {
                let number = kind.strip_prefix(MARK_LINK).and_then(|it| it.parse().ok());
                if let Some(link) = number.and_then(|it| self.compiled.link(it)) {
                    self.numbered(link)?;
                }
            }
        }
        if html {
            escape_into(out, &self.address);
        } else {
            out.push_str(&self.address);
        }
        Ok(())
    }

    fn numbered(&mut self, link: &Link) -> Result<(), Problem> {
        if let Part::Fixed(address) = &link.part {
            self.links.link(link.number, address, &mut self.address);
            return Ok(());
        }
        let at = match self.dynamic.iter().position(|(number, _)| *number == link.number) {
            Some(at) => at,
            None => {
                let mut address = String::new();
                link.render(self.compiled, self.person, &mut address)?;
                self.dynamic.push((link.number, address));
                self.dynamic.len() - 1
            }
        };
        self.links
            .link(link.number, &self.dynamic[at].1, &mut self.address);
        Ok(())
    }
}

impl Rendered {
    /// Size of the whole message for the limit of mail clients.
    #[must_use]
    pub fn html_bytes(&self) -> usize {
        self.html.len()
    }
}

impl std::fmt::Display for Rendered {
    /// Subject, sender and text: what a person would read.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}: {}", self.from_name, self.subject)?;
        f.write_char('\n')?;
        f.write_str(&self.text)
    }
}
