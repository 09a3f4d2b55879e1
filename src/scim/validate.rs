//! The rules a whole resource must keep: required, mutability, limits of length.
//!
//! Types and shapes are the business of [`super::resource`] and [`super::value`].

use super::schema::ResourceType;
use super::{Error, Object};

/// Checks a new document and gives it its defaults (`active` is true).
///
/// # Errors
/// `invalidValue`, naming the attribute that is missing or too long.
pub fn create(kind: &ResourceType, document: &mut Object) -> Result<(), Error> {
    let _ = (kind, document);
    todo!()
}

/// Checks a PUT against what is stored: keeps what a PUT may not drop (`active`, immutable and
/// read-only values), refuses a changed immutable value.
///
/// # Errors
/// `mutability` or `invalidValue`, naming the attribute.
pub fn replace(kind: &ResourceType, stored: &Object, document: &mut Object) -> Result<(), Error> {
    let _ = (kind, stored, document);
    todo!()
}

/// Checks a patched document against what is stored.
///
/// # Errors
/// `mutability` or `invalidValue`, naming the attribute.
pub fn patch(kind: &ResourceType, stored: &Object, document: &mut Object) -> Result<(), Error> {
    let _ = (kind, stored, document);
    todo!()
}
