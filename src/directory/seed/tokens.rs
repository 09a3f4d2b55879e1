//! The tokens of a seed, in one transaction: with a given text, bound to users, or generated.

use super::{LoadedToken, Outcome, SeedToken, at};
use crate::auth::token::Token as Secret;
use crate::clock::Micros;
use crate::directory::manage::{token, user};
use crate::directory::{Caller, Directory, Error};
use crate::scim::schema::ResourceType;
use crate::store::tokens::{self, NewToken, Token};
use crate::store::{Conn, TenantId, Unit, connections};
use std::sync::Arc;

/// The name of a token that stands for nobody.
const NAME: &str = "loaded";

/// Answers the tokens that were made or bound.
pub(super) struct Load {
    tenant: TenantId,
    connection: i64,
    /// Each with what it will be if one is to be generated for it.
    tokens: Vec<(SeedToken, Secret)>,
    users: Arc<ResourceType>,
    now: Micros,
}

impl Load {
    pub(super) fn new(directory: &Directory, operator: &Caller, tokens: Vec<SeedToken>) -> Result<Self, Error> {
        Ok(Self {
            tenant: operator.tenant,
            connection: operator.connection,
            tokens: tokens.into_iter().map(|token| (token, Secret::generate())).collect(),
            users: Arc::clone(directory.built_in_users()?),
            now: directory.now(),
        })
    }
}

impl Unit for Load {
    type Output = Vec<LoadedToken>;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<Vec<LoadedToken>, Error> {
        let mut loaded = Vec::new();
        for (number, (wanted, generated)) in self.tokens.iter().enumerate() {
            let done = self.load(conn, wanted, generated).await;
            let which = (number + 1).to_string();
            if let Some((row, outcome)) = done.map_err(|error| at(error, "tokens", &which, ""))? {
                let connections = connections::list(conn, self.tenant).await?;
                let connection = connections.into_iter().find(|connection| connection.num == row.connection);
                let connection = connection.map(|connection| connection.name).unwrap_or_default();
                let token = token::shown(row, &connection, wanted.user.clone())?;
                loaded.push(LoadedToken { token, outcome });
            }
        }
        Ok(loaded)
    }
}

impl Load {
    /// Makes or binds one token; none if all is as it should be.
    async fn load(
        &self,
        conn: &mut Conn,
        wanted: &SeedToken,
        generated: &Secret,
    ) -> Result<Option<(Token, Outcome)>, Error> {
        let owner = match &wanted.user {
            Some(name) => Some(user::find(conn, self.tenant, &self.users, name).await?),
            None => None,
        };
        let Some(secret) = &wanted.secret else {
            let owner = owner.ok_or_else(|| Error::Invalid("it needs a user, a secret or both".to_owned()))?;
            return self.lend(conn, wanted, owner, generated).await;
        };
        match tokens::find(conn, &secret.digest()).await? {
            None => Ok(Some((self.insert(conn, wanted, owner, secret).await?, Outcome::Made))),
            Some(found) if found.token.tenant != self.tenant => {
                Err(Error::Invalid("secret: another tenant has a token of this text; choose another one".to_owned()))
            }
            Some(found) => match owner {
                Some(owner) if found.token.owner != Some(owner) => self.bind(conn, found.token, owner).await.map(Some),
                Some(_) | None => Ok(None),
            },
        }
    }

    /// A token for a user among those that the tenant has, or a new one.
    async fn lend(
        &self,
        conn: &mut Conn,
        wanted: &SeedToken,
        owner: i64,
        generated: &Secret,
    ) -> Result<Option<(Token, Outcome)>, Error> {
        let mut free = None;
        for token in tokens::list(conn, self.tenant).await? {
            let scopes = token::shown(token.clone(), "", None)?.scopes;
            if !scopes.cover(&wanted.scopes) || token.expires.is_some_and(|end| end <= self.now) {
                continue;
            }
            if token.owner == Some(owner) {
                return Ok(None);
            }
            if token.owner.is_none() {
                free = free.or(Some(token));
            }
        }
        if let Some(token) = free {
            return self.bind(conn, token, owner).await.map(Some);
        }
        let made = self.insert(conn, wanted, Some(owner), generated).await?;
        Ok(Some((made, Outcome::Generated(generated.clone()))))
    }

    async fn bind(&self, conn: &mut Conn, token: Token, owner: i64) -> Result<(Token, Outcome), Error> {
        tokens::bind(conn, self.tenant, token.num, owner).await?;
        Ok((Token { owner: Some(owner), ..token }, Outcome::Bound))
    }

    async fn insert(
        &self,
        conn: &mut Conn,
        wanted: &SeedToken,
        owner: Option<i64>,
        secret: &Secret,
    ) -> Result<Token, Error> {
        if wanted.scopes.is_empty() {
            return Err(Error::Invalid("scopes: a token needs one at least".to_owned()));
        }
        let token = NewToken {
            name: wanted.user.clone().unwrap_or_else(|| NAME.to_owned()),
            prefix: secret.prefix(),
            digest: secret.digest(),
            scopes: wanted.scopes.to_string(),
            expires: None,
            addresses: String::new(),
            owner,
        };
        Ok(tokens::insert(conn, self.tenant, self.connection, &token, self.now).await?)
    }
}
