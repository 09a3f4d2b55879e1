//! `/tenants/{tenant}/issuers`: issuers outside whose signed tokens open a connection.

use super::Tag;
use super::answer::{Gone, Made, Shown};
use super::desk::Desk;
use super::fields::{Body, Fields, Read, blame};
use super::word::{Instant, Word};
use crate::auth::scope::Scope;
use crate::directory::Error;
use crate::directory::oauth::{self, SubjectIs};
use crate::http::error::Refusal;
use poem::http::StatusCode;
use poem_openapi::param::Path;
use poem_openapi::{Object, OpenApi};

/// An issuer that a tenant trusts.
#[expect(clippy::struct_field_names, reason = "the claim has that name")]
#[derive(Object)]
#[oai(skip_serializing_if_is_none, rename_all = "camelCase")]
pub(super) struct Issuer {
    /// Its number.
    num: i64,
    /// The name of the connection its tokens open.
    connection: String,
    /// The claim `iss` of its tokens, exactly.
    issuer: String,
    /// The claim `aud` of its tokens, exactly.
    audience: String,
    /// Their subject, or the application they were issued to; absent if any will do.
    subject: Option<String>,
    /// The attribute by which their subject names a user, for whom they stand (`/Me`); absent if they stand for
    /// programs.
    subject_is: Option<Word<SubjectIs>>,
    /// What its tokens may do.
    scopes: Vec<Word<Scope>>,
    /// Where it publishes its keys, a JWK set (RFC 7517 §5).
    keys_url: String,
    /// When it was made (RFC 3339).
    created: Word<Instant>,
}

/// The issuers a tenant trusts.
#[derive(Object)]
pub(super) struct IssuerList {
    /// The issuers, oldest first.
    issuers: Vec<Issuer>,
}

/// An issuer to be trusted.
#[derive(Object)]
#[oai(rename_all = "camelCase")]
pub(super) struct NewIssuer {
    /// The name of the connection its tokens are to open.
    connection: String,
    /// The claim `iss` of its tokens, exactly.
    issuer: String,
    /// The claim `aud` of its tokens, exactly.
    audience: String,
    /// Their subject, or the application they were issued to; any will do if absent.
    subject: Option<String>,
    /// The attribute by which their subject names a user, for whom they stand (`/Me`); absent if they stand for
    /// programs.
    subject_is: Option<Word<SubjectIs>>,
    /// What its tokens may do.
    scopes: Vec<Word<Scope>>,
    /// Where it publishes its keys, a JWK set (RFC 7517 §5).
    keys_url: String,
}

impl From<oauth::Issuer> for Issuer {
    fn from(issuer: oauth::Issuer) -> Self {
        let trust = issuer.trust;
        Self {
            num: issuer.num,
            connection: issuer.connection,
            issuer: trust.issuer,
            audience: trust.audience,
            subject: trust.subject,
            subject_is: trust.subject_is.map(Word),
            scopes: trust.scopes.iter().map(Word).collect(),
            keys_url: trust.keys_url,
            created: Word(Instant(issuer.created)),
        }
    }
}

impl From<NewIssuer> for oauth::Trust {
    fn from(issuer: NewIssuer) -> Self {
        Self {
            issuer: issuer.issuer,
            audience: issuer.audience,
            subject: issuer.subject,
            subject_is: issuer.subject_is.map(|attribute| attribute.0),
            scopes: issuer.scopes.into_iter().map(|scope| scope.0).collect(),
            keys_url: issuer.keys_url,
        }
    }
}

impl Read for NewIssuer {
    fn read(fields: &mut Fields) -> Result<Self, Refusal> {
        let (connection, scopes, keys_url) =
            (fields.text("connection")?, fields.words("scopes")?, fields.text("keysUrl")?);
        let (issuer, audience) = (fields.text("issuer")?, fields.text("audience")?);
        Ok(Self {
            connection: fields.needed("connection", connection)?,
            issuer: fields.needed("issuer", issuer)?,
            audience: fields.needed("audience", audience)?,
            subject: fields.text("subject")?,
            subject_is: fields.word("subjectIs")?,
            scopes: fields.needed("scopes", scopes)?,
            keys_url: fields.needed("keysUrl", keys_url)?,
        })
    }
}

/// The routes of issuers.
pub(in crate::http) struct Issuers;

#[OpenApi(tag = "Tag::Issuers")]
impl Issuers {
    /// List issuers
    #[oai(path = "/tenants/:tenant/issuers", method = "get", operation_id = "listIssuers")]
    async fn list(
        &self,
        desk: Desk,
        /// The name of the tenant.
        tenant: Path<String>,
    ) -> Result<Shown<IssuerList>, Refusal> {
        let issuers = desk.directory().issuers(&tenant).await?;
        Ok(Shown::new(IssuerList { issuers: issuers.into_iter().map(Issuer::from).collect() }))
    }

    /// Trust an issuer
    #[oai(path = "/tenants/:tenant/issuers", method = "post", operation_id = "trustIssuer")]
    async fn trust(
        &self,
        desk: Desk,
        /// The name of the tenant.
        tenant: Path<String>,
        body: Body<NewIssuer>,
    ) -> Result<Made<Issuer>, Refusal> {
        let connection = body.0.connection.clone();
        let made = desk.directory().trust_issuer(&tenant, &connection, body.0.into()).await;
        let made = made.map_err(|error| match error {
            Error::Taken(what) => {
                let mut refusal = Refusal::field("issuer", &format!("there is an {what} already"));
                refusal.status = StatusCode::CONFLICT;
                refusal
            }
            other => blame(other, "keysUrl"),
        })?;
        Ok(Made::at(desk.url(&format!("/tenants/{}/issuers/{}", *tenant, made.num)), made))
    }

    /// Read an issuer
    #[oai(path = "/tenants/:tenant/issuers/:num", method = "get", operation_id = "getIssuer")]
    async fn get(
        &self,
        desk: Desk,
        /// The name of the tenant.
        tenant: Path<String>,
        /// The number of the issuer.
        num: Path<i64>,
    ) -> Result<Shown<Issuer>, Refusal> {
        let issuers = desk.directory().issuers(&tenant).await?;
        let found = issuers.into_iter().find(|issuer| issuer.num == *num);
        Ok(Shown::new(found.ok_or_else(|| Error::NotFound("issuer".to_owned()))?))
    }

    /// Trust an issuer no longer
    ///
    /// Its tokens are refused from the next request on, on every instance.
    #[oai(path = "/tenants/:tenant/issuers/:num", method = "delete", operation_id = "distrustIssuer")]
    async fn distrust(
        &self,
        desk: Desk,
        /// The name of the tenant.
        tenant: Path<String>,
        /// The number of the issuer.
        num: Path<i64>,
    ) -> Result<Gone, Refusal> {
        desk.directory().distrust(&tenant, *num).await?;
        Ok(Gone::Gone)
    }
}
