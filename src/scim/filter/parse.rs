//! The parser: text to syntax tree, by the grammar of RFC 7644 §3.4.2.2.
//!
//! Length, depth and number of terms are limited while reading, so that no text can make a tree
//! that is deep or large; nothing recurses but brackets, parentheses and `not`.

use super::Operator;
use super::syntax::{Column, Name, Question, Term, Tree};
use crate::scim::{Error, path};
use nom::bytes::complete::{tag, take_while, take_while1};
use nom::character::complete::{alpha1, char};
use nom::error::{ErrorKind, ParseError};
use nom::{IResult, Parser as _};
use serde_json::{Number, Value};

/// The longest filter, in bytes.
const LONGEST: usize = 16 * 1024;
/// How deep parentheses and brackets may be nested.
const DEEPEST: usize = 32;
/// How many questions one filter may ask.
const MOST_TERMS: usize = 200;

const OPERATORS: [Operator; 9] = [
    Operator::Eq,
    Operator::Ne,
    Operator::Co,
    Operator::Sw,
    Operator::Ew,
    Operator::Gt,
    Operator::Ge,
    Operator::Lt,
    Operator::Le,
];

type Parsed<'t, T> = IResult<&'t str, T, Fault<'t>>;

/// Where reading stopped, and what should have stood there.
#[derive(Debug)]
struct Fault<'t> {
    rest: &'t str,
    expected: &'static str,
}

impl<'t> ParseError<&'t str> for Fault<'t> {
    fn from_error_kind(rest: &'t str, _: ErrorKind) -> Self {
        Self { rest, expected: "something else" }
    }

    fn append(_: &'t str, _: ErrorKind, other: Self) -> Self {
        other
    }
}

/// Nobody tries an alternative after this.
fn fail<'t, T>(rest: &'t str, expected: &'static str) -> Parsed<'t, T> {
    Err(nom::Err::Failure(Fault { rest, expected }))
}

/// Reads a whole filter.
pub(super) fn parse(text: &str) -> Result<Tree, Error> {
    if text.len() > LONGEST {
        return Err(Error::filter(format!("the filter is longer than {LONGEST} bytes")));
    }
    let mut reader = Reader::new(text);
    let parsed = reader.either(text, 0).and_then(|(rest, tree)| match blanks(rest)? {
        ("", _) => Ok(tree),
        (rest, _) => fail(rest, "and, or or the end of the filter").map(|(_, tree)| tree),
    });
    parsed.map_err(|error| reader.explain(error))
}

/// Reads `[…]` at `rest`, which is the end of `text`, and gives what follows.
pub(super) fn brackets<'t>(text: &'t str, rest: &'t str) -> Result<(Tree, &'t str), Error> {
    let mut reader = Reader::new(text);
    let parsed = reader.bracketed(rest, 0).map(|(rest, tree)| (tree, rest));
    parsed.map_err(|error| reader.explain(error))
}

