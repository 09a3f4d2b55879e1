//! Issuers outside: whoever signs a token they trust enters as a connection, with no secret pasted.
//!
//! This is how Microsoft Entra ID authenticates when its field for a secret is left blank.

use super::grant::Unpublished;
use super::subject::{Subject, SubjectIs, UnknownAttribute};
use super::{check_scopes, connection_named, tenant_named};
use crate::auth::assertion::Unverified;
use crate::auth::scope::Scopes;
use crate::clock::Micros;
use crate::directory::keys::check_url;
use crate::directory::{Caller, Directory, Error};
use crate::store::oauth::{self as rows, NewIssuer};
use crate::store::{Conn, Unit};

/// The longest issuer, audience or subject.
const LONGEST: usize = 512;

/// A trusted issuer of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    /// Its number.
    pub num: i64,
    /// The name of its connection.
    pub connection: String,
    /// What its tokens must say, what they may do, where its keys are.
    pub trust: Trust,
    /// When it was made.
    pub created: Micros,
}

/// Which tokens of whom are believed, and for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    /// The claim `iss`, exactly.
    pub issuer: String,
    /// One of the claim `aud`, exactly.
    pub audience: String,
    /// Their `sub`, `appid`, `azp` or `client_id`; none if any will do.
    pub subject: Option<String>,
    /// By which attribute their `sub` names a user, for whom they then stand; none if they stand for programs.
    pub subject_is: Option<SubjectIs>,
    /// What they may do.
    pub scopes: Scopes,
    /// Where the issuer publishes its keys (a JWK set).
    pub keys_url: String,
}

impl Directory {
    /// The issuers a tenant trusts, oldest first.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn issuers(&self, tenant: &str) -> Result<Vec<Issuer>, Error> {
        let mut conn = self.inner.store.read().await?;
        let tenant = tenant_named(&mut conn, tenant).await?;
        rows::list_issuers(&mut conn, tenant).await?.into_iter().map(Issuer::from_row).collect()
    }

    /// Trusts an issuer for a connection.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Taken`] if tokens of that kind open a connection already;
    /// [`Error::Invalid`] for a URL, claim or scopes that do not do.
    pub async fn trust_issuer(&self, tenant: &str, connection: &str, trust: Trust) -> Result<Issuer, Error> {
        let claims = [("issuer", Some(&trust.issuer)), ("audience", Some(&trust.audience))];
        for (name, claim) in claims.into_iter().chain([("subject", trust.subject.as_ref())]) {
            if claim.is_some_and(|text| text.is_empty() || text.len() > LONGEST || text.chars().any(char::is_control)) {
                return Err(Error::Invalid(format!("{name}: it has 1 to {LONGEST} characters")));
            }
        }
        check_scopes(&trust.scopes)?;
        check_url(&trust.keys_url).map_err(Error::Invalid)?;
        let row = NewIssuer {
            issuer: trust.issuer,
            audience: trust.audience,
            subject: trust.subject,
            subject_is: trust.subject_is.map(|attribute| attribute.name().to_owned()),
            scopes: trust.scopes.to_string(),
            keys_url: trust.keys_url,
        };
        let now = self.inner.clock.now();
        let unit = TrustUnit { tenant: tenant.to_owned(), connection: connection.to_owned(), row, now };
        self.inner.store.write(unit).await
    }

    /// Trusts an issuer no longer, effective with the next request on every instance.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn distrust(&self, tenant: &str, num: i64) -> Result<(), Error> {
        self.inner.store.write(Distrust { tenant: tenant.to_owned(), num }).await
    }

    /// The caller that presents a token of a trusted issuer: a program, or the user its subject names.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if nobody trusts it or its user is not active; [`Error::Busy`] if its issuer's keys cannot be
    /// had at present.
    pub(in crate::directory) async fn authenticate_issued(&self, text: &str, now: Micros) -> Result<Caller, Error> {
        let token = Unverified::read(text).map_err(|_| Error::Unauthenticated)?;
        let row = self.trusted(&token).await?.ok_or(Error::Unauthenticated)?;
        let judged = match self.published(&token, &row.trust.keys_url, now).await {
            Ok(claims) => claims.of_issuer(now),
            Err(Unpublished::Refused(refused)) => Err(refused),
            Err(Unpublished::Away) => return Err(Error::Busy(None)),
        };
        if let Err(refused) = judged {
            tracing::info!(issuer = row.num, reason = %refused, "a token of a trusted issuer is refused");
            return Err(Error::Unauthenticated);
        }
        let credential = format!("issuer {} ({})", row.num, row.trust.issuer);
        let mut conn = self.inner.store.read().await?;
        let schemas = self.schemas(&mut conn, row.place.tenant, row.place.edition).await?;
        let caller = Caller::new(row.place, schemas, credential, &row.trust.scopes, &row.profile)?;
        match trust_subject(&row, &token)? {
            Some(subject) => subject.speaks(&mut conn, caller).await,
            None => Ok(caller),
        }
    }

    /// The one issuer whose tokens look like this one. A named subject goes before any subject; a
    /// token that two connections could claim opens neither.
    async fn trusted(&self, token: &Unverified<'_>) -> Result<Option<rows::Issuer>, Error> {
        let mut conn = self.inner.store.read().await?;
        let rows = rows::issuers_of(&mut conn, token.issuer()).await?;
        let fitting = rows.into_iter().filter(|row| {
            let subject = row.trust.subject.as_deref();
            token.is_for(&row.trust.audience) && subject.is_none_or(|subject| token.is_of(subject))
        });
        let (named, any): (Vec<_>, Vec<_>) = fitting.partition(|row| row.trust.subject.is_some());
        let mut chosen = if named.is_empty() { any } else { named };
        let one = chosen.pop();
        Ok(one.filter(|_| chosen.is_empty()))
    }
}

