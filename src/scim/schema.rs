//! Schemas and resource types as data (RFC 7643 §2, §6, §7).
//!
//! The [`Registry`] is read from documents in the RFC's own format, the built-in ones from
//! `documents/`, by [`document`]. It drives validation, coercion, projection, filter typing,
//! uniqueness, index keys, `/Schemas`, `/ResourceTypes` and the OpenAPI components.

pub mod document;
pub mod fit;
pub mod pack;

use std::sync::Arc;

/// One attribute or sub-attribute and its characteristics (RFC 7643 §2.2, §7).
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// The name as the schema spells it; compared without regard to case.
    pub name: String,
    /// The data type.
    pub kind: Kind,
    /// Whether the attribute holds a list.
    pub multi_valued: bool,
    /// For people.
    pub description: String,
    /// Whether a resource must have a value.
    pub required: bool,
    /// Suggestions, never enforced.
    pub canonical_values: Vec<String>,
    /// Whether text is compared exactly; otherwise by its folded form.
    pub case_exact: bool,
    /// Who may change it, and when.
    pub mutability: Mutability,
    /// When it stands in an answer.
    pub returned: Returned,
    /// Whether two resources may share a value.
    pub uniqueness: Uniqueness,
    /// What a reference may point to.
    pub reference_types: Vec<String>,
    /// The parts of a complex attribute; empty for every other kind.
    pub sub_attributes: Vec<Arc<Attribute>>,
    /// Where its values are kept. Ours, not the RFC's: read from the document, never shown.
    pub storage: Storage,
}

/// The data types of RFC 7643 §2.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// §2.3.1
    String,
    /// §2.3.2
    Boolean,
    /// §2.3.3
    Decimal,
    /// §2.3.4
    Integer,
    /// §2.3.5
    DateTime,
    /// §2.3.6, base64 text
    Binary,
    /// §2.3.7
    Reference,
    /// §2.3.8
    Complex,
}

/// RFC 7643 §7, "mutability".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mutability {
    /// Set by the server alone.
    ReadOnly,
    /// Set by clients at any time.
    ReadWrite,
    /// Set once, then kept.
    Immutable,
    /// Set by clients, never read back.
    WriteOnly,
}

/// RFC 7643 §7, "returned".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Returned {
    /// In every answer, whatever is asked.
    Always,
    /// In no answer.
    Never,
    /// Unless excluded.
    Default,
    /// Only when asked for by name.
    Request,
}

/// RFC 7643 §7, "uniqueness".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Uniqueness {
    /// Values may repeat.
    None,
    /// Unique among the resources of one type of one tenant.
    Server,
    /// Globally unique; enforced like [`Uniqueness::Server`].
    Global,
}

/// Where the values of an attribute are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Storage {
    /// In the resource's document.
    #[default]
    Document,
    /// In the document, and as keys of the attribute index.
    Indexed,
    /// In the document each connection sees, with a value of its own: what it calls the resource.
    Connection,
    /// As membership rows: the members of a group.
    Members,
    /// Derived from membership rows: the groups of a user.
    Groups,
    /// As a password hash, beside the document.
    Password,
    /// As the number of the row, and in the document, so that reading it costs nothing.
    Number,
    /// Counted when asked for: the live sessions of a user.
    Sessions,
    /// Counted when asked for: who would be left without a manager, and the invitations nobody took yet.
    Dependents,
    /// Made from other attributes when asked for, and in the search document: the name that is shown.
    Shown,
}

impl Storage {
    /// Whether values stand in the document that a client reads and writes; the others are derived
    /// from rows, or a hash.
    #[must_use]
    pub fn is_document(self) -> bool {
        match self {
            Self::Document | Self::Indexed | Self::Connection | Self::Number => true,
            Self::Members | Self::Groups | Self::Password | Self::Sessions | Self::Dependents | Self::Shown => false,
        }
    }
}

/// A schema: a named set of attributes (RFC 7643 §7).
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    /// The URN.
    pub id: String,
    /// The short name.
    pub name: String,
    /// For people.
    pub description: String,
    /// In document order.
    pub attributes: Vec<Arc<Attribute>>,
}

/// A schema that extends a resource type (RFC 7643 §6, "schemaExtensions").
#[derive(Clone, Debug, PartialEq)]
pub struct Extension {
    /// The extending schema.
    pub schema: Arc<Schema>,
    /// Whether every resource must carry it.
    pub required: bool,
}

