//! Filters (RFC 7644 §3.4.2.2): syntax tree, parser, resolver, evaluator.
//!
//! [`Filter`] is the resolved form: attributes bound, literals typed and folded. The store turns it
//! into SQL; [`evaluate`](Filter::matches) decides the same question in memory. An unassigned value
//! compares as null: `ne` matches it, everything but `eq null` and `ne` refuses it.

mod canonical;
mod evaluate;
mod parse;
mod resolve;
mod syntax;

#[cfg(test)]
mod tests;

use super::path::Target;
use super::schema::{Attribute, ResourceType, Storage};
use super::value::Key;
use super::{Error, Object};
use resolve::Scope;
use serde_json::Value;
use std::sync::Arc;
use syntax::{Column, Name, Question, Term, Tree};

/// How often a filter may look through the groups of a user: each time every group above is climbed.
const MOST_ON_GROUPS: usize = 10;

/// A filter bound to one resource type.
///
/// The resolver rewrites every comparison on a multi-valued attribute into [`Filter::Element`], so
/// a [`Filter::Test`] on one asks only for its presence.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// All of them; true if empty.
    And(Vec<Filter>),
    /// At least one; false if empty.
    Or(Vec<Filter>),
    /// The opposite.
    Not(Box<Filter>),
    /// A question about one attribute.
    Test(Test),
    /// At least one element of a multi-valued attribute (or the one value of a single complex
    /// attribute) matches; the targets inside are relative to the element. For an element that is
    /// a simple value, the inner target's attribute is named `value`.
    Element {
        /// The attribute, without a sub-attribute.
        target: Target,
        /// What the element must match.
        filter: Box<Filter>,
    },
}

/// A question about one attribute.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// The attribute asked about.
    pub target: Target,
    /// What is asked.
    pub check: Check,
}

/// What a [`Test`] asks.
#[derive(Clone, Debug, PartialEq)]
pub enum Check {
    /// `pr`, or `ne null`: the attribute has a value.
    Present,
    /// `eq null`: it has none.
    Absent,
    /// A comparison with a literal.
    Compare(Operator, Key),
}

/// The comparison operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    /// Equal.
    Eq,
    /// Not equal, or unassigned.
    Ne,
    /// Contains; text only.
    Co,
    /// Starts with; text only.
    Sw,
    /// Ends with; text only.
    Ew,
    /// Greater than; not for booleans and binaries.
    Gt,
    /// Greater than or equal.
    Ge,
    /// Less than.
    Lt,
    /// Less than or equal.
    Le,
}

/// Parses and resolves a filter a client wrote.
///
/// # Errors
/// `invalidFilter` with the column (from 1) and what was expected there.
pub fn compile(kind: &ResourceType, text: &str) -> Result<Filter, Error> {
    bind(&Scope::Resource { kind, beside: &[] }, &parse::parse(text)?)
}

/// The same for one of several types that are searched together: an attribute that another of them has and
/// this one lacks is one without a value (RFC 7644 §3.4.2.1).
///
/// # Errors
/// As [`compile`].
pub fn compile_among(kind: &ResourceType, all: &[Arc<ResourceType>], text: &str) -> Result<Filter, Error> {
    bind(&Scope::Resource { kind, beside: all }, &parse::parse(text)?)
}

fn bind(scope: &Scope, tree: &Tree) -> Result<Filter, Error> {
    let filter = resolve::resolve(scope, tree)?;
    if filter.looks_at(Storage::Groups) > MOST_ON_GROUPS {
        return Err(Error::filter(format!(
            "a filter may ask at most {MOST_ON_GROUPS} times for groups; one value path (groups[… or …]) asks once"
        )));
    }
    Ok(filter)
}

/// A comparison, as if a client had written `path operator literal`: the path is resolved and the
/// literal brought to the type of the attribute, but no text is made of it.
///
/// Text with U+0000, which no document has, is found nowhere: not every database can look for it.
///
/// # Errors
/// As [`compile`].
pub fn test(kind: &ResourceType, path: &str, operator: Operator, literal: &Value) -> Result<Filter, Error> {
    if literal.as_str().is_some_and(|text| text.contains('\0')) {
        return Ok(if operator == Operator::Ne { Filter::And(Vec::new()) } else { Filter::Or(Vec::new()) });
    }
    let question = Question::Compare { operator, literal: literal.clone(), at: Column::default() };
    ask(kind, path, question)
}

/// Whether an attribute has a value, as if a client had written `path pr`.
///
/// # Errors
/// As [`compile`].
pub fn present(kind: &ResourceType, path: &str) -> Result<Filter, Error> {
    ask(kind, path, Question::Present)
}

fn ask(kind: &ResourceType, path: &str, question: Question) -> Result<Filter, Error> {
    let name = Name { text: path.to_owned(), at: Column::default() };
    resolve::resolve(&Scope::Resource { kind, beside: &[] }, &Tree::Term(Term { name, question }))
}

/// Parses and resolves the filter between the brackets of a PATCH path, `rest` being the end of
/// `text` that begins with the opening bracket. Gives the filter relative to an element, the element
/// it describes ([`super::path::ValuePath::described`]) and what follows the closing bracket.
///
/// # Errors
/// As [`compile`]; columns count from the start of `text`.
pub(super) fn compile_brackets<'t>(
    attribute: &Attribute,
    text: &'t str,
    rest: &'t str,
) -> Result<(Filter, Option<Object>, &'t str), Error> {
    let scope = Scope::Element(attribute);
    let (tree, rest) = parse::brackets(text, rest)?;
    let filter = resolve::resolve(&scope, &tree)?;
    let described = if attribute.is_complex() { resolve::describe(&scope, &tree)? } else { None };
    Ok((filter, described, rest))
}

impl Filter {
    /// Whether a document (as an answer would show it, derived attributes included) matches.
    #[must_use]
    pub fn matches(&self, document: &Object) -> bool {
        evaluate::document(self, document)
    }

    /// How many comparisons it has.
    pub(super) fn terms(&self) -> usize {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().map(Self::terms).sum(),
            Self::Not(inner) => inner.terms(),
            Self::Element { filter, .. } => filter.terms(),
            Self::Test(_) => 1,
        }
    }

    /// How often it looks through the elements of attributes that are stored in this way.
    fn looks_at(&self, storage: Storage) -> usize {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().map(|part| part.looks_at(storage)).sum(),
            Self::Not(inner) => inner.looks_at(storage),
            Self::Element { target, .. } => usize::from(target.attribute.storage == storage),
            // Whether there are any is soon found out.
            Self::Test(_) => 0,
        }
    }

    /// Whether one element of a multi-valued attribute matches a filter with relative targets.
    #[must_use]
    pub fn matches_element(&self, element: &Value) -> bool {
        evaluate::element(self, element)
    }
}
