//! Is the MJML well-formed and harmless? mrml itself neither compares closing with opening tags nor knows the author's
//! lines, and what is balanced here cannot hide the footer that is appended behind it.

use crate::assemble::{Assembly, CLOSE, OPEN};
use crate::markup::{Token, is_void, tokens};
use crate::problem::{Problem, ProblemCode};
use crate::sanitize::safe_address;

/// Real templates stay below 30; mrml recurses, so that deep nesting would end the process.
const MAX_DEPTH: usize = 64;

const ELEMENTS: [&str; 36] = [
    "mjml",
    "mj-head",
    "mj-body",
    "mj-attributes",
    "mj-all",
    "mj-class",
    "mj-breakpoint",
    "mj-style",
    "mj-title",
    "mj-preview",
    "mj-raw",
    "mj-section",
    "mj-wrapper",
    "mj-column",
    "mj-group",
    "mj-hero",
    "mj-text",
    "mj-button",
    "mj-image",
    "mj-divider",
    "mj-spacer",
    "mj-table",
    "mj-social",
    "mj-social-element",
    "mj-navbar",
    "mj-navbar-link",
    "mj-accordion",
    "mj-accordion-element",
    "mj-accordion-title",
    "mj-accordion-text",
    "mj-carousel",
    "mj-carousel-image",
    "mj-html-attributes",
    "mj-selector",
    "mj-html-attribute",
    "mj-font",
];

const FORBIDDEN: [&str; 22] = [
    "script",
    "iframe",
    "frame",
    "frameset",
    "object",
    "embed",
    "applet",
    "form",
    "input",
    "textarea",
    "select",
    "base",
    "link",
    "mj-include",
    "svg",
    "math",
    "noscript",
    "plaintext",
    "xmp",
    "noembed",
    "noframes",
    "template",
];

/// Everything that is wrong with the markup, in reading order.
pub(crate) fn check(assembly: &Assembly) -> Vec<Problem> {
    let mut checker = Checker {
        assembly,
        problems: Vec::new(),
        open: Vec::new(),
        body: false,
    };
    for token in tokens(&assembly.text) {
        checker.token(&token);
        if checker.problems.len() > 50 {
            return checker.problems;
        }
    }
    while let Some((name, start)) = checker.open.pop() {
        checker.report(ProblemCode::TagUnclosed, start, &[("tag", name)]);
    }
    if !checker.body && checker.problems.is_empty() {
        checker.report(ProblemCode::NoBody, 0, &[]);
    }
    checker.problems
}

struct Checker<'a> {
    assembly: &'a Assembly,
    problems: Vec<Problem>,
    open: Vec<(&'a str, usize)>,
    body: bool,
}

impl<'a> Checker<'a> {
    fn report(&mut self, code: ProblemCode, at: usize, params: &[(&str, &str)]) {
        let mut problem = Problem::at(code, self.assembly.locate(at));
        for (key, value) in params {
            problem = problem.with_short(key, value);
        }
        self.problems.push(problem);
    }

    fn token(&mut self, token: &Token<'a>) {
        match token {
            Token::Open {
                name, closed, start, ..
            } => {
                self.element(name, *start, token);
                if !closed && !is_void(name) {
                    self.open.push((name, *start));
                    if self.open.len() == MAX_DEPTH + 1 {
                        self.report(ProblemCode::NestedTooDeep, *start, &[]);
                    }
                }
            }
            Token::Close { name, start, .. } => self.close(name, *start),
            Token::Text { text, start } => self.text(text, *start),
            Token::Comment {
                terminated: false,
                start,
                ..
            } => {
                self.report(ProblemCode::TagUnclosed, *start, &[("tag", "<!--")]);
            }
            Token::Comment { start, end, .. } => {
                // A condition around the end of the message could hide the footer from Outlook.
                if self.assembly.text[*start..*end].contains([OPEN, CLOSE]) {
                    self.report(ProblemCode::VariableInMarkup, *start, &[]);
                }
            }
        }
    }

