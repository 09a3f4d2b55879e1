//! Which attributes an answer shows: `attributes`, `excludedAttributes` (RFC 7644 §3.9) and the
//! `returned` characteristic (RFC 7643 §7).

mod specified;

#[cfg(test)]
mod tests;

use super::schema::{Attribute, Extension, Mutability, ResourceType, Returned, Schema, Storage};
use super::{Object, path};
use serde_json::Value;
use std::sync::Arc;

/// What a client asked to see, bound to one resource type.
#[derive(Clone, Debug, PartialEq)]
pub struct Projection {
    /// Whether the client named anything.
    explicit: bool,
    /// Whether the stored text is the answer.
    whole: bool,
    /// The names of the derived attributes, and whether they are shown.
    derived: Vec<(Storage, bool)>,
    /// Core and common attributes, and extensions by their URN.
    rules: Vec<Rule>,
    /// The URNs of the core schema and of the extensions.
    schemas: Vec<String>,
}

/// What is shown of one attribute, sub-attribute or extension.
#[derive(Clone, Debug, PartialEq)]
struct Rule {
    name: String,
    show: Show,
}

#[derive(Clone, Debug, PartialEq)]
enum Show {
    All,
    Nothing,
    Parts(Vec<Rule>),
}

/// One name a client wrote, resolved.
struct Name {
    /// The URN of the schema alone, or of the extension the attribute belongs to.
    urn: Option<String>,
    attribute: Option<String>,
    sub: Option<String>,
}

/// The names a client wrote in one parameter.
struct Names {
    list: Vec<Name>,
    /// Whether anything was named, even in vain.
    any: bool,
}

/// What a client wants of an answer.
struct Wishes {
    asked: Names,
    excluded: Names,
    /// What its body sets.
    specified: Names,
}

/// How a parameter speaks of an attribute.
#[derive(Clone, Copy, PartialEq)]
enum Mention {
    No,
    /// Only parts of it are named.
    Parts,
    Whole,
}

impl Projection {
    /// From the two parameters: lists of attribute names, each possibly URN-qualified or dotted.
    /// Unknown names select nothing.
    #[must_use]
    pub fn new(kind: &ResourceType, attributes: &[String], excluded: &[String]) -> Self {
        Self::of(kind, &Wishes::read(kind, attributes, excluded, &[]))
    }

    /// The same for the answer to a write: what is shown on request alone is shown if the body sets it and
    /// nothing else is asked for (RFC 7643 §7).
    #[must_use]
    pub fn of_write(kind: &ResourceType, attributes: &[String], excluded: &[String], body: &Value) -> Self {
        Self::of(kind, &Wishes::read(kind, attributes, excluded, &specified::names(kind, body)))
    }

    fn of(kind: &ResourceType, wishes: &Wishes) -> Self {
        let common = kind.common.attributes.iter().filter(|common| kind.schema.attribute(&common.name).is_none());
        let mut rules: Vec<Rule> =
            kind.schema.attributes.iter().chain(common).map(|attribute| rule(None, attribute, wishes)).collect();
        rules.extend(kind.extensions.iter().map(|extension| {
            let urn = &extension.schema.id;
            let attributes = &extension.schema.attributes;
            let parts = attributes.iter().map(|attribute| rule(Some(urn), attribute, wishes)).collect();
            Rule { name: urn.clone(), show: Show::of(parts) }
        }));
        let in_core = [Storage::Members, Storage::Groups].map(|storage| {
            let attribute = kind.stored_as(storage);
            let shown = attribute.and_then(|attribute| find(&rules, &attribute.name));
            (storage, shown.is_some_and(|rule| rule.show != Show::Nothing))
        });
        let in_extensions = [Storage::Sessions, Storage::Dependents, Storage::Shown].map(|storage| {
            let place = kind.extension_stored_as(storage);
            (
                storage,
                place.is_some_and(|(schema, attribute)| *of_extension(&rules, schema, attribute) != Show::Nothing),
            )
        });
        let explicit = wishes.asked.any || wishes.excluded.any;
        let hides = |attribute: &Arc<Attribute>| {
            attribute.storage.is_document() && find(&rules, &attribute.name).is_some_and(|rule| rule.show != Show::All)
        };
        let hides_extension = |Extension { schema, .. }: &Extension| {
            let mut stored = schema.attributes.iter().filter(|attribute| attribute.storage.is_document());
            stored.any(|attribute| *of_extension(&rules, schema, attribute) != Show::All)
        };
        let whole =
            !explicit && !kind.extensions.iter().any(hides_extension) && !kind.schema.attributes.iter().any(hides);
        let derived = in_core.into_iter().chain(in_extensions).collect();
        let schemas = std::iter::once(&kind.schema).chain(kind.extensions.iter().map(|extension| &extension.schema));
        Self { explicit, whole, derived, rules, schemas: schemas.map(|schema| schema.id.clone()).collect() }
    }

