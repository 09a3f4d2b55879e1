//! The syntax tree of a filter: what a client wrote, bound to nothing yet.
//!
//! Printing gives the tree's own spelling: lower-case operators, one blank, no needless brackets.

use super::Operator;
use serde_json::Value;
use std::fmt;

/// A filter as written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tree {
    /// Two or more, joined by `and`.
    And(Vec<Tree>),
    /// Two or more, joined by `or`.
    Or(Vec<Tree>),
    /// `not (…)`.
    Not(Box<Tree>),
    /// A question about one attribute.
    Term(Term),
    /// `attribute[…]`, and the question about a sub-attribute that may follow.
    ValuePath { name: Name, filter: Box<Tree>, tail: Option<Term> },
}

/// `attribute pr` or `attribute operator literal`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Term {
    pub name: Name,
    pub question: Question,
}

/// What is asked of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Question {
    Present,
    Compare { operator: Operator, literal: Value, at: Column },
}

/// An attribute's name: a path of RFC 7644 §3.10, or in brackets a sub-attribute.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Name {
    pub text: String,
    pub at: Column,
}

/// Where something stands in the filter, from 1. Two trees that say the same are equal, wherever
/// their words stand.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Column(pub usize);

impl PartialEq for Column {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Operator {
    /// The keyword.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::Co => "co",
            Self::Sw => "sw",
            Self::Ew => "ew",
            Self::Gt => "gt",
            Self::Ge => "ge",
            Self::Lt => "lt",
            Self::Le => "le",
        }
    }
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(parts) => joined(f, parts, " and ", |part| matches!(part, Self::And(_) | Self::Or(_))),
            Self::Or(parts) => joined(f, parts, " or ", |part| matches!(part, Self::Or(_))),
            Self::Not(inner) => write!(f, "not ({inner})"),
            Self::Term(term) => write!(f, "{term}"),
            Self::ValuePath { name, filter, tail: None } => write!(f, "{}[{filter}]", name.text),
            Self::ValuePath { name, filter, tail: Some(tail) } => write!(f, "{}[{filter}].{tail}", name.text),
        }
    }
}

fn joined(f: &mut fmt::Formatter<'_>, parts: &[Tree], word: &str, needs_brackets: fn(&Tree) -> bool) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(word)?;
        }
        if needs_brackets(part) {
            write!(f, "({part})")?;
        } else {
            write!(f, "{part}")?;
        }
    }
    Ok(())
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.question {
            Question::Present => write!(f, "{} pr", self.name.text),
            Question::Compare { operator, literal, .. } => {
                write!(f, "{} {} {literal}", self.name.text, operator.word())
            }
        }
    }
}
