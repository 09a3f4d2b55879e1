//! What a target is in SQL: a column, a value computed from columns, or a place in a search document.

use super::filter::{Predicate, Scope, Seen};
use crate::clock::Micros;
use crate::scim::path::Target;
use crate::scim::schema::{Attribute, ResourceType, Storage};
use crate::scim::value::{self, Key};
use crate::store::counted::{self, Count};
use crate::store::dialect::Scalar;
use crate::store::external_ids;
use crate::store::keys::{self, Hot};
use crate::store::sql::{Arg, Sql, Val};
use serde_json::Value;

/// An expression that can be compared.
#[derive(Clone, Copy, Debug)]
pub(super) enum Operand<'a> {
    /// A column that holds the whole key; whether it is ever null.
    Column { name: &'static str, nullable: bool },
    /// A text column that holds the key cut, and the whole key's place in the search document.
    Cut { name: &'static str, path: Arg },
    /// What a connection of a tenant calls the resource.
    External { tenant: Arg, connection: i64 },
    /// A place in a JSON document.
    Json { document: &'static str, path: Arg },
    /// The element of a list of simple values.
    Itself,
    /// The live sessions of the resource.
    Sessions { tenant: Arg, now: Micros },
    /// What depends on the resource, which is of this type.
    Dependents { kind: &'a ResourceType, tenant: Arg, now: Micros },
    /// The same for every row.
    Constant(Arg),
    /// An entity tag: this, the version, a quote.
    Version(Arg),
    /// This and the id of the resource.
    Location(Arg),
    /// This, the endpoint of the type, and the id, of the table `x` or `g`.
    Reference { base: Arg, middle: &'static str, id: &'static str },
    /// The type's name of the table `x` or `g`, as a key.
    Type { column: &'static str, user: Arg, group: Arg },
    /// Whether a membership is direct, as a key.
    Direct { direct: Arg, indirect: Arg },
    /// Nothing that has values.
    Null,
}

impl<'a> Operand<'a> {
    /// The operand of a simple target.
    pub(super) fn of(sql: &mut Sql, predicate: &Predicate<'a>, scope: Scope<'_>, target: &Target) -> Self {
        match scope {
            Scope::Resource => match predicate.seen {
                Some(seen) => resource(sql, predicate, seen, target),
                None => Self::Null,
            },
            Scope::Within(outer) if outer.attribute.name == "meta" && outer.extension.is_none() => {
                match predicate.seen {
                    Some(seen) => meta(sql, predicate, seen.kind, &target.attribute),
                    None => Self::Null,
                }
            }
            Scope::Within(outer) => {
                let path = path(sql, outer.keys().chain([target.attribute.name.as_str()]));
                Self::Json { document: "r.sdoc", path }
            }
            Scope::Element { simple: true } => Self::Itself,
            Scope::Element { simple: false } => {
                let path = path(sql, target.keys());
                Self::Json { document: "e.value", path }
            }
            Scope::Member => member(sql, predicate, &target.attribute),
            Scope::Group => group(sql, predicate, &target.attribute),
        }
    }

    /// Appends the expression; `scalar` is the kind of key it is compared with.
    pub(super) fn write(self, sql: &mut Sql, scalar: Scalar) {
        match self {
            Self::Column { name, .. } => sql.push(name),
            Self::Cut { name, path } => {
                // A cut key has at least 1,021 bytes and so more than 255 characters.
                sql.push("(CASE WHEN length(").push(name).push(") > 255 THEN ");
                sql.json_value("r.sdoc", path, scalar).push(" ELSE ").push(name).push(" END)")
            }
            Self::External { tenant, connection } => {
                external_ids::value(sql, tenant, connection, "r.num");
                sql
            }
            Self::Sessions { tenant, now } => {
                counted::write(sql, tenant, Count::Sessions, now);
                sql
            }
            Self::Dependents { kind, tenant, now } => {
                counted::write(sql, tenant, Count::Dependents(kind), now);
                sql
            }
            Self::Json { document, path } => sql.json_value(document, path, scalar),
            Self::Itself => sql.json_itself("e.value", scalar),
            Self::Constant(key) => sql.again(key),
            Self::Version(start) => sql.push("(").again(start).push(" || CAST(r.version AS TEXT) || '\"')"),
            Self::Location(start) => sql.push("(").again(start).push(" || r.id)"),
            Self::Reference { base, middle, id } => sql.push("(").again(base).push(middle).push(id).push(")"),
            Self::Type { column, user, group } => sql
                .push("(CASE ")
                .push(column)
                .push(" WHEN 'User' THEN ")
                .again(user)
                .push(" WHEN 'Group' THEN ")
                .again(group)
                .push(" END)"),
            Self::Direct { direct, indirect } => {
                sql.push("(CASE WHEN u.direct = 1 THEN ").again(direct).push(" ELSE ").again(indirect).push(" END)")
            }
            Self::Null => sql.push("CAST(NULL AS TEXT)"),
        };
    }

    /// Appends whether there is a value.
    pub(super) fn write_present(self, sql: &mut Sql) {
        match self {
            Self::Column { name, nullable: true } | Self::Cut { name, .. } => {
                sql.push("(").push(name).push(" IS NOT NULL)")
            }
            Self::External { tenant, connection } => {
                sql.push("(");
                external_ids::value(sql, tenant, connection, "r.num");
                sql.push(" IS NOT NULL)")
            }
            Self::Json { document, path } => sql.json_present(document, path),
            Self::Null => sql.push("FALSE"),
            Self::Type { column, .. } => sql.push("(").push(column).push(" IN ('User', 'Group'))"),
            Self::Column { nullable: false, .. }
            | Self::Sessions { .. }
            | Self::Dependents { .. }
            | Self::Itself
            | Self::Constant(_)
            | Self::Version(_)
            | Self::Location(_)
            | Self::Reference { .. }
            | Self::Direct { .. } => sql.push("TRUE"),
        };
    }
}

/// Keys as an argument.
pub(super) fn path<'k>(sql: &mut Sql, keys: impl Iterator<Item = &'k str>) -> Arg {
    sql.hold(Val::Path(keys.map(ToOwned::to_owned).collect()))
}

fn resource<'a>(sql: &mut Sql, predicate: &Predicate<'a>, seen: Seen<'a>, target: &Target) -> Operand<'a> {
    let Seen { kind, connection, now } = seen;
    let tenant = predicate.tenant;
    match target.attribute.storage {
        Storage::Connection => return Operand::External { tenant, connection },
        Storage::Number => return Operand::Column { name: "r.num", nullable: false },
        Storage::Sessions => return Operand::Sessions { tenant, now },
        Storage::Dependents => return Operand::Dependents { kind, tenant, now },
        Storage::Document
        | Storage::Indexed
        | Storage::Members
        | Storage::Groups
        | Storage::Password
        | Storage::Shown => {}
    }
    if target.extension.is_none() {
        match (target.attribute.name.as_str(), &target.sub) {
            ("id", None) => return Operand::Column { name: "r.id", nullable: false },
            ("meta", Some(sub)) => return meta(sql, predicate, kind, sub),
            _ => {}
        }
    }
    let hot = keys::hot(kind, target);
    if hot == Some(Hot::Active) {
        return Operand::Column { name: "r.active", nullable: true };
    }
    let path = path(sql, target.keys());
    match hot {
        Some(Hot::NameKey) => Operand::Cut { name: "r.name_key", path },
        Some(Hot::Active) | None => Operand::Json { document: "r.sdoc", path },
    }
}

/// RFC 7643 §3.1, "meta".
fn meta<'a>(sql: &mut Sql, predicate: &Predicate<'a>, kind: &ResourceType, sub: &Attribute) -> Operand<'a> {
    match sub.name.as_str() {
        "created" => Operand::Column { name: "r.created", nullable: false },
        "lastModified" => Operand::Column { name: "r.modified", nullable: false },
        "resourceType" => Operand::Constant(text(sql, sub, &kind.name)),
        "version" => Operand::Version(text(sql, sub, "W/\"")),
        "location" => Operand::Location(text(sql, sub, &format!("{}{}/", predicate.base, kind.endpoint))),
        _ => Operand::Null,
    }
}

/// RFC 7643 §4.2, "members": the table `x`.
fn member<'a>(sql: &mut Sql, predicate: &Predicate<'a>, sub: &Attribute) -> Operand<'a> {
    match sub.name.as_str() {
        "value" => Operand::Column { name: "x.id", nullable: false },
        "display" if sub.case_exact => Operand::Column { name: "x.display", nullable: true },
        "display" => Operand::Column { name: "x.display_key", nullable: true },
        "type" => kinds(sql, sub, "x.type"),
        "$ref" => Operand::Reference {
            base: text(sql, sub, predicate.base),
            middle: " || '/' || x.type || 's/' || ",
            id: "x.id",
        },
        _ => Operand::Null,
    }
}

