//! A template is saved only if it can be rendered: whoever picks it must not find out.

use crate::error::Fields;
use crate::{Error, Result};
use render::{Draft, FooterTexts, Place, Setting, TemplateSource, UnitInfo, Words};
use std::collections::{BTreeMap, BTreeSet};
use types::content::{Classification, Slot, SlotValue, TemplateInput};
use types::{ApiError, Code, FieldError, Language};

const MAX_SLOTS: usize = 60;

/// Tidies and checks; problems of the markup come as field errors of `mjml` with line and column.
pub(super) fn check(input: &TemplateInput) -> Result<TemplateInput> {
    let mut fields = Fields::new();
    let name = fields.text("name", &input.name, 120);
    let description = fields.optional_text("description", &input.description, 500);
    if input.mjml.trim().is_empty() {
        fields.add("mjml", Code::Required);
    }
    let slots = check_slots(&mut fields, &input.slots);
    fields.finish()?;
    let problems = problems(&input.mjml, &slots);
    if !problems.is_empty() {
        return Err(Error::Refused(Box::new(ApiError::invalid(problems))));
    }
    Ok(TemplateInput {
        name,
        description,
        mjml: input.mjml.clone(),
        slots,
        version: input.version,
    })
}

fn check_slots(fields: &mut Fields, slots: &[Slot]) -> Vec<Slot> {
    let mut seen = BTreeSet::new();
    if slots.len() > MAX_SLOTS {
        fields.push(FieldError::new("slots", Code::OutOfRange).with("max", MAX_SLOTS));
        return Vec::new();
    }
    let mut checked = Vec::with_capacity(slots.len());
    for (at, slot) in slots.iter().enumerate() {
        let mut slot = slot.clone();
        let field = |name: &str| format!("slots.{at}.{name}");
        let mut letters = slot.key.chars();
        let good = slot.key.len() <= 40
            && letters.next().is_some_and(|c| c.is_ascii_lowercase())
            && letters.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !good {
            fields.add(
                &field("key"),
                if slot.key.is_empty() {
                    Code::Required
                } else {
                    Code::BadFormat
                },
            );
        } else if !seen.insert(slot.key.clone()) {
            fields.add(&field("key"), Code::Taken);
        }
        if slot.max_length.is_some_and(|it| it == 0 || it > 50_000) {
            fields.add(&field("max_length"), Code::OutOfRange);
        }
        slot.label.retain(|_, label| !label.trim().is_empty());
        let label_fits = slot.label.values().all(|it| it.chars().count() <= 120);
        if !label_fits {
            fields.push(FieldError::new(field("label"), Code::TooLong).with("max", 120));
        }
        if slot.default.values().any(|it| it.kind() != slot.kind) {
            fields.add(&field("default"), Code::BadFormat);
        }
        slot.default.retain(|_, value| !value.is_empty());
        for value in slot.default.values_mut() {
            tidy(value);
        }
        if slot.locked && slot.required && slot.default.is_empty() {
            fields.add(&field("default"), Code::Required);
        }
        checked.push(slot);
    }
    checked
}

/// What comes from an editor for rich text goes through the renderer's allow-list before it is stored.
pub(super) fn tidy(value: &mut SlotValue) {
    if let SlotValue::RichText { html } = value {
        *html = render::clean_rich_text(html);
    }
}

/// Compiles the template with something in every slot; what is wrong with the template itself is told.
fn problems(mjml: &str, slots: &[Slot]) -> Vec<FieldError> {
    let words = Words {
        subject: "x".into(),
        slots: slots
            .iter()
            .filter(|it| !it.locked)
            .map(|it| (it.key.clone(), filler(it)))
            .collect(),
        ..Words::default()
    };
    let setting = Setting {
        unit: UnitInfo {
            name: "x".into(),
            address: "x".into(),
            website: String::new(),
        },
        base_url: "https://localhost".into(),
        default_language: Language::En,
        footers: BTreeMap::from([(Language::En, FooterTexts::default())]),
        attributes: Vec::new(),
    };
    let source = setting.source(Draft {
        template: TemplateSource {
            mjml: mjml.to_owned(),
            slots: slots.to_vec(),
        },
        classification: Classification::Transactional,
        default_language: Language::En,
        from_name: "x".into(),
        languages: BTreeMap::from([(Language::En, words)]),
    });
    let Err(problems) = render::compile(&source) else {
        return Vec::new();
    };
    problems
        .into_iter()
        .filter(|it| matches!(it.place, Place::Template | Place::Message))
        .take(20)
        .map(|problem| {
            let mut error = FieldError::new("mjml", Code::TemplateError)
                .with("problem", problem.code.as_str())
                .with("line", problem.line)
                .with("column", problem.column);
            error.params.extend(problem.params);
            error
        })
        .collect()
}

/// The default, or the least that a slot can hold.
fn filler(slot: &Slot) -> SlotValue {
    if let Some(value) = slot
        .default
        .get(&Language::En)
        .or_else(|| slot.default.values().next())
    {
        return value.clone();
    }
    match SlotValue::empty(slot.kind) {
        SlotValue::Text { .. } => SlotValue::Text { text: "x".into() },
        SlotValue::RichText { .. } => SlotValue::RichText {
            html: "<p>x</p>".into(),
        },
        SlotValue::Image { .. } => SlotValue::Image {
            address: "/media/x.png".into(),
            alt: "x".into(),
            width: Some(100),
        },
        SlotValue::Link { .. } => SlotValue::Link {
            label: "x".into(),
            address: "https://localhost/".into(),
        },
    }
}
