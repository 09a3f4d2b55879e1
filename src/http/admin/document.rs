//! How the documents of schemas and resource types stand in bodies: as JSON that the directory reads, and
//! as shapes that tell the document of the surface what may be in it (RFC 7643 §6, §7).

use super::desk::Desk;
use super::fields::{Fields, Read};
use super::word::{Instant, Word};
use crate::directory::schema::{self, Kind};
use crate::http::error::Refusal;
use crate::http::etag;
use poem_openapi::registry::{MetaSchemaRef, Registry};
use poem_openapi::types::{ParseFromJSON, ParseResult, ToJSON, Type};
use poem_openapi::{Enum, Object};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::fmt::Write as _;
use std::marker::PhantomData;

/// A document of JSON that is described as `T`.
pub(super) struct Described<T>(pub Value, PhantomData<T>);

/// A schema (RFC 7643 §7).
#[derive(Object)]
#[oai(skip_serializing_if_is_none, rename_all = "camelCase")]
pub(super) struct Schema {
    /// `urn:ietf:params:scim:schemas:core:2.0:Schema`; ignored.
    schemas: Option<Vec<String>>,
    /// The URN of the schema.
    id: String,
    /// Its short name; the last part of the URN if absent.
    name: Option<String>,
    /// For people.
    description: Option<String>,
    /// Its attributes.
    attributes: Vec<SchemaAttribute>,
    /// What the server notes about it; ignored.
    meta: Option<DocumentMeta>,
}

/// An attribute of a schema (RFC 7643 §7).
#[derive(Object)]
#[oai(skip_serializing_if_is_none, rename_all = "camelCase")]
struct SchemaAttribute {
    /// A letter, then letters, digits, `$`, `-` and `_`.
    name: String,
    /// The data type; `string` if absent.
    #[oai(rename = "type")]
    kind: Option<AttributeType>,
    /// Whether it holds a list; false if absent.
    multi_valued: Option<bool>,
    /// For people.
    description: Option<String>,
    /// Whether a resource must have it; false if absent.
    required: Option<bool>,
    /// Suggested values, as texts.
    canonical_values: Option<Vec<String>>,
    /// Whether case matters where values are compared; false if absent.
    case_exact: Option<bool>,
    /// Who may set it; `readWrite` if absent.
    mutability: Option<AttributeMutability>,
    /// When it stands in an answer; `default` if absent.
    returned: Option<AttributeReturned>,
    /// Whether two resources may share a value; `none` if absent.
    uniqueness: Option<AttributeUniqueness>,
    /// What a reference may point to.
    reference_types: Option<Vec<String>>,
    /// The parts of a complex attribute.
    sub_attributes: Option<Vec<SubAttribute>>,
    /// Whether filters find its values through an index; `document` if absent. Not shown to SCIM clients.
    storage: Option<AttributeStorage>,
}

/// A part of a complex attribute (RFC 7643 §7).
#[derive(Object)]
#[oai(skip_serializing_if_is_none, rename_all = "camelCase")]
struct SubAttribute {
    /// A letter, then letters, digits, `$`, `-` and `_`; or `$ref`.
    name: String,
    /// The data type, but `complex`; `string` if absent.
    #[oai(rename = "type")]
    kind: Option<AttributeType>,
    /// Whether it holds a list; false if absent.
    multi_valued: Option<bool>,
    /// For people.
    description: Option<String>,
    /// Whether every value of the attribute must have it; false if absent.
    required: Option<bool>,
    /// Suggested values, as texts.
    canonical_values: Option<Vec<String>>,
    /// Whether case matters where values are compared; false if absent.
    case_exact: Option<bool>,
    /// Who may set it; `readWrite` if absent.
    mutability: Option<AttributeMutability>,
    /// When it stands in an answer; `default` if absent.
    returned: Option<AttributeReturned>,
    /// Whether two resources may share a value; `none` if absent.
    uniqueness: Option<AttributeUniqueness>,
    /// What a reference may point to.
    reference_types: Option<Vec<String>>,
    /// Whether filters find its values through an index; `document` if absent. Not shown to SCIM clients.
    storage: Option<AttributeStorage>,
}

/// The data types of RFC 7643 §2.3.
#[derive(Enum)]
#[oai(rename_all = "camelCase")]
enum AttributeType {
    String,
    Boolean,
    Decimal,
    Integer,
    DateTime,
    Binary,
    Reference,
    Complex,
}

/// Who may set an attribute, and when.
#[derive(Enum)]
#[oai(rename_all = "camelCase")]
enum AttributeMutability {
    ReadOnly,
    ReadWrite,
    Immutable,
    WriteOnly,
}

/// When an attribute stands in an answer.
#[derive(Enum)]
#[oai(rename_all = "camelCase")]
enum AttributeReturned {
    Always,
    Never,
    Default,
    Request,
}

/// Whether two resources may share a value; `global` is kept like `server`.
#[derive(Enum)]
#[oai(rename_all = "camelCase")]
enum AttributeUniqueness {
    None,
    Server,
    Global,
}

