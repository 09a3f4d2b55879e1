//! What the API knows of a user, in the user's document: read from it, made into one, changed in it.
//!
//! A change touches what is other than it was and nothing else.

use crate::directory::invitation::{Grant, Invitation};
use crate::scim::urn::{ADEPTIA, ENTERPRISE_USER};
use crate::scim::{Object, part};
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
        Self {
            first_name: part::text(document, &["name", "givenName"]),
            last_name: part::text(document, &["name", "familyName"]),
            email: part::primary(document, "emails"),
            company: part::text(document, &[ENTERPRISE_USER, ORGANIZATION]),
            roles: part::list(document, &[ADEPTIA, ROLES]).iter().filter_map(Assignment::of).collect(),
            active: part::is_active(document),
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
    part::set_primary(&mut document, "emails", &invitation.recipient, "work");
    part::set(&mut document, ENTERPRISE_USER, ORGANIZATION, company.map(Value::from));
    part::set(&mut document, ADEPTIA, COMPANY, Some(json!(invitation.company)));
    part::set(&mut document, ADEPTIA, ROLES, Some(Value::Array(roles)));
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
        for (differs, which, name) in [(first, "givenName", &self.first_name), (last, "familyName", &self.last_name)] {
            if let Some(name) = name.as_ref().filter(|_| differs) {
                part::set(document, "name", which, Some(json!(name)));
            }
        }
        if first || last {
            // They were made of the old names.
            part::set(document, "name", "formatted", None);
            document.shift_remove("displayName");
        }
        if let Some(email) = email {
            part::set_primary(document, "emails", &email, "work");
        }
        if let Some(Company { name, id }) = company {
            part::set(document, ENTERPRISE_USER, ORGANIZATION, name.as_deref().map(Value::from));
            part::set(document, ADEPTIA, COMPANY, id.map(Value::from));
        }
        if let Some(roles) = roles {
            part::set(document, ADEPTIA, ROLES, Some(roles.iter().copied().map(Assignment::write).collect()));
        }
    }
}

/// Whether two lists have the same roles, in whatever order.
fn same(one: &[Assignment], other: &[Assignment]) -> bool {
    one.len() == other.len() && one.iter().all(|role| other.contains(role))
}

#[cfg(test)]
mod tests;
