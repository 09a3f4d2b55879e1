//! What is wrong with a body, as Laravel says it: a sentence for each fault, a map of them by field, and
//! the first of them with the number of the others.

use super::read::{Fault, Kind};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The sentences of each field, for documents.
pub(super) type Errors = BTreeMap<String, Vec<String>>;

/// Every sentence by its field, in the order of the faults.
pub(super) fn errors(faults: &[Fault]) -> Map<String, Value> {
    let mut errors = Map::new();
    for fault in faults {
        let told = errors.entry(fault.field.as_str()).or_insert_with(|| json!([]));
        if let Some(told) = told.as_array_mut() {
            told.push(Value::from(sentence(fault)));
        }
    }
    errors
}

/// The first sentence, and how many more there are.
pub(super) fn message(faults: &[Fault]) -> String {
    let first = faults.first().map_or(Cow::Borrowed("The given data was invalid."), sentence);
    match faults.len() {
        0 | 1 => first.into_owned(),
        2 => format!("{first} (and 1 more error)"),
        more => format!("{first} (and {} more errors)", more - 1),
    }
}

/// What is wrong with a field.
fn sentence(fault: &Fault) -> Cow<'static, str> {
    let field = fault.field.replace('_', " ");
    let said = match &fault.kind {
        Kind::Missing => format!("The {field} field is required."),
        Kind::NotText => format!("The {field} must be a string."),
        Kind::NotBoolean => format!("The {field} field must be true or false."),
        Kind::NotInteger => format!("The {field} must be an integer."),
        Kind::NotList => format!("The {field} must be an array."),
        Kind::NotObject => format!("The {field} must be an object."),
        Kind::Control => format!("The {field} must not contain control characters."),
        Kind::TooShort(least) => format!("The {field} must be at least {least} characters."),
        Kind::TooLong(most) => format!("The {field} must not be greater than {most} characters."),
        Kind::TooMany(most) => format!("The {field} must not have more than {most} items."),
        Kind::OutOfRange(least, most) => format!("The {field} must be between {least} and {most}."),
        Kind::NotEmail => format!("The {field} must be a valid email address."),
        Kind::NotUrl => format!("The {field} must be a valid URL."),
        Kind::Weak => format!("The {field} must contain upper and lower case letters and digits."),
        Kind::Unknown => format!("The selected {field} is invalid."),
        Kind::Taken => format!("The {field} has already been taken."),
        Kind::Own(said) => return said.clone(),
    };
    Cow::Owned(said)
}
