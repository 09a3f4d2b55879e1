//! The user API of Adeptia Connect: invitations, users that come by them, and an access token to call it.
//!
//! Users are read below `/rest/user` and written below `/rest/users`; both are understood for reading.
//! Bodies stand in an object named `Invitation` or `IndigoUser`. A user is deleted by a change of owner.

mod error;
mod person;
mod sent;
mod sheet;
mod shown;
mod word;

use super::call::{Call, Sent};
use super::read::value::{ID, parse_digits};
use super::read::{Fault, Fields, Kind};
use super::{Dialect, admit, boxed};
use crate::directory::catalogue::Catalogue;
use crate::directory::login::Attempt;
use crate::directory::user::{Estate, Key, NewUser, Search, User, Wanted};
use crate::directory::{Door, Error};
use crate::http::error::Refusal;
use crate::http::surface::Shape;
use crate::ident;
use crate::scim::filter::{self, Operator};
use error::{faulty, refuse};
use person::Person;
use poem::EndpointExt;
use poem::http::HeaderValue;
use poem::http::header::{CACHE_CONTROL, USER_AGENT};
use poem::middleware::SetHeader;
use poem_openapi::param::{Path, Query};
use poem_openapi::{OpenApi, OpenApiService, Tags};
use sent::{Known, Login, NewInvitationBody, NewUserBody, UserBody};
use serde_json::json;
use shown::{AccessToken, Done, IndigoUser, Invited, OneUser, Outcome, Shown, Users};
use std::borrow::Cow;
use std::sync::Arc;
use word::{Asked, Identifier, Limit, Truth, UserId};

pub(super) const DIALECT: Dialect = Dialect {
    door: Door::Adeptia,
    roots: &["/rest"],
    keys: KEYS,
    errors: ERRORS,
    admit: |path, caller| admit(path == LOGIN, caller),
    routes: |routes, prefix| routes.with::<Api>(prefix),
    endpoint: || boxed(service().with(SetHeader::new().overriding(CACHE_CONTROL, "no-store"))),
    sheet: sheet::sheet,
};

/// Proxies often drop a header whose name has an underscore.
const KEYS: &[&str] = &["ACCESS_TOKEN", "Access-Token"];
const ERRORS: Shape = Shape { media_type: "application/json", write: error::write };
/// The one path that is open.
const LOGIN: &str = "/rest/login/user";
/// What a list is ordered by.
const NUMBER: &str = "urn:ietf:params:scim:schemas:extension:lifecycle:2.0:User:numericId";
/// The most users of a list.
const MOST: i64 = 100_000;
/// How many of them are in memory as documents at one time.
const PAGE: i64 = 1000;
const HOURS_PER_DAY: u32 = 24;

fn service() -> OpenApiService<Api, ()> {
    OpenApiService::new(Api, "Adeptia Connect", env!("CARGO_PKG_VERSION"))
}

/// The groups of operations.
#[derive(Tags)]
enum Tag {
    /// Access tokens.
    Login,
    /// Who is asked to become a user.
    Invitations,
    /// Who may sign in.
    Users,
}

struct Api;

#[OpenApi]
impl Api {
    /// Get an access token
    ///
    /// It is sent in the header `ACCESS_TOKEN` of other requests, and stands for the user: what it may do
    /// is what the user may do.
    #[oai(path = "/rest/login/user", method = "post", operation_id = "login", tag = "Tag::Login")]
    async fn log_in(&self, call: Call, body: Sent<Login>) -> Result<Shown<AccessToken>, Refusal> {
        let (username, password) = sent::login(&body.value)?;
        let attempt = Attempt {
            username: &username,
            password: &password,
            organization: None,
            address: call.address,
            agent: call.headers.get(USER_AGENT).map(HeaderValue::to_str).and_then(Result::ok),
            door: Door::Adeptia,
        };
        let started = call.directory().log_in(attempt).await.map_err(refuse)?;
        call.trail.record(&started.user.record);
        let days = call.directory().limits().session_hours.div_ceil(HOURS_PER_DAY);
        Ok(Shown::new(AccessToken {
            status: Outcome::Success,
            token: started.token.reveal().to_owned(),
            token_expires_days: i64::from(days),
            user_id: started.user.record.num.to_string(),
        }))
    }

