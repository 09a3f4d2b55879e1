//! The user API of App CRM.
//!
//! The routes and their documents. What is sent is read in [`form`] and written by [`change`], what is
//! shown is made in [`user`], lists are asked for by [`query`], and [`words`] has the sentences.

mod answer;
mod change;
mod form;
mod locale;
mod query;
mod rank;
mod sheet;
mod signature;
mod stored;
mod token;
mod user;
mod words;
mod zone;

use super::call::{Call, Sent};
use super::page::{Page, Wanted};
use super::read::value::{ID, parse_digits};
use super::read::{Fault, Kind};
use super::{Dialect, admit, boxed};
use crate::directory::catalogue::Catalogue;
use crate::directory::user::{self as users, Edit, Estate, Key, NewUser};
use crate::directory::{Caller, Door, Error};
use crate::http::error::Refusal;
use crate::scim::value::fold;
use answer::{ChangePassword, CreateToken, CreateUser, Done, IssuedToken, Made, Profile, Shown, UpdateUser, UserList};
use form::{Form, Known, Occasion};
use locale::Locales;
use poem::EndpointExt as _;
use poem::http::StatusCode;
use poem::http::header::CACHE_CONTROL;
use poem::middleware::SetHeader;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{OpenApi, OpenApiService, Tags};
use query::Question;
use std::borrow::Cow;
use std::sync::Arc;
use user::{Listed, User, View};

pub(super) const DIALECT: Dialect = Dialect {
    door: Door::Appcrm,
    roots: &["/api"],
    keys: &[],
    errors: words::ERRORS,
    admit: |path, caller| admit(path == token::PATH, caller),
    routes: |routes, prefix| routes.with::<Api>(prefix),
    endpoint: || boxed(service().with(SetHeader::new().overriding(CACHE_CONTROL, "no-store"))),
    sheet: sheet::sheet,
};

/// The most users a search without pages answers.
const MOST_FOUND: u64 = 5000;

fn service() -> OpenApiService<Api, ()> {
    OpenApiService::new(Api, "App CRM", env!("CARGO_PKG_VERSION"))
}

/// The groups of operations.
#[derive(Tags)]
enum Tag {
    /// The users of the tenant.
    Users,
    /// The user who is calling.
    Profile,
    /// What needs no user, or comes before one.
    General,
}

struct Api;

#[OpenApi]
impl Api {
    /// List users
    ///
    /// A search in `q` is text, or `field:value` pairs that `;` separates; a number of up to seven digits is an id.
    #[oai(path = "/api/users", method = "get", operation_id = "listUsers", tag = "Tag::Users")]
    #[expect(clippy::too_many_arguments, reason = "one for each parameter of the query")]
    async fn list(
        &self,
        call: Call,
        /// The number of the page, from 1.
        page: Query<Option<String>>,
        /// How many users a page has; 15 if absent, 100 at the most.
        per_page: Query<Option<String>>,
        /// What is searched for.
        q: Query<Option<String>>,
        /// Where it is searched for, and how: `email:like;phones.number:=`. The comparisons are `=`, `like` and `in`.
        search_fields: Query<Option<String>>,
        /// `and` if every field must match; one is enough otherwise.
        search_match: Query<Option<String>>,
        /// What users are sorted by, and how: `created_at` or `created_at|desc`.
        order: Query<Option<String>>,
        /// The members to show, separated by `;`. The id is always shown.
        select: Query<Option<String>>,
    ) -> Result<Shown<UserList>, Refusal> {
        let caller = rank::enter(&call)?;
        let wanted = Wanted::read(page.as_deref(), per_page.as_deref());
        let question = Question {
            q: q.as_deref(),
            search_fields: search_fields.as_deref(),
            search_match: search_match.as_deref(),
            order: order.as_deref(),
            sees_roles: rank::sees_roles(caller),
        };
        let search = question.search(call.kind()?, wanted.offset(), wanted.limit())?;
        let (shown, total) = found(&call, caller, search, select.as_deref()).await?;
        let page = Page::new(&call, wanted, total, shown.len());
        Ok(Shown::new(UserList::new(shown, page)))
    }

