//! Which attributes an answer shows: `attributes`, `excludedAttributes` (RFC 7644 §3.9) and the
//! `returned` characteristic (RFC 7643 §7).

use super::Object;
use super::schema::{ResourceType, Storage};

/// What a client asked to see, bound to one resource type.
#[derive(Clone, Debug, PartialEq)]
pub struct Projection {
    /// Names asked for; empty means the default set.
    attributes: Vec<String>,
    /// Names to leave out.
    excluded: Vec<String>,
}

impl Projection {
    /// From the two parameters: lists of attribute names, each possibly URN-qualified or dotted.
    /// Unknown names select nothing.
    #[must_use]
    pub fn new(kind: &ResourceType, attributes: &[String], excluded: &[String]) -> Self {
        let _ = (kind, attributes, excluded);
        todo!()
    }

    /// Whether nothing was asked and the type hides nothing by itself: the stored text is the answer.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        todo!()
    }

    /// Whether the client sent either parameter with a name in it.
    #[must_use]
    pub fn is_explicit(&self) -> bool {
        !self.attributes.is_empty() || !self.excluded.is_empty()
    }

    /// Whether the answer shows any part of the derived attribute kept in this way
    /// ([`Storage::Groups`] or [`Storage::Members`]).
    #[must_use]
    pub fn shows(&self, storage: Storage) -> bool {
        let _ = storage;
        todo!()
    }

    /// Takes out of a complete resource what the answer does not show.
    pub fn apply(&self, document: &mut Object) {
        let _ = document;
        todo!()
    }
}
