//! What the API knows of a user, in the user's document: read from it, made into one, changed in it.
//!
//! A change touches what is other than it was and nothing else.

use crate::directory::invitation::{Grant, Invitation};
use crate::scim::Object;
use crate::scim::urn::ADEPTIA;
use crate::scim::urn::ENTERPRISE_USER;
use serde_json::{Value, json};

const ROLES: &str = "userPartnerRoles";
const COMPANY: &str = "companyId";
const ORGANIZATION: &str = "organization";

/// A role of a user at a partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Assignment {
    pub partner: i64,
    pub role: i64,
    pub default: bool,
}

/// A user as the document has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Person<'d> {
    pub first_name: Option<&'d str>,
    pub last_name: Option<&'d str>,
    /// The primary mail address, or the first.
    pub email: Option<&'d str>,
    pub company: Option<&'d str>,
    pub roles: Vec<Assignment>,
    pub active: bool,
}

/// What a user is to become; what is none stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Change {
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub email: Option<String>,
    pub company: Option<Company>,
    /// All of the roles.
    pub roles: Option<Vec<Assignment>>,
}

/// A company by its name, and by its number if the catalogue has one of that name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Company {
    /// None for no company.
    pub name: Option<String>,
    pub id: Option<i64>,
}

impl<'d> Person<'d> {
    pub(super) fn of(document: &'d Object) -> Self {
        let name = |part: &str| document.get("name")?.get(part)?.as_str();
        let mails = document.get("emails").and_then(Value::as_array);
        let roles = document.get(ADEPTIA).and_then(|adeptia| adeptia.get(ROLES)?.as_array());
        Self {
            first_name: name("givenName"),
            last_name: name("familyName"),
            email: mails.and_then(|mails| mails.get(place(mails))?.get("value")?.as_str()),
            company: document.get(ENTERPRISE_USER).and_then(|enterprise| enterprise.get(ORGANIZATION)?.as_str()),
            roles: roles.into_iter().flatten().filter_map(Assignment::of).collect(),
            // A user of whom nothing else is said is active.
            active: document.get("active") != Some(&Value::Bool(false)),
        }
    }
}

impl Assignment {
    fn of(stored: &Value) -> Option<Self> {
        let number = |name: &str| stored.get(name)?.as_i64();
        let default = stored.get("defaultRole").and_then(Value::as_bool).unwrap_or_default();
        Some(Self { partner: number("partner")?, role: number("role")?, default })
    }

    fn write(self) -> Value {
        json!({ "partner": self.partner, "role": self.role, "defaultRole": self.default })
    }
}

/// The document of who comes by an invitation. `role` is where it starts, at partners that give it;
/// `company` is the name of the company.
pub(super) fn invited(
    invitation: &Invitation,
    (first_name, last_name): (&str, &str),
    role: Option<i64>,
    company: Option<&str>,
) -> Object {
    let roles = invitation.grants.iter().flat_map(|grant| given(grant, role)).map(Assignment::write).collect();
    let mut document = Object::new();
    document.insert("userName".to_owned(), json!(invitation.recipient));
    document.insert("name".to_owned(), json!({ "givenName": first_name, "familyName": last_name }));
    document.insert("active".to_owned(), json!(true));
    document.insert("emails".to_owned(), mail(&invitation.recipient));
    set(&mut document, ENTERPRISE_USER, ORGANIZATION, company.map(Value::from));
    set(&mut document, ADEPTIA, COMPANY, Some(json!(invitation.company)));
    set(&mut document, ADEPTIA, ROLES, Some(Value::Array(roles)));
    document
}

fn given(grant: &Grant, role: Option<i64>) -> impl Iterator<Item = Assignment> + '_ {
    let default = role.filter(|role| grant.roles.contains(role)).unwrap_or(grant.default_role);
    grant.roles.iter().map(move |role| Assignment { partner: grant.partner, role: *role, default: *role == default })
}

impl Change {
    /// Makes the change in a document.
    pub(super) fn apply(&self, document: &mut Object) {
        let before = Person::of(document);
        let differs = |wanted: &Option<String>, known: Option<&str>| wanted.is_some() && wanted.as_deref() != known;
        let first = differs(&self.first_name, before.first_name);
        let last = differs(&self.last_name, before.last_name);
        let email = self.email.as_deref().filter(|email| before.email != Some(email)).map(ToOwned::to_owned);
        let company = self.company.as_ref().filter(|company| company.name.as_deref() != before.company);
        let roles = self.roles.as_ref().filter(|roles| !same(roles, &before.roles));
        for (differs, part, name) in [(first, "givenName", &self.first_name), (last, "familyName", &self.last_name)] {
            if let Some(name) = name.as_ref().filter(|_| differs) {
                set(document, "name", part, Some(json!(name)));
            }
        }
        if first || last {
            // They were made of the old names.
            set(document, "name", "formatted", None);
            document.shift_remove("displayName");
        }
        if let Some(email) = email {
            set_mail(document, &email);
        }
        if let Some(Company { name, id }) = company {
            set(document, ENTERPRISE_USER, ORGANIZATION, name.as_deref().map(Value::from));
            set(document, ADEPTIA, COMPANY, id.map(Value::from));
        }
        if let Some(roles) = roles {
            set(document, ADEPTIA, ROLES, Some(roles.iter().copied().map(Assignment::write).collect()));
        }
    }
}

/// Whether two lists have the same roles, in whatever order.
fn same(one: &[Assignment], other: &[Assignment]) -> bool {
    one.len() == other.len() && one.iter().all(|role| other.contains(role))
}

/// Where the primary mail address stands, or else the first.
fn place(mails: &[Value]) -> usize {
    let value = |mail: &Value| mail.get("value").is_some_and(Value::is_string);
    let primary = |mail: &Value| mail.get("primary") == Some(&Value::Bool(true)) && value(mail);
    mails.iter().position(primary).or_else(|| mails.iter().position(value)).unwrap_or_default()
}

fn mail(address: &str) -> Value {
    json!([{ "value": address, "type": "work", "primary": true }])
}

fn set_mail(document: &mut Object, address: &str) {
    let mails = document.get_mut("emails").and_then(Value::as_array_mut);
    let Some(mails) = mails.filter(|mails| !mails.is_empty()) else {
        document.insert("emails".to_owned(), mail(address));
        return;
    };
    let place = place(mails);
    if let Some(known) = mails.get_mut(place).and_then(Value::as_object_mut) {
        known.insert("value".to_owned(), json!(address));
        // It was what people called the old one.
        known.shift_remove("display");
    }
}

/// Sets or removes a part of an attribute or of an extension, which goes with its last part.
fn set(document: &mut Object, whole: &str, part: &str, value: Option<Value>) {
    if let Some(value) = value.filter(|value| !value.as_array().is_some_and(Vec::is_empty)) {
        let parts = document.entry(whole).or_insert_with(|| Value::Object(Object::new()));
        if let Some(parts) = parts.as_object_mut() {
            parts.insert(part.to_owned(), value);
        }
        return;
    }
    let Some(parts) = document.get_mut(whole).and_then(Value::as_object_mut) else { return };
    parts.shift_remove(part);
    if parts.is_empty() {
        document.shift_remove(whole);
    }
}

#[cfg(test)]
mod tests;
