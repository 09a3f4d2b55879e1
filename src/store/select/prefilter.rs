//! Where an index can narrow the search: the numbers of all resources that could match.
//!
//! A prefilter may let too many through, never too few; the exact predicate stands beside it.

use super::filter::{Predicate, Seen, successor, value_equals};
use crate::scim::filter::{Check, Filter, Operator, Test};
use crate::scim::path::Target;
use crate::scim::schema::{ResourceType, Storage};
use crate::scim::value::Key;
use crate::store::keys::{self, Hot};
use crate::store::sql::Sql;
use std::sync::Arc;

/// One lookup in one index.
#[derive(Clone, Debug, PartialEq)]
enum Lookup<'f> {
    /// `id`
    Id(&'f str),
    /// An indexed text column and its key.
    Column(&'static str, &'f str),
    /// The number of the row.
    Number(i64),
    /// What the connection calls a resource.
    External(&'f str),
    /// The attribute index: the attribute and its key.
    Key(String, String),
    /// The attribute index: the attribute and how its key begins.
    Start(String, &'f str),
}

/// Appends ` AND r.num IN (…)` if there is anything to narrow by that the exact predicate, which
/// finds the indexes of columns by itself, does not say.
pub(super) fn write(sql: &mut Sql, predicate: &Predicate<'_>, filter: &Filter) {
    let Some(seen) = predicate.seen else { return };
    let kind = seen.kind;
    let conjuncts = match filter {
        Filter::And(all) => all.as_slice(),
        Filter::Or(_) | Filter::Not(_) | Filter::Test(_) | Filter::Element { .. } => std::slice::from_ref(filter),
    };
    if conjuncts.iter().any(|conjunct| is_direct(kind, conjunct)) {
        return;
    }
    let Some(lookups) = best(conjuncts.iter().filter_map(|conjunct| lookups(kind, None, conjunct))) else { return };
    sql.push(" AND r.num IN (");
    for (place, lookup) in lookups.iter().enumerate() {
        if place > 0 {
            sql.push(" UNION ALL ");
        }
        lookup.write(sql, predicate, seen);
    }
    sql.push(")");
}

impl Lookup<'_> {
    fn write(&self, sql: &mut Sql, predicate: &Predicate<'_>, seen: Seen<'_>) {
        match self {
            Self::Id(id) => {
                sql.push("SELECT num FROM resource WHERE tenant = ").again(predicate.tenant);
                sql.push(" AND id = ").bind(*id);
            }
            Self::Column(column, key) => {
                sql.push("SELECT num FROM resource WHERE tenant = ").again(predicate.tenant);
                sql.push(" AND type = ").bind(seen.kind.name.as_str());
                sql.push(" AND ").push(column).push(" = ").bind(*key);
            }
            Self::Number(num) => {
                sql.push("SELECT num FROM resource WHERE tenant = ").again(predicate.tenant);
                sql.push(" AND num = ").bind(*num);
            }
            Self::External(text) => predicate.write_external(sql, seen, false, text),
            Self::Key(attribute, key) => {
                sql.push("SELECT num FROM attr_index WHERE tenant = ").again(predicate.tenant);
                sql.push(" AND attribute = ").bind(attribute.as_str()).push(" AND key = ").bind(key.as_str());
            }
            Self::Start(attribute, start) => {
                sql.push("SELECT num FROM attr_index WHERE tenant = ").again(predicate.tenant);
                sql.push(" AND attribute = ").bind(attribute.as_str()).push(" AND key >= ").bind(*start);
                if let Some(end) = successor(start) {
                    sql.push(" AND key < ").bind(end);
                }
            }
        }
    }
}

/// Equality narrows more than a beginning, one lookup more than several.
fn best<'f>(choices: impl Iterator<Item = Vec<Lookup<'f>>>) -> Option<Vec<Lookup<'f>>> {
    choices.min_by_key(|lookups| (lookups.iter().any(|lookup| matches!(lookup, Lookup::Start(..))), lookups.len()))
}

