//! What distinguishes two documents of one resource: the names of the attributes, and their values.
//!
//! Names are those of filters (RFC 7644 §3.10): `emails`, `name.familyName`, and behind the URN what
//! an extension has.

use super::Object;
use super::schema::{Attribute, ResourceType, Returned};
use serde_json::Value;
use std::sync::Arc;

#[cfg(test)]
mod tests;

/// One attribute that has another value than before.
#[derive(Clone, Debug, PartialEq)]
pub struct Change<'d> {
    /// The attribute's name.
    pub name: String,
    /// The value before; none if it had none.
    pub before: Option<&'d Value>,
    /// The value after; none if it has none.
    pub after: Option<&'d Value>,
    /// No answer shows the value, so nothing else may either.
    pub hidden: bool,
}

impl Change<'_> {
    /// The values as `{"before": …, "after": …}` without the side that has none; none if they are hidden.
    #[must_use]
    pub fn values(&self) -> Option<Value> {
        let sides = [("before", self.before), ("after", self.after)];
        let known = sides.into_iter().filter_map(|(side, value)| Some((side.to_owned(), value?.clone())));
        (!self.hidden).then(|| Value::Object(known.collect()))
    }
}

/// The attributes in which two documents in canonical form differ; of a single complex attribute
/// those of its parts that differ. `schemas` and `id` follow from the rest and are passed over.
#[must_use]
pub fn between<'d>(kind: &ResourceType, before: &'d Object, after: &'d Object) -> Vec<Change<'d>> {
    let mut changes = Vec::new();
    for (name, before, after) in differing(Some(before), Some(after)) {
        if name == "schemas" || name == "id" {
            continue;
        }
        match kind.extension(name) {
            Some(extension) => {
                for (part, before, after) in differing(parts(before), parts(after)) {
                    let name = format!("{name}:{part}");
                    attribute(name, extension.schema.attribute(part), before, after, &mut changes);
                }
            }
            None => attribute(name.to_owned(), kind.attribute(name), before, after, &mut changes),
        }
    }
    changes
}

fn attribute<'d>(
    name: String,
    definition: Option<&Arc<Attribute>>,
    before: Option<&'d Value>,
    after: Option<&'d Value>,
    changes: &mut Vec<Change<'d>>,
) {
    let hides = |definition: Option<&Arc<Attribute>>| definition.is_none_or(|one| one.returned == Returned::Never);
    let hidden = hides(definition);
    // Of a list the whole is noted, and no element shows what a part of it may not.
    let has_hidden = || definition.is_some_and(|one| one.sub_attributes.iter().any(|sub| hides(Some(sub))));
    if !before.or(after).is_some_and(Value::is_object) {
        changes.push(Change { name, before, after, hidden: hidden || has_hidden() });
        return;
    }
    for (part, before, after) in differing(parts(before), parts(after)) {
        let hidden = hidden || hides(definition.and_then(|one| one.sub_attribute(part)));
        changes.push(Change { name: format!("{name}.{part}"), before, after, hidden });
    }
}

/// The members of a JSON object; nothing else has any.
fn parts(value: Option<&Value>) -> Option<&Object> {
    value.and_then(Value::as_object)
}

/// The keys whose values differ, those of the first side first.
fn differing<'d>(
    before: Option<&'d Object>,
    after: Option<&'d Object>,
) -> impl Iterator<Item = (&'d str, Option<&'d Value>, Option<&'d Value>)> {
    let value = |side: Option<&'d Object>, key: &str| side.and_then(|side| side.get(key));
    let kept = before.into_iter().flatten().map(move |(key, old)| (key.as_str(), Some(old), value(after, key)));
    let new = after.into_iter().flatten().filter(move |(key, _)| value(before, key).is_none());
    kept.filter(|(_, old, new)| old != new).chain(new.map(|(key, new)| (key.as_str(), None, Some(new))))
}
