//! A message to start from.
#![allow(dead_code, reason = "each test binary uses a part")]

use render::*;
use std::collections::BTreeMap;
use types::Language;
use types::content::{Classification, Slot, SlotKind, SlotValue};

pub const MJML: &str = r##"<mjml>
  <mj-head>
    <mj-title>News</mj-title>
    <mj-style>.big { font-size: 30px }</mj-style>
  </mj-head>
  <mj-body background-color="#f4f4f5">
    <mj-section background-color="#ffffff">
      <mj-column>
        <mj-text font-size="24px">{{ slots.headline }}</mj-text>
        <mj-text>Dear {{ contact.first_name|default("student") }},</mj-text>
        <mj-text>{{ slots.body }}</mj-text>
        {% if slots.picture %}
        <mj-image src="{{ slots.picture }}" alt="{{ slots.picture.alt }}" />
        {% endif %}
        {% if attributes.faculty == "med" %}
        <mj-text>Only for medicine.</mj-text>
        {% else %}
        <mj-text>For everybody else.</mj-text>
        {% endif %}
        <mj-button href="{{ slots.action }}">{{ slots.action.label }}</mj-button>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
"##;

pub fn slot(key: &str, kind: SlotKind) -> Slot {
    Slot {
        key: key.into(),
        kind,
        label: BTreeMap::from([(Language::En, key.to_uppercase())]),
        default: BTreeMap::new(),
        max_length: None,
        required: false,
        locked: false,
    }
}

pub fn text(text: &str) -> SlotValue {
    SlotValue::Text { text: text.into() }
}

pub fn html(html: &str) -> SlotValue {
    SlotValue::RichText { html: html.into() }
}

pub fn link(label: &str, address: &str) -> SlotValue {
    SlotValue::Link {
        label: label.into(),
        address: address.into(),
    }
}

pub fn content() -> Content {
    Content {
        subject: "Open day, {{ contact.first_name|default('all') }}".into(),
        preheader: "Come & see {{ unit.name }}".into(),
        from_name: "{{ unit.name }}".into(),
        slots: BTreeMap::from([
            ("headline".into(), text("Open day & more")),
            (
                "body".into(),
                html("<p>See <a href=\"https://u.example/plan?a=1&amp;b=2\">the plan</a>.</p>"),
            ),
            (
                "action".into(),
                link("Register", "https://u.example/register?who={{ contact.email }}"),
            ),
        ]),
        text: None,
        footer: FooterWords {
            reason: "You asked for news.".into(),
            unsubscribe: "Unsubscribe".into(),
            preferences: "Your choices".into(),
            view: "In the browser".into(),
        },
    }
}

pub fn source() -> Source {
    Source {
        template: TemplateSource {
            mjml: MJML.into(),
            slots: vec![
                slot("headline", SlotKind::Text),
                slot("body", SlotKind::RichText),
                slot("picture", SlotKind::Image),
                slot("action", SlotKind::Link),
            ],
        },
        classification: Classification::Marketing,
        default_language: Language::En,
        languages: BTreeMap::from([(Language::En, content())]),
        unit: UnitInfo {
            name: "Admissions".into(),
            address: "1 Tower Square\n00-001 Northfield".into(),
            website: "https://u.example".into(),
        },
        base_url: "https://mail.u.example".into(),
        attributes: Some(vec![
            "faculty".into(),
            "page".into(),
            "start".into(),
            "courses".into(),
            "points".into(),
        ]),
    }
}

/// A source whose template is this, with no slots.
pub fn with_body(body: &str) -> Source {
    let mut source = source();
    source.template.mjml =
        format!("<mjml><mj-body><mj-section><mj-column>\n{body}\n</mj-column></mj-section></mj-body></mjml>");
    source.template.slots.clear();
    source.languages.values_mut().for_each(|it| it.slots.clear());
    source
}

pub fn person() -> Person {
    Person {
        first_name: "Żaneta".into(),
        last_name: "O'Neil <x>".into(),
        email: "z+1@u.example".into(),
        language: None,
        attributes: serde_json::json!({
            "faculty": "med", "start": "2027-03-05T09:30", "courses": ["Anatomy", "Ethics"], "points": 12345.5
        })
        .as_object()
        .cloned()
        .unwrap_or_default(),
    }
}

pub struct Tracked;

impl LinkMap for Tracked {
    fn link(&self, number: u32, _address: &str, out: &mut String) {
        out.push_str(&format!("https://t.u.example/t/c/{number}?a=b&c=d"));
    }
    fn unsubscribe(&self, out: &mut String) {
        out.push_str("https://t.u.example/u/tok");
    }
    fn preferences(&self, out: &mut String) {
        out.push_str("https://t.u.example/p/tok");
    }
    fn view(&self, out: &mut String) {
        out.push_str("https://t.u.example/v/tok");
    }
    fn open_pixel(&self, out: &mut String) -> bool {
        out.push_str("https://t.u.example/t/o/tok.gif");
        true
    }
}

pub fn problems(source: &Source) -> Vec<(ProblemCode, Place, u32, u32)> {
    compile(source)
        .expect_err("problems")
        .into_iter()
        .map(|it| (it.code, it.place, it.line, it.column))
        .collect()
}
