//! Numbers that stand for entries of catalogues: they must be there, and stay while they are written.
//!
//! A catalogue that has no entries in the tenant is not kept there, and binds nobody.

use super::refuse;
use crate::directory::Error;
use crate::directory::catalogue::Catalogue;
use crate::scim::urn::{ADEPTIA, LOGIXX, PUBLICA};
use crate::scim::{Object, part};
use crate::store::{Conn, TenantId, catalogues};
use serde_json::Value;
use std::collections::BTreeSet;

/// The attributes that hold numbers, and the catalogues they are numbers of.
const NUMBERS: [(&str, &str, Option<&str>, Catalogue); 7] = [
    (LOGIXX, "branchId", None, Catalogue::Branches),
    (LOGIXX, "leadRoleId", None, Catalogue::LeadRoles),
    (LOGIXX, "subscriptionIds", None, Catalogue::Subscriptions),
    (ADEPTIA, "companyId", None, Catalogue::Companies),
    (ADEPTIA, "userPartnerRoles", Some("partner"), Catalogue::Companies),
    (ADEPTIA, "userPartnerRoles", Some("role"), Catalogue::Roles),
    (PUBLICA, "plans", Some("planId"), Catalogue::Plans),
];

/// Refuses new numbers that no entry has.
pub(super) async fn check(conn: &mut Conn, tenant: TenantId, before: &Object, after: &Object) -> Result<(), Error> {
    for (urn, name, sub, catalogue) in NUMBERS {
        let (old, new) = (numbers(before, urn, name, sub), numbers(after, urn, name, sub));
        let wanted: Vec<i64> = new.difference(&old).copied().collect();
        if !are_kept(conn, tenant, catalogue, &wanted).await? {
            let rule = format!("must be the number of an entry of the catalogue {}", catalogue.name());
            return Err(refuse(urn, &whole(name, sub), &rule));
        }
    }
    Ok(())
}

/// Whether entries of a catalogue have these ids, each told once, or it has no entries. Those it has stay
/// until the unit of work ends.
pub(in crate::directory) async fn are_kept(
    conn: &mut Conn,
    tenant: TenantId,
    which: Catalogue,
    ids: &[i64],
) -> Result<bool, Error> {
    if ids.is_empty() {
        return Ok(true);
    }
    let kept = catalogues::keep(conn, tenant, which.name(), ids).await?;
    Ok(kept.len() == ids.len() || catalogues::list(conn, tenant, which.name()).await?.is_empty())
}

/// The attributes that hold numbers of entries of this catalogue, as a filter names them.
pub(in crate::directory) fn attributes_of(which: Catalogue) -> impl Iterator<Item = String> {
    let of_it = NUMBERS.into_iter().filter(move |(.., catalogue)| *catalogue == which);
    of_it.map(|(urn, name, sub, _)| format!("{urn}:{}", whole(name, sub)))
}

fn whole(name: &str, sub: Option<&str>) -> String {
    sub.map_or_else(|| name.to_owned(), |sub| format!("{name}.{sub}"))
}

fn numbers(document: &Object, urn: &str, name: &str, sub: Option<&str>) -> BTreeSet<i64> {
    let values = match part::at(document, &[urn, name]) {
        None => &[],
        Some(Value::Array(values)) => values.as_slice(),
        Some(value) => std::slice::from_ref(value),
    };
    let number = |value: &Value| match sub {
        Some(sub) => value.get(sub)?.as_i64(),
        None => value.as_i64(),
    };
    values.iter().filter_map(number).collect()
}