/// A kind of resource and its endpoint (RFC 7643 §6).
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceType {
    /// The name, which is also its id: `User`.
    pub name: String,
    /// For people.
    pub description: String,
    /// The path below the SCIM base, with its leading slash: `/Users`.
    pub endpoint: String,
    /// The core schema.
    pub schema: Arc<Schema>,
    /// The extensions, in the order in which they are searched.
    pub extensions: Vec<Extension>,
    /// The attributes every resource has: id, externalId, meta, schemas (RFC 7643 §3.1).
    pub common: Arc<Schema>,
    /// The attribute people know a resource by, `userName` or `displayName`: its folded value
    /// is a column of its own, for lookups and sorting.
    pub key: Option<Arc<Attribute>>,
    /// The attributes that name a resource where another one shows it (a member's `display`),
    /// the first with a value wins.
    pub display: Vec<Arc<Attribute>>,
    /// Whether a resource may have the key of another one though its attribute is unique: a client
    /// that lives with equal names writes it.
    pub shares_key: bool,
    /// The full names of the attributes whose index is being built: writes keep it up, searches do not use it.
    pub building: Vec<String>,
    /// Whether extensions of native APIs are left out. Resources are made by such a type only while the
    /// tenant is not opened to these APIs.
    pub plain: bool,
}

/// All schemas and resource types of one tenant.
#[derive(Clone, Debug, PartialEq)]
pub struct Registry {
    /// The schemas in the order of `/Schemas`; the common attributes are not among them.
    pub schemas: Vec<Arc<Schema>>,
    /// The resource types in the order of `/ResourceTypes`.
    pub types: Vec<Arc<ResourceType>>,
}

impl Attribute {
    /// The sub-attribute of that name, in any case.
    #[must_use]
    pub fn sub_attribute(&self, name: &str) -> Option<&Arc<Attribute>> {
        self.sub_attributes.iter().find(|sub| sub.name.eq_ignore_ascii_case(name))
    }

    /// Whether the attribute has parts.
    #[must_use]
    pub fn is_complex(&self) -> bool {
        self.kind == Kind::Complex
    }
}

impl Schema {
    /// The attribute of that name, in any case.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Arc<Attribute>> {
        self.attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
    }
}

impl ResourceType {
    /// The attribute of the core schema or of the common ones, in any case.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Arc<Attribute>> {
        self.schema.attribute(name).or_else(|| self.common.attribute(name))
    }

    /// The extension of that URN, in any case.
    #[must_use]
    pub fn extension(&self, urn: &str) -> Option<&Extension> {
        self.extensions.iter().find(|extension| extension.schema.id.eq_ignore_ascii_case(urn))
    }

    /// The core or common attribute kept in this way, if the type has one.
    #[must_use]
    pub fn stored_as(&self, storage: Storage) -> Option<&Arc<Attribute>> {
        let common = self.common.attributes.iter().filter(|common| self.schema.attribute(&common.name).is_none());
        self.schema.attributes.iter().chain(common).find(|attribute| attribute.storage == storage)
    }

    /// The attribute of an extension kept in this way, if the type has one.
    #[must_use]
    pub fn extension_stored_as(&self, storage: Storage) -> Option<(&Arc<Schema>, &Arc<Attribute>)> {
        self.extensions.iter().find_map(|Extension { schema, .. }| {
            let found = schema.attributes.iter().find(|attribute| attribute.storage == storage);
            found.map(|attribute| (schema, attribute))
        })
    }
}

impl Registry {
    /// The resource type of that name, exactly.
    #[must_use]
    pub fn resource_type(&self, name: &str) -> Option<&Arc<ResourceType>> {
        self.types.iter().find(|kind| kind.name == name)
    }

    /// The resource type of that endpoint, which is given without its slash, exactly.
    #[must_use]
    pub fn resource_type_at(&self, endpoint: &str) -> Option<&Arc<ResourceType>> {
        self.types.iter().find(|kind| kind.endpoint.strip_prefix('/') == Some(endpoint))
    }

    /// The schema of that URN, in any case.
    #[must_use]
    pub fn schema(&self, urn: &str) -> Option<&Arc<Schema>> {
        self.schemas.iter().find(|schema| schema.id.eq_ignore_ascii_case(urn))
    }
}
