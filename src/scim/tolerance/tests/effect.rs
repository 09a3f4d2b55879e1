//! What each tolerance does to the bodies it is about: taken and noted when it is on, refused when
//! it is off, and no other tolerance is needed.

use super::*;
use crate::scim::schema::ResourceType;
use crate::scim::schema::document::{Choices, built_in};
use crate::scim::urn::{ENTERPRISE_USER as ENTERPRISE, GROUP, PATCH_OP, USER};
use crate::scim::{ScimType, patch, resource};
use ScimType::{InvalidPath, InvalidSyntax, InvalidValue, NoTarget};
use Tolerance::{
    AnySchemas, ClearByEmpty, LoosePatch, LooseShapes, PathlessPatch, RemoveByValue, TextBooleans, UnknownAttributes,
    UnknownPaths,
};
use serde_json::{Value, json};
use std::sync::Arc;

fn kind(name: &str) -> Arc<ResourceType> {
    Arc::clone(built_in(Choices { unique_group_names: true }).resource_type(name).unwrap())
}

/// Reads a request under a profile: what was made use of.
type Read<'r> = &'r dyn Fn(&Profile) -> Result<Used, Error>;

/// A request that needs one tolerance.
#[track_caller]
fn needs(tolerance: Tolerance, scim_type: ScimType, what: &Value, read: Read<'_>) {
    let strict = Profile::from(Preset::Strict);
    let error = read(&strict).unwrap_err();
    assert_eq!(error.scim_type, scim_type, "{what}: {error}");
    let alone = Profile { set: BTreeMap::from([(tolerance, true)]), ..strict };
    assert_eq!(read(&alone), Ok(Used::from_iter([tolerance])), "{what} with {tolerance} alone");
    let all_others = Tolerance::ALL.into_iter().filter(|other| *other != tolerance).map(|other| (other, true));
    let without = Profile { set: all_others.chain([(tolerance, false)]).collect(), ..Profile::default() };
    assert_eq!(read(&without), Err(error), "{what} without {tolerance}");
}

fn body(kind_name: &str, body: &Value, profile: &Profile) -> Result<Used, Error> {
    resource::read(&kind(kind_name), body.clone(), profile).map(|draft| draft.used)
}

fn operations(kind_name: &str, operations: &Value, profile: &Profile) -> Result<Used, Error> {
    let body = json!({ "schemas": [PATCH_OP], "Operations": operations });
    patch::parse(&kind(kind_name), &body, profile).map(|patch| patch.used)
}

