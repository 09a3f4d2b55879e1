//! The bodies of create and update: what the document says of them, and how they are read.
//!
//! Fields that are not known are ignored. Text that may be left out may also be empty.

use super::fault;
use crate::directory::user::SESSIONS;
use crate::http::error::Refusal;
use crate::http::native::call::Wire;
use crate::http::native::read::password::Policy;
use crate::http::native::read::value::{ID, email, integer, switch, text};
use crate::http::native::read::{Fault, Fields, Kind};
use crate::scim::value::is_date;
use poem::http::StatusCode;
use poem_openapi::Object;
use serde_json::Value;
use std::borrow::Cow;

/// The most characters of an external id.
const EXTERNAL_ID: usize = 64;
/// The most characters of a mail address.
const EMAIL: usize = 254;
/// The most characters of the name of a plan.
const NAME: usize = 255;
/// What a password must be.
const PASSWORD: Policy = Policy::at_least(8);

/// A user to be created.
#[derive(Object)]
pub(super) struct CreateUser {
    /// What the platform of the client calls the user; unique.
    #[oai(validator(min_length = 1, max_length = 64))]
    external_id: String,
    /// The mail address, by which the user signs in; unique.
    #[oai(validator(max_length = 254))]
    email: String,
    /// The password, 8 to 255 characters. Without one, nobody can sign in as the user.
    #[oai(nullable, validator(pattern = r"^(?:[\s\S]{8,255})?$"))]
    new_password: Option<String>,
    /// How many sessions the user may have at once; as many as it likes if null or absent.
    #[oai(nullable, validator(minimum(value = "1"), maximum(value = "999999")))]
    sessions_limit: Option<i64>,
    /// The number of a plan that the user gets.
    #[oai(nullable, validator(minimum(value = "1"), maximum(value = "9007199254740991")))]
    assign_new_plan: Option<i64>,
    /// The last day of that plan, yyyy-mm-dd; it does not end if empty. Only with `assign_new_plan`.
    #[oai(nullable, validator(pattern = r"^(?:[0-9]{4}-[0-9]{2}-[0-9]{2})?$"))]
    new_plan_custom_valid_to: Option<String>,
    /// Whether the user administrates the store.
    admin: Option<bool>,
    /// Whether the user administrates plans.
    plan_admin: Option<bool>,
    /// Whether the user is shown only what it may read.
    only_sees_readable: Option<bool>,
}

/// What a user becomes. What is absent stays as it is.
#[derive(Object)]
pub(super) struct UpdateUser {
    /// What the platform of the client calls the user; unique.
    #[oai(validator(min_length = 1, max_length = 64))]
    external_id: String,
    /// The mail address, by which the user signs in; unique.
    #[oai(validator(max_length = 254))]
    email: String,
    /// The new password, 8 to 255 characters; other sessions of the user end. Unchanged if empty.
    #[oai(nullable, validator(pattern = r"^(?:[\s\S]{8,255})?$"))]
    new_password: Option<String>,
    /// How many sessions the user may have at once; null for as many as it likes.
    #[oai(nullable, validator(minimum(value = "1"), maximum(value = "999999")))]
    sessions_limit: Option<i64>,
    /// The number of a plan that the user gets, or of one it has, whose last day and name are changed.
    #[oai(nullable, validator(minimum(value = "1"), maximum(value = "9007199254740991")))]
    assign_new_plan: Option<i64>,
    /// The last day of that plan, yyyy-mm-dd; it does not end if empty. Only with `assign_new_plan`.
    #[oai(nullable, validator(pattern = r"^(?:[0-9]{4}-[0-9]{2}-[0-9]{2})?$"))]
    new_plan_custom_valid_to: Option<String>,
    /// The name under which that plan is shown; its own if empty. Only with `assign_new_plan`.
    #[oai(nullable, validator(max_length = 255))]
    user_plan_name: Option<String>,
    /// Whether the user administrates the store.
    admin: Option<bool>,
    /// Whether the user administrates plans.
    plan_admin: Option<bool>,
    /// Whether the user is shown only what it may read.
    only_sees_readable: bool,
}

impl Wire for CreateUser {
    fn malformed(refusal: Refusal) -> Refusal {
        unreadable(refusal)
    }
}

impl Wire for UpdateUser {
    fn malformed(refusal: Refusal) -> Refusal {
        unreadable(refusal)
    }
}

/// A body that is no JSON is as wrong as one with wrong fields.
fn unreadable(refusal: Refusal) -> Refusal {
    if refusal.status == StatusCode::BAD_REQUEST { fault::malformed(&refusal.detail) } else { refusal }
}