    /// Whether nothing was asked and the type hides nothing by itself: the stored text is the answer.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.whole
    }

    /// Whether the client sent either parameter with a name in it.
    #[must_use]
    pub fn is_explicit(&self) -> bool {
        self.explicit
    }

    /// Whether the answer shows any part of the derived attribute kept in this way
    /// ([`Storage::Groups`], [`Storage::Members`], [`Storage::Sessions`], [`Storage::Dependents`] or
    /// [`Storage::Shown`]).
    #[must_use]
    pub fn shows(&self, storage: Storage) -> bool {
        self.derived.iter().any(|(derived, shown)| *derived == storage && *shown)
    }

    /// Takes out of a complete resource what the answer does not show; `schemas` names the schemas of the rest
    /// (RFC 7643 §3).
    pub fn apply(&self, document: &mut Object) {
        document.retain(|name, value| {
            name == "id" || name == "schemas" || find(&self.rules, name).is_some_and(|rule| rule.show.apply(value))
        });
        let (core, extensions) = self.schemas.split_at(1);
        let with_values = extensions.iter().filter(|urn| document.contains_key(*urn));
        let schemas: Value = core.iter().chain(with_values).map(String::as_str).collect();
        if let Some(listed) = document.get_mut("schemas") {
            *listed = schemas;
        }
    }
}

impl Show {
    fn of(parts: Vec<Rule>) -> Self {
        if parts.iter().all(|part| part.show == Self::All) {
            Self::All
        } else if parts.iter().all(|part| part.show == Self::Nothing) {
            Self::Nothing
        } else {
            Self::Parts(parts)
        }
    }

    /// Takes out of a value what is not shown; false if nothing is left of it.
    fn apply(&self, value: &mut Value) -> bool {
        match (self, value) {
            (Self::All, _) => true,
            (Self::Parts(_), Value::Array(list)) => {
                list.retain_mut(|element| self.apply(element));
                !list.is_empty()
            }
            (Self::Parts(parts), Value::Object(object)) => {
                object.retain(|name, value| find(parts, name).is_some_and(|rule| rule.show.apply(value)));
                !object.is_empty()
            }
            (Self::Nothing, _)
            | (Self::Parts(_), Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => false,
        }
    }
}

/// What is shown of an attribute of an extension.
fn of_extension<'r>(rules: &'r [Rule], schema: &Schema, attribute: &Attribute) -> &'r Show {
    match find(rules, &schema.id).map(|rule| &rule.show) {
        Some(Show::Parts(parts)) => find(parts, &attribute.name).map_or(&Show::Nothing, |rule| &rule.show),
        Some(show) => show,
        None => &Show::Nothing,
    }
}

fn find<'r>(rules: &'r [Rule], name: &str) -> Option<&'r Rule> {
    rules.iter().find(|rule| rule.name == name)
}

