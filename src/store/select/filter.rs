//! A resolved filter as an exact SQL predicate (RFC 7644 §3.4.2.2).
//!
//! A comparison with null is unknown, which a condition refuses; only `Not` needs it to be false.

use super::operand::{self, Operand};
use super::{By, Part, Query};
use crate::clock::Micros;
use crate::scim::filter::{Check, Filter, Operator, Test};
use crate::scim::path::Target;
use crate::scim::schema::{ResourceType, Storage};
use crate::scim::value::Key;
use crate::store::dialect::Scalar;
use crate::store::keys;
use crate::store::sql::{Arg, Sql, Val};

/// What a predicate needs to know beside the filter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Predicate<'a> {
    /// The tenant.
    pub tenant: Arg,
    /// The resources in the table `r`; none where only members are asked about.
    pub seen: Option<Seen<'a>>,
    /// The SCIM base URL.
    pub base: &'a str,
}

/// The resources of a type as a connection sees them at a time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen<'a> {
    /// The type.
    pub kind: &'a ResourceType,
    /// The number of the connection.
    pub connection: i64,
    /// What time it is.
    pub now: Micros,
}

/// What targets are relative to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Scope<'a> {
    /// A resource: the table `r`.
    Resource,
    /// The one value of this complex attribute of `r`.
    Within(&'a Target),
    /// An element of a list: the table `e`; whether it is a simple value.
    Element { simple: bool },
    /// A membership `m` and the member `x`.
    Member,
    /// A group `g` and how it is reached, `u`.
    Group,
}

impl<'a> Predicate<'a> {
    /// For the resources of a part.
    pub(super) fn new(by: By, query: &'a Query, part: &'a Part) -> Self {
        let seen = Seen { kind: &part.kind, connection: by.connection, now: query.now };
        Self { tenant: by.tenant, seen: Some(seen), base: &query.base }
    }

    /// Appends the predicate.
    pub(super) fn write(&self, sql: &mut Sql, scope: Scope<'_>, filter: &Filter) {
        match filter {
            Filter::And(all) => self.write_list(sql, scope, all, " AND ", "TRUE"),
            Filter::Or(any) => self.write_list(sql, scope, any, " OR ", "FALSE"),
            Filter::Not(inner) => {
                sql.push("NOT coalesce(");
                self.write(sql, scope, inner);
                sql.push(", FALSE)");
            }
            Filter::Test(test) => self.write_test(sql, scope, test),
            Filter::Element { target, filter } => self.write_element(sql, scope, target, filter),
        }
    }

    fn write_list(
        &self,
        sql: &mut Sql,
        scope: Scope<'_>,
        filters: &[Filter],
        between: &'static str,
        empty: &'static str,
    ) {
        let Some((first, rest)) = filters.split_first() else {
            sql.push(empty);
            return;
        };
        sql.push("(");
        self.write(sql, scope, first);
        for filter in rest {
            sql.push(between);
            self.write(sql, scope, filter);
        }
        sql.push(")");
    }

    fn write_test(&self, sql: &mut Sql, scope: Scope<'_>, test: &Test) {
        match &test.check {
            Check::Present => self.write_present(sql, scope, &test.target),
            Check::Absent => {
                sql.push("NOT ");
                self.write_present(sql, scope, &test.target);
            }
            Check::Compare(operator, key) => {
                if let (Scope::Resource, Some(seen), Key::Text(text)) = (scope, self.seen, key)
                    && test.target.attribute.storage == Storage::Connection
                    && matches!(operator, Operator::Eq | Operator::Sw)
                {
                    sql.push("r.num IN (");
                    self.write_external(sql, seen, *operator == Operator::Sw, text);
                    sql.push(")");
                    return;
                }
                let operand = Operand::of(sql, self, scope, &test.target);
                compare(sql, operand, *operator, key);
            }
        }
    }

    fn write_present(&self, sql: &mut Sql, scope: Scope<'_>, target: &Target) {
        if let Scope::Resource = scope {
            if target.sub.is_some() && target.attribute.multi_valued {
                let (outer, filter) = any_element(target);
                return self.write_element(sql, scope, &outer, &filter);
            }
            match target.attribute.storage {
                Storage::Members => {
                    sql.push("EXISTS (SELECT 1 FROM member m WHERE m.tenant = ").again(self.tenant);
                    sql.push(" AND m.grp = r.num)");
                    return;
                }
                Storage::Groups => {
                    sql.push("EXISTS (SELECT 1 FROM member m WHERE m.tenant = ").again(self.tenant);
                    sql.push(" AND m.member = r.num)");
                    return;
                }
                Storage::Document
                | Storage::Indexed
                | Storage::Connection
                | Storage::Password
                | Storage::Number
                | Storage::Sessions
                | Storage::Dependents
                | Storage::Shown => {}
            }
            if target.extension.is_none() && target.sub.is_none() && target.attribute.name == "meta" {
                sql.push("TRUE");
                return;
            }
        }
        Operand::of(sql, self, scope, target).write_present(sql);
    }

