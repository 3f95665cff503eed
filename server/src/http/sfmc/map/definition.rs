//! Send definitions: what they call one, as one of ours, and back.

use domain::messages::catalogue::{Entry, Standing};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use types::content::Classification;

use super::time;
use super::word::Word;
use crate::http::sfmc::fault::{ErrorCode, Fault};

/// Fields of a call that makes or changes a definition, in lower case. Absent: as it is.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    pub definitionkey: Option<Word>,
    pub name: Option<String>,
    pub description: Option<String>,
    pub classification: Option<String>,
    pub status: Option<String>,
    pub content: Option<Content>,
    pub subscriptions: Option<Map<String, Value>>,
    pub options: Option<Options>,
    pub journey: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Content {
    pub customerkey: Option<Word>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Options {
    pub tracklinks: Option<bool>,
    pub cc: Option<Vec<String>>,
    pub bcc: Option<Vec<String>>,
    pub createjourney: Option<bool>,
}

const OPTIONS: ErrorCode = ErrorCode(109_112, "MCMS_UTM_Validation_InvalidValue_options");

impl Wanted {
    /// Refuses what would be silently left undone.
    ///
    /// # Errors
    /// Options that Campanile does not have.
    pub fn check(&self) -> Result<(), Fault> {
        let Some(options) = &self.options else {
            return self.check_journey();
        };
        let some = |it: &Option<Vec<String>>| it.as_ref().is_some_and(|it| !it.is_empty());
        if some(&options.cc) || some(&options.bcc) {
            return Err(Fault::bad(
                OPTIONS,
                "Campanile does not support options.cc and options.bcc of a definition: who gets a copy is said with each message at \
                 /api/v1/messages",
            ));
        }
        if options.tracklinks == Some(false) {
            return Err(Fault::bad(
                OPTIONS,
                "Campanile does not support options.trackLinks false: links are counted in every message",
            ));
        }
        self.check_journey()
    }

    fn check_journey(&self) -> Result<(), Fault> {
        let asked = self
            .options
            .as_ref()
            .is_some_and(|it| it.createjourney == Some(true));
        if asked || self.journey.as_ref().is_some_and(|it| !it.is_null()) {
            return Err(Fault::bad(OPTIONS, "Campanile does not support journeys"));
        }
        Ok(())
    }

    /// `status` in any case.
    ///
    /// # Errors
    /// A word that is none.
    pub fn standing(&self) -> Result<Option<Standing>, Fault> {
        let Some(text) = &self.status else { return Ok(None) };
        standing(text)
            .map(Some)
            .ok_or_else(|| Fault::bad(ErrorCode::VALUE, "status is active, inactive or deleted"))
    }

    /// The template's name.
    pub fn template(&self) -> Option<String> {
        self.content.as_ref()?.customerkey.clone()?.text()
    }

    /// What has no place here, over what was given before.
    pub fn given(&self, before: &Value) -> Value {
        let mut given = before.as_object().cloned().unwrap_or_default();
        let mut keep = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                given.insert(name.to_owned(), value);
            }
        };
        keep("description", self.description.clone().map(Value::String));
        keep("classification", self.classification.clone().map(Value::String));
        keep("customerKey", self.template().map(Value::String));
        let list = |name: &str| self.subscriptions.as_ref().and_then(|it| it.get(name)).cloned();
        keep("list", list("list"));
        keep("dataExtension", list("dataextension"));
        keep("autoAddSubscriber", list("autoaddsubscriber"));
        keep("updateSubscriber", list("updatesubscriber"));
        Value::Object(given)
    }

    /// The list that marketing goes by.
    pub fn list(&self) -> Option<&str> {
        self.subscriptions.as_ref()?.get("list")?.as_str()
    }
}

/// A status in any case.
pub fn standing(text: &str) -> Option<Standing> {
    match text.trim().to_ascii_lowercase().as_str() {
        "active" => Some(Standing::Active),
        "inactive" => Some(Standing::Inactive),
        "deleted" => Some(Standing::Deleted),
        _ => None,
    }
}

fn status(standing: Standing) -> &'static str {
    match standing {
        Standing::Active => "Active",
        Standing::Inactive => "Inactive",
        Standing::Deleted => "Deleted",
    }
}

/// What a classification of theirs is here; none: it may be the name of a sender, as theirs bring a sender with them.
pub fn classification(text: &str) -> Option<Classification> {
    match text.trim().to_ascii_lowercase().as_str() {
        "" | "transactional" | "default transactional" => Some(Classification::Transactional),
        "operational" => Some(Classification::Operational),
        "marketing" | "commercial" | "default commercial" => Some(Classification::Marketing),
        _ => None,
    }
}

/// A definition in a list.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Listed {
    definition_key: String,
    definition_id: String,
    name: String,
    status: &'static str,
    created_date: String,
    modified_date: String,
}

/// As one of a list.
pub fn listed(entry: Entry) -> Listed {
    Listed {
        definition_id: entry.id.to_string(),
        status: status(entry.standing),
        created_date: time::stamp(entry.created_at),
        modified_date: time::stamp(entry.updated_at),
        definition_key: entry.key,
        name: entry.name,
    }
}

/// A definition whole. `message` says why it takes no calls, where a person has to act first.
pub fn whole(entry: &Entry, request: &str, message: Option<String>) -> Value {
    let given = |name: &str| entry.given.get(name).cloned().filter(|it| !it.is_null());
    let classification = given("classification").unwrap_or_else(|| {
        json!(match entry.classification {
            Classification::Transactional => "Default Transactional",
            Classification::Operational => "Operational",
            Classification::Marketing => "Default Commercial",
        })
    });
    let mut whole = json!({
        "requestId": request,
        "name": entry.name,
        "definitionKey": entry.key,
        "definitionId": entry.id,
        "description": given("description").unwrap_or_else(|| json!("")),
        "classification": classification,
        "status": status(entry.standing),
        "createdDate": time::stamp(entry.created_at),
        "modifiedDate": time::stamp(entry.updated_at),
        "content": {"customerKey": given("customerKey").unwrap_or_else(|| json!(entry.template))},
        "subscriptions": {
            "list": given("list").unwrap_or_else(|| json!("")),
            "dataExtension": given("dataExtension").unwrap_or_else(|| json!("")),
            "autoAddSubscriber": given("autoAddSubscriber").unwrap_or(Value::Bool(true)),
            "updateSubscriber": given("updateSubscriber").unwrap_or(Value::Bool(true)),
        },
        "options": {"trackLinks": true, "cc": [], "bcc": []},
    });
    if let (Some(message), Some(fields)) = (message, whole.as_object_mut()) {
        fields.insert("message".to_owned(), Value::String(message));
    }
    whole
}
