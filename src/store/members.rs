//! Membership rows: one per group and member, whatever the size of the group.

use super::{Conn, Error, Row, TenantId};
use crate::scim::patch::MemberEdit;

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
/// filters on `$ref`.
///
/// # Errors
/// [`Error::UnknownMember`], [`Error::Cycle`].
pub async fn edit(
    conn: &mut Conn,
    tenant: TenantId,
    group: &Row,
    edit: &MemberEdit,
    base: &str,
) -> Result<bool, Error> {
    let _ = (conn, tenant, group, edit, base);
    todo!()
}

/// The members of these groups (by `num`), by group and in the order in which members were made.
///
/// # Errors
/// If the database fails.
pub async fn of_groups(conn: &mut Conn, tenant: TenantId, groups: &[i64]) -> Result<Vec<Member>, Error> {
    let _ = (conn, tenant, groups);
    todo!()
}

/// The groups these resources (by `num`) are in, directly or through nested groups.
///
/// # Errors
/// If the database fails.
pub async fn of_members(conn: &mut Conn, tenant: TenantId, members: &[i64]) -> Result<Vec<Membership>, Error> {
    let _ = (conn, tenant, members);
    todo!()
}

/// Whether the group has more than this many members; costs no more than that many rows.
///
/// # Errors
/// If the database fails.
pub async fn more_than(conn: &mut Conn, tenant: TenantId, group: i64, limit: u32) -> Result<bool, Error> {
    let _ = (conn, tenant, group, limit);
    todo!()
}
