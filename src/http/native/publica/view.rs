//! What the API sees of a user: the document of the user, read.
//!
//! What is not there is shown as the API shows it: a flag nobody set is false.

use crate::clock::Micros;
use crate::directory::user::User;
use crate::http::native::gravatar;
use crate::scim::Object;
use serde_json::Value;

/// The schemas that hold what the API knows of a user.
pub(super) const LIFECYCLE: &str = "urn:ietf:params:scim:schemas:extension:lifecycle:2.0:User";
pub(super) const PUBLICA: &str = "urn:ietf:params:scim:schemas:extension:publica:2.0:User";

/// A flag of a user, as the document names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flag {
    Admin,
    PlanAdmin,
    OnlySeesReadable,
}

impl Flag {
    pub(super) const fn attribute(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::PlanAdmin => "planAdmin",
            Self::OnlySeesReadable => "onlySeesReadable",
        }
    }
}

/// A plan of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plan<'d> {
    pub id: i64,
    pub name: Option<&'d str>,
    pub valid_to: Option<&'d str>,
    pub assigned: Option<Micros>,
}

/// The mail address: the primary one, or else the first.
pub(super) fn email(document: &Object) -> Option<&str> {
    value(mails(document).get(shown(mails(document))?)?)
}

/// The place of the mail address that is shown.
pub(super) fn shown(mails: &[Value]) -> Option<usize> {
    let primary = |mail: &Value| mail.get("primary") == Some(&Value::Bool(true)) && value(mail).is_some();
    mails.iter().position(primary).or_else(|| mails.iter().position(|mail| value(mail).is_some()))
}

fn mails(document: &Object) -> &[Value] {
    list(document.get("emails"))
}

/// What the client calls the user.
pub(super) fn external_id(document: &Object) -> Option<&str> {
    document.get("externalId")?.as_str()
}

/// Whether a flag is set.
pub(super) fn flag(document: &Object, flag: Flag) -> bool {
    part(document, PUBLICA, flag.attribute()) == Some(&Value::Bool(true))
}

/// How many sessions the user may have; none for as many as it likes.
pub(super) fn sessions_limit(document: &Object) -> Option<i64> {
    part(document, LIFECYCLE, "sessionsLimit")?.as_i64()
}

/// The plans that have not ended before this day, yyyy-mm-dd.
pub(super) fn active_plans<'d>(document: &'d Object, today: &str) -> Vec<Plan<'d>> {
    let plan = |plan: &'d Value| {
        let text = |name| plan.get(name).and_then(Value::as_str);
        let assigned = text("assignedAt").and_then(instant);
        Some(Plan { id: plan.get("planId")?.as_i64()?, name: text("display"), valid_to: text("validTo"), assigned })
    };
    let plans = list(part(document, PUBLICA, "plans")).iter().filter_map(plan);
    // Days of one form have the order of their texts.
    plans.filter(|plan| plan.valid_to.is_none_or(|last| last >= today)).collect()
}

/// The URL of the picture: the photo of the user, or what Gravatar has.
pub(super) fn picture(document: &Object) -> String {
    let photos = list(document.get("photos"));
    let photo = photos.iter().find(|photo| photo.get("type").and_then(Value::as_str) == Some("photo"));
    photo.and_then(value).map_or_else(|| gravatar::url(email(document).unwrap_or_default()), ToOwned::to_owned)
}

/// When the user was deactivated; none while it is active.
pub(super) fn deleted(user: &User) -> Option<Micros> {
    let inactive = user.document.get("active") == Some(&Value::Bool(false));
    let noted = || part(&user.document, LIFECYCLE, "deactivatedAt").and_then(Value::as_str).and_then(instant);
    inactive.then(|| noted().unwrap_or(user.record.modified))
}

fn part<'d>(document: &'d Object, urn: &str, name: &str) -> Option<&'d Value> {
    document.get(urn)?.get(name)
}

fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The `value` of an element.
fn value(element: &Value) -> Option<&str> {
    element.get("value")?.as_str()
}

fn instant(text: &str) -> Option<Micros> {
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_microsecond)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document(value: Value) -> Object {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn the_mail_address_is_the_primary_one_or_the_first() {
        for (emails, expected) in [
            (json!([{ "value": "a@x" }, { "value": "b@x", "primary": true }]), Some("b@x")),
            (json!([{ "value": "a@x" }, { "value": "b@x", "primary": false }]), Some("a@x")),
            (json!([{ "type": "work", "primary": true }, { "value": "b@x" }]), Some("b@x")),
            (json!([{ "type": "work" }]), None),
            (json!([]), None),
        ] {
            assert_eq!(email(&document(json!({ "emails": emails }))), expected, "{emails}");
        }
        assert_eq!(email(&Object::new()), None);
    }

    #[test]
    fn a_plan_counts_until_its_last_day_is_over() {
        let user = document(json!({ PUBLICA: { "plans": [
            { "planId": 1, "display": "Gold", "validTo": "2026-01-30" },
            { "planId": 2, "validTo": "2026-01-31", "assignedAt": "2026-01-01T00:00:00.000Z" },
            { "planId": 3 },
        ] } }));
        let plans = active_plans(&user, "2026-01-31");
        assert_eq!(plans.iter().map(|plan| plan.id).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(plans[0].assigned, Some(1_767_225_600_000_000));
    }

    #[test]
    fn the_picture_is_the_photo_of_the_user_or_what_gravatar_has() {
        let mail = json!([{ "value": "a@example.com" }]);
        let own = document(json!({ "emails": mail, "photos": [
            { "value": "https://example.com/small.png", "type": "thumbnail" },
            { "value": "https://example.com/a.png", "type": "photo" },
        ] }));
        assert_eq!(picture(&own), "https://example.com/a.png");
        assert_eq!(picture(&document(json!({ "emails": mail }))), gravatar::url("a@example.com"));
        assert_eq!(picture(&Object::new()), gravatar::url(""));
    }

    #[test]
    fn what_nobody_set_is_false_and_without_limit() {
        let empty = Object::new();
        for one in [Flag::Admin, Flag::PlanAdmin, Flag::OnlySeesReadable] {
            assert!(!flag(&empty, one));
        }
        assert_eq!((sessions_limit(&empty), external_id(&empty)), (None, None));
        assert!(active_plans(&empty, "2026-01-31").is_empty());
    }
}
