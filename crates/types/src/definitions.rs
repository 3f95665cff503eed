//! Message definitions as people look at them: how much each is used, its versions, and what trying one out needs.

use crate::approvals::ReviewState;
use crate::campaigns::{CheckCode, ReviewSummary, Sender};
use crate::content::Classification;
use crate::messages::{Definition, DefinitionDetail, Parameter, ParameterKind};
use crate::text_enum::text_enum;
use crate::{CampaignId, ReviewId, RevisionId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

impl Parameter {
    /// A value of its kind, where nobody has given one: its example or default, else something that can be recognised.
    #[must_use]
    pub fn sample(&self) -> Value {
        let given = self.example.as_ref().or(self.default.as_ref());
        given.cloned().unwrap_or_else(|| match self.kind {
            ParameterKind::Text => json!(self.name),
            ParameterKind::Number => json!(7),
            ParameterKind::Boolean => json!(true),
            ParameterKind::Date => json!("2026-11-22"),
            ParameterKind::DateTime => json!("2026-11-22T12:00:00Z"),
            ParameterKind::List => json!([self.name]),
            ParameterKind::Object => json!({}),
        })
    }

    /// A value for each.
    #[must_use]
    pub fn samples(parameters: &[Self]) -> Map<String, Value> {
        parameters
            .iter()
            .map(|it| (it.name.clone(), it.sample()))
            .collect()
    }
}

/// How much a definition is called. Counts end at [`Usage::MOST`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Messages of the last 24 hours.
    pub day: i64,
    /// Messages of the last 7 days.
    pub week: i64,
    /// When the last one was asked for.
    #[serde(default, with = "crate::time::option")]
    pub last: Option<Timestamp>,
}

impl Usage {
    /// Nobody reads a larger figure in a list, and counting it would take its time.
    pub const MOST: i64 = 100_000;
}

/// A definition in the console's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefinitionRow {
    pub definition: Definition,
    pub usage: Usage,
}

/// Everything the page of a definition shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefinitionView {
    pub detail: DefinitionDetail,
    pub usage: Usage,
    /// The last one.
    pub review: Option<ReviewSummary>,
    /// The newest first.
    pub versions: Vec<VersionRow>,
}

/// One submitted version of a definition, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionRow {
    pub revision_id: RevisionId,
    /// Counts from 1.
    pub number: i32,
    #[serde(with = "crate::time")]
    pub submitted_at: Timestamp,
    pub submitted_by: String,
    pub review_id: ReviewId,
    pub state: ReviewState,
    pub decided_by: Option<String>,
    #[serde(default, with = "crate::time::option")]
    pub decided_at: Option<Timestamp>,
    /// Why it was sent back, or what the approver had to say.
    pub comment: String,
    /// Since when calls were answered with it; none: never.
    #[serde(default, with = "crate::time::option")]
    pub live_since: Option<Timestamp>,
    /// Calls are answered with it now.
    pub is_live: bool,
}

text_enum! {
    /// Which of the two messages of a definition.
    Edition {
        /// What calls are answered with.
        Live = "live",
        /// What is being written.
        Draft = "draft",
    }
}

/// A definition to try out: what is rendered, and what it wants to know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Material {
    pub id: CampaignId,
    pub key: String,
    pub name: String,
    pub edition: Edition,
    /// Number of the live version.
    pub number: Option<i32>,
    pub classification: Classification,
    pub parameters: Vec<Parameter>,
    /// A `render::Source`; none while something is missing.
    pub source: Option<Value>,
    pub sender: Option<Sender>,
    /// Why there is nothing to render yet.
    pub missing: Vec<CheckCode>,
    /// Calls are taken.
    pub is_active: bool,
    /// There is a live version to try.
    pub has_live: bool,
    /// Where calls go.
    pub public_url: String,
}
