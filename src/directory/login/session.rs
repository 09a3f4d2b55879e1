//! The verbs on sessions that have begun: seen, ended one by one or all at once, forgotten.

use super::{Session, account, note};
use crate::auth::scope::Scope;
use crate::clock::{Micros, rfc3339};
use crate::directory::audit;
use crate::directory::user::User;
use crate::directory::{Caller, Directory, Door, Error, record, write};
use crate::scim::schema::ResourceType;
use crate::store::audit::{Action, Actor};
use crate::store::{Client, Conn, TenantId, Unit, resources, sessions};
use serde_json::Value;
use std::sync::Arc;

/// How long a session is kept after its time, so that what happened can be told.
const KEPT: Micros = 30 * 24 * 3600 * 1_000_000;
/// How many are forgotten at once.
const BATCH: i64 = 1000;

impl Directory {
    /// Ends the caller's session.
    ///
    /// # Errors
    /// [`Error::Forbidden`] if it has none.
    pub async fn log_out(&self, caller: &Caller) -> Result<(), Error> {
        let principal = caller.principal.as_ref();
        let own = principal.and_then(|user| Some((user.num, user.session?)));
        let (user, num) = own.ok_or(Error::Forbidden(Scope::Own.name()))?;
        self.end(caller, user, num, "logout").await
    }

    /// The user the caller stands for, and the session it came by, if it is one.
    ///
    /// # Errors
    /// [`Error::Forbidden`] if it stands for no user.
    pub async fn whoami(&self, caller: &Caller) -> Result<(Option<Session>, User), Error> {
        let principal = caller.principal.as_ref().ok_or(Error::Forbidden(Scope::Own.name()))?;
        let users = caller.schemas.users()?;
        let mut conn = self.inner.store.read().await?;
        let row = resources::load(&mut conn, caller.client(), users, &principal.id).await?;
        let row = row.ok_or(Error::Unauthenticated)?;
        let live = sessions::list_live(&mut conn, caller.tenant, &[principal.num], self.inner.clock.now()).await?;
        let current = live.into_iter().find(|session| Some(session.num) == principal.session);
        let document = write::parse(&row.document)?;
        let user = User { record: record::bare(Arc::clone(users), row), document };
        Ok((current.map(Session::from), user))
    }

    /// The live sessions of a user, oldest first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] unless they are the caller's own, or it may read users.
    pub async fn sessions(&self, caller: &Caller, user: i64) -> Result<Vec<Session>, Error> {
        self.sessions_of(caller, &[user]).await
    }

    /// The live sessions of several users, oldest first.
    ///
    /// # Errors
    /// As [`Directory::sessions`].
    pub async fn sessions_of(&self, caller: &Caller, users: &[i64]) -> Result<Vec<Session>, Error> {
        for user in users {
            check(caller, *user, Scope::UsersRead, Caller::may_read)?;
        }
        let mut conn = self.inner.store.read().await?;
        let rows = sessions::list_live(&mut conn, caller.tenant, users, self.inner.clock.now()).await?;
        Ok(rows.into_iter().map(Session::from).collect())
    }

    /// Ends a session of a user.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Forbidden`] unless it is the caller's own, or it may write users.
    pub async fn end_session(&self, caller: &Caller, user: i64, num: i64) -> Result<(), Error> {
        check(caller, user, Scope::UsersWrite, Caller::may_write)?;
        self.end(caller, user, num, "ended").await
    }

    /// Ends all sessions of a user, who stays active, and notes when.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`].
    pub async fn force_logout(&self, caller: &Caller, user: i64) -> Result<(), Error> {
        check(caller, user, Scope::UsersWrite, Caller::may_write)?;
        let values = self.inner.recording.values;
        let unit = EndAll { ending: self.ending(caller, user)?, values };
        self.inner.store.write(unit).await
    }

