//! The resolver: binds names to attributes and brings literals to the attribute's type.
//!
//! Comparisons on multi-valued attributes become [`Filter::Element`]; where an unassigned value
//! would match, the absence of the whole attribute matches too.

use super::syntax::{Column, Name, Question, Term, Tree};
use super::{Check, Filter, Operator, Test};
use crate::scim::path::{self, Target};
use crate::scim::schema::{Attribute, Kind, ResourceType, Returned, Storage};
use crate::scim::value::{self, Key};
use crate::scim::{Error, Object};
use serde_json::Value;
use std::sync::Arc;

/// What the names of a filter are names of.
pub(super) enum Scope<'s> {
    /// Attributes of a resource. What this type lacks and one of those it is searched with has, is
    /// an attribute without a value.
    Resource { kind: &'s ResourceType, beside: &'s [Arc<ResourceType>] },
    /// Parts of one element of this attribute.
    Element(&'s Attribute),
}

/// Binds a filter.
pub(super) fn resolve(scope: &Scope, tree: &Tree) -> Result<Filter, Error> {
    match tree {
        Tree::And(parts) => Ok(Filter::And(parts.iter().map(|part| resolve(scope, part)).collect::<Result<_, _>>()?)),
        Tree::Or(parts) => Ok(Filter::Or(parts.iter().map(|part| resolve(scope, part)).collect::<Result<_, _>>()?)),
        Tree::Not(inner) => Ok(Filter::Not(Box::new(resolve(scope, inner)?))),
        Tree::Term(term) if scope.lacks(&term.name) => Ok(asked_of_nothing(&term.question)),
        Tree::Term(term) => resolve_term(scope, term),
        Tree::ValuePath { name, .. } if scope.lacks(name) => Ok(Filter::Or(Vec::new())),
        Tree::ValuePath { name, filter, tail } => {
            let target = scope.target(name)?;
            let attribute = Arc::clone(&target.attribute);
            if target.sub.is_some() || !(attribute.multi_valued || attribute.is_complex()) {
                return Err(refuse(name.at, &target, "has no elements to choose from with brackets"));
            }
            let scope = Scope::Element(&attribute);
            let mut filter = resolve(&scope, filter)?;
            if let Some(tail) = tail {
                filter = Filter::And(vec![filter, resolve_term(&scope, tail)?]);
            }
            Ok(Filter::Element { target, filter: Box::new(filter) })
        }
    }
}

/// What a question is answered where there is no value: it compares as null.
fn asked_of_nothing(question: &Question) -> Filter {
    match question {
        Question::Compare { operator: Operator::Eq, literal: Value::Null, .. } => Filter::And(Vec::new()),
        Question::Compare { operator: Operator::Ne, literal, .. } if !literal.is_null() => Filter::And(Vec::new()),
        Question::Present | Question::Compare { .. } => Filter::Or(Vec::new()),
    }
}

/// The element that a filter describes, if all it does is to join equalities with `and` that do
/// not contradict each other.
pub(super) fn describe(scope: &Scope, tree: &Tree) -> Result<Option<Object>, Error> {
    let mut element = Object::new();
    Ok(add_equalities(scope, tree, &mut element)?.then_some(element))
}

