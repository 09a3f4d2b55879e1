//! What is counted over the rows of other tables when it is asked for: the live sessions of a resource,
//! and what depends on it.
//!
//! Filters, orders and answers count by the same expressions.

use super::sql::{Arg, Sql, Val};
use super::{Conn, Error, TenantId};
use crate::clock::Micros;
use crate::scim::path::Target;
use crate::scim::schema::ResourceType;
use std::collections::HashMap;
use std::sync::Arc;

/// What is counted.
#[derive(Clone, Copy, Debug)]
pub enum Count<'a> {
    /// Sessions that are neither ended nor run out.
    Sessions,
    /// Resources whose manager this one is, and invitations it sent that nobody took and that have not
    /// run out.
    Dependents(&'a ResourceType),
}

/// The counts of resources, by their numbers.
///
/// # Errors
/// If the database fails.
pub async fn load(
    conn: &mut Conn,
    tenant: TenantId,
    nums: &[i64],
    count: Count<'_>,
    now: Micros,
) -> Result<HashMap<i64, i64>, Error> {
    let mut sql = conn.sql();
    let tenant = sql.hold(tenant.0);
    sql.push("SELECT r.num, ");
    write(&mut sql, tenant, count, now);
    sql.push(" FROM resource r WHERE r.tenant = ").again(tenant).push(" AND r.num");
    sql.within(Val::Ints(nums.to_vec()));
    let records = conn.fetch(sql.fixed()).await?;
    records.iter().map(|record| Ok((record.int(0)?, record.int(1)?))).collect()
}

/// Appends the count of the resource `r`.
pub(super) fn write(sql: &mut Sql, tenant: Arg, count: Count<'_>, now: Micros) {
    match count {
        Count::Sessions => {
            let now = sql.hold(now);
            sql.push("(SELECT count(*) FROM session s WHERE s.tenant = ").again(tenant);
            sql.push(" AND s.owner = r.num AND s.revoked IS NULL AND s.expires > ").again(now);
            sql.push(" AND s.ends > ").again(now).push(")");
        }
        Count::Dependents(kind) => {
            sql.push("((SELECT count(*) FROM invitation i WHERE i.tenant = ").again(tenant);
            sql.push(" AND i.sender = r.num AND i.state = 'pending' AND i.expires > ").bind(now).push(")");
            if let Some(manager) = manager(kind) {
                sql.push(" + (SELECT count(*) FROM attr_index a WHERE a.tenant = ").again(tenant);
                sql.push(" AND a.attribute = ").bind(manager.name());
                // Who is its own manager goes with itself.
                sql.push(" AND a.key = r.id AND a.num <> r.num)");
            }
            sql.push(")");
        }
    }
}

/// Where a resource says who its manager is (RFC 7643 §4.3).
fn manager(kind: &ResourceType) -> Option<Target> {
    let target = kind.extensions.iter().find_map(|extension| {
        let attribute = extension.schema.attribute("manager").filter(|attribute| !attribute.multi_valued)?;
        let sub = attribute.sub_attribute("value").cloned();
        Some(Target { extension: Some(Arc::clone(&extension.schema)), attribute: Arc::clone(attribute), sub })
    })?;
    super::keys::is_indexed(kind, &target).then_some(target)
}
