//! The user API of Logixx CRM: make a user, activate and deactivate it, look up what it can be given.
//!
//! Field names, envelope and wording are those of the framework the product is made with. Here are the
//! routes; [`body`] reads what makes a user, [`view`] is what is answered, [`fault`] how it is refused.

mod body;
mod fault;
mod sheet;
mod view;

use super::call::{Call, Sent};
use super::read::value::{ID, parse_digits};
use super::{Dialect, admit, boxed};
use crate::directory::catalogue::Catalogue;
use crate::directory::user::{Key, User};
use crate::directory::{Caller, Door};
use crate::http::error::Refusal;
use crate::http::surface::Shape;
use crate::ident;
use body::{CreateUser, Draft, Lookups};
use poem::http::StatusCode;
use poem_openapi::param::{Header, Path};
use poem_openapi::{OpenApi, OpenApiService, Tags};
use view::{Created, Done, LookupEntry, Switched};

pub(super) const DIALECT: Dialect = Dialect {
    door: Door::Logixx,
    roots: &["/api"],
    keys: &["X-API-Key"],
    errors: Shape { media_type: "application/json", write: fault::write },
    admit: |_, caller| admit(false, caller),
    routes: |routes, prefix| routes.with::<Api>(prefix),
    endpoint: || boxed(service()),
    sheet: sheet::sheet,
};

/// The headers that name the organization a client means; the second is that of the framework.
const ORGANIZATION: [&str; 2] = ["X-Org-Id", "Abp.TenantId"];

/// The lookups by their names in paths.
const LOOKUPS: [(&str, Catalogue); 4] = [
    ("Roles", Catalogue::Roles),
    ("Branches", Catalogue::Branches),
    ("LeadRoles", Catalogue::LeadRoles),
    ("Subscriptions", Catalogue::Subscriptions),
];

fn service() -> OpenApiService<Api, ()> {
    OpenApiService::new(Api, "Logixx CRM", env!("CARGO_PKG_VERSION"))
}

#[derive(Tags)]
enum Tag {
    /// Users.
    Users,
    /// What users can be given.
    Lookups,
}

struct Api;

#[OpenApi]
impl Api {
    /// Make a user
    ///
    /// With nothing but the required fields the user is active, has the roles that are given by default, and can
    /// sign in at once.
    #[oai(path = "/api/users", method = "post", operation_id = "createUser", tag = "Tag::Users")]
    async fn create(
        &self,
        call: Call,
        body: Sent<CreateUser>,
        /// The organization the client means.
        #[oai(name = "X-Org-Id")]
        _organization: Header<Option<String>>,
    ) -> Result<Done<Created>, Refusal> {
        let caller = writer(&call).await?;
        let directory = call.directory();
        let mut lookups = Lookups::new();
        for (_, which) in LOOKUPS {
            lookups.insert(which, directory.catalogue(caller.tenant, which).await?);
        }
        let draft = Draft::read(&body.value, &lookups)?;
        let taken = directory.taken(caller, draft.wanted(), None).await?;
        let new = draft.finish(taken).map_err(|faults| fault::refuse(&faults))?;
        let made = directory.create_user(caller, new).await.map_err(fault::of_creation)?;
        call.trail.record(&made.record);
        Ok(Done::with(&made))
    }

    /// Activate a user
    ///
    /// Nothing but its status changes. A user that is active stays so.
    #[oai(path = "/api/users/:id/activate", method = "post", operation_id = "activateUser", tag = "Tag::Users")]
    async fn activate(
        &self,
        call: Call,
        /// The number of the user, or its SCIM id.
        id: Path<String>,
        /// The organization the client means.
        #[oai(name = "X-Org-Id")]
        _organization: Header<Option<String>>,
    ) -> Result<Done<Switched>, Refusal> {
        switch(&call, &id, true).await
    }

    /// Deactivate a user
    ///
    /// The user can no longer sign in, and its sessions end; all its data are kept. A user that is not active
    /// stays so.
    #[oai(path = "/api/users/:id/deactivate", method = "post", operation_id = "deactivateUser", tag = "Tag::Users")]
    async fn deactivate(
        &self,
        call: Call,
        /// The number of the user, or its SCIM id.
        id: Path<String>,
        /// The organization the client means.
        #[oai(name = "X-Org-Id")]
        _organization: Header<Option<String>>,
    ) -> Result<Done<Switched>, Refusal> {
        switch(&call, &id, false).await
    }

    /// Look up what users can be given
    #[oai(path = "/api/lookups/:name", method = "get", operation_id = "lookup", tag = "Tag::Lookups")]
    async fn lookup(
        &self,
        call: Call,
        /// `Roles`, `Branches`, `LeadRoles` or `Subscriptions`, in any case.
        name: Path<String>,
        /// The organization the client means.
        #[oai(name = "X-Org-Id")]
        _organization: Header<Option<String>>,
    ) -> Result<Done<Vec<LookupEntry>>, Refusal> {
        let caller = call.caller()?;
        caller.may_read_users()?;
        check_organization(&call, caller).await?;
        let known = LOOKUPS.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(&name));
        let Some((_, which)) = known else {
            let detail = "There is no such lookup; there are Roles, Branches, LeadRoles and Subscriptions.";
            return Err(Refusal::new(StatusCode::NOT_FOUND, detail));
        };
        let entries = call.directory().catalogue(caller.tenant, which).await?;
        Ok(Done::with(entries.into_iter().map(LookupEntry::from).collect::<Vec<_>>()))
    }
}

/// The caller, if it may write users of the organization it means.
async fn writer(call: &Call) -> Result<&Caller, Refusal> {
    let caller = call.caller()?;
    caller.may_write_users()?;
    check_organization(call, caller).await?;
    Ok(caller)
}

/// Refuses a client that means another organization than the one its token belongs to.
async fn check_organization(call: &Call, caller: &Caller) -> Result<(), Refusal> {
    for value in ORGANIZATION.iter().flat_map(|name| call.headers.get_all(*name)) {
        let meant = String::from_utf8_lossy(value.as_bytes());
        if !meant.trim().is_empty() && !call.directory().organization_is(caller, meant.trim()).await? {
            let detail = "The token belongs to another organization than the one that is named in the header; \
                          leave the header out, or name the token's own.";
            return Err(Refusal::new(StatusCode::FORBIDDEN, detail));
        }
    }
    Ok(())
}

async fn switch(call: &Call, id: &str, active: bool) -> Result<Done<Switched>, Refusal> {
    let caller = writer(call).await?;
    let found = find(call, caller, id).await?;
    let switched = call.directory().set_active(caller, found.record.num, active).await?;
    call.trail.record(&switched.record);
    Ok(Done::with(&switched))
}

/// The user of a number or a SCIM id.
async fn find(call: &Call, caller: &Caller, id: &str) -> Result<User, Refusal> {
    let key = match parse_digits(id, &ID) {
        Ok(num) => Key::Number(num),
        Err(_) if ident::is_resource_id(id) => Key::Id(id),
        Err(_) => return Err(Refusal::new(StatusCode::NOT_FOUND, "There is no such user.")),
    };
    Ok(call.directory().user(caller, key).await?)
}
