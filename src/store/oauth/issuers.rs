//! Issuers outside whose tokens open a connection.

use super::number;
use crate::clock::Micros;
use crate::store::sql::Record;
use crate::store::{Conn, Error, Place, TenantId, is_storable};

/// A trusted issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    /// Its number.
    pub num: i64,
    /// The tenant its tokens open, and the connection they belong to.
    pub place: Place,
    /// The name of that connection.
    pub connection_name: String,
    /// What its tokens must say, what they may do, where its keys are.
    pub trust: NewIssuer,
    /// When it was made.
    pub created: Micros,
    /// The profile of that connection, as text.
    pub profile: String,
}

/// An issuer to trust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewIssuer {
    /// The claim `iss` of its tokens.
    pub issuer: String,
    /// The claim `aud` of its tokens.
    pub audience: String,
    /// Their subject or application; none if any will do.
    pub subject: Option<String>,
    /// By which attribute their subject names a user; none if it names none.
    pub subject_is: Option<String>,
    /// Space-separated scopes its tokens carry.
    pub scopes: String,
    /// Where its keys are published.
    pub keys_url: String,
}

const ISSUER: &str = "SELECT i.num, i.tenant, i.connection, n.name, i.issuer, i.audience, i.subject, i.scopes, \
                      i.keys_url, i.created, n.profile, t.native, t.edition, i.subject_is FROM oauth_issuer i \
                      JOIN connection n ON n.num = i.connection JOIN tenant t ON t.num = i.tenant ";

/// Stores an issuer; none if its issuer, audience and subject are trusted already, by whomever.
///
/// # Errors
/// If the database fails.
pub async fn insert_issuer(
    conn: &mut Conn,
    (tenant, connection): (TenantId, i64),
    new: &NewIssuer,
    now: Micros,
) -> Result<Option<i64>, Error> {
    let sql = conn.sql().with(
        "INSERT INTO oauth_issuer (tenant, connection, issuer, audience, subject, scopes, keys_url, created, \
         subject_is) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING RETURNING num",
        [
            tenant.0.into(),
            connection.into(),
            new.issuer.as_str().into(),
            new.audience.as_str().into(),
            new.subject.clone().unwrap_or_default().into(),
            new.scopes.as_str().into(),
            new.keys_url.as_str().into(),
            now.into(),
            new.subject_is.clone().into(),
        ],
    );
    let made = conn.fetch_first(sql).await?;
    made.as_ref().map(|record| number(Some(record))).transpose()
}

/// The issuers of that name, whichever tenant's.
///
/// # Errors
/// If the database fails.
pub async fn issuers_of(conn: &mut Conn, issuer: &str) -> Result<Vec<Issuer>, Error> {
    if !is_storable(issuer) {
        return Ok(Vec::new());
    }
    let sql = conn.sql().with(ISSUER, []).with("WHERE i.issuer = $1 ORDER BY i.num", [issuer.into()]);
    conn.fetch(sql).await?.iter().map(read).collect()
}

/// The issuers a tenant trusts, oldest first.
///
/// # Errors
/// If the database fails.
pub async fn list_issuers(conn: &mut Conn, tenant: TenantId) -> Result<Vec<Issuer>, Error> {
    let sql = conn.sql().with(ISSUER, []).with("WHERE i.tenant = $1 ORDER BY i.num", [tenant.0.into()]);
    conn.fetch(sql).await?.iter().map(read).collect()
}

/// Removes an issuer; false if the tenant has none of that number.
///
/// # Errors
/// If the database fails.
pub async fn remove_issuer(conn: &mut Conn, tenant: TenantId, num: i64) -> Result<bool, Error> {
    let sql = "DELETE FROM oauth_issuer WHERE tenant = $1 AND num = $2";
    Ok(conn.execute(conn.sql().with(sql, [tenant.0.into(), num.into()])).await? > 0)
}

fn read(record: &Record) -> Result<Issuer, Error> {
    let subject = record.text(6)?;
    Ok(Issuer {
        num: record.int(0)?,
        place: Place {
            tenant: TenantId(record.int(1)?),
            connection: record.int(2)?,
            native: record.truth(11)?,
            edition: record.int(12)?,
        },
        connection_name: record.text(3)?,
        trust: NewIssuer {
            issuer: record.text(4)?,
            audience: record.text(5)?,
            subject: (!subject.is_empty()).then_some(subject),
            scopes: record.text(7)?,
            keys_url: record.text(8)?,
            subject_is: record.maybe_text(13)?,
        },
        created: record.int(9)?,
        profile: record.text(10)?,
    })
}