fn rule(urn: Option<&str>, attribute: &Attribute, wishes: &Wishes) -> Rule {
    let Wishes { asked, excluded, .. } = wishes;
    let name = attribute.name.clone();
    let is_core = urn.is_none();
    if is_core && (name == "id" || name == "schemas") {
        return Rule { name, show: Show::All };
    }
    let mention = asked.mention(urn, attribute);
    let by_default = match attribute.returned {
        Returned::Never => return Rule { name, show: Show::Nothing },
        Returned::Always => Mention::Whole,
        Returned::Default if !asked.any => Mention::Whole,
        Returned::Request if wishes.is_specified(attribute, wishes.specified.mention(urn, attribute)) => Mention::Whole,
        Returned::Default | Returned::Request => Mention::No,
    };
    let mention = if mention == Mention::No { by_default } else { mention };
    let is_excluded = attribute.returned != Returned::Always && excluded.mention(urn, attribute) == Mention::Whole;
    if mention == Mention::No || is_excluded {
        return Rule { name, show: Show::Nothing };
    }
    if attribute.sub_attributes.is_empty() {
        return Rule { name, show: Show::All };
    }
    let parts = attribute.sub_attributes.iter().map(|sub| {
        let named = asked.names_part(urn, attribute, sub);
        let shown = match sub.returned {
            Returned::Never => false,
            Returned::Always => true,
            Returned::Default => (named || mention == Mention::Whole) && !excluded.names_part(urn, attribute, sub),
            Returned::Request => {
                let specified = wishes.specified.names_part(urn, attribute, sub);
                let specified = if specified { Mention::Parts } else { Mention::No };
                (named || wishes.is_specified(sub, specified)) && !excluded.names_part(urn, attribute, sub)
            }
        };
        Rule { name: sub.name.clone(), show: if shown { Show::All } else { Show::Nothing } }
    });
    Rule { name, show: Show::of(parts.collect()) }
}

impl Wishes {
    fn read(kind: &ResourceType, attributes: &[String], excluded: &[String], specified: &[String]) -> Self {
        let read = |names: &[String]| Names::read(kind, names);
        Self { asked: read(attributes), excluded: read(excluded), specified: read(specified) }
    }

    /// Whether the client has set the attribute, and has not asked for others instead.
    fn is_specified(&self, attribute: &Attribute, mention: Mention) -> bool {
        !self.asked.any && attribute.mutability != Mutability::ReadOnly && mention != Mention::No
    }
}

impl Names {
    fn read(kind: &ResourceType, names: &[String]) -> Self {
        let mut read = Self { list: Vec::new(), any: false };
        for name in names.iter().flat_map(|names| names.split(',')).map(str::trim).filter(|name| !name.is_empty()) {
            read.any = true;
            let urn = if name.eq_ignore_ascii_case(&kind.schema.id) {
                Some(&kind.schema.id)
            } else {
                kind.extension(name).map(|extension| &extension.schema.id)
            };
            if let Some(urn) = urn {
                // The core schema is told by its absence elsewhere, so here it has no URN either.
                let urn = (*urn != kind.schema.id).then(|| urn.clone());
                read.list.push(Name { urn, attribute: None, sub: None });
            } else if let Ok(target) = path::resolve(kind, name) {
                read.list.push(Name {
                    urn: target.extension.as_ref().map(|schema| schema.id.clone()),
                    attribute: Some(target.attribute.name.clone()),
                    sub: target.sub.as_ref().map(|sub| sub.name.clone()),
                });
            }
        }
        read
    }

    fn mention(&self, urn: Option<&str>, attribute: &Attribute) -> Mention {
        let mut mention = Mention::No;
        for name in self.list.iter().filter(|name| name.urn.as_deref() == urn) {
            match &name.attribute {
                Some(named) if *named != attribute.name => {}
                Some(_) if name.sub.is_some() => mention = Mention::Parts,
                Some(_) | None => return Mention::Whole,
            }
        }
        mention
    }

    fn names_part(&self, urn: Option<&str>, attribute: &Attribute, sub: &Attribute) -> bool {
        self.list.iter().any(|name| {
            name.urn.as_deref() == urn
                && name.attribute.as_ref() == Some(&attribute.name)
                && name.sub.as_ref() == Some(&sub.name)
        })
    }
}
