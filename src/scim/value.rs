//! Values of attributes (RFC 7643 §2.3): coercion to the attribute's type, and comparison keys.
//!
//! A key is what filters, sorting, uniqueness and indexes compare. It is made here and nowhere
//! else, so that the evaluator and both databases agree: none of them folds case, reads dates or
//! guesses types.

mod instant;

#[cfg(test)]
mod tests;

use super::schema::{Attribute, Kind, ResourceType, Returned, Storage};
use super::tolerance::Tolerance;
use super::{Error, Object, resource, shown};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use caseless::Caseless as _;
use serde_json::{Number, Value};
use unicode_normalization::{UnicodeNormalization as _, is_nfkc};

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
///
/// Folding a folded text changes nothing.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    // Normalizing can bring forth a letter that folds, and folding marks that must be put in
    // order: a few rounds reach the form that stays.
    let mut folded = fold_once(text);
    for _ in 0..4 {
        // It is normalized; if it is folded too, nothing would change any more.
        if folded.chars().default_case_fold().eq(folded.chars()) {
            break;
        }
        folded = fold_once(&folded);
    }
    folded
}

fn fold_once(text: &str) -> String {
    let folded: String = text.nfkc().default_case_fold().collect();
    if is_nfkc(&folded) { folded } else { folded.nfkc().collect() }
}

/// The key of a stored value of a simple attribute; none for null and for what cannot be a key.
#[must_use]
pub fn key(attribute: &Attribute, value: &Value) -> Option<Key> {
    match attribute.kind {
        Kind::String | Kind::Reference | Kind::Binary => {
            value.as_str().filter(|text| !text.is_empty()).map(|text| text_key(attribute, text))
        }
        Kind::Boolean => value.as_bool().map(Key::Boolean),
        Kind::Integer => value.as_i64().map(Key::Integer),
        // Adding zero turns -0.0 into 0.0, which is the same number but another JSON text.
        Kind::Decimal => value.as_f64().filter(|number| number.is_finite()).map(|number| Key::Decimal(number + 0.0)),
        Kind::DateTime => value.as_str().and_then(instant::microseconds).map(Key::Integer),
        Kind::Complex => None,
    }
}

/// The key of a text, for a text attribute.
pub(super) fn text_key(attribute: &Attribute, text: &str) -> Key {
    Key::Text(if attribute.case_exact { text.to_owned() } else { fold(text) })
}

/// Brings one simple value a client sent to the attribute's type: `"True"` to true, a number to
/// text where text is asked, dates to a checked form. None if the value is unassigned (null, `""`).
///
/// # Errors
/// `invalidValue`, naming the attribute and the type it has.
pub fn coerce(attribute: &Attribute, value: Value) -> Result<Option<Value>, Error> {
    if value.is_null() || value.as_str().is_some_and(str::is_empty) {
        return Ok(None);
    }
    let coerced = match attribute.kind {
        Kind::String | Kind::Reference => text(value),
        Kind::Boolean => boolean(&value),
        Kind::Integer => number(value).and_then(|number| number.as_i64()).map(Value::from),
        Kind::Decimal => number(value).filter(is_finite).map(Value::Number),
        Kind::DateTime => checked(value, |text| instant::microseconds(text).is_some()),
        Kind::Binary => checked(value, is_base64),
        Kind::Complex => None,
    };
    coerced.map(Some).ok_or_else(|| mismatch(attribute))
}

/// The tolerance without which a value is not one of the attribute's type, though [`coerce`] may
/// bring it there.
pub(super) fn stretch(attribute: &Attribute, value: &Value) -> Option<Tolerance> {
    match attribute.kind {
        Kind::Boolean if value.is_string() => Some(Tolerance::TextBooleans),
        Kind::String | Kind::Reference if value.is_number() => Some(Tolerance::LooseShapes),
        Kind::Integer | Kind::Decimal if value.is_string() => Some(Tolerance::LooseShapes),
        Kind::String
        | Kind::Reference
        | Kind::Boolean
        | Kind::Integer
        | Kind::Decimal
        | Kind::DateTime
        | Kind::Binary
        | Kind::Complex => None,
    }
}

/// The refusal of a value that is not of the attribute's type.
pub(super) fn mismatch(attribute: &Attribute) -> Error {
    Error::value(format!("attribute {} must be {}", attribute.name, wanted(attribute.kind)))
}

/// What a value of this type looks like, for messages.
fn wanted(kind: Kind) -> &'static str {
    match kind {
        Kind::String => "a string (RFC 7643 §2.3.1)",
        Kind::Boolean => "a boolean, true or false (RFC 7643 §2.3.2)",
        Kind::Decimal => "a decimal number (RFC 7643 §2.3.3)",
        Kind::Integer => "a whole number without fraction and of at most 64 bits (RFC 7643 §2.3.4)",
        Kind::DateTime => "a date and time such as \"2026-01-31T08:00:00Z\" (RFC 7643 §2.3.5)",
        Kind::Binary => "binary data in base64 (RFC 7643 §2.3.6)",
        Kind::Reference => "a URI as a string (RFC 7643 §2.3.7)",
        Kind::Complex => "an object (RFC 7643 §2.3.8)",
    }
}

