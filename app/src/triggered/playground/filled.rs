//! What is filled in.

use crate::triggered::parameters::value_of;
use jiff::Timestamp;
use jiff::civil::Date;
use leptos::prelude::*;
use render::Person;
use serde_json::{Map, Value};
use types::content::SamplePerson;
use types::messages::{Parameter, ParameterKind};
use types::{Code, Language};

/// A value as it stands in the form.
#[derive(Clone)]
pub(super) struct Given {
    pub parameter: Parameter,
    pub text: RwSignal<String>,
}

impl Given {
    pub fn new(parameter: Parameter) -> Self {
        let text = match parameter.sample() {
            Value::String(text) => text,
            other @ (Value::Array(_) | Value::Object(_)) => {
                serde_json::to_string_pretty(&other).unwrap_or_default()
            }
            other => other.to_string(),
        };
        Self {
            parameter,
            text: RwSignal::new(text),
        }
    }

    /// What a call would give; none: it leaves it out.
    pub fn value(&self) -> Result<Option<Value>, Code> {
        let kind = self.parameter.kind;
        match self.text.with(|text| value_of(kind, text)) {
            None if self.parameter.required && self.parameter.default.is_none() => Err(Code::Required),
            None => Ok(None),
            Some(value) if fits(kind, &value) => Ok(Some(value)),
            Some(_) => Err(Code::BadFormat),
        }
    }
}

/// Whether a value is of a kind, as the server says it too; it has the last word.
fn fits(kind: ParameterKind, value: &Value) -> bool {
    match (kind, value) {
        (ParameterKind::Text, Value::String(_))
        | (ParameterKind::Number, Value::Number(_))
        | (ParameterKind::Boolean, Value::Bool(_))
        | (ParameterKind::List, Value::Array(_))
        | (ParameterKind::Object, Value::Object(_)) => true,
        (ParameterKind::Date, Value::String(text)) => text.parse::<Date>().is_ok(),
        (ParameterKind::DateTime, Value::String(text)) => text.parse::<Timestamp>().is_ok(),
        _ => false,
    }
}

/// What is filled in, as the parts of the page read it. Copy it anywhere.
#[derive(Clone, Copy)]
pub(super) struct Filled {
    pub given: StoredValue<Vec<Given>>,
    /// Id of somebody of the unit; empty: the address that was typed.
    pub chosen: RwSignal<String>,
    pub typed: RwSignal<String>,
    pub people: RwSignal<Vec<SamplePerson>>,
    /// Code of a version; empty: the person's own.
    pub language: RwSignal<String>,
    pub key: RwSignal<String>,
}

impl Filled {
    /// An example of each value, for the person who sits here.
    pub fn new(parameters: &[Parameter], me: String) -> Self {
        let given = parameters.iter().cloned().map(Given::new).collect();
        Self {
            given: StoredValue::new(given),
            chosen: RwSignal::new(String::new()),
            typed: RwSignal::new(me),
            people: RwSignal::new(Vec::new()),
            language: RwSignal::new(String::new()),
            key: RwSignal::new(String::new()),
        }
    }

    /// What is right, by name.
    pub fn attributes(self) -> Map<String, Value> {
        self.given.with_value(|given| {
            given
                .iter()
                .filter_map(|it| Some((it.parameter.name.clone(), it.value().ok().flatten()?)))
                .collect()
        })
    }

    pub fn sample(self) -> Option<SamplePerson> {
        let id = self.chosen.get();
        self.people
            .with(|people| people.iter().find(|it| it.id.to_string() == id).cloned())
    }

    pub fn email(self) -> String {
        self.sample()
            .map_or_else(|| self.typed.with(|it| it.trim().to_owned()), |it| it.email)
    }

    pub fn language(self) -> Option<Language> {
        self.language.with(|it| it.parse().ok())
    }

    /// Whom it is rendered for: what the unit knows, and over that what the call gives.
    pub fn person(self) -> Person {
        let mut person = self.sample().map_or_else(
            || Person {
                email: self.email(),
                ..Person::default()
            },
            |it| Person::from(&it),
        );
        if let Some(language) = self.language() {
            person.language = Some(language);
        }
        self.given.with_value(|given| {
            for it in given {
                if let Some(default) = &it.parameter.default {
                    person
                        .attributes
                        .insert(it.parameter.name.clone(), default.clone());
                }
            }
        });
        person.attributes.extend(self.attributes());
        person
    }
}
