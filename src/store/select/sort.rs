//! The order of a list (RFC 7644 §3.4.2.3): a key per resource, missing ones last if ascending and
//! first if descending; ties, and lists without an order, by age.

use super::filter::{Predicate, Scope, literal};
use super::operand::{self, Operand};
use super::{By, Part, Position, Query};
use crate::scim::path::Target;
use crate::scim::schema::{Attribute, Kind, Storage};
use crate::scim::value::Key;
use crate::store::Error;
use crate::store::dialect::Scalar;
use crate::store::sql::{Record, Sql};
use std::sync::Arc;

/// How a query is ordered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Order {
    keys: Keys,
    /// Several types come together.
    several: bool,
    descending: bool,
    /// No key is null, so that an index can be walked.
    never_null: bool,
}

/// What is sorted by.
#[derive(Clone, Copy, Debug)]
enum Keys {
    /// Nothing.
    None,
    /// Keys of one type.
    Alike(Scalar),
    /// Keys that differ in type from part to part, which are compared as text.
    Mixed,
}

impl Order {
    /// The order of a query.
    pub(super) fn of(query: &Query) -> Self {
        let sorts = query.parts.iter().filter_map(|part| leaf(part.sort.as_ref()?));
        let keys = sorts.map(|leaf| scalar(leaf.kind)).fold(Keys::None, |keys, scalar| match keys {
            Keys::None => Keys::Alike(scalar),
            Keys::Alike(other) if other == scalar => keys,
            Keys::Alike(_) | Keys::Mixed => Keys::Mixed,
        });
        let never_null = match query.parts.as_slice() {
            [part] => part.sort.as_ref().is_some_and(|target| is_never_null(part, target)),
            _ => false,
        };
        Self { keys, several: query.parts.len() > 1, descending: query.descending, never_null }
    }

    /// Appends `, key AS key`, if there is an order.
    pub(super) fn key(self, sql: &mut Sql, by: By, query: &Query, part: &Part) {
        let target = part.sort.as_ref().and_then(|target| Some((target, leaf(target)?)));
        let Some((target, leaf)) = target else { return self.no_key(sql) };
        let predicate = Predicate::new(by, query, part);
        let write = |sql: &mut Sql| value(sql, &predicate, target, leaf);
        sql.push(", ");
        match self.keys {
            Keys::Alike(Scalar::Text) if self.several => sql.collated(&write),
            Keys::None | Keys::Alike(_) => write(sql),
            Keys::Mixed => sql.collated(&|sql: &mut Sql| {
                sql.push("CAST(");
                write(sql);
                sql.push(" AS TEXT)");
            }),
        }
        sql.push(" AS key");
    }

    /// Appends a key that is missing, if there is an order.
    pub(super) fn no_key(self, sql: &mut Sql) {
        let null = match self.keys {
            Keys::None => return,
            Keys::Mixed | Keys::Alike(Scalar::Text) => "CAST(NULL AS TEXT)",
            Keys::Alike(Scalar::Integer) => "CAST(NULL AS BIGINT)",
            Keys::Alike(Scalar::Decimal) => "CAST(NULL AS DOUBLE PRECISION)",
            Keys::Alike(Scalar::Boolean) => "CAST(NULL AS BOOLEAN)",
        };
        sql.push(", ");
        match self.keys {
            Keys::Mixed | Keys::Alike(Scalar::Text) => sql.collated(&|sql: &mut Sql| {
                sql.push(null);
            }),
            Keys::None | Keys::Alike(_) => {
                sql.push(null);
            }
        }
        sql.push(" AS key");
    }

    /// Appends `, key` for the answer, if there is an order, in a type that [`read`](Self::read) understands.
    pub(super) fn shown(self, sql: &mut Sql, key: &'static str) {
        match self.keys {
            Keys::None => {}
            Keys::Mixed | Keys::Alike(Scalar::Text | Scalar::Integer | Scalar::Boolean) => {
                sql.push(", ").push(key);
            }
            // To SQLite a fraction of zero is a whole number.
            Keys::Alike(Scalar::Decimal) => {
                sql.push(", CAST(").push(key).push(" AS DOUBLE PRECISION)");
            }
        }
    }

    /// The key in that column of a row.
    pub(super) fn read(self, record: &Record, column: usize) -> Result<Option<Key>, Error> {
        Ok(match self.keys {
            Keys::None => None,
            Keys::Mixed | Keys::Alike(Scalar::Text) => record.maybe_text(column)?.map(Key::Text),
            Keys::Alike(Scalar::Integer) => record.maybe_int(column)?.map(Key::Integer),
            Keys::Alike(Scalar::Decimal) => record.maybe_float(column)?.map(Key::Decimal),
            Keys::Alike(Scalar::Boolean) => record.maybe_truth(column)?.map(Key::Boolean),
        })
    }