    /// The number of the user of a tenant that is named by its id, its number or its user name.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn user_number(&self, tenant: TenantId, name: &str) -> Result<i64, Error> {
        let users = self.built_in_users()?;
        let client = Client::of(tenant);
        let mut conn = self.inner.store.read().await?;
        let id = account::named(&mut conn, client, users, name).await?;
        let row = match id {
            Some(id) => resources::load(&mut conn, client, users, &id).await?,
            None => None,
        };
        row.map(|row| row.num).ok_or_else(|| write::not_found(users))
    }

    /// Forgets sessions whose time was over long ago: to be called now and then.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn forget_sessions(&self) -> Result<(), Error> {
        let before = self.inner.clock.now().saturating_sub(KEPT);
        let mut conn = self.inner.store.read().await?;
        let any = sessions::has_older(&mut conn, before).await?;
        drop(conn);
        if any { self.inner.store.write(Forget { before }).await } else { Ok(()) }
    }

    async fn end(&self, caller: &Caller, user: i64, num: i64, reason: &'static str) -> Result<(), Error> {
        self.inner.store.write(EndOne { ending: self.ending(caller, user)?, num, reason }).await
    }

    fn ending(&self, caller: &Caller, user: i64) -> Result<Ending, Error> {
        Ok(Ending {
            client: caller.client(),
            users: Arc::clone(caller.schemas.users()?),
            user,
            now: self.inner.clock.now(),
            actor: audit::actor(caller),
        })
    }
}

/// Everybody may see and end what is its own; for others a right is needed, and at the door of login,
/// which everybody with a session may pass, it is that to users.
fn check(
    caller: &Caller,
    user: i64,
    right: Scope,
    by_door: impl Fn(&Caller) -> Result<(), Error>,
) -> Result<(), Error> {
    let own = caller.principal.as_ref().is_some_and(|principal| principal.num == user);
    if own && caller.scopes.allow(Scope::Own) {
        return Ok(());
    }
    if caller.door == Door::Login { caller.may(right) } else { by_door(caller) }
}

/// Whose sessions end, and by whom.
struct Ending {
    client: Client,
    users: Arc<ResourceType>,
    user: i64,
    now: Micros,
    actor: Actor,
}

struct EndOne {
    ending: Ending,
    num: i64,
    reason: &'static str,
}

impl Unit for EndOne {
    type Output = ();
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<(), Error> {
        let Ending { client, users, user, now, actor } = &self.ending;
        let gone = || Error::NotFound("session".to_owned());
        if !sessions::revoke(conn, client.tenant, *user, self.num, *now, self.reason).await? {
            return Err(gone());
        }
        let id = resources::id_of(conn, client.tenant, users, *user).await?.ok_or_else(gone)?;
        let row = resources::load(conn, *client, users, &id).await?.ok_or_else(gone)?;
        let document = write::parse(&row.document)?;
        note(conn, Action::LoggedOut, (*client, actor), (users, &row), (&document, &document), (false, *now)).await
    }
}

struct EndAll {
    ending: Ending,
    /// The audit keeps values.
    values: bool,
}

impl Unit for EndAll {
    type Output = ();
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<(), Error> {
        let Ending { client, users, user, now, actor } = &self.ending;
        let not_found = || write::not_found(users);
        let id = resources::id_of(conn, client.tenant, users, *user).await?.ok_or_else(not_found)?;
        let row = resources::lock(conn, *client, users, &id).await?.ok_or_else(not_found)?;
        sessions::revoke_all(conn, client.tenant, *user, *now, "force-logout", None).await?;
        let stored = write::parse(&row.document)?;
        let mut document = stored.clone();
        super::set(&mut document, "sessionsRevokedAt", Value::from(rfc3339(*now)));
        let row = if document == stored {
            row
        } else {
            let now = (*now).max(row.modified);
            resources::replace(conn, *client, users, &row, &stored, &document, now).await?
        };
        let documents = (&stored, &document);
        note(conn, Action::LoggedOut, (*client, actor), (users, &row), documents, (self.values, *now)).await
    }
}

struct Forget {
    before: Micros,
}

impl Unit for Forget {
    type Output = ();
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<(), Error> {
        Ok(sessions::forget(conn, self.before, BATCH).await.map(drop)?)
    }
}
