//! Resources under new schemas: they are held against them, and what is derived from them is derived anew.

use super::{Break, Report};
use crate::directory::{Error, TenantId};
use crate::scim::schema::document::plain;
use crate::scim::schema::fit::Fit;
use crate::scim::schema::{Registry, ResourceType};
use crate::store::renewal::{self, Renewal, Resource};
use crate::store::{self, Conn, indexes, keys};
use std::collections::{BTreeMap, BTreeSet};

/// How many resources are looked at together.
const BATCH: u32 = 500;
/// How many resources a report names for each rule.
const EXAMPLES: usize = 10;

/// Holds the resources of a locked tenant against new schemas, and renews what is derived from them.
///
/// # Errors
/// [`Error::Incompatible`] if some do not fit.
pub(super) async fn resources(
    conn: &mut Conn,
    tenant: TenantId,
    (old, new): (&Registry, &Registry),
    native: bool,
) -> Result<(), Error> {
    // Rows are derived by the types that writes go by.
    let (old_plain, new_plain) = (plain(old), plain(new));
    let (old_rows, new_rows) = if native { (old, new) } else { (&old_plain, &new_plain) };
    let mut breaks = Vec::new();
    for kind in &old.types {
        let Some(wanted) = new.resource_type(&kind.name) else {
            breaks.extend(removed(conn, tenant, kind).await?);
            continue;
        };
        let (Some(before), Some(after)) = (old_rows.resource_type(&kind.name), new_rows.resource_type(&kind.name))
        else {
            return Err(Error::Internal(format!("the type {} went missing in a change", kind.name)));
        };
        if before == after && kind == wanted {
            continue;
        }
        let mut tally = Tally::new(kind);
        let renewal = Renewal::of(before, after);
        renewal.clear(conn, tenant, &kind.name).await?;
        walk(conn, tenant, &Fit::of(kind, wanted), &renewal, (before, after), &mut tally).await?;
        breaks.extend(tally.breaks(conn, tenant).await?);
        for attribute in &renewal.unindexed {
            indexes::abandon(conn, tenant, &kind.name, attribute).await?;
        }
        if !renewal.indexed.is_empty() && renewal::census(conn, tenant, &kind.name, 0).await?.0 > 0 {
            for attribute in &renewal.indexed {
                indexes::begin(conn, tenant, &kind.name, attribute).await?;
            }
        }
    }
    if breaks.is_empty() { Ok(()) } else { Err(Error::Incompatible(Box::new(Report { breaks }))) }
}

/// What is broken if a type goes: every resource of it.
async fn removed(conn: &mut Conn, tenant: TenantId, kind: &ResourceType) -> Result<Option<Break>, store::Error> {
    let first = i64::try_from(EXAMPLES).unwrap_or(i64::MAX);
    let (resources, examples) = renewal::census(conn, tenant, &kind.name, first).await?;
    for attribute in keys::indexed(kind) {
        indexes::abandon(conn, tenant, &kind.name, &attribute).await?;
    }
    let rule = "resources of this type exist, and the type would be gone".to_owned();
    let found = Break { resource_type: kind.name.clone(), attribute: String::new(), rule, resources, examples };
    Ok((resources > 0).then_some(found))
}

/// Looks at every resource of a type, if there is anything to look for.
async fn walk(
    conn: &mut Conn,
    tenant: TenantId,
    fit: &Fit,
    renewal: &Renewal,
    (before, after): (&ResourceType, &ResourceType),
    tally: &mut Tally,
) -> Result<(), Error> {
    if fit.is_empty() && !renewal.is_thorough() {
        return Ok(());
    }
    let mut reached = 0;
    loop {
        let batch = renewal::next(conn, tenant, &after.name, reached, BATCH, false).await?;
        let Some(last) = batch.last() else { return Ok(()) };
        reached = last.num;
        for resource in &batch {
            tally.judge(fit, resource);
        }
        if renewal.is_thorough() {
            for (attribute, num) in renewal.apply(conn, tenant, (before, after), &batch).await? {
                tally.sharing.entry(attribute).or_default().insert(num);
            }
        }
    }
}

/// What is found while a type is walked.
struct Tally {
    kind: String,
    /// By attribute and rule: how many resources, and the ids of the first of them.
    broken: BTreeMap<(String, String), (u64, Vec<String>)>,
    /// By attribute: the numbers of those that share a value.
    sharing: BTreeMap<String, BTreeSet<i64>>,
}

impl Tally {
    fn new(kind: &ResourceType) -> Self {
        Self { kind: kind.name.clone(), broken: BTreeMap::new(), sharing: BTreeMap::new() }
    }

    fn judge(&mut self, fit: &Fit, resource: &Resource) {
        for check in fit.broken(&resource.document) {
            let (count, examples) = self.broken.entry((check.name(), check.rule())).or_default();
            *count += 1;
            if examples.len() < EXAMPLES {
                examples.push(resource.id.clone());
            }
        }
    }

    async fn breaks(self, conn: &mut Conn, tenant: TenantId) -> Result<Vec<Break>, store::Error> {
        let Self { kind, broken, sharing } = self;
        let found = |attribute, rule, resources, examples| Break {
            resource_type: kind.clone(),
            attribute,
            rule,
            resources,
            examples,
        };
        let broken = broken.into_iter();
        let mut breaks: Vec<_> =
            broken.map(|((attribute, rule), (count, examples))| found(attribute, rule, count, examples)).collect();
        for (attribute, nums) in sharing {
            let count = u64::try_from(nums.len()).unwrap_or(u64::MAX);
            let examples = renewal::ids(conn, tenant, nums.into_iter().take(EXAMPLES).collect()).await?;
            let rule = "has a value that another resource has, and the attribute would be unique".to_owned();
            breaks.push(found(attribute, rule, count, examples));
        }
        Ok(breaks)
    }
}
