//! `POST /subscriptions`

use axum::http::StatusCode;
use axum::response::Response;
use domain::access::ManageContacts;
use domain::topics::Choice;
use serde::{Deserialize, Serialize};
use types::topics::{Frequency, SubscriptionStatus};
use types::{ContactId, TopicId};
use utoipa::ToSchema;

use crate::http::api_v1::act::Input;
use crate::http::api_v1::caller::By;
use crate::http::api_v1::paging::UnitParam;
use crate::http::api_v1::problem::{Problem, Stop};

/// What a person wants of a topic.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Wish {
    contact_id: ContactId,
    topic_id: TopicId,
    status: SubscriptionStatus,
    /// How often; every message unless told.
    #[serde(default = "every_message")]
    frequency: Frequency,
    /// The words the person agreed to: needed to subscribe them, since consent must be provable (GDPR, article 7).
    #[serde(default)]
    wording: String,
}

fn every_message() -> Frequency {
    Frequency::All
}

/// What came of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Changed {
    /// False: it was so before, and nothing was recorded.
    pub(super) changed: bool,
}

/// Subscribe or unsubscribe a person
#[utoipa::path(
    post, path = "/subscriptions", tag = "subscriptions", params(UnitParam), security(("oauth" = ["contacts:write"])),
    request_body = Wish,
    responses((status = 200, body = Changed), (status = "4XX", body = Problem))
)]
pub async fn choose(by: By<ManageContacts>, input: Input<Wish>) -> Result<Response, Stop> {
    let mut act = input.begin(&by).await?;
    let wish = &act.input;
    let choice = match wish.status {
        SubscriptionStatus::Subscribed => Choice::Subscribed(wish.frequency),
        SubscriptionStatus::Unsubscribed => Choice::Unsubscribed,
    };
    let (contact, topic) = (wish.contact_id, wish.topic_id);
    let changed = domain::topics::choose_for(&mut act.tx, &by, contact, topic, choice, &wish.wording).await?;
    act.done(StatusCode::OK, &Changed { changed }).await
}
