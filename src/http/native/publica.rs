//! The user API of publica.la.
//!
//! [`body`] reads what is sent, [`change`] makes the document of it, [`view`] reads the document and
//! [`answer`] shows it. A user that is deleted here is deactivated.

mod answer;
mod body;
mod change;
mod fault;
mod key;
mod list;
mod sheet;
mod view;

use super::call::{Call, Sent};
use super::read::{Fault, Kind};
use super::{Dialect, admit, boxed};
use crate::directory::catalogue::Catalogue;
use crate::directory::user::{NewUser, User, Wanted};
use crate::directory::{Caller, Door};
use crate::http::error::Refusal;
use crate::http::surface::Shape;
use crate::scim::value::fold;
use answer::{Answer, Created, Done, Listed, Reactivated, Updated};
use body::{CreateUser, For, UpdateUser, Wish};
use key::Names;
use poem_openapi::param::{Path, Query};
use poem_openapi::{OpenApi, OpenApiService, Tags};
use std::sync::Arc;

pub(super) const DIALECT: Dialect = Dialect {
    door: Door::Publica,
    roots: &["/integration-api"],
    keys: &["X-User-Token", "api_token"],
    errors: ERRORS,
    admit: |_, caller| admit(false, caller),
    routes: |routes, prefix| routes.with::<Api>(prefix),
    endpoint: || boxed(service()),
    sheet: sheet::sheet,
};

const ERRORS: Shape = Shape { media_type: "application/json", write: fault::write };

fn service() -> OpenApiService<Api, ()> {
    OpenApiService::new(Api, "publica.la", env!("CARGO_PKG_VERSION"))
}

/// The groups of operations.
#[derive(Tags)]
enum Tag {
    /// The users of the store.
    Users,
}

struct Api;

#[OpenApi(tag = "Tag::Users")]
impl Api {
    /// Create a user
    #[oai(path = "/integration-api/v1/dashboard/users", method = "post", operation_id = "createUser")]
    async fn create(&self, call: Call, body: Sent<CreateUser>) -> Result<Answer<Created>, Refusal> {
        let caller = writer(&call)?;
        let (wish, faults) = body::read(&body.value, For::Create)?;
        judge(&call, &wish, faults, None).await?;
        let document = change::document(&wish);
        let new = NewUser { document, password: wish.password, default_roles: false, ..NewUser::default() };
        let user = call.directory().create_user(caller, new).await.map_err(fault::of_write)?;
        call.trail.record(&user.record);
        Ok(Answer::new(Created::new(&user)))
    }

    /// List users
    ///
    /// Those that are active, by their numbers.
    #[oai(path = "/integration-api/v1/dashboard/users", method = "get", operation_id = "listUsers")]
    async fn list(
        &self,
        call: Call,
        /// `deactivated` for those that are not active, `admins` for the administrators; anything else is part of
        /// the mail address.
        #[oai(name = "query")]
        _query: Query<Option<String>>,
        /// The number of the page, from 1.
        #[oai(name = "page")]
        _page: Query<Option<String>>,
        /// How many users a page has, 1 to 100; 15 if absent.
        #[oai(name = "per_page")]
        _per_page: Query<Option<String>>,
    ) -> Result<Answer<Listed>, Refusal> {
        Ok(Answer::new(list::page(&call).await?))
    }

    /// Read a user
    ///
    /// As a list of one, whether it is active or not.
    #[oai(path = "/integration-api/v1/dashboard/users/:id", method = "get", operation_id = "getUser")]
    async fn get(
        &self,
        call: Call,
        /// The number, the UUID, the mail address or the external id.
        id: Path<String>,
    ) -> Result<Answer<Listed>, Refusal> {
        let user = key::find(&call, &id, Names::All).await?;
        Ok(Answer::new(list::of_one(&call, &user).await?))
    }

    /// Update a user
    ///
    /// What is absent stays as it is.
    #[oai(path = "/integration-api/v1/dashboard/users/:id", method = "put", operation_id = "updateUser")]
    async fn update(
        &self,
        call: Call,
        /// The number or the UUID.
        id: Path<String>,
        body: Sent<UpdateUser>,
    ) -> Result<Updated, Refusal> {
        let caller = writer(&call)?;
        let user = key::find(&call, &id, Names::Ids).await?;
        let (mut wish, faults) = body::read(&body.value, For::Update)?;
        judge(&call, &wish, faults, Some(&user)).await?;
        let password = wish.password.take();
        let edit = move |document: &mut _| {
            change::apply(&wish, document);
            Ok(())
        };
        let updated = call.directory().update_user(caller, user.record.num, Arc::new(edit), password).await;
        call.trail.record(&updated.map_err(fault::of_write)?.record);
        Ok(Updated::Updated)
    }

