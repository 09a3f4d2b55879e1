//! Changes of the schemas and resource types that a tenant has of its own.
//!
//! A change is applied whole or not at all, and only if the result keeps the rules of RFC 7643 and every
//! resource there is fits it. Otherwise it is refused with a report of what it would break.

use crate::clock::Micros;
use crate::directory::{Directory, Error, Expect, TenantId};
pub use crate::store::schemas::Kind;
use serde_json::Value;

/// A document of a tenant's own, as its administrators see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Schema or resource type.
    pub kind: Kind,
    /// The URN of a schema, the name of a resource type.
    pub id: String,
    /// Counts from 1 with every change.
    pub version: i64,
    /// When it was made.
    pub created: Micros,
    /// When it last changed.
    pub modified: Micros,
    /// The document in the format of RFC 7643 §7 or §6, as it was given, without `meta`.
    pub document: Value,
}

/// One step of a change.
#[derive(Clone, Debug)]
pub enum Step {
    /// Adds a document; refused if there is one of its id.
    Create(Kind, Value),
    /// Puts a document in the place of the one of that id.
    Replace(Kind, String, Value, Expect),
    /// Adds a document, or puts it in the place of the one of its id.
    Put(Kind, Value),
    /// Removes a document.
    Remove(Kind, String, Expect),
}

/// What a change has done.
#[derive(Clone, Debug, PartialEq)]
pub struct Applied {
    /// The edition of the tenant's schemas that it made; the one before if nothing changed.
    pub edition: i64,
    /// The documents of the steps that leave one, in their order.
    pub documents: Vec<Document>,
}

/// Why a change is refused: what it would break.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Each attribute that resources would break.
    pub breaks: Vec<Break>,
}

/// One rule that resources there are would break.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Break {
    /// The name of the resource type.
    pub resource_type: String,
    /// The full name of the attribute, as filters write it.
    pub attribute: String,
    /// Which rule, as a sentence: "has a value, and the attribute would be gone".
    pub rule: String,
    /// How many resources break it.
    pub resources: u64,
    /// The ids of a few of them.
    pub examples: Vec<String>,
}

/// An index that is declared, and how far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    /// The name of the resource type.
    pub resource_type: String,
    /// The full name of the attribute, as filters write it.
    pub attribute: String,
    /// Whether searches use it already.
    pub ready: bool,
}

impl Directory {
    /// The documents of one kind that a tenant has of its own, in the order in which they were made.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn own_documents(&self, tenant: TenantId, kind: Kind) -> Result<Vec<Document>, Error> {
        let _ = (tenant, kind);
        todo!()
    }

    /// Changes what a tenant has of its own. As the other verbs of an administrator this one asks for no right.
    ///
    /// # Errors
    /// [`Error::Scim`] naming the document, the attribute and the rule that is broken; [`Error::NotFound`],
    /// [`Error::Taken`], [`Error::VersionMismatch`]; [`Error::Incompatible`] with what it would break.
    pub async fn change_documents(&self, tenant: TenantId, steps: Vec<Step>) -> Result<Applied, Error> {
        let _ = (tenant, steps);
        todo!()
    }

    /// The indexes that a tenant's own schemas declare.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn own_indexes(&self, tenant: TenantId) -> Result<Vec<Index>, Error> {
        let _ = tenant;
        todo!()
    }

    /// Builds what is left of indexes, of every tenant, some resources at a time; true if anything is left to
    /// do. To be called after a change, and now and then for what another instance left unfinished.
    ///
    /// # Errors
    /// If the store fails; it may be called again.
    pub async fn build_indexes(&self) -> Result<bool, Error> {
        todo!()
    }
}