#[test]
fn each_relaxation_of_a_body_needs_its_tolerance() {
    let user = |rest: Value| {
        let mut body = json!({ "schemas": [USER], "userName": "ann" });
        body.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        ("User", body)
    };
    let group = |members: Value| ("Group", json!({ "schemas": [GROUP], "displayName": "g", "members": members }));
    let table = [
        (AnySchemas, InvalidSyntax, ("User", json!({ "userName": "ann" }))),
        (AnySchemas, InvalidSyntax, user(json!({ "schemas": null }))),
        (AnySchemas, InvalidSyntax, user(json!({ "schemas": [] }))),
        (AnySchemas, InvalidSyntax, user(json!({ "schemas": USER }))),
        (AnySchemas, InvalidSyntax, user(json!({ "schemas": ["urn:scim:schemas:core:1.0"] }))),
        (AnySchemas, InvalidSyntax, user(json!({ "schemas": [GROUP] }))),
        (AnySchemas, InvalidSyntax, user(json!({ "schemas": [USER, "urn:x:nosuch"] }))),
        (AnySchemas, InvalidSyntax, user(json!({ "schemas": [USER, 5] }))),
        (AnySchemas, InvalidSyntax, user(json!({ ENTERPRISE: { "department": "d" } }))),
        (UnknownAttributes, InvalidSyntax, user(json!({ "nosuch": 1 }))),
        (UnknownAttributes, InvalidSyntax, user(json!({ "urn:x:nosuch": { "a": 1 } }))),
        (UnknownAttributes, InvalidSyntax, user(json!({ "name": { "nosuch": 1 } }))),
        (UnknownAttributes, InvalidSyntax, user(json!({ "emails": [{ "value": "a@b", "nosuch": 1 }] }))),
        (UnknownAttributes, InvalidSyntax, user(json!({ "schemas": [USER, ENTERPRISE], ENTERPRISE: { "nosuch": 1 } }))),
        (UnknownAttributes, InvalidSyntax, user(json!({ "meta": { "nosuch": 1 } }))),
        (UnknownAttributes, InvalidSyntax, user(json!({ "groups": [{ "value": "g", "nosuch": 1 }] }))),
        (UnknownAttributes, InvalidSyntax, group(json!([{ "value": "a", "nosuch": 1 }]))),
        (TextBooleans, InvalidValue, user(json!({ "active": "True" }))),
        (TextBooleans, InvalidValue, user(json!({ "emails": [{ "value": "a@b", "primary": "false" }] }))),
        (LooseShapes, InvalidValue, user(json!({ "title": 5 }))),
        (LooseShapes, InvalidValue, user(json!({ "emails": { "value": "a@b" } }))),
        (LooseShapes, InvalidValue, user(json!({ "emails": ["a@b"] }))),
        (LooseShapes, InvalidValue, user(json!({ "name": [{ "givenName": "Ann" }] }))),
        (LooseShapes, InvalidValue, user(json!({ "title": ["t"] }))),
        (LooseShapes, InvalidValue, user(json!({ "password": 1_234_567_890 }))),
        (LooseShapes, InvalidValue, user(json!({ "schemas": [USER, ENTERPRISE], ENTERPRISE: { "manager": "m" } }))),
        (LooseShapes, InvalidValue, group(json!("a"))),
        (LooseShapes, InvalidValue, group(json!(["a"]))),
        (LooseShapes, InvalidValue, group(json!({ "value": "a" }))),
        (LooseShapes, InvalidValue, group(json!(["{\"value\":\"a\"}"]))),
    ];
    for (tolerance, scim_type, (kind, sent)) in table {
        needs(tolerance, scim_type, &sent, &|profile| body(kind, &sent, profile));
    }
}

