//! What is different between two revisions, in the words of the author's form.

use super::diff::{diff, plain};
use crate::Result;
use crate::campaigns::Parts;
use render::Source;
use serde_json::Value;
use std::collections::BTreeSet;
use types::Language;
use types::approvals::{Change, ChangedField, Piece, PieceKind};
use types::campaigns::{Schedule, Sender};
use types::content::SlotValue;

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
    Ok(told.0)
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
            pieces,
        });
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
