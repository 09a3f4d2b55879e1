//! Applies edits to a document (RFC 7644 §3.5.2.1 to §3.5.2.3).
//!
//! Whether anything changed is told by comparing documents, so an edit to what is already so must
//! leave the document equal. Empty attributes go at once; equal elements become one, and mere labels
//! go, at the end: a later operation of the same request may still fill them.

use super::effort::{self, Effort};
use super::{Action, Edit, in_operation};
use crate::scim::filter::Filter;
use crate::scim::path::Target;
use crate::scim::resource::{self, list};
use crate::scim::schema::{Attribute, Kind, Mutability, ResourceType};
use crate::scim::tolerance::{Tolerance, Used};
use crate::scim::{Error, Object};
use serde_json::Value;

/// Applies the edits in order; answers the tolerances that this made use of.
pub(super) fn apply(kind: &ResourceType, edits: &[Edit], document: &mut Object) -> Result<Used, Error> {
    let mut effort = Effort::default();
    let mut used = Used::default();
    for edit in edits {
        let Some(attributes) = resource::container(document, edit.target.extension.as_deref()) else { continue };
        let slot = attributes.entry(edit.target.attribute.name.as_str()).or_insert(Value::Null);
        let changed = if edit.target.attribute.multi_valued {
            change_list(edit, slot, &mut effort, &mut used)
        } else {
            change_single(edit, slot, &mut used)
        };
        changed.map_err(|error| in_operation(edit.operation, error))?;
        if is_empty(slot) {
            attributes.shift_remove(&edit.target.attribute.name);
        }
    }
    let mut settled: Vec<(Option<&str>, &str)> = Vec::new();
    for Edit { target, .. } in edits {
        let place = (target.extension.as_ref().map(|schema| schema.id.as_str()), target.attribute.name.as_str());
        if !settled.contains(&place) {
            settled.push(place);
            settle(target, document);
        }
    }
    for extension in &kind.extensions {
        if document.get(&extension.schema.id).is_some_and(is_empty) {
            document.shift_remove(&extension.schema.id);
        }
    }
    Ok(used)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(object) => object.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// Brings a touched list back to a set of values that say something.
fn settle(target: &Target, document: &mut Object) {
    let attributes = match &target.extension {
        None => Some(document),
        Some(schema) => document.get_mut(&schema.id).and_then(Value::as_object_mut),
    };
    let Some(attributes) = attributes else { return };
    if let Some(Value::Array(values)) = attributes.get_mut(&target.attribute.name) {
        values.retain(|element| !list::is_hollow(&target.attribute, element));
        list::merge_equal(&target.attribute, values);
        if values.is_empty() {
            attributes.shift_remove(&target.attribute.name);
        }
    }
}

fn change_list(edit: &Edit, slot: &mut Value, effort: &mut Effort, used: &mut Used) -> Result<(), Error> {
    let attribute = &*edit.target.attribute;
    let mut values = match std::mem::take(slot) {
        Value::Array(values) => values,
        Value::Null => Vec::new(),
        one @ (Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => vec![one],
    };
    match &edit.value {
        Some(Value::Array(named)) if edit.action == Action::Remove => effort.compare(named, &values)?,
        Some(_) | None => effort.search(edit.filter.as_ref(), &values)?,
    }
    match (edit.action, edit.target.sub.as_deref(), &edit.filter) {
        (Action::Remove, Some(sub), filter) => {
            for element in values.iter_mut().filter(|element| is_selected(filter.as_ref(), element)) {
                unassign_part(&edit.target, sub, element)?;
            }
            values.retain(|element| !is_empty(element));
        }
        (Action::Remove, None, Some(filter)) => values.retain(|element| !filter.matches_element(element)),
        (Action::Remove, None, None) => match &edit.value {
            Some(Value::Array(named)) => list::remove_named(attribute, &mut values, named),
            Some(_) | None => values.clear(),
        },
        (Action::Replace, None, None) => values = added(edit),
        (Action::Add, None, None) => {
            let added = added(edit);
            if added.iter().any(list::is_primary) {
                list::demote_all(&mut values);
            }
            values.extend(added);
        }
        (Action::Add | Action::Replace, _, _) => change_elements(edit, &mut values, used)?,
    }
    effort::within_limit(&attribute.name, &values)?;
    *slot = Value::Array(values);
    Ok(())
}

fn added(edit: &Edit) -> Vec<Value> {
    match &edit.value {
        Some(Value::Array(values)) => values.clone(),
        Some(value) => vec![value.clone()],
        None => Vec::new(),
    }
}

fn is_selected(filter: Option<&Filter>, element: &Value) -> bool {
    filter.is_none_or(|filter| filter.matches_element(element))
}

/// Adds to or replaces the elements a value path selects; makes one if it selects none.
fn change_elements(edit: &Edit, values: &mut Vec<Value>, used: &mut Used) -> Result<(), Error> {
    let mut winner = None;
    let mut is_found = false;
    for (place, element) in values.iter_mut().enumerate() {
        if is_selected(edit.filter.as_ref(), element) {
            is_found = true;
            assign(edit, element)?;
            if claims_primary(edit) && list::is_primary(element) {
                winner = Some(place);
            }
        }
    }
    if !is_found {
        let element = made(edit, used)?;
        if list::is_primary(&element) {
            winner = Some(values.len());
        }
        values.push(element);
    }
    if let Some(winner) = winner {
        list::demote_others(values, winner);
    }
    values.retain(|element| !is_empty(element));
    Ok(())
}

/// Whether the edit itself says that the element is the primary one.
fn claims_primary(edit: &Edit) -> bool {
    match &edit.target.sub {
        Some(sub) => sub.name == "primary",
        None => edit.value.as_ref().is_some_and(list::is_primary),
    }
}

/// The element an edit makes where its value path selects none (RFC 7644 §3.5.2.3 would refuse;
/// clients count on it).
fn made(edit: &Edit, used: &mut Used) -> Result<Value, Error> {
    let described = match (&edit.filter, &edit.create) {
        (None, _) => Object::new(),
        (Some(_), Some(create)) => {
            if edit.action == Action::Replace {
                used.note(Tolerance::MakeElements);
            }
            create.clone()
        }
        (Some(_), None) => {
            return Err(Error::no_target(format!(
                "{}[…] selects nothing (RFC 7644 §3.5.2.3); what is missing is made only by a filter of \"eq\" terms \
                 joined by \"and\", and by replace only with the tolerance make-elements",
                edit.target.attribute.name
            )));
        }
    };
    let mut element = if edit.target.attribute.is_complex() { Value::Object(described) } else { Value::Null };
    assign(edit, &mut element)?;
    Ok(element)
}

fn change_single(edit: &Edit, slot: &mut Value, used: &mut Used) -> Result<(), Error> {
    let is_unassigned = slot.is_null();
    let is_selected = !is_unassigned && is_selected(edit.filter.as_ref(), slot);
    match (edit.action, &edit.target.sub) {
        (Action::Remove, Some(sub)) if is_selected => unassign_part(&edit.target, sub, slot),
        (Action::Remove, None) if is_selected => {
            *slot = Value::Null;
            Ok(())
        }
        (Action::Remove, _) => Ok(()),
        (Action::Add | Action::Replace, _) if is_selected => assign(edit, slot),
        (Action::Add | Action::Replace, _) if is_unassigned => {
            *slot = made(edit, used)?;
            Ok(())
        }
        // There is one value, it is not the one the filter means, and there is no room for another.
        (Action::Add | Action::Replace, _) => {
            Err(Error::no_target(format!("{}[…] selects nothing (RFC 7644 §3.5.2.3)", edit.target.attribute.name)))
        }
    }
}

/// Gives one value (the single one, or an element) what the edit says: all of it if it is simple,
/// the parts that are named if it is complex.
fn assign(edit: &Edit, slot: &mut Value) -> Result<(), Error> {
    let attribute = &*edit.target.attribute;
    let Some(value) = &edit.value else { return Ok(()) };
    if !attribute.is_complex() {
        *slot = value.clone();
        return Ok(());
    }
    if !slot.is_object() {
        *slot = Value::Object(Object::new());
    }
    let Value::Object(parts) = slot else { return Ok(()) };
    match (&edit.target.sub, value) {
        (Some(sub), value) => assign_part(edit, attribute, sub, parts, value),
        (None, Value::Object(given)) => {
            // The value first: it takes stale companions with it, and the new ones are to stay.
            for sub in attribute.sub_attributes.iter().filter(|sub| sub.name == "value") {
                given.get(&sub.name).map_or(Ok(()), |value| assign_part(edit, attribute, sub, parts, value))?;
            }
            for sub in attribute.sub_attributes.iter().filter(|sub| sub.name != "value") {
                given.get(&sub.name).map_or(Ok(()), |value| assign_part(edit, attribute, sub, parts, value))?;
            }
            Ok(())
        }
        (None, _) => Ok(()),
    }
}

fn assign_part(
    edit: &Edit,
    attribute: &Attribute,
    sub: &Attribute,
    parts: &mut Object,
    value: &Value,
) -> Result<(), Error> {
    let old = parts.get(&sub.name);
    if old == Some(value) {
        return Ok(());
    }
    if old.is_some() && sub.mutability == Mutability::Immutable {
        return Err(immutable(&edit.target, sub));
    }
    if value.is_null() {
        if old.is_some() && sub.required {
            return Err(required(&edit.target, sub));
        }
        parts.shift_remove(&sub.name);
        return Ok(());
    }
    if sub.multi_valued && edit.action == Action::Add && edit.target.sub.is_some() {
        let mut list: Vec<Value> = old.and_then(Value::as_array).cloned().unwrap_or_default();
        list.extend(value.as_array().cloned().unwrap_or_default());
        list::merge_equal(sub, &mut list);
        parts.insert(sub.name.clone(), Value::Array(list));
        return Ok(());
    }
    if sub.name == "value" && old.is_some() {
        // What the server noted about the old value, and the link to it, do not fit the new one.
        let is_stale = |sub: &Attribute| {
            sub.kind == Kind::Reference && sub.name == "$ref" || sub.mutability == Mutability::ReadOnly
        };
        for stale in attribute.sub_attributes.iter().filter(|sub| is_stale(sub)) {
            parts.shift_remove(&stale.name);
        }
    }
    parts.insert(sub.name.clone(), value.clone());
    Ok(())
}

fn unassign_part(target: &Target, sub: &Attribute, slot: &mut Value) -> Result<(), Error> {
    let Value::Object(parts) = slot else { return Ok(()) };
    if parts.contains_key(&sub.name) && sub.mutability == Mutability::Immutable {
        return Err(immutable(target, sub));
    }
    if parts.shift_remove(&sub.name).is_some() && sub.required {
        return Err(required(target, sub));
    }
    Ok(())
}

/// A value that has lost its required part would otherwise go whole, or be refused as one that never had it.
fn required(target: &Target, sub: &Attribute) -> Error {
    let name = &target.attribute.name;
    Error::mutability(format!("{name}.{} is required and cannot be removed (RFC 7644 §3.5.2.2)", sub.name))
}

fn immutable(target: &Target, sub: &Attribute) -> Error {
    let name = &target.attribute.name;
    Error::mutability(format!("{name}.{} cannot be changed once it has a value (RFC 7643 §7)", sub.name))
}
