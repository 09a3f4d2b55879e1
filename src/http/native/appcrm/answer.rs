//! What a handler answers, and the bodies it takes as the document describes them.

use super::user::{Listed, User};
use crate::http::native::call::Wire;
use crate::http::native::nullable::Nullable;
use crate::http::native::page::{Link, Page};
use poem_openapi::payload::Json;
use poem_openapi::types::ToJSON;
use poem_openapi::{ApiResponse, Object};

/// 200 with what is shown.
#[derive(ApiResponse)]
pub(super) enum Shown<T: ToJSON> {
    /// As it is now.
    #[oai(status = 200, content_type = "application/json")]
    Shown(Json<T>),
}

/// 201 with a user.
#[derive(ApiResponse)]
pub(super) enum Made {
    /// The user was made.
    #[oai(status = 201, content_type = "application/json")]
    Made(
        Json<User>,
        /// Where it can be read from now on.
        #[oai(header = "Location")]
        String,
    ),
}

/// 204.
#[derive(ApiResponse)]
pub(super) enum Done {
    /// It is done.
    #[oai(status = 204)]
    Done,
}

impl<T: ToJSON> Shown<T> {
    pub(super) fn new(object: T) -> Self {
        Self::Shown(Json(object))
    }
}

/// A page of users.
#[derive(Object)]
pub(super) struct UserList {
    /// The users of the page.
    data: Vec<Listed>,
    /// Where other pages are.
    links: Links,
    /// Which page it is.
    meta: Meta,
}

/// Where the pages of a list are.
#[derive(Object)]
pub(super) struct Links {
    /// The first one.
    first: String,
    /// The last one.
    last: String,
    /// The one before.
    prev: Nullable<String>,
    /// The one after.
    next: Nullable<String>,
}

/// What a page is.
#[derive(Object)]
pub(super) struct Meta {
    /// The number of the page.
    current_page: u64,
    /// The place of its first user among all; null on an empty page.
    from: Nullable<u64>,
    /// The number of the last page.
    last_page: u64,
    /// The links below the list.
    links: Vec<Link>,
    /// The URL of the list.
    path: String,
    /// How many users a page has at most.
    per_page: u64,
    /// The place of its last user among all; null on an empty page.
    to: Nullable<u64>,
    /// How many users all pages have.
    total: u64,
}

impl UserList {
    pub(super) fn new(data: Vec<Listed>, page: Page) -> Self {
        let links =
            Links { first: page.first_url(), last: page.last_url(), prev: page.previous_url(), next: page.next_url() };
        let meta = Meta {
            current_page: page.current,
            from: page.from.into(),
            last_page: page.last,
            links: page.links(),
            path: page.path,
            per_page: page.size,
            to: page.to.into(),
            total: page.total,
        };
        Self { data, links, meta }
    }
}

/// A token that was made just now.
#[derive(Object)]
#[oai(rename_all = "camelCase")]
pub(super) struct IssuedToken {
    /// The token, shown this once.
    pub access_token: String,
    /// Whose it is.
    pub user_id: i64,
    /// The mail address of the user.
    pub email: Nullable<String>,
    /// The name of the user.
    pub name: String,
}

/// A user to be made.
#[derive(Object)]
pub(super) struct CreateUser {
    /// The full name.
    name: String,
    /// The mail address, which nobody else has.
    email: String,
    /// The IANA name of the time zone.
    timezone: String,
    /// How dates are written for the user.
    date_format: String,
    /// How times are written for the user.
    time_format: String,
    /// One of the installed languages; the first one if absent.
    locale: Option<String>,
    /// The roles by their numbers; their names are understood too.
    roles: Option<Vec<i64>>,
    /// Whether the user may do everything.
    super_admin: Option<bool>,
    /// Whether the user may use the API; a super admin always may.
    access_api: Option<bool>,
    /// What is written below the mails of the user, as HTML.
    mail_signature: Option<String>,
    /// With what a week begins: 0 for Sunday, 1 for Monday, 6 for Saturday.
    first_day_of_week: Option<i64>,
    /// Whether the user is active: one that is not cannot log in; true if absent.
    active: Option<bool>,
    /// The password.
    password: String,
    /// The password again.
    password_confirmation: String,
}

/// What a user is to be; an optional member that is absent stays as it is.
#[derive(Object)]
pub(super) struct UpdateUser {
    /// The full name.
    name: String,
    /// The mail address, which nobody else has.
    email: String,
    /// The IANA name of the time zone.
    timezone: String,
    /// How dates are written for the user.
    date_format: String,
    /// How times are written for the user.
    time_format: String,
    /// One of the installed languages.
    locale: String,
    /// The roles by their numbers; their names are understood too.
    roles: Option<Vec<i64>>,
    /// Whether the user may do everything.
    super_admin: Option<bool>,
    /// Whether the user may use the API; a super admin always may.
    access_api: Option<bool>,
    /// What is written below the mails of the user, as HTML.
    mail_signature: Option<String>,
    /// With what a week begins: 0 for Sunday, 1 for Monday, 6 for Saturday.
    first_day_of_week: Option<i64>,
    /// Whether the user is active: false ends its sessions and lets it log in no more.
    active: Option<bool>,
    /// A new password.
    password: Option<String>,
    /// The new password again; it must be the same if it is there.
    password_confirmation: Option<String>,
}

/// What one's own user is to be; an optional member that is absent stays as it is.
#[derive(Object)]
pub(super) struct Profile {
    /// The full name.
    name: String,
    /// The mail address, which nobody else has.
    email: String,
    /// The IANA name of the time zone.
    timezone: String,
    /// How dates are written for the user.
    date_format: String,
    /// How times are written for the user.
    time_format: String,
    /// One of the installed languages.
    locale: String,
    /// The roles; others than one has can be named by a super admin alone.
    roles: Option<Vec<i64>>,
    /// What is written below the mails of the user, as HTML.
    mail_signature: Option<String>,
    /// With what a week begins: 0 for Sunday, 1 for Monday, 6 for Saturday.
    first_day_of_week: Option<i64>,
}

/// A new password of one's own.
#[derive(Object)]
pub(super) struct ChangePassword {
    /// The password until now.
    old_password: String,
    /// The new password.
    password: String,
    /// The new password again.
    password_confirmation: String,
}

/// Who asks for a token.
#[derive(Object)]
pub(super) struct CreateToken {
    /// The mail address, or the user name.
    email: String,
    /// The password.
    password: String,
    /// What the token is for.
    device_name: String,
}

impl Wire for CreateUser {}
impl Wire for UpdateUser {}
impl Wire for Profile {}
impl Wire for ChangePassword {}
impl Wire for CreateToken {}