struct Reader<'t> {
    text: &'t str,
    terms: usize,
    /// In a value path, where another one cannot stand.
    in_brackets: bool,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str) -> Self {
        Self { text, terms: 0, in_brackets: false }
    }

    /// `and` before `or`: alternatives are read first and hold the conjunctions.
    fn either(&mut self, input: &'t str, depth: usize) -> Parsed<'t, Tree> {
        let (mut rest, first) = self.all(input, depth)?;
        let mut parts = vec![first];
        while let Ok((after, ())) = connective(rest, "or") {
            let (after, part) = self.all(after, depth)?;
            parts.push(part);
            rest = after;
        }
        Ok((rest, one_or(parts, Tree::Or)))
    }

    fn all(&mut self, input: &'t str, depth: usize) -> Parsed<'t, Tree> {
        let (mut rest, first) = self.single(input, depth)?;
        let mut parts = vec![first];
        while let Ok((after, ())) = connective(rest, "and") {
            let (after, part) = self.single(after, depth)?;
            parts.push(part);
            rest = after;
        }
        Ok((rest, one_or(parts, Tree::And)))
    }

    fn single(&mut self, input: &'t str, depth: usize) -> Parsed<'t, Tree> {
        let (input, _) = blanks(input)?;
        if input.starts_with('(') {
            return self.group(input, depth);
        }
        if let Ok((rest, ())) = keyword(input, "not") {
            let (rest, _) = blanks(rest)?;
            if !rest.starts_with('(') {
                return fail(rest, "( behind not");
            }
            let (rest, inner) = self.group(rest, depth)?;
            return Ok((rest, Tree::Not(Box::new(inner))));
        }
        self.question(input, depth)
    }

    /// `(…)`
    fn group(&mut self, input: &'t str, depth: usize) -> Parsed<'t, Tree> {
        if depth >= DEEPEST {
            return fail(input, "at most 32 parentheses and brackets within each other");
        }
        let (rest, _) = char('(').parse(input)?;
        let (rest, inner) = self.either(rest, depth + 1)?;
        let (rest, _) = blanks(rest)?;
        match rest.strip_prefix(')') {
            Some(rest) => Ok((rest, inner)),
            None => fail(rest, "and, or or )"),
        }
    }

    /// `[…]`
    fn bracketed(&mut self, input: &'t str, depth: usize) -> Parsed<'t, Tree> {
        if depth >= DEEPEST {
            return fail(input, "at most 32 parentheses and brackets within each other");
        }
        let (rest, _) = char('[').parse(input)?;
        self.in_brackets = true;
        let (rest, inner) = self.either(rest, depth + 1)?;
        self.in_brackets = false;
        let (rest, _) = blanks(rest)?;
        match rest.strip_prefix(']') {
            Some(rest) => Ok((rest, inner)),
            None => fail(rest, "and, or or ]"),
        }
    }

    /// A term or a value path.
    fn question(&mut self, input: &'t str, depth: usize) -> Parsed<'t, Tree> {
        let (rest, name) = self.name(input)?;
        if !rest.starts_with('[') {
            let (rest, question) = self.asked(rest)?;
            return Ok((rest, Tree::Term(Term { name, question })));
        }
        if self.in_brackets {
            return fail(rest, "an operator; brackets cannot stand in brackets");
        }
        let (rest, filter) = self.bracketed(rest, depth)?;
        let filter = Box::new(filter);
        let Some(tail) = rest.strip_prefix('.') else {
            return Ok((rest, Tree::ValuePath { name, filter, tail: None }));
        };
        let (rest, sub) = self.name(tail)?;
        let (rest, question) = self.asked(rest)?;
        Ok((rest, Tree::ValuePath { name, filter, tail: Some(Term { name: sub, question }) }))
    }

    fn name(&mut self, input: &'t str) -> Parsed<'t, Name> {
        let at = Column(self.column(input));
        match path::name(input) {
            Ok((rest, text)) if text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '$') => {
                Ok((rest, Name { text: text.to_owned(), at }))
            }
            Ok(_) | Err(_) => fail(input, "an attribute name, not or ("),
        }
    }

    /// An operator and its literal.
    fn asked(&mut self, input: &'t str) -> Parsed<'t, Question> {
        const EXPECTED: &str = "an operator: eq, ne, co, sw, ew, gt, ge, lt, le or pr";
        self.terms += 1;
        if self.terms > MOST_TERMS {
            return fail(input, "the end of the filter, because it asks 200 questions already");
        }
        let (word_at, skipped) = blanks(input)?;
        if skipped.is_empty() {
            return fail(input, EXPECTED);
        }
        if let Ok((rest, ())) = keyword(word_at, "pr") {
            return Ok((rest, Question::Present));
        }
        let Some((rest, operator)) =
            OPERATORS.iter().find_map(|one| keyword(word_at, one.word()).ok().map(|(rest, ())| (rest, *one)))
        else {
            return fail(word_at, EXPECTED);
        };
        let (rest, _) = blanks(rest)?;
        let at = Column(self.column(rest));
        let (rest, literal) = literal(rest)?;
        Ok((rest, Question::Compare { operator, literal, at }))
    }

    /// The number of the character at which `rest` begins, from 1.
    fn column(&self, rest: &str) -> usize {
        let before = self.text.len().saturating_sub(rest.len());
        self.text.get(..before).map_or(1, |before| before.chars().count() + 1)
    }

    fn explain(&self, error: nom::Err<Fault<'t>>) -> Error {
        match error {
            nom::Err::Error(fault) | nom::Err::Failure(fault) => Error::filter(format!(
                "column {}: expected {} (RFC 7644 §3.4.2.2)",
                self.column(fault.rest),
                fault.expected
            )),
            nom::Err::Incomplete(_) => Error::filter("the filter ends too early (RFC 7644 §3.4.2.2)"),
        }
    }
}

fn one_or(mut parts: Vec<Tree>, join: fn(Vec<Tree>) -> Tree) -> Tree {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            join(parts)
        }
        None => join(parts),
    }
}

fn blanks(input: &str) -> Parsed<'_, &str> {
    take_while(|c| c == ' ').parse(input)
}

/// A word of the grammar, in any case, that no longer word begins with.
fn keyword<'t>(input: &'t str, word: &str) -> Parsed<'t, ()> {
    let (rest, found) = alpha1.parse(input)?;
    let ends = !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '$' | '-' | '_' | '.' | ':' | '['));
    if ends && found.eq_ignore_ascii_case(word) {
        Ok((rest, ()))
    } else {
        Err(nom::Err::Error(Fault { rest: input, expected: "a keyword" }))
    }
}

/// `and` or `or` between two questions.
fn connective<'t>(input: &'t str, word: &str) -> Parsed<'t, ()> {
    let (input, _) = blanks(input)?;
    keyword(input, word)
}

/// RFC 7159: text, number, true, false, null.
fn literal(input: &str) -> Parsed<'_, Value> {
    const EXPECTED: &str = "a literal: text in quotation marks, a number, true, false or null";
    if input.starts_with('"') {
        return quoted(input);
    }
    let Ok((rest, word)) = take_while1::<_, _, Fault<'_>>(is_bare).parse(input) else {
        return fail(input, EXPECTED);
    };
    let value = match word {
        "true" => Some(Value::Bool(true)),
        "false" => Some(Value::Bool(false)),
        "null" => Some(Value::Null),
        number => serde_json::from_str::<Number>(number).ok().map(Value::Number),
    };
    match value {
        Some(value) => Ok((rest, value)),
        None => fail(input, EXPECTED),
    }
}

fn is_bare(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')
}

/// A JSON string, its escapes resolved. Text of the database cannot hold U+0000.
fn quoted(input: &str) -> Parsed<'_, Value> {
    let (rest, _) = tag("\"").parse(input)?;
    let mut escaped = false;
    let Some((end, _)) = rest.char_indices().find(|(_, c)| {
        let ends = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    }) else {
        return fail("", "a closing quotation mark");
    };
    let (Some(written), Some(rest)) = (input.get(..end + 2), input.get(end + 2..)) else {
        return fail(input, "text in quotation marks");
    };
    match serde_json::from_str::<String>(written) {
        Ok(text) if !text.contains('\0') => Ok((rest, Value::String(text))),
        Ok(_) => fail(input, "text without U+0000"),
        Err(_) => fail(input, "text with the escapes of JSON and without control characters (RFC 8259 §7)"),
    }
}