    /// Make a user
    #[oai(path = "/api/users", method = "post", operation_id = "createUser", tag = "Tag::Users")]
    async fn create(&self, call: Call, body: Sent<CreateUser>) -> Result<Made, Refusal> {
        let caller = rank::enter_to_write(&call)?;
        let known = known(&call, caller).await?;
        let Form { change, password, mut faults } = form::read(&body.value, &known, Occasion::Create);
        if let Some(email) = change.email.as_deref()
            && is_taken(&call, caller, email, None).await?
        {
            faults.push(Fault { field: "email".to_owned(), kind: Kind::Taken });
        }
        faultless(&faults)?;
        let new = NewUser { document: change.create(&known), password, default_roles: false, ..NewUser::default() };
        let made = call.directory().create_user(caller, new).await.map_err(words::refused)?;
        call.trail.record(&made.record);
        let url = format!("{}/api/users/{}", call.base, made.record.num);
        Ok(Made::Made(Json(View { caller, known: &known }.show_new(&made)), url))
    }

    /// Search users
    ///
    /// As the list, without pages. Without `q` nobody is found.
    #[oai(path = "/api/users/search", method = "get", operation_id = "searchUsers", tag = "Tag::Users")]
    #[expect(clippy::too_many_arguments, reason = "one for each parameter of the query")]
    async fn search(
        &self,
        call: Call,
        /// What is searched for.
        q: Query<Option<String>>,
        /// How many users to find at the most; 5,000 if absent.
        take: Query<Option<String>>,
        /// Where it is searched for, and how: `email:like;phones.number:=`. The comparisons are `=`, `like` and `in`.
        search_fields: Query<Option<String>>,
        /// `and` if every field must match; one is enough otherwise.
        search_match: Query<Option<String>>,
        /// What users are sorted by, and how: `created_at` or `created_at|desc`.
        order: Query<Option<String>>,
        /// The members to show, separated by `;`. The id is always shown.
        select: Query<Option<String>>,
    ) -> Result<Shown<Vec<Listed>>, Refusal> {
        let caller = rank::enter(&call)?;
        let question = Question {
            q: q.as_deref(),
            search_fields: search_fields.as_deref(),
            search_match: search_match.as_deref(),
            order: order.as_deref(),
            sees_roles: rank::sees_roles(caller),
        };
        let take = take.as_deref().and_then(|take| take.parse().ok()).filter(|take| *take > 0);
        let search = question.search(call.kind()?, 0, take.map_or(MOST_FOUND, |take: u64| take.min(MOST_FOUND)))?;
        let shown = match search.filter {
            Some(_) => found(&call, caller, search, select.as_deref()).await?.0,
            None => Vec::new(),
        };
        Ok(Shown::new(shown))
    }

    /// Read a user
    #[oai(path = "/api/users/:id", method = "get", operation_id = "getUser", tag = "Tag::Users")]
    async fn get(
        &self,
        call: Call,
        /// The number of the user.
        id: Path<String>,
    ) -> Result<Shown<User>, Refusal> {
        let caller = rank::enter(&call)?;
        let user = by_number(&call, caller, &id).await?;
        shown(&call, caller, &user).await
    }

    /// Change a user
    ///
    /// A password needs no confirmation here. What is as it was makes no new version.
    #[oai(path = "/api/users/:id", method = "put", operation_id = "updateUser", tag = "Tag::Users")]
    async fn update(
        &self,
        call: Call,
        /// The number of the user.
        id: Path<String>,
        body: Sent<UpdateUser>,
    ) -> Result<Shown<User>, Refusal> {
        let caller = rank::enter_to_write(&call)?;
        let user = by_number(&call, caller, &id).await?;
        let known = known(&call, caller).await?;
        let form = form::read(&body.value, &known, Occasion::Update(&user.document));
        changed(&call, caller, &user, form, known).await
    }

