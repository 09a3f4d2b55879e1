//! The evaluator: decides in memory what the store decides in SQL.

use super::{Check, Filter, Operator, Test};
use crate::scim::value::{self, Key};
use crate::scim::{Object, path};
use serde_json::Value;
use std::cmp::Ordering;

/// What a filter is asked about.
#[derive(Clone, Copy)]
enum Subject<'s> {
    Document(&'s Object),
    Element(&'s Value),
}

pub(super) fn document(filter: &Filter, document: &Object) -> bool {
    matches(filter, Subject::Document(document))
}

pub(super) fn element(filter: &Filter, element: &Value) -> bool {
    matches(filter, Subject::Element(element))
}

fn matches(filter: &Filter, subject: Subject) -> bool {
    match filter {
        Filter::And(parts) => parts.iter().all(|part| matches(part, subject)),
        Filter::Or(parts) => parts.iter().any(|part| matches(part, subject)),
        Filter::Not(inner) => !matches(inner, subject),
        Filter::Test(test) => holds(test, subject),
        Filter::Element { target, filter } => match subject.value(target) {
            Some(Value::Array(elements)) => elements.iter().any(|one| element(filter, one)),
            Some(one @ Value::Object(_)) => element(filter, one),
            Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | None => false,
        },
    }
}

impl<'s> Subject<'s> {
    fn value(self, target: &path::Target) -> Option<&'s Value> {
        match self {
            Self::Document(document) => path::get(document, target),
            Self::Element(Value::Object(parts)) => path::get(parts, target),
            // The one part of a simple element is the element itself.
            Self::Element(simple) => (target.attribute.name == "value").then_some(simple),
        }
    }
}

fn holds(test: &Test, subject: Subject) -> bool {
    let found = subject.value(&test.target);
    match &test.check {
        Check::Present => found.is_some_and(is_assigned),
        Check::Absent => !found.is_some_and(is_assigned),
        Check::Compare(operator, literal) => {
            compare(found.and_then(|value| value::key(test.target.leaf(), value)).as_ref(), *operator, literal)
        }
    }
}

/// RFC 7643 §2.5: null, and what is empty all through, is no value.
fn is_assigned(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(_) | Value::Number(_) => true,
        Value::String(text) => !text.is_empty(),
        Value::Array(elements) => elements.iter().any(is_assigned),
        Value::Object(parts) => parts.values().any(is_assigned),
    }
}

/// An unassigned value differs from every literal and is like none.
fn compare(key: Option<&Key>, operator: Operator, literal: &Key) -> bool {
    let Some(key) = key else { return operator == Operator::Ne };
    let order = || match (key, literal) {
        (Key::Text(key), Key::Text(literal)) => Some(key.cmp(literal)),
        (Key::Boolean(key), Key::Boolean(literal)) => Some(key.cmp(literal)),
        (Key::Integer(key), Key::Integer(literal)) => Some(key.cmp(literal)),
        (Key::Decimal(key), Key::Decimal(literal)) => key.partial_cmp(literal),
        (Key::Text(_) | Key::Boolean(_) | Key::Integer(_) | Key::Decimal(_), _) => None,
    };
    let text = |test: fn(&str, &str) -> bool| match (key, literal) {
        (Key::Text(key), Key::Text(literal)) => test(key, literal),
        (Key::Text(_) | Key::Boolean(_) | Key::Integer(_) | Key::Decimal(_), _) => false,
    };
    match operator {
        Operator::Eq => order() == Some(Ordering::Equal),
        Operator::Ne => order() != Some(Ordering::Equal),
        Operator::Co => text(|key, literal| key.contains(literal)),
        Operator::Sw => text(|key, literal| key.starts_with(literal)),
        Operator::Ew => text(|key, literal| key.ends_with(literal)),
        Operator::Gt => order() == Some(Ordering::Greater),
        Operator::Ge => matches!(order(), Some(Ordering::Greater | Ordering::Equal)),
        Operator::Lt => order() == Some(Ordering::Less),
        Operator::Le => matches!(order(), Some(Ordering::Less | Ordering::Equal)),
    }
}
