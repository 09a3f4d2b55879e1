//! How users are shown.

use super::*;
use crate::auth::scope::Scopes;
use crate::directory::catalogue::Entry;
use crate::directory::schema::Schemas;
use crate::directory::{Door, Principal, Record, TenantId};
use crate::http::native::appcrm::locale::Locales;
use crate::scim::schema::document::{Choices, built_in};
use crate::scim::tolerance::{Profile, Used};

use serde_json::json;
use std::sync::Arc;

fn known() -> Known {
    let roles = vec![Entry { id: 2, name: "User".to_owned(), default: true }];
    Known { roles, locales: Locales::of(Vec::new()) }
}

fn caller(principal: Option<(i64, bool)>) -> Caller {
    let user = |(num, super_admin)| Principal { num, id: String::new(), super_admin, access_api: true, session: None };
    Caller {
        tenant: TenantId(1),
        connection: 1,
        credential: String::new(),
        scopes: Scopes::all(),
        profile: Arc::new(Profile::default()),
        door: Door::Appcrm,
        subject: None,
        principal: principal.map(user),
        native: true,
        schemas: Arc::new(Schemas::new(0, Arc::new(built_in(Choices { unique_group_names: true })))),
    }
}

fn user(document: Value) -> user::User {
    let registry = built_in(Choices { unique_group_names: true });
    let record = Record {
        kind: Arc::clone(registry.resource_type("User").unwrap()),
        num: 7,
        id: "018f0000-0000-7000-8000-000000000000".to_owned(),
        version: 1,
        created: 1_769_851_800_000_001,
        modified: 1_769_851_800_000_002,
        document: String::new(),
        groups: None,
        members: None,
        sessions: None,
        dependents: None,
        too_many_members: false,
        changed: Vec::new(),
        used: Used::default(),
    };
    user::User { record, document: serde_json::from_value(document).unwrap() }
}

#[test]
fn a_user_is_shown_with_all_its_members() {
    let known = known();
    let caller = caller(None);
    let shown = View { caller: &caller, known: &known }.show(&user(json!({
        "userName": "john@example.com",
        "displayName": "John Smith",
        "emails": [{ "value": "john@example.com", "primary": true }],
        "timezone": "Europe/Berlin",
        "locale": "pt-BR",
        "roles": [{ "value": "user" }, { "value": "in no catalogue" }],
        crate::scim::urn::APPCRM: { "dateFormat": "F j, Y", "timeFormat": "G:i A", "superAdmin": true, "mailSignature": "<b>x</b><script>y</script>" },
    })));
    let expected = json!({
        "id": 7,
        "name": "John Smith",
        "email": "john@example.com",
        "timezone": "Europe/Berlin",
        "date_format": "F j, Y",
        "time_format": "G:i A",
        "locale": "pt_BR",
        "mail_signature": "<b>x</b>",
        "super_admin": true,
        "access_api": true,
        "first_day_of_week": null,
        "active": true,
        "avatar": null,
        "uploaded_avatar_url": null,
        "avatar_url": gravatar::url("john@example.com"),
        "guest_email": "john@example.com",
        "guest_display_name": "John Smith",
        "gate": { "access-api": true, "is-super-admin": true },
        "authorizations": { "view": true, "create": true, "update": true, "delete": true, "viewAny": true },
        "was_recently_created": false,
        "created_at": "2026-01-31T09:30:00.000001Z",
        "updated_at": "2026-01-31T09:30:00.000002Z",
        "roles": [{ "id": 2, "name": "User" }],
    });
    assert_eq!(shown.to_json(), Some(expected));
}

#[test]
fn roles_are_shown_to_programs_super_admins_and_oneself() {
    let known = known();
    for (principal, shown) in
        [(None, true), (Some((1, true)), true), (Some((7, false)), true), (Some((1, false)), false)]
    {
        let caller = caller(principal);
        let user = View { caller: &caller, known: &known }.show(&user(json!({ "userName": "x" })));
        assert_eq!(user.roles.is_some(), shown, "{principal:?}");
        let writes = principal.is_none_or(|(_, super_admin)| super_admin);
        assert_eq!(user.authorizations.update, writes, "{principal:?}");
    }
}

#[test]
fn selected_members_are_shown_with_the_id() {
    let known = known();
    let caller = caller(None);
    let view = View { caller: &caller, known: &known };
    let user = user(json!({ "userName": "x", "displayName": "Adam van Quill" }));
    for (selected, expected) in [
        (&["first_name", "id"][..], json!({ "id": 7, "first_name": "Adam" })),
        (&["last_name", "nonsense"], json!({ "id": 7, "last_name": "van Quill" })),
        (&[], json!({ "id": 7 })),
        (&["name"], json!({ "id": 7, "name": "Adam van Quill" })),
    ] {
        assert_eq!(view.list(&user, Some(selected)).to_json(), Some(expected), "{selected:?}");
    }
    let whole = view.list(&user, None).to_json().unwrap();
    assert!(whole.get("first_name").is_none() && whole.get("email").is_some());
}