    /// Delete a user
    ///
    /// What the user owns goes to the caller.
    #[oai(path = "/api/users/:id", method = "delete", operation_id = "deleteUser", tag = "Tag::Users")]
    async fn delete(
        &self,
        call: Call,
        /// The number of the user.
        id: Path<String>,
    ) -> Result<Done, Refusal> {
        let caller = rank::enter_to_write(&call)?;
        let user = by_number(&call, caller, &id).await?;
        let num = user.record.num;
        let estate = match &caller.principal {
            Some(own) if own.num == num => {
                return Err(words::told(StatusCode::CONFLICT, "You cannot delete your own account."));
            }
            Some(own) => Estate::To(own.num),
            None => Estate::LetGo,
        };
        call.trail.record(&user.record);
        call.directory().delete_user(caller, num, estate).await.map_err(|error| missing(error, &id))?;
        Ok(Done::Done)
    }

    /// Read one's own user
    #[oai(path = "/api/me", method = "get", operation_id = "getMe", tag = "Tag::Profile")]
    async fn me(&self, call: Call) -> Result<Shown<User>, Refusal> {
        let (caller, own) = rank::enter_as_user(&call)?;
        let user = call.directory().user(caller, Key::Number(own.num)).await?;
        shown(&call, caller, &user).await
    }

    /// Change one's own user
    ///
    /// What would raise one's rights cannot be changed here: `super_admin`, `access_api` and `password` are ignored.
    #[oai(path = "/api/profile", method = "put", operation_id = "updateProfile", tag = "Tag::Profile")]
    async fn profile(&self, call: Call, body: Sent<Profile>) -> Result<Shown<User>, Refusal> {
        let (caller, own) = rank::enter_as_user(&call)?;
        let user = call.directory().user(caller, Key::Number(own.num)).await?;
        let known = known(&call, caller).await?;
        let mut form = form::read(&body.value, &known, Occasion::Profile(&user.document));
        if !own.super_admin
            && let Some(roles) = form.change.roles.take()
            && !known.are_held(&roles, &user.document)
        {
            return Err(words::unauthorized());
        }
        changed(&call, caller, &user, form, known).await
    }

    /// Change one's own password
    ///
    /// All other sessions of the user end.
    #[oai(path = "/api/profile/password", method = "put", operation_id = "changePassword", tag = "Tag::Profile")]
    async fn password(&self, call: Call, body: Sent<ChangePassword>) -> Result<Done, Refusal> {
        let (caller, own) = rank::enter_as_user(&call)?;
        let form::NewPassword { old, new, mut faults } = form::read_new_password(&body.value);
        if let Some(old) = &old
            && !call.directory().knows_password(caller, old).await?
        {
            let said = Kind::Own(Cow::Borrowed("The password is incorrect."));
            faults.insert(0, Fault { field: "old_password".to_owned(), kind: said });
        }
        faultless(&faults)?;
        let nothing: Edit = Arc::new(|_| Ok(()));
        let user = call.directory().update_user(caller, own.num, nothing, new).await.map_err(words::refused)?;
        call.trail.record(&user.record);
        Ok(Done::Done)
    }

    /// Get a token
    ///
    /// The token is a session of the user, who must be allowed to use the API.
    #[oai(path = "/api/token", method = "post", operation_id = "createToken", tag = "Tag::General")]
    async fn token(&self, call: Call, body: Sent<CreateToken>) -> Result<Shown<IssuedToken>, Refusal> {
        let wish = form::read_token_wish(&body.value).map_err(|faults| words::invalid(&faults))?;
        token::give(&call, &wish).await.map(Shown::new)
    }