/// Where the values of an attribute are kept.
#[derive(Enum)]
#[oai(rename_all = "camelCase")]
enum AttributeStorage {
    Document,
    Indexed,
}

/// A resource type (RFC 7643 §6).
#[derive(Object)]
#[oai(skip_serializing_if_is_none, rename_all = "camelCase")]
pub(super) struct ResourceType {
    /// `urn:ietf:params:scim:schemas:core:2.0:ResourceType`; ignored.
    schemas: Option<Vec<String>>,
    /// The same as `name`.
    id: Option<String>,
    /// Its name. That of a type every tenant has, such as `User`, adds extensions to that type; all else
    /// must then be as `/ResourceTypes` shows it.
    name: String,
    /// Where its resources are: a slash and one path segment.
    endpoint: String,
    /// For people.
    description: Option<String>,
    /// The URN of its schema.
    schema: String,
    /// The schemas that extend it.
    schema_extensions: Option<Vec<SchemaExtension>>,
    /// The attribute people know a resource by, a single string of its schema. Not shown to SCIM clients.
    key: Option<String>,
    /// The attributes that name a resource where another shows it, the first with a value. Not shown to SCIM
    /// clients.
    display: Option<Vec<String>>,
    /// What the server notes about it; ignored.
    meta: Option<DocumentMeta>,
}

/// A schema that extends a resource type.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct SchemaExtension {
    /// The URN of the schema.
    schema: String,
    /// Whether every resource must have it; false if absent.
    required: Option<bool>,
}

/// What the server notes about a document.
#[derive(Object)]
#[oai(skip_serializing_if_is_none, rename_all = "camelCase")]
struct DocumentMeta {
    /// `Schema` or `ResourceType`.
    resource_type: Option<String>,
    /// When it was made (RFC 3339).
    created: Option<Word<Instant>>,
    /// When it last changed (RFC 3339).
    last_modified: Option<Word<Instant>>,
    /// Where it can be read.
    location: Option<String>,
    /// Its version, as in the header `ETag`.
    version: Option<String>,
}

impl<T> Described<T> {
    /// A document as it is.
    pub(super) fn plain(document: Value) -> Self {
        Self(document, PhantomData)
    }

    /// A document of a tenant with what the server notes about it, and where it can be read.
    pub(super) fn noted(document: schema::Document, desk: &Desk, tenant: Option<&str>) -> (Self, String) {
        let (word, folder) = match document.kind {
            Kind::Schema => ("Schema", "schemas"),
            Kind::Type => ("ResourceType", "resource-types"),
        };
        // The names of tenants need no encoding.
        let place = tenant.map(|name| format!("?tenant={name}")).unwrap_or_default();
        let location = desk.url(&format!("/{folder}/{}{place}", encode(&document.id)));
        let mut value = document.document;
        if let Some(members) = value.as_object_mut() {
            let meta = json!({
                "resourceType": word,
                "created": Instant(document.created).to_string(),
                "lastModified": Instant(document.modified).to_string(),
                "location": location,
                "version": etag::write(document.version),
            });
            members.insert("meta".to_owned(), meta);
        }
        (Self::plain(value), location)
    }
}

impl<T: Type> Read for Described<T> {
    fn read(fields: &mut Fields) -> Result<Self, Refusal> {
        let mut document = Value::Object(fields.all());
        drop_nulls(&mut document);
        Ok(Self::plain(document))
    }
}

/// A member that is null counts as absent.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, value| !value.is_null());
            members.values_mut().for_each(drop_nulls);
        }
        Value::Array(values) => values.iter_mut().for_each(drop_nulls),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A URN as one segment of a path.
fn encode(id: &str) -> String {
    id.bytes().fold(String::with_capacity(id.len()), |mut path, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte) {
            path.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(path, "%{byte:02X}");
        }
        path
    })
}

impl<T: Type> Type for Described<T> {
    const IS_REQUIRED: bool = true;

    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        T::name()
    }

    fn schema_ref() -> MetaSchemaRef {
        T::schema_ref()
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        Box::new(self.as_raw_value().into_iter())
    }
}

impl<T: Type> ParseFromJSON for Described<T> {
    fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
        Ok(Self::plain(value.unwrap_or_default()))
    }
}

impl<T: Type> ToJSON for Described<T> {
    fn to_json(&self) -> Option<Value> {
        Some(self.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_urn_is_one_segment_of_a_path() {
        assert_eq!(encode("urn:a-b.c_d~e:2.0:X"), "urn:a-b.c_d~e:2.0:X");
        assert_eq!(encode("urn:a/b?c#d%e+f"), "urn:a%2Fb%3Fc%23d%25e%2Bf");
    }

    #[test]
    fn what_is_null_is_absent_however_deep_it_lies() {
        let mut document = json!({ "id": "a", "name": null, "attributes": [{ "name": "b", "type": null }] });
        drop_nulls(&mut document);
        assert_eq!(document, json!({ "id": "a", "attributes": [{ "name": "b" }] }));
    }
}