impl Issuer {
    fn from_row(row: rows::Issuer) -> Result<Self, Error> {
        let trust = Trust::from_row(row.trust)?;
        Ok(Self { num: row.num, connection: row.connection_name, trust, created: row.created })
    }
}

impl Trust {
    fn from_row(row: NewIssuer) -> Result<Self, Error> {
        let NewIssuer { issuer, audience, subject, subject_is, scopes, keys_url } = row;
        let scopes = Scopes::parse(&scopes).map_err(Error::Internal)?;
        let subject_is = subject_is.as_deref().map(str::parse).transpose();
        let subject_is = subject_is.map_err(|error: UnknownAttribute| Error::Internal(error.to_string()))?;
        Ok(Self { issuer, audience, subject, subject_is, scopes, keys_url })
    }
}

/// Whom a token that is believed names, if its issuer names users.
fn trust_subject(row: &rows::Issuer, token: &Unverified<'_>) -> Result<Option<Subject>, Error> {
    let Trust { subject_is, .. } = Trust::from_row(row.trust.clone())?;
    Ok(subject_is.zip(token.subject()).and_then(|(attribute, text)| Subject::new(attribute, text)))
}

struct TrustUnit {
    tenant: String,
    connection: String,
    row: NewIssuer,
    now: Micros,
}

impl Unit for TrustUnit {
    type Output = Issuer;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<Issuer, Error> {
        let owner = connection_named(conn, &self.tenant, &self.connection).await?;
        let made = rows::insert_issuer(conn, owner, &self.row, self.now).await?;
        let num = made.ok_or(Error::Taken("issuer with this audience and subject"))?;
        let trust = Trust::from_row(self.row.clone())?;
        Ok(Issuer { num, connection: self.connection.clone(), trust, created: self.now })
    }
}

struct Distrust {
    tenant: String,
    num: i64,
}

impl Unit for Distrust {
    type Output = ();
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<(), Error> {
        let tenant = tenant_named(conn, &self.tenant).await?;
        if rows::remove_issuer(conn, tenant, self.num).await? {
            Ok(())
        } else {
            Err(Error::NotFound("issuer".to_owned()))
        }
    }
}
