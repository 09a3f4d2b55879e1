//! Login and sessions: a user proves who it is and gets a session, which ends by logout, by time, or
//! because the user is deactivated, deleted, forced out or given another password.
//!
//! A session is a row found by the digest of its token on every request; nothing is self-contained,
//! so its end is its end at once and on every instance.

mod account;
mod import;
mod session;
mod throttle;

pub(super) use throttle::Throttle;

use super::audit::{self, Beside};
use super::{Caller, Directory, Error, record, write};
use crate::auth::password;
use crate::auth::scope::Scope;
use crate::auth::token::Token;
use crate::clock::{Micros, rfc3339};
use crate::scim::schema::ResourceType;
use crate::scim::urn::LIFECYCLE;
use crate::scim::{Object, part};
use crate::store::audit::{Action, Actor};
use crate::store::sessions::{self, NewSession};
use crate::store::{self, Client, Conn, Row, Unit, passwords, resources};
use serde_json::Value;
use std::net::IpAddr;
use std::sync::Arc;

/// The most characters that are kept of what a client calls itself.
const AGENT: usize = 256;

/// An attempt to log in.
#[derive(Clone, Copy)]
pub struct Attempt<'a> {
    /// A user name or a mail address, in any case.
    pub username: &'a str,
    /// The password in the clear.
    pub password: &'a str,
    /// The tenant by its name or the number of its organization; none for the first.
    pub organization: Option<&'a str>,
    /// Where the attempt comes from.
    pub address: Option<IpAddr>,
    /// What the client calls itself.
    pub agent: Option<&'a str>,
    /// The surface of the login.
    pub door: super::Door,
}

/// A session without its token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Its number.
    pub num: i64,
    /// The number of the user.
    pub user: i64,
    /// The surface of the login.
    pub door: String,
    /// When it began.
    pub created: Micros,
    /// When it was last used, to the minute.
    pub seen: Micros,
    /// When it ends, if it is used until then.
    pub expires: Micros,
    /// Where the login came from.
    pub address: Option<String>,
    /// What the client called itself.
    pub agent: Option<String>,
}

/// A session that began just now.
pub struct Started {
    /// Its token, which is shown this once.
    pub token: Token,
    /// The session.
    pub session: Session,
    /// Whose it is.
    pub user: super::user::User,
}

impl From<sessions::Session> for Session {
    fn from(row: sessions::Session) -> Self {
        let sessions::Session { num, owner, door, created, seen, expires, ends: _, address, agent } = row;
        Self { num, user: owner, door, created, seen, expires, address, agent }
    }
}

impl Directory {
    /// Logs a user in.
    ///
    /// # Errors
    /// [`Error::Credentials`], [`Error::Inactive`], [`Error::SessionsLimit`], [`Error::TooManyAttempts`].
    pub async fn log_in(&self, attempt: Attempt<'_>) -> Result<Started, Error> {
        let mut conn = self.inner.store.read().await?;
        let place = account::place(&mut conn, attempt.organization).await?;
        drop(conn);
        let keys = throttle::keys(place.map(|(tenant, _)| tenant), attempt.username, attempt.address);
        let begun = self.inner.throttle.begin(keys, &self.inner.clock).await;
        let running = begun.map_err(Error::TooManyAttempts)?;
        // Looked up after the wait, so that a change meanwhile is seen.
        let found = match place {
            Some((tenant, connection)) => {
                let mut conn = self.inner.store.read().await?;
                let schemas = self.schemas_of(&mut conn, tenant).await?;
                let client = Client { tenant, connection, edition: schemas.edition() };
                let users = Arc::clone(schemas.users()?);
                let account = account::find(&mut conn, client, &users, attempt.username).await?;
                account.and_then(|account| Some((client, users, account.hash?, account.row, account.document)))
            }
            None => None,
        };
        let hash = found.as_ref().map(|(_, _, hash, ..)| hash.as_str());
        match self.is_right(attempt.password, hash).await {
            Ok(true) => running.excuse(),
            Ok(false) => return Err(Error::Credentials),
            Err(error) => {
                running.excuse();
                return Err(error);
            }
        }
        let (client, users, hash, row, document) = found.ok_or(Error::Credentials)?;
        if !part::is_active(&document) {
            return Err(Error::Inactive);
        }
        let outdated = self.inner.hasher.is_outdated(&hash);
        let better = if outdated { Some(self.inner.hasher.hash(attempt.password).await?) } else { None };
        self.begin(attempt, (client, users), row, (hash, better)).await
    }

    /// Whether this is the caller's own password; attempts count as logins do.
    ///
    /// # Errors
    /// [`Error::Forbidden`] if the caller stands for no user; [`Error::TooManyAttempts`].
    pub async fn knows_password(&self, caller: &Caller, password: &str) -> Result<bool, Error> {
        let principal = caller.principal.as_ref().ok_or(Error::Forbidden(Scope::Own.name()))?;
        let users = caller.schemas.users()?;
        let mut conn = self.inner.store.read().await?;
        let account = account::of(&mut conn, caller.client(), users, &principal.id).await?;
        drop(conn);
        let account = account.ok_or_else(|| write::not_found(users))?;
        let name = account.document.get("userName").and_then(Value::as_str).unwrap_or_default();
        let keys = throttle::keys(Some(caller.tenant), name, None);
        let begun = self.inner.throttle.begin(keys, &self.inner.clock).await;
        let running = begun.map_err(Error::TooManyAttempts)?;
        let judged = self.is_right(password, account.hash.as_deref()).await;
        if !matches!(judged, Ok(false)) {
            running.excuse();
        }
        judged
    }