    /// Invite users
    ///
    /// A user comes to be when the invitation is used, within 30 days. Recipients that are users already
    /// are not invited and told as `303`; if there is nobody else the answer is 409.
    #[oai(path = "/rest/invitation", method = "post", operation_id = "createInvitation", tag = "Tag::Invitations")]
    async fn invite(
        &self,
        call: Call,
        /// What is invited to: `users`.
        #[oai(name = "resourceIdentifier")]
        identifier: Query<Asked<Identifier>>,
        body: Sent<NewInvitationBody>,
    ) -> Result<Shown<Invited>, Refusal> {
        let caller = call.caller()?;
        caller.may_write_users()?;
        let known = known(&call).await?;
        let mut fields = sent::wrapped(&body.value, "Invitation")?;
        let new = sent::invitation(&mut fields, &known);
        match identifier.text.as_deref() {
            Some("users") => {}
            None => fields.fault("resourceIdentifier", Kind::Missing),
            Some(_) => fields.fault("resourceIdentifier", Kind::Own(Cow::Borrowed("must be users"))),
        }
        let new = right(fields, new)?;
        let invited = call.directory().invite(caller, new).await.map_err(refuse)?;
        if invited.nums.is_empty() {
            return Err(error::exists());
        }
        let ids: Vec<String> = invited.nums.iter().map(i64::to_string).collect();
        Ok(Shown::new(Invited { invitation_id: ids.join(","), refused: invited.refused }))
    }

    /// Create a user
    ///
    /// The email address, the company and the roles are those of the invitation, which is used up.
    #[oai(path = "/rest/users/createuser", method = "post", operation_id = "createUser", tag = "Tag::Users")]
    async fn create(&self, call: Call, body: Sent<NewUserBody>) -> Result<Shown<OneUser>, Refusal> {
        let caller = call.caller()?;
        caller.may_write_users()?;
        let mut fields = sent::wrapped(&body.value, "IndigoUser")?;
        let sent::NewUser { first_name, last_name, invitation, password, role } = sent::new_user(&mut fields);
        let invitation = match invitation {
            Some(num) => Some(call.directory().invitation(caller, num).await),
            None => None,
        };
        if let Some(Ok(invitation)) = &invitation {
            sent::check_role(&mut fields, role, &invitation.grants);
        }
        let needed = first_name.zip(last_name).zip(invitation).zip(password);
        let (((first_name, last_name), invitation), password) = right(fields, needed)?;
        let invitation = invitation.map_err(refuse)?;
        let companies = call.directory().catalogue(caller.tenant, Catalogue::Companies).await?;
        let known = Known { companies, roles: Vec::new() };
        let company = known.company(invitation.company);
        let new = NewUser {
            document: person::invited(&invitation, (&first_name, &last_name), role, company),
            password: Some(password),
            default_roles: false,
            invitation: Some(invitation.num),
        };
        let user = call.directory().create_user(caller, new).await.map_err(refuse)?;
        call.trail.record(&user.record);
        Ok(OneUser::written(&user))
    }

    /// Read a user
    #[oai(path = "/rest/user/:userId", method = "get", operation_id = "getUser", tag = "Tag::Users")]
    async fn get(
        &self,
        call: Call,
        /// The id of the user.
        #[oai(name = "userId")]
        id: Path<String>,
    ) -> Result<Shown<OneUser>, Refusal> {
        read(&call, &id).await
    }

    /// List users
    ///
    /// The first ones by their ids, as many as `limit` says; by default one.
    #[oai(path = "/rest/user", method = "get", operation_id = "listUsers", tag = "Tag::Users")]
    async fn list(
        &self,
        call: Call,
        /// How many users to answer at the most.
        limit: Query<Asked<Limit>>,
    ) -> Result<Shown<Users>, Refusal> {
        list(&call, limit.text.as_deref()).await
    }

    /// List users, by the plural path
    ///
    /// The same as `/rest/user`.
    #[oai(path = "/rest/users", method = "get", operation_id = "listUsersPlural", tag = "Tag::Users")]
    async fn list_plural(
        &self,
        call: Call,
        /// How many users to answer at the most.
        limit: Query<Asked<Limit>>,
    ) -> Result<Shown<Users>, Refusal> {
        list(&call, limit.text.as_deref()).await
    }