/// What a body is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum For {
    Create,
    Update,
}

/// What a body says of a value that can be taken away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Given<T> {
    /// Nothing.
    #[default]
    Absent,
    /// That there is none.
    Nothing,
    /// This.
    This(T),
}

/// A plan that is given to the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Assignment {
    pub plan: i64,
    pub valid_to: Given<String>,
    pub name: Given<String>,
}

/// What a body asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Wish {
    /// None only if it is faulty.
    pub external_id: Option<String>,
    /// None only if it is faulty.
    pub email: Option<String>,
    pub password: Option<String>,
    pub sessions_limit: Given<i64>,
    pub assignment: Option<Assignment>,
    pub admin: Option<bool>,
    pub plan_admin: Option<bool>,
    pub only_sees_readable: Option<bool>,
}

/// Reads a body; what is wrong with it comes along, as far as it can be told from the body alone.
///
/// # Errors
/// 422 if it is no object.
pub(super) fn read(body: &Value, what: For) -> Result<(Wish, Vec<Fault>), Refusal> {
    let mut fields = Fields::of(body).ok_or_else(|| fault::malformed("it is something else"))?;
    fields.require(&["external_id", "email"]);
    if what == For::Update {
        fields.require(&["only_sees_readable"]);
    }
    let wish = Wish {
        external_id: fields.read("external_id", text(EXTERNAL_ID)),
        email: fields.read("email", email(EMAIL)),
        password: filled(&mut fields, "new_password", |value| PASSWORD.read(value)),
        sessions_limit: given(&mut fields, "sessions_limit", integer(SESSIONS)),
        assignment: assignment(&mut fields, what),
        admin: truth(&mut fields, "admin"),
        plan_admin: truth(&mut fields, "plan_admin"),
        only_sees_readable: truth(&mut fields, "only_sees_readable"),
    };
    Ok((wish, fields.faults()))
}

fn assignment(fields: &mut Fields, what: For) -> Option<Assignment> {
    let plan = fields.read("assign_new_plan", integer(ID));
    let valid_to = given_text(fields, "new_plan_custom_valid_to", date);
    let name = match what {
        For::Create => Given::Absent,
        For::Update => given_text(fields, "user_plan_name", text(NAME)),
    };
    if fields.get("assign_new_plan").is_none() {
        for (field, given) in [("new_plan_custom_valid_to", &valid_to), ("user_plan_name", &name)] {
            if matches!(given, Given::This(_)) {
                let rule = format!("The {} needs assign new plan.", field.replace('_', " "));
                fields.fault(field, Kind::Own(Cow::Owned(rule)));
            }
        }
    }
    plan.map(|plan| Assignment { plan, valid_to, name })
}

/// Text that counts as absent if it is empty.
fn filled<T>(fields: &mut Fields, name: &str, read: impl FnOnce(&Value) -> Result<T, Kind>) -> Option<T> {
    if is_empty(fields, name) { None } else { fields.read(name, read) }
}

/// A value that null takes away.
fn given<T>(fields: &mut Fields, name: &str, read: impl FnOnce(&Value) -> Result<T, Kind>) -> Given<T> {
    if fields.has(name) && fields.get(name).is_none() {
        return Given::Nothing;
    }
    fields.read(name, read).map_or(Given::Absent, Given::This)
}

/// Text that null or empty text takes away.
fn given_text(fields: &mut Fields, name: &str, read: impl FnOnce(&Value) -> Result<String, Kind>) -> Given<String> {
    if is_empty(fields, name) { Given::Nothing } else { given(fields, name, read) }
}

/// True or false; null is neither.
fn truth(fields: &mut Fields, name: &str) -> Option<bool> {
    if fields.has(name) && fields.get(name).is_none() && !fields.is_faulty(name) {
        fields.fault(name, Kind::NotBoolean);
    }
    fields.read(name, switch)
}

fn is_empty(fields: &Fields, name: &str) -> bool {
    fields.get(name).and_then(Value::as_str).is_some_and(str::is_empty)
}

fn date(value: &Value) -> Result<String, Kind> {
    let text = value.as_str().ok_or(Kind::NotText)?;
    let rule = "The new plan custom valid to must be a date of the calendar, written yyyy-mm-dd.";
    if is_date(text) { Ok(text.to_owned()) } else { Err(Kind::Own(Cow::Borrowed(rule))) }
}

#[cfg(test)]
mod tests;
