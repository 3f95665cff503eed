//! The slots of a template: what fills each, and how that is written where the template asks for it.

use super::{Assembly, CLOSE, Filled, MARK, OPEN, Tag, placeholder};
use crate::problem::{Place, Problem, ProblemCode};
use crate::sanitize::{plain_text, sanitize};
use crate::scan::{Piece, inside, slot_reference};
use crate::source::{Content, Source};
use types::Language;
use types::content::{SlotKind, SlotValue};

impl Assembly {
    pub(super) fn output(
        &mut self,
        tag: &str,
        origin: usize,
        start: usize,
        filled: &Filled<'_>,
        source: &Source,
    ) {
        let expression = inside(tag);
        let Some((key, field)) = slot_reference(expression) else {
            if expression.contains("slots.") || expression == "slots" {
                self.problem(ProblemCode::SlotInExpression, origin, start);
            } else {
                self.push_tag(tag, true, origin, start);
            }
            return;
        };
        let Some((_, value)) = filled.get(key) else {
            let problem = self.problem(ProblemCode::UnknownSlot, origin, start);
            *problem = problem.clone().with_short("slot", key);
            return;
        };
        let known = match value {
            SlotValue::Text { text } if field.is_empty() => {
                self.inline_text(key, text);
                true
            }
            SlotValue::RichText { html } if field.is_empty() => {
                self.inline_html(key, html);
                true
            }
            SlotValue::Image { address, alt, width } => match field {
                "" | "address" => {
                    self.inline_text(key, &absolute(address, &source.base_url));
                    true
                }
                "alt" => {
                    self.inline_text(key, alt);
                    true
                }
                "width" => {
                    let width = width.map(|it| format!("{it}px")).unwrap_or_default();
                    self.inline_text(key, &width);
                    true
                }
                _ => false,
            },
            SlotValue::Link { label, address } => match field {
                "" | "address" => {
                    self.inline_text(key, address.trim());
                    true
                }
                "label" => {
                    self.inline_text(key, label);
                    true
                }
                _ => false,
            },
            _ => false,
        };
        if !known {
            let problem = self.problem(ProblemCode::SlotField, origin, start);
            *problem = problem.clone().with_short("slot", key).with_short("field", field);
        }
    }

    /// Escaped, so that it is right both as text and in an attribute; line breaks become `<br />` in text.
    fn inline_text(&mut self, key: &str, text: &str) {
        let in_tag = self.text.rfind('<') > self.text.rfind('>');
        let origin = self.origin(Place::Slot(key.to_owned()), text);
        for piece in self.pieces(origin, text) {
            match piece {
                Piece::Literal { text, start } => {
                    let mut from = 0;
                    for (at, sign) in text.match_indices(['&', '<', '>', '"', '\'', '\n']) {
                        self.push_verbatim(&text[from..at], origin, start + from);
                        let entity = match sign {
                            "&" => "&amp;",
                            "<" => "&lt;",
                            ">" => "&gt;",
                            "\"" => "&quot;",
                            "'" => "&#39;",
                            _ if in_tag => " ",
                            _ => "<br />",
                        };
                        self.push(entity, origin, start + at, false);
                        from = at + 1;
                    }
                    self.push_verbatim(&text[from..], origin, start + from);
                }
                Piece::Output { tag, start } => self.push_tag(tag, true, origin, start),
                Piece::Block { tag, start } => {
                    if self.block_allowed(tag, origin, start) {
                        self.push_tag(tag, false, origin, start);
                    }
                }
            }
        }
    }

    /// Rich text through the allow-list.
    fn inline_html(&mut self, key: &str, html: &str) {
        let origin = self.origin(Place::Slot(key.to_owned()), html);
        let mut marked = String::with_capacity(html.len());
        for piece in self.pieces(origin, html) {
            match piece {
                Piece::Literal { text, .. } => {
                    marked.extend(text.chars().filter(|c| !matches!(*c, OPEN | CLOSE | MARK)));
                }
                Piece::Output { tag, start } | Piece::Block { tag, start } => {
                    let output = matches!(piece, Piece::Output { .. });
                    if output || self.block_allowed(tag, origin, start) {
                        marked.push_str(&placeholder(self.tags.len()));
                        self.tags.push(Tag {
                            source: decoded_tag(tag),
                            output,
                            origin,
                            offset: start,
                        });
                    }
                }
            }
        }
        let in_tag = self.text.rfind('<') > self.text.rfind('>');
        let clean = if in_tag {
            plain_text(&marked)
        } else {
            sanitize(&marked)
        };
        self.push(&clean, origin, 0, false);
    }

    /// The value of every slot: the template's own where it is locked or nothing was written.
    pub(super) fn fill<'s>(
        &mut self,
        source: &'s Source,
        language: Language,
        content: &Content,
    ) -> Filled<'s> {
        let mut filled = Filled::new();
        for slot in &source.template.slots {
            let problem =
                |code| Problem::new(code, Place::Slot(slot.key.clone())).with("slot", slot.label(language));
            let written = content.slots.get(&slot.key);
            if slot.locked && written.is_some_and(|it| !it.is_empty()) {
                self.problems.push(problem(ProblemCode::SlotLocked));
            }
            let default = slot
                .default
                .get(&language)
                .or_else(|| slot.default.get(&source.default_language));
            let value = written.filter(|_| !slot.locked).or(default).cloned();
            let value = value.unwrap_or_else(|| SlotValue::empty(slot.kind));
            if value.kind() != slot.kind {
                self.problems
                    .push(problem(ProblemCode::SlotKind).with("kind", slot.kind));
            }
            if slot.required && value.is_empty() {
                self.problems.push(problem(ProblemCode::SlotRequired));
            }
            let length = visible_length(&value);
            if let Some(max) = slot.max_length
                && length > max as usize
            {
                self.problems.push(
                    problem(ProblemCode::SlotTooLong)
                        .with("max", max)
                        .with("length", length),
                );
            }
            filled.insert(slot.key.as_str(), (slot, value));
        }
        filled
    }
}

/// An editor for rich text writes `&lt;` where an author typed `<` inside a tag.
fn decoded_tag(tag: &str) -> String {
    if tag.contains('&') {
        crate::markup::decode(tag)
    } else {
        tag.to_owned()
    }
}

fn visible_length(value: &SlotValue) -> usize {
    match value {
        SlotValue::Text { text } => text.chars().count(),
        SlotValue::RichText { html } => plain_text(html).chars().count(),
        SlotValue::Link { label, .. } => label.chars().count(),
        SlotValue::Image { alt, .. } => alt.chars().count(),
    }
}

/// Images of this installation are kept as paths, so that a draft survives a change of the public address.
fn absolute(address: &str, base: &str) -> String {
    let address = address.trim();
    if address.starts_with('/') && !address.starts_with("//") {
        format!("{base}{address}")
    } else {
        address.to_owned()
    }
}

const _: () = assert!(
    SlotKind::ALL.len() == 4,
    "a new kind of slot needs a branch in `output`"
);