    fn write_element(&self, sql: &mut Sql, scope: Scope<'_>, target: &Target, filter: &Filter) {
        if let Scope::Resource = scope {
            match target.attribute.storage {
                Storage::Members => return self.write_members(sql, filter),
                Storage::Groups => return self.write_groups(sql, filter),
                Storage::Document
                | Storage::Indexed
                | Storage::Connection
                | Storage::Password
                | Storage::Number
                | Storage::Sessions
                | Storage::Dependents
                | Storage::Shown => {}
            }
            if !target.attribute.multi_valued {
                sql.push("(");
                self.write_present(sql, scope, target);
                sql.push(" AND ");
                self.write(sql, Scope::Within(target), filter);
                sql.push(")");
                return;
            }
        }
        let (document, path) = match scope {
            Scope::Within(outer) => ("r.sdoc", operand::path(sql, outer.keys().chain(target.keys()))),
            Scope::Element { .. } => ("e.value", operand::path(sql, target.keys())),
            Scope::Resource => ("r.sdoc", operand::path(sql, target.keys())),
            // Members and groups have no lists inside.
            Scope::Member | Scope::Group => {
                sql.push("FALSE");
                return;
            }
        };
        sql.push("EXISTS (SELECT 1 FROM ").elements(document, path).push(" WHERE ");
        self.write(sql, Scope::Element { simple: !target.attribute.is_complex() }, filter);
        sql.push(")");
    }

    fn write_members(&self, sql: &mut Sql, filter: &Filter) {
        if let Some(id) = value_equals(filter) {
            self.write_groups_of(sql, id);
            return;
        }
        sql.push("EXISTS (SELECT 1 FROM member m CROSS JOIN resource x WHERE x.tenant = m.tenant AND x.num = m.member");
        sql.push(" AND m.tenant = ").again(self.tenant).push(" AND m.grp = r.num AND ");
        self.write(sql, Scope::Member, filter);
        sql.push(")");
    }

    fn write_groups(&self, sql: &mut Sql, filter: &Filter) {
        if let Some(id) = value_equals(filter) {
            self.write_members_of(sql, id);
            return;
        }
        sql.push("EXISTS (WITH RECURSIVE up(grp, direct) AS (SELECT m.grp, 1 FROM member m WHERE m.tenant = ");
        sql.again(self.tenant).push(" AND m.member = r.num UNION SELECT m.grp, 0 FROM up CROSS JOIN member m");
        sql.push(" WHERE m.tenant = ").again(self.tenant).push(" AND m.member = up.grp AND m.nested) SELECT 1 FROM ");
        // A group that is reached both ways is shown as direct.
        sql.push("(SELECT grp, max(direct) AS direct FROM up GROUP BY grp) u CROSS JOIN resource g WHERE g.tenant = ");
        sql.again(self.tenant).push(" AND g.num = u.grp AND ");
        self.write(sql, Scope::Group, filter);
        sql.push(")");
    }

    /// The numbers of what the connection calls so, or by a name that starts so: exact, and found by
    /// index.
    pub(super) fn write_external(&self, sql: &mut Sql, seen: Seen<'_>, starts: bool, text: &str) {
        sql.push("SELECT v.num FROM external_id v WHERE v.tenant = ").again(self.tenant);
        sql.push(" AND v.connection = ").bind(seen.connection);
        sql.push(" AND v.type = ").bind(seen.kind.name.as_str()).push(" AND ");
        if starts {
            range(
                sql,
                &|sql: &mut Sql| {
                    sql.push("v.value");
                },
                text,
            );
        } else {
            sql.push("v.value = ").bind(text);
        }
    }

    /// The groups that list this member: exact, and found by index.
    pub(super) fn write_groups_of(&self, sql: &mut Sql, id: &str) {
        sql.push("r.num IN (SELECT m.grp FROM resource x CROSS JOIN member m WHERE m.tenant = x.tenant");
        sql.push(" AND m.member = x.num AND x.tenant = ").again(self.tenant).push(" AND x.id = ").bind(id).push(")");
    }

