//! What is different between two revisions, in the words of the author's form.

use super::diff::{diff, plain};
use crate::Result;
use crate::campaigns::{Called, Parts};
use render::Source;
use serde_json::Value;
use std::collections::BTreeSet;
use types::Language;
use types::approvals::{Change, ChangedField, ParameterChange, Piece, PieceKind};
use types::campaigns::{Schedule, Sender};
use types::content::SlotValue;
use types::messages::Parameter;

/// All differences, in the order of the four steps.
pub(super) fn changes(before: &Parts, after: &Parts) -> Result<Vec<Change>> {
    let mut told = Told::default();
    told.field(
        ChangedField::Classification,
        &before.classification,
        &after.classification,
    );
    if before.audience != after.audience {
        // Topics are ids here; the page names the new audience, so it is enough to say that it changed.
        told.bare(ChangedField::Audience);
    }
    if before.source != after.source {
        let (old, new): (Source, Source) = (
            serde_json::from_value(before.source.clone())?,
            serde_json::from_value(after.source.clone())?,
        );
        content(&old, &new, &mut told);
    }
    let (old, new): (Sender, Sender) = (
        serde_json::from_value(before.sender.clone())?,
        serde_json::from_value(after.sender.clone())?,
    );
    told.field(ChangedField::FromName, &old.from_name, &new.from_name);
    told.field(ChangedField::FromAddress, &old.from_address, &new.from_address);
    told.field(
        ChangedField::ReplyTo,
        &old.reply_to.unwrap_or_default(),
        &new.reply_to.unwrap_or_default(),
    );
    told.field(
        ChangedField::Schedule,
        &schedule(&before.schedule)?,
        &schedule(&after.schedule)?,
    );
    let throttle = |it: Option<i32>| it.map(|it| it.to_string()).unwrap_or_default();
    told.field(
        ChangedField::Throttle,
        &throttle(before.throttle_per_hour),
        &throttle(after.throttle_per_hour),
    );
    if before.called != after.called {
        let (old, new) = (called(before)?, called(after)?);
        if old.parameters != new.parameters {
            told.parameters(&old.parameters, &new.parameters);
        }
        if old.senders != new.senders {
            told.bare(ChangedField::Senders);
        }
        if old.quiet_hours != new.quiet_hours {
            told.bare(ChangedField::QuietHours);
        }
    }
    Ok(told.0)
}

fn called(parts: &Parts) -> Result<Called> {
    Ok(match &parts.called {
        Some(called) => serde_json::from_value(called.clone())?,
        None => Called::default(),
    })
}

/// What callers have to do otherwise: in the order of the new parameters, then what is gone.
pub(super) fn parameters(before: &[Parameter], after: &[Parameter]) -> Vec<ParameterChange> {
    let named = |list: &[Parameter], name: &str| list.iter().find(|it| it.name == name).cloned();
    let new = after.iter().map(|it| ParameterChange {
        before: named(before, &it.name),
        after: Some(it.clone()),
    });
    let gone = before.iter().filter(|it| named(after, &it.name).is_none());
    let gone = gone.map(|it| ParameterChange {
        before: Some(it.clone()),
        after: None,
    });
    new.chain(gone).filter(|it| it.before != it.after).collect()
}

/// As text: the local time with its zone; empty for as soon as it is approved.
fn schedule(value: &Value) -> Result<String> {
    Ok(match serde_json::from_value(value.clone())? {
        Schedule::Now => String::new(),
        Schedule::At { at, time_zone } => match jiff::tz::TimeZone::get(&time_zone) {
            Ok(zone) => at.to_zoned(zone).strftime("%Y-%m-%d %H:%M %Q").to_string(),
            Err(_) => at.to_string(),
        },
    })
}

#[derive(Default)]
struct Told(Vec<Change>);

impl Told {
    fn push(
        &mut self,
        field: ChangedField,
        language: Option<Language>,
        slot: Option<&str>,
        pieces: Vec<Piece>,
    ) {
        self.0.push(Change {
            field,
            language,
            slot: slot.map(str::to_owned),
            parameter: None,
            pieces,
        });
    }

