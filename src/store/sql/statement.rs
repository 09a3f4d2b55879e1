//! A statement as text and arguments.
//!
//! Text enters only as literals of this program, values only as arguments, so that nothing a client
//! sends can become SQL. Both databases understand `$1`, also more than once in a statement.

use crate::store::dialect::Dialect;
use sqlx::Arguments as _;
use sqlx::error::BoxDynError;
use sqlx::postgres::PgArguments;
use sqlx::sqlite::SqliteArguments;
use std::fmt::Write as _;

/// A statement in the making.
#[derive(Clone, Debug)]
pub struct Sql {
    dialect: Dialect,
    text: String,
    args: Vec<Val>,
    persistent: bool,
}

/// An argument that has a number already and may be used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arg(usize);

/// The value of an argument. Null is typed, because Postgres wants to know of what.
#[derive(Clone, Debug, PartialEq)]
pub enum Val {
    /// A number.
    Int(Option<i64>),
    /// Text; JSON too, which the statement casts.
    Text(Option<String>),
    /// A truth value.
    Bool(Option<bool>),
    /// A fraction.
    Float(f64),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A list of numbers: an array on Postgres, JSON on SQLite.
    Ints(Vec<i64>),
    /// A list of texts: an array on Postgres, JSON on SQLite.
    Texts(Vec<String>),
    /// Keys that lead into a JSON document: an array on Postgres, a JSON path on SQLite.
    Path(Vec<String>),
}

impl Sql {
    /// An empty statement that is prepared anew each time unless it is said to be [`fixed`](Self::fixed).
    #[must_use]
    pub fn new(dialect: Dialect) -> Self {
        Self { dialect, text: String::new(), args: Vec::new(), persistent: false }
    }

    /// Which database the statement is for.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The text is one of few, so that connections should keep it prepared.
    #[must_use]
    pub fn fixed(mut self) -> Self {
        self.persistent = true;
        self
    }

    /// Appends text.
    pub fn push(&mut self, text: &'static str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Appends an argument.
    pub fn bind(&mut self, value: impl Into<Val>) -> &mut Self {
        let arg = self.hold(value);
        self.again(arg)
    }

    /// Makes an argument without appending it yet.
    pub fn hold(&mut self, value: impl Into<Val>) -> Arg {
        self.args.push(value.into());
        Arg(self.args.len())
    }

    /// Appends an argument that was made before.
    pub fn again(&mut self, arg: Arg) -> &mut Self {
        // Writing to a String cannot fail.
        let _ = write!(self.text, "${}", arg.0);
        self
    }

    /// Appends text whose `$1` and so on stand for these arguments, and no others, of the statement.
    #[must_use]
    pub fn with(mut self, text: &'static str, args: impl IntoIterator<Item = Val>) -> Self {
        self.text.push_str(text);
        self.args.extend(args);
        self.persistent = true;
        self
    }

    /// The same statement behind a keyword such as EXPLAIN.
    #[cfg(test)]
    pub(super) fn behind(mut self, keyword: &'static str) -> Self {
        self.text.insert_str(0, keyword);
        self
    }

    pub(super) fn into_parts(self) -> (String, Vec<Val>, bool) {
        (self.text, self.args, self.persistent)
    }
}

impl From<i64> for Val {
    fn from(value: i64) -> Self {
        Self::Int(Some(value))
    }
}

impl From<Option<i64>> for Val {
    fn from(value: Option<i64>) -> Self {
        Self::Int(value)
    }
}

impl From<&str> for Val {
    fn from(value: &str) -> Self {
        Self::Text(Some(value.to_owned()))
    }
}

impl From<String> for Val {
    fn from(value: String) -> Self {
        Self::Text(Some(value))
    }
}

impl From<Option<String>> for Val {
    fn from(value: Option<String>) -> Self {
        Self::Text(value)
    }
}

impl From<bool> for Val {
    fn from(value: bool) -> Self {
        Self::Bool(Some(value))
    }
}

impl From<Option<bool>> for Val {
    fn from(value: Option<bool>) -> Self {
        Self::Bool(value)
    }
}

pub(super) fn sqlite(args: Vec<Val>) -> Result<SqliteArguments, BoxDynError> {
    let mut bound = SqliteArguments::default();
    for arg in args {
        match arg {
            Val::Int(value) => bound.add(value)?,
            Val::Text(value) => bound.add(value)?,
            Val::Bool(value) => bound.add(value)?,
            Val::Float(value) => bound.add(value)?,
            Val::Bytes(value) => bound.add(value)?,
            Val::Ints(values) => bound.add(serde_json::Value::from(values).to_string())?,
            Val::Texts(values) => bound.add(serde_json::Value::from(values).to_string())?,
            Val::Path(keys) => bound.add(json_path(&keys))?,
        }
    }
    Ok(bound)
}

pub(super) fn postgres(args: Vec<Val>) -> Result<PgArguments, BoxDynError> {
    let mut bound = PgArguments::default();
    for arg in args {
        match arg {
            Val::Int(value) => bound.add(value)?,
            Val::Text(value) => bound.add(value)?,
            Val::Bool(value) => bound.add(value)?,
            Val::Float(value) => bound.add(value)?,
            Val::Bytes(value) => bound.add(value)?,
            Val::Ints(values) => bound.add(values)?,
            Val::Texts(values) | Val::Path(values) => bound.add(values)?,
        }
    }
    Ok(bound)
}

/// `$."urn:…:User"."manager"."value"`. SQLite compares a quoted label with the key as it stands in
/// the document, and no name of an attribute or schema holds a quote.
fn json_path(keys: &[String]) -> String {
    let mut path = String::from("$");
    for key in keys {
        path.push_str(".\"");
        path.extend(key.chars().filter(|c| *c != '"'));
        path.push('"');
    }
    path
}