    /// Whether a password has this hash; without one it has not, and that takes as long to say.
    async fn is_right(&self, password: &str, hash: Option<&str>) -> Result<bool, Error> {
        if password.len() > password::MAX {
            // Nobody has one, so there is nothing to be learnt from the time this takes.
            return Ok(false);
        }
        let Some(hash) = hash else {
            self.inner.hasher.pretend(password).await?;
            return Ok(false);
        };
        Ok(self.inner.hasher.verify(password, hash).await?)
    }

    /// Begins a session of a user whose password is right. Of the hashes, the first is the one it was
    /// judged by, the second a better one of the same password.
    async fn begin(
        &self,
        attempt: Attempt<'_>,
        (client, users): (Client, Arc<ResourceType>),
        row: Row,
        (hash, better): (String, Option<String>),
    ) -> Result<Started, Error> {
        let limits = self.inner.limits;
        let now = self.inner.clock.now();
        let token = Token::for_session();
        let ends = now.saturating_add(limits.session());
        let new = NewSession {
            owner: row.num,
            connection: client.connection,
            digest: token.digest(),
            door: attempt.door.name(),
            expires: ends.min(now.saturating_add(limits.session_idle())),
            ends,
            address: attempt.address.map(|address| address.to_canonical().to_string()),
            agent: attempt.agent.map(|agent| agent.chars().filter(|c| !c.is_control()).take(AGENT).collect()),
        };
        let unit = Begin {
            actor: Actor {
                connection: client.connection,
                credential: format!("password of user {}", row.num),
                door: attempt.door.name(),
            },
            users: Arc::clone(&users),
            client,
            id: row.id,
            hash,
            better,
            new,
            limit: limits.sessions,
            now,
            values: self.inner.recording.values,
        };
        let (session, row, document) = self.inner.store.write(unit).await?;
        Ok(Started {
            token,
            session: session.into(),
            user: super::user::User { record: record::bare(users, row), document },
        })
    }
}

/// Writes one of the attributes of the extension that tells how a user signs in. The users of a tenant that
/// is not opened to native APIs do not have it, and nothing is noted of them.
fn set(document: &mut Object, name: &str, value: Value) {
    if let Some(known) = document.get_mut(LIFECYCLE).and_then(Value::as_object_mut) {
        known.insert(name.to_owned(), value);
    }
}

/// Notes in the audit what became of the sessions of a user.
async fn note(
    conn: &mut Conn,
    action: Action,
    (client, actor): (Client, &Actor),
    (users, row): (&ResourceType, &Row),
    documents: (&Object, &Object),
    (values, now): (bool, Micros),
) -> Result<(), Error> {
    let change = audit::change(action, users, row, documents, Beside::default(), values);
    Ok(store::audit::insert(conn, client.tenant, actor, &[change], now).await?)
}

/// Begins a session, if the user may have one more.
struct Begin {
    actor: Actor,
    users: Arc<ResourceType>,
    client: Client,
    id: String,
    hash: String,
    better: Option<String>,
    new: NewSession,
    /// For a user that has no limit of its own; 0 is no limit.
    limit: u32,
    now: Micros,
    /// The audit keeps values.
    values: bool,
}

impl Unit for Begin {
    type Output = (sessions::Session, Row, Object);
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<Self::Output, Error> {
        let Self { users, client, now, .. } = self;
        // The lock makes logins of one user come one after another, so that the count holds.
        let locked = resources::lock(conn, *client, users, &self.id).await?;
        let row = locked.ok_or(Error::Credentials)?;
        if passwords::load(conn, client.tenant, row.num).await?.as_ref() != Some(&self.hash) {
            // Another one since it was judged.
            return Err(Error::Credentials);
        }
        let stored = write::parse(&row.document)?;
        if !part::is_active(&stored) {
            return Err(Error::Inactive);
        }
        let own = stored.get(LIFECYCLE).and_then(|known| known.get("sessionsLimit")).and_then(Value::as_u64);
        let limit = own.or((self.limit > 0).then_some(u64::from(self.limit)));
        if let Some(limit) = limit
            && sessions::count_live(conn, client.tenant, row.num, *now).await? >= limit
        {
            return Err(Error::SessionsLimit);
        }
        let session = sessions::insert(conn, client.tenant, &self.new, *now).await?;
        if let Some(better) = &self.better {
            passwords::set(conn, client.tenant, row.num, Some(better)).await?;
        }
        let mut document = stored.clone();
        set(&mut document, "lastLoginAt", Value::from(rfc3339(*now)));
        if document != stored {
            resources::amend(conn, client.tenant, users, &row, &document).await?;
        }
        let by = (*client, &self.actor);
        note(conn, Action::LoggedIn, by, (users, &row), (&stored, &document), (self.values, *now)).await?;
        let row = Row { document: Value::Object(document.clone()).to_string(), ..row };
        Ok((session, row, document))
    }
}