    /// Read a user, by the plural path
    ///
    /// The same as `/rest/user/{userId}`.
    #[oai(path = "/rest/users/:userId", method = "get", operation_id = "getUserPlural", tag = "Tag::Users")]
    async fn get_plural(
        &self,
        call: Call,
        /// The id of the user.
        #[oai(name = "userId")]
        id: Path<String>,
    ) -> Result<Shown<OneUser>, Refusal> {
        read(&call, &id).await
    }

    /// Update a user
    ///
    /// What is absent or null stays; `userPartnerRole` replaces all roles. `status` is ignored here.
    #[oai(path = "/rest/users/:userId", method = "put", operation_id = "updateUser", tag = "Tag::Users")]
    async fn update(
        &self,
        call: Call,
        /// The id of the user.
        #[oai(name = "userId")]
        id: Path<String>,
        body: Sent<UserBody>,
    ) -> Result<Shown<OneUser>, Refusal> {
        let caller = call.caller()?;
        caller.may_write_users()?;
        let user = find(&call, &id).await?;
        let num = user.record.num;
        let known = known(&call).await?;
        let mut fields = sent::wrapped(&body.value, "IndigoUser")?;
        let change = sent::change(&mut fields, (num, &Person::of(&user.document)), &known);
        let change = right(fields, Some(change))?;
        let wanted = Wanted { email: change.email.as_deref(), ..Wanted::default() };
        if call.directory().taken(caller, wanted, Some(num)).await?.email {
            return Err(error::exists());
        }
        let edit = Arc::new(move |document: &mut crate::scim::Object| {
            change.apply(document);
            Ok(())
        });
        let user = call.directory().update_user(caller, num, edit, None).await.map_err(refuse)?;
        call.trail.record(&user.record);
        Ok(OneUser::written(&user))
    }

    /// Activate a user
    ///
    /// Nothing else changes. A body is ignored.
    #[oai(path = "/rest/users/activate/:userId", method = "put", operation_id = "activateUser", tag = "Tag::Users")]
    async fn activate(
        &self,
        call: Call,
        /// The id of the user.
        #[oai(name = "userId")]
        id: Path<String>,
    ) -> Result<Shown<Done>, Refusal> {
        set_active(&call, &id, true).await?;
        Ok(Done::shown("User activated successfully"))
    }

    /// Deactivate a user
    ///
    /// The user may not sign in any more and all access tokens end; nothing else changes. A body is
    /// ignored.
    #[oai(path = "/rest/users/deactivate/:userId", method = "put", operation_id = "deactivateUser", tag = "Tag::Users")]
    async fn deactivate(
        &self,
        call: Call,
        /// The id of the user.
        #[oai(name = "userId")]
        id: Path<String>,
    ) -> Result<Shown<Done>, Refusal> {
        set_active(&call, &id, false).await?;
        Ok(Done::shown("User deactivated successfully"))
    }

    /// Move the objects of a user, delete a user
    ///
    /// With `newUserId` the objects go to that user first; without it a user that owns objects is not
    /// deleted. A body is ignored.
    #[oai(path = "/rest/users/updateowner", method = "put", operation_id = "updateOwner", tag = "Tag::Users")]
    async fn update_owner(
        &self,
        call: Call,
        /// The id of the user that owns objects, or is to be deleted.
        #[oai(name = "oldUserId")]
        old: Query<Asked<UserId<true>>>,
        /// The id of the user that is to own the objects.
        #[oai(name = "newUserId")]
        new: Query<Asked<UserId<false>>>,
        /// Whether to delete the old user; needed if there is no new one.
        #[oai(name = "deleteUser")]
        delete: Query<Asked<Truth>>,
    ) -> Result<Shown<Done>, Refusal> {
        let caller = call.caller()?;
        caller.may_write_users()?;
        let (old, new) = (given(old.text.as_deref()), given(new.text.as_deref()));
        let deletes = delete_user(old, new, delete.text.as_deref())?;
        let old = find(&call, old.unwrap_or_default()).await?;
        call.trail.record(&old.record);
        let heir = match new {
            Some(new) => Some(find(&call, new).await?.record.num),
            None => None,
        };
        if heir == Some(old.record.num) {
            let rule = Kind::Own(Cow::Borrowed("must be another user than oldUserId"));
            return Err(faulty(&[flaw("newUserId", rule)]));
        }
        let (directory, num) = (call.directory(), old.record.num);
        match heir {
            Some(heir) if !deletes => {
                directory.move_dependencies(caller, num, heir).await.map_err(refuse)?;
                return Ok(Done::shown("Objects moved successfully"));
            }
            heir => {
                let estate = heir.map_or(Estate::Nothing, Estate::To);
                directory.delete_user(caller, num, estate).await.map_err(refuse)?;
            }
        }
        Ok(Done::shown("User deleted successfully"))
    }
}

