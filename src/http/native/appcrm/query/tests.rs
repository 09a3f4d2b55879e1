//! What questions find, decided in memory.

use super::*;
use crate::scim::Object;
use crate::scim::schema::document::{Choices, built_in};
use crate::scim::urn::APPCRM;
use serde_json::{Value, json};

/// As a filter sees them: with number, shown name and times.
fn users() -> Vec<Object> {
    let user = |id: i64, first: &str, last: &str, more: &Value| {
        let email = format!("{}@example.com", first.to_lowercase());
        let mut user = json!({
            "userName": email,
            "name": { "givenName": first, "familyName": last, "formatted": format!("{first} {last}") },
            "displayName": format!("{first} {last}"),
            "emails": [{ "value": email, "primary": true }],
            "meta": { "created": format!("2026-01-{:02}T09:30:00.000001Z", id) },
            "urn:ietf:params:scim:schemas:extension:lifecycle:2.0:User": { "numericId": id },
        });
        for (name, value) in more.as_object().unwrap() {
            user[name] = value.clone();
        }
        user[APPCRM]["name"] = user["displayName"].clone();
        user.as_object().cloned().unwrap()
    };
    vec![
        user(1, "Zoe", "Quill", &json!({ APPCRM: { "superAdmin": true }, "timezone": "UTC", "locale": "pt-BR" })),
        user(2, "Adam", "Quill", &json!({ "phoneNumbers": [{ "value": "5551234567" }] })),
        user(3, "John", "100%_Smith", &json!({ "roles": [{ "value": "Sales" }] })),
        user(14, "Number12345", "Name", &json!({ APPCRM: { "superAdmin": false } })),
    ]
}

fn found(question: &Question<'_>) -> Result<Vec<i64>, (u16, String)> {
    let registry = built_in(Choices { unique_group_names: true });
    let kind = registry.resource_type("User").unwrap();
    let search = question.search(kind, 0, 15).map_err(|refusal| (refusal.status.as_u16(), refusal.detail.into()))?;
    let matching = users().into_iter().filter(|user| search.filter.as_ref().is_none_or(|filter| filter.matches(user)));
    let id = |user: Object| user["urn:ietf:params:scim:schemas:extension:lifecycle:2.0:User"]["numericId"].as_i64();
    Ok(matching.filter_map(id).collect())
}

#[test]
fn q_is_sought_in_the_fields_that_are_named() {
    let all = vec![1, 2, 3, 14];
    for (q, fields, word, ids) in [
        ("", "", "", all.clone()),
        ("Quill", "", "", vec![1, 2]),
        ("qUiLL", "", "", vec![1, 2]),
        ("zoe@example.com", "", "", vec![1]),
        ("zoe@example", "", "", vec![]),
        ("zoe@ex", "email:like;phones.number:=", "", vec![1]),
        ("5551234567", "email:like;phones.number:=", "", vec![2]),
        ("5551234567", "", "", vec![2]),
        ("name:Quill;email:zoe@example.com", "name:like;email:=", "and", vec![1]),
        ("name:Quill;email:zoe@example.com", "name:like;email:=", "AND", vec![1]),
        ("name:Quill;email:zoe@example.com", "name:like;email:=", "or", vec![1, 2]),
        ("name:Quill;email:zoe@example.com", "", "", vec![1, 2]),
        ("first_name:zoe", "", "", vec![1]),
        ("name:Quill;Adam", "name:like;first_name:=", "and", vec![2]),
        ("Adam,Zoe", "first_name:in", "", vec![1, 2]),
        ("adam", "first_name", "", vec![2]),
        ("ada", "first_name", "", vec![2]),
        ("ada", "first_name:=", "", vec![]),
        ("100%", "name", "", vec![3]),
        ("%", "name", "", vec![3]),
        ("_", "name", "", vec![3]),
        // Numbers of up to seven digits are ids and nothing else.
        ("14", "", "", vec![14]),
        ("14", "name:like", "", vec![14]),
        ("12345", "", "", vec![]),
        ("014", "", "", vec![]),
        ("x14", "id:=", "", vec![]),
        ("id:3", "", "", vec![3]),
        ("1,3", "id:in", "", vec![1, 3]),
        // A colon behind what is no field is text.
        ("company:Quill", "", "", vec![]),
        ("a:b;c", "", "", vec![]),
        ("super_admin:1", "", "", vec![1]),
        ("super_admin:false", "", "", vec![2, 3, 14]),
        ("super_admin:maybe", "", "", vec![]),
        ("timezone:utc", "", "", vec![1]),
        ("locale:pt_BR", "", "", vec![1]),
        ("created_at:2026-01-02", "", "", vec![2]),
        ("created_at:2026-01-02 09:30:00", "", "", vec![2]),
        ("created_at:soon", "", "", vec![]),
        ("roles.name:sale", "", "", vec![3]),
        ("phones.number:5551234567", "", "", vec![2]),
        // Nothing to test a listed field with.
        ("name:Quill", "email:=", "and", vec![]),
        ("a\0b", "", "", vec![]),
    ] {
        let question = Question {
            q: Some(q),
            search_fields: Some(fields),
            search_match: Some(word),
            sees_roles: true,
            ..Question::default()
        };
        assert_eq!(found(&question), Ok(ids), "{q} in {fields} {word}");
    }
}

