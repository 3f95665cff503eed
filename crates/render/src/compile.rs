//! From a sealed source to something that can be rendered for anybody: everything that is the same for all is done here.

use crate::assemble::{Assembly, MARK, OPEN, cut};
use crate::checks::{self, Finding};
use crate::compiled::{Compiled, Link, Version};
use crate::expand::expand;
use crate::expression::Known;
use crate::footer;
use crate::links::{Found, number, number_text, readable};
use crate::markup::escape_into;
use crate::part::{MARK_PIXEL, Part, VariableUse, compile as compile_part, link_mark, mark};
use crate::problem::{Place, Problem, ProblemCode};
use crate::source::{Content, Source};
use crate::wire::{fit, references};
use crate::{contrast, filters, structure, text};
use minijinja::{AutoEscape, Environment, Error, Output, State, UndefinedBehavior, Value};
use std::collections::BTreeMap;
use types::Language;

/// Steps of the engine for one part and person. A 100 KB newsletter with a loop over twenty offers takes about 1,000.
const FUEL: u64 = 50_000;

/// Compiles every language of the source.
///
/// # Errors
/// All problems that keep it from being sent, in the order in which the author reads the texts.
pub fn compile(source: &Source) -> Result<Compiled, Vec<Problem>> {
    let mut compiler = Compiler {
        source,
        environment: environment(),
        problems: Vec::new(),
        findings: Vec::new(),
        links: Vec::new(),
        uses: Vec::new(),
        next: 1,
    };
    let mut versions = BTreeMap::new();
    if !source.languages.contains_key(&source.default_language) {
        let problem = Problem::new(ProblemCode::NoLanguage, Place::Message);
        compiler
            .problems
            .push(problem.with("language", source.default_language));
    }
    for (language, content) in &source.languages {
        let before = compiler.problems.len();
        if let Some(version) = compiler.version(*language, content) {
            versions.insert(*language, version);
        }
        for problem in &mut compiler.problems[before..] {
            problem.language = Some(*language);
        }
    }
    if !compiler.problems.is_empty() {
        return Err(compiler.problems);
    }
    let unit = [
        ("name", &source.unit.name),
        ("address", &source.unit.address),
        ("website", &source.unit.website),
    ];
    let unit: BTreeMap<&str, Value> = unit
        .into_iter()
        .filter(|(_, it)| !it.is_empty())
        .map(|(key, it)| (key, Value::from(it.as_str())))
        .collect();
    Ok(Compiled {
        environment: compiler.environment,
        versions,
        default_language: source.default_language,
        links: compiler.links,
        unit: Value::from(unit),
        findings: compiler.findings,
        uses: compiler.uses,
    })
}

/// Only what mails need: our filters, two tests, no functions, no other templates, no globals.
fn environment() -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.set_fuel(Some(FUEL));
    environment.set_debug(false);
    environment.set_recursion_limit(32);
    environment.set_auto_escape_callback(|name| match name.split('/').next() {
        Some("html") => AutoEscape::Html,
        Some("url") => AutoEscape::Custom("url".into()),
        _ => AutoEscape::None,
    });
    environment.set_formatter(format);
    filters::register(&mut environment);
    environment
}

/// Values go through here, and nowhere else, on their way into a message.
fn format(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let owned;
    let text = match value.as_str() {
        Some(text) => text,
        None if value.is_undefined() || value.is_none() => "",
        None => {
            owned = value.to_string();
            owned.as_str()
        }
    };
    let written = match state.auto_escape() {
        AutoEscape::Html => {
            let plain = !text
                .bytes()
                .any(|it| !(0x20..0x7f).contains(&it) || matches!(it, b'&' | b'<' | b'>' | b'"' | b'\''));
            if plain {
                out.write_str(text)
            } else {
                let mut escaped = String::with_capacity(text.len() + 16);
                escape_into(&mut escaped, text);
                escaped.retain(visible);
                if escaped.is_ascii() {
                    out.write_str(&escaped)
                } else {
                    out.write_str(&references(&escaped))
                }
            }
        }
        AutoEscape::Custom(_) => out.write_str(&filters::percent_encoded(text)),
        _ if text.bytes().all(|it| it >= 0x20) => out.write_str(text),
        _ => out.write_str(&text.chars().filter(|c| visible(*c)).collect::<String>()),
    };
    written.map_err(Error::from)
}

