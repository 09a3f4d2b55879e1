//! Where settings come from: the environment and the file, and what is refused in them.

use super::{Config, SETTINGS, Setting};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// What every environment variable of ours starts with.
pub(super) const PREFIX: &str = "ROSTER_";
/// Names the file; the only variable that is no setting.
const FILE_VARIABLE: &str = "ROSTER_CONFIG";
const DEFAULT_FILE: &str = "roster.toml";

/// Why the settings were refused: a sentence that names the key, and never its value.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A key that is no setting.
    #[error("{place} is not a setting; {hint}")]
    Unknown {
        /// The variable, or the key and its file.
        place: String,
        /// The nearest setting, or all of them.
        hint: String,
    },
    /// A value that does not fit.
    #[error("{place} must be {right}")]
    Value {
        /// The variable, or the key and its file.
        place: String,
        /// What would be right.
        right: &'static str,
    },
    /// The file is not TOML.
    #[error("{}:{line} is not TOML: {message}", file.display())]
    Syntax {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What the parser says.
        message: String,
    },
    /// The file cannot be read.
    #[error("{} cannot be read", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl Config {
    /// The settings of this process.
    ///
    /// # Errors
    /// The first thing in the environment or in the file that is no setting or does not fit.
    pub fn load() -> Result<Self, Error> {
        Self::read(std::env::vars_os())
    }

    pub(super) fn read(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Result<Self, Error> {
        let ours: Vec<_> = variables
            .into_iter()
            .filter_map(|(name, value)| name.into_string().ok().map(|name| (name, value)))
            .filter(|(name, _)| name.starts_with(PREFIX) && !is_for_others(name))
            .collect();

        let mut config = Self::default();
        let named = ours.iter().find(|(name, _)| name == FILE_VARIABLE).map(|(_, path)| PathBuf::from(path));
        if let Some((file, text)) = read_file(named)? {
            config.apply_file(&file, &text)?;
        }
        for (name, value) in &ours {
            if name != FILE_VARIABLE {
                config.apply_variable(name, value.to_str())?;
            }
        }
        Ok(config)
    }

    fn apply_variable(&mut self, name: &str, value: Option<&str>) -> Result<(), Error> {
        let Some(setting) = SETTINGS.iter().find(|setting| setting.variable() == name) else {
            return Err(Error::Unknown { place: name.to_owned(), hint: hint(name, Setting::variable) });
        };
        value
            .ok_or("UTF-8 text")
            .and_then(|text| (setting.set)(self, text))
            .map_err(|right| Error::Value { place: name.to_owned(), right })
    }

    pub(super) fn apply_file(&mut self, file: &Path, text: &str) -> Result<(), Error> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            let start = error.span().map_or(0, |span| span.start);
            let line = 1 + text.bytes().take(start).filter(|byte| *byte == b'\n').count();
            Error::Syntax { file: file.to_owned(), line, message: error.message().to_owned() }
        })?;
        for (key, value) in &table {
            let place = || format!("{key} in {}", file.display());
            let Some(setting) = SETTINGS.iter().find(|setting| setting.name == key) else {
                return Err(Error::Unknown { place: place(), hint: hint(key, |setting| setting.name.to_owned()) });
            };
            scalar(value)
                .and_then(|text| (setting.set)(self, &text))
                .map_err(|right| Error::Value { place: place(), right })?;
        }
        Ok(())
    }
}

/// Kubernetes and container links describe a service called "roster" to every process beside it by
/// `ROSTER_PORT…` and `ROSTER_SERVICE…`; `ROSTER_TEST_…` is read by the tests of this program.
fn is_for_others(name: &str) -> bool {
    name == "ROSTER_PORT" || ["ROSTER_PORT_", "ROSTER_SERVICE_", "ROSTER_TEST_"].iter().any(|own| name.starts_with(own))
}

/// The text of the file: of the named one, which must be there, or else of the usual one if it is.
fn read_file(named: Option<PathBuf>) -> Result<Option<(PathBuf, String)>, Error> {
    let must_exist = named.is_some();
    let file = named.unwrap_or_else(|| PathBuf::from(DEFAULT_FILE));
    match std::fs::read_to_string(&file) {
        Ok(text) => Ok(Some((file, text))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !must_exist => Ok(None),
        Err(source) => Err(Error::File { file, source }),
    }
}

/// A value of the file as the text an environment variable would hold.
fn scalar(value: &toml::Value) -> Result<String, &'static str> {
    match value {
        toml::Value::String(text) => Ok(text.clone()),
        toml::Value::Integer(number) => Ok(number.to_string()),
        toml::Value::Boolean(flag) => Ok(flag.to_string()),
        toml::Value::Float(_) | toml::Value::Datetime(_) | toml::Value::Array(_) | toml::Value::Table(_) => {
            Err("one text, whole number, true or false")
        }
    }
}

/// The setting that was probably meant, or all of them.
fn hint(unknown: &str, spelling: impl Fn(&Setting) -> String) -> String {
    let known: Vec<String> = SETTINGS.iter().map(spelling).collect();
    let nearest = known.iter().map(|name| (distance(unknown, name), name)).min();
    match nearest {
        Some((edits, name)) if edits <= 3 => format!("did you mean {name}?"),
        Some(_) | None => format!("the settings are {}", known.join(", ")),
    }
}

/// How many characters must be inserted, removed or changed to make one name of the other,
/// whatever their case (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().map(|c| c.to_ascii_lowercase()).collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (position, left) in one.chars().map(|c| c.to_ascii_lowercase()).enumerate() {
        let mut next = vec![position + 1];
        for ((right, above), diagonal) in other.iter().zip(row.iter().skip(1)).zip(&row) {
            let before = next.last().copied().unwrap_or_default();
            let changed = diagonal + usize::from(*right != left);
            next.push(changed.min(above + 1).min(before + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
