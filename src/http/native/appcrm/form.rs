//! The body of a user as it is sent: which members each occasion needs, and what they must be.
//!
//! A value that is what the user has already, as the API shows it, is not judged: other surfaces may
//! have brought what this one would refuse, and an echo of it is no fault.

use super::change::Change;
use super::locale::Locales;
use super::signature::harmless;
use super::stored::{self, DATE_FORMATS, FIRST_DAYS, TIME_FORMATS};
use super::zone;
use crate::directory::catalogue::Entry;
use crate::http::native::read::password::Policy;
use crate::http::native::read::value::{ID, digits, email, integer, lines, one_of, switch, text};
use crate::http::native::read::{Fault, Fields, Kind};
use crate::scim::Object;
use crate::scim::value::fold;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// The most characters of a name or a mail address.
pub(super) const LONGEST: usize = 191;
/// The most characters of a signature.
pub(super) const SIGNATURE: usize = 65_535;
/// The fewest characters of a password.
pub(super) const SHORTEST: usize = 6;

/// What passwords must be.
const POLICY: Policy = Policy::at_least(SHORTEST);

/// What users refer to.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub roles: Vec<Entry>,
    pub locales: Locales,
}

/// What a body is sent for.
#[derive(Clone, Copy)]
pub(super) enum Occasion<'a> {
    /// To make a user.
    Create,
    /// To change the user of this document.
    Update(&'a Object),
    /// To change one's own user, whose document this is.
    Profile(&'a Object),
}

/// What was sent for a user.
#[derive(Debug)]
pub(super) struct Form {
    pub change: Change,
    pub password: Option<String>,
    pub faults: Vec<Fault>,
}

/// A new password and the one there is.
pub(super) struct NewPassword {
    pub old: Option<String>,
    pub new: Option<String>,
    pub faults: Vec<Fault>,
}

/// A request for a token.
pub(super) struct TokenWish {
    pub email: String,
    pub password: String,
    pub device: String,
}

impl Known {
    /// The role of a number, of a name in any case, or of an object with either.
    fn role(&self, value: &Value) -> Result<String, Kind> {
        let value = value.get("id").or_else(|| value.get("name")).unwrap_or(value);
        let by_id = digits(ID)(value).ok().and_then(|id| self.roles.iter().find(|role| role.id == id));
        let by_name = || {
            let name = fold(value.as_str()?);
            self.roles.iter().find(|role| fold(&role.name) == name)
        };
        by_id.or_else(by_name).map(|role| role.name.clone()).ok_or(Kind::Unknown)
    }

    /// Whether these are the roles that a user is shown with.
    pub(super) fn are_held(&self, names: &[String], document: &Object) -> bool {
        let folded: BTreeSet<String> = names.iter().map(|name| fold(name)).collect();
        let known: BTreeSet<String> = self.roles.iter().map(|role| fold(&role.name)).collect();
        let held: BTreeSet<String> = stored::roles(document).map(fold).filter(|name| known.contains(name)).collect();
        folded == held
    }

    fn locale(&self, value: &Value) -> Result<String, Kind> {
        let name = value.as_str().ok_or(Kind::NotText)?;
        let known = self.locales.has(name);
        if known { Ok(name.to_owned()) } else { Err(Kind::Own(Cow::Borrowed("This locale does not exists."))) }
    }
}

impl<'a> Occasion<'a> {
    fn stored(self) -> Option<&'a Object> {
        match self {
            Self::Create => None,
            Self::Update(stored) | Self::Profile(stored) => Some(stored),
        }
    }
}

/// Reads the body of a user.
pub(super) fn read(body: &Value, known: &Known, occasion: Occasion<'_>) -> Form {
    let nothing = Value::Object(Object::new());
    let Some(mut fields) = Fields::of(body).or_else(|| Fields::of(&nothing)) else { return Form::none() };
    let stored = occasion.stored();
    let is_new = stored.is_none();
    let is_profile = matches!(occasion, Occasion::Profile(_));
    let shown = |read: fn(&Object) -> Option<&str>| stored.and_then(read);
    let shown_name = stored.map(stored::name);
    let shown_locale = stored.map(|stored| known.locales.shown(stored::locale(stored)));

    let name = needed(&mut fields, "name", or_shown(shown_name.as_deref(), text(LONGEST)));
    let email = needed(&mut fields, "email", or_shown(shown(stored::email), email(LONGEST)));
    let timezone =
        needed(&mut fields, "timezone", or_shown(shown(|stored| Some(stored::timezone(stored))), zone::read));
    let date_format = needed(&mut fields, "date_format", one_of(&DATE_FORMATS));
    let time_format = needed(&mut fields, "time_format", one_of(&TIME_FORMATS));
    let locale = or_shown(shown_locale, |value| known.locale(value));
    let locale = if is_new { given(&mut fields, "locale", locale) } else { needed(&mut fields, "locale", locale) };
    let roles = fields.each("roles", |value| known.role(value));
    let super_admin = if is_profile { None } else { given(&mut fields, "super_admin", switch) };
    let access_api = if is_profile { None } else { given(&mut fields, "access_api", switch) };
    let active = if is_profile { None } else { given(&mut fields, "active", switch) };
    let mail_signature = signature(&mut fields, shown(stored::signature));
    let first_day = given(&mut fields, "first_day_of_week", first_day);
    let password = match occasion {
        Occasion::Create => {
            fields.require(&["password", "password_confirmation"]);
            new_password(&mut fields)
        }
        Occasion::Update(_) => new_password(&mut fields),
        Occasion::Profile(_) => None,
    };
    let change = Change {
        is_new,
        name,
        email,
        timezone,
        date_format,
        time_format,
        locale,
        roles,
        super_admin,
        access_api,
        active,
        mail_signature,
        first_day,
    };
    Form { change, password, faults: fields.faults() }
}