/// Whether the tree is nothing but equalities, which then stand in the element.
fn add_equalities(scope: &Scope, tree: &Tree, element: &mut Object) -> Result<bool, Error> {
    match tree {
        Tree::And(parts) => {
            for part in parts {
                if !add_equalities(scope, part, element)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        Tree::Term(Term { name, question: Question::Compare { operator: Operator::Eq, literal, at } }) => {
            let attribute = scope.target(name)?.attribute;
            let coerced = value::coerce(&attribute, as_text(&attribute, literal));
            let Some(value) = coerced.map_err(|error| at_column(*at, &error.detail))? else { return Ok(true) };
            let before = element.insert(attribute.name.clone(), value.clone());
            Ok(before.is_none_or(|before| before == value))
        }
        Tree::Term(_) | Tree::Or(_) | Tree::Not(_) | Tree::ValuePath { .. } => Ok(false),
    }
}

fn resolve_term(scope: &Scope, term: &Term) -> Result<Filter, Error> {
    let mut target = scope.target(&term.name)?;
    let whole = target.sub.is_none();
    let check = match &term.question {
        Question::Compare { operator: Operator::Eq, literal: Value::Null, .. } => Check::Absent,
        Question::Present | Question::Compare { operator: Operator::Ne, literal: Value::Null, .. } => Check::Present,
        Question::Compare { operator, literal, at } => {
            if target.attribute.is_complex() && whole {
                let value = target.attribute.sub_attribute("value").ok_or_else(|| {
                    refuse(term.name.at, &target, "is complex: name one of its sub-attributes (RFC 7644 §3.4.2.2)")
                })?;
                target.sub = Some(Arc::clone(value));
                scope.permit(term.name.at, &target)?;
            }
            Check::Compare(*operator, literal_key(&target, *operator, literal, *at)?)
        }
    };
    if scope.is_primary(&target)
        && let Check::Compare(operator @ (Operator::Eq | Operator::Ne), Key::Boolean(false)) = check
    {
        return Ok(compared_with_no_mark(target, operator));
    }
    Ok(compared(target, check))
}

/// `primary eq false` and `primary ne false`: an element without the mark is as one that says false.
fn compared_with_no_mark(target: Target, operator: Operator) -> Filter {
    let is_marked = compared(target.clone(), Check::Compare(Operator::Eq, Key::Boolean(true)));
    match (operator == Operator::Eq, is_marked) {
        (true, Filter::Element { target, filter }) => Filter::Element { target, filter: Box::new(Filter::Not(filter)) },
        (true, is_marked) => Filter::Not(Box::new(is_marked)),
        (false, is_marked @ Filter::Element { .. }) => {
            let list = Target { sub: None, ..target };
            Filter::Or(vec![is_marked, Filter::Test(Test { target: list, check: Check::Absent })])
        }
        (false, is_marked) => is_marked,
    }
}

/// The question about an attribute, asked of the elements if there may be several.
fn compared(target: Target, check: Check) -> Filter {
    // The presence of a whole attribute needs no look at its elements.
    let whole = target.sub.is_none() && matches!(check, Check::Present | Check::Absent);
    if whole || !target.attribute.multi_valued {
        return Filter::Test(Test { target, check });
    }
    let part = target.sub.clone().unwrap_or_else(|| element_value(&target.attribute));
    let unassigned_matches = matches!(check, Check::Absent | Check::Compare(Operator::Ne, _));
    let test = Filter::Test(Test { target: Target { extension: None, attribute: part, sub: None }, check });
    let list = Target { sub: None, ..target };
    let element = Filter::Element { target: list.clone(), filter: Box::new(test) };
    if unassigned_matches {
        return Filter::Or(vec![element, Filter::Test(Test { target: list, check: Check::Absent })]);
    }
    element
}

impl Scope<'_> {
    /// Whether the type has no such attribute, but another one of the same search has.
    fn lacks(&self, name: &Name) -> bool {
        match self {
            Self::Resource { kind, beside } => {
                let has = |kind: &ResourceType| path::lookup(kind, &name.text).is_ok();
                beside.len() > 1 && !has(kind) && beside.iter().any(|other| has(other))
            }
            Self::Element(_) => false,
        }
    }

    /// Whether the boolean is the mark of an element that is preferred to the others, which is false
    /// where nothing is said (RFC 7643 §2.4).
    fn is_primary(&self, target: &Target) -> bool {
        let of_element = match self {
            Self::Resource { .. } => target.attribute.multi_valued && target.sub.is_some(),
            Self::Element(of) => of.multi_valued,
        };
        of_element && target.leaf().name == "primary" && target.leaf().kind == Kind::Boolean
    }

    fn target(&self, name: &Name) -> Result<Target, Error> {
        let target = match self {
            Self::Resource { kind, .. } => {
                path::lookup(kind, &name.text).map_err(|reason| at_column(name.at, &reason))?
            }
            Self::Element(of) => {
                let attribute = if of.is_complex() {
                    Arc::clone(path::sub_attribute(of, &name.text).map_err(|reason| at_column(name.at, &reason))?)
                } else if name.text.eq_ignore_ascii_case("value") {
                    element_value(of)
                } else {
                    let reason = format!("the elements of attribute {} have no part but value", of.name);
                    return Err(at_column(name.at, &reason));
                };
                Target { extension: None, attribute, sub: None }
            }
        };
        self.permit(name.at, &target)?;
        Ok(target)
    }

    /// Whether a filter may ask for the attribute: what no answer shows, no filter may guess.
    fn permit(&self, at: Column, target: &Target) -> Result<(), Error> {
        let hidden =
            |attribute: &Attribute| attribute.returned == Returned::Never || attribute.storage == Storage::Password;
        if hidden(&target.attribute) || hidden(target.leaf()) {
            return Err(refuse(at, target, "is never returned and cannot be asked for in a filter"));
        }
        let part = match self {
            Self::Resource { .. } => target.sub.as_ref(),
            Self::Element(_) => Some(&target.attribute),
        };
        if part.is_some_and(|part| part.multi_valued) {
            return Err(refuse(at, target, "is a list within an element and cannot be asked for in a filter"));
        }
        Ok(())
    }
}

/// The attribute that stands for the elements of a multi-valued simple attribute.
fn element_value(attribute: &Attribute) -> Arc<Attribute> {
    Arc::new(Attribute { name: "value".to_owned(), multi_valued: false, ..attribute.clone() })
}

/// The key a literal means for the attribute, if the operator suits it.
fn literal_key(target: &Target, operator: Operator, literal: &Value, at: Column) -> Result<Key, Error> {
    let attribute = target.leaf();
    let (ordered, text) = match attribute.kind {
        Kind::String | Kind::Reference => (true, true),
        Kind::Decimal | Kind::Integer | Kind::DateTime => (true, false),
        Kind::Boolean | Kind::Binary | Kind::Complex => (false, false),
    };
    let suits = match operator {
        Operator::Eq | Operator::Ne => true,
        Operator::Co | Operator::Sw | Operator::Ew => text,
        Operator::Gt | Operator::Ge | Operator::Lt | Operator::Le => ordered,
    };
    if !suits {
        let reason = format!("cannot be compared with {} (RFC 7644 §3.4.2.2)", operator.word());
        return Err(refuse(at, target, &reason));
    }
    if literal.is_null() {
        return Err(refuse(at, target, "can be compared with null by eq and ne only"));
    }
    let literal = as_text(attribute, literal);
    // Unlike a value to store, a literal may be empty text: everything contains it, nothing equals it.
    if let (true, Value::String(text)) = (text, &literal) {
        return Ok(value::text_key(attribute, text));
    }
    let coerced = value::coerce(attribute, literal).map_err(|error| at_column(at, &error.detail))?;
    coerced
        .and_then(|value| value::key(attribute, &value))
        .ok_or_else(|| refuse(at, target, "cannot be compared with empty text"))
}

/// An unquoted literal compared with a string is meant as its text.
fn as_text(attribute: &Attribute, literal: &Value) -> Value {
    let bare = literal.is_boolean() || literal.is_number();
    if bare && matches!(attribute.kind, Kind::String | Kind::Reference) {
        Value::String(literal.to_string())
    } else {
        literal.clone()
    }
}

fn refuse(at: Column, target: &Target, reason: &str) -> Error {
    at_column(at, &format!("attribute {} {reason}", target.name()))
}

fn at_column(at: Column, reason: &str) -> Error {
    Error::filter(format!("column {}: {reason}", at.0))
}
