//! The body that makes a user: what it may hold, and the document it becomes.
//!
//! All faults are collected, those of its form, what no lookup has, and what somebody else has.

use super::super::read::password::Policy;
use super::super::read::value::{ID, boolean, email, integer, text, url};
use super::super::read::{Fault, Fields, Kind};
use super::super::{call::Wire, nullable::Nullable};
use crate::directory::catalogue::{Catalogue, Entry};
use crate::directory::user::{NewUser, Taken, Wanted};
use crate::http::error::Refusal;
use crate::scim::urn::LOGIXX;
use crate::scim::value::fold;
use poem::http::StatusCode;
use poem_openapi::Object;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What every body must have.
const REQUIRED: [&str; 5] = ["userName", "name", "surname", "emailAddress", "password"];
/// What a password must have.
const PASSWORD: Policy = Policy::at_least(8).mixed();
/// The most characters of a name, a mail address, a telephone number and a URL.
const NAME: usize = 256;
const EMAIL: usize = 254;
const PHONE: usize = 32;
const URL: usize = 2048;
/// How many digits a telephone number has (ITU-T E.164 allows 15).
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// A user to be made. Fields that are not known are passed over.
#[derive(Object)]
#[oai(rename_all = "camelCase")]
pub(super) struct CreateUser {
    /// The name the user signs in with. Nobody else may have it, in any case.
    #[oai(validator(min_length = 1, max_length = 256))]
    user_name: String,
    /// The given name.
    #[oai(validator(min_length = 1, max_length = 256))]
    name: String,
    /// The family name.
    #[oai(validator(min_length = 1, max_length = 256))]
    surname: String,
    /// The mail address. Nobody else may have it, in any case.
    #[oai(validator(min_length = 3, max_length = 254))]
    email_address: String,
    /// The password: at least 8 characters, with a letter in upper case, one in lower case, and a digit.
    #[oai(validator(min_length = 8, max_length = 255))]
    password: String,
    /// Whether the user may sign in; true if absent.
    is_active: Option<Nullable<bool>>,
    /// The names of the user's roles, of those in the lookup `Roles`. If absent, the roles that are given by default;
    /// if empty, none.
    #[oai(validator(max_items = 1000))]
    role_names: Option<Nullable<Vec<String>>>,
    /// The number of the user's branch, one of those in the lookup `Branches`.
    branch_id: Option<Nullable<i64>>,
    /// The telephone number: 7 to 15 digits, with a + before them and blanks, parentheses, dots and dashes
    /// between them as one likes.
    #[oai(validator(max_length = 32))]
    phone_number: Option<Nullable<String>>,
    /// The number of the role in which leads are assigned to the user, one of those in the lookup `LeadRoles`.
    lead_role_id: Option<Nullable<i64>>,
    /// The URL of a picture, http or https.
    #[oai(validator(max_length = 2048))]
    profile_image: Option<Nullable<String>>,
    /// The numbers of the user's subscriptions, of those in the lookup `Subscriptions`.
    #[oai(validator(max_items = 1000))]
    subscription_ids: Option<Nullable<Vec<i64>>>,
}

impl Wire for CreateUser {}

/// What users are made with that is in lookups.
pub(super) type Lookups = BTreeMap<Catalogue, Vec<Entry>>;

/// A body that was read, with what is wrong with it so far.
pub(super) struct Draft<'a> {
    fields: Fields<'a>,
    user_name: Option<String>,
    email: Option<String>,
    new: NewUser,
}

