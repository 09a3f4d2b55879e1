//! A user as App CRM shows it.

use super::form::Known;
use super::rank;
use super::signature::harmless;
use super::stored;
use crate::directory::{Caller, user};
use crate::http::native::nullable::Nullable;
use crate::http::native::{gravatar, instant};
use crate::scim::part::is_active;
use crate::scim::value::fold;
use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::{ParseError, ParseFromJSON, ParseResult, ToJSON, Type};
use poem_openapi::{Object, types};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// A user.
#[derive(Object)]
#[expect(clippy::struct_excessive_bools, reason = "the members of the wire")]
pub(super) struct User {
    /// The number of the user.
    id: i64,
    /// The full name.
    name: String,
    /// The mail address, by which the user signs in.
    email: Nullable<String>,
    /// The IANA name of the time zone.
    timezone: String,
    /// How dates are written for the user.
    date_format: String,
    /// How times are written for the user.
    time_format: String,
    /// The installed language the user reads.
    locale: String,
    /// What is written below the mails of the user, as HTML that holds nothing that could run.
    mail_signature: Nullable<String>,
    /// Whether the user may do everything.
    super_admin: bool,
    /// Whether the user may use the API.
    access_api: bool,
    /// With what a week begins: 0 for Sunday, 1 for Monday, 6 for Saturday.
    first_day_of_week: Nullable<i64>,
    /// Whether the user may sign in.
    active: bool,
    /// The URL of the picture that the user has.
    avatar: Nullable<String>,
    /// The URL of the picture that the user has.
    uploaded_avatar_url: Nullable<String>,
    /// The URL of a picture to show.
    avatar_url: String,
    /// The mail address as that of a guest of an activity.
    guest_email: Nullable<String>,
    /// The name as that of a guest of an activity.
    guest_display_name: String,
    /// What the user may do anywhere.
    gate: Gate,
    /// What the caller may do to the user.
    authorizations: Authorizations,
    /// Whether this answer is to the request that made the user.
    was_recently_created: bool,
    /// When the user was made.
    #[oai(validator(pattern = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$"))]
    created_at: String,
    /// When the user last changed.
    #[oai(validator(pattern = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$"))]
    updated_at: String,
    /// The roles; shown to super admins, to programs, and to the user itself.
    #[oai(skip_serializing_if_is_none)]
    roles: Option<Vec<Role>>,
}

/// A role of a user.
#[derive(Object)]
pub(super) struct Role {
    /// The number of the role.
    id: i64,
    /// The name of the role.
    name: String,
}

/// What a user may do anywhere.
#[derive(Object)]
pub(super) struct Gate {
    /// Use the API.
    #[oai(rename = "access-api")]
    access_api: bool,
    /// Everything.
    #[oai(rename = "is-super-admin")]
    is_super_admin: bool,
}

/// What the caller may do to a user.
#[derive(Object)]
#[expect(clippy::struct_excessive_bools, reason = "the members of the wire")]
pub(super) struct Authorizations {
    /// Read it.
    view: bool,
    /// Make others.
    create: bool,
    /// Change it.
    update: bool,
    /// Delete it.
    delete: bool,
    /// Read others.
    #[oai(rename = "viewAny")]
    view_any: bool,
}

/// A user of a list: all its members, or those that `select` names.
pub(super) struct Listed(Map<String, Value>);

/// How a caller is shown users.
pub(super) struct View<'a> {
    pub caller: &'a Caller,
    pub known: &'a Known,
}

impl View<'_> {
    /// One user.
    pub(super) fn show(&self, user: &user::User) -> User {
        let document = &user.document;
        let email = stored::email(document);
        let photo = stored::photo(document).map(ToOwned::to_owned);
        let is_super_admin = stored::super_admin(document);
        let access_api = stored::access_api(document);
        let writes = rank::writes(self.caller);
        let is_own = self.caller.principal.as_ref().is_some_and(|own| own.num == user.record.num);
        let name = stored::name(document);
        User {
            id: user.record.num,
            name: name.clone(),
            email: email.map(ToOwned::to_owned).into(),
            timezone: stored::timezone(document).to_owned(),
            date_format: stored::date_format(document).to_owned(),
            time_format: stored::time_format(document).to_owned(),
            locale: self.known.locales.shown(stored::locale(document)).to_owned(),
            mail_signature: stored::signature(document).map(|html| harmless(html).into_owned()).into(),
            super_admin: is_super_admin,
            access_api,
            first_day_of_week: stored::first_day(document).into(),
            active: is_active(document),
            avatar: photo.clone().into(),
            uploaded_avatar_url: photo.clone().into(),
            avatar_url: photo.unwrap_or_else(|| gravatar::url(email.unwrap_or_default())),
            guest_email: email.map(ToOwned::to_owned).into(),
            guest_display_name: name,
            gate: Gate { access_api, is_super_admin },
            authorizations: Authorizations {
                view: true,
                create: writes,
                update: writes,
                delete: writes && !is_own,
                view_any: rank::reads(self.caller),
            },
            was_recently_created: false,
            created_at: instant::written(user.record.created),
            updated_at: instant::written(user.record.modified),
            roles: (is_own || rank::sees_roles(self.caller)).then(|| self.roles(user)),
        }
    }

    /// One user that was made just now.
    pub(super) fn show_new(&self, user: &user::User) -> User {
        User { was_recently_created: true, ..self.show(user) }
    }

    /// One user of a list, with the selected members and its number.
    pub(super) fn list(&self, user: &user::User, selected: Option<&[&str]>) -> Listed {
        let Some(Value::Object(mut members)) = self.show(user).to_json() else { return Listed(Map::new()) };
        let Some(selected) = selected else { return Listed(members) };
        let (first, last) = stored::names(&user.document);
        members.insert("first_name".to_owned(), Value::from(first));
        members.insert("last_name".to_owned(), Value::from(last));
        members.retain(|name, _| name == "id" || selected.contains(&name.as_str()));
        Listed(members)
    }

    fn roles(&self, user: &user::User) -> Vec<Role> {
        let entry = |name: &str| {
            let name = fold(name);
            self.known.roles.iter().find(|role| fold(&role.name) == name)
        };
        let known = stored::roles(&user.document).filter_map(entry);
        known.map(|role| Role { id: role.id, name: role.name.clone() }).collect()
    }
}

impl Type for Listed {
    const IS_REQUIRED: bool = true;

    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        "ListedUser".into()
    }

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Reference("ListedUser".to_owned())
    }

    fn register(registry: &mut Registry) {
        registry.create_schema::<Self, _>("ListedUser".to_owned(), |registry| {
            let of_user = registry.create_fake_schema::<User>();
            let mut properties = of_user.properties;
            for name in ["first_name", "last_name"] {
                let description = Some("A part of the name; only if it is selected.");
                let schema = MetaSchema { description, ..MetaSchema::new("string") };
                properties.push((name, MetaSchemaRef::Inline(Box::new(schema))));
            }
            let description = Some("A user with all its members, or with those that are selected.");
            MetaSchema { description, properties, required: vec!["id"], ..MetaSchema::new("object") }
        });
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        Box::new(std::iter::once(self))
    }
}

impl types::IsObjectType for Listed {}

impl ParseFromJSON for Listed {
    fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
        match value {
            Some(Value::Object(members)) => Ok(Self(members)),
            other => Err(ParseError::expected_type(other.unwrap_or_default())),
        }
    }
}

impl ToJSON for Listed {
    fn to_json(&self) -> Option<Value> {
        Some(Value::Object(self.0.clone()))
    }
}

#[cfg(test)]
mod tests;
