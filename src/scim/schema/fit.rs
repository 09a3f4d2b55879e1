//! Whether the resources of a type fit it when its schemas change: which rules must be looked at, and which
//! of them a document breaks. Pure; whether values are unique is not told by one document alone.

#[cfg(test)]
mod tests;

use super::document::spell;
use super::{Attribute, Kind, Mutability, ResourceType, Storage};
use crate::scim::validate::MAX_INDEXED;
use crate::scim::{Object, value};
use serde_json::Value;
use std::sync::Arc;

/// What resources that were made by one version of a type may break of another version.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fit {
    checks: Vec<Check>,
}

/// One rule for one attribute.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// The extension; none for the core schema.
    extension: Option<String>,
    /// The attribute; none for the schema as a whole.
    attribute: Option<String>,
    /// The sub-attribute.
    sub: Option<String>,
    demand: Demand,
}

/// What is asked of a value.
#[derive(Clone, Debug, PartialEq)]
enum Demand {
    /// There is none.
    Gone,
    /// There is one.
    Present,
    /// It is of the type of this attribute.
    Conforms(Arc<Attribute>),
    /// It is no longer than keys are indexed.
    Short,
    /// It has characters that can be seen.
    Visible,
    /// Nothing would do.
    Nothing,
}

impl Fit {
    /// What must be looked at if the type changes so.
    #[must_use]
    pub fn of(old: &ResourceType, new: &ResourceType) -> Self {
        let mut fit = Self::default();
        if old.schema.id == new.schema.id {
            fit.attributes(None, None, &old.schema.attributes, &new.schema.attributes);
        } else {
            let extension = Some(old.schema.id.clone());
            fit.checks.push(Check { extension, attribute: None, sub: None, demand: Demand::Nothing });
        }
        if let Some(key) = &new.key
            && old.key.as_ref().is_none_or(|old| old.name != key.name)
        {
            fit.check(None, None, &key.name, Demand::Visible);
        }
        let mut whole = |urn: &str, demand| {
            fit.checks.push(Check { extension: Some(urn.to_owned()), attribute: None, sub: None, demand });
        };
        for extension in &old.extensions {
            let urn = &extension.schema.id;
            if !new.extensions.iter().any(|kept| kept.schema.id == *urn) {
                whole(urn, Demand::Gone);
            }
        }
        for extension in new.extensions.iter().filter(|extension| extension.required) {
            let urn = &extension.schema.id;
            if !old.extensions.iter().any(|old| old.schema.id == *urn && old.required) {
                whole(urn, Demand::Present);
            }
        }
        for extension in &old.extensions {
            let urn = &extension.schema.id;
            if let Some(kept) = new.extensions.iter().find(|kept| kept.schema.id == *urn) {
                fit.attributes(Some(urn), None, &extension.schema.attributes, &kept.schema.attributes);
            }
        }
        fit
    }

    /// Whether every resource fits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.checks.is_empty()
    }

    /// The rules that a document breaks.
    pub fn broken<'f>(&'f self, document: &'f Object) -> impl Iterator<Item = &'f Check> {
        self.checks.iter().filter(|check| check.is_broken(document))
    }

    fn check(&mut self, extension: Option<&str>, parent: Option<&str>, name: &str, demand: Demand) {
        let (attribute, sub) = parent.map_or((name, None), |parent| (parent, Some(name.to_owned())));
        let (extension, attribute) = (extension.map(ToOwned::to_owned), Some(attribute.to_owned()));
        self.checks.push(Check { extension, attribute, sub, demand });
    }

    /// Compares the attributes of a schema, or the sub-attributes of `parent`.
    fn attributes(
        &mut self,
        extension: Option<&str>,
        parent: Option<&str>,
        old: &[Arc<Attribute>],
        new: &[Arc<Attribute>],
    ) {
        let in_document = |attribute: &&Arc<Attribute>| attribute.storage.is_document();
        for old in old.iter().filter(in_document) {
            let Some(new) = new.iter().find(|new| new.name == old.name) else {
                self.check(extension, parent, &old.name, Demand::Gone);
                continue;
            };
            if old.kind != new.kind || old.multi_valued != new.multi_valued {
                self.check(extension, parent, &new.name, Demand::Conforms(Arc::clone(new)));
            }
            if new.storage == Storage::Indexed && old.storage != Storage::Indexed && is_text(new) {
                self.check(extension, parent, &new.name, Demand::Short);
            }
            if is_demanded(new) && !is_demanded(old) {
                self.check(extension, parent, &new.name, Demand::Present);
            }
            if old.is_complex() && new.is_complex() {
                self.attributes(extension, Some(&new.name), &old.sub_attributes, &new.sub_attributes);
            }
        }
        for new in new.iter().filter(in_document) {
            if is_demanded(new) && !old.iter().any(|old| old.name == new.name) {
                self.check(extension, parent, &new.name, Demand::Present);
            }
        }
    }
}

