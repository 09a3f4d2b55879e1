//! Invitations: a mail address is asked to become a user, with a company and roles at its partners.
//!
//! A pending invitation is no user. It is used up by the unit of work that makes the user
//! ([`super::user::NewUser::invitation`]), so that of two who come by one invitation one is refused.

use super::catalogue::Catalogue;
use super::user::Wanted;
use super::{Caller, Directory, Error, audit, rule};
use crate::clock::Micros;
use crate::scim::Object;
use crate::scim::value::fold;
use crate::store::audit::{Action, Actor, Change};
use crate::store::invitations::{self, State};
use crate::store::{self, Conn, TenantId, Unit, opening};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How long an invitation waits to be taken.
const LASTS: Micros = 30 * 24 * 60 * 60 * 1_000_000;
/// The member of what is stored that has the roles.
const ROLES: &str = "roleInfo";
/// As what invitations stand in the audit.
const KIND: &str = "Invitation";

/// The roles an invitation gives at one partner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Grant {
    /// The number of the partner, which is a company.
    pub partner: i64,
    /// The numbers of the roles.
    pub roles: Vec<i64>,
    /// The one of them the user starts in.
    pub default_role: i64,
}

/// Invitations to be made, all alike.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewInvitation {
    /// The mail addresses of who is invited.
    pub recipients: Vec<String>,
    /// The number of the company they are to belong to.
    pub company: i64,
    /// Their roles.
    pub grants: Vec<Grant>,
    /// What else the client said, which is kept as it is.
    pub details: Object,
}

/// What came of inviting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invited {
    /// The numbers of the invitations, in the order of their recipients.
    pub nums: Vec<i64>,
    /// The recipients that are users already and were not invited.
    pub refused: Vec<String>,
}

/// An invitation that can be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Its number.
    pub num: i64,
    /// The mail address of who is invited.
    pub recipient: String,
    /// The number of the company.
    pub company: i64,
    /// The roles.
    pub grants: Vec<Grant>,
}

impl Directory {
    /// Invites everybody who is no user yet, all of them or, if anything fails, nobody.
    ///
    /// # Errors
    /// [`Error::Forbidden`]; [`Error::Invalid`] for a company or a role that no catalogue has.
    pub async fn invite(&self, caller: &Caller, new: NewInvitation) -> Result<Invited, Error> {
        caller.may_write_users()?;
        let NewInvitation { recipients, company, grants, details } = new;
        let (mut free, mut refused): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
        for recipient in distinct(recipients) {
            let wanted = Wanted { user_name: Some(&recipient), email: Some(&recipient), ..Wanted::default() };
            let taken = self.taken(caller, wanted, None).await?;
            if taken.user_name || taken.email { &mut refused } else { &mut free }.push(recipient);
        }
        if free.is_empty() {
            return Ok(Invited { nums: Vec::new(), refused });
        }
        let unit = Invite {
            tenant: caller.tenant,
            sender: caller.principal.as_ref().map(|user| user.num),
            payload: payload(details, &grants)?,
            recipients: free,
            company,
            grants,
            actor: audit::actor(caller),
            now: self.inner.clock.now(),
            opens: !caller.native,
        };
        Ok(Invited { nums: self.inner.store.write(unit).await?, refused })
    }

    /// An invitation that can be taken.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::InvitationUsed`], [`Error::InvitationExpired`].
    pub async fn invitation(&self, caller: &Caller, num: i64) -> Result<Invitation, Error> {
        caller.may_write_users()?;
        let mut conn = self.inner.store.read().await?;
        let found = invitations::load(&mut conn, caller.tenant, num).await?;
        let invitations::Invitation { num, recipient, company, payload, .. } = open(found, self.inner.clock.now())?;
        Ok(Invitation { num, recipient, company, grants: grants(&payload)? })
    }
}

/// Uses an invitation up, within the unit of work that makes the user. Others that were sent to the
/// same mail address are withdrawn: nobody becomes a user twice.
pub(super) async fn take(conn: &mut Conn, tenant: TenantId, num: i64, now: Micros) -> Result<(), Error> {
    let recipient = match invitations::load(conn, tenant, num).await? {
        Some(known) => known.recipient,
        None => return open(None, now).map(drop),
    };
    let locked = invitations::lock_all(conn, tenant, &recipient).await?;
    open(locked.into_iter().find(|invitation| invitation.num == num), now)?;
    invitations::revoke_all(conn, tenant, &recipient).await?;
    invitations::set_state(conn, tenant, num, State::Accepted).await?;
    Ok(())
}

/// Refuses an invitation that is not there or cannot be taken any more.
fn open(found: Option<invitations::Invitation>, now: Micros) -> Result<invitations::Invitation, Error> {
    let found = found.ok_or_else(|| Error::NotFound("invitation".to_owned()))?;
    match found.state {
        State::Accepted | State::Revoked => Err(Error::InvitationUsed),
        State::Pending if found.expires <= now => Err(Error::InvitationExpired),
        State::Pending => Ok(found),
    }
}