impl Form {
    fn none() -> Self {
        Self { change: Change::default(), password: None, faults: Vec::new() }
    }
}

/// Reads the body that changes one's own password.
pub(super) fn read_new_password(body: &Value) -> NewPassword {
    let nothing = Value::Object(Object::new());
    let Some(mut fields) = Fields::of(body).or_else(|| Fields::of(&nothing)) else {
        return NewPassword { old: None, new: None, faults: Vec::new() };
    };
    let old = needed(&mut fields, "old_password", |value| value.as_str().map(ToOwned::to_owned).ok_or(Kind::NotText));
    fields.require(&["password", "password_confirmation"]);
    let new = new_password(&mut fields);
    if old.is_some() && old == new {
        fields.fault("password", Kind::Own(Cow::Borrowed("The password and old password must be different.")));
    }
    NewPassword { old, new, faults: fields.faults() }
}

/// Reads the body that asks for a token.
pub(super) fn read_token_wish(body: &Value) -> Result<TokenWish, Vec<Fault>> {
    let nothing = Value::Object(Object::new());
    let Some(mut fields) = Fields::of(body).or_else(|| Fields::of(&nothing)) else { return Err(Vec::new()) };
    let email = needed(&mut fields, "email", text(LONGEST));
    let password = needed(&mut fields, "password", |value| value.as_str().map(ToOwned::to_owned).ok_or(Kind::NotText));
    let device = needed(&mut fields, "device_name", text(LONGEST));
    match (email, password, device) {
        (Some(email), Some(password), Some(device)) => Ok(TokenWish { email, password, device }),
        _ => Err(fields.faults()),
    }
}

/// A field that must be there.
fn needed<T>(fields: &mut Fields<'_>, name: &str, read: impl FnOnce(&Value) -> Result<T, Kind>) -> Option<T> {
    fields.require(&[name]);
    fields.read(name, read)
}

/// A field that may be left out, which it also is when it is empty.
fn given<T>(fields: &mut Fields<'_>, name: &str, read: impl FnOnce(&Value) -> Result<T, Kind>) -> Option<T> {
    if is_empty(fields, name) { None } else { fields.read(name, read) }
}

fn is_empty(fields: &Fields<'_>, name: &str) -> bool {
    fields.get(name).is_none_or(|value| value == "")
}

/// What the user has already, or what is right.
fn or_shown<'a>(
    shown: Option<&'a str>,
    read: impl Fn(&Value) -> Result<String, Kind> + 'a,
) -> impl Fn(&Value) -> Result<String, Kind> + 'a {
    move |value| match shown.filter(|shown| value == shown) {
        Some(shown) => Ok(shown.to_owned()),
        None => read(value),
    }
}

/// The signature: none if it is left out or the one that is shown, empty if it is to go.
fn signature(fields: &mut Fields<'_>, stored: Option<&str>) -> Option<String> {
    if is_empty(fields, "mail_signature") {
        return fields.has("mail_signature").then(String::new);
    }
    let sent = fields.read("mail_signature", lines(SIGNATURE))?;
    Some(sent).filter(|sent| stored.is_none_or(|stored| harmless(stored) != *sent))
}

fn first_day(value: &Value) -> Result<i64, Kind> {
    let day = integer(0..=6)(value).map_err(|kind| match kind {
        Kind::OutOfRange(..) => Kind::Unknown,
        kind => kind,
    })?;
    if FIRST_DAYS.contains(&day) { Ok(day) } else { Err(Kind::Unknown) }
}

/// A new password, if there is one, and its repetition, if that is there.
fn new_password(fields: &mut Fields<'_>) -> Option<String> {
    let password = given(fields, "password", |value| POLICY.read(value));
    let is_given = !is_empty(fields, "password");
    let repeated = fields.get("password_confirmation").filter(|value| *value != "");
    if is_given && repeated.is_some_and(|repeated| Some(repeated) != fields.get("password")) {
        fields.fault("password", Kind::Own(Cow::Borrowed("The password confirmation does not match.")));
    }
    password
}

#[cfg(test)]
mod tests;