    /// Deactivate a user
    ///
    /// It cannot sign in by any means, and its sessions end; everything else is kept.
    #[oai(path = "/integration-api/v1/dashboard/users/:id", method = "delete", operation_id = "deactivateUser")]
    async fn deactivate(
        &self,
        call: Call,
        /// The number or the UUID.
        id: Path<String>,
    ) -> Result<Answer<Done>, Refusal> {
        set_active(&call, &id, false).await?;
        Ok(Answer::new(Done::new()))
    }

    /// Reactivate a user
    #[oai(
        path = "/integration-api/v1/dashboard/users/:id/re-activate",
        method = "put",
        operation_id = "reactivateUser"
    )]
    async fn reactivate(
        &self,
        call: Call,
        /// The number or the UUID.
        id: Path<String>,
    ) -> Result<Answer<Reactivated>, Refusal> {
        set_active(&call, &id, true).await?;
        Ok(Answer::new(Reactivated::new()))
    }

    /// End all sessions of a user
    ///
    /// It stays active and may sign in again.
    #[oai(path = "/integration-api/v1/users/:id/force-logout", method = "post", operation_id = "forceLogout")]
    async fn force_logout(
        &self,
        call: Call,
        /// The number, the UUID or the external id.
        id: Path<String>,
    ) -> Result<Answer<Done>, Refusal> {
        end_sessions(&call, &id).await
    }

    /// End all sessions of a user, in the dashboard
    ///
    /// The same under another path.
    #[oai(
        path = "/integration-api/v1/dashboard/users/:id/force-logout",
        method = "post",
        operation_id = "forceLogoutInDashboard"
    )]
    async fn force_logout_in_dashboard(
        &self,
        call: Call,
        /// The number, the UUID or the external id.
        id: Path<String>,
    ) -> Result<Answer<Done>, Refusal> {
        end_sessions(&call, &id).await
    }
}

async fn set_active(call: &Call, id: &str, active: bool) -> Result<(), Refusal> {
    let caller = writer(call)?;
    let user = key::find(call, id, Names::Ids).await?;
    let user = call.directory().set_active(caller, user.record.num, active).await?;
    call.trail.record(&user.record);
    Ok(())
}

async fn end_sessions(call: &Call, id: &str) -> Result<Answer<Done>, Refusal> {
    let caller = writer(call)?;
    let user = key::find(call, id, Names::IdsAndExternalIds).await?;
    call.directory().force_logout(caller, user.record.num).await?;
    Ok(Answer::new(Done::new()))
}

/// The caller, who must have the right to write before a body is judged: what is wrong with it may
/// tell of other users.
fn writer(call: &Call) -> Result<&Caller, Refusal> {
    let caller = call.caller()?;
    caller.may_write_users()?;
    Ok(caller)
}

/// Refuses a body with all that is wrong with it: what was found before, a plan that is not there, what
/// somebody else has. What the user has already may stay.
async fn judge(call: &Call, wish: &Wish, mut faults: Vec<Fault>, user: Option<&User>) -> Result<(), Refusal> {
    let (directory, caller) = (call.directory(), call.caller()?);
    let mut fault = |field: &str, kind| faults.push(Fault { field: field.to_owned(), kind });
    if let Some(assignment) = &wish.assignment {
        let plans = directory.catalogue(caller.tenant, Catalogue::Plans).await?;
        if !plans.iter().any(|plan| plan.id == assignment.plan) {
            fault("assign_new_plan", Kind::Unknown);
        }
    }
    let (email, external_id, name) = match user {
        None => (None, None, None),
        Some(User { document, .. }) => {
            let name = document.get("userName").and_then(serde_json::Value::as_str);
            (view::email(document), view::external_id(document), name)
        }
    };
    let same = |one: Option<&str>, other: Option<&str>| one.map(fold) == other.map(fold);
    let new_email = wish.email.as_deref().filter(|new| !same(Some(new), email));
    let wanted = Wanted {
        // The user name is the mail address, unless it was something else.
        user_name: new_email.filter(|_| same(name, email)),
        email: new_email,
        external_id: wish.external_id.as_deref().filter(|new| Some(*new) != external_id),
    };
    let taken = directory.taken(caller, wanted, user.map(|user| user.record.num)).await?;
    if taken.email || taken.user_name {
        fault("email", Kind::Taken);
    }
    if taken.external_id {
        fault("external_id", Kind::Taken);
    }
    if faults.is_empty() { Ok(()) } else { Err(fault::refuse(&faults)) }
}