#[test]
fn search_fields_of_which_none_is_known_are_refused() {
    let question =
        Question { q: Some("x"), search_fields: Some("foo;name:~"), sees_roles: true, ..Question::default() };
    let (status, message) = found(&question).unwrap_err();
    assert_eq!(status, 403);
    let start = "None of the search fields were accepted. Acceptable search fields are: id,name,first_name,";
    assert!(message.starts_with(start), "{message}");
    let question = Question { search_fields: Some("foo;name:~;email"), ..question };
    assert_eq!(found(&question), Ok(Vec::new()));
}

#[test]
fn who_is_not_shown_roles_does_not_find_by_them() {
    let by_role = Question { q: Some("Sales"), search_fields: Some("roles.name"), ..Question::default() };
    assert_eq!(found(&by_role).map_err(|(status, _)| status), Err(403));
    assert_eq!(found(&Question { sees_roles: true, ..by_role }), Ok(vec![3]));
    let order = Question { order: Some("roles.name"), ..Question::default() };
    assert_eq!(found(&order).map_err(|(status, _)| status), Err(422));
}

#[test]
fn a_list_of_very_many_values_is_refused() {
    let many = "x,".repeat(101);
    let question = Question { q: Some(&many), search_fields: Some("name:in"), ..Question::default() };
    assert_eq!(found(&question), Err((422, "The q must not have more than 100 items.".to_owned())));
}

#[test]
fn order_is_a_field_and_a_direction() {
    let registry = built_in(Choices { unique_group_names: true });
    let kind = registry.resource_type("User").unwrap();
    let sorted = |order: Option<&str>| {
        let question = Question { order, ..Question::default() };
        question
            .sort(kind)
            .map(|(target, descending)| (target.name(), descending))
            .map_err(|refusal| String::from(refusal.detail))
    };
    let name = "urn:ietf:params:scim:schemas:extension:appcrm:2.0:User:name";
    for (order, path, descending) in [
        (None, name, false),
        (Some(""), name, false),
        (Some("name|desc"), name, true),
        (Some("created_at"), "meta.created", false),
        (Some("created_at|DESC"), "meta.created", true),
        (Some("email|asc"), "emails.value", false),
    ] {
        assert_eq!(sorted(order), Ok((path.to_owned(), descending)), "{order:?}");
    }
    for wrong in ["nickname", "name|up", "|desc", "name|"] {
        assert_eq!(sorted(Some(wrong)), Err("The selected order is invalid.".into()), "{wrong}");
    }
}

#[test]
fn select_names_members() {
    assert_eq!(selected(None), None);
    assert_eq!(selected(Some(" ")), None);
    assert_eq!(selected(Some("first_name;id")), Some(vec!["first_name", "id"]));
    assert_eq!(selected(Some("email, name")), Some(vec!["email", "name"]));
}
