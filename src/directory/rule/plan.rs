//! The plans of a user: each once, with its name and the time when it was assigned.

use crate::clock::{self, Micros};
use crate::directory::Error;
use crate::directory::catalogue::Catalogue;
use crate::scim::urn::PUBLICA;
use crate::scim::{Object, part};
use crate::store::{Conn, TenantId, catalogues};
use serde_json::Value;

const PLANS: &str = "plans";

/// Makes one plan of those with the same number; what is said last of it counts.
pub(super) fn merge(document: &mut Object) {
    let plans = part::list(document, &[PUBLICA, PLANS]);
    let mut merged: Vec<Value> = Vec::with_capacity(plans.len());
    for plan in plans {
        match merged.iter_mut().find(|known| number(known).is_some() && number(known) == number(plan)) {
            Some(Value::Object(known)) => known.extend(plan.as_object().cloned().unwrap_or_default()),
            Some(_) | None => merged.push(plan.clone()),
        }
    }
    if merged.len() < plans.len() {
        part::set(document, PUBLICA, PLANS, Some(Value::Array(merged)));
    }
}

/// Notes when plans were assigned, and gives those without a name the one of the catalogue.
pub(super) async fn complete(
    conn: &mut Conn,
    tenant: TenantId,
    before: &Object,
    document: &mut Object,
    now: Micros,
) -> Result<(), Error> {
    if part::at(before, &[PUBLICA, PLANS]) == part::at(document, &[PUBLICA, PLANS]) {
        return Ok(());
    }
    let mut plans = part::list(document, &[PUBLICA, PLANS]).to_vec();
    let entries = if plans.iter().any(|plan| plan.get("display").is_none()) {
        catalogues::list(conn, tenant, Catalogue::Plans.name()).await?
    } else {
        Vec::new()
    };
    for plan in &mut plans {
        let known = part::list(before, &[PUBLICA, PLANS]).iter().find(|known| number(known) == number(plan));
        let assigned = known.and_then(|known| known.get("assignedAt")).cloned();
        let name = entries.iter().find(|entry| Some(entry.id) == number(plan)).map(|entry| entry.name.as_str());
        let Some(parts) = plan.as_object_mut() else { continue };
        parts.insert("assignedAt".to_owned(), assigned.unwrap_or_else(|| Value::from(clock::rfc3339(now))));
        if let Some(name) = name.filter(|_| !parts.contains_key("display")) {
            parts.insert("display".to_owned(), Value::from(name));
        }
    }
    part::set(document, PUBLICA, PLANS, Some(Value::Array(plans)));
    Ok(())
}

fn number(plan: &Value) -> Option<i64> {
    plan.get("planId")?.as_i64()
}
