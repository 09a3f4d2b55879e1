//! Tenants: list, create, change, delete.

use super::{Connection, FIRST, Founded, Tenant, TenantChange, Token, check_name, connection, not_found, taken, token};
use crate::auth::scope::Scopes;
use crate::auth::token::Token as Secret;
use crate::clock::Micros;
use crate::directory::{Directory, Error};
use crate::scim::tolerance::Profile;
use crate::store::tenants::{self, OWNED, Owned};
use crate::store::tokens::{self, NewToken};
use crate::store::{Conn, Store, TenantId, Unit, connections, opening};

/// The name of a tenant's first token.
const FIRST_TOKEN: &str = "first token";

impl Directory {
    /// Every tenant, oldest first.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn tenants(&self) -> Result<Vec<Tenant>, Error> {
        let mut conn = self.inner.store.read().await?;
        Ok(tenants::list(&mut conn).await?.into_iter().map(Tenant::from).collect())
    }

    /// The tenant of that name, as verbs on what it holds want it.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn tenant(&self, name: &str) -> Result<TenantId, Error> {
        locate(&mut self.inner.store.read().await?, name).await
    }

    /// Makes a tenant with a connection named `default` and a token named `first token`, which opens
    /// this tenant and manages nothing.
    ///
    /// # Errors
    /// [`Error::Taken`] if there is one of that name; [`Error::Invalid`] for a name of the wrong form.
    pub async fn create_tenant(&self, name: &str) -> Result<Founded, Error> {
        check_name(name)?;
        let secret = Secret::generate();
        let plan = Plan::new(name, &secret, &Scopes::directory(), self.inner.clock.now());
        let (tenant, connection, token) = self.inner.store.write(Create { plan }).await?;
        Ok(Founded { tenant, connection, token, secret })
    }

    /// Gives a tenant another name.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Taken`], [`Error::Invalid`].
    pub async fn rename_tenant(&self, name: &str, to: &str) -> Result<Tenant, Error> {
        self.change_tenant(name, TenantChange { name: Some(to.to_owned()), ..TenantChange::default() }).await
    }

    /// Changes a tenant: its name, or opens it to native APIs. Then its users have the extension schemas of
    /// these, those that are there already too.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Taken`]; [`Error::Invalid`] for a name of the wrong form, and for taking
    /// an opening back.
    pub async fn change_tenant(&self, name: &str, change: TenantChange) -> Result<Tenant, Error> {
        change.name.as_deref().map(check_name).transpose()?;
        self.inner.store.write(Change { name: name.to_owned(), change }).await
    }

    /// Removes a tenant and everything it holds. `again` is its name once more, so that nobody does
    /// it by mistake. Its tokens go first; should the server end before the rest has gone, the tenant
    /// is still there and can be deleted again.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] if `again` differs.
    pub async fn delete_tenant(&self, name: &str, again: &str) -> Result<(), Error> {
        let mut conn = self.inner.store.read().await?;
        let tenant = locate(&mut conn, name).await?;
        drop(conn);
        if again != name {
            return Err(Error::Invalid(
                "again: must be the tenant's name once more; nothing was deleted, since all it holds would go with it"
                    .to_owned(),
            ));
        }
        // A caller that goes away does not stop it half-way.
        let removal = tokio::spawn(remove(self.inner.store.clone(), tenant));
        removal.await.unwrap_or_else(|failed| Err(Error::Internal(failed.to_string())))
    }
}

async fn remove(store: Store, tenant: TenantId) -> Result<(), Error> {
    for from in OWNED {
        while store.write(RemoveSome { tenant, from: *from }).await? {}
    }
    store.write(Remove { tenant }).await
}

/// The number of the tenant of that name.
pub(super) async fn locate(conn: &mut Conn, name: &str) -> Result<TenantId, Error> {
    Ok(find(conn, name).await?.num)
}

async fn find(conn: &mut Conn, name: &str) -> Result<tenants::Tenant, Error> {
    // A text that cannot be a name is nobody's, and Postgres refuses to look for some of them.
    check_name(name).map_err(|_| not_found("tenant"))?;
    tenants::find(conn, name).await?.ok_or_else(|| not_found("tenant"))
}

impl From<tenants::Tenant> for Tenant {
    fn from(row: tenants::Tenant) -> Self {
        let tenants::Tenant { num: TenantId(num), name, created, native } = row;
        Self { num, name, created, native }
    }
}

/// A tenant to be made with a connection and a token.
pub(in crate::directory) struct Plan {
    /// The tenant's name.
    pub name: String,
    /// When it is made.
    pub now: Micros,
    token: NewToken,
}

impl Plan {
    pub(in crate::directory) fn new(name: &str, secret: &Secret, scopes: &Scopes, now: Micros) -> Self {
        let token = NewToken {
            name: FIRST_TOKEN.to_owned(),
            prefix: secret.prefix(),
            digest: secret.digest(),
            scopes: scopes.to_string(),
            expires: None,
            addresses: String::new(),
            owner: None,
        };
        Self { name: name.to_owned(), now, token }
    }

    /// Makes what a new tenant starts with.
    pub(in crate::directory) async fn furnish(
        &self,
        conn: &mut Conn,
        tenant: TenantId,
    ) -> Result<(Connection, Token), Error> {
        let made = connections::insert(conn, tenant, FIRST, &Profile::default().to_string(), self.now).await?;
        let connection = made.ok_or(Error::Taken("connection"))?;
        let row = tokens::insert(conn, tenant, connection.num, &self.token, self.now).await?;
        let token = token::shown(row, &connection.name, None)?;
        Ok((connection::shown(connection)?, token))
    }
}

struct Create {
    plan: Plan,
}

impl Unit for Create {
    type Output = (Tenant, Connection, Token);
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<Self::Output, Error> {
        let made = tenants::insert(conn, &self.plan.name, self.plan.now).await?;
        let tenant = made.ok_or(Error::Taken("tenant"))?;
        let (connection, token) = self.plan.furnish(conn, tenant.num).await?;
        Ok((tenant.into(), connection, token))
    }
}

struct Change {
    name: String,
    change: TenantChange,
}

impl Unit for Change {
    type Output = Tenant;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<Tenant, Error> {
        let TenantChange { name, native } = &self.change;
        let mut tenant = find(conn, &self.name).await?;
        match native {
            Some(true) => {
                opening::open(conn, tenant.num).await?;
                tenant.native = true;
            }
            Some(false) if tenant.native => {
                return Err(Error::Invalid(
                    "native: the tenant is opened to native APIs, whose attributes its users have; that is not taken back"
                        .to_owned(),
                ));
            }
            Some(false) | None => {}
        }
        if let Some(name) = name {
            tenants::rename(conn, tenant.num, name).await.map_err(taken("tenant"))?;
            tenant.name.clone_from(name);
        }
        Ok(tenant.into())
    }
}

struct RemoveSome {
    tenant: TenantId,
    from: Owned,
}

impl Unit for RemoveSome {
    type Output = bool;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<bool, Error> {
        Ok(tenants::remove_some(conn, self.tenant, self.from).await?)
    }
}

struct Remove {
    tenant: TenantId,
}

impl Unit for Remove {
    type Output = ();
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<(), Error> {
        Ok(tenants::remove(conn, self.tenant).await?)
    }
}
