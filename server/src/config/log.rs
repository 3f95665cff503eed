//! What is logged, and in which form.

use std::str::FromStr;

use tracing_subscriber::EnvFilter;

use super::source::Values;

/// The log of one process; it goes to standard error.
#[derive(Debug, Clone)]
pub struct LogConfig {
    /// Directives of `tracing`, such as `info,server=debug`.
    pub filter: String,
    /// Lines for people or objects for machines.
    pub format: LogFormat,
}

/// Lines for people or objects for machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One readable line an event.
    Text,
    /// One JSON object an event.
    Json,
}

impl FromStr for LogFormat {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err("expected text or json"),
        }
    }
}

pub(super) fn read(values: &mut Values) -> LogConfig {
    let filter = values.text("log").unwrap_or("info").to_owned();
    if let Err(error) = EnvFilter::try_new(&filter) {
        values.refuse("log", &format!("no filter such as info,sqlx=warn ({error})"));
    }
    LogConfig {
        filter,
        format: values.parse("log_format").unwrap_or(LogFormat::Text),
    }
}
