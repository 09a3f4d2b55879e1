//! `/tenants/{tenant}/tokens`: bearer tokens, made, rotated and revoked. A token's text is shown
//! when it is made and never again.

use super::Tag;
use super::answer::{Gone, Made, Shown};
use super::desk::Desk;
use super::fields::{Body, Fields, Read};
use super::word::{Instant, Word};
use crate::auth::scope::Scope;
use crate::auth::token::Token as Secret;
use crate::directory::{Error, manage};
use crate::http::error::Refusal;
use poem_openapi::param::{Path, Query};
use poem_openapi::{Object, OpenApi};

/// A bearer token without its text.
#[derive(Object)]
pub(super) struct Token {
    /// Its number.
    num: i64,
    /// The name of its connection.
    connection: String,
    /// A name for people.
    name: String,
    /// The first characters of its text, to recognise it by.
    prefix: String,
    /// What it may do.
    scopes: Vec<Word<Scope>>,
    /// When it was made (RFC 3339).
    created: Word<Instant>,
    /// When it ends (RFC 3339); absent if never.
    #[oai(skip_serializing_if_is_none)]
    expires: Option<Word<Instant>>,
    /// When it was last used (RFC 3339), to the minute; absent if never.
    #[oai(skip_serializing_if_is_none)]
    used: Option<Word<Instant>>,
    /// The address ranges (CIDR) it may be used from; empty for any.
    addresses: Vec<String>,
    /// The user name of the user it stands for; absent if it stands for none.
    #[oai(skip_serializing_if_is_none)]
    user: Option<String>,
}

/// The tokens of a tenant.
#[derive(Object)]
pub(super) struct TokenList {
    /// The tokens, oldest first.
    tokens: Vec<Token>,
}

/// A token to be made.
#[derive(Object)]
pub(super) struct NewToken {
    /// The name of the connection it is for.
    connection: String,
    /// A name for people.
    name: String,
    /// What it may do.
    scopes: Vec<Word<Scope>>,
    /// When it ends (RFC 3339); never if absent.
    expires: Option<Word<Instant>>,
    /// The address ranges (CIDR) it may be used from; any if absent or empty.
    addresses: Option<Vec<String>>,
    /// The user name of the user it is to stand for; it is refused while that user is not active.
    user: Option<String>,
}

/// A token that was made just now.
#[derive(Object)]
pub(super) struct MadeToken {
    /// Its text, which is shown this once.
    secret: String,
    /// Everything else about it.
    #[oai(flatten)]
    token: Token,
}

/// How a token is replaced.
#[derive(Object)]
pub(super) struct Rotation {
    /// When the older token ends (RFC 3339); both are valid until then.
    until: Word<Instant>,
}

impl From<manage::Token> for Token {
    fn from(token: manage::Token) -> Self {
        Self {
            num: token.num,
            connection: token.connection,
            name: token.name,
            prefix: token.prefix,
            scopes: token.scopes.iter().map(Word).collect(),
            created: Word(Instant(token.created)),
            expires: token.expires.map(|instant| Word(Instant(instant))),
            used: token.used.map(|instant| Word(Instant(instant))),
            addresses: token.addresses,
            user: token.user,
        }
    }
}

impl From<(Secret, manage::Token)> for MadeToken {
    fn from((secret, token): (Secret, manage::Token)) -> Self {
        Self { secret: secret.reveal().to_owned(), token: token.into() }
    }
}

impl From<NewToken> for manage::NewToken {
    fn from(token: NewToken) -> Self {
        Self {
            name: token.name,
            scopes: token.scopes.into_iter().map(|scope| scope.0).collect(),
            expires: token.expires.map(|instant| instant.0.0),
            addresses: token.addresses.unwrap_or_default(),
            user: token.user,
        }
    }
}