#[test]
fn each_relaxation_of_an_operation_needs_its_tolerance() {
    let manager = format!("{ENTERPRISE}:manager");
    let table = [
        (UnknownAttributes, InvalidSyntax, json!({ "op": "add", "path": USER, "value": { "nosuch": 1 } })),
        (UnknownAttributes, InvalidSyntax, json!({ "op": "add", "path": ENTERPRISE, "value": { "nosuch": 1 } })),
        (UnknownAttributes, InvalidSyntax, json!({ "op": "add", "path": "name", "value": { "nosuch": 1 } })),
        (TextBooleans, InvalidValue, json!({ "op": "replace", "path": "active", "value": "False" })),
        (TextBooleans, InvalidValue, json!({ "op": "replace", "path": USER, "value": { "active": "True" } })),
        (LooseShapes, InvalidValue, json!({ "op": "replace", "path": "title", "value": 5 })),
        (LooseShapes, InvalidValue, json!({ "op": "add", "path": "emails", "value": { "value": "a@b" } })),
        (LooseShapes, InvalidValue, json!({ "op": "add", "path": manager, "value": "m" })),
        (ClearByEmpty, InvalidValue, json!({ "op": "replace", "path": "title", "value": "" })),
        (ClearByEmpty, InvalidValue, json!({ "op": "replace", "path": "title", "value": null })),
        (ClearByEmpty, InvalidValue, json!({ "op": "replace", "path": USER, "value": { "title": "" } })),
        (ClearByEmpty, InvalidValue, json!({ "op": "replace", "path": manager, "value": "" })),
        (ClearByEmpty, InvalidValue, json!({ "op": "replace", "path": ENTERPRISE, "value": null })),
        (ClearByEmpty, InvalidValue, json!({ "op": "remove", "path": "title", "value": "t" })),
        (ClearByEmpty, InvalidValue, json!({ "op": "remove", "path": "emails[type eq \"work\"]", "value": [] })),
        (ClearByEmpty, InvalidValue, json!({ "op": "remove", "path": "emails", "value": "" })),
        (RemoveByValue, InvalidValue, json!({ "op": "remove", "path": "emails", "value": [{ "value": "a@b" }] })),
        (RemoveByValue, InvalidValue, json!({ "op": "remove", "path": "emails", "value": [] })),
        (PathlessPatch, InvalidSyntax, json!({ "op": "add", "value": { "title": "t" } })),
        (PathlessPatch, InvalidSyntax, json!({ "op": "replace", "path": null, "value": { "title": "t" } })),
        (PathlessPatch, InvalidSyntax, json!({ "op": "replace", "path": " ", "value": { "title": "t" } })),
    ];
    for (tolerance, scim_type, operation) in table {
        needs(tolerance, scim_type, &operation, &|profile| operations("User", &json!([operation]), profile));
    }
    let removal = json!([{ "op": "remove", "value": { "emails": [{ "value": "a@b" }] } }]);
    for (profile, refusal) in [("strict", InvalidSyntax), ("strict pathless-patch=on", NoTarget)] {
        let error = operations("User", &removal, &profile.parse().unwrap()).unwrap_err();
        assert_eq!(error.scim_type, refusal, "{profile}: {error}");
    }
    let both: Profile = "strict pathless-patch=on remove-by-value=on".parse().unwrap();
    assert_eq!(operations("User", &removal, &both), Ok(Used::from_iter([RemoveByValue, PathlessPatch])));
    let table = [
        json!({ "op": "remove", "path": "members", "value": [{ "value": "a" }] }),
        json!({ "op": "remove", "path": "members", "value": [] }),
        json!({ "op": "remove", "path": "members.value", "value": [{ "value": "a" }] }),
    ];
    for operation in table {
        needs(RemoveByValue, InvalidValue, &operation, &|profile| operations("Group", &json!([operation]), profile));
    }
}

#[test]
fn a_path_that_names_nothing_is_refused_as_strictly_as_an_unknown_attribute() {
    let table = [
        json!({ "op": "replace", "path": "nosuch", "value": 1 }),
        json!({ "op": "remove", "path": "nosuch" }),
        json!({ "op": "add", "path": "name.nosuch", "value": 1 }),
        json!({ "op": "add", "path": "urn:x:2.0:User:nosuch", "value": 1 }),
        json!({ "op": "add", "path": "nosuch[type eq \"a\"].value", "value": 1 }),
        json!({ "op": "add", "path": "emails[type eq \"work\"].nosuch", "value": 1 }),
        json!({ "op": "add", "path": USER, "value": { "emails[type eq \"work\"].nosuch": 1 } }),
    ];
    for operation in table {
        let read = |profile: &str| operations("User", &json!([operation]), &profile.parse().unwrap());
        for (profile, refusal) in [("strict", InvalidSyntax), ("default", InvalidPath), ("okta", InvalidPath)] {
            let error = read(profile).unwrap_err();
            assert_eq!(error.scim_type, refusal, "{profile}: {operation}: {error}");
        }
        for profile in ["strict unknown-paths=on", "entra"] {
            assert_eq!(read(profile), Ok(Used::from_iter([UnknownPaths])), "{profile}: {operation}");
        }
    }
}

