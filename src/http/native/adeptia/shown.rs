//! What the API answers with. Users and invitations have their ids as texts, partners and roles as
//! numbers.

use super::person::{Assignment, Person};
use crate::directory::user::User;
use crate::http::native::nullable::Nullable;
use poem_openapi::payload::Json;
use poem_openapi::types::ToJSON;
use poem_openapi::{ApiResponse, Enum, Object};

/// 200 with an object.
#[derive(ApiResponse)]
pub(super) enum Shown<T: ToJSON> {
    /// It was done.
    #[oai(status = 200, content_type = "application/json")]
    Shown(Json<T>),
}

impl<T: ToJSON> Shown<T> {
    pub(super) fn new(object: T) -> Self {
        Self::Shown(Json(object))
    }
}

/// An access token that was made just now.
#[derive(Object)]
pub(super) struct AccessToken {
    /// What came of it.
    pub status: Outcome,
    /// The token, for the header `ACCESS_TOKEN` of other requests.
    #[oai(rename = "ACCESS_TOKEN")]
    pub token: String,
    /// For how many days it is valid at the most.
    #[oai(rename = "tokenExpiresDays")]
    pub token_expires_days: i64,
    /// The id of the user.
    #[oai(rename = "userId", validator(pattern = "^[0-9]+$"))]
    pub user_id: String,
}

/// What came of a request.
#[derive(Enum)]
#[oai(rename_all = "lowercase")]
pub(super) enum Outcome {
    /// It was done.
    Success,
}

/// An answer that has nothing else to tell.
#[derive(Object)]
pub(super) struct Done {
    /// What came of it.
    status: Outcome,
    /// What was done, for people.
    message: String,
}

impl Done {
    pub(super) fn shown(message: &str) -> Shown<Self> {
        Shown::new(Self { status: Outcome::Success, message: message.to_owned() })
    }
}

/// Invitations that were sent.
#[derive(Object)]
pub(super) struct Invited {
    /// The id of the invitation, by which a user is created; of several, all of them, with commas between.
    #[oai(rename = "invitationId", validator(pattern = "^[0-9]+(,[0-9]+)*$"))]
    pub invitation_id: String,
    /// The recipients that are users already and were not invited.
    #[oai(rename = "303")]
    pub refused: Vec<String>,
}

/// One user.
#[derive(Object)]
pub(super) struct OneUser {
    /// The user.
    #[oai(rename = "IndigoUser")]
    user: IndigoUser,
}

/// Users.
#[derive(Object)]
pub(super) struct Users {
    /// The users, by their ids.
    #[oai(rename = "IndigoUser")]
    pub users: Vec<IndigoUser>,
}

/// A user.
#[derive(Object)]
#[oai(rename_all = "camelCase")]
pub(super) struct IndigoUser {
    /// The first name.
    first_name: Nullable<String>,
    /// The last name.
    last_name: Nullable<String>,
    /// The email address.
    email: Nullable<String>,
    /// The name of the company.
    company: Nullable<String>,
    /// The id.
    #[oai(validator(pattern = "^[0-9]+$"))]
    id: String,
    /// Whether the user may sign in; told where users are read.
    #[oai(skip_serializing_if_is_none)]
    status: Option<Status>,
    /// The roles at each partner.
    user_partner_role: Vec<UserPartnerRole>,
}

/// Whether a user may sign in.
#[derive(Enum)]
pub(super) enum Status {
    /// It may.
    Active,
    /// It may not.
    Inactive,
}

/// A role of a user at a partner.
#[derive(Object)]
#[oai(rename_all = "camelCase")]
struct UserPartnerRole {
    /// The partner.
    partner: Numbered,
    /// The role.
    role: Numbered,
    /// The user.
    user: Named,
    /// Whether the user starts in this role at the partner.
    default_role: bool,
}

/// A partner or a role.
#[derive(Object)]
struct Numbered {
    /// The id.
    id: i64,
}

/// The user of a role.
#[derive(Object)]
struct Named {
    /// The id.
    #[oai(validator(pattern = "^[0-9]+$"))]
    id: String,
}

impl IndigoUser {
    /// As a write answers with it.
    fn of(user: &User) -> Self {
        let id = user.record.num.to_string();
        let Person { first_name, last_name, email, company, roles, .. } = Person::of(&user.document);
        let text = |text: Option<&str>| Nullable(text.map(ToOwned::to_owned));
        let role = |Assignment { partner, role, default }| UserPartnerRole {
            partner: Numbered { id: partner },
            role: Numbered { id: role },
            user: Named { id: id.clone() },
            default_role: default,
        };
        Self {
            first_name: text(first_name),
            last_name: text(last_name),
            email: text(email),
            company: text(company),
            status: None,
            user_partner_role: roles.into_iter().map(role).collect(),
            id,
        }
    }

    /// As it is read.
    pub(super) fn read(user: &User) -> Self {
        let status = if Person::of(&user.document).active { Status::Active } else { Status::Inactive };
        Self { status: Some(status), ..Self::of(user) }
    }
}

impl OneUser {
    /// As a write answers with it.
    pub(super) fn written(user: &User) -> Shown<Self> {
        Shown::new(Self { user: IndigoUser::of(user) })
    }

    /// As it is read.
    pub(super) fn read(user: &User) -> Shown<Self> {
        Shown::new(Self { user: IndigoUser::read(user) })
    }
}
