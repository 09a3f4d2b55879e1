//! What is derived from the documents of a type and must be derived anew when its schemas change: columns
//! and search documents, unique keys, keys of the attribute index. Part of a unit of work that holds the
//! tenant locked ([`schemas::lock`](super::schemas::lock)).

use super::keys::{self, Derived, Hot, Rows, derive, is_indexed, is_unique, targets};
use super::{Conn, Error, TenantId, resources};
use crate::scim::Object;
use crate::scim::schema::{Kind, ResourceType, Returned};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A resource as it is looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// Its number.
    pub num: i64,
    /// Its id.
    pub id: String,
    /// Its document, without what a connection calls it.
    pub document: Object,
}

/// What must be derived anew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Renewal {
    /// Columns and search documents may become others.
    columns: bool,
    /// The attributes whose unique keys are made anew.
    unique: BTreeSet<String>,
    /// The attributes whose unique keys go.
    shared: BTreeSet<String>,
    /// The attributes whose keys in the attribute index are made anew.
    index: BTreeSet<String>,
    /// The attributes whose keys in the attribute index go.
    pub unindexed: BTreeSet<String>,
    /// The attributes that come into the attribute index, with whatever values there are.
    pub indexed: BTreeSet<String>,
}

/// What decides about the keys of an attribute.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Facts {
    /// What decides about a key itself.
    form: (Kind, bool),
    /// What decides about columns and search document besides.
    place: (bool, bool, Option<Hot>),
    is_unique: bool,
    is_indexed: bool,
}

impl Renewal {
    /// What a change of a type asks for, if its resources fit.
    #[must_use]
    pub fn of(old: &ResourceType, new: &ResourceType) -> Self {
        let names = |kind: &ResourceType| kind.display.iter().map(|one| one.name.clone()).collect::<Vec<_>>();
        let mut renewal = Self { columns: names(old) != names(new), ..Self::default() };
        let (old, mut new) = (facts(old), facts(new));
        for (name, old) in old {
            // Who fits has no value of an attribute that goes or comes.
            let Some(new) = new.remove(&name) else {
                if old.is_indexed {
                    renewal.unindexed.insert(name);
                }
                continue;
            };
            let is_other = old.form != new.form;
            renewal.columns |= is_other || old.place != new.place;
            match (old.is_unique, new.is_unique) {
                (false, true) => drop(renewal.unique.insert(name.clone())),
                (true, true) if is_other => drop(renewal.unique.insert(name.clone())),
                (true, false) => drop(renewal.shared.insert(name.clone())),
                (true, true) | (false, false) => {}
            }
            match (old.is_indexed, new.is_indexed) {
                (false, true) => drop(renewal.indexed.insert(name)),
                (true, true) if is_other => drop(renewal.index.insert(name)),
                (true, false) => drop(renewal.unindexed.insert(name)),
                (true, true) | (false, false) => {}
            }
        }
        renewal
    }

    /// Whether every resource must be looked at.
    #[must_use]
    pub fn is_thorough(&self) -> bool {
        self.columns || !self.unique.is_empty() || !self.index.is_empty()
    }

    /// Removes the keys that go and those that come anew.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn clear(&self, conn: &mut Conn, tenant: TenantId, kind: &str) -> Result<(), Error> {
        for attribute in self.unique.union(&self.shared) {
            let text = "DELETE FROM unique_key WHERE tenant = $1 AND type = $2 AND attribute = $3";
            let args = [tenant.0.into(), kind.into(), attribute.as_str().into()];
            conn.execute(conn.sql().with(text, args)).await?;
        }
        for attribute in self.index.union(&self.unindexed) {
            let text = "DELETE FROM attr_index WHERE tenant = $1 AND attribute = $3 AND num IN \
                        (SELECT num FROM resource WHERE tenant = $1 AND type = $2)";
            let args = [tenant.0.into(), kind.into(), attribute.as_str().into()];
            conn.execute(conn.sql().with(text, args)).await?;
        }
        Ok(())
    }

    /// Derives anew what some resources need; answers the numbers of those that share a value that must be
    /// unique, with the attribute.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn apply(
        &self,
        conn: &mut Conn,
        tenant: TenantId,
        (old, new): (&ResourceType, &ResourceType),
        found: &[Resource],
    ) -> Result<Vec<(String, i64)>, Error> {
        let (mut unique, mut index) = (Vec::new(), Vec::new());
        for Resource { num, document, .. } in found {
            let Derived { rows: Rows { unique: keys, index: entries }, .. } =
                self.columns(conn, tenant, (old, new), *num, document).await?;
            unique.extend(keys.into_iter().filter(|key| self.unique.contains(&key.attribute)).map(|key| (key, *num)));
            let entries = entries.into_iter().filter(|entry| self.index.contains(&entry.attribute));
            index.extend(entries.map(|entry| (entry, *num)));
        }
        resources::index(conn, tenant, index.iter().map(|(entry, num)| (*num, entry)).collect()).await?;
        let wanted = unique.iter().map(|(key, num)| json!([key.attribute, key.key, num]));
        take(conn, tenant, &new.name, wanted.collect()).await
    }

    /// Renews the columns and the search document of a resource if they are others; answers what is derived now.
    async fn columns(
        &self,
        conn: &mut Conn,
        tenant: TenantId,
        (old, new): (&ResourceType, &ResourceType),
        num: i64,
        document: &Object,
    ) -> Result<Derived, Error> {
        let after = derive(new, document);
        if !self.columns || (Derived { rows: after.rows.clone(), ..derive(old, document) }) == after {
            return Ok(after);
        }
        let mut sql = conn.sql().with(
            "UPDATE resource SET active = $3, name_key = $4, display = $5, display_key = $6, sdoc = ",
            [
                tenant.0.into(),
                num.into(),
                after.active.into(),
                after.name_key.clone().into(),
                after.display.clone().into(),
                after.display_key.clone().into(),
            ],
        );
        sql.json(after.search.clone()).push(" WHERE tenant = $1 AND num = $2");
        conn.execute(sql).await?;
        Ok(after)
    }
}

