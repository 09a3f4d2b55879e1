//! What a body makes of the document of a user. Only what differs from what the API shows is written,
//! so an echo changes nothing.

use super::body::{Assignment, Given, Wish};
use super::view::{self, Flag};
use crate::scim::urn::{LIFECYCLE, PUBLICA};
use crate::scim::{Object, part};
use serde_json::{Value, json};

/// The document of a new user, who signs in by mail address.
pub(super) fn document(wish: &Wish) -> Object {
    let mut document = Object::new();
    if let Some(email) = &wish.email {
        document.insert("userName".to_owned(), Value::from(email.as_str()));
    }
    document.insert("active".to_owned(), Value::Bool(true));
    for (flag, wanted) in flags(wish) {
        // Said is said: SCIM shows the difference between false and nothing.
        part::set(&mut document, PUBLICA, flag.attribute(), wanted.map(Value::Bool));
    }
    apply(wish, &mut document);
    document
}

/// Changes a document.
pub(super) fn apply(wish: &Wish, document: &mut Object) {
    if let Some(wanted) = &wish.external_id
        && view::external_id(document) != Some(wanted)
    {
        document.insert("externalId".to_owned(), Value::from(wanted.as_str()));
    }
    if let Some(wanted) = &wish.email
        && view::email(document) != Some(wanted)
    {
        part::set_primary(document, "emails", wanted, "work");
    }
    for (flag, wanted) in flags(wish) {
        if let Some(wanted) = wanted
            && view::flag(document, flag) != wanted
        {
            part::set(document, PUBLICA, flag.attribute(), Some(Value::Bool(wanted)));
        }
    }
    match &wish.sessions_limit {
        Given::Absent => {}
        Given::Nothing => part::set(document, LIFECYCLE, "sessionsLimit", None),
        Given::This(limit) => part::set(document, LIFECYCLE, "sessionsLimit", Some(Value::from(*limit))),
    }
    if let Some(assignment) = &wish.assignment {
        assign(document, assignment);
    }
}

fn flags(wish: &Wish) -> [(Flag, Option<bool>); 3] {
    [(Flag::Admin, wish.admin), (Flag::PlanAdmin, wish.plan_admin), (Flag::OnlySeesReadable, wish.only_sees_readable)]
}

/// Gives the plan, or changes the last day and the name of one that is there.
fn assign(document: &mut Object, assignment: &Assignment) {
    let extension = document.entry(PUBLICA).or_insert_with(|| Value::Object(Object::new()));
    let Some(extension) = extension.as_object_mut() else { return };
    let plans = extension.entry("plans").or_insert_with(|| Value::Array(Vec::new()));
    let Some(plans) = plans.as_array_mut() else { return };
    let known = plans.iter().position(|plan| plan.get("planId").and_then(Value::as_i64) == Some(assignment.plan));
    let place = known.unwrap_or_else(|| {
        plans.push(json!({ "planId": assignment.plan }));
        plans.len() - 1
    });
    let Some(plan) = plans.get_mut(place).and_then(Value::as_object_mut) else { return };
    for (name, given) in [("validTo", &assignment.valid_to), ("display", &assignment.name)] {
        match given {
            Given::Absent => {}
            Given::Nothing => {
                plan.shift_remove(name);
            }
            Given::This(text) => {
                plan.insert(name.to_owned(), Value::from(text.as_str()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish() -> Wish {
        Wish {
            external_id: Some("e-1".to_owned()),
            email: Some("a@example.com".to_owned()),
            admin: Some(false),
            only_sees_readable: Some(true),
            ..Wish::default()
        }
    }

    fn assigning(valid_to: Given<String>, name: Given<String>) -> Wish {
        Wish { assignment: Some(Assignment { plan: 1, valid_to, name }), ..Wish::default() }
    }

    fn this(text: &str) -> Given<String> {
        Given::This(text.to_owned())
    }

    #[test]
    fn a_new_user_signs_in_by_mail_address() {
        let wish = Wish { sessions_limit: Given::This(3), ..wish() };
        let expected = json!({
            "userName": "a@example.com",
            "active": true,
            PUBLICA: { "admin": false, "onlySeesReadable": true },
            "externalId": "e-1",
            "emails": [{ "value": "a@example.com", "type": "work", "primary": true }],
            LIFECYCLE: { "sessionsLimit": 3 },
        });
        assert_eq!(Value::Object(document(&wish)), expected);
    }

    #[test]
    fn an_echo_changes_nothing() {
        let stored = json!({
            "userName": "ann",
            "externalId": "e-1",
            "emails": [{ "value": "other@example.com" }, { "value": "a@example.com", "primary": true }],
            PUBLICA: { "onlySeesReadable": true, "plans": [{ "planId": 1, "display": "Gold", "validTo": "2030-12-31" }] },
        });
        let mut after = stored.as_object().unwrap().clone();
        apply(&Wish { sessions_limit: Given::Nothing, ..wish() }, &mut after);
        apply(&assigning(this("2030-12-31"), this("Gold")), &mut after);
        apply(&assigning(Given::Absent, Given::Absent), &mut after);
        assert_eq!(Value::Object(after), stored);
    }

    #[test]
    fn what_is_shown_is_changed_and_nothing_else() {
        let stored = json!({
            "userName": "ann",
            "displayName": "Ann",
            "emails": [{ "value": "other@example.com" }, { "value": "old@example.com", "type": "home", "primary": true }],
            LIFECYCLE: { "sessionsLimit": 3 },
            PUBLICA: { "admin": true },
        });
        let mut after = stored.as_object().unwrap().clone();
        apply(&Wish { sessions_limit: Given::Nothing, ..wish() }, &mut after);
        let expected = json!({
            "userName": "ann",
            "displayName": "Ann",
            "emails": [{ "value": "other@example.com" }, { "value": "a@example.com", "type": "home", "primary": true }],
            PUBLICA: { "admin": false, "onlySeesReadable": true },
            "externalId": "e-1",
        });
        assert_eq!(Value::Object(after), expected);
    }

    #[test]
    fn the_same_plan_again_gets_another_day_and_name() {
        let mut document = Object::new();
        let plans = |document: &Object| document[PUBLICA]["plans"].clone();
        apply(&assigning(Given::Absent, Given::Absent), &mut document);
        assert_eq!(plans(&document), json!([{ "planId": 1 }]));
        apply(&assigning(this("2030-12-31"), this("Gold")), &mut document);
        assert_eq!(plans(&document), json!([{ "planId": 1, "validTo": "2030-12-31", "display": "Gold" }]));
        apply(&assigning(Given::Absent, this("Silver")), &mut document);
        assert_eq!(plans(&document), json!([{ "planId": 1, "validTo": "2030-12-31", "display": "Silver" }]));
        apply(&assigning(Given::Nothing, Given::Nothing), &mut document);
        assert_eq!(plans(&document), json!([{ "planId": 1 }]));
    }
}