impl<'a> Draft<'a> {
    /// Reads a body and looks up what it refers to.
    pub(super) fn read(body: &'a Value, lookups: &Lookups) -> Result<Self, Refusal> {
        let fields = Fields::of(body);
        let fields = fields.ok_or_else(|| Refusal::new(StatusCode::BAD_REQUEST, "The body must be a JSON object."))?;
        // The product's reader of JSON knows names in any case.
        let mut fields = fields.in_any_case();
        fields.require(&REQUIRED);
        let user_name = fields.read("userName", text(NAME));
        let given = fields.read("name", text(NAME));
        let family = fields.read("surname", text(NAME));
        let email = fields.read("emailAddress", email(EMAIL));
        let password = fields.read("password", |value| PASSWORD.read(value));
        let active = fields.read("isActive", boolean).unwrap_or(true);
        let default_roles = fields.get("roleNames").is_none();
        let roles = fields.each("roleNames", |value| role(value, lookups)).unwrap_or_default();
        let branch = fields.read("branchId", |value| entry(value, lookups, Catalogue::Branches));
        let phone = fields.read("phoneNumber", phone).filter(|text| !text.is_empty());
        let lead_role = fields.read("leadRoleId", |value| entry(value, lookups, Catalogue::LeadRoles));
        let picture = fields.read("profileImage", picture).filter(|text| !text.is_empty());
        let subscriptions = fields.each("subscriptionIds", |value| entry(value, lookups, Catalogue::Subscriptions));

        let mut document = Document::default();
        document.set("userName", user_name.clone());
        document.set("name", Some(json!({ "givenName": given, "familyName": family })));
        document.set("emails", email.as_ref().map(|mail| json!([{ "value": mail, "type": "work", "primary": true }])));
        document.set("active", Some(active));
        document.set("phoneNumbers", phone.map(|number| json!([{ "value": number, "primary": true }])));
        document.set("photos", picture.map(|url| json!([{ "value": url, "type": "photo", "primary": true }])));
        let roles: Vec<Value> = unique(roles).into_iter().map(|name| json!({ "value": name })).collect();
        document.set("roles", (!roles.is_empty()).then_some(roles));
        let mut extension = Document::default();
        extension.set("branchId", branch);
        extension.set("leadRoleId", lead_role);
        let subscriptions = unique(subscriptions.unwrap_or_default());
        extension.set("subscriptionIds", (!subscriptions.is_empty()).then_some(subscriptions));
        document.set(LOGIXX, (!extension.0.is_empty()).then_some(extension.0));
        Ok(Self {
            fields,
            user_name,
            email,
            new: NewUser { document: document.0, password, default_roles, ..NewUser::default() },
        })
    }

    /// What nobody else may have.
    pub(super) fn wanted(&self) -> Wanted<'_> {
        Wanted { user_name: self.user_name.as_deref(), email: self.email.as_deref(), external_id: None }
    }

    /// The user to be made, if nothing is wrong with it.
    pub(super) fn finish(mut self, taken: Taken) -> Result<NewUser, Vec<Fault>> {
        for (field, is_taken) in [("userName", taken.user_name), ("emailAddress", taken.email)] {
            if is_taken {
                self.fields.fault(field, Kind::Taken);
            }
        }
        let faults = self.fields.faults();
        if faults.is_empty() { Ok(self.new) } else { Err(faults) }
    }
}

/// An object that is put together.
#[derive(Default)]
struct Document(crate::scim::Object);

impl Document {
    fn set(&mut self, name: &str, value: Option<impl Into<Value>>) {
        self.0.extend(value.map(|value| (name.to_owned(), value.into())));
    }
}

/// The values without those that came before.
fn unique<T: PartialEq>(values: Vec<T>) -> Vec<T> {
    values.into_iter().fold(Vec::new(), |mut kept, value| {
        if !kept.contains(&value) {
            kept.push(value);
        }
        kept
    })
}

/// The name of a role as the lookup has it.
fn role(value: &Value, lookups: &Lookups) -> Result<String, Kind> {
    let name = fold(&text(NAME)(value)?);
    let known = lookups.get(&Catalogue::Roles).into_iter().flatten().find(|entry| fold(&entry.name) == name);
    known.map(|entry| entry.name.clone()).ok_or(Kind::Unknown)
}

/// The number of an entry of a lookup.
fn entry(value: &Value, lookups: &Lookups, which: Catalogue) -> Result<i64, Kind> {
    let id = integer(ID)(value)?;
    let known = lookups.get(&which).into_iter().flatten().any(|entry| entry.id == id);
    if known { Ok(id) } else { Err(Kind::Unknown) }
}

/// A telephone number, or nothing.
fn phone(value: &Value) -> Result<String, Kind> {
    let text = text(PHONE)(value)?;
    let number = text.strip_prefix('+').unwrap_or(&text);
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let plain = number.chars().all(|c| c.is_ascii_digit() || " ().-".contains(c));
    if text.is_empty() || (plain && PHONE_DIGITS.contains(&digits)) {
        Ok(text)
    } else {
        Err(Kind::Own("is not a valid phone number".into()))
    }
}

/// The URL of a picture, or nothing.
fn picture(value: &Value) -> Result<String, Kind> {
    if value.as_str() == Some("") { Ok(String::new()) } else { url(URL)(value) }
}

#[cfg(test)]
mod tests;
