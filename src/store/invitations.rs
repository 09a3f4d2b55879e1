//! Invitations: whoever has the number of one may become a user, once, until it expires.
//!
//! What it promises is JSON that only the domain reads.

use super::sql::Record;
use super::{Conn, Error, TenantId};
use crate::clock::Micros;
use crate::scim::value::fold;

/// What became of an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Nobody took it yet.
    Pending,
    /// A user was made of it.
    Accepted,
    /// It was withdrawn.
    Revoked,
}

/// An invitation as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Its number.
    pub num: i64,
    /// The mail address of who is invited.
    pub recipient: String,
    /// The company its recipient is to belong to.
    pub company: i64,
    /// Everything else, as JSON.
    pub payload: String,
    /// What became of it.
    pub state: State,
    /// When it ends, if nobody takes it until then.
    pub expires: Micros,
}

/// An invitation to store.
#[derive(Clone, Copy, Debug)]
pub struct NewInvitation<'a> {
    /// The mail address of who is invited.
    pub recipient: &'a str,
    /// The company its recipient is to belong to.
    pub company: i64,
    /// The number of the user that invites; none for a program.
    pub sender: Option<i64>,
    /// Everything else, as JSON.
    pub payload: &'a str,
    /// When it ends.
    pub expires: Micros,
}

impl State {
    const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Revoked => "revoked",
        }
    }

    fn read(name: &str) -> Result<Self, Error> {
        let known = [Self::Pending, Self::Accepted, Self::Revoked].into_iter().find(|state| state.name() == name);
        known.ok_or_else(|| Error::Database("an invitation is in a state nobody knows".into()))
    }
}

/// Stores an invitation; answers its number.
///
/// # Errors
/// [`Error::Stale`] if the tenant is gone.
pub async fn insert(conn: &mut Conn, tenant: TenantId, new: NewInvitation<'_>, now: Micros) -> Result<i64, Error> {
    let NewInvitation { recipient, company, sender, payload, expires } = new;
    let mut sql = conn.sql().with(
        "INSERT INTO invitation (tenant, recipient, recipient_key, company, sender, payload, state, created, expires) \
         SELECT num, $2, $3, $4, $5, $6, $7, $8, $9 FROM tenant WHERE num = $1",
        [
            tenant.0.into(),
            recipient.into(),
            fold(recipient).into(),
            company.into(),
            sender.into(),
            payload.into(),
            State::Pending.name().into(),
            now.into(),
            expires.into(),
        ],
    );
    // A tenant that is being removed waits for whom it invites, and invites nobody afterwards.
    let keep = sql.dialect().keep();
    sql.push(keep).push(" RETURNING num");
    conn.fetch_first(sql).await?.ok_or(Error::Stale)?.int(0)
}

/// The invitation of a number.
///
/// # Errors
/// If the database fails.
pub async fn load(conn: &mut Conn, tenant: TenantId, num: i64) -> Result<Option<Invitation>, Error> {
    let sql = conn.sql().with(
        "SELECT num, recipient, company, payload, state, expires FROM invitation WHERE tenant = $1 AND num = $2",
        [tenant.0.into(), num.into()],
    );
    conn.fetch_first(sql).await?.as_ref().map(read).transpose()
}

/// The invitations of a mail address in whatever case, oldest first, locked until the unit of work ends:
/// in one order, so that two who take two of them do not wait for each other.
///
/// # Errors
/// If the database fails.
pub async fn lock_all(conn: &mut Conn, tenant: TenantId, recipient: &str) -> Result<Vec<Invitation>, Error> {
    let mut sql = conn.sql().with(
        "SELECT num, recipient, company, payload, state, expires FROM invitation \
         WHERE tenant = $1 AND recipient_key = $2 ORDER BY num",
        [tenant.0.into(), fold(recipient).into()],
    );
    sql.push(sql.dialect().lock());
    conn.fetch(sql).await?.iter().map(read).collect()
}

/// The invitations of a tenant that nobody took and that have not run out, oldest first.
///
/// # Errors
/// If the database fails.
pub async fn pending(conn: &mut Conn, tenant: TenantId, now: Micros) -> Result<Vec<Invitation>, Error> {
    let sql = conn.sql().with(
        "SELECT num, recipient, company, payload, state, expires FROM invitation \
         WHERE tenant = $1 AND state = $2 AND expires > $3 ORDER BY num",
        [tenant.0.into(), State::Pending.name().into(), now.into()],
    );
    conn.fetch(sql).await?.iter().map(read).collect()
}

/// Those of them that a user sent.
///
/// # Errors
/// If the database fails.
pub async fn pending_of(conn: &mut Conn, tenant: TenantId, sender: i64, now: Micros) -> Result<Vec<Invitation>, Error> {
    let sql = conn.sql().with(
        "SELECT num, recipient, company, payload, state, expires FROM invitation \
         WHERE tenant = $1 AND sender = $2 AND state = $3 AND expires > $4 ORDER BY num",
        [tenant.0.into(), sender.into(), State::Pending.name().into(), now.into()],
    );
    conn.fetch(sql).await?.iter().map(read).collect()
}

/// Makes another user, or nobody, the sender of a user's invitations.
///
/// # Errors
/// If the database fails.
pub async fn hand_over(conn: &mut Conn, tenant: TenantId, sender: i64, heir: Option<i64>) -> Result<(), Error> {
    let sql = "UPDATE invitation SET sender = $3 WHERE tenant = $1 AND sender = $2";
    conn.execute(conn.sql().with(sql, [tenant.0.into(), sender.into(), heir.into()])).await.map(drop)
}

/// Notes what became of an invitation.
///
/// # Errors
/// If the database fails.
pub async fn set_state(conn: &mut Conn, tenant: TenantId, num: i64, state: State) -> Result<(), Error> {
    let sql = "UPDATE invitation SET state = $3 WHERE tenant = $1 AND num = $2";
    conn.execute(conn.sql().with(sql, [tenant.0.into(), num.into(), state.name().into()])).await.map(drop)
}

/// Withdraws the pending invitations of a mail address, in whatever case; answers how many there were.
///
/// # Errors
/// If the database fails.
pub async fn revoke_all(conn: &mut Conn, tenant: TenantId, recipient: &str) -> Result<u64, Error> {
    let sql = conn.sql().with(
        "UPDATE invitation SET state = $4 WHERE tenant = $1 AND recipient_key = $2 AND state = $3",
        [tenant.0.into(), fold(recipient).into(), State::Pending.name().into(), State::Revoked.name().into()],
    );
    conn.execute(sql).await
}

fn read(record: &Record) -> Result<Invitation, Error> {
    Ok(Invitation {
        num: record.int(0)?,
        recipient: record.text(1)?,
        company: record.int(2)?,
        payload: record.text(3)?,
        state: State::read(&record.text(4)?)?,
        expires: record.int(5)?,
    })
}
