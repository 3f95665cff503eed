//! The one error that leaves the server: a code the catalogue has words for, never a raw message.

use serde::{Deserialize, Serialize};
use server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use std::collections::BTreeMap;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $status:literal;)+) => {
        /// What went wrong. The reader's words are in the catalogue, namespace `errors`, under the code's text.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Code {
            $($(#[$doc])* #[serde(rename = $text)] $name,)+
        }
        $crate::text_enum::text_schema!(Code, "What went wrong; stable.", [$($text),+]);
        impl Code {
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
            /// Stable text: key in the catalogue and last part of the problem's `type` (RFC 9457).
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
            /// HTTP status that says the same.
            #[must_use]
            pub fn status(self) -> u16 {
                match self { $(Self::$name => $status,)+ }
            }
        }
    };
}

codes! {
    // general
    /// Something broke on our side; the log has the details under the request's id.
    Internal = "internal", 500;
    /// The database (or relay) does not answer now; trying again later may help.
    Unavailable = "unavailable", 503;
    NotSignedIn = "not_signed_in", 401;
    Forbidden = "forbidden", 403;
    NotFound = "not_found", 404;
    /// See `fields`.
    Invalid = "invalid", 422;
    /// The request itself cannot be read.
    BadRequest = "bad_request", 400;
    TooLarge = "too_large", 413;
    /// Too many tries; parameter `seconds`.
    Throttled = "throttled", 429;
    /// Somebody else changed it meanwhile.
    EditConflict = "edit_conflict", 409;
    /// The same idempotency key with another request.
    IdempotencyMismatch = "idempotency_mismatch", 409;
    /// The browser could not reach the server.
    Offline = "offline", 503;
    CrossOrigin = "cross_origin", 403;
    // fields
    Required = "required", 422;
    TooLong = "too_long", 422;
    TooShort = "too_short", 422;
    BadFormat = "bad_format", 422;
    BadEmail = "bad_email", 422;
    Taken = "taken", 409;
    OutOfRange = "out_of_range", 422;
    UnknownReference = "unknown_reference", 422;
    // staff
    BadCredentials = "bad_credentials", 401;
    WeakPassword = "weak_password", 422;
    LinkExpired = "link_expired", 410;
    SetupDone = "setup_done", 410;
    LastAdmin = "last_admin", 409;
    CannotGrantRole = "cannot_grant_role", 403;
    // state machines
    /// Not possible in the present state; parameter `state`.
    WrongState = "wrong_state", 409;
    OwnWork = "own_work", 403;
    /// An API client answers for somebody else: its secret is theirs alone.
    ClientOfAnother = "client_of_another", 403;
    /// An API client called from an address it may not call from; parameter `address`.
    AddressNotAllowed = "address_not_allowed", 403;
    /// An API client calls more often than it may; parameter `seconds`.
    RateLimited = "rate_limited", 429;
    /// Neither an address nor a network; parameter `entry`.
    BadNetwork = "bad_network", 422;
    SealBroken = "seal_broken", 409;
    AudienceEmpty = "audience_empty", 422;
    SenderDomain = "sender_domain", 422;
    InThePast = "in_the_past", 422;
    /// An address that Campanile may not call: no https, or inside the operator's network.
    AddressRefused = "address_refused", 422;
    ChecksFailed = "checks_failed", 422;
    // content
    TemplateError = "template_error", 422;
    ImageType = "image_type", 422;
    ImageTooLarge = "image_too_large", 422;
    InUse = "in_use", 409;
    // messages
    AttachmentType = "attachment_type", 422;
    AttachmentsTooLarge = "attachments_too_large", 422;
    NoCopies = "no_copies", 422;
    // imports
    ImportUnreadable = "import_unreadable", 422;
    ImportNoKey = "import_no_key", 422;
    ImportRunning = "import_running", 409;
}

/// One field that is not right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "utoipa", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// Name of the field in the request, dotted where nested.
    pub field: String,
    pub code: Code,
    /// Values for the text: `max`, `name`, …
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, String>,
}

impl FieldError {
    #[must_use]
    pub fn new(field: impl Into<String>, code: Code) -> Self {
        Self {
            field: field.into(),
            code,
            params: BTreeMap::new(),
        }
    }

    #[must_use]
    pub fn with(mut self, key: &str, value: impl ToString) -> Self {
        self.params.insert(key.to_owned(), value.to_string());
        self
    }
}

/// The error of every server function and API answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{}", .code.as_str())]
pub struct ApiError {
    pub code: Code,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldError>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, String>,
}

impl ApiError {
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self {
            code,
            fields: Vec::new(),
            params: BTreeMap::new(),
        }
    }

    #[must_use]
    pub fn with(mut self, key: &str, value: impl ToString) -> Self {
        self.params.insert(key.to_owned(), value.to_string());
        self
    }

    #[must_use]
    pub fn invalid(fields: Vec<FieldError>) -> Self {
        Self {
            code: Code::Invalid,
            fields,
            params: BTreeMap::new(),
        }
    }

    /// The error of one field, if it has one.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&FieldError> {
        self.fields.iter().find(|error| error.field == name)
    }

    #[must_use]
    pub fn status(&self) -> u16 {
        self.code.status()
    }
}

impl From<Code> for ApiError {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(value: ServerFnErrorErr) -> Self {
        let code = match value {
            ServerFnErrorErr::Request(_) => Code::Offline,
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Deserialization(_) => Code::BadRequest,
            _ => Code::Internal,
        };
        Self::new(code)
    }
}
