//! Every fragment that SQLite and Postgres spell differently, and nothing else.

mod opening;

use super::sql::{Arg, Sql, Val};

/// Which database a statement is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// SQLite.
    Sqlite,
    /// Postgres.
    Postgres,
}

/// What a comparison key is to the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scalar {
    /// Folded or exact text.
    Text,
    /// Numbers and microseconds.
    Integer,
    /// Fractions.
    Decimal,
    /// True and false.
    Boolean,
}

/// Something that appends an expression.
type Piece<'a> = &'a dyn Fn(&mut Sql);

impl Dialect {
    /// Locks the selected rows until the transaction ends; membership rows that refer to them may
    /// still come. SQLite has one writer at a time.
    #[must_use]
    pub fn lock(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR NO KEY UPDATE",
        }
    }

    /// Locks the selected rows of table `r` until the transaction ends, and keeps those of table `t` as they are.
    #[must_use]
    pub fn lock_resource(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR KEY SHARE OF t FOR NO KEY UPDATE OF r",
        }
    }

    /// Locks the selected rows until the transaction ends, also against rows that come to refer to them.
    #[must_use]
    pub fn lock_whole(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE",
        }
    }

    /// Keeps the selected rows from being deleted until the transaction ends.
    #[must_use]
    pub fn keep(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR KEY SHARE",
        }
    }

    /// Keeps the selected rows of table `r` from being deleted until the transaction ends.
    #[must_use]
    pub fn keep_r(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR KEY SHARE OF r",
        }
    }

    /// Asks for the numbers of the next `$1` resources, which nobody else gets: SQLite has one writer at
    /// a time.
    #[must_use]
    pub fn next_numbers(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < $1) \
                 SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'resource'), 0) + n FROM up"
            }
            Self::Postgres => "SELECT nextval(pg_get_serial_sequence('resource', 'num')) FROM generate_series(1, $1)",
        }
    }

    /// Ends the list of columns of a resource whose number is given.
    #[must_use]
    pub fn given_number(self) -> &'static str {
        match self {
            Self::Sqlite => ", num)",
            Self::Postgres => ", num) OVERRIDING SYSTEM VALUE",
        }
    }

    /// The order in which missing values come last if ascending and first if descending.
    #[must_use]
    pub fn order(self, descending: bool) -> &'static str {
        match (self, descending) {
            (Self::Sqlite, false) => " NULLS LAST",
            (Self::Sqlite, true) => " DESC NULLS FIRST",
            // Postgres takes null for the greatest value, and so do its indexes.
            (Self::Postgres, false) => "",
            (Self::Postgres, true) => " DESC",
        }
    }
}

impl Sql {
    /// A list argument as a table `x` with the column `value`.
    pub(super) fn list(&mut self, values: Val) -> &mut Self {
        match self.dialect() {
            Dialect::Sqlite => self.push("json_each(").bind(values).push(") AS x"),
            Dialect::Postgres => self.push("unnest(").bind(values).push(") AS x(value)"),
        }
    }

    /// Whether the expression before is one of the values of a list argument. Postgres plans by the
    /// values, as it would not behind a subquery.
    pub(super) fn within(&mut self, values: Val) -> &mut Self {
        match self.dialect() {
            Dialect::Sqlite => self.push(" IN (SELECT value FROM json_each(").bind(values).push("))"),
            Dialect::Postgres => self.push(" = ANY(").bind(values).push(")"),
        }
    }

    /// A JSON list argument as a table `x` with the column `value`.
    pub(super) fn json_list(&mut self, list: &serde_json::Value) -> &mut Self {
        match self.dialect() {
            Dialect::Sqlite => self.push("json_each(").bind(list.to_string()).push(") AS x"),
            Dialect::Postgres => {
                self.push("jsonb_array_elements(CAST(").bind(list.to_string()).push(" AS JSONB)) AS x(value)")
            }
        }
    }

    /// A column of JSON text as a value for a JSON column.
    pub(super) fn json_of(&mut self, column: &'static str) -> &mut Self {
        match self.dialect() {
            Dialect::Sqlite => self.push("jsonb(").push(column).push(")"),
            Dialect::Postgres => self.push("CAST(").push(column).push(" AS JSONB)"),
        }
    }

