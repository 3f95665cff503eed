//! Ids are newtypes over UUID version 7 (RFC 9562), so that a contact's id is never taken for a campaign's.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// What every id has in common; [`crate::ids`] makes one type per noun.
pub trait Id: Copy + Send + Sync + 'static {
    fn from_uuid(uuid: Uuid) -> Self;
    fn uuid(self) -> Uuid;
}

macro_rules! define_id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "sqlx", derive(sqlx::Type), sqlx(transparent))]
        #[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema), schema(value_type = String, format = "uuid"))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl Id for $name {
            fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }
            fn uuid(self) -> Uuid {
                self.0
            }
        }
        impl $name {
            /// The plain value, for a query's parameter.
            #[must_use]
            pub fn uuid(self) -> Uuid {
                self.0
            }
        }
        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(s: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(s).map(Self)
            }
        }
    )+};
}

define_id! {
    /// A department, faculty or campus.
    UnitId,
    /// A member of staff.
    UserId,
    /// A system that calls the API.
    ClientId,
    /// One person, once in the installation.
    ContactId,
    /// An e-mail address, phone number, student number… of a contact.
    IdentityId,
    TopicId,
    SuppressionId,
    ImportId,
    ImageId,
    TemplateId,
    SenderProfileId,
    SenderDomainId,
    DkimKeyId,
    RelayId,
    CampaignId,
    RevisionId,
    ReviewId,
    /// One execution of a campaign or triggered message.
    DispatchId,
    /// One triggered message.
    MessageId,
    JobId,
    /// An endpoint that events are posted to.
    WebhookId,
    /// One event as it is posted: the `webhook-id`.
    WebhookEventId,
    EventId,
    AuditId,
    MailId,
    TokenId,
}
