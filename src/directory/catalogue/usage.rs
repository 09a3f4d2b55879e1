//! Who refers to an entry: users by their documents, pending invitations by what they promise.

use super::{Catalogue, Error};
use crate::clock::Micros;
use crate::directory::rule;
use crate::scim::filter::{self, Filter, Operator};
use crate::scim::schema::ResourceType;
use crate::store::catalogues::Entry;
use crate::store::invitations::{self, Invitation};
use crate::store::select::{self, Part, Place, Query};
use crate::store::{Client, Conn, TenantId};
use serde_json::Value;
use std::fmt::Display;
use std::sync::Arc;

/// How many refer to an entry.
#[derive(Clone, Copy, Debug)]
pub(super) struct Usage {
    which: Catalogue,
    users: u64,
    invitations: u64,
}

/// Counts who refers to an entry.
pub(super) async fn of(
    conn: &mut Conn,
    tenant: TenantId,
    which: Catalogue,
    entry: &Entry,
    users: &Arc<ResourceType>,
    now: Micros,
) -> Result<Usage, Error> {
    let part = Part { kind: Arc::clone(users), filter: Some(references(which, entry, users)?), sort: None };
    let query =
        Query { parts: vec![part], descending: false, place: Place::Offset(0), limit: 0, base: String::new(), now };
    // No attribute that refers to entries is one connection's own.
    let users = select::page(conn, Client::of(tenant), &query).await?.total;
    let pending = invitations::pending(conn, tenant, now).await?;
    let invitations = pending.iter().filter(|invitation| promises(invitation, which, entry.id)).count();
    Ok(Usage { which, users, invitations: u64::try_from(invitations).unwrap_or(u64::MAX) })
}

impl Usage {
    /// Refuses if anybody refers to the entry; the advice begins behind the word for it.
    pub(super) fn refuse(self, advice: impl Display) -> Result<(), Error> {
        let Self { which, users, invitations } = self;
        let count = |number: u64, what: &str| match number {
            0 => None,
            1 => Some(format!("1 {what}")),
            more => Some(format!("{more} {what}s")),
        };
        let who: Vec<String> =
            [count(users, "user"), count(invitations, "pending invitation")].into_iter().flatten().collect();
        if who.is_empty() {
            return Ok(());
        }
        let verb = if users + invitations == 1 { "refers" } else { "refer" };
        Err(Error::InUse(format!("{} {verb} to this {}{advice}", who.join(" and "), which.entry())))
    }
}

/// Which users refer to an entry: by its number, to a role and a locale by its name.
fn references(which: Catalogue, entry: &Entry, users: &ResourceType) -> Result<Filter, Error> {
    let names = match which {
        Catalogue::Roles => vec![("roles.value", entry.name.clone())],
        // SCIM writes en-US where native APIs write en_US.
        Catalogue::Locales => vec![("locale", entry.name.replace('_', "-")), ("locale", entry.name.replace('-', "_"))],
        Catalogue::Branches
        | Catalogue::LeadRoles
        | Catalogue::Subscriptions
        | Catalogue::Companies
        | Catalogue::Plans => Vec::new(),
    };
    let names = names.into_iter().map(|(path, name)| (path.to_owned(), Value::from(name)));
    let numbers = rule::attributes_of(which).map(|path| (path, Value::from(entry.id)));
    let equal = |(path, literal): (String, Value)| filter::test(users, &path, Operator::Eq, &literal);
    Ok(Filter::Or(names.chain(numbers).map(equal).collect::<Result<_, _>>()?))
}

/// Whether an invitation promises its recipient an entry.
fn promises(invitation: &Invitation, which: Catalogue, id: i64) -> bool {
    let named = |keys| serde_json::from_str(&invitation.payload).is_ok_and(|payload| names(&payload, keys, id));
    match which {
        Catalogue::Companies => invitation.company == id || named(&["partner"]),
        Catalogue::Roles => named(&["role", "roles", "defaultRole"]),
        Catalogue::Branches
        | Catalogue::LeadRoles
        | Catalogue::Subscriptions
        | Catalogue::Plans
        | Catalogue::Locales => false,
    }
}

/// Whether an id stands under one of the keys, as a number or as its digits, at any depth; also in JSON
/// that stands in JSON as text.
fn names(value: &Value, keys: &[&str], id: i64) -> bool {
    match value {
        Value::Object(object) => {
            object.iter().any(|(key, value)| (keys.contains(&key.as_str()) && is(value, id)) || names(value, keys, id))
        }
        Value::Array(list) => list.iter().any(|value| names(value, keys, id)),
        Value::String(text) if text.starts_with(['[', '{']) => {
            serde_json::from_str(text).is_ok_and(|inner| names(&inner, keys, id))
        }
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn is(value: &Value, id: i64) -> bool {
    match value {
        Value::Number(number) => number.as_i64() == Some(id),
        Value::String(text) => text.parse() == Ok(id),
        Value::Array(list) => list.iter().any(|value| is(value, id)),
        Value::Object(_) | Value::Null | Value::Bool(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_id_is_found_under_its_keys_however_it_is_written() {
        for (payload, found) in [
            (json!({ "roleInfo": "[{\"partner\":1,\"roles\":[7,8],\"defaultRole\":7}]" }), true),
            (json!({ "roleInfo": [{ "partner": 1, "roles": ["8", "9"] }] }), true),
            (json!({ "roles": [{ "partner": 1, "role": 8 }] }), true),
            (json!({ "roleInfo": [{ "partner": 8, "roles": [7] }] }), false),
            (json!({ "message": "[8" }), false),
            (json!({ "subject": 8 }), false),
            (json!(null), false),
        ] {
            assert_eq!(names(&payload, &["role", "roles", "defaultRole"], 8), found, "{payload}");
        }
    }

    #[test]
    fn a_refusal_says_how_many_and_what_to_do() {
        let refused = |users, invitations| {
            Usage { which: Catalogue::Branches, users, invitations }.refuse("; advice").err().map(|why| why.to_string())
        };
        assert_eq!(refused(0, 0), None);
        assert_eq!(refused(1, 0).as_deref(), Some("1 user refers to this branch; advice"));
        assert_eq!(refused(0, 2).as_deref(), Some("2 pending invitations refer to this branch; advice"));
        assert_eq!(refused(1, 1).as_deref(), Some("1 user and 1 pending invitation refer to this branch; advice"));
    }
}