    /// A JSON text argument as a value for a JSON column.
    pub(super) fn json(&mut self, text: String) -> &mut Self {
        match self.dialect() {
            Dialect::Sqlite => self.push("jsonb(").bind(text).push(")"),
            Dialect::Postgres => self.push("CAST(").bind(text).push(" AS JSONB)"),
        }
    }

    /// The simple value at a path of a JSON document.
    pub(super) fn json_value(&mut self, document: &'static str, path: Arg, scalar: Scalar) -> &mut Self {
        match self.dialect() {
            Dialect::Sqlite => self.push("json_extract(").push(document).push(", ").again(path).push(")"),
            Dialect::Postgres => {
                let (before, after) = cast(scalar);
                self.push(before).push(document).push(" #>> ").again(path).push(after)
            }
        }
    }

    /// The simple value that an element of a JSON list is. On SQLite, `element` has a row of `json_each`.
    pub(super) fn json_itself(&mut self, value: &'static str, scalar: Scalar) -> &mut Self {
        match self.dialect() {
            Dialect::Sqlite => self.push(value),
            Dialect::Postgres => {
                let (before, after) = cast(scalar);
                self.push(before).push(value).push(" #>> '{}'").push(after)
            }
        }
    }

    /// Whether anything stands at a path of a JSON document.
    pub(super) fn json_present(&mut self, document: &'static str, path: Arg) -> &mut Self {
        match self.dialect() {
            Dialect::Sqlite => self.push("(json_type(").push(document).push(", ").again(path).push(") IS NOT NULL)"),
            Dialect::Postgres => self.push("((").push(document).push(" #> ").again(path).push(") IS NOT NULL)"),
        }
    }

    /// The elements of the list at a path of a JSON document: a table `e` with the column `value`
    /// and their places in the column `place`.
    pub(super) fn elements(&mut self, document: &'static str, path: Arg) -> &mut Self {
        match self.dialect() {
            Dialect::Sqlite => self
                .push("(SELECT value, key AS place FROM json_each(")
                .push(document)
                .push(", ")
                .again(path)
                .push(")) AS e"),
            Dialect::Postgres => self
                .push("jsonb_array_elements(")
                .push(document)
                .push(" #> ")
                .again(path)
                .push(") WITH ORDINALITY AS e(value, place)"),
        }
    }

    /// A text in the order of its bytes, also where databases cannot tell from its parts.
    pub(super) fn collated(&mut self, text: Piece<'_>) {
        self.push("(");
        text(self);
        self.push(match self.dialect() {
            Dialect::Sqlite => ")",
            Dialect::Postgres => " COLLATE \"C\")",
        });
    }

    /// Whether a text contains another.
    pub(super) fn contains(&mut self, text: Piece<'_>, part: Arg) -> &mut Self {
        self.push(match self.dialect() {
            Dialect::Sqlite => "(instr(",
            Dialect::Postgres => "(strpos(",
        });
        text(self);
        self.push(", ").again(part).push(") > 0)")
    }

    /// Whether a text starts with another.
    pub(super) fn starts_with(&mut self, text: Piece<'_>, part: Arg) -> &mut Self {
        let (before, between) = match self.dialect() {
            Dialect::Sqlite => ("(substr(", ", 1, length("),
            Dialect::Postgres => ("(left(", ", length("),
        };
        self.push(before);
        text(self);
        self.push(between).again(part).push(")) = ").again(part).push(")")
    }

    /// Whether a text ends with another.
    pub(super) fn ends_with(&mut self, text: Piece<'_>, part: Arg) -> &mut Self {
        match self.dialect() {
            Dialect::Sqlite => {
                self.push("(substr(");
                text(self);
                self.push(", length(");
                text(self);
                self.push(") - length(").again(part).push(") + 1) = ").again(part).push(")")
            }
            Dialect::Postgres => {
                self.push("(right(");
                text(self);
                self.push(", length(").again(part).push(")) = ").again(part).push(")")
            }
        }
    }
}

/// Postgres extracts text, in the collation of the database.
fn cast(scalar: Scalar) -> (&'static str, &'static str) {
    match scalar {
        Scalar::Text => ("((", ") COLLATE \"C\")"),
        Scalar::Integer => ("CAST((", ") AS BIGINT)"),
        Scalar::Decimal => ("CAST((", ") AS DOUBLE PRECISION)"),
        Scalar::Boolean => ("CAST((", ") AS BOOLEAN)"),
    }
}
