//! Who is calling: from a presented credential to a tenant and its rights.

use super::door::Door;
use super::manage::{self, Plan};
use super::oauth::Subject;
use super::schema::Schemas;
use super::{Directory, Error};
use crate::auth::assertion::Unverified;
use crate::auth::range::Ranges;
use crate::auth::scope::{Scope, Scopes};
use crate::auth::token::{self, Token};
use crate::clock::Micros;
use crate::scim::Object;
use crate::scim::schema::{Registry, ResourceType};
use crate::scim::tolerance::{Profile, Tolerance};
use crate::scim::urn::APPCRM;
use crate::store::sessions::{self, Owner};
use crate::store::{self, Client, Conn, Place, TenantId, Unit, tenants, tokens};
use std::net::IpAddr;
use std::sync::Arc;

/// An authenticated caller.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The tenant whose directory is open to it.
    pub tenant: TenantId,
    /// The connection its credential belongs to.
    pub connection: i64,
    /// Which credential it presented, for people: `token 3 (first token)`.
    pub credential: String,
    /// What it may do.
    pub scopes: Scopes,
    /// How tolerant the server is towards it.
    pub profile: Arc<Profile>,
    /// The surface it came in by.
    pub door: Door,
    /// The user it stands for; none for a program.
    pub principal: Option<Principal>,
    /// Whom its credential names, if that is no user, or several.
    pub subject: Option<Subject>,
    /// Whether its tenant is opened to native APIs. Once true it stays so; false may be of yesterday.
    pub native: bool,
    /// The schemas and resource types of its tenant.
    pub schemas: Arc<Schemas>,
}

/// The user a session or a personal token stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The user's number.
    pub num: i64,
    /// The user's resource id.
    pub id: String,
    /// May do everything in the native APIs.
    pub super_admin: bool,
    /// May call App CRM's API.
    pub access_api: bool,
    /// The number of the session; none for a token.
    pub session: Option<i64>,
}

impl Principal {
    /// The user of a session or a token, with the rights that its document tells.
    pub(super) fn new(user: &Owner, session: Option<i64>) -> Result<Self, Error> {
        let document: Object = serde_json::from_str(&user.document)
            .map_err(|error| Error::Internal(format!("a stored document is not JSON: {error}")))?;
        let right = |name| document.get(APPCRM)?.get(name)?.as_bool();
        let super_admin = right("superAdmin").unwrap_or(false);
        let access_api = super_admin || right("accessApi").unwrap_or(false);
        Ok(Self { num: user.num, id: user.id.clone(), super_admin, access_api, session })
    }
}

impl Caller {
    /// The caller behind the credential of a connection, whose tenant may be opened to native APIs, with what
    /// the store keeps of its rights.
    pub(super) fn new(
        place: Place,
        schemas: Arc<Schemas>,
        credential: String,
        scopes: &str,
        profile: &str,
    ) -> Result<Self, Error> {
        let scopes = Scopes::parse(scopes).map_err(Error::Internal)?;
        let profile = profile.parse::<Profile>().map_err(|error| Error::Internal(error.to_string()))?;
        let Place { tenant, connection, native, edition: _ } = place;
        Ok(Self {
            tenant,
            connection,
            credential,
            scopes,
            profile: Arc::new(profile),
            door: Door::Scim,
            principal: None,
            subject: None,
            native,
            schemas,
        })
    }

    /// The schemas and resource types it sees through SCIM: those of native APIs only if its tenant is
    /// opened to them.
    #[must_use]
    pub fn registry(&self) -> &Arc<Registry> {
        if self.native { self.schemas.whole() } else { self.schemas.plain() }
    }

    /// The resource type of users, as it sees it through SCIM.
    ///
    /// # Errors
    /// If the built-in documents have none.
    pub fn users(&self) -> Result<&Arc<ResourceType>, Error> {
        if self.native { self.schemas.users() } else { self.schemas.plain_users() }
    }

    /// Whether resources of a type may share what is unique to other callers.
    #[must_use]
    pub fn shares_key(&self, kind: &ResourceType) -> bool {
        !self.profile.allows(Tolerance::UniqueGroupNames) && self.schemas.sharing(&kind.name).is_some()
    }

    /// As whom the store sees it.
    pub(super) fn client(&self) -> Client {
        Client { tenant: self.tenant, connection: self.connection, edition: self.schemas.edition() }
    }

    /// Refuses a caller that may not read through its door.
    pub(super) fn may_read(&self) -> Result<(), Error> {
        // Whom App CRM lets call its API may look around there.
        let calls_api = self.door == Door::Appcrm && self.principal.as_ref().is_some_and(|user| user.access_api);
        if calls_api { Ok(()) } else { self.may(self.door.read()) }
    }

    /// Refuses a caller that may not write through its door.
    pub(super) fn may_write(&self) -> Result<(), Error> {
        self.may(self.door.write())
    }

