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
        if wanted.is_empty() {
            continue;
        }
        let found = catalogues::keep(conn, tenant, catalogue.name(), &wanted).await?;
        if found.len() < wanted.len() && !catalogues::list(conn, tenant, catalogue.name()).await?.is_empty() {
            let name = sub.map_or_else(|| name.to_owned(), |sub| format!("{name}.{sub}"));
            let rule = format!("must be the number of an entry of the catalogue {}", catalogue.name());
            return Err(refuse(urn, &name, &rule));
        }
    }
    Ok(())
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
