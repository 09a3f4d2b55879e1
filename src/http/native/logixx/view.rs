//! What Logixx is answered: a user from its document, lookups, what was done.

use super::super::nullable::Nullable;
use crate::clock::rfc3339;
use crate::directory::catalogue::Entry;
use crate::directory::user::User;
use crate::scim::urn::{LIFECYCLE, LOGIXX};
use crate::scim::{Object as Document, part, shown};
use poem_openapi::payload::Json;
use poem_openapi::registry::{MetaSchema, MetaSchemaRef};
use poem_openapi::types::{ParseFromJSON, ParseResult, ToJSON, Type};
use poem_openapi::{ApiResponse, Object};
use serde_json::Value;
use std::borrow::Cow;

/// What is always null.
pub(super) struct Nothing;

/// A user was made.
#[derive(Object)]
#[oai(rename_all = "camelCase")]
pub(super) struct Created {
    /// Always true.
    success: bool,
    /// `User is created successfully`
    message: String,
    /// The number of the user.
    #[oai(validator(minimum(value = "1")))]
    id: i64,
    /// The user as it was made.
    result: UserDto,
    /// Always null.
    error: Nothing,
}

/// A user.
#[derive(Object)]
#[oai(rename_all = "camelCase")]
pub(super) struct UserDto {
    /// The number of the user.
    #[oai(validator(minimum(value = "1")))]
    id: i64,
    /// The name the user signs in with.
    user_name: String,
    /// The given name.
    name: String,
    /// The family name.
    surname: String,
    /// The whole name.
    full_name: String,
    /// The mail address.
    email_address: String,
    /// Whether the user may sign in.
    is_active: bool,
    /// The names of the user's roles.
    role_names: Vec<String>,
    /// The number of the user's branch.
    branch_id: Nullable<i64>,
    /// The telephone number.
    phone_number: Nullable<String>,
    /// The number of the role in which leads are assigned to the user.
    lead_role_id: Nullable<i64>,
    /// The URL of a picture.
    profile_image: Nullable<String>,
    /// The numbers of the user's subscriptions.
    subscription_ids: Vec<i64>,
    /// When the user was made (RFC 3339).
    creation_time: String,
    /// When the user last signed in (RFC 3339).
    last_login_time: Nullable<String>,
}

/// A user was activated or deactivated.
#[derive(Object)]
#[oai(rename_all = "camelCase")]
pub(super) struct Switched {
    /// Always true.
    success: bool,
    /// `User activated successfully` or `User deactivated successfully`
    message: String,
    /// The number of the user.
    #[oai(validator(minimum(value = "1")))]
    id: i64,
    /// Always null.
    result: Nothing,
    /// Always null.
    error: Nothing,
}

/// An entry of a lookup.
#[derive(Object)]
pub(super) struct LookupEntry {
    /// Its number.
    id: i64,
    /// Its name.
    name: String,
}

/// 200: what a request did or asked for.
#[derive(ApiResponse)]
pub(super) enum Done<T: ToJSON> {
    /// Done.
    #[oai(status = 200, content_type = "application/json")]
    Done(Json<T>),
}

impl<T: ToJSON> Done<T> {
    pub(super) fn with(answer: impl Into<T>) -> Self {
        Self::Done(Json(answer.into()))
    }
}

impl From<&User> for Created {
    fn from(user: &User) -> Self {
        let message = "User is created successfully".to_owned();
        Self { success: true, message, id: user.record.num, result: user.into(), error: Nothing }
    }
}

impl From<&User> for Switched {
    fn from(user: &User) -> Self {
        let what = if part::is_active(&user.document) { "activated" } else { "deactivated" };
        let message = format!("User {what} successfully");
        Self { success: true, message, id: user.record.num, result: Nothing, error: Nothing }
    }
}

impl From<&User> for UserDto {
    fn from(user: &User) -> Self {
        Self::new(user.record.num, rfc3339(user.record.created), &user.document)
    }
}

