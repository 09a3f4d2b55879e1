//! Changes of the members of a group within a unit of work, and which ids are passed over.

use super::Scope;
use crate::directory::Error;
use crate::scim::patch::MemberEdit;
use crate::scim::tolerance::{Tolerance, Used};
use crate::store::{Conn, Row, members};

impl Scope {
    /// Applies changes of the membership; true if anything changed. Notes if members were left out.
    pub(super) async fn edit_members(
        &self,
        conn: &mut Conn,
        group: &Row,
        edits: &[MemberEdit],
        base: &str,
        used: &mut Used,
    ) -> Result<bool, Error> {
        let mut changed = false;
        for edit in edits {
            let known = if self.drops_unknown_members { self.without_unknown(conn, edit).await? } else { None };
            if known.is_some() {
                used.note(Tolerance::UnknownMembers);
            }
            changed |= members::edit(conn, self.client.tenant, group, known.as_ref().unwrap_or(edit), base).await?;
        }
        Ok(changed)
    }

    /// The edit without the ids that nobody has; none if there are no such ids.
    async fn without_unknown(&self, conn: &mut Conn, edit: &MemberEdit) -> Result<Option<MemberEdit>, Error> {
        let (MemberEdit::Add(ids) | MemberEdit::Replace(ids)) = edit else { return Ok(None) };
        let unknown = members::unknown(conn, self.client.tenant, ids).await?;
        if unknown.is_empty() {
            return Ok(None);
        }
        tracing::debug!(count = unknown.len(), "left out members that nobody is");
        let known = ids.iter().filter(|id| !unknown.contains(*id)).cloned().collect();
        Ok(Some(match edit {
            MemberEdit::Replace(_) => MemberEdit::Replace(known),
            MemberEdit::Add(_) | MemberEdit::Remove(_) | MemberEdit::RemoveWhere(_) => MemberEdit::Add(known),
        }))
    }
}