/// Whether the exact predicate is itself a lookup in an index.
fn is_direct(kind: &ResourceType, filter: &Filter) -> bool {
    match filter {
        Filter::Test(test) => {
            let found = lookup(kind, &test.target, &test.check);
            matches!(found, Some(Lookup::Id(_) | Lookup::Column(..) | Lookup::Number(_) | Lookup::External(_)))
        }
        Filter::Element { target, filter } => match target.attribute.storage {
            Storage::Members | Storage::Groups => value_equals(filter).is_some(),
            Storage::Document
            | Storage::Indexed
            | Storage::Connection
            | Storage::Password
            | Storage::Number
            | Storage::Sessions
            | Storage::Dependents
            | Storage::Shown => false,
        },
        Filter::And(_) | Filter::Or(_) | Filter::Not(_) => false,
    }
}

/// Lookups that together find every resource that matches; none if there are none.
fn lookups<'f>(kind: &ResourceType, outer: Option<&Target>, filter: &'f Filter) -> Option<Vec<Lookup<'f>>> {
    match filter {
        Filter::And(all) => best(all.iter().filter_map(|conjunct| lookups(kind, outer, conjunct))),
        Filter::Or(any) => {
            let mut found = Vec::new();
            for filter in any {
                found.append(&mut lookups(kind, outer, filter)?);
            }
            (!found.is_empty()).then_some(found)
        }
        Filter::Not(_) => None,
        Filter::Test(Test { target, check }) => {
            let lookup = match outer {
                None => lookup(kind, target, check),
                Some(outer) => lookup(kind, &inside(outer, target), check),
            };
            lookup.map(|lookup| vec![lookup])
        }
        Filter::Element { target, filter } => match (outer, target.attribute.storage) {
            (None, Storage::Document | Storage::Indexed | Storage::Connection) => lookups(kind, Some(target), filter),
            // Rows, a hash, and what has no elements.
            (
                None,
                Storage::Members
                | Storage::Groups
                | Storage::Password
                | Storage::Number
                | Storage::Sessions
                | Storage::Dependents
                | Storage::Shown,
            )
            | (Some(_), _) => None,
        },
    }
}

/// The target from the resource on, of a target relative to an element.
fn inside(outer: &Target, target: &Target) -> Target {
    let sub = outer.attribute.is_complex().then(|| Arc::clone(&target.attribute));
    Target { extension: outer.extension.clone(), attribute: Arc::clone(&outer.attribute), sub }
}

fn lookup<'f>(kind: &ResourceType, target: &Target, check: &'f Check) -> Option<Lookup<'f>> {
    let Check::Compare(operator, key) = check else { return None };
    match operator {
        Operator::Eq => equal(kind, target, key),
        Operator::Sw => match key {
            Key::Text(start) if keys::is_searchable(kind, target) && keys::index_key(key)? == *start => {
                Some(Lookup::Start(target.name(), start))
            }
            Key::Text(_) | Key::Boolean(_) | Key::Integer(_) | Key::Decimal(_) => None,
        },
        Operator::Ne | Operator::Co | Operator::Ew | Operator::Gt | Operator::Ge | Operator::Lt | Operator::Le => None,
    }
}

fn equal<'f>(kind: &ResourceType, target: &Target, key: &'f Key) -> Option<Lookup<'f>> {
    if keys::is_searchable(kind, target) {
        return Some(Lookup::Key(target.name(), keys::index_key(key)?));
    }
    if let (Storage::Number, Key::Integer(num)) = (target.attribute.storage, key) {
        return Some(Lookup::Number(*num));
    }
    let Key::Text(text) = key else { return None };
    if is_id(target) {
        return Some(Lookup::Id(text));
    }
    if target.attribute.storage == Storage::Connection {
        return Some(Lookup::External(text));
    }
    if !keys::column_decides(text) {
        return None;
    }
    match keys::hot(kind, target)? {
        Hot::NameKey => Some(Lookup::Column("name_key", text)),
        Hot::Active => None,
    }
}

fn is_id(target: &Target) -> bool {
    target.extension.is_none() && target.sub.is_none() && target.attribute.name == "id"
}
