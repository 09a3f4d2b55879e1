//! What is derived from a document when it is written: the columns and rows that lookups, sorting
//! and uniqueness go by. All are comparison keys of [`crate::scim::value`].

use crate::scim::Object;
use crate::scim::path::{self, Target};
use crate::scim::schema::{Attribute, Kind, ResourceType, Schema, Storage, Uniqueness};
use crate::scim::value::{self, Key};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

/// The most bytes of a key in an indexed column; what is longer is cut.
const COLUMN_BYTES: usize = 1024;
/// The fewest bytes a cut key can have: a character has four at the most.
const CUT_BYTES: usize = COLUMN_BYTES - 3;
/// The most characters of a key in the attribute index; what is longer is cut.
const INDEX_CHARS: usize = 256;
/// The most bytes of a unique key; what is longer is hashed.
const UNIQUE_BYTES: usize = 512;

/// A key of an attribute that is unique within its type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct UniqueKey {
    pub attribute: String,
    pub key: String,
}

/// A key of the attribute index.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct IndexKey {
    pub attribute: String,
    pub key: String,
    /// Which element of a multi-valued attribute, from 0.
    pub element: i64,
}

/// Everything derived from one document.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Derived {
    pub active: Option<bool>,
    pub name_key: Option<String>,
    pub display: Option<String>,
    pub display_key: Option<String>,
    pub search: String,
    pub rows: Rows,
}

/// The rows derived from one document.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Rows {
    pub unique: BTreeSet<UniqueKey>,
    pub index: BTreeSet<IndexKey>,
}

/// A column of its own that an attribute has in the resource table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Hot {
    Active,
    NameKey,
}

/// The column of a core or common attribute, if it has one.
pub(super) fn hot(kind: &ResourceType, target: &Target) -> Option<Hot> {
    if target.extension.is_some() || target.sub.is_some() {
        return None;
    }
    let name = target.attribute.name.as_str();
    let is_text = matches!(target.attribute.kind, Kind::String | Kind::Reference) && !target.attribute.multi_valued;
    if is_text && kind.key.as_ref().is_some_and(|key| key.name == name) {
        return Some(Hot::NameKey);
    }
    match name {
        "active" if target.attribute.kind == Kind::Boolean && !target.attribute.multi_valued => Some(Hot::Active),
        _ => None,
    }
}

/// Whether the attribute index has the values of a target.
pub(super) fn is_indexed(kind: &ResourceType, target: &Target) -> bool {
    let marked = match &target.sub {
        None => target.attribute.storage == Storage::Indexed && !target.attribute.is_complex(),
        Some(sub) => {
            sub.storage == Storage::Indexed || (target.attribute.storage == Storage::Indexed && sub.name == "value")
        }
    };
    marked && hot(kind, target).is_none() && target.leaf().kind != Kind::Decimal
}

/// Whether searches may use the attribute index for a target: it is not being built.
pub(super) fn is_searchable(kind: &ResourceType, target: &Target) -> bool {
    is_indexed(kind, target) && !kind.building.contains(&target.name())
}

/// Derives the columns and rows of a document.
pub(super) fn derive(kind: &ResourceType, document: &Object) -> Derived {
    let display = display(kind, document);
    let mut derived = Derived {
        active: None,
        name_key: None,
        display_key: display.as_deref().map(value::fold),
        display,
        search: Value::Object(value::search_document(kind, document)).to_string(),
        rows: rows(kind, document),
    };
    for target in targets(kind) {
        let Some(column) = hot(kind, &target) else { continue };
        for (_, key) in keys(document, &target) {
            match (column, key) {
                (Hot::Active, Key::Boolean(active)) => derived.active = Some(active),
                (Hot::NameKey, Key::Text(text)) => derived.name_key = Some(cut_column(&text)),
                // A key has the type of its attribute, which decided about the column.
                (Hot::Active | Hot::NameKey, _) => {}
            }
        }
    }
    derived
}

/// Derives the rows of a document.
pub(super) fn rows(kind: &ResourceType, document: &Object) -> Rows {
    let mut rows = Rows::default();
    for target in targets(kind) {
        let unique = is_unique(&target);
        let indexed = is_indexed(kind, &target);
        if !unique && !indexed {
            continue;
        }
        for (element, key) in keys(document, &target) {
            if unique {
                rows.unique.insert(UniqueKey { attribute: target.name(), key: unique_key(&key) });
            }
            if indexed && let Some(key) = index_key(&key) {
                rows.index.insert(IndexKey { attribute: target.name(), key, element });
            }
        }
    }
    rows
}

