//! Core `roles` and the roles at partner 1, the hosting company, are one fact with two windows.
//!
//! Core roles are names and entries of the catalogue; at partners they are numbers. `primary` of the
//! one is `defaultRole` of the other. After a write both say the same; which of them counted is a
//! matter of [`Windows`].

use super::Windows;
use crate::directory::Error;
use crate::directory::catalogue::Catalogue;
use crate::scim::urn::ADEPTIA;
use crate::scim::value::fold;
use crate::scim::{Object, part};
use crate::store::catalogues::{self, Entry};
use crate::store::{Conn, TenantId};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const ROLES: &str = "roles";
const PARTNER_ROLES: &str = "userPartnerRoles";
/// The partner whose roles are the core ones.
const HOST: i64 = 1;
/// The longest name of a role that comes into the catalogue, in bytes of its folded form.
const LONGEST: usize = 512;

/// A role at a partner, and whether it is the one the user starts in there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Held {
    role: i64,
    default: bool,
}

/// Gives the roles that users have who come without any, the first of them as the primary one.
pub(super) async fn give_defaults(conn: &mut Conn, tenant: TenantId, document: &mut Object) -> Result<(), Error> {
    let entries = catalogues::list(conn, tenant, Catalogue::Roles.name()).await?;
    let mut roles: Vec<Value> = Vec::new();
    for entry in entries.into_iter().filter(|entry| entry.standard) {
        let mut role = json!({ "value": entry.name });
        mark(&mut role, "primary", roles.is_empty());
        roles.push(role);
    }
    set_core(document, roles);
    Ok(())
}

/// Makes one element of those with the same partner and role, where what is said last counts, and
/// leaves one default role to each partner: the one that is new as such, or else the last.
pub(super) fn merge(before: &Object, document: &mut Object) {
    let held = assigned(document);
    let mut merged: Vec<Value> = Vec::with_capacity(held.len());
    for element in held {
        match merged.iter_mut().find(|known| place(known).is_some() && place(known) == place(element)) {
            Some(Value::Object(known)) => known.extend(element.as_object().cloned().unwrap_or_default()),
            Some(_) | None => merged.push(element.clone()),
        }
    }
    let was_default = |element: &Value| {
        let known = assigned(before).iter().find(|known| place(known) == place(element));
        known.is_some_and(|known| is_marked(known, "defaultRole"))
    };
    let partners: BTreeSet<i64> =
        merged.iter().filter_map(|element| place(element).map(|(partner, _)| partner)).collect();
    for partner in partners {
        let is_default =
            |element: &Value| place(element).is_some_and(|at| at.0 == partner) && is_marked(element, "defaultRole");
        let new = merged.iter().rposition(|element| is_default(element) && !was_default(element));
        let Some(winner) = new.or_else(|| merged.iter().rposition(is_default)) else { continue };
        for (number, element) in merged.iter_mut().enumerate() {
            if number != winner && is_default(element) {
                mark(element, "defaultRole", false);
            }
        }
    }
    if merged != held {
        part::set(document, ADEPTIA, PARTNER_ROLES, Some(Value::Array(merged)));
    }
}

/// Makes both windows say the same.
pub(super) async fn agree(
    conn: &mut Conn,
    tenant: TenantId,
    before: &Object,
    document: &mut Object,
    windows: Windows,
) -> Result<(), Error> {
    let core_changed = named(before) != named(document);
    let host_changed = at_host(before).collect::<BTreeSet<_>>() != at_host(document).collect();
    if !core_changed && !host_changed {
        return Ok(());
    }
    let core_counts = match windows {
        // Where core roles were sent they count, even if they are as before. Whoever sends neither
        // takes all roles away, or knows only of core roles.
        Windows::Whole => document.contains_key(ROLES) || !host_changed || at_host(document).next().is_none(),
        Windows::Core => core_changed,
        Windows::Partners => !host_changed,
    };
    if !core_counts {
        return show_in_core(conn, tenant, document).await;
    }
    let wanted = if core_changed { entries_of_core(conn, tenant, document).await? } else { at_host(before).collect() };
    show_at_host(before, document, &wanted);
    Ok(())
}

/// Names partners and roles by their catalogues, if there are others than before.
pub(super) async fn name(
    conn: &mut Conn,
    tenant: TenantId,
    before: &Object,
    document: &mut Object,
) -> Result<(), Error> {
    let places = |document| assigned(document).iter().filter_map(place).collect::<BTreeSet<_>>();
    let mut held = assigned(document).to_vec();
    if held.is_empty() {
        return Ok(());
    }
    if places(before) == places(document) {
        for element in &mut held {
            let known = assigned(before).iter().find(|known| place(known) == place(element));
            for name in ["partnerDisplay", "roleDisplay"] {
                put(element, name, known.and_then(|known| known.get(name)).cloned());
            }
        }
    } else {
        let companies = catalogues::list(conn, tenant, Catalogue::Companies.name()).await?;
        let roles = catalogues::list(conn, tenant, Catalogue::Roles.name()).await?;
        let name = |entries: &[Entry], id| {
            entries.iter().find(|entry| entry.id == id).map(|entry| Value::from(entry.name.as_str()))
        };
        for element in &mut held {
            let Some((partner, role)) = place(element) else { continue };
            put(element, "partnerDisplay", name(&companies, partner));
            put(element, "roleDisplay", name(&roles, role));
        }
    }
    part::set(document, ADEPTIA, PARTNER_ROLES, Some(Value::Array(held)));
    Ok(())
}

