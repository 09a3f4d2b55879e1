//! What is written of a user: only what differs from what is shown, so that an echo changes nothing and
//! what other surfaces keep stays.

use super::form::Known;
use super::locale::to_scim;
use super::stored;
use crate::scim::urn::APPCRM;
use crate::scim::value::fold;
use crate::scim::{Object, part};
use serde_json::{Value, json};

/// What is to change in a user; what is absent stays.
#[derive(Clone, Debug, Default)]
pub(super) struct Change {
    /// There is no such user yet: defaults are written too.
    pub is_new: bool,
    pub name: Option<String>,
    pub email: Option<String>,
    pub timezone: Option<String>,
    pub date_format: Option<String>,
    pub time_format: Option<String>,
    /// As App CRM writes it.
    pub locale: Option<String>,
    /// The names of all roles.
    pub roles: Option<Vec<String>>,
    pub super_admin: Option<bool>,
    pub access_api: Option<bool>,
    pub active: Option<bool>,
    /// Empty if it is to go.
    pub mail_signature: Option<String>,
    pub first_day: Option<i64>,
}

impl Change {
    /// A new document.
    pub(super) fn create(&self, known: &Known) -> Object {
        let mut document = Object::new();
        if let Some(email) = &self.email {
            document.insert("userName".to_owned(), Value::from(email.as_str()));
        }
        document.insert("active".to_owned(), Value::Bool(self.active.unwrap_or(true)));
        self.apply(&mut document, known);
        document
    }

    /// Changes a document.
    pub(super) fn apply(&self, document: &mut Object, known: &Known) {
        self.write_name(document);
        self.write_email(document);
        if let Some(timezone) = self.differing(self.timezone.as_deref(), stored::timezone(document)) {
            document.insert("timezone".to_owned(), Value::from(timezone));
        }
        if let Some(locale) = self.differing(self.locale.as_deref(), known.locales.shown(stored::locale(document))) {
            document.insert("locale".to_owned(), Value::from(to_scim(locale)));
        }
        if let Some(format) = self.differing(self.date_format.as_deref(), stored::date_format(document)) {
            part::set(document, APPCRM, "dateFormat", Some(Value::from(format)));
        }
        if let Some(format) = self.differing(self.time_format.as_deref(), stored::time_format(document)) {
            part::set(document, APPCRM, "timeFormat", Some(Value::from(format)));
        }
        if let Some(truth) = self.differing(self.super_admin, stored::super_admin(document)) {
            part::set(document, APPCRM, "superAdmin", Some(Value::Bool(truth)));
        }
        // A super admin has access whatever is said.
        let has_access = stored::access_api(document);
        if let Some(truth) =
            self.differing(self.access_api, has_access).map(|truth| truth || stored::super_admin(document))
        {
            part::set(document, APPCRM, "accessApi", Some(Value::Bool(truth)));
        }
        if let Some(active) = self.active.filter(|active| *active != part::is_active(document)) {
            document.insert("active".to_owned(), Value::Bool(active));
        }
        if let Some(day) = self.first_day.filter(|day| stored::first_day(document) != Some(*day)) {
            part::set(document, APPCRM, "firstDayOfWeek", Some(Value::from(day)));
        }
        if let Some(signature) = self.mail_signature.as_deref() {
            let signature = Some(signature).filter(|text| !text.is_empty()).map(Value::from);
            part::set(document, APPCRM, "mailSignature", signature);
        }
        self.write_roles(document, known);
    }

    /// The value that is sent, if it is another than the one that is shown.
    fn differing<T: PartialEq + Copy>(&self, sent: Option<T>, shown: T) -> Option<T> {
        sent.filter(|sent| self.is_new || *sent != shown)
    }

    fn write_name(&self, document: &mut Object) {
        let Some(name) = self.name.as_deref().filter(|name| *name != stored::name(document)) else { return };
        document.insert("displayName".to_owned(), Value::from(name));
        let parts = document.entry("name").or_insert_with(|| json!({}));
        let Some(parts) = parts.as_object_mut() else { return };
        let (first, rest) = stored::words(name);
        parts.insert("formatted".to_owned(), Value::from(name));
        for (part, text) in [("givenName", first), ("familyName", rest)] {
            if text.is_empty() {
                parts.shift_remove(part);
            } else {
                parts.insert(part.to_owned(), Value::from(text));
            }
        }
    }

    fn write_email(&self, document: &mut Object) {
        if let Some(email) = self.email.as_deref().filter(|email| Some(*email) != stored::email(document)) {
            part::set_primary(document, "emails", email, "work");
        }
    }

    /// Roles stay as they are if they are named again; those no catalogue has are nobody's to name.
    fn write_roles(&self, document: &mut Object, known: &Known) {
        let Some(names) = &self.roles else { return };
        let wanted: Vec<String> = names.iter().map(|name| fold(name)).collect();
        let held: Vec<String> = stored::roles(document).map(fold).collect();
        let catalogue: Vec<String> = known.roles.iter().map(|role| fold(&role.name)).collect();
        let mut roles = document.get("roles").and_then(Value::as_array).cloned().unwrap_or_default();
        roles.retain(|role| {
            let name = role.get("value").and_then(Value::as_str).map(fold);
            name.is_none_or(|name| wanted.contains(&name) || !catalogue.contains(&name))
        });
        let mut added: Vec<&str> = Vec::new();
        for (name, key) in names.iter().zip(&wanted) {
            if !held.contains(key) && !added.contains(&key.as_str()) {
                added.push(key);
                roles.push(json!({ "value": name }));
            }
        }
        if roles.is_empty() {
            document.shift_remove("roles");
        } else {
            document.insert("roles".to_owned(), Value::Array(roles));
        }
    }
}

#[cfg(test)]
mod tests;
