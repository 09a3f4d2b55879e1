//! Reads the operations of a PATCH into edits (RFC 7644 §3.5.2), in every shape clients send.
//!
//! A value without path is a path per key; a value path keeps the element it would have to make.

use super::{Action, Edit, PasswordEdit, Patch, in_operation, members};
use crate::scim::path::{self, Target, ValuePath};
use crate::scim::resource::{self, shape::Shape};
use crate::scim::schema::{Attribute, Mutability, ResourceType, Schema, Storage};
use crate::scim::tolerance::{Leeway, Profile, Tolerance};
use crate::scim::{Error, Object, ScimType, urn};
use serde_json::Value;
use std::sync::Arc;

/// How many operations one request may have.
const MAX_OPERATIONS: usize = 1000;
/// The longest path, in bytes.
const MAX_PATH: usize = 1024;

/// Reads the body of a PATCH.
pub(super) fn parse(kind: &ResourceType, body: &Value, profile: &Profile) -> Result<Patch, Error> {
    let mut shape = Shape::new(profile);
    let operations = operations(body, &mut shape.leeway)?;
    if operations.len() > MAX_OPERATIONS {
        return Err(Error::too_large(format!("Operations: at most {MAX_OPERATIONS} may be sent at a time")));
    }
    let mut patch = Patch::default();
    for (number, operation) in (1..).zip(operations) {
        let mut reader = Reader { kind, number, patch: &mut patch, shape: &mut shape };
        reader.operation(operation).map_err(|error| in_operation(number, error))?;
    }
    members::within_limits(&patch.members)?;
    Ok(Patch { unknown: shape.unknown, used: shape.leeway.used, ..patch })
}

/// The operations of a PatchOp.
fn operations<'b>(body: &'b Value, leeway: &mut Leeway) -> Result<&'b Vec<Value>, Error> {
    let refusal =
        || Error::syntax("the body must be a PatchOp: an object with the list \"Operations\" (RFC 7644 §3.5.2)");
    let body = body.as_object().ok_or_else(refusal)?;
    let Some(Value::Array(operations)) = member(body, "Operations") else { return Err(refusal()) };
    let names_itself = |schemas: &Value| {
        schemas.as_array().is_some_and(|listed| {
            let is_it = |listed: &Value| listed.as_str().is_some_and(|urn| urn.eq_ignore_ascii_case(urn::PATCH_OP));
            !listed.is_empty() && listed.iter().all(is_it)
        })
    };
    if !body.contains_key("Operations") {
        leeway.need(Tolerance::LoosePatch, || {
            Error::syntax("the list of operations must be called \"Operations\" (RFC 7644 §3.5.2)")
        })?;
    }
    if !member(body, "schemas").is_some_and(names_itself) {
        leeway.need(Tolerance::LoosePatch, || {
            Error::syntax(format!("schemas must be a list of {} alone (RFC 7644 §3.5.2)", urn::PATCH_OP))
        })?;
    }
    if operations.is_empty() {
        leeway.need(Tolerance::LoosePatch, || {
            Error::syntax("Operations must have one operation or more (RFC 7644 §3.5.2)")
        })?;
    }
    Ok(operations)
}