/// The catalogue's entries of the core roles; those that are missing are made.
async fn entries_of_core(conn: &mut Conn, tenant: TenantId, document: &Object) -> Result<Vec<Held>, Error> {
    let mut names: Vec<String> = Vec::new();
    for element in core(document) {
        let Some(name) = role_name(element) else { continue };
        let key = fold(name);
        if key.len() <= LONGEST && !key.contains('\0') && !names.iter().any(|known| fold(known) == key) {
            names.push(name.to_owned());
        }
    }
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let entries = catalogues::ensure(conn, tenant, Catalogue::Roles.name(), &names).await?;
    let ids: Vec<i64> = entries.iter().map(|entry| entry.id).collect();
    catalogues::keep(conn, tenant, Catalogue::Roles.name(), &ids).await?;
    let primary = core(document).iter().find(|role| is_marked(role, "primary")).and_then(role_name).map(fold);
    let held = entries.iter().map(|entry| {
        let default = primary.as_deref() == Some(fold(&entry.name).as_str());
        Held { role: entry.id, default }
    });
    Ok(held.collect())
}

/// Makes these, and no others, the roles at partner 1; what was known of them there stays.
fn show_at_host(before: &Object, document: &mut Object, wanted: &[Held]) {
    let is_at_host = |element: &Value, role| place(element) == Some((HOST, role));
    let known = |role| assigned(before).iter().find(|known| is_at_host(known, role));
    let made = |held: &Held, given: Option<&Value>| {
        let plain = || json!({ "partner": HOST, "role": held.role });
        let mut element = known(held.role).or(given).cloned().unwrap_or_else(plain);
        mark(&mut element, "defaultRole", held.default);
        element
    };
    let mut roles: Vec<Value> = Vec::new();
    for element in assigned(document) {
        match place(element) {
            Some((HOST, role)) => {
                roles.extend(wanted.iter().find(|held| held.role == role).map(|held| made(held, Some(element))));
            }
            Some(_) | None => roles.push(element.clone()),
        }
    }
    for held in wanted {
        if !roles.iter().any(|element| is_at_host(element, held.role)) {
            roles.push(made(held, None));
        }
    }
    part::set(document, ADEPTIA, PARTNER_ROLES, Some(Value::Array(roles)));
}

/// Makes the roles at partner 1, and no others, the core ones; what was said of them there stays.
async fn show_in_core(conn: &mut Conn, tenant: TenantId, document: &mut Object) -> Result<(), Error> {
    let held: Vec<Held> = at_host(document).collect();
    let entries =
        if held.is_empty() { Vec::new() } else { catalogues::list(conn, tenant, Catalogue::Roles.name()).await? };
    let entry = |role| entries.iter().find(|entry: &&Entry| entry.id == role);
    let named: Vec<(&Entry, bool)> = held.iter().filter_map(|held| Some((entry(held.role)?, held.default))).collect();
    let mut roles: Vec<Value> = Vec::new();
    let mut has_primary = false;
    for role in core(document) {
        let mut role = role.clone();
        let Some(key) = role_name(&role).map(fold) else {
            mark(&mut role, "primary", false);
            roles.push(role);
            continue;
        };
        let Some((_, default)) = named.iter().find(|(entry, _)| fold(&entry.name) == key) else { continue };
        mark(&mut role, "primary", *default && !has_primary);
        has_primary |= *default;
        roles.push(role);
    }
    for (entry, default) in named {
        let key = fold(&entry.name);
        if !roles.iter().any(|role| role_name(role).map(fold).as_ref() == Some(&key)) {
            let mut role = json!({ "value": entry.name });
            mark(&mut role, "primary", default);
            roles.push(role);
        }
    }
    set_core(document, roles);
    Ok(())
}

fn core(document: &Object) -> &[Value] {
    document.get(ROLES).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn set_core(document: &mut Object, roles: Vec<Value>) {
    if roles.is_empty() {
        document.shift_remove(ROLES);
    } else {
        document.insert(ROLES.to_owned(), Value::Array(roles));
    }
}

fn role_name(role: &Value) -> Option<&str> {
    role.get("value")?.as_str()
}

/// What the core roles say: the names, and which one is primary.
fn named(document: &Object) -> BTreeSet<(String, bool)> {
    core(document).iter().filter_map(|role| Some((fold(role_name(role)?), is_marked(role, "primary")))).collect()
}

/// What the roles at partner 1 say.
fn at_host(document: &Object) -> impl Iterator<Item = Held> {
    assigned(document).iter().filter_map(|element| match place(element)? {
        (HOST, role) => Some(Held { role, default: is_marked(element, "defaultRole") }),
        _ => None,
    })
}

/// The roles at partners.
fn assigned(document: &Object) -> &[Value] {
    part::list(document, &[ADEPTIA, PARTNER_ROLES])
}

/// The partner and the role of an element.
fn place(element: &Value) -> Option<(i64, i64)> {
    Some((element.get("partner")?.as_i64()?, element.get("role")?.as_i64()?))
}

fn is_marked(element: &Value, part: &str) -> bool {
    element.get(part) == Some(&Value::Bool(true))
}

/// Sets a mark; one that is not there need not be taken away.
fn mark(element: &mut Value, part: &str, on: bool) {
    if on || is_marked(element, part) {
        put(element, part, Some(Value::Bool(on)));
    }
}

fn put(element: &mut Value, part: &str, value: Option<Value>) {
    let Some(parts) = element.as_object_mut() else { return };
    match value {
        Some(value) => drop(parts.insert(part.to_owned(), value)),
        None => drop(parts.shift_remove(part)),
    }
}