    /// Whoever is in this group, directly or through others: exact, and found by index.
    pub(super) fn write_members_of(&self, sql: &mut Sql, id: &str) {
        sql.push("r.num IN (WITH RECURSIVE down(num) AS (SELECT g.num FROM resource g WHERE g.tenant = ");
        sql.again(self.tenant).push(" AND g.id = ").bind(id);
        sql.push(" UNION SELECT m.member FROM down CROSS JOIN member m WHERE m.tenant = ").again(self.tenant);
        sql.push(" AND m.grp = down.num AND m.nested) SELECT m.member FROM down CROSS JOIN member m WHERE m.tenant = ");
        sql.again(self.tenant).push(" AND m.grp = down.num)");
    }
}

/// The id, if the filter asks for nothing but an element with this value.
pub(super) fn value_equals(filter: &Filter) -> Option<&str> {
    match filter {
        Filter::Test(Test { target, check: Check::Compare(Operator::Eq, Key::Text(id)) })
            if target.attribute.name == "value" =>
        {
            Some(id)
        }
        Filter::And(_) | Filter::Or(_) | Filter::Not(_) | Filter::Test(_) | Filter::Element { .. } => None,
    }
}

/// Whether any element has the sub-attribute.
fn any_element(target: &Target) -> (Target, Filter) {
    let outer = Target { sub: None, ..target.clone() };
    let inner = Target { extension: None, attribute: target.leaf().clone(), sub: None };
    (outer, Filter::Test(Test { target: inner, check: Check::Present }))
}

fn compare(sql: &mut Sql, operand: Operand<'_>, operator: Operator, key: &Key) {
    let (scalar, value) = literal(key);
    let operand = narrow(operand, operator, key);
    let write = |sql: &mut Sql| operand.write(sql, scalar);
    let mut infix = |infix: &'static str, value: Val| {
        sql.push("(");
        write(sql);
        sql.push(infix).bind(value).push(")");
    };
    match operator {
        Operator::Eq => infix(" = ", value),
        Operator::Ne => infix(" IS DISTINCT FROM ", value),
        Operator::Gt => infix(" > ", value),
        Operator::Ge => infix(" >= ", value),
        Operator::Lt => infix(" < ", value),
        Operator::Le => infix(" <= ", value),
        Operator::Co => {
            let part = sql.hold(value);
            sql.contains(&write, part);
        }
        Operator::Sw => {
            if let (Operand::Column { .. }, Key::Text(start)) = (operand, key) {
                return range(sql, &write, start);
            }
            let part = sql.hold(value);
            sql.starts_with(&write, part);
        }
        Operator::Ew => {
            let part = sql.hold(value);
            sql.ends_with(&write, part);
        }
    }
}

/// Reads a cut column instead of the whole key where both give the same answer.
fn narrow<'a>(operand: Operand<'a>, operator: Operator, key: &Key) -> Operand<'a> {
    let Operand::Cut { name, path } = operand else { return operand };
    if matches!(operator, Operator::Co | Operator::Ew) {
        return operand;
    }
    match key {
        Key::Text(literal) if keys::column_decides(literal) => Operand::Column { name, nullable: true },
        Key::Text(_) | Key::Boolean(_) | Key::Integer(_) | Key::Decimal(_) => {
            Operand::Json { document: "r.sdoc", path }
        }
    }
}

/// Whether a column starts with a text, as a range that an index can walk.
fn range(sql: &mut Sql, column: &dyn Fn(&mut Sql), start: &str) {
    sql.push("(");
    column(sql);
    sql.push(" >= ").bind(start);
    if let Some(end) = successor(start) {
        sql.push(" AND ");
        column(sql);
        sql.push(" < ").bind(end);
    }
    sql.push(")");
}

/// The first text, by code points, behind all that start with this one; none if there is no such.
pub(super) fn successor(start: &str) -> Option<String> {
    let mut text = start.to_owned();
    while let Some(last) = text.pop() {
        let next = match last {
            '\u{D7FF}' => Some('\u{E000}'),
            _ => char::from_u32(u32::from(last) + 1),
        };
        if let Some(next) = next {
            text.push(next);
            return Some(text);
        }
    }
    None
}

/// A key as an argument.
pub(super) fn literal(key: &Key) -> (Scalar, Val) {
    match key {
        Key::Text(text) => (Scalar::Text, text.as_str().into()),
        Key::Boolean(truth) => (Scalar::Boolean, (*truth).into()),
        Key::Integer(number) => (Scalar::Integer, (*number).into()),
        Key::Decimal(number) => (Scalar::Decimal, Val::Float(*number)),
    }
}