    /// Appends whether the hit `h` comes behind a position. Where no key is null the condition is one that
    /// an index of key and number begins at.
    pub(super) fn behind(self, sql: &mut Sql, position: &Position) {
        let num = sql.hold(position.num);
        let key = match (self.keys, &position.key) {
            (Keys::None, _) => {
                sql.push("h.num > ").again(num);
                return;
            }
            (_, Some(key)) => Some(key),
            (_, None) => None,
        };
        let Some(key) = key.map(|key| sql.hold(literal(key).1)) else {
            let (before, behind) =
                if self.descending { ("(h.key IS NOT NULL OR ", ")") } else { ("(h.key IS NULL AND ", ")") };
            sql.push(before).push("h.num > ").again(num).push(behind);
            return;
        };
        if self.never_null && self.descending {
            sql.push("h.key <= ").again(key).push(" AND (h.key < ").again(key);
            sql.push(" OR h.num > ").again(num).push(")");
        } else if self.never_null {
            sql.push("(h.key, h.num) > (").again(key).push(", ").again(num).push(")");
        } else {
            sql.push("(h.key ").push(if self.descending { "< " } else { "> " }).again(key);
            sql.push(" OR (h.key = ").again(key).push(" AND h.num > ").again(num);
            sql.push(if self.descending { "))" } else { ") OR h.key IS NULL)" });
        }
    }

    /// Appends the list of an ORDER BY.
    pub(super) fn by_key(self, sql: &mut Sql, key: &'static str, num: &'static str) {
        if !matches!(self.keys, Keys::None) {
            sql.push(key);
            sql.push(match (self.never_null, self.descending) {
                (true, false) => "",
                (true, true) => " DESC",
                (false, descending) => sql.dialect().order(descending),
            });
            sql.push(", ");
        }
        sql.push(num);
    }
}

/// The simple attribute that decides: of a complex one without a named part, its `value`.
fn leaf(target: &Target) -> Option<&Arc<Attribute>> {
    let leaf = target.leaf();
    if leaf.is_complex() { leaf.sub_attribute("value") } else { Some(leaf) }
}

fn scalar(kind: Kind) -> Scalar {
    match kind {
        Kind::Boolean => Scalar::Boolean,
        Kind::Decimal => Scalar::Decimal,
        Kind::Integer | Kind::DateTime => Scalar::Integer,
        Kind::String | Kind::Binary | Kind::Reference | Kind::Complex => Scalar::Text,
    }
}

fn is_never_null(part: &Part, target: &Target) -> bool {
    if target.attribute.storage == Storage::Number {
        return true;
    }
    if target.extension.is_some() || target.attribute.multi_valued {
        return false;
    }
    let key = part.kind.key.as_ref().is_some_and(|key| key.name == target.attribute.name && key.required);
    key || matches!(target.attribute.name.as_str(), "id" | "meta")
}

/// Appends the key of the resource `r`.
fn value(sql: &mut Sql, predicate: &Predicate<'_>, target: &Target, leaf: &Arc<Attribute>) {
    let inner = Target { extension: None, attribute: Arc::clone(leaf), sub: None };
    match target.attribute.storage {
        Storage::Members => {
            sql.push("(SELECT ");
            Operand::of(sql, predicate, Scope::Member, &inner).write(sql, scalar(leaf.kind));
            sql.push(
                " FROM member m CROSS JOIN resource x WHERE x.tenant = m.tenant AND x.num = m.member AND m.tenant = ",
            );
            sql.again(predicate.tenant).push(" AND m.grp = r.num ORDER BY m.member LIMIT 1)");
        }
        Storage::Groups => {
            sql.push("(WITH RECURSIVE up(grp, direct) AS (SELECT m.grp, 1 FROM member m WHERE m.tenant = ");
            sql.again(predicate.tenant).push(" AND m.member = r.num UNION SELECT m.grp, 0 FROM up");
            sql.push(" CROSS JOIN member m WHERE m.tenant = ").again(predicate.tenant);
            sql.push(" AND m.member = up.grp AND m.nested) SELECT ");
            Operand::of(sql, predicate, Scope::Group, &inner).write(sql, scalar(leaf.kind));
            sql.push(" FROM (SELECT grp, max(direct) AS direct FROM up GROUP BY grp) u");
            sql.push(" CROSS JOIN resource g WHERE g.tenant = ").again(predicate.tenant);
            sql.push(" AND g.num = u.grp ORDER BY u.grp LIMIT 1)");
        }
        Storage::Document
        | Storage::Indexed
        | Storage::Connection
        | Storage::Password
        | Storage::Number
        | Storage::Sessions
        | Storage::Dependents
        | Storage::Shown
            if target.attribute.multi_valued =>
        {
            let list = operand::path(sql, Target { sub: None, ..target.clone() }.keys());
            let simple = !target.attribute.is_complex();
            sql.push("(SELECT ");
            Operand::of(sql, predicate, Scope::Element { simple }, &inner).write(sql, scalar(leaf.kind));
            sql.push(" FROM ").elements("r.sdoc", list).push(" ORDER BY ");
            if !simple {
                let primary = operand::path(sql, ["primary"].into_iter());
                sql.push("coalesce(").json_value("e.value", primary, Scalar::Boolean).push(", FALSE) DESC, ");
            }
            sql.push("e.place LIMIT 1)");
        }
        Storage::Document
        | Storage::Indexed
        | Storage::Connection
        | Storage::Password
        | Storage::Number
        | Storage::Sessions
        | Storage::Dependents
        | Storage::Shown => {
            let sub = target.sub.clone().or_else(|| target.attribute.is_complex().then(|| Arc::clone(leaf)));
            let target = Target { sub, ..target.clone() };
            let operand = match Operand::of(sql, predicate, Scope::Resource, &target) {
                // Keys that differ only behind the cut count as equal.
                Operand::Cut { name, .. } => Operand::Column { name, nullable: true },
                operand => operand,
            };
            operand.write(sql, scalar(leaf.kind));
        }
    }
}