/// The mail addresses, each once.
fn distinct(recipients: Vec<String>) -> Vec<String> {
    let mut known: Vec<String> = Vec::new();
    let mut once = Vec::new();
    for recipient in recipients {
        let key = fold(&recipient);
        if !known.contains(&key) {
            known.push(key);
            once.push(recipient);
        }
    }
    once
}

fn payload(mut details: Object, grants: &[Grant]) -> Result<String, Error> {
    let grants = serde_json::to_value(grants).map_err(|error| Error::Internal(error.to_string()))?;
    details.insert(ROLES.to_owned(), grants);
    Ok(Value::Object(details).to_string())
}

fn grants(payload: &str) -> Result<Vec<Grant>, Error> {
    let stored = serde_json::from_str::<Object>(payload).ok().and_then(|mut payload| payload.remove(ROLES));
    let read = stored.and_then(|stored| serde_json::from_value(stored).ok());
    read.ok_or_else(|| Error::Internal("an invitation has no roles that can be read".to_owned()))
}

struct Invite {
    tenant: TenantId,
    sender: Option<i64>,
    recipients: Vec<String>,
    company: i64,
    grants: Vec<Grant>,
    payload: String,
    actor: Actor,
    now: Micros,
    /// The tenant may have to be opened to native APIs.
    opens: bool,
}

impl Invite {
    /// Refuses what no catalogue has; what it has stays until the unit of work ends.
    async fn check(&self, conn: &mut Conn) -> Result<(), Error> {
        let companies = std::iter::once(self.company).chain(self.grants.iter().map(|grant| grant.partner));
        keep(conn, self.tenant, Catalogue::Companies, companies.collect()).await?;
        let roles = self.grants.iter().flat_map(|grant| &grant.roles).copied();
        keep(conn, self.tenant, Catalogue::Roles, roles.collect()).await
    }
}

impl Unit for Invite {
    type Output = Vec<i64>;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<Vec<i64>, Error> {
        if self.opens {
            opening::open(conn, self.tenant).await?;
        }
        self.check(conn).await?;
        let mut nums = Vec::with_capacity(self.recipients.len());
        for recipient in &self.recipients {
            let new = invitations::NewInvitation {
                recipient,
                company: self.company,
                sender: self.sender,
                payload: &self.payload,
                expires: self.now.saturating_add(LASTS),
            };
            nums.push(invitations::insert(conn, self.tenant, new, self.now).await?);
        }
        let changes: Vec<Change> = nums.iter().map(|num| made(*num)).collect();
        store::audit::insert(conn, self.tenant, &self.actor, &changes, self.now).await?;
        Ok(nums)
    }
}

fn made(num: i64) -> Change {
    Change {
        action: Action::Created,
        kind: KIND.to_owned(),
        id: num.to_string(),
        version: 1,
        attributes: Vec::new(),
        values: None,
    }
}

/// Holds on to entries of a catalogue, unless it has none at all: then it is not kept by the tenant.
async fn keep(conn: &mut Conn, tenant: TenantId, which: Catalogue, mut ids: Vec<i64>) -> Result<(), Error> {
    ids.sort_unstable();
    ids.dedup();
    if rule::are_kept(conn, tenant, which, &ids).await? {
        return Ok(());
    }
    Err(Error::Invalid(format!("{which}: one of the numbers is not in the catalogue")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn grant() -> Grant {
        Grant { partner: 11_524_225_847_691, roles: vec![2, 3], default_role: 3 }
    }

    #[test]
    fn what_is_stored_has_the_roles_and_what_the_client_said() {
        let Value::Object(details) = json!({ "subject": 400, "roleInfo": "anything" }) else { unreachable!() };
        let stored = payload(details, &[grant()]).unwrap();
        let expected = json!({
            "subject": 400,
            "roleInfo": [{ "partner": 11_524_225_847_691_i64, "roles": [2, 3], "defaultRole": 3 }],
        });
        assert_eq!(serde_json::from_str::<Value>(&stored).unwrap(), expected);
        assert_eq!(grants(&stored).unwrap(), [grant()]);
        assert!(matches!(grants("{}"), Err(Error::Internal(_))));
    }

    #[test]
    fn a_mail_address_is_invited_once_however_it_is_written() {
        let sent = ["a@x.example", "b@x.example", "A@X.example"].map(ToOwned::to_owned).to_vec();
        assert_eq!(distinct(sent), ["a@x.example", "b@x.example"]);
    }

    #[test]
    fn only_a_pending_invitation_can_be_taken_and_only_in_time() {
        let stored = |state| invitations::Invitation {
            num: 1,
            recipient: "a@x.example".to_owned(),
            company: 1,
            payload: String::new(),
            state,
            expires: 100,
        };
        assert!(open(Some(stored(State::Pending)), 99).is_ok());
        assert!(matches!(open(Some(stored(State::Pending)), 100), Err(Error::InvitationExpired)));
        assert!(matches!(open(Some(stored(State::Accepted)), 99), Err(Error::InvitationUsed)));
        assert!(matches!(open(Some(stored(State::Revoked)), 100), Err(Error::InvitationUsed)));
        assert!(matches!(open(None, 0), Err(Error::NotFound(what)) if what == "invitation"));
    }
}
