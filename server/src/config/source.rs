//! Where values come from, and in which order: defaults, file, environment.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::str::FromStr;

use figment::Figment;
use figment::providers::{Format, Toml};
use figment::value::Value;

use super::ConfigError;

const DEFAULTS: &str = include_str!("defaults.toml");
const PREFIX: &str = "CAMPANILE_";
const FILE: &str = "campanile.toml";

/// Every key there is. One list, so that a misspelt key is refused wherever it stands.
const KEYS: &[&str] = &[
    "data_dir",
    "database_connections",
    "database_url",
    "dns",
    "inbound_listen",
    "listen",
    "log",
    "log_format",
    "metrics_token",
    "outbound_allow",
    "public_url",
    "secret_key",
    "site_dir",
    "smtp_connections",
    "smtp_timeout",
    "retry_first_seconds",
    "lease_seconds",
    "smtp_url",
    "trusted_proxies",
];

/// What a process was started with. Tests make their own.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The environment, as pairs.
    pub environment: Vec<(String, String)>,
    /// The working directory: relative paths are resolved against it.
    pub directory: PathBuf,
    /// The running program: a build's other files lie beside it. Tests have none.
    pub executable: Option<PathBuf>,
    /// A configuration file named on the command line; absent: `campanile.toml` in the working directory, if there.
    pub file: Option<PathBuf>,
}

impl Sources {
    /// The real environment of this process: the only place in the project that reads it.
    ///
    /// # Errors
    /// When the working directory has gone.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place the environment is read"
    )]
    pub fn of_process(file: Option<PathBuf>) -> std::io::Result<Self> {
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let executable = std::env::current_exe().ok();
        Ok(Self {
            environment,
            directory: std::env::current_dir()?,
            executable,
            file,
        })
    }

    /// `PATH`, or what every Debian has where it is not set.
    pub(super) fn search_path(&self) -> std::ffi::OsString {
        let path = self
            .environment
            .iter()
            .find(|(name, _)| name == "PATH")
            .map(|(_, value)| value.as_str());
        path.unwrap_or("/usr/local/bin:/usr/bin:/bin").into()
    }
}

/// One value as text, and where it was found, for messages.
struct Found {
    text: String,
    place: String,
}

/// The merged values and the problems met on the way.
pub(super) struct Values {
    found: BTreeMap<String, Found>,
    problems: Vec<String>,
}

impl Values {
    pub(super) fn read(sources: &Sources) -> Self {
        let mut values = Self {
            found: BTreeMap::new(),
            problems: Vec::new(),
        };
        values.layer(DEFAULTS, "the defaults");
        let file = sources
            .directory
            .join(sources.file.clone().unwrap_or_else(|| FILE.into()));
        match std::fs::read_to_string(&file) {
            Ok(text) => values.layer(&text, &file.display().to_string()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && sources.file.is_none() => {}
            Err(error) => values.problem(format!("{} cannot be read: {error}", file.display())),
        }
        for (name, text) in &sources.environment {
            if let Some(key) = name.strip_prefix(PREFIX) {
                let place = format!("{name} in the environment");
                values.insert(&key.to_ascii_lowercase(), text.trim().to_owned(), name, place);
            }
        }
        values
    }

    /// Adds one TOML document over what is there.
    fn layer(&mut self, toml: &str, place: &str) {
        match Figment::from(Toml::string(toml)).extract::<BTreeMap<String, Value>>() {
            Err(error) => self.problem(format!("{place}: {error}")),
            Ok(entries) => {
                for (key, value) in entries {
                    let place = format!("`{key}` in {place}");
                    match as_text(&value) {
                        Some(text) => self.insert(&key, text, &place, place.clone()),
                        None => {
                            self.problem(format!(
                                "{place}: only text, numbers and lists of them are understood"
                            ));
                        }
                    }
                }
            }
        }
    }

    fn insert(&mut self, key: &str, text: String, name: &str, place: String) {
        if KEYS.contains(&key) {
            self.found.insert(key.to_owned(), Found { text, place });
        } else {
            let hint = nearest(key).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            self.problem(format!("{name} is not a setting of Campanile{hint}"));
        }
    }

    /// The text of a key. An empty value counts as absent: that is how a shell unsets a default.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        debug_assert!(KEYS.contains(&key), "a key that cannot be set is read: {key}");
        self.found
            .get(key)
            .map(|found| found.text.as_str())
            .filter(|text| !text.is_empty())
    }

    /// Parses a key that may be absent; a value that cannot be parsed becomes a problem.
    pub(super) fn parse_optional<T: FromStr>(&mut self, key: &str) -> Option<T>
    where
        T::Err: std::fmt::Display,
    {
        match self.text(key)?.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.refuse(key, &error.to_string());
                None
            }
        }
    }

    /// Parses a key that must be there (every such key has a default).
    pub(super) fn parse<T: FromStr>(&mut self, key: &str) -> Option<T>
    where
        T::Err: std::fmt::Display,
    {
        if self.text(key).is_none() {
            self.refuse(key, "a value is needed");
        }
        self.parse_optional(key)
    }

    /// Notes that the value of `key` cannot be used. The value itself is not repeated: it may be a secret.
    pub(super) fn refuse(&mut self, key: &str, why: &str) {
        let place = self.found.get(key).map_or_else(
            || format!("{PREFIX}{}", key.to_ascii_uppercase()),
            |found| found.place.clone(),
        );
        self.problem(format!("{place}: {why}"));
    }

    fn problem(&mut self, sentence: String) {
        self.problems.push(sentence);
    }

    pub(super) fn finish(self) -> Result<(), ConfigError> {
        if self.problems.is_empty() {
            Ok(())
        } else {
            Err(ConfigError {
                problems: self.problems,
            })
        }
    }
}

fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(_, text) => Some(text.trim().to_owned()),
        Value::Num(_, number) => number
            .to_i128()
            .map(|n| n.to_string())
            .or_else(|| number.to_u128().map(|n| n.to_string())),
        Value::Bool(_, flag) => Some(flag.to_string()),
        Value::Array(_, items) => items
            .iter()
            .map(as_text)
            .collect::<Option<Vec<_>>>()
            .map(|texts| texts.join(",")),
        _ => None,
    }
}

/// The known key a misspelt one was probably meant to be: at most two letters away, or the one it begins.
fn nearest(key: &str) -> Option<&'static str> {
    let near = KEYS.iter().map(|known| (distance(key, known), *known)).min()?;
    if near.0 <= 2 {
        Some(near.1)
    } else {
        KEYS.iter().find(|k| key.len() > 3 && k.starts_with(key)).copied()
    }
}

/// Levenshtein's distance; the words are short.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
