//! Values of attributes (RFC 7643 §2.3): coercion to the attribute's type, and comparison keys.
//!
//! A key is what filters, sorting, uniqueness and indexes compare. It is made here and nowhere
//! else, so that the evaluator, SQLite and Postgres agree: no database folds case, reads dates or
//! guesses types.

use super::schema::{Attribute, ResourceType};
use super::{Error, Object};
use serde_json::Value;

/// The comparison key of one simple value.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
pub enum Key {
    /// Strings, references, binaries: folded unless the attribute is caseExact; ordered by code point.
    Text(String),
    /// Booleans; ordered false, true.
    Boolean(bool),
    /// Integers, and instants as microseconds since the epoch.
    Integer(i64),
    /// Decimals; always finite.
    Decimal(f64),
}

impl Key {
    /// The key as it stands in a search document.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match self {
            Self::Text(text) => Value::from(text.as_str()),
            Self::Boolean(truth) => Value::from(*truth),
            Self::Integer(number) => Value::from(*number),
            Self::Decimal(number) => Value::from(*number),
        }
    }
}

/// The form under which text is compared without regard to case: NFKC and full case folding.
#[must_use]
pub fn fold(text: &str) -> String {
    let _ = text;
    todo!()
}

/// The key of a stored value of a simple attribute; none for null and for what cannot be a key.
#[must_use]
pub fn key(attribute: &Attribute, value: &Value) -> Option<Key> {
    let _ = (attribute, value);
    todo!()
}

/// Brings one simple value a client sent to the attribute's type: `"True"` to true, a number to
/// text where text is asked, dates to a checked form. None if the value is unassigned (null, `""`).
///
/// # Errors
/// `invalidValue`, naming the attribute and the type it has.
pub fn coerce(attribute: &Attribute, value: Value) -> Result<Option<Value>, Error> {
    let _ = (attribute, value);
    todo!()
}

/// The search document of a resource: the same shape, with every simple value replaced by its key
/// and everything absent that is never returned. Lists are never empty, nothing is null.
#[must_use]
pub fn search_document(kind: &ResourceType, document: &Object) -> Object {
    let _ = (kind, document);
    todo!()
}