    /// List time zones
    #[oai(path = "/api/timezones", method = "get", operation_id = "listTimezones", tag = "Tag::General")]
    #[expect(clippy::unused_async, reason = "the framework's handlers are")]
    async fn timezones(&self, call: Call) -> Result<Shown<Vec<String>>, Refusal> {
        rank::enter(&call)?;
        Ok(Shown::new(zone::names().into_iter().map(ToOwned::to_owned).collect()))
    }
}

/// What users of the caller's tenant refer to.
async fn known(call: &Call, caller: &Caller) -> Result<Known, Refusal> {
    let roles = call.directory().catalogue(caller.tenant, Catalogue::Roles).await?;
    let locales = call.directory().catalogue(caller.tenant, Catalogue::Locales).await?;
    Ok(Known { roles, locales: Locales::of(locales) })
}

/// The user of a number in a path.
async fn by_number(call: &Call, caller: &Caller, id: &str) -> Result<users::User, Refusal> {
    let num = parse_digits(id, &ID).map_err(|_| words::no_user(id))?;
    call.directory().user(caller, Key::Number(num)).await.map_err(|error| missing(error, id))
}

fn missing(error: Error, id: &str) -> Refusal {
    if matches!(error, Error::NotFound(_)) { words::no_user(id) } else { error.into() }
}

/// 200 with a user.
async fn shown(call: &Call, caller: &Caller, user: &users::User) -> Result<Shown<User>, Refusal> {
    call.trail.record(&user.record);
    let known = known(call, caller).await?;
    Ok(Shown::new(View { caller, known: &known }.show(user)))
}

/// The users of a search, and how many match in all.
async fn found(
    call: &Call,
    caller: &Caller,
    search: users::Search,
    select: Option<&str>,
) -> Result<(Vec<Listed>, u64), Refusal> {
    let known = known(call, caller).await?;
    let page = call.directory().users(caller, search).await?;
    let view = View { caller, known: &known };
    let selected = query::selected(select);
    let shown = page.users.iter().map(|user| view.list(user, selected.as_deref()));
    Ok((shown.collect(), page.total))
}

/// Changes a user as a form says, if nothing is wrong with it.
async fn changed(
    call: &Call,
    caller: &Caller,
    user: &users::User,
    form: Form,
    known: Known,
) -> Result<Shown<User>, Refusal> {
    let Form { change, password, mut faults } = form;
    if let Some(email) = change.email.as_deref().filter(|email| stored::email(&user.document) != Some(email))
        && is_taken(call, caller, email, Some(user)).await?
    {
        faults.push(Fault { field: "email".to_owned(), kind: Kind::Taken });
    }
    faultless(&faults)?;
    let known = Arc::new(known);
    let refers = Arc::clone(&known);
    let edit: Edit = Arc::new(move |document| {
        change.apply(document, &refers);
        Ok(())
    });
    let num = user.record.num;
    let user = call.directory().update_user(caller, num, edit, password).await.map_err(words::refused)?;
    call.trail.record(&user.record);
    Ok(Shown::new(View { caller, known: &known }.show(&user)))
}

/// Whether somebody else has a mail address, or signs in by it where this user would.
async fn is_taken(call: &Call, caller: &Caller, email: &str, user: Option<&users::User>) -> Result<bool, Refusal> {
    let follows = user.is_none_or(|user| {
        let name = user.document.get("userName").and_then(serde_json::Value::as_str);
        name.map(fold) == stored::email(&user.document).map(fold)
    });
    let wanted = users::Wanted { user_name: Some(email).filter(|_| follows), email: Some(email), external_id: None };
    let taken = call.directory().taken(caller, wanted, user.map(|user| user.record.num)).await?;
    Ok(taken.email || taken.user_name)
}

fn faultless(faults: &[Fault]) -> Result<(), Refusal> {
    if faults.is_empty() { Ok(()) } else { Err(words::invalid(faults)) }
}