/// RFC 7643 §4.1.2, "groups": the tables `g` and `u`.
fn group<'a>(sql: &mut Sql, predicate: &Predicate<'a>, sub: &Attribute) -> Operand<'a> {
    match sub.name.as_str() {
        "value" => Operand::Column { name: "g.id", nullable: false },
        "display" if sub.case_exact => Operand::Column { name: "g.display", nullable: true },
        "display" => Operand::Column { name: "g.display_key", nullable: true },
        "type" => Operand::Direct { direct: text(sql, sub, "direct"), indirect: text(sql, sub, "indirect") },
        "$ref" => Operand::Reference {
            base: text(sql, sub, predicate.base),
            middle: " || '/' || g.type || 's/' || ",
            id: "g.id",
        },
        _ => Operand::Null,
    }
}

fn kinds<'a>(sql: &mut Sql, sub: &Attribute, column: &'static str) -> Operand<'a> {
    Operand::Type { column, user: text(sql, sub, "User"), group: text(sql, sub, "Group") }
}

/// The key that this text has as a value of the attribute.
fn text(sql: &mut Sql, attribute: &Attribute, text: &str) -> Arg {
    match value::key(attribute, &Value::from(text)) {
        Some(Key::Text(key)) => sql.hold(key),
        Some(Key::Boolean(_) | Key::Integer(_) | Key::Decimal(_)) | None => sql.hold(text),
    }
}
