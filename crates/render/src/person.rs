//! The recipient, as templates see them.

use minijinja::value::{Object, Value as Jinja};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::sync::Arc;
use types::Language;
use types::content::SamplePerson;

/// Whom a message is rendered for. Absent and empty values are the same: undefined.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    #[serde(default)]
    pub first_name: String,
    #[serde(default)]
    pub last_name: String,
    #[serde(default)]
    pub email: String,
    #[serde(default)]
    pub language: Option<Language>,
    /// The sending unit's attributes of the person.
    #[serde(default)]
    pub attributes: Map<String, Json>,
}

impl Person {
    /// Somebody, where nobody can be looked at.
    #[must_use]
    pub fn made_up() -> Self {
        Self {
            first_name: "Maria".into(),
            last_name: "Nowak".into(),
            email: "maria.nowak@example.org".into(),
            ..Self::default()
        }
    }
}

impl From<&SamplePerson> for Person {
    fn from(sample: &SamplePerson) -> Self {
        Self {
            first_name: sample.first_name.clone(),
            last_name: sample.last_name.clone(),
            email: sample.email.clone(),
            language: sample.language,
            attributes: sample.attributes.clone(),
        }
    }
}

/// A person wrapped for the engine once, for all parts of the message.
pub(crate) struct Value {
    root: Jinja,
    person: Arc<Seen>,
}

#[derive(Debug)]
struct Seen {
    person: Person,
    language: Language,
}

impl Value {
    pub fn new(person: Person, language: Language, unit: &Jinja) -> Self {
        let person = Arc::new(Seen { person, language });
        let root = Jinja::from_object(Root {
            person: Arc::clone(&person),
            unit: unit.clone(),
        });
        Self { root, person }
    }

    pub fn root(&self) -> Jinja {
        self.root.clone()
    }

    /// The person has nothing under this path.
    pub fn lacks(&self, path: &str) -> bool {
        let found = match path.split_once('.') {
            Some(("contact", field)) => self.person.contact(field),
            Some(("attributes", path)) => return self.person.lacks(path),
            _ => return false,
        };
        found.is_none()
    }
}

impl Seen {
    fn contact(&self, field: &str) -> Option<Jinja> {
        match field {
            "first_name" => text(&self.person.first_name),
            "last_name" => text(&self.person.last_name),
            "email" => text(&self.person.email),
            "language" => text(self.language.code()),
            _ => None,
        }
    }

    fn attribute(&self, key: &str) -> Option<Jinja> {
        self.person.attributes.get(key).and_then(json)
    }

    /// There is nothing under this path into the attributes: `order.total`.
    fn lacks(&self, path: &str) -> bool {
        let mut steps = path.split('.');
        let mut found = steps.next().and_then(|key| self.person.attributes.get(key));
        for step in steps {
            found = found.and_then(|it| it.get(step));
        }
        found.and_then(json).is_none()
    }
}

fn text(value: &str) -> Option<Jinja> {
    (!value.trim().is_empty()).then(|| Jinja::from(value))
}

fn json(value: &Json) -> Option<Jinja> {
    match value {
        Json::Null => None,
        Json::Bool(it) => Some(Jinja::from(*it)),
        Json::Number(it) => it
            .as_i64()
            .map(Jinja::from)
            .or_else(|| it.as_u64().map(Jinja::from))
            .or_else(|| it.as_f64().map(Jinja::from)),
        Json::String(it) => text(it),
        Json::Array(items) => Some(items.iter().filter_map(json).collect::<Vec<_>>().into()),
        Json::Object(fields) => Some(Jinja::from_iter(
            fields
                .iter()
                .filter_map(|(name, value)| Some((name.as_str(), json(value)?))),
        )),
    }
}

#[derive(Debug)]
struct Root {
    person: Arc<Seen>,
    unit: Jinja,
}

impl Object for Root {
    fn get_value(self: &Arc<Self>, key: &Jinja) -> Option<Jinja> {
        self.get_value_by_str(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Jinja> {
        match key {
            "contact" => Some(Jinja::from_object(Contact(Arc::clone(&self.person)))),
            "attributes" => Some(Jinja::from_object(Attributes(Arc::clone(&self.person)))),
            "unit" => Some(self.unit.clone()),
            _ => None,
        }
    }
}

#[derive(Debug)]
struct Contact(Arc<Seen>);

impl Object for Contact {
    fn get_value(self: &Arc<Self>, key: &Jinja) -> Option<Jinja> {
        self.0.contact(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Jinja> {
        self.0.contact(key)
    }
}

#[derive(Debug)]
struct Attributes(Arc<Seen>);

impl Object for Attributes {
    fn get_value(self: &Arc<Self>, key: &Jinja) -> Option<Jinja> {
        self.0.attribute(key.as_str()?)
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Jinja> {
        self.0.attribute(key)
    }
}