/// What was read, if nothing is wrong.
fn right<T>(fields: Fields<'_>, read: Option<T>) -> Result<T, Refusal> {
    let faults = fields.faults();
    match read {
        Some(read) if faults.is_empty() => Ok(read),
        Some(_) | None => Err(faulty(&faults)),
    }
}

fn flaw(field: &str, kind: Kind) -> Fault {
    Fault { field: field.to_owned(), kind }
}

async fn known(call: &Call) -> Result<Known, Refusal> {
    let (directory, tenant) = (call.directory(), call.caller()?.tenant);
    Ok(Known {
        companies: directory.catalogue(tenant, Catalogue::Companies).await?,
        roles: directory.catalogue(tenant, Catalogue::Roles).await?,
    })
}

/// The user of a number, or of a resource id.
async fn find(call: &Call, id: &str) -> Result<User, Refusal> {
    let key = match parse_digits(id, &ID) {
        Ok(num) if !id.starts_with('0') => Key::Number(num),
        Err(_) if ident::is_resource_id(id) => Key::Id(id),
        // Nobody has that number.
        Ok(_) | Err(_) => Key::Number(0),
    };
    call.directory().user(call.caller()?, key).await.map_err(refuse)
}

async fn read(call: &Call, id: &str) -> Result<Shown<OneUser>, Refusal> {
    let user = find(call, id).await?;
    call.trail.record(&user.record);
    Ok(OneUser::read(&user))
}

async fn list(call: &Call, limit: Option<&str>) -> Result<Shown<Users>, Refusal> {
    let caller = call.caller()?;
    let limit = limit.map_or(Ok(1), |text| parse_digits(text, &(1..=i64::MAX)));
    let limit = limit.map_err(|kind| faulty(&[flaw("limit", kind)]))?.min(MOST);
    let mut users: Vec<IndigoUser> = Vec::new();
    let (mut left, mut last) = (limit, 0);
    while left > 0 {
        let page = left.min(PAGE);
        let filter = filter::test(call.kind()?, NUMBER, Operator::Gt, &json!(last)).map_err(Error::from)?;
        let limit = u64::try_from(page).unwrap_or_default();
        let search = Search { filter: Some(filter), limit, ..Search::default() };
        let found = call.directory().users(caller, search).await.map_err(refuse)?.users;
        users.extend(found.iter().map(IndigoUser::read));
        match found.last() {
            Some(user) if found.len() == usize::try_from(page).unwrap_or_default() => last = user.record.num,
            Some(_) | None => break,
        }
        left -= page;
    }
    Ok(Shown::new(Users { users }))
}

async fn set_active(call: &Call, id: &str, active: bool) -> Result<(), Refusal> {
    let caller = call.caller()?;
    caller.may_write_users()?;
    let user = find(call, id).await?;
    let user = call.directory().set_active(caller, user.record.num, active).await.map_err(refuse)?;
    call.trail.record(&user.record);
    Ok(())
}

/// A parameter that says something.
fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// Whether the parameters of a change of owner delete the old one. They must do something.
fn delete_user(old: Option<&str>, new: Option<&str>, delete: Option<&str>) -> Result<bool, Refusal> {
    let deletes = match delete.map(str::trim) {
        None | Some("") => Some(false),
        Some(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Some(text) if text.eq_ignore_ascii_case("false") => Some(false),
        Some(_) => None,
    };
    let nothing = Kind::Own(Cow::Borrowed("must be true if there is no newUserId"));
    let faults: Vec<Fault> = [
        (old.is_none(), "oldUserId", Kind::Missing),
        (deletes.is_none(), "deleteUser", Kind::NotBoolean),
        (new.is_none() && deletes == Some(false), "deleteUser", nothing),
    ]
    .into_iter()
    .filter(|(is_wrong, ..)| *is_wrong)
    .map(|(_, field, kind)| flaw(field, kind))
    .collect();
    if faults.is_empty() { Ok(deletes.unwrap_or_default()) } else { Err(faulty(&faults)) }
}

#[cfg(test)]
mod tests;