    fn text(&mut self, text: &str, start: usize) {
        let Some((inside, _)) = self.open.last() else {
            return;
        };
        if ["style", "mj-style"]
            .iter()
            .any(|it| inside.eq_ignore_ascii_case(it))
        {
            if let Some(at) = text.find(OPEN) {
                self.report(ProblemCode::VariableInMarkup, start + at, &[]);
            }
            let lower = text.to_ascii_lowercase();
            for loading in [
                "@import",
                "url(http",
                "url(//",
                "url('http",
                "url(\"http",
                "url('//",
                "url(\"//",
                "expression(",
            ] {
                if let Some(at) = lower.find(loading) {
                    self.report(ProblemCode::ExternalResource, start + at, &[("address", loading)]);
                }
            }
        } else if let Some(at) = text.find("<") {
            // A `<` that opens nothing, or a tag that never ends.
            self.report(
                ProblemCode::MjmlSyntax,
                start + at,
                &[("detail", text[at..].lines().next().unwrap_or("<"))],
            );
        }
    }

    fn close(&mut self, name: &str, start: usize) {
        match self.open.last() {
            Some((open, _)) if *open == name => {
                self.open.pop();
            }
            Some((open, _)) => {
                let open = *open;
                self.report(
                    ProblemCode::TagMismatch,
                    start,
                    &[("open", open), ("close", name)],
                );
                // Go on behind the tag that was meant, so that one slip is one problem.
                if let Some(at) = self.open.iter().rposition(|(it, _)| *it == name) {
                    self.open.truncate(at);
                }
            }
            None => self.report(ProblemCode::TagMismatch, start, &[("open", ""), ("close", name)]),
        }
    }

    fn element(&mut self, name: &'a str, start: usize, token: &Token<'_>) {
        let Token::Open { attributes, .. } = token else {
            return;
        };
        let lower = name.to_ascii_lowercase();
        self.body |= lower == "mj-body";
        if name.contains([OPEN, CLOSE]) {
            self.report(ProblemCode::VariableInMarkup, start, &[]);
        } else if FORBIDDEN.contains(&lower.as_str()) {
            self.report(ProblemCode::ForbiddenElement, start, &[("tag", name)]);
        } else if (lower.starts_with("mj-") || lower.starts_with("mjml"))
            && !ELEMENTS.contains(&lower.as_str())
        {
            self.report(ProblemCode::UnknownElement, start, &[("tag", name)]);
        } else if lower == "mj-font" {
            let address = token.attribute("href").map_or("", |it| it.value);
            self.report(ProblemCode::ExternalResource, start, &[("address", address)]);
        }
        for attribute in attributes {
            let key = attribute.name.to_ascii_lowercase();
            if attribute.name.contains([OPEN, CLOSE]) {
                self.report(ProblemCode::VariableInMarkup, attribute.start, &[]);
            } else if key.starts_with("on") || key == "srcdoc" || key == "http-equiv" {
                self.report(
                    ProblemCode::ForbiddenAttribute,
                    attribute.start,
                    &[("name", attribute.name)],
                );
            } else if (key == "style" || key == "css-class" || key == "class")
                && attribute.value.contains(OPEN)
            {
                self.report(ProblemCode::VariableInMarkup, attribute.start, &[]);
            } else if matches!(
                key.as_str(),
                "href" | "src" | "background-url" | "background" | "action" | "formaction"
            ) && !safe_address(&crate::markup::decode(attribute.value))
            {
                self.report(
                    ProblemCode::ForbiddenAttribute,
                    attribute.start,
                    &[("name", attribute.value)],
                );
            }
        }
        let social = lower == "mj-social-element" && token.attribute("src").is_none();
        if social && token.attribute("name").is_some_and(|it| !it.value.is_empty()) {
            // mrml would take the icon from a company's server.
            self.report(
                ProblemCode::ExternalResource,
                start,
                &[("address", "mj-social-element")],
            );
        }
    }
}