/// What decides about the keys of each attribute, by its full name.
fn facts(kind: &ResourceType) -> BTreeMap<String, Facts> {
    let of = |target: crate::scim::path::Target| {
        let leaf = target.leaf();
        let is_hidden = leaf.returned == Returned::Never || target.attribute.returned == Returned::Never;
        let facts = Facts {
            form: (leaf.kind, leaf.case_exact),
            place: (is_hidden, target.attribute.multi_valued, keys::hot(kind, &target)),
            is_unique: is_unique(&target),
            is_indexed: is_indexed(kind, &target),
        };
        (target.name(), facts)
    };
    targets(kind).map(of).collect()
}

/// Takes unique keys; answers those who share one, with the attribute.
async fn take(conn: &mut Conn, tenant: TenantId, kind: &str, wanted: Vec<Value>) -> Result<Vec<(String, i64)>, Error> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = Value::Array(wanted);
    let mut sql = conn.sql().with(
        "INSERT INTO unique_key (tenant, type, attribute, key, num) \
         SELECT $1, $2, x.value ->> 0, x.value ->> 1, CAST(x.value ->> 2 AS BIGINT) FROM ",
        [tenant.0.into(), kind.into()],
    );
    sql.json_list(&wanted);
    // SQLite would read ON as a part of the join if there were no WHERE.
    sql.push(" WHERE TRUE ON CONFLICT DO NOTHING");
    conn.execute(sql).await?;
    let mut sql = conn.sql().with(
        "SELECT u.attribute, u.num, CAST(x.value ->> 2 AS BIGINT) FROM unique_key u, ",
        [tenant.0.into(), kind.into()],
    );
    sql.json_list(&wanted);
    sql.push(
        " WHERE u.tenant = $1 AND u.type = $2 AND u.attribute = x.value ->> 0 AND u.key = x.value ->> 1 \
         AND u.num <> CAST(x.value ->> 2 AS BIGINT)",
    );
    let mut sharing = Vec::new();
    for record in conn.fetch(sql).await? {
        sharing.extend([(record.text(0)?, record.int(1)?), (record.text(0)?, record.int(2)?)]);
    }
    Ok(sharing)
}

/// The next resources of a type, in the order of their numbers.
///
/// # Errors
/// If the database fails, or a document is none.
pub async fn next(
    conn: &mut Conn,
    tenant: TenantId,
    kind: &str,
    after: i64,
    limit: u32,
    lock: bool,
) -> Result<Vec<Resource>, Error> {
    let mut sql = conn.sql().with(
        "SELECT num, id, doc FROM resource WHERE tenant = $1 AND type = $2 AND num > $3 ORDER BY num LIMIT $4",
        [tenant.0.into(), kind.into(), after.into(), i64::from(limit).into()],
    );
    let locked = sql.dialect().lock();
    sql.push(if lock { locked } else { "" });
    let mut resources = Vec::new();
    for record in conn.fetch(sql).await? {
        let document = serde_json::from_str(&record.text(2)?).map_err(|error| Error::Database(Box::new(error)))?;
        resources.push(Resource { num: record.int(0)?, id: record.text(1)?, document });
    }
    Ok(resources)
}

/// How many resources of a type there are, and the ids of the first of them.
///
/// # Errors
/// If the database fails.
pub async fn census(conn: &mut Conn, tenant: TenantId, kind: &str, first: i64) -> Result<(u64, Vec<String>), Error> {
    let args = || [tenant.0.into(), kind.into()];
    let sql = conn.sql().with("SELECT count(*) FROM resource WHERE tenant = $1 AND type = $2", args());
    let count = conn.fetch_first(sql).await?.map_or(Ok(0), |record| record.int(0))?;
    if count == 0 {
        return Ok((0, Vec::new()));
    }
    let text = "SELECT id FROM resource WHERE tenant = $1 AND type = $2 ORDER BY num LIMIT ";
    let mut sql = conn.sql().with(text, args());
    sql.bind(first);
    let ids = conn.fetch(sql).await?.iter().map(|record| record.text(0)).collect::<Result<_, _>>()?;
    Ok((count.unsigned_abs(), ids))
}

/// The ids of the resources of these numbers.
///
/// # Errors
/// If the database fails.
pub async fn ids(conn: &mut Conn, tenant: TenantId, nums: Vec<i64>) -> Result<Vec<String>, Error> {
    let mut sql = conn.sql().with("SELECT id FROM resource WHERE tenant = $1 AND num", [tenant.0.into()]);
    sql.within(super::sql::Val::Ints(nums)).push(" ORDER BY num");
    conn.fetch(sql).await?.iter().map(|record| record.text(0)).collect()
}
