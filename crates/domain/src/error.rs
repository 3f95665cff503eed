//! The domain's one error. `Invalid` and its like are the caller's doing and carry codes for the catalogue;
//! `Database` and `Broken` are ours, are logged once at the edge, and become [`Code::Internal`] or `Unavailable`.

use std::collections::BTreeMap;
use types::{ApiError, Code, FieldError};

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Refused, with the words for it in the catalogue.
    #[error("{}", .0.code.as_str())]
    Refused(Box<ApiError>),
    #[error("database: {0}")]
    Database(#[source] sqlx::Error),
    /// Something that the code says cannot be; no personal data in the text.
    #[error("broken: {0}")]
    Broken(String),
}

impl Error {
    #[must_use]
    pub fn code(code: Code) -> Self {
        Self::Refused(Box::new(ApiError::new(code)))
    }

    #[must_use]
    pub fn not_found() -> Self {
        Self::code(Code::NotFound)
    }

    /// One wrong field.
    #[must_use]
    pub fn field(field: &str, code: Code) -> Self {
        Self::Refused(Box::new(ApiError::invalid(vec![FieldError::new(field, code)])))
    }

    /// A state machine's no.
    #[must_use]
    pub fn wrong_state(state: &str) -> Self {
        Self::Refused(Box::new(ApiError::new(Code::WrongState).with("state", state)))
    }

    pub fn broken(text: impl Into<String>) -> Self {
        Self::Broken(text.into())
    }

    /// The code, if it is a refusal.
    #[must_use]
    pub fn refusal(&self) -> Option<Code> {
        match self {
            Self::Refused(error) => Some(error.code),
            _ => None,
        }
    }

    /// What may leave the server. Ours become a bare code: the details are for the log.
    #[must_use]
    pub fn to_api(&self) -> ApiError {
        match self {
            Self::Refused(error) => (**error).clone(),
            Self::Database(error) if is_unavailable(error) => ApiError::new(Code::Unavailable),
            Self::Database(_) | Self::Broken(_) => ApiError::new(Code::Internal),
        }
    }
}

/// The database is away, full or read-only: worth another try later, and not a bug. SQLSTATE classes 08 (connection),
/// 53 (resources, among them 53100 disk full), 57P (shutdown), and 25006 (read-only).
#[must_use]
pub fn is_unavailable(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(db) => db.code().is_some_and(|code| {
            code.starts_with("08") || code.starts_with("53") || code.starts_with("57P") || code == "25006"
        }),
        _ => false,
    }
}

/// Names of constraints that users can run into, and the field and code they mean.
const CONSTRAINTS: &[(&str, &str, Code)] = &[
    ("units_key_key", "key", Code::Taken),
    ("units_key_format", "key", Code::BadFormat),
    ("units_name_length", "name", Code::Required),
    ("units_account_number_key", "account_number", Code::Taken),
    ("units_account_number_range", "account_number", Code::OutOfRange),
    ("users_email_key", "email", Code::Taken),
    ("users_name_length", "name", Code::Required),
    ("api_clients_name_length", "name", Code::Required),
    ("idempotency_key_length", "idempotency_key", Code::BadFormat),
    ("contacts_first_name_length", "first_name", Code::TooLong),
    ("contacts_last_name_length", "last_name", Code::TooLong),
    ("identities_kind_value_key", "email", Code::Taken),
    ("contact_units_key", "key", Code::Taken),
    ("topics_key_format", "key", Code::BadFormat),
    ("topics_unit_key", "key", Code::Taken),
    ("templates_name_length", "name", Code::Required),
    ("templates_unit_name", "name", Code::Taken),
    ("sender_profiles_name_length", "name", Code::Required),
    ("sender_profiles_unit_name", "name", Code::Taken),
    ("campaigns_name_length", "name", Code::Required),
    ("campaigns_key_format", "key", Code::BadFormat),
    ("campaigns_unit_key", "key", Code::Taken),
    ("messages_key_length", "key", Code::BadFormat),
    ("relays_name_length", "name", Code::Required),
    ("relays_name_key", "name", Code::Taken),
    ("sender_domains_domain_key", "domain", Code::Taken),
];

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if let sqlx::Error::Database(db) = &error
            && let Some(constraint) = db.constraint()
        {
            if let Some((_, field, code)) = CONSTRAINTS.iter().find(|(name, ..)| *name == constraint) {
                return Self::field(field, *code);
            }
            if constraint == "reviews_four_eyes" {
                return Self::code(Code::OwnWork);
            }
        }
        Self::Database(error)
    }
}

impl From<serde_json::Error> for Error {
    /// Stored JSON that no longer fits its type is our fault; the text names the place, never the data.
    fn from(error: serde_json::Error) -> Self {
        Self::Broken(format!(
            "stored JSON at line {} column {}",
            error.line(),
            error.column()
        ))
    }
}

/// For the edges: logs once what is ours, gives what may leave.
impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        match &error {
            Error::Refused(_) => {}
            Error::Database(source) => tracing::error!(error = %Redacted(source), "database error"),
            Error::Broken(text) => tracing::error!(error = %text, "broken invariant"),
        }
        error.to_api()
    }
}

/// A database error without the row's values: PostgreSQL's DETAIL quotes them (law 10).
struct Redacted<'a>(&'a sqlx::Error);

impl std::fmt::Display for Redacted<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            sqlx::Error::Database(db) => write!(
                f,
                "SQLSTATE {} table {} constraint {}",
                db.code().unwrap_or_default(),
                db.table().unwrap_or("-"),
                db.constraint().unwrap_or("-"),
            ),
            other => other.fmt(f),
        }
    }
}

/// Collects field errors, so that a form shows all of them at once.
#[derive(Debug, Default)]
pub struct Fields(Vec<FieldError>);

impl Fields {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    pub fn add(&mut self, field: &str, code: Code) -> &mut Self {
        self.0.push(FieldError::new(field, code));
        self
    }

    pub fn push(&mut self, error: FieldError) -> &mut Self {
        self.0.push(error);
        self
    }

    /// Required, trimmed, at most `max` characters.
    pub fn text(&mut self, field: &str, value: &str, max: usize) -> String {
        let value = value.trim();
        if value.is_empty() {
            self.add(field, Code::Required);
        }
        self.optional_text(field, value, max)
    }

    /// Trimmed, at most `max` characters, may be empty. Control characters are refused: they smuggle headers.
    pub fn optional_text(&mut self, field: &str, value: &str, max: usize) -> String {
        let value = value.trim();
        if value.chars().count() > max {
            self.push(FieldError {
                field: field.to_owned(),
                code: Code::TooLong,
                params: BTreeMap::from([("max".to_owned(), max.to_string())]),
            });
        } else if value.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            self.add(field, Code::BadFormat);
        }
        value.to_owned()
    }

    /// `Ok` when nothing was wrong.
    pub fn finish(self) -> Result<()> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Error::Refused(Box::new(ApiError::invalid(self.0))))
        }
    }
}