#[test]
fn a_replace_of_a_complex_attribute_keeps_or_takes_what_it_does_not_name() {
    let body = json!({ "schemas": [PATCH_OP], "Operations": [
        { "op": "replace", "path": "name", "value": { "givenName": "Ann" } },
        { "op": "add", "path": "name", "value": { "familyName": "Bell" } },
    ] });
    let before = json!({ "name": { "formatted": "A B", "givenName": "A", "familyName": "B" } });
    let merged = json!({ "formatted": "A B", "givenName": "Ann", "familyName": "Bell" });
    let replaced = json!({ "givenName": "Ann", "familyName": "Bell" });
    for (profile, after, used) in
        [("default", merged, vec![Tolerance::MergeReplace]), ("default merge-replace=off", replaced, vec![])]
    {
        let patch = patch::parse(&kind("User"), &body, &profile.parse().unwrap()).unwrap();
        let mut document = before.as_object().unwrap().clone();
        patch::apply(&kind("User"), &patch.edits, &mut document).unwrap();
        assert_eq!(document["name"], after, "{profile}");
        assert_eq!(patch.used, used.into_iter().collect(), "{profile}");
    }
}

#[test]
fn a_replace_of_what_is_not_there_makes_it_only_with_its_tolerance() {
    let body = |op: &str, email: &str| {
        json!({ "schemas": [PATCH_OP], "Operations": [
            { "op": op, "path": format!("emails[type eq \"{email}\"].value"), "value": "new@example.org" },
        ] })
    };
    let apply = |profile: &str, op: &str, email: &str| {
        let patch = patch::parse(&kind("User"), &body(op, email), &profile.parse().unwrap()).unwrap();
        let mut document =
            json!({ "emails": [{ "type": "home", "value": "a@example.org" }] }).as_object().unwrap().clone();
        patch::apply(&kind("User"), &patch.edits, &mut document).map_err(|error| error.scim_type)
    };
    let made: Used = [Tolerance::MakeElements].into_iter().collect();
    for (profile, op, email, expected) in [
        ("default", "replace", "work", Ok(made)),
        ("default", "replace", "home", Ok(Used::default())),
        ("default", "add", "work", Ok(Used::default())),
        ("strict", "replace", "work", Err(NoTarget)),
        ("strict make-elements=on", "replace", "work", Ok(made)),
        ("strict", "replace", "home", Ok(Used::default())),
        ("strict", "add", "work", Ok(Used::default())),
    ] {
        assert_eq!(apply(profile, op, email), expected, "{profile} {op} {email}");
    }
}

#[test]
fn each_relaxation_of_a_patch_needs_its_tolerance() {
    let operation = json!({ "op": "remove", "path": "title" });
    for sent in [
        json!({ "Operations": [operation] }),
        json!({ "schemas": [USER], "Operations": [operation] }),
        json!({ "schemas": PATCH_OP, "Operations": [operation] }),
        json!({ "schemas": [PATCH_OP, "urn:x:nosuch"], "Operations": [operation] }),
        json!({ "schemas": [PATCH_OP], "operations": [operation] }),
        json!({ "schemas": [PATCH_OP], "Operations": [] }),
    ] {
        needs(LoosePatch, InvalidSyntax, &sent, &|profile| {
            patch::parse(&kind("User"), &sent, profile).map(|patch| patch.used)
        });
    }
}

