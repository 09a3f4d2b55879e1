//! Membership rows: one per group and member, whatever the size of the group.
//!
//! `CROSS JOIN` stands where SQLite must walk from the left to the right: it takes it as an order,
//! and would else begin with the larger table. To Postgres it is a join like any other.

use super::sql::{Record, Sql, Val};
use super::{Conn, Error, Row, TenantId, select};
use crate::scim::filter::Filter;
use crate::scim::patch::MemberEdit;
use std::collections::HashSet;

/// A member of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The group's `num`.
    pub group: i64,
    /// The member's id.
    pub id: String,
    /// The member's resource type.
    pub kind: String,
    /// The member's display name, if it has one.
    pub display: Option<String>,
}

/// A group that a resource is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    /// The `num` of the resource that is in the group.
    pub member: i64,
    /// The group's id.
    pub id: String,
    /// The group's resource type.
    pub kind: String,
    /// The group's display name.
    pub display: Option<String>,
    /// Whether the resource itself is listed; otherwise a nested group is.
    pub direct: bool,
}

/// Applies one edit to a group; true if a row came or went. `base` is the SCIM base URL, for
/// filters on `$ref`. Groups may contain each other (RFC 7644 §3.7.1), so whoever climbs memberships
/// ends by never going the same way twice (`UNION`).
///
/// # Errors
/// [`Error::UnknownMember`], [`Error::OwnMember`].
pub async fn edit(
    conn: &mut Conn,
    tenant: TenantId,
    group: &Row,
    edit: &MemberEdit,
    base: &str,
) -> Result<bool, Error> {
    match edit {
        MemberEdit::Add(ids) => add(conn, tenant, group, ids).await,
        MemberEdit::Remove(ids) => {
            remove(conn, tenant, group.num, ids, "DELETE FROM member WHERE tenant = $1 AND grp = $2 AND member IN ")
                .await
        }
        MemberEdit::RemoveWhere(filter) => remove_where(conn, tenant, group.num, filter, base).await,
        MemberEdit::Replace(ids) => {
            let others = "DELETE FROM member WHERE tenant = $1 AND grp = $2 AND member NOT IN ";
            let removed = remove(conn, tenant, group.num, ids, others).await?;
            Ok(add(conn, tenant, group, ids).await? || removed)
        }
    }
}

/// Adds members. What it costs depends on how many are added, not on how many there are.
async fn add(conn: &mut Conn, tenant: TenantId, group: &Row, ids: &[String]) -> Result<bool, Error> {
    if ids.is_empty() {
        return Ok(false);
    }
    if ids.contains(&group.id) {
        return Err(Error::OwnMember);
    }
    check(conn, tenant, ids).await?;
    Ok(conn.execute(addition(conn.sql(), tenant, group.num, ids)).await? > 0)
}

/// The statement that adds members whose ids have been checked. The ids come first: joined the other
/// way round, SQLite would walk through all resources.
pub(super) fn addition(sql: Sql, tenant: TenantId, group: i64, ids: &[String]) -> Sql {
    let mut sql = sql.with(
        "INSERT INTO member (tenant, grp, member, nested) SELECT $1, $2, r.num, r.type = 'Group' FROM resource r \
         WHERE r.tenant = $1 AND r.id",
        [tenant.0.into(), group.into()],
    );
    sql.within(Val::Texts(ids.to_vec()));
    let keep = sql.dialect().keep_r();
    sql.push(keep).push(" ON CONFLICT DO NOTHING");
    sql
}

/// Refuses ids that cannot be members.
async fn check(conn: &mut Conn, tenant: TenantId, ids: &[String]) -> Result<(), Error> {
    // An outer join, so that each id is looked up: SQLite would else walk through all resources.
    let mut sql = conn.sql().with("SELECT min(x.value) FROM ", []);
    sql.list(Val::Texts(ids.to_vec())).push(" LEFT JOIN resource r ON r.id = x.value AND r.tenant = ").bind(tenant.0);
    sql.push(" AND r.type IN ('User', 'Group') WHERE r.num IS NULL");
    match conn.fetch_first(sql).await?.map(|record| record.maybe_text(0)).transpose()?.flatten() {
        Some(unknown) => Err(Error::UnknownMember(unknown)),
        None => Ok(()),
    }
}

/// Those of these ids that cannot be members, because nobody has them.
///
/// # Errors
/// If the database fails.
pub async fn unknown(conn: &mut Conn, tenant: TenantId, ids: &[String]) -> Result<HashSet<String>, Error> {
    let mut sql = conn.sql().with("SELECT x.value FROM ", []);
    sql.list(Val::Texts(ids.to_vec()));
    sql.push(" LEFT JOIN resource r ON r.id = x.value AND r.tenant = ").bind(tenant.0);
    sql.push(" AND r.type IN ('User', 'Group') WHERE r.num IS NULL");
    conn.fetch(sql).await?.iter().map(|record| record.text(0)).collect()
}