impl Check {
    /// The full name of the attribute, as filters write it; of an extension as a whole its URN.
    #[must_use]
    pub fn name(&self) -> String {
        let parts = [self.attribute.as_deref(), self.sub.as_deref()];
        let attribute = parts.into_iter().flatten().collect::<Vec<_>>().join(".");
        match (self.extension.as_deref(), attribute.as_str()) {
            (None, attribute) => attribute.to_owned(),
            (Some(urn), "") => urn.to_owned(),
            (Some(urn), attribute) => format!("{urn}:{attribute}"),
        }
    }

    /// What is wrong with a resource that breaks it, as a sentence about the attribute.
    #[must_use]
    pub fn rule(&self) -> String {
        let whole = self.attribute.is_none();
        match &self.demand {
            Demand::Gone if whole => "has values, and the extension would be gone".to_owned(),
            Demand::Gone => "has a value, and the attribute would be gone".to_owned(),
            Demand::Present if whole => "is not there, and the extension would be required".to_owned(),
            Demand::Present => "has no value, and the attribute would be required".to_owned(),
            Demand::Conforms(wanted) => {
                let form = if wanted.multi_valued { "a list of values" } else { "a single value" };
                format!("has a value, and {form} of the type {} would be wanted", spell(wanted.kind))
            }
            Demand::Short => {
                format!("has a value of more than {MAX_INDEXED} characters, and the attribute would be indexed")
            }
            Demand::Visible => "has no characters that can be seen, and would be the key of the type".to_owned(),
            Demand::Nothing => "is the schema of the type, which would have another one".to_owned(),
        }
    }

    fn is_broken(&self, document: &Object) -> bool {
        let Some(attribute) = &self.attribute else {
            let is_there = self.extension.as_ref().is_some_and(|urn| document.contains_key(urn));
            return match self.demand {
                Demand::Gone => is_there,
                Demand::Present => !is_there,
                Demand::Nothing => true,
                Demand::Conforms(_) | Demand::Short | Demand::Visible => false,
            };
        };
        let attributes = match &self.extension {
            Some(urn) => document.get(urn).and_then(Value::as_object),
            None => Some(document),
        };
        // What an extension requires, it requires of whoever has it.
        let Some(attributes) = attributes else { return false };
        let value = attributes.get(attribute);
        let Some(sub) = &self.sub else { return self.demand.is_broken(value) };
        let elements = match value {
            Some(Value::Array(elements)) => elements.as_slice(),
            Some(single) => std::slice::from_ref(single),
            None => &[],
        };
        elements.iter().filter_map(Value::as_object).any(|element| self.demand.is_broken(element.get(sub)))
    }
}

impl Demand {
    fn is_broken(&self, value: Option<&Value>) -> bool {
        match self {
            Self::Present => value.is_none(),
            Self::Gone | Self::Nothing => value.is_some(),
            Self::Conforms(wanted) => value.is_some_and(|value| !conforms(wanted, value)),
            Self::Short => value.is_some_and(|value| !is_short(value)),
            Self::Visible => value.and_then(Value::as_str).is_some_and(|text| text.trim().is_empty()),
        }
    }
}

/// Whether a client must give it a value.
fn is_demanded(attribute: &Attribute) -> bool {
    attribute.required && attribute.mutability != Mutability::ReadOnly
}

fn is_text(attribute: &Attribute) -> bool {
    matches!(attribute.kind, Kind::String | Kind::Reference | Kind::Binary)
}

/// Whether a stored value is one of the attribute, as it stands.
fn conforms(attribute: &Attribute, value: &Value) -> bool {
    let is_one = |value: &Value| {
        if attribute.is_complex() {
            value.is_object()
        } else {
            matches!(value::coerce(attribute, value.clone()), Ok(Some(same)) if same == *value)
        }
    };
    match value {
        Value::Array(elements) => attribute.multi_valued && elements.iter().all(is_one),
        single => !attribute.multi_valued && is_one(single),
    }
}

fn is_short(value: &Value) -> bool {
    match value {
        Value::String(text) => text.chars().count() <= MAX_INDEXED,
        Value::Array(values) => values.iter().all(is_short),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => true,
    }
}