#[test]
fn what_the_rfcs_allow_needs_no_tolerance() {
    let strict = Profile::from(Preset::Strict);
    for (kind, sent) in [
        ("User", json!({ "schemas": [USER], "userName": "ann", "title": null, "emails": [] })),
        ("User", json!({ "schemas": [USER.to_uppercase()], "USERNAME": "ann", "Active": true })),
        ("User", json!({ "schemas": [USER, ENTERPRISE], "userName": "ann", "id": "1", "meta": {}, "groups": [] })),
        (
            "User",
            json!({ "schemas": [ENTERPRISE, USER], "userName": "ann", ENTERPRISE: { "manager": { "value": "m" } } }),
        ),
        (
            "User",
            json!({ "schemas": [USER, ENTERPRISE], "userName": "ann", ENTERPRISE: { "schemas": [ENTERPRISE], "division": "d" } }),
        ),
        ("Group", json!({ "schemas": [GROUP], "displayName": "g", "members": [{ "value": "a", "type": "User" }] })),
    ] {
        assert_eq!(body(kind, &sent, &strict), Ok(Used::default()), "{sent}");
    }
    for (kind, operation) in [
        ("User", json!({ "op": "Replace", "path": "active", "value": false })),
        ("User", json!({ "op": "replace", "path": USER, "value": { "active": true } })),
        ("User", json!({ "op": "add", "path": ENTERPRISE, "value": { "schemas": [ENTERPRISE], "division": "d" } })),
        ("User", json!({ "op": "remove", "path": "title" })),
        ("User", json!({ "op": "remove", "path": "title", "value": null })),
        ("User", json!({ "op": "replace", "path": "emails", "value": [] })),
        ("User", json!({ "op": "add", "path": "emails[type eq \"work\"].value", "value": "a@b" })),
        ("User", json!({ "op": "remove", "path": "emails[type eq \"work\"]" })),
        ("Group", json!({ "op": "remove", "path": "members" })),
        ("Group", json!({ "op": "remove", "path": "members[value eq \"a\"]" })),
        ("Group", json!({ "op": "add", "path": "members", "value": [{ "value": "a" }] })),
        ("Group", json!({ "op": "replace", "path": "members", "value": [] })),
    ] {
        assert_eq!(operations(kind, &json!([operation]), &strict), Ok(Used::default()), "{operation}");
    }
}

#[test]
fn a_passed_over_path_is_named_and_the_other_operations_count() {
    let profile = Profile::from(Preset::Entra);
    let body = json!({ "schemas": [PATCH_OP], "Operations": [
        { "op": "add", "path": "nosuch", "value": 1 },
        { "op": "replace", "path": "active", "value": false },
    ] });
    let patch = patch::parse(&kind("User"), &body, &profile).unwrap();
    assert_eq!(patch.unknown, ["nosuch"]);
    assert_eq!(patch.edits.len(), 1);
    assert_eq!(patch.edits[0].target.name(), "active");
}

#[test]
fn only_a_path_that_names_nothing_is_passed_over() {
    let profile = Profile::from(Preset::Entra);
    for (path, scim_type) in [
        ("/title", InvalidPath),
        ("title]", InvalidPath),
        ("emails[type eq \"work\"]value", InvalidPath),
        ("title[value eq \"a\"]", InvalidPath),
        ("emails[nosuch eq \"a\"].value", ScimType::InvalidFilter),
        ("emails[type eq].value", ScimType::InvalidFilter),
        ("id", ScimType::Mutability),
    ] {
        let error = operations("User", &json!([{ "op": "add", "path": path, "value": "x" }]), &profile).unwrap_err();
        assert_eq!(error.scim_type, scim_type, "{path}: {error}");
    }
}

#[test]
fn the_json_text_of_a_role_is_expanded_where_that_is_asked_for() {
    let packed = "{\"id\":\"1\",\"value\":\"Admin\",\"displayName\":\"Administrator\"}";
    let sent = json!({ "schemas": [USER], "userName": "ann", "roles": [{ "value": packed, "type": "app" }] });
    let expand: Profile = "default expand-roles=on".parse().unwrap();
    let table = [
        (Profile::default(), json!([{ "value": packed, "type": "app" }]), vec![]),
        (
            expand.clone(),
            json!([{ "value": "Admin", "display": "Administrator", "type": "app" }]),
            vec![Tolerance::ExpandRoles],
        ),
    ];
    for (profile, roles, used) in table {
        let draft = resource::read(&kind("User"), sent.clone(), &profile).unwrap();
        assert_eq!(draft.document["roles"], roles, "{profile}");
        assert_eq!(draft.used, used.into_iter().collect(), "{profile}");
    }
    for text in ["Admin", "{", "{}", "{\"value\":5}", "[\"Admin\"]"] {
        let sent = json!({ "schemas": [USER], "userName": "ann", "roles": [{ "value": text }] });
        let draft = resource::read(&kind("User"), sent, &expand).unwrap();
        assert_eq!(draft.document["roles"][0]["value"], text);
        assert_eq!(draft.used, Used::default(), "{text}");
    }
}