/// The name under which another resource shows this one.
fn display(kind: &ResourceType, document: &Object) -> Option<String> {
    kind.display.iter().find_map(|attribute| document.get(&attribute.name)?.as_str().map(ToOwned::to_owned))
}

/// The full names of the attributes that the attribute index has.
#[must_use]
pub fn indexed(kind: &ResourceType) -> Vec<String> {
    targets(kind).filter(|target| is_indexed(kind, target)).map(|target| target.name()).collect()
}

/// Whether no two resources may share a value of a target. Ids are unique by a constraint of their own.
pub(super) fn is_unique(target: &Target) -> bool {
    target.leaf().uniqueness != Uniqueness::None && target.attribute.name != "id"
}

/// Every simple attribute and sub-attribute that lives in the document.
pub(super) fn targets(kind: &ResourceType) -> impl Iterator<Item = Target> {
    let of = |extension: Option<&Arc<Schema>>, schema: &Schema| {
        schema.attributes.iter().flat_map(|attribute| leaves(extension, attribute)).collect::<Vec<_>>()
    };
    let mut all = of(None, &kind.schema);
    for target in of(None, &kind.common) {
        if kind.schema.attribute(&target.attribute.name).is_none() {
            all.push(target);
        }
    }
    for extension in &kind.extensions {
        all.extend(of(Some(&extension.schema), &extension.schema));
    }
    all.into_iter()
}

fn leaves(extension: Option<&Arc<Schema>>, attribute: &Arc<Attribute>) -> Vec<Target> {
    let target = |sub| Target { extension: extension.cloned(), attribute: Arc::clone(attribute), sub };
    match attribute.storage {
        // Numbers are unique by a constraint of their own too.
        Storage::Connection
        | Storage::Members
        | Storage::Groups
        | Storage::Password
        | Storage::Number
        | Storage::Sessions
        | Storage::Dependents
        | Storage::Shown => Vec::new(),
        Storage::Document | Storage::Indexed if attribute.is_complex() => {
            attribute.sub_attributes.iter().map(|sub| target(Some(Arc::clone(sub)))).collect()
        }
        Storage::Document | Storage::Indexed => vec![target(None)],
    }
}

/// The keys of a target's values with the number of the element that has them.
fn keys(document: &Object, target: &Target) -> Vec<(i64, Key)> {
    let whole = Target { extension: target.extension.clone(), attribute: Arc::clone(&target.attribute), sub: None };
    let values = match path::get(document, &whole) {
        None => &[],
        Some(Value::Array(values)) => values.as_slice(),
        Some(value) => std::slice::from_ref(value),
    };
    let found = (0..).zip(values).filter_map(|(element, value)| {
        let value = match &target.sub {
            Some(sub) => value.get(&sub.name)?,
            None => value,
        };
        Some((element, value::key(target.leaf(), value)?))
    });
    found.collect()
}

/// The form in which a text key stands in an indexed column.
pub(super) fn cut_column(key: &str) -> String {
    let mut end = key.len().min(COLUMN_BYTES);
    while !key.is_char_boundary(end) {
        end -= 1;
    }
    key.get(..end).unwrap_or_default().to_owned()
}

/// Whether comparisons with this literal come out the same with cut keys as with whole ones: it
/// is shorter than any cut key, so the difference lies in what was kept.
pub(super) fn column_decides(literal: &str) -> bool {
    literal.len() < CUT_BYTES
}

/// The form in which a key stands in the attribute index; fractions have none.
pub(super) fn index_key(key: &Key) -> Option<String> {
    match key {
        Key::Text(text) => Some(text.chars().take(INDEX_CHARS).collect()),
        Key::Boolean(truth) => Some(truth.to_string()),
        Key::Integer(number) => Some(number.to_string()),
        Key::Decimal(_) => None,
    }
}

pub(super) fn unique_key(key: &Key) -> String {
    let text = match key {
        Key::Text(text) => text.clone(),
        Key::Boolean(truth) => truth.to_string(),
        Key::Integer(number) => number.to_string(),
        // Adding zero makes the two zeros one.
        Key::Decimal(number) => (number + 0.0).to_string(),
    };
    if text.len() <= UNIQUE_BYTES {
        return text;
    }
    let mut hashed = String::from("sha256:");
    for byte in Sha256::digest(text.as_bytes()) {
        // Writing to a String cannot fail.
        let _ = write!(hashed, "{byte:02x}");
    }
    hashed
}
