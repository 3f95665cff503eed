//! The checks of the review step: what would be sent, but should not be, or not so.

use crate::assemble::{Assembly, OPEN};
use crate::compile::compile;
use crate::compiled::{Compiled, Rendered};
use crate::contrast;
use crate::links::{LinkMap, well_formed};
use crate::markup::{Token, decode, tokens};
use crate::person::Person;
use crate::problem::{Place, Problem, ProblemCode};
use crate::source::{CLIPPED_BYTES, Content, Source};
use serde::{Deserialize, Serialize};
use types::content::Classification;

/// Does it keep the message from being sent?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Error,
    Warning,
}

/// One result of the checks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub severity: Severity,
    pub problem: Problem,
}

impl Finding {
    pub(crate) fn error(problem: Problem) -> Self {
        Self {
            severity: Severity::Error,
            problem,
        }
    }

    pub(crate) fn warning(problem: Problem) -> Self {
        Self {
            severity: Severity::Warning,
            problem,
        }
    }
}

/// Compiles, renders for a sample and tells everything that is wrong, worst first.
#[must_use]
pub fn check(source: &Source, sample: &Person, links: &dyn LinkMap) -> Vec<Finding> {
    let mut findings = match compile(source) {
        Ok(compiled) => check_compiled(&compiled, sample, links),
        Err(problems) => problems.into_iter().map(Finding::error).collect(),
    };
    for (language, content) in &source.languages {
        for (text, code, place) in [
            (&content.subject, ProblemCode::EmptySubject, Place::Subject),
            (&content.from_name, ProblemCode::EmptyFromName, Place::FromName),
        ] {
            if text.trim().is_empty() {
                let mut problem = Problem::new(code, place);
                problem.language = Some(*language);
                let told = findings.iter().any(|it| it.problem == problem);
                if !told {
                    findings.push(Finding::error(problem));
                }
            }
        }
    }
    findings.sort_by_key(|it| it.severity);
    findings
}

/// The same for what is compiled already; every language is rendered for the sample.
#[must_use]
pub fn check_compiled(compiled: &Compiled, sample: &Person, links: &dyn LinkMap) -> Vec<Finding> {
    let mut findings = compiled.findings().to_vec();
    for language in compiled.versions.keys() {
        let person = Person {
            language: Some(*language),
            ..sample.clone()
        };
        match compiled.render(&person, links) {
            Ok(rendered) => {
                let before = findings.len();
                rendered_findings(&rendered, &mut findings);
                findings[before..]
                    .iter_mut()
                    .for_each(|it| it.problem.language = Some(*language));
            }
            Err(problem) => findings.push(Finding::error(problem)),
        }
    }
    findings.sort_by_key(|it| it.severity);
    findings
}

fn rendered_findings(rendered: &Rendered, findings: &mut Vec<Finding>) {
    let kilobytes = |bytes: usize| bytes.div_ceil(1024);
    if rendered.html.len() > CLIPPED_BYTES {
        let problem = Problem::new(ProblemCode::HtmlTooLarge, Place::Message);
        let problem = problem
            .with("size", kilobytes(rendered.html.len()))
            .with("max", kilobytes(CLIPPED_BYTES));
        findings.push(Finding::warning(problem));
    }
    let length = rendered.subject.chars().count();
    if length > 78 {
        findings.push(Finding::warning(
            Problem::new(ProblemCode::LongSubject, Place::Subject).with("length", length),
        ));
    }
}

/// On the template's own markup, where places are known: alternative texts and addresses; contrast on the HTML.
pub(crate) fn markup(assembly: &Assembly, html: &str, findings: &mut Vec<Finding>) {
    for token in tokens(&assembly.text) {
        let Token::Open { name, start, .. } = &token else {
            continue;
        };
        let lower = name.to_ascii_lowercase();
        if matches!(lower.as_str(), "mj-image" | "img" | "mj-carousel-image")
            && token.attribute("alt").is_none()
        {
            let problem = Problem::at(ProblemCode::MissingAlt, assembly.locate(*start));
            let address = token.attribute("src").map_or("", |it| it.value);
            findings.push(Finding::error(problem.with_short("image", file_name(address))));
        }
        if matches!(lower.as_str(), "mj-image" | "img") {
            let alt = token.attribute("alt").filter(|it| it.value.trim().is_empty());
            let place = alt.map(|it| assembly.locate(it.start));
            // An empty alternative text written in the template is a decision; one that came out of a slot is a gap.
            if let Some(location) = place.filter(|it| matches!(it.place, Place::Slot(_))) {
                let address = token.attribute("src").map_or("", |it| it.value);
                let problem = Problem::at(ProblemCode::MissingAlt, location);
                findings.push(Finding::error(problem.with_short("image", file_name(address))));
            }
        }
        if let Some(href) = token.attribute("href") {
            let address = decode(href.value);
            let address = address.trim();
            let location = || assembly.locate(href.start);
            if address.is_empty() || address == "#" {
                findings.push(Finding::error(Problem::at(ProblemCode::EmptyLink, location())));
            } else if !address.contains(OPEN) && !counted(address) && !well_formed(address) {
                let problem = Problem::at(ProblemCode::BrokenLink, location());
                findings.push(Finding::error(problem.with_short("address", address)));
            }
        }
    }
    for low in contrast::low(html) {
        let problem = Problem::new(ProblemCode::LowContrast, Place::Template)
            .with("ratio", format!("{:.1}", low.ratio))
            .with("colour", low.colour)
            .with("background", low.background);
        findings.push(Finding::warning(problem));
    }
}

/// Counted links are checked when they are numbered.
fn counted(address: &str) -> bool {
    let lower = address.to_ascii_lowercase();
    lower.starts_with("http://") || lower.starts_with("https://")
}

fn file_name(address: &str) -> &str {
    address.rsplit('/').next().unwrap_or(address)
}

/// The footer is always there; its words and the address come from outside and may be missing.
pub(crate) fn footer(source: &Source, content: &Content, findings: &mut Vec<Finding>) {
    let marketing = source.classification == Classification::Marketing;
    if source.unit.address.trim().is_empty() {
        let problem = Problem::new(ProblemCode::MissingAddress, Place::Message);
        findings.push(if marketing {
            Finding::error(problem)
        } else {
            Finding::warning(problem)
        });
    }
    let words = &content.footer;
    if marketing && (words.unsubscribe.trim().is_empty() || words.preferences.trim().is_empty()) {
        findings.push(Finding::error(Problem::new(
            ProblemCode::MissingUnsubscribe,
            Place::Message,
        )));
    }
}