/// Removes the members with these ids, or all others, as the text says.
async fn remove(
    conn: &mut Conn,
    tenant: TenantId,
    group: i64,
    ids: &[String],
    text: &'static str,
) -> Result<bool, Error> {
    let mut sql = conn.sql().with(text, [tenant.0.into(), group.into()]);
    sql.push("(SELECT r.num FROM resource r WHERE r.tenant = $1 AND r.id").within(Val::Texts(ids.to_vec())).push(")");
    Ok(conn.execute(sql).await? > 0)
}

async fn remove_where(
    conn: &mut Conn,
    tenant: TenantId,
    group: i64,
    filter: &Filter,
    base: &str,
) -> Result<bool, Error> {
    let sql = removal(conn.sql(), tenant, group, filter, base);
    Ok(conn.execute(sql).await? > 0)
}

/// Removes the members that match; those that are named by id are found by it, not by looking
/// through the group.
pub(super) fn removal(mut sql: Sql, tenant: TenantId, group: i64, filter: &Filter, base: &str) -> Sql {
    let tenant = sql.hold(tenant.0);
    let group = sql.hold(group);
    sql.push("DELETE FROM member WHERE tenant = ").again(tenant).push(" AND grp = ").again(group);
    sql.push(" AND member IN (SELECT m.member FROM member m");
    sql.push(" JOIN resource x ON x.tenant = m.tenant AND x.num = m.member");
    sql.push(" WHERE m.tenant = ").again(tenant).push(" AND x.tenant = ").again(tenant);
    sql.push(" AND m.grp = ").again(group).push(" AND ");
    select::member_predicate(&mut sql, tenant, filter, base);
    sql.push(")");
    sql
}

/// The members of these groups (by `num`), by group and in the order in which members were made.
///
/// # Errors
/// If the database fails.
pub async fn of_groups(conn: &mut Conn, tenant: TenantId, groups: &[i64]) -> Result<Vec<Member>, Error> {
    let mut sql = conn.sql().with(
        "SELECT m.grp, x.id, x.type, x.display FROM member m CROSS JOIN resource x \
         WHERE x.tenant = m.tenant AND x.num = m.member AND m.tenant = $1 AND m.grp",
        [tenant.0.into()],
    );
    sql.within(Val::Ints(groups.to_vec())).push(" ORDER BY m.grp, m.member");
    let records = conn.fetch(sql).await?;
    let member = |record: &Record| {
        Ok(Member { group: record.int(0)?, id: record.text(1)?, kind: record.text(2)?, display: record.maybe_text(3)? })
    };
    records.iter().map(member).collect()
}

/// The groups these resources (by `num`) are in, directly or through nested groups.
///
/// # Errors
/// If the database fails.
pub async fn of_members(conn: &mut Conn, tenant: TenantId, members: &[i64]) -> Result<Vec<Membership>, Error> {
    let records = conn.fetch(climb(conn.sql(), tenant, members)).await?;
    let membership = |record: &Record| {
        Ok(Membership {
            member: record.int(0)?,
            id: record.text(1)?,
            kind: record.text(2)?,
            display: record.maybe_text(3)?,
            direct: record.int(4)? == 1,
        })
    };
    records.iter().map(membership).collect()
}

/// From members up to the groups, through the few memberships that lead on.
pub(super) fn climb(sql: Sql, tenant: TenantId, members: &[i64]) -> Sql {
    let mut sql = sql.with(
        "WITH RECURSIVE up(member, grp, direct) AS ( \
         SELECT m.member, m.grp, CAST(1 AS BIGINT) FROM member m WHERE m.tenant = $1 AND m.member",
        [tenant.0.into()],
    );
    sql.within(Val::Ints(members.to_vec()));
    sql.push(
        " UNION SELECT up.member, m.grp, CAST(0 AS BIGINT) FROM up CROSS JOIN member m \
         WHERE m.tenant = $1 AND m.member = up.grp AND m.nested) \
         SELECT u.member, g.id, g.type, g.display, u.direct \
         FROM (SELECT member, grp, max(direct) AS direct FROM up GROUP BY member, grp) u \
         CROSS JOIN resource g WHERE g.tenant = $1 AND g.num = u.grp ORDER BY u.member, u.grp",
    );
    sql
}

/// Whether the group has more than this many members; costs no more than that many rows.
///
/// # Errors
/// If the database fails.
pub async fn more_than(conn: &mut Conn, tenant: TenantId, group: i64, limit: u32) -> Result<bool, Error> {
    let sql = conn.sql().with(
        "SELECT member FROM member WHERE tenant = $1 AND grp = $2 ORDER BY member LIMIT 1 OFFSET $3",
        [tenant.0.into(), group.into(), i64::from(limit).into()],
    );
    Ok(conn.fetch_first(sql).await?.is_some())
}
