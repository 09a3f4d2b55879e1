//! Changes of the members of a group in a PATCH (RFC 7644 §3.5.2, RFC 7643 §4.2).
//!
//! Only ids count: what else a client says of a member is derived from the member itself. No shape
//! of a removal that names members may ever empty the list.

use super::{Action, MemberEdit};
use crate::scim::Error;
use crate::scim::filter::{Check, Filter, Operator, Test};
use crate::scim::path::Target;
use crate::scim::resource::shape::Shape;
use crate::scim::schema::Attribute;
use crate::scim::value::Key;
use serde_json::Value;
use std::collections::HashSet;

/// How many members one request may name.
const MAX_NAMED: usize = 10_000;
/// How many comparisons with every member one request may ask for.
const MAX_TERMS: usize = 200;

/// Refuses what would keep others waiting too long.
pub(super) fn within_limits(edits: &[MemberEdit]) -> Result<(), Error> {
    let (mut named, mut terms) = (0, 0);
    for edit in edits {
        match edit {
            MemberEdit::Add(ids) | MemberEdit::Remove(ids) | MemberEdit::Replace(ids) => named += ids.len(),
            MemberEdit::RemoveWhere(filter) => terms += filter.terms(),
        }
    }
    if named > MAX_NAMED {
        return Err(Error::too_large(format!("members: at most {MAX_NAMED} may be named in one request")));
    }
    if terms > MAX_TERMS {
        return Err(Error::too_large(format!(
            "members: filters that compare every member may have at most {MAX_TERMS} terms in one request"
        )));
    }
    Ok(())
}

/// The change an operation on the members means; none if it changes nothing we keep.
pub(super) fn read(
    shape: &mut Shape,
    action: Action,
    target: &Target,
    filter: Option<Filter>,
    value: Option<Value>,
) -> Result<Option<MemberEdit>, Error> {
    let attribute = &*target.attribute;
    let is_value = target.sub.as_ref().map(|sub| sub.name == "value");
    match (filter, is_value) {
        (None, None) => all(shape, action, attribute, value).map(Some),
        (None, Some(true)) if value.as_ref().is_some_and(|value| !value.is_null()) => match action {
            Action::Add | Action::Remove => all(shape, action, attribute, value).map(Some),
            Action::Replace => Err(immutable(target)),
        },
        (Some(filter), None) => selected(shape, action, target, filter, value).map(Some),
        (Some(filter), Some(true)) if action == Action::Add => selected(shape, action, target, filter, value).map(Some),
        (None, Some(_)) | (Some(_), Some(true)) => Err(immutable(target)),
        // The display, type or $ref of one member: derived, so that there is nothing to change.
        (Some(_), Some(false)) => Ok(None),
    }
}

fn all(shape: &mut Shape, action: Action, attribute: &Attribute, value: Option<Value>) -> Result<MemberEdit, Error> {
    let is_nothing = value.as_ref().is_none_or(Value::is_null);
    let ids = shape.member_ids(attribute, value.unwrap_or(Value::Null))?;
    Ok(match action {
        Action::Add => MemberEdit::Add(ids),
        Action::Remove if is_nothing => MemberEdit::Replace(Vec::new()),
        Action::Remove => MemberEdit::Remove(ids),
        Action::Replace => MemberEdit::Replace(ids),
    })
}

fn selected(
    shape: &mut Shape,
    action: Action,
    target: &Target,
    filter: Filter,
    value: Option<Value>,
) -> Result<MemberEdit, Error> {
    let mut ids = Vec::new();
    let is_by_id = collect_ids(&filter, &mut ids);
    if action == Action::Remove {
        return Ok(if is_by_id { MemberEdit::Remove(ids) } else { MemberEdit::RemoveWhere(filter) });
    }
    if !is_by_id {
        return Err(Error::no_target(format!(
            "{}[…]: only members[value eq \"id\"] names a member that can be added (RFC 7644 §3.5.2.1)",
            target.attribute.name
        )));
    }
    let given = shape.member_ids(&target.attribute, value.map_or(Value::Null, nameless))?;
    if action == Action::Replace && given.iter().any(|id| !ids.contains(id)) {
        return Err(immutable(target));
    }
    ids.extend(given);
    let mut seen = HashSet::new();
    ids.retain(|id| seen.insert(id.clone()));
    Ok(MemberEdit::Add(ids))
}

/// The value given beside a path that names the member already may do without the id.
fn nameless(value: Value) -> Value {
    match value {
        Value::Object(parts) if !parts.keys().any(|name| name.eq_ignore_ascii_case("value")) => Value::Null,
        value => value,
    }
}

/// Collects the ids of a filter that is `value eq "id"` terms joined by `or`; false for any other.
fn collect_ids(filter: &Filter, ids: &mut Vec<String>) -> bool {
    match filter {
        Filter::Test(Test { target, check: Check::Compare(Operator::Eq, Key::Text(id)) })
            if target.attribute.name == "value" =>
        {
            ids.push(id.clone());
            true
        }
        Filter::Or(terms) => terms.iter().all(|term| collect_ids(term, ids)),
        Filter::Test(_) | Filter::And(_) | Filter::Not(_) | Filter::Element { .. } => false,
    }
}

fn immutable(target: &Target) -> Error {
    Error::mutability(format!("{} cannot be changed; add and remove whole members (RFC 7643 §4.2)", target.name()))
}