/// Control characters do not come out of a person's data; among them the mark of our links.
fn visible(c: char) -> bool {
    !c.is_control() || matches!(c, '\n' | '\r' | '\t')
}

struct Compiler<'a> {
    source: &'a Source,
    environment: Environment<'static>,
    problems: Vec<Problem>,
    findings: Vec<Finding>,
    links: Vec<Link>,
    uses: Vec<VariableUse>,
    next: u32,
}

impl Compiler<'_> {
    fn version(&mut self, language: Language, content: &Content) -> Option<Version> {
        let before = self.problems.len();
        let subject = self.header("subject", language, Place::Subject, &content.subject);
        let from_name = self.header("from", language, Place::FromName, &content.from_name);
        let mut assembly = Assembly::template(self.source, language, content);
        self.problems.append(&mut assembly.problems);
        self.problems.append(&mut structure::check(&assembly));
        if self.problems.len() > before {
            return None;
        }
        let expanded = match expand(&assembly) {
            Ok(expanded) => expanded,
            Err(problem) => {
                self.problems.push(problem);
                return None;
            }
        };
        let (numbered, found) = number(&expanded, &assembly, &mut self.next);
        let mut findings = Vec::new();
        checks::markup(&assembly, &numbered, &mut findings);

        let preheader = self.preheader(&mut assembly, content);
        let unit = &self.source.unit;
        let ink = contrast::ink(&numbered);
        let foot = footer::html(self.source.classification, &content.footer, unit, &ink);
        let html = decorate(
            &numbered,
            language,
            &preheader,
            &footer::style(&ink, &numbered),
            &foot,
        );
        let html = fit(&html);

        let body_text = text::from_html(&numbered, &|tag| {
            assembly.tags.get(tag).is_none_or(|it| !it.output)
        });
        if content.text.is_none() && body_text.trim().is_empty() {
            findings.push(Finding::warning(Problem::new(
                ProblemCode::EmptyText,
                Place::Message,
            )));
        }
        let (text_assembly, marked_text, text_links) = match &content.text {
            Some(authored) => {
                let mut authored = Assembly::plain(Place::Text, authored);
                self.problems.append(&mut authored.problems);
                let (marked, more) = number_text(&authored.text, &found, &mut self.next);
                (Some(authored), marked, more)
            }
            None => (None, body_text, Vec::new()),
        };
        let marked_text =
            text::tidy(&marked_text) + &footer::text(self.source.classification, &content.footer, unit);

        for link in found {
            self.link(link, language, &assembly);
        }
        for link in text_links {
            self.link(link, language, text_assembly.as_ref().unwrap_or(&assembly));
        }
        let html = self.part(format!("html/{language}"), Place::Template, &html, &assembly);
        let tidy = text_assembly
            .as_ref()
            .unwrap_or(&assembly)
            .tags
            .iter()
            .any(|it| !it.output);
        let text_place = if text_assembly.is_some() {
            Place::Text
        } else {
            Place::Template
        };
        let texts = text_assembly.as_ref().unwrap_or(&assembly);
        let text = self.part_again(
            format!("text/{language}"),
            text_place,
            &marked_text,
            texts,
            text_assembly.is_none(),
        );
        checks::footer(self.source, content, &mut findings);
        for finding in &mut findings {
            finding.problem.language = Some(language);
        }
        self.findings.append(&mut findings);
        (self.problems.len() == before).then_some(Version {
            subject,
            from_name,
            html,
            text,
            tidy,
        })
    }

    fn part(&mut self, name: String, place: Place, marked: &str, assembly: &Assembly) -> Part {
        let known = Known {
            attributes: self.source.attributes.as_deref(),
        };
        let (part, mut uses) = compile_part(
            &mut self.environment,
            name,
            place,
            marked,
            assembly,
            &known,
            &mut self.problems,
        );
        for found in uses.drain(..) {
            if !self.uses.contains(&found) {
                self.uses.push(found);
            }
        }
        part
    }

    /// The text part made from the HTML has the same tags: their problems were said already.
    fn part_again(
        &mut self,
        name: String,
        place: Place,
        marked: &str,
        assembly: &Assembly,
        said: bool,
    ) -> Part {
        let before = self.problems.len();
        let part = self.part(name, place, marked, assembly);
        if said && before > 0 {
            self.problems.truncate(before);
        }
        part
    }

    /// Subject and sender's name: one line, no links.
    fn header(&mut self, kind: &str, language: Language, place: Place, source: &str) -> Part {
        let mut assembly = Assembly::plain(place.clone(), source);
        self.problems.append(&mut assembly.problems);
        self.one_line(&assembly);
        let marked = assembly.text.clone();
        self.part(format!("{kind}/{language}"), place, &marked, &assembly)
    }

    fn one_line(&mut self, assembly: &Assembly) {
        if let Some(at) = assembly
            .text
            .find(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'))
        {
            self.problems
                .push(Problem::at(ProblemCode::HeaderNewline, assembly.locate(at)));
        }
        for tag in assembly.tags.iter().filter(|it| link_mark(it).is_some()) {
            let location = assembly.locate_tag(tag, 0);
            self.problems
                .push(Problem::at(ProblemCode::LinkInExpression, location).with_short("name", &tag.source));
        }
    }

    /// The line that mailboxes show beside the subject; its tags join those of the template.
    fn preheader(&mut self, assembly: &mut Assembly, content: &Content) -> String {
        if content.preheader.trim().is_empty() {
            return String::new();
        }
        let plain = Assembly::plain(Place::Preheader, &content.preheader);
        self.one_line(&plain);
        let marked = assembly.adopt(plain);
        let mut out = String::from(
            "<div style=\"display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden;\
             mso-hide:all\">",
        );
        for (literal, tag) in cut(&marked) {
            escape_into(&mut out, literal);
            if let Some(tag) = tag {
                out.push_str(&crate::assemble::placeholder(tag));
            }
        }
        out.push_str("</div>");
        self.problems.append(&mut assembly.problems);
        out
    }

    fn link(&mut self, found: Found, language: Language, assembly: &Assembly) {
        // A whole address from a variable is taken as it is (and its scheme checked); values inside one are encoded.
        let kind = if found.address.starts_with(OPEN) {
            "raw"
        } else {
            "url"
        };
        let name = format!("{kind}/{}/{language}", found.number);
        let address = self.part_again(name, Place::Template, &found.address, assembly, true);
        let display = readable(&found.address, assembly);
        if let Part::Fixed(fixed) = &address
            && !crate::links::well_formed(fixed)
        {
            let problem = Problem::new(ProblemCode::BrokenLink, Place::Message).with_short("address", fixed);
            let mut finding = Finding::error(problem);
            finding.problem.language = Some(language);
            self.findings.push(finding);
        }
        self.links.push(Link {
            number: found.number,
            language,
            address: display,
            label: found.label,
            part: address,
        });
    }
}

/// Language, preheader, footer and the place of the open pixel.
fn decorate(html: &str, language: Language, preheader: &str, style: &str, footer: &str) -> String {
    let mut out = String::with_capacity(html.len() + preheader.len() + style.len() + footer.len() + 200);
    let html = html.replacen(
        "<html lang=\"und\" dir=\"auto\"",
        &format!("<html lang=\"{language}\" dir=\"ltr\""),
        1,
    );
    let head = html.find("</head>").unwrap_or(0);
    let body = html[head..]
        .find("<body")
        .and_then(|at| html[head + at..].find('>').map(|end| head + at + end + 1));
    let body = body.unwrap_or(head);
    let end = html
        .rfind("</body>")
        .filter(|at| *at >= body)
        .unwrap_or(html.len());
    out.push_str(&html[..head]);
    out.push_str(style);
    out.push_str(&html[head..body]);
    out.push_str(preheader);
    out.push_str(&html[body..end]);
    out.push_str(footer);
    out.push_str(&mark(MARK_PIXEL));
    out.push_str(&html[end..]);
    out
}

const _: () = assert!(
    MARK < ' ',
    "marks are control characters, which values cannot contain"
);
