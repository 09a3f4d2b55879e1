//! What the API sees of a user: the document of the user, read.
//!
//! What is not there is shown as the API shows it: a flag nobody set is false.

use crate::clock::Micros;
use crate::directory::user::User;
use crate::http::native::gravatar;
use crate::scim::urn::{LIFECYCLE, PUBLICA};
use crate::scim::{Object, part};
use serde_json::Value;

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
pub(super) fn email(user: &Object) -> Option<&str> {
    part::primary(user, "emails")
}

/// What the client calls the user.
pub(super) fn external_id(user: &Object) -> Option<&str> {
    part::text(user, &["externalId"])
}

/// Whether a flag is set.
pub(super) fn flag(user: &Object, flag: Flag) -> bool {
    part::at(user, &[PUBLICA, flag.attribute()]) == Some(&Value::Bool(true))
}

/// How many sessions the user may have; none for as many as it likes.
pub(super) fn sessions_limit(user: &Object) -> Option<i64> {
    part::number(user, &[LIFECYCLE, "sessionsLimit"])
}

/// The plans that have not ended before this day, yyyy-mm-dd.
pub(super) fn active_plans<'d>(user: &'d Object, today: &str) -> Vec<Plan<'d>> {
    let plan = |plan: &'d Value| {
        let text = |name| plan.get(name).and_then(Value::as_str);
        let assigned = text("assignedAt").and_then(instant);
        Some(Plan { id: plan.get("planId")?.as_i64()?, name: text("display"), valid_to: text("validTo"), assigned })
    };
    let plans = part::list(user, &[PUBLICA, "plans"]).iter().filter_map(plan);
    // Days of one form have the order of their texts.
    plans.filter(|plan| plan.valid_to.is_none_or(|last| last >= today)).collect()
}

/// The URL of the picture: the photo of the user, or what Gravatar has.
pub(super) fn picture(user: &Object) -> String {
    let is_photo = |photo: &&Value| photo.get("type").and_then(Value::as_str) == Some("photo");
    let photo = part::list(user, &["photos"]).iter().find(is_photo).and_then(|photo| photo.get("value")?.as_str());
    photo.map_or_else(|| gravatar::url(email(user).unwrap_or_default()), ToOwned::to_owned)
}

/// When the user was deactivated; none while it is active.
pub(super) fn deleted(user: &User) -> Option<Micros> {
    let noted = || part::text(&user.document, &[LIFECYCLE, "deactivatedAt"]).and_then(instant);
    (!part::is_active(&user.document)).then(|| noted().unwrap_or(user.record.modified))
}

fn instant(text: &str) -> Option<Micros> {
    text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_microsecond)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(value: &Value) -> Object {
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
            assert_eq!(email(&object(&json!({ "emails": emails }))), expected, "{emails}");
        }
        assert_eq!(email(&Object::new()), None);
    }

    #[test]
    fn a_plan_counts_until_its_last_day_is_over() {
        let user = object(&json!({ PUBLICA: { "plans": [
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
        let own = object(&json!({ "emails": mail, "photos": [
            { "value": "https://example.com/small.png", "type": "thumbnail" },
            { "value": "https://example.com/a.png", "type": "photo" },
        ] }));
        assert_eq!(picture(&own), "https://example.com/a.png");
        assert_eq!(picture(&object(&json!({ "emails": mail }))), gravatar::url("a@example.com"));
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