    /// Refuses a caller that may not read users as such; itself it may read all the same.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn may_read_users(&self) -> Result<(), Error> {
        // Who is logged in has the right to its own user alone.
        if self.door == Door::Login { self.may(Scope::UsersRead) } else { self.may_read() }
    }

    /// Refuses a caller that may not write any user. In App CRM only its super admins may.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn may_write_users(&self) -> Result<(), Error> {
        let is_plain_user = self.principal.as_ref().is_some_and(|user| !user.super_admin);
        if self.door == Door::Appcrm && is_plain_user {
            return Err(Error::Forbidden(Scope::UsersWrite.name()));
        }
        self.may(self.door.write_users())
    }

    /// Whether it may read this user, and change what is the user's own, because it stands for it.
    pub(super) fn may_act_for(&self, num: i64) -> bool {
        self.principal.as_ref().is_some_and(|user| user.num == num)
            && (self.scopes.allow(Scope::Own) || self.scopes.allow(Scope::UsersWrite))
    }

    /// Refuses a caller without this right.
    pub(super) fn may(&self, scope: Scope) -> Result<(), Error> {
        if self.scopes.allow(scope) { Ok(()) } else { Err(Error::Forbidden(scope.name())) }
    }

    /// Refuses a caller that may not manage tenants and credentials. The verbs of
    /// [`manage`] do not ask: whoever has a shell may use them too.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn may_manage(&self) -> Result<(), Error> {
        if self.scopes.allows_admin() { Ok(()) } else { Err(Error::Forbidden("admin")) }
    }
}

impl Directory {
    /// The caller that presents this bearer token from this address: that of a session, one of ours, or
    /// one that a trusted issuer signed.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if no valid token is the same, or it may not be used from there;
    /// [`Error::Busy`] if the keys of its issuer cannot be had at present.
    pub async fn authenticate(&self, token: &str, from: Option<IpAddr>) -> Result<Caller, Error> {
        let now = self.inner.clock.now();
        if token::is_of_session(token) {
            return self.authenticate_session(token, now).await;
        }
        let Some((tokens::Found { token, profile, place, user }, schemas)) = self.valid(token, now).await? else {
            // A token of ours may look like a signed one, so those come second.
            return if Unverified::looks_like(token) {
                self.authenticate_issued(token, now).await
            } else {
                Err(Error::Unauthenticated)
            };
        };
        if !Ranges::parse(&token.addresses).map_err(Error::Internal)?.allow(from) {
            return Err(Error::Unauthenticated);
        }
        // The token of a user who is not active, or no more, opens nothing; it may again later.
        let user = user.filter(|user| user.active);
        if token.owner.is_some() && user.is_none() {
            return Err(Error::Unauthenticated);
        }
        self.inner.usage.tokens.note(token.num, token.used, now);
        let credential = format!("token {} ({})", token.num, token.name);
        let caller = Caller::new(place, schemas, credential, &token.scopes, &profile)?;
        let principal = user.map(|user| Principal::new(&user, None)).transpose()?;
        Ok(Caller { principal, ..caller })
    }

    /// The user behind a live session: itself, and whoever may do everything also writes users.
    async fn authenticate_session(&self, token: &str, now: Micros) -> Result<Caller, Error> {
        let mut conn = self.inner.store.read().await?;
        let found = sessions::find(&mut conn, &token::digest(token), now).await?;
        let sessions::Found { session, place, profile, user } =
            found.filter(|found| found.user.active).ok_or(Error::Unauthenticated)?;
        let schemas = self.schemas(&mut conn, place.tenant, place.edition).await?;
        drop(conn);
        self.inner.usage.sessions.note(session.num, Some(session.seen), now);
        let principal = Principal::new(&user, Some(session.num))?;
        let more = principal.super_admin.then_some(Scope::UsersWrite);
        let scopes: Scopes = [Scope::Own].into_iter().chain(more).collect();
        let credential = format!("session {} (user {})", session.num, user.num);
        let caller = Caller::new(place, schemas, credential, &scopes.to_string(), &profile)?;
        Ok(Caller { principal: Some(principal), ..caller })
    }

    /// Whether there is a valid token of this text, wherever it may be used from.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn knows(&self, token: &str) -> Result<bool, Error> {
        Ok(self.valid(token, self.inner.clock.now()).await?.is_some())
    }

    /// The token of this text, and the schemas of the tenant it leads to.
    async fn valid(&self, token: &str, now: Micros) -> Result<Option<(tokens::Found, Arc<Schemas>)>, Error> {
        let mut conn = self.inner.store.read().await?;
        let found = tokens::find(&mut conn, &token::digest(token)).await?;
        let Some(found) = found.filter(|found| found.token.expires.is_none_or(|end| end > now)) else {
            return Ok(None);
        };
        let schemas = self.schemas(&mut conn, found.place.tenant, found.place.edition).await?;
        Ok(Some((found, schemas)))
    }

    /// Makes the first tenant, its first connection and its first token, if the database has no
    /// tenant yet. `chosen` is the token's text; without one a token is generated. None if there
    /// was a tenant already: then nothing is done.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn first_start(&self, chosen: Option<Token>) -> Result<Option<Token>, Error> {
        let token = chosen.unwrap_or_else(Token::generate);
        let plan = Plan::new(manage::FIRST, &token, &Scopes::all(), self.inner.clock.now());
        let made = self.inner.store.write(FirstStart { plan }).await?;
        Ok(made.then_some(token))
    }
}

struct FirstStart {
    plan: Plan,
}

impl Unit for FirstStart {
    type Output = bool;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<bool, Error> {
        let Some(tenant) = tenants::insert_first(conn, &self.plan.name, self.plan.now).await? else {
            return Ok(false);
        };
        self.plan.furnish(conn, tenant.num).await?;
        Ok(true)
    }
}

impl Directory {
    /// Whether the store answers; for readiness checks.
    ///
    /// # Errors
    /// If it does not.
    pub async fn ping(&self) -> Result<(), Error> {
        let mut conn = self.inner.store.read().await?;
        tenants::first(&mut conn).await.map(|_| ()).map_err(store::Error::into)
    }
}