impl UserDto {
    fn new(id: i64, created: String, user: &Document) -> Self {
        let text = |path: &[&str]| part::text(user, path).map(ToOwned::to_owned);
        let primary = |attribute: &str| part::primary(user, attribute).map(ToOwned::to_owned);
        let subscriptions = part::list(user, &[LOGIXX, "subscriptionIds"]);
        Self {
            id,
            user_name: text(&["userName"]).unwrap_or_default(),
            name: text(&["name", "givenName"]).unwrap_or_default(),
            surname: text(&["name", "familyName"]).unwrap_or_default(),
            full_name: shown::name(user).unwrap_or_default(),
            email_address: primary("emails").unwrap_or_default(),
            is_active: part::is_active(user),
            role_names: part::values(user, "roles").map(ToOwned::to_owned).collect(),
            branch_id: part::number(user, &[LOGIXX, "branchId"]).into(),
            phone_number: primary("phoneNumbers").into(),
            lead_role_id: part::number(user, &[LOGIXX, "leadRoleId"]).into(),
            profile_image: picture(user).map(ToOwned::to_owned).into(),
            subscription_ids: subscriptions.iter().filter_map(Value::as_i64).collect(),
            creation_time: created,
            last_login_time: text(&[LIFECYCLE, "lastLoginAt"]).into(),
        }
    }
}

/// The URL of the picture that is the user's photo.
fn picture(user: &Document) -> Option<&str> {
    let photos = part::list(user, &["photos"]).iter();
    let of_type = |photo: &&Value| photo.get("type").and_then(Value::as_str) == Some("photo");
    photos.filter(of_type).find_map(|photo| photo.get("value")?.as_str())
}

impl From<Entry> for LookupEntry {
    fn from(Entry { id, name, .. }: Entry) -> Self {
        Self { id, name }
    }
}

impl Type for Nothing {
    const IS_REQUIRED: bool = true;

    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        "null".into()
    }

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(MetaSchema::new("null")))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        Box::new(std::iter::once(self))
    }
}

impl ToJSON for Nothing {
    fn to_json(&self) -> Option<Value> {
        Some(Value::Null)
    }
}

impl ParseFromJSON for Nothing {
    fn parse_from_json(_: Option<Value>) -> ParseResult<Self> {
        Ok(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shown(document: &Value) -> Value {
        let created = "2026-01-31T09:30:00.000Z".to_owned();
        UserDto::new(12, created, document.as_object().unwrap()).to_json().unwrap()
    }

    #[test]
    fn a_user_has_every_member_though_it_has_no_value() {
        assert_eq!(
            shown(&json!({ "userName": "u" })),
            json!({
                "id": 12, "userName": "u", "name": "", "surname": "", "fullName": "u", "emailAddress": "",
                "isActive": true, "roleNames": [], "branchId": null, "phoneNumber": null, "leadRoleId": null,
                "profileImage": null, "subscriptionIds": [], "creationTime": "2026-01-31T09:30:00.000Z",
                "lastLoginTime": null,
            })
        );
    }

    #[test]
    fn a_user_is_shown_by_the_names_of_the_product() {
        let document = json!({
            "userName": "u",
            "name": { "givenName": "John", "familyName": "Doe" },
            "emails": [{ "value": "old@example.com" }, { "value": "john@example.com", "primary": true }],
            "phoneNumbers": [{ "value": "+1 555", "primary": true }],
            "photos": [{ "value": "https://a/small", "type": "thumbnail" }, { "value": "https://a/b", "type": "photo" }],
            "active": false,
            "roles": [{ "value": "Admin" }, { "value": "Sales" }],
            LOGIXX: { "branchId": 1, "leadRoleId": 2, "subscriptionIds": [3, 4] },
            LIFECYCLE: { "lastLoginAt": "2026-02-01T00:00:00.000Z" },
        });
        assert_eq!(
            shown(&document),
            json!({
                "id": 12, "userName": "u", "name": "John", "surname": "Doe", "fullName": "John Doe",
                "emailAddress": "john@example.com", "isActive": false, "roleNames": ["Admin", "Sales"], "branchId": 1,
                "phoneNumber": "+1 555", "leadRoleId": 2, "profileImage": "https://a/b", "subscriptionIds": [3, 4],
                "creationTime": "2026-01-31T09:30:00.000Z", "lastLoginTime": "2026-02-01T00:00:00.000Z",
            })
        );
    }
}
