//! Reading: from JSON to [`Registry`], with every rule of RFC 7643 §2 and §7 checked by name.

use super::super::{
    Attribute, Extension, Kind, Mutability, Registry, ResourceType, Returned, Schema, Storage, Uniqueness,
};
use super::write;
use crate::scim::{Error, value};
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;

/// The attributes no schema may define anew (RFC 7643 §3.1); externalId may be described.
const RESERVED: [&str; 3] = ["id", "meta", "schemas"];

const KINDS: [Kind; 8] = [
    Kind::String,
    Kind::Boolean,
    Kind::Decimal,
    Kind::Integer,
    Kind::DateTime,
    Kind::Binary,
    Kind::Reference,
    Kind::Complex,
];
const MUTABILITIES: [Mutability; 4] =
    [Mutability::ReadOnly, Mutability::ReadWrite, Mutability::Immutable, Mutability::WriteOnly];
const RETURNED: [Returned; 4] = [Returned::Always, Returned::Never, Returned::Default, Returned::Request];
const UNIQUENESSES: [Uniqueness; 3] = [Uniqueness::None, Uniqueness::Server, Uniqueness::Global];
const STORAGES: [Storage; 10] = [
    Storage::Document,
    Storage::Indexed,
    Storage::Connection,
    Storage::Members,
    Storage::Groups,
    Storage::Password,
    Storage::Number,
    Storage::Sessions,
    Storage::Dependents,
    Storage::Shown,
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SchemaDocument {
    #[serde(rename = "schemas", default)]
    _schemas: Vec<String>,
    #[serde(rename = "meta", default)]
    _meta: Value,
    id: String,
    name: Option<String>,
    #[serde(default)]
    description: String,
    attributes: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AttributeDocument {
    name: String,
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    multi_valued: bool,
    #[serde(default)]
    description: String,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    canonical_values: Vec<String>,
    #[serde(default)]
    case_exact: bool,
    mutability: Option<String>,
    returned: Option<String>,
    uniqueness: Option<String>,
    #[serde(default)]
    reference_types: Vec<String>,
    #[serde(default)]
    sub_attributes: Vec<Value>,
    storage: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct TypeDocument {
    #[serde(rename = "schemas", default)]
    _schemas: Vec<String>,
    #[serde(rename = "meta", default)]
    _meta: Value,
    id: Option<String>,
    name: String,
    endpoint: String,
    #[serde(default)]
    description: String,
    schema: String,
    #[serde(default)]
    schema_extensions: Vec<ExtensionDocument>,
    key: Option<String>,
    #[serde(default)]
    display: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExtensionDocument {
    schema: String,
    #[serde(default)]
    required: bool,
}

/// Reads schema documents and the resource type documents that refer to them.
///
/// # Errors
/// `invalidValue`, naming the document, the attribute and the rule that is broken.
pub fn read(schemas: &[Value], types: &[Value]) -> Result<Registry, Error> {
    let mut registry = Registry { schemas: Vec::with_capacity(schemas.len()), types: Vec::with_capacity(types.len()) };
    read_schemas(&mut registry, schemas)?;
    read_types(&mut registry, types)?;
    Ok(registry)
}

fn read_schemas(registry: &mut Registry, schemas: &[Value]) -> Result<(), Error> {
    for (index, document) in schemas.iter().enumerate() {
        let schema = schema(document, &format!("schema document {}", index + 1))?;
        add_schema(registry, schema)?;
    }
    Ok(())
}

fn read_types(registry: &mut Registry, types: &[Value]) -> Result<(), Error> {
    for (index, document) in types.iter().enumerate() {
        let kind = resource_type(registry, document, &format!("resource type document {}", index + 1))?;
        add_type(registry, kind)?;
    }
    Ok(())
}

/// Adds a schema whose id no other one has.
pub(super) fn add_schema(registry: &mut Registry, schema: Schema) -> Result<(), Error> {
    if let Some(reserved) = RESERVED.iter().find(|reserved| schema.attribute(reserved).is_some()) {
        return Err(Error::value(format!(
            "schema {}: attribute {reserved} belongs to every resource and cannot be defined anew (RFC 7643 §3.1)",
            schema.id
        )));
    }
    if registry.schema(&schema.id).is_some() {
        return Err(Error::value(format!("schema {}: there are two schemas of this id", schema.id)));
    }
    registry.schemas.push(Arc::new(schema));
    Ok(())
}

/// Adds a resource type whose name and endpoint no other one has.
pub(super) fn add_type(registry: &mut Registry, kind: ResourceType) -> Result<(), Error> {
    if registry.types.iter().any(|other| other.name.eq_ignore_ascii_case(&kind.name)) {
        return Err(Error::value(format!("resource type {}: there are two of this name", kind.name)));
    }
    if registry.types.iter().any(|other| other.endpoint.eq_ignore_ascii_case(&kind.endpoint)) {
        return Err(Error::value(format!("resource type {}: its endpoint belongs to another type", kind.name)));
    }
    registry.types.push(Arc::new(kind));
    Ok(())
}

/// Reads the document of the attributes every resource has.
pub(super) fn common(document: &Value) -> Result<Schema, Error> {
    schema(document, "the document of the common attributes")
}

/// Reads one schema document; `place` says for people which.
pub(super) fn schema(document: &Value, place: &str) -> Result<Schema, Error> {
    let raw = SchemaDocument::deserialize(document).map_err(|error| Error::value(format!("{place}: {error}")))?;
    if !is_urn(&raw.id) {
        return Err(Error::value(format!(
            "{place}: id must be a URN, \"urn:…\", without blanks, quotes and brackets (RFC 7643 §7)"
        )));
    }
    let attributes = attributes(&raw.attributes, &format!("schema {}", raw.id), None)?;
    let name = raw.name.unwrap_or_else(|| raw.id.rsplit(':').next().unwrap_or_default().to_owned());
    Ok(Schema { id: raw.id, name, description: raw.description, attributes })
}

/// The attributes of a schema, or the sub-attributes of `parent`.
fn attributes(documents: &[Value], place: &str, parent: Option<&str>) -> Result<Vec<Arc<Attribute>>, Error> {
    let mut attributes: Vec<Arc<Attribute>> = Vec::with_capacity(documents.len());
    for (index, document) in documents.iter().enumerate() {
        let attribute = attribute(document, index, place, parent)?;
        if attributes.iter().any(|other| other.name.eq_ignore_ascii_case(&attribute.name)) {
            let name = qualified(parent, &attribute.name);
            return Err(Error::value(format!(
                "{place}: attribute {name}: there are two of this name; case makes no difference (RFC 7643 §2.1)"
            )));
        }
        attributes.push(Arc::new(attribute));
    }
    Ok(attributes)
}

fn attribute(document: &Value, index: usize, schema: &str, parent: Option<&str>) -> Result<Attribute, Error> {
    let name = match document.get("name").and_then(Value::as_str) {
        Some(name) => qualified(parent, name),
        None => qualified(parent, &format!("number {}", index + 1)),
    };
    let place = format!("{schema}: attribute {name}");
    let broken = |rule: &str| Error::value(format!("{place}: {rule}"));
    let raw = AttributeDocument::deserialize(document).map_err(|error| broken(&error.to_string()))?;
    if !is_name(&raw.name) {
        return Err(broken("a name is a letter, then letters, digits, $, - and _ (RFC 7643 §2.1)"));
    }
    let kind = word(raw.kind.as_deref(), "type", &KINDS, write::kind, Kind::String, &place)?;
    if kind == Kind::Complex && raw.sub_attributes.is_empty() {
        return Err(broken("a complex attribute needs subAttributes (RFC 7643 §2.3.8)"));
    }
    if kind != Kind::Complex && !raw.sub_attributes.is_empty() {
        return Err(broken("only a complex attribute may have subAttributes (RFC 7643 §2.3.8)"));
    }
    if kind == Kind::Complex && parent.is_some() {
        return Err(broken("a sub-attribute cannot be complex itself (RFC 7643 §2.3.8)"));
    }
    if kind != Kind::Reference && !raw.reference_types.is_empty() {
        return Err(broken("referenceTypes are for the type reference only (RFC 7643 §7)"));
    }
    let attribute = Attribute {
        kind,
        multi_valued: raw.multi_valued,
        description: raw.description,
        required: raw.required,
        canonical_values: raw.canonical_values,
        // RFC 7643 §2.3.6 and §2.3.7: references and binaries are always case exact.
        case_exact: raw.case_exact || matches!(kind, Kind::Reference | Kind::Binary),
        mutability: word(
            raw.mutability.as_deref(),
            "mutability",
            &MUTABILITIES,
            write::mutability,
            Mutability::ReadWrite,
            &place,
        )?,
        returned: word(raw.returned.as_deref(), "returned", &RETURNED, write::returned, Returned::Default, &place)?,
        uniqueness: word(
            raw.uniqueness.as_deref(),
            "uniqueness",
            &UNIQUENESSES,
            write::uniqueness,
            Uniqueness::None,
            &place,
        )?,
        reference_types: raw.reference_types,
        sub_attributes: attributes(&raw.sub_attributes, schema, Some(&raw.name))?,
        storage: word(raw.storage.as_deref(), "storage", &STORAGES, write::storage, Storage::Document, &place)?,
        name: raw.name,
    };
    check_storage(&attribute, parent).map_err(broken)?;
    let is_value = |text: &String| matches!(value::coerce(&attribute, Value::from(text.as_str())), Ok(Some(_)));
    if !attribute.canonical_values.iter().all(is_value) {
        return Err(broken("canonicalValues are texts of values of the attribute's type (RFC 7643 §7)"));
    }
    Ok(attribute)
}

/// The storage must suit the shape: rows need ids, a hash needs one text, an index simple values.
fn check_storage(attribute: &Attribute, parent: Option<&str>) -> Result<(), &'static str> {
    let is_own = |kind: Kind| {
        parent.is_none()
            && attribute.kind == kind
            && !attribute.multi_valued
            && attribute.mutability == Mutability::ReadOnly
    };
    let on_request = attribute.returned == Returned::Request;
    match attribute.storage {
        Storage::Indexed if attribute.is_complex() => Err("storage indexed is for simple values"),
        Storage::Document | Storage::Indexed => Ok(()),
        Storage::Connection
            if parent.is_none()
                && attribute.name == "externalId"
                && attribute.kind == Kind::String
                && !attribute.multi_valued
                && attribute.case_exact
                && attribute.uniqueness == Uniqueness::None
                && attribute.returned != Returned::Never =>
        {
            Ok(())
        }
        Storage::Connection => {
            Err("storage connection is for externalId, a single, case-exact string that need not be unique")
        }
        Storage::Members | Storage::Groups
            if parent.is_none() && attribute.multi_valued && attribute.sub_attribute("value").is_some() =>
        {
            Ok(())
        }
        Storage::Members | Storage::Groups => {
            Err("storage members and groups are for multi-valued complex attributes with a sub-attribute value")
        }
        Storage::Password if parent.is_none() && attribute.kind == Kind::String && !attribute.multi_valued => Ok(()),
        Storage::Password => Err("storage password is for a single string"),
        Storage::Number if is_own(Kind::Integer) => Ok(()),
        Storage::Number => Err("storage number is for a single read-only integer"),
        Storage::Sessions | Storage::Dependents if is_own(Kind::Integer) && on_request => Ok(()),
        Storage::Sessions | Storage::Dependents => {
            Err("storage sessions and dependents are for single read-only integers that are returned on request")
        }
        Storage::Shown if is_own(Kind::String) && on_request => Ok(()),
        Storage::Shown => Err("storage shown is for a single read-only string that is returned on request"),
    }
}

/// Reads one resource type document, whose schemas are in the registry; `place` says for people which.
pub(super) fn resource_type(registry: &Registry, document: &Value, place: &str) -> Result<ResourceType, Error> {
    let raw = TypeDocument::deserialize(document).map_err(|error| Error::value(format!("{place}: {error}")))?;
    let place = format!("resource type {}", raw.name);
    let broken = |rule: &str| Error::value(format!("{place}: {rule}"));
    if !is_name(&raw.name) {
        return Err(broken("a name is a letter, then letters, digits, $, - and _"));
    }
    if raw.id.is_some_and(|id| id != raw.name) {
        return Err(broken("id must be the same as name, or be left out (RFC 7643 §6)"));
    }
    if !is_endpoint(&raw.endpoint) {
        return Err(broken("endpoint must be a slash and one path segment, such as \"/Users\" (RFC 7643 §6)"));
    }
    let find = |urn: &str, role: &str| {
        registry.schema(urn).cloned().ok_or_else(|| broken(&format!("{role} is no schema that was read (RFC 7643 §6)")))
    };
    let schema = find(&raw.schema, "schema")?;
    let mut extensions: Vec<Extension> = Vec::with_capacity(raw.schema_extensions.len());
    for extension in raw.schema_extensions {
        let found = find(&extension.schema, "a schema of schemaExtensions")?;
        if found.id == schema.id || extensions.iter().any(|other| other.schema.id == found.id) {
            return Err(broken("schemaExtensions name a schema the type has already (RFC 7643 §6)"));
        }
        extensions.push(Extension { schema: found, required: extension.required });
    }
    let text = |name: &str, role: &str| match schema.attribute(name) {
        Some(attribute) if attribute.kind == Kind::String && !attribute.multi_valued => Ok(Arc::clone(attribute)),
        Some(_) | None => Err(broken(&format!("{role} must name a single string attribute of the core schema"))),
    };
    let key = raw.key.map(|name| text(&name, "key")).transpose()?;
    let display = raw.display.iter().map(|name| text(name, "display")).collect::<Result<_, _>>()?;
    Ok(ResourceType {
        name: raw.name,
        description: raw.description,
        endpoint: raw.endpoint,
        schema,
        extensions,
        common: super::common(),
        key,
        display,
        shares_key: false,
        building: Vec::new(),
        plain: false,
    })
}

/// The meaning of a word of the RFC; an absent one is the default.
fn word<T: Copy>(
    word: Option<&str>,
    name: &str,
    all: &[T],
    spell: fn(T) -> &'static str,
    default: T,
    place: &str,
) -> Result<T, Error> {
    let Some(word) = word else { return Ok(default) };
    all.iter().copied().find(|one| spell(*one) == word).ok_or_else(|| {
        let words: Vec<_> = all.iter().map(|one| spell(*one)).collect();
        Error::value(format!("{place}: {name} must be one of {} (RFC 7643 §7)", words.join(", ")))
    })
}

fn qualified(parent: Option<&str>, name: &str) -> String {
    parent.map_or_else(|| name.to_owned(), |parent| format!("{parent}.{name}"))
}

/// RFC 7643 §2.1, and `$ref`, which its grammar forgot.
fn is_name(name: &str) -> bool {
    let rest = name.strip_prefix(|first: char| first.is_ascii_alphabetic());
    name == "$ref"
        || rest.is_some_and(|rest| rest.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '$' | '-' | '_')))
}

/// A URN that can stand in an attribute path: nothing a filter would take for its own.
fn is_urn(id: &str) -> bool {
    let head = id.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("urn:"));
    head && id.len() > 4
        && !id.ends_with([':', '.'])
        && id.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '"' | '(' | ')' | '[' | ']' | '\\' | ','))
}

fn is_endpoint(endpoint: &str) -> bool {
    endpoint.strip_prefix('/').is_some_and(|segment| {
        !segment.is_empty() && segment.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '~'))
    })
}
