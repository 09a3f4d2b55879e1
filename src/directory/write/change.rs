//! The unit of work that changes a resource: a replace, a patch, or an edit of its document.

use super::{Scope, not_found, parse};
use crate::directory::audit::Beside;
use crate::directory::rule::{Windows, follow_mail, own};
use crate::directory::user::Edit;
use crate::directory::{Error, Expect, Record, record};
use crate::scim::patch::{self, MemberEdit};
use crate::scim::schema::{ResourceType, Storage};
use crate::scim::tolerance::Used;
use crate::scim::{Object, resource, validate};
use crate::store::audit::Action;
use crate::store::{Conn, Row, Unit, members, passwords, resources};
use std::sync::Arc;

/// A replace, a patch or an edit.
pub(in crate::directory) struct Change {
    pub scope: Scope,
    pub id: String,
    pub expect: Expect,
    pub what: What,
    /// A user changes itself without the right to change others: it may not raise its own rights.
    pub by_itself: bool,
    pub members: Vec<MemberEdit>,
    pub password: PasswordChange,
    /// The SCIM base URL, for filters on `$ref`.
    pub base: String,
    /// The most members the answer lists; none for no bound.
    pub answer_members: Option<u32>,
}

/// What becomes of the document.
pub(in crate::directory) enum What {
    /// This, but for what a replace keeps.
    Replace(Object),
    /// What these make of it.
    Patch(Vec<patch::Edit>),
    /// What this makes of it.
    Edit(Edit),
}

/// What becomes of the password.
pub(in crate::directory) enum PasswordChange {
    Keep,
    Remove,
    /// The hash.
    Set(String),
}

/// A document as it will be, before the rules.
struct Draft {
    document: Object,
    windows: Windows,
    /// The user name went with the mail address.
    followed: bool,
    /// The tolerances that it made use of.
    used: Used,
}

impl Change {
    fn draft(&self, scope: &Scope, stored: &Object) -> Result<Draft, Error> {
        let kind = &scope.kind;
        match &self.what {
            What::Replace(document) => {
                let mut document = document.clone();
                validate::replace(kind, stored, &mut document)?;
                self.check_own(kind, stored, &document, false)?;
                Ok(Draft { document, windows: Windows::Whole, followed: false, used: Used::default() })
            }
            What::Patch(edits) => {
                let mut document = stored.clone();
                let used = patch::apply(kind, edits, &mut document)?;
                self.check_own(kind, stored, &document, false)?;
                validate::patch(kind, stored, &mut document)?;
                Ok(Draft { document, windows: Windows::of(edits), followed: false, used })
            }
            What::Edit(edit) => {
                let mut document = stored.clone();
                edit(&mut document)?;
                let followed = self.scope.door.is_native() && follow_mail(stored, &mut document);
                self.check_own(kind, stored, &document, followed)?;
                validate::patch(kind, stored, &mut document)?;
                Ok(Draft { document, windows: Windows::Core, followed, used: Used::default() })
            }
        }
    }

    fn check_own(&self, kind: &ResourceType, stored: &Object, document: &Object, followed: bool) -> Result<(), Error> {
        if !self.by_itself || own::may(kind, stored, document, followed) {
            return Ok(());
        }
        Err(Error::Forbidden(self.scope.door.write_users().name()))
    }

    /// Applies what does not live in the document; answers what of it changed.
    async fn beside(&self, conn: &mut Conn, row: &Row, used: &mut Used) -> Result<Beside, Error> {
        let tenant = self.scope.client.tenant;
        let members = self.scope.edit_members(conn, row, &self.members, &self.base, used).await?;
        match &self.password {
            PasswordChange::Keep => return Ok(Beside { members, password: false }),
            PasswordChange::Remove => passwords::set(conn, tenant, row.num, None).await?,
            PasswordChange::Set(hash) => passwords::set(conn, tenant, row.num, Some(hash)).await?,
        }
        Ok(Beside { members, password: true })
    }
}

impl Unit for Change {
    type Output = Record;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<Record, Error> {
        self.scope.enter(conn).await?;
        let Scope { client, kind, .. } = &self.scope;
        let locked = resources::lock(conn, *client, kind, &self.id).await?;
        let mut row = locked.ok_or_else(|| not_found(kind))?;
        self.expect.check(row.version)?;
        let stored = parse(&row.document)?;
        let scope = self.scope.by_type_of(&stored);
        let Scope { client, kind, show, now, .. } = &*scope;
        let tenant = &client.tenant;
        let mut used = scope.used;
        // lastModified never goes back, even if the clock does.
        let now = (*now).max(row.modified);
        let Draft { mut document, windows, followed, used: made_use } = self.draft(&scope, &stored)?;
        used.join(made_use);
        let rules = scope.rules(now);
        rules.settle(conn, Some(&stored), &mut document, windows).await?;
        let document = resource::finish(kind, &self.id, document);
        let beside = self.beside(conn, &row, &mut used).await?;
        if document != stored {
            let replaced = resources::replace(conn, *client, kind, &row, &stored, &document, now).await;
            row = replaced.map_err(|error| scope.refusal(error, followed))?;
        } else if beside.any() {
            row = resources::touch(conn, *tenant, &row, now).await?;
        }
        let changed = if document != stored || beside.any() {
            rules.conclude(conn, row.num, Some(&stored), &document, beside.password).await?;
            let action = match self.what {
                What::Replace(_) => Action::Replaced,
                What::Patch(_) | What::Edit(_) => Action::Patched,
            };
            scope.note(conn, action, &row, (&stored, &document), beside).await?
        } else {
            Vec::new()
        };
        if let Some(limit) = self.answer_members
            && show.shows(Storage::Members)
            && members::more_than(conn, *tenant, row.num, limit).await?
        {
            return Ok(Record { too_many_members: true, changed, used, ..record::bare(Arc::clone(kind), row) });
        }
        Ok(Record { changed, used, ..record::complete(conn, *tenant, kind, row, show, now).await? })
    }
}