/// Numbers are taken for their text, unless they are so large that reading them has lost digits:
/// an identifier must not become another one. Booleans are more likely a mistake.
fn text(value: Value) -> Option<Value> {
    /// 2 to the power of 53; not every whole number beyond is a float.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::String(text) => Some(Value::String(text)),
        Value::Number(number) if number.is_f64() && number.as_f64().is_none_or(|float| float.abs() > EXACT) => None,
        Value::Number(number) => Some(Value::String(number.to_string())),
        _ => None,
    }
}

/// The two words in any case, as Entra ID sends them, and no other.
fn boolean(value: &Value) -> Option<Value> {
    match value {
        Value::Bool(truth) => Some(Value::Bool(*truth)),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(Value::Bool(true)),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(Value::Bool(false)),
        _ => None,
    }
}

/// A number, or text that is one in the grammar of JSON and has nothing around it.
fn number(value: Value) -> Option<Number> {
    match value {
        Value::Number(number) => Some(number),
        Value::String(text) => {
            let bare = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
            text.bytes().all(bare).then(|| serde_json::from_str(&text).ok()).flatten()
        }
        _ => None,
    }
}

fn is_finite(number: &Number) -> bool {
    number.as_f64().is_some_and(f64::is_finite)
}

/// Text that keeps a rule stays as it was sent.
fn checked(value: Value, keeps_rule: fn(&str) -> bool) -> Option<Value> {
    match value {
        Value::String(text) if keeps_rule(&text) => Some(Value::String(text)),
        _ => None,
    }
}

/// Either alphabet of RFC 4648, padded or not.
fn is_base64(text: &str) -> bool {
    const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    const ENGINES: [GeneralPurpose; 2] =
        [GeneralPurpose::new(&alphabet::STANDARD, LENIENT), GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT)];
    ENGINES.iter().any(|engine| engine.decode(text).is_ok())
}

/// Whether a text is a date of the calendar, written `yyyy-mm-dd`.
#[must_use]
pub fn is_date(text: &str) -> bool {
    instant::date(text).is_some()
}

/// The search document of a resource: the same shape, with every simple value replaced by its key
/// and everything absent that is never returned. Lists are never empty, nothing is null.
///
/// `meta` and what is kept as rows (members, groups, the password) are not part of it; the name that is
/// shown is, though it is not part of the document.
#[must_use]
pub fn search_document(kind: &ResourceType, document: &Object) -> Object {
    let mut search = Object::new();
    for (name, value) in document {
        if let Some(extension) = kind.extension(name) {
            let values = value.as_object().into_iter().flatten();
            let part = values.filter_map(|(name, value)| entry(extension.schema.attribute(name)?, value)).collect();
            insert(&mut search, &extension.schema.id, part);
        } else if let Some((name, value)) = kind.attribute(name).and_then(|attribute| entry(attribute, value)) {
            search.insert(name, value);
        }
    }
    search.shift_remove("meta");
    insert_shown(kind, document, &mut search);
    search
}

/// What is shown by a name made from others is found by it.
fn insert_shown(kind: &ResourceType, document: &Object, search: &mut Object) {
    if let Some((_, attribute)) = kind.extension_stored_as(Storage::Shown)
        && let Some(name) = shown::name(document)
    {
        resource::put_stored_as(kind, search, Storage::Shown, text_key(attribute, &name).to_json());
    }
}

fn insert(search: &mut Object, name: &str, part: Object) {
    if !part.is_empty() {
        search.insert(name.to_owned(), Value::Object(part));
    }
}

/// An attribute of a search document, if there is anything to search.
fn entry(attribute: &Attribute, value: &Value) -> Option<(String, Value)> {
    let in_document = matches!(attribute.storage, Storage::Document | Storage::Indexed | Storage::Number);
    if !in_document || attribute.returned == Returned::Never {
        return None;
    }
    Some((attribute.name.clone(), searchable(attribute, value)?))
}

fn searchable(attribute: &Attribute, value: &Value) -> Option<Value> {
    let Some(elements) = value.as_array().filter(|_| attribute.multi_valued) else {
        return one(attribute, value);
    };
    let elements: Vec<Value> = elements.iter().filter_map(|element| one(attribute, element)).collect();
    (!elements.is_empty()).then_some(Value::Array(elements))
}

/// One value, or one element of a list.
fn one(attribute: &Attribute, value: &Value) -> Option<Value> {
    if !attribute.is_complex() {
        return key(attribute, value).map(|key| key.to_json());
    }
    let parts = value.as_object()?.iter();
    let part: Object = parts.filter_map(|(name, value)| entry(attribute.sub_attribute(name)?, value)).collect();
    (!part.is_empty()).then_some(Value::Object(part))
}