/// A member of a message, by its name in any case.
fn member<'v>(object: &'v Object, name: &str) -> Option<&'v Value> {
    object.get(name).or_else(|| object.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

/// The value of an operation; only a removal may do without.
fn needed(action: Action, value: Option<Value>) -> Result<Value, Error> {
    match value {
        Some(value) => Ok(value),
        None if action == Action::Remove => Ok(Value::Null),
        None => Err(Error::value("\"value\" is missing; null would unassign the attribute (RFC 7644 §3.5.2)")),
    }
}

/// Where the name of an attribute stood, which decides what becomes of one that may not be written.
#[derive(Clone, Copy, PartialEq)]
enum Named {
    /// In `path`: the client means it, so it is refused.
    InPath,
    /// As a key of a value: often an echo of what the server once answered, so it is passed over.
    InValue,
}

struct Reader<'r, 'p> {
    kind: &'r ResourceType,
    number: usize,
    patch: &'r mut Patch,
    shape: &'r mut Shape<'p>,
}

impl Reader<'_, '_> {
    fn operation(&mut self, operation: &Value) -> Result<(), Error> {
        let Value::Object(operation) = operation else {
            return Err(Error::syntax("an operation must be an object (RFC 7644 §3.5.2)"));
        };
        let action = match member(operation, "op").and_then(Value::as_str).map(str::to_ascii_lowercase).as_deref() {
            Some("add") => Action::Add,
            Some("remove") => Action::Remove,
            Some("replace") => Action::Replace,
            Some(_) | None => {
                return Err(Error::syntax("\"op\" must be \"add\", \"remove\" or \"replace\" (RFC 7644 §3.5.2)"));
            }
        };
        let value = member(operation, "value").cloned();
        match member(operation, "path") {
            None => self.pathless(action, value),
            Some(path) if path.is_null() || path.as_str().is_some_and(|path| path.trim().is_empty()) => {
                self.pathless(action, value)
            }
            Some(Value::String(path)) if path.len() > MAX_PATH => {
                Err(Error::path(format!("\"path\" may have at most {MAX_PATH} bytes")))
            }
            Some(Value::String(path)) => self.with_path(action, path.trim(), value),
            Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                Err(Error::path("\"path\" must be text (RFC 7644 §3.5.2)"))
            }
        }
    }

    fn with_path(&mut self, action: Action, path: &str, value: Option<Value>) -> Result<(), Error> {
        if let Some(extension) = self.kind.extension(path) {
            let schema = Arc::clone(&extension.schema);
            return self.extension(action, &schema, needed(action, value)?);
        }
        if path.eq_ignore_ascii_case(&self.kind.schema.id) {
            return self.without_path(action, value);
        }
        self.shape.count(path)?;
        let path = match path::resolve_patch(self.kind, path) {
            Ok(path) => path,
            Err(error) => return self.pass_over(path, error),
        };
        // A filter on the members says by itself which one is meant.
        let value = if path.target.attribute.storage == Storage::Members && path.filter.is_some() {
            value
        } else {
            Some(needed(action, value)?)
        };
        self.change(action, path, value, Named::InPath)
    }

    /// Passes over an operation whose path names nothing; any other fault of a path stays one.
    fn pass_over(&mut self, path: &str, error: Error) -> Result<(), Error> {
        if error.scim_type != ScimType::InvalidPath || !path::names_nothing(self.kind, path) {
            return Err(error);
        }
        // Who may send no attribute that nobody knows is told of such a path in the same way.
        let is_lenient = self.shape.leeway.allows(Tolerance::UnknownAttributes);
        let refusal = if is_lenient { error } else { Error { scim_type: ScimType::InvalidSyntax, ..error } };
        self.shape.leeway.need(Tolerance::UnknownPaths, || refusal)?;
        self.shape.unknown.push(path.to_owned());
        Ok(())
    }

    fn pathless(&mut self, action: Action, value: Option<Value>) -> Result<(), Error> {
        self.shape.leeway.need(Tolerance::PathlessPatch, || {
            Error::syntax("\"path\" is missing: each operation must name the attribute it is about (RFC 7644 §3.5.2)")
        })?;
        self.without_path(action, value)
    }

    fn without_path(&mut self, action: Action, value: Option<Value>) -> Result<(), Error> {
        let pathless = || Error::no_target("remove needs a path (RFC 7644 §3.5.2.2)");
        match (action, value) {
            (_, Some(Value::Object(attributes))) if !attributes.is_empty() => {
                if action == Action::Remove {
                    self.shape.leeway.need(Tolerance::RemoveByValue, pathless)?;
                }
                self.attributes(action, attributes)
            }
            (Action::Remove, _) => Err(pathless()),
            (Action::Add | Action::Replace, Some(Value::Object(_))) => Ok(()),
            (Action::Add | Action::Replace, _) => Err(Error::value(
                "without a path \"value\" must be an object of attributes (RFC 7644 §3.5.2.1, §3.5.2.3)",
            )),
        }
    }

    /// A value without path: every key is a path.
    fn attributes(&mut self, action: Action, attributes: Object) -> Result<(), Error> {
        for (name, value) in attributes {
            if name.eq_ignore_ascii_case("id") {
                self.id(value)?;
            } else if name.eq_ignore_ascii_case("schemas") || name.eq_ignore_ascii_case("meta") {
                // Echoes of what the server keeps by itself.
            } else if let Some(extension) = self.kind.extension(&name) {
                let schema = Arc::clone(&extension.schema);
                self.extension(action, &schema, value)?;
            } else if name.eq_ignore_ascii_case(&self.kind.schema.id) {
                self.attributes(action, resource::object(&name, value)?)?;
            } else {
                self.named(action, name, value)?;
            }
        }
        Ok(())
    }

    fn named(&mut self, action: Action, name: String, value: Value) -> Result<(), Error> {
        if name.len() > MAX_PATH {
            return Err(Error::path(format!("the name of an attribute may have at most {MAX_PATH} bytes")));
        }
        self.shape.count(&name)?;
        match path::resolve_patch(self.kind, &name) {
            Ok(path) => self.change(action, path, Some(value), Named::InValue),
            Err(error) if name.contains('[') => self.pass_over(&name, error),
            Err(_) => self.shape.leave_out(name),
        }
    }

    fn id(&mut self, value: Value) -> Result<(), Error> {
        let id = match value {
            Value::Null => return Ok(()),
            Value::String(id) => id,
            other @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => other.to_string(),
        };
        match &self.patch.id {
            Some(known) if *known != id => Err(Error::mutability("id cannot be changed (RFC 7643 §3.1)")),
            Some(_) => Ok(()),
            None => {
                self.patch.id = Some(id);
                Ok(())
            }
        }
    }

    /// An extension as a whole: merged attribute by attribute, or all of it unassigned.
    fn extension(&mut self, action: Action, schema: &Arc<Schema>, value: Value) -> Result<(), Error> {
        let target = |attribute: &Arc<Attribute>| ValuePath {
            target: Target { extension: Some(Arc::clone(schema)), attribute: Arc::clone(attribute), sub: None },
            filter: None,
            described: None,
        };
        let is_nothing = matches!(&value, Value::Null) || value.as_str() == Some("");
        if is_nothing && action != Action::Add {
            if action == Action::Replace {
                self.shape.leeway.need(Tolerance::ClearByEmpty, || unassigning(&schema.id))?;
            }
            for attribute in &schema.attributes {
                self.change(Action::Remove, target(attribute), None, Named::InValue)?;
            }
            return Ok(());
        }
        for (name, value) in resource::object(&schema.id, value)? {
            match schema.attribute(&name) {
                Some(attribute) => self.change(action, target(attribute), Some(value), Named::InValue)?,
                // Every representation may say what it is (RFC 7643 §3).
                None if name.eq_ignore_ascii_case("schemas") => {}
                None if name.contains('.') => self.named(action, format!("{}:{name}", schema.id), value)?,
                None => self.shape.leave_out(format!("{}:{name}", schema.id))?,
            }
        }
        Ok(())
    }

    /// One operation on one attribute.
    fn change(&mut self, action: Action, path: ValuePath, value: Option<Value>, named: Named) -> Result<(), Error> {
        let ValuePath { target, filter, described } = path;
        let read_only = |attribute: &Attribute| attribute.mutability == Mutability::ReadOnly;
        let attribute = Arc::clone(&target.attribute);
        if read_only(&attribute) || target.sub.as_deref().is_some_and(read_only) {
            if named == Named::InValue || attribute.storage == Storage::Members {
                return value.map_or(Ok(()), |value| self.shape.pass_by(&attribute, &value));
            }
            if attribute.name == "schemas" && action != Action::Remove {
                return self.schemas(value.as_ref());
            }
            return Err(Error::mutability(format!("{} is read-only (RFC 7643 §7)", target.name())));
        }
        let value = value.map(|value| unwrapped(&attribute, value));
        self.permit(action, &target, filter.is_some(), value.as_ref())?;
        match attribute.storage {
            // Read-only, all of them.
            Storage::Groups | Storage::Number | Storage::Sessions | Storage::Dependents | Storage::Shown => Ok(()),
            Storage::Members => {
                let edit = members::read(self.shape, action, &target, filter, value)?;
                self.patch.members.extend(edit);
                Ok(())
            }
            Storage::Password => {
                let password = match (action, value) {
                    (Action::Remove, _) | (_, None) => None,
                    (Action::Add | Action::Replace, Some(value)) => self.shape.password(&attribute, value)?,
                };
                self.patch.password = Some(password.map_or(PasswordEdit::Remove, PasswordEdit::Set));
                Ok(())
            }
            Storage::Document | Storage::Indexed | Storage::Connection => {
                self.edit(action, ValuePath { target, filter, described }, value)
            }
        }
    }

    /// Schemas follow the attributes by themselves; to name those of the type changes nothing.
    fn schemas(&self, value: Option<&Value>) -> Result<(), Error> {
        let is_ours = |urn: &str| urn.eq_ignore_ascii_case(&self.kind.schema.id) || self.kind.extension(urn).is_some();
        let listed = value.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        if !listed.is_empty() && listed.iter().all(|listed| listed.as_str().is_some_and(is_ours)) {
            return Ok(());
        }
        let is_lenient = self.shape.leeway.allows(Tolerance::AnySchemas);
        let scim_type = if is_lenient { ScimType::Mutability } else { ScimType::InvalidSyntax };
        let name = &self.kind.name;
        Err(Error::new(scim_type, format!("schemas may only name schemas of the resource type {name} (RFC 7643 §3)")))
    }

    /// Whether the operation may have this value: a removal has none (RFC 7644 §3.5.2.2), and only a
    /// removal unassigns.
    fn permit(
        &mut self,
        action: Action,
        target: &Target,
        is_filtered: bool,
        value: Option<&Value>,
    ) -> Result<(), Error> {
        let Some(value) = value else { return Ok(()) };
        let is_blank = value.as_str() == Some("");
        match action {
            Action::Remove if value.is_null() => Ok(()),
            Action::Remove => {
                let names_elements = target.attribute.multi_valued
                    && !is_filtered
                    && !is_blank
                    && (target.sub.is_none() || target.attribute.storage == Storage::Members);
                let tolerance = if names_elements { Tolerance::RemoveByValue } else { Tolerance::ClearByEmpty };
                self.shape.leeway.need(tolerance, || {
                    let name = target.name();
                    Error::value(format!("{name}: remove takes no value; \"path\" says what goes (RFC 7644 §3.5.2.2)"))
                })
            }
            Action::Add | Action::Replace if is_blank || value.is_null() => {
                self.shape.leeway.need(Tolerance::ClearByEmpty, || unassigning(&target.name()))
            }
            Action::Add | Action::Replace => Ok(()),
        }
    }

    fn edit(&mut self, action: Action, path: ValuePath, value: Option<Value>) -> Result<(), Error> {
        let (action, value) = match (action, value) {
            (Action::Remove, value) => match self.removed(&path, value)? {
                Removed::Everything => (Action::Remove, None),
                Removed::These(values) => (Action::Remove, Some(values)),
                Removed::Nothing => return Ok(()),
            },
            (_, value) => match self.assigned(action, &path, value.unwrap_or(Value::Null))? {
                Assigned::Value(value) => (action, Some(value)),
                Assigned::Nothing => return Ok(()),
                Assigned::Unassigned if path.target.leaf().required && path.filter.is_none() => {
                    let name = path.target.name();
                    return Err(Error::value(format!("{name} is required and must have a value (RFC 7643 §7)")));
                }
                Assigned::Unassigned => (Action::Remove, None),
            },
        };
        let ValuePath { target, filter, described } = path;
        let create = described.filter(|_| match action {
            Action::Add => true,
            Action::Replace => self.shape.leeway.allows(Tolerance::MakeElements),
            Action::Remove => false,
        });
        self.patch.edits.push(Edit { operation: self.number, action, target, filter, create, value });
        Ok(())
    }

    fn removed(&mut self, path: &ValuePath, value: Option<Value>) -> Result<Removed, Error> {
        let attribute = &path.target.attribute;
        if !attribute.multi_valued || path.target.sub.is_some() || path.filter.is_some() {
            return Ok(Removed::Everything);
        }
        match value {
            None | Some(Value::Null) => Ok(Removed::Everything),
            Some(Value::String(text)) if text.is_empty() => Ok(Removed::Everything),
            Some(named) => Ok(self.shape.attribute(attribute, named)?.map_or(Removed::Nothing, Removed::These)),
        }
    }

    fn assigned(&mut self, action: Action, path: &ValuePath, value: Value) -> Result<Assigned, Error> {
        let ValuePath { target, filter, .. } = path;
        let attribute = &target.attribute;
        if let Some(sub) = &target.sub {
            return Ok(Assigned::or_unassigned(self.shape.attribute(sub, value)?));
        }
        if attribute.multi_valued && filter.is_none() {
            let adds_nothing = action == Action::Add;
            let value = self.shape.attribute(attribute, value)?;
            return Ok(if adds_nothing && value.is_none() {
                Assigned::Nothing
            } else {
                Assigned::or_unassigned(value)
            });
        }
        if !attribute.is_complex() {
            return Ok(Assigned::or_unassigned(self.shape.one(attribute, value)?));
        }
        let is_nothing = value.is_null() || value.as_str() == Some("") || value.as_array().is_some_and(Vec::is_empty);
        let mut parts = self.shape.parts(attribute, value)?;
        // Without its value the rest of a reference says nothing: {"value": ""} clears a manager.
        if is_nothing || parts.get("value").is_some_and(Value::is_null) {
            return Ok(Assigned::Unassigned);
        }
        if action == Action::Replace && !attribute.multi_valued && filter.is_none() {
            self.replace_rest(attribute, &mut parts);
        }
        Ok(if parts.is_empty() { Assigned::Nothing } else { Assigned::Value(Value::Object(parts)) })
    }

    /// What a replace of a complex attribute does to the parts it does not name: they stay (RFC 7644
    /// §3.5.2.3) or, where that is not so, go with the whole.
    fn replace_rest(&mut self, attribute: &Attribute, parts: &mut Object) {
        let is_rest = |sub: &&Arc<Attribute>| sub.mutability != Mutability::ReadOnly && !parts.contains_key(&sub.name);
        let rest: Vec<String> = attribute.sub_attributes.iter().filter(is_rest).map(|sub| sub.name.clone()).collect();
        if !rest.is_empty() && !self.shape.leeway.take(Tolerance::MergeReplace) {
            parts.extend(rest.into_iter().map(|name| (name, Value::Null)));
        }
    }
}

fn unassigning(name: &str) -> Error {
    Error::value(format!("{name}: only remove unassigns an attribute (RFC 7644 §3.5.2.2)"))
}

/// What a removal takes away.
enum Removed {
    Everything,
    These(Value),
    Nothing,
}

/// What an add or replace leaves behind.
enum Assigned {
    Value(Value),
    Unassigned,
    Nothing,
}

impl Assigned {
    fn or_unassigned(value: Option<Value>) -> Self {
        value.map_or(Self::Unassigned, Self::Value)
    }
}

/// Takes a value out of an object that only repeats the name of the attribute: `{"members": […]}`.
fn unwrapped(attribute: &Attribute, value: Value) -> Value {
    match value {
        Value::Object(object) if object.len() == 1 && attribute.sub_attribute(&attribute.name).is_none() => {
            let is_wrapped = object.keys().all(|name| name.eq_ignore_ascii_case(&attribute.name));
            match object.into_iter().next() {
                Some((_, inner)) if is_wrapped => inner,
                outer => Value::Object(outer.into_iter().collect()),
            }
        }
        value => value,
    }
}
