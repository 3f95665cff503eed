//! What reports and the home page say.

use crate::{CampaignId, ReviewId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What kind of task is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TaskKind {
    Send,
    Import,
}

/// A send or an import that is under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunningTask {
    pub kind: TaskKind,
    /// Of the campaign, or of the import.
    pub id: Uuid,
    pub name: String,
    /// It stands still until somebody resumes it.
    pub paused: bool,
    pub done: u64,
    /// 0: not known yet.
    pub total: u64,
    /// Per second, on average since it began.
    pub rate: f64,
}

/// What became of a campaign: the ledger's counts and what people and machines did afterwards.
///
/// `audience = sent + failed + suppressed + cancelled + ambiguous + pending` (law 1). People are counted once each; what
/// machines (scanners, prefetching) did is apart (law 7).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct CampaignReport {
    pub campaign_id: CampaignId,
    pub name: String,
    /// As `types::campaigns::CampaignState`.
    pub state: String,
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub started_at: Option<Timestamp>,
    #[cfg_attr(feature = "utoipa", schema(value_type = Option<String>, format = "date-time"))]
    #[serde(default, with = "crate::time::option")]
    pub finished_at: Option<Timestamp>,
    pub counts: ReportCounts,
    /// Hours in which something happened, in order.
    pub hours: Vec<ReportHour>,
    pub links: Vec<ReportLink>,
    /// Everything that did not end as sent, by outcome and reason, the most frequent first.
    pub reasons: Vec<ReportReason>,
}

/// The figures of a dispatch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ReportCounts {
    pub audience: u64,
    pub sent: u64,
    pub failed: u64,
    pub suppressed: u64,
    pub cancelled: u64,
    pub ambiguous: u64,
    /// Without a final outcome yet.
    pub pending: u64,
    /// Came back after the relay had accepted them.
    pub bounced: u64,
    /// Accepted by the relay, minus bounces that came later.
    pub delivered: u64,
    pub opened: u64,
    pub opened_by_machine: u64,
    pub clicked: u64,
    pub clicked_by_machine: u64,
    pub unsubscribed: u64,
    pub complained: u64,
}

impl ReportCounts {
    /// Share of those it was delivered to; not a number when nothing was delivered.
    #[must_use]
    pub fn rate(&self, count: u64) -> f64 {
        count as f64 / self.delivered as f64
    }
}

/// One hour of the course. Opens and clicks are first ones, so each person is in one hour only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ReportHour {
    /// Its beginning.
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub hour: Timestamp,
    pub sent: u64,
    pub opened: u64,
    pub opened_by_machine: u64,
    pub clicked: u64,
    pub clicked_by_machine: u64,
    pub unsubscribed: u64,
}

/// Clicks on one address, in all languages of the message together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ReportLink {
    pub url: String,
    pub label: String,
    pub clicks: u64,
    pub clicks_by_machine: u64,
}

/// Why messages did not end as sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ReportReason {
    /// `failed`, `suppressed`, `cancelled` or `ambiguous`.
    pub outcome: String,
    /// The rule that held it back or the kind of failure.
    pub rule: String,
    /// The relay's reply code, where it was its decision.
    pub reply_code: Option<i16>,
    /// One of the relay's replies, as it came.
    pub example: String,
    pub count: u64,
}

/// A line of the list of reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct ReportSummary {
    pub campaign_id: CampaignId,
    pub name: String,
    pub state: String,
    #[cfg_attr(feature = "utoipa", schema(value_type = String, format = "date-time"))]
    #[serde(with = "crate::time")]
    pub started_at: Timestamp,
    pub counts: ReportCounts,
    /// First opens by people, per six hours since the start, two days long.
    pub course: Vec<u64>,
}

/// What the home page of a unit shows to one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Home {
    /// Waiting for this person's approval.
    pub waiting: Vec<HomeReview>,
    /// This person's messages that are not sent yet.
    pub drafts: Vec<HomeDraft>,
    pub recent: Vec<ReportSummary>,
    pub health: ListHealth,
}

/// A message somebody asks to approve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HomeReview {
    pub id: ReviewId,
    pub name: String,
    pub requested_by: String,
    #[serde(with = "crate::time")]
    pub requested_at: Timestamp,
    pub people: u64,
    /// A message definition, which has no people.
    pub definition: bool,
}

/// One's own message on its way to being sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HomeDraft {
    pub campaign_id: CampaignId,
    pub name: String,
    pub state: String,
    #[serde(with = "crate::time")]
    pub updated_at: Timestamp,
    #[serde(default, with = "crate::time::option")]
    pub scheduled_for: Option<Timestamp>,
    /// Its last review was a rejection, and it has not been submitted since.
    pub rejected: bool,
    pub definition: bool,
}

/// How the unit's list does, over the last 30 days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListHealth {
    pub people: u64,
    pub new_people: u64,
    pub sent: u64,
    pub unsubscribed: u64,
    pub bounced: u64,
}