impl Read for NewToken {
    fn read(fields: &mut Fields) -> Result<Self, Refusal> {
        let (connection, name, scopes) = (fields.text("connection")?, fields.text("name")?, fields.words("scopes")?);
        Ok(Self {
            connection: fields.needed("connection", connection)?,
            name: fields.needed("name", name)?,
            scopes: fields.needed("scopes", scopes)?,
            expires: fields.word("expires")?,
            addresses: fields.texts("addresses")?,
            user: fields.text("user")?,
        })
    }
}

impl Read for Rotation {
    fn read(fields: &mut Fields) -> Result<Self, Refusal> {
        let until = fields.word("until")?;
        Ok(Self { until: fields.needed("until", until)? })
    }
}

/// The routes of tokens.
pub(in crate::http) struct Tokens;

#[OpenApi(tag = "Tag::Tokens")]
impl Tokens {
    /// List tokens
    #[oai(path = "/tenants/:tenant/tokens", method = "get", operation_id = "listTokens")]
    async fn list(
        &self,
        desk: Desk,
        /// The name of the tenant.
        tenant: Path<String>,
        /// The name of a connection, to list its tokens alone.
        connection: Query<Option<String>>,
    ) -> Result<Shown<TokenList>, Refusal> {
        let tokens = desk.directory().tokens(&tenant, connection.as_deref()).await?;
        Ok(Shown::new(TokenList { tokens: tokens.into_iter().map(Token::from).collect() }))
    }

    /// Make a token
    ///
    /// Its text is shown in this answer and never again.
    #[oai(path = "/tenants/:tenant/tokens", method = "post", operation_id = "createToken")]
    async fn create(
        &self,
        desk: Desk,
        /// The name of the tenant.
        tenant: Path<String>,
        body: Body<NewToken>,
    ) -> Result<Made<MadeToken>, Refusal> {
        let connection = body.0.connection.clone();
        let made = desk.directory().create_token(&tenant, &connection, body.0.into()).await?;
        Ok(Made::at(url(&desk, &tenant, made.1.num), made))
    }

    /// Read a token
    #[oai(path = "/tenants/:tenant/tokens/:num", method = "get", operation_id = "getToken")]
    async fn get(
        &self,
        desk: Desk,
        /// The name of the tenant.
        tenant: Path<String>,
        /// The number of the token.
        num: Path<i64>,
    ) -> Result<Shown<Token>, Refusal> {
        let tokens = desk.directory().tokens(&tenant, None).await?;
        let found = tokens.into_iter().find(|token| token.num == *num);
        Ok(Shown::new(found.ok_or_else(|| Error::NotFound("token".to_owned()))?))
    }

    /// Revoke a token
    ///
    /// It is refused from the next request on, on every instance.
    #[oai(path = "/tenants/:tenant/tokens/:num", method = "delete", operation_id = "revokeToken")]
    async fn revoke(
        &self,
        desk: Desk,
        /// The name of the tenant.
        tenant: Path<String>,
        /// The number of the token.
        num: Path<i64>,
    ) -> Result<Gone, Refusal> {
        desk.directory().revoke_token(&tenant, *num).await?;
        Ok(Gone::Gone)
    }

    /// Rotate a token
    ///
    /// Makes a token like this one and ends this one later, so that a client can change over without
    /// a refused request. The text of the new one is shown in this answer and never again.
    #[oai(path = "/tenants/:tenant/tokens/:num/rotate", method = "post", operation_id = "rotateToken")]
    async fn rotate(
        &self,
        desk: Desk,
        /// The name of the tenant.
        tenant: Path<String>,
        /// The number of the token.
        num: Path<i64>,
        body: Body<Rotation>,
    ) -> Result<Made<MadeToken>, Refusal> {
        let made = desk.directory().rotate_token(&tenant, *num, body.0.until.0.0).await?;
        Ok(Made::at(url(&desk, &tenant, made.1.num), made))
    }
}

fn url(desk: &Desk, tenant: &str, num: i64) -> String {
    desk.url(&format!("/tenants/{tenant}/tokens/{num}"))
}