    fn parameters(&mut self, before: &[Parameter], after: &[Parameter]) {
        let changed = parameters(before, after);
        if changed.is_empty() {
            return self.bare(ChangedField::Parameter);
        }
        self.0.extend(changed.into_iter().map(|it| Change {
            field: ChangedField::Parameter,
            language: None,
            slot: None,
            parameter: Some(it),
            pieces: Vec::new(),
        }));
    }

    fn bare(&mut self, field: ChangedField) {
        self.push(field, None, None, Vec::new());
    }

    fn field(&mut self, field: ChangedField, before: &str, after: &str) {
        self.text(field, None, before, after);
    }

    fn text(&mut self, field: ChangedField, language: Option<Language>, before: &str, after: &str) {
        if before != after {
            self.push(field, language, None, diff(before, after));
        }
    }
}

fn content(before: &Source, after: &Source, told: &mut Told) {
    if before.template != after.template {
        told.bare(ChangedField::Template);
    }
    told.field(
        ChangedField::DefaultLanguage,
        before.default_language.code(),
        after.default_language.code(),
    );
    let languages: BTreeSet<Language> = before
        .languages
        .keys()
        .chain(after.languages.keys())
        .copied()
        .collect();
    let mut surroundings = before.unit != after.unit || before.base_url != after.base_url;
    for language in languages {
        let here = Some(language);
        let (old, new) = match (before.languages.get(&language), after.languages.get(&language)) {
            (Some(old), Some(new)) => (old, new),
            (old, _) => {
                let kind = if old.is_some() {
                    PieceKind::Removed
                } else {
                    PieceKind::Added
                };
                let piece = Piece {
                    kind,
                    text: language.autonym().to_owned(),
                };
                told.push(ChangedField::Language, here, None, vec![piece]);
                continue;
            }
        };
        told.text(ChangedField::Subject, here, &old.subject, &new.subject);
        told.text(ChangedField::Preheader, here, &old.preheader, &new.preheader);
        let slots: BTreeSet<&String> = old.slots.keys().chain(new.slots.keys()).collect();
        for slot in slots {
            let (before, after) = (old.slots.get(slot), new.slots.get(slot));
            // Told even where only the markup changed: then there is no piece that came or went.
            if before != after {
                told.push(
                    ChangedField::Slot,
                    here,
                    Some(slot),
                    diff(&words(before), &words(after)),
                );
            }
        }
        let text = |it: &Option<String>| it.clone().unwrap_or_default();
        told.text(ChangedField::Text, here, &text(&old.text), &text(&new.text));
        surroundings |= old.footer != new.footer;
    }
    if surroundings {
        told.bare(ChangedField::Surroundings);
    }
}

/// A slot's value as words.
fn words(value: Option<&SlotValue>) -> String {
    match value {
        None => String::new(),
        Some(SlotValue::Text { text }) => text.clone(),
        Some(SlotValue::RichText { html }) => plain(html),
        Some(SlotValue::Image { address, alt, .. }) => format!("{alt} {address}"),
        Some(SlotValue::Link { label, address }) => format!("{label} {address}"),
    }
}

#[cfg(test)]
mod tests {
    use super::parameters;
    use types::messages::{Parameter, ParameterKind};

    fn parameter(name: &str, required: bool) -> Parameter {
        Parameter {
            name: name.to_owned(),
            kind: ParameterKind::Text,
            required,
            default: None,
            example: None,
            description: String::new(),
        }
    }

    #[test]
    fn callers_are_told_what_came_changed_and_went() {
        let before = [
            parameter("same", true),
            parameter("other", false),
            parameter("gone", true),
        ];
        let after = [
            parameter("new", true),
            parameter("other", true),
            parameter("same", true),
        ];
        let told: Vec<_> = parameters(&before, &after)
            .into_iter()
            .map(|it| (it.before.map(|it| it.name), it.after.map(|it| it.name)))
            .collect();
        let name = |text: &str| Some(text.to_owned());
        assert_eq!(
            told,
            [
                (None, name("new")),
                (name("other"), name("other")),
                (name("gone"), None)
            ]
        );
    }
}
