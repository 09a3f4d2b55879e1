//! Changes of the members of a group, in every shape clients send them.

use super::*;

fn ids(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

fn edits(operations: &Value) -> Result<Vec<MemberEdit>, Error> {
    let patch = parse(&kind("Group"), &body(operations))?;
    assert!(patch.edits.iter().all(|edit| edit.target.attribute.name == "displayName"), "{operations}");
    Ok(patch.members)
}

#[test]
fn members_are_added_removed_and_replaced_by_id() {
    use MemberEdit::{Add, Remove, Replace};
    let table = [
        // Additions.
        (
            json!({
                "op": "Add",
                "path": "members",
                "value": [{"$ref": null, "value": "1"}, {"value": "2", "display": "x"}],
            }),
            Add(ids(&["1", "2"])),
        ),
        (json!({"op": "add", "path": "members", "value": {"value": "1"}}), Add(ids(&["1"]))),
        (json!({"op": "add", "path": "members", "value": "1"}), Add(ids(&["1"]))),
        (json!({"op": "add", "path": "members", "value": ["1", "1", "2"]}), Add(ids(&["1", "2"]))),
        (json!({"op": "add", "path": "members", "value": {"members": [{"value": "1"}]}}), Add(ids(&["1"]))),
        (json!({"op": "add", "path": "members", "value": ["{\"value\":\"1\"}"]}), Add(ids(&["1"]))),
        (json!({"op": "add", "path": "members[value eq \"1\"]"}), Add(ids(&["1"]))),
        (
            json!({"op": "add", "path": "members[value eq \"1\"]", "value": {"value": "1", "display": "x"}}),
            Add(ids(&["1"])),
        ),
        (json!({"op": "add", "path": "members[value eq \"1\"]", "value": {"display": "x"}}), Add(ids(&["1"]))),
        (json!({"op": "add", "value": {"members": [{"value": "1"}]}}), Add(ids(&["1"]))),
        (json!({"op": "add", "path": "members.value", "value": "1"}), Add(ids(&["1"]))),
        (json!({"op": "add", "path": "members", "value": null}), Add(ids(&[]))),
        // Removals: only those named, whatever the shape.
        (json!({"op": "Remove", "path": "members", "value": [{"$ref": null, "value": "1"}]}), Remove(ids(&["1"]))),
        (json!({"op": "remove", "path": "members", "value": {"value": "1"}}), Remove(ids(&["1"]))),
        (
            json!({"op": "remove", "path": "members", "value": {"members": [{"value": "1"}, {"value": "2"}]}}),
            Remove(ids(&["1", "2"])),
        ),
        (json!({"op": "remove", "value": {"members": [{"value": "1"}]}}), Remove(ids(&["1"]))),
        (json!({"op": "remove", "path": "members[value eq \"1\"]"}), Remove(ids(&["1"]))),
        (
            json!({"op": "remove", "path": "Members[Value EQ \"1\" or value eq \"2\" or (value eq \"3\")]"}),
            Remove(ids(&["1", "2", "3"])),
        ),
        (json!({"op": "remove", "path": "members[value eq \"1\"]", "value": [{"value": "2"}]}), Remove(ids(&["1"]))),
        (json!({"op": "remove", "path": "members", "value": []}), Remove(ids(&[]))),
        (json!({"op": "remove", "path": "members", "value": ""}), Remove(ids(&[]))),
        (json!({"op": "remove", "path": "members", "value": [{"value": ""}]}), Remove(ids(&[]))),
        // The whole list.
        (json!({"op": "remove", "path": "members"}), Replace(ids(&[]))),
        (json!({"op": "remove", "path": "members", "value": null}), Replace(ids(&[]))),
        (json!({"op": "replace", "path": "members", "value": []}), Replace(ids(&[]))),
        (json!({"op": "replace", "path": "members", "value": null}), Replace(ids(&[]))),
        (
            json!({"op": "replace", "path": "members", "value": [{"value": "1"}, {"value": "2"}]}),
            Replace(ids(&["1", "2"])),
        ),
        (json!({"op": "replace", "value": {"members": [], "id": "g", "displayName": "d"}}), Replace(ids(&[]))),
        (json!({"op": "replace", "value": {"members": [{"value": "1"}]}}), Replace(ids(&["1"]))),
        // A member replaced by itself.
        (
            json!({"op": "replace", "path": "members[value eq \"1\"]", "value": {"value": "1", "type": "User"}}),
            Add(ids(&["1"])),
        ),
    ];
    for (operation, expected) in table {
        assert_eq!(edits(&json!([operation])), Ok(vec![expected]), "{operation}");
    }
}

#[test]
fn members_are_removed_by_other_filters_too() {
    let table =
        ["members[type eq \"User\"]", "members[value eq \"1\" and type eq \"User\"]", "members[not (value eq \"1\")]"];
    for path in table {
        let members = edits(&json!([{"op": "remove", "path": path}])).unwrap();
        let [MemberEdit::RemoveWhere(filter)] = members.as_slice() else { panic!("{path}: {members:?}") };
        let is_hit = path.starts_with("members[not") == filter.matches_element(&json!({"value": "2", "type": "User"}))
            || path == "members[type eq \"User\"]";
        assert!(is_hit, "{path}");
    }
}

#[test]
fn what_is_derived_of_a_member_cannot_be_changed_and_does_no_harm() {
    for sub in ["display", "type", "$ref"] {
        let path = format!("members[value eq \"1\"].{sub}");
        for op in ["add", "replace"] {
            assert_eq!(edits(&json!([{"op": op, "path": path, "value": "x"}])), Ok(vec![]), "{path}");
        }
    }
}

#[test]
fn operations_keep_their_order() {
    let operations = json!([
        {"op": "replace", "value": {"id": "g", "displayName": "d"}},
        {"op": "remove", "path": "members[value eq \"1\"]"},
        {"op": "add", "path": "members", "value": [{"value": "1"}]},
    ]);
    assert_eq!(edits(&operations), Ok(vec![MemberEdit::Remove(ids(&["1"])), MemberEdit::Add(ids(&["1"]))]));
}

#[test]
fn changes_members_do_not_allow_are_refused() {
    use ScimType::{InvalidPath, InvalidValue, Mutability, NoTarget};
    let table = [
        (json!({"op": "replace", "path": "members.value", "value": "1"}), Mutability),
        (json!({"op": "replace", "path": "members[value eq \"1\"].value", "value": "2"}), Mutability),
        (json!({"op": "replace", "path": "members[value eq \"1\"]", "value": {"value": "2"}}), Mutability),
        (json!({"op": "remove", "path": "members[value eq \"1\"].value"}), Mutability),
        (json!({"op": "remove", "path": "members.value"}), Mutability),
        (json!({"op": "add", "path": "members.type", "value": "User"}), Mutability),
        (json!({"op": "add", "path": "members[type eq \"User\"]", "value": {"display": "x"}}), NoTarget),
        (json!({"op": "add", "path": "members"}), InvalidValue),
        (json!({"op": "add", "path": "members", "value": [{"display": "x"}]}), InvalidValue),
        (json!({"op": "add", "path": "members", "value": true}), InvalidValue),
        (json!({"op": "remove", "path": "members", "value": [true]}), InvalidValue),
        (json!({"op": "add", "path": "members.nosuch", "value": "x"}), InvalidPath),
    ];
    for (operation, scim_type) in table {
        let error = edits(&json!([operation])).unwrap_err();
        assert_eq!(error.scim_type, scim_type, "{operation}: {error}");
    }
    let many: Vec<Value> = (0..10_001).map(|n| json!({"value": n.to_string()})).collect();
    assert!(edits(&json!([{"op": "add", "path": "members", "value": many}])).unwrap_err().too_large);
}

#[test]
fn one_request_names_and_compares_a_bounded_number_of_members() {
    let some: Vec<Value> = (0..1001).map(|n| json!(n.to_string())).collect();
    let add = json!({"op": "add", "path": "members", "value": some});
    let compare = json!({"op": "remove", "path": "members[display co \"x\" or $ref co \"y\"]"});
    let by_id = json!({"op": "remove", "path": "members[value eq \"1\"]"});
    for (operation, most) in [(add, 9), (compare, 100), (by_id, 1000)] {
        assert!(edits(&json!(vec![operation.clone(); most])).is_ok(), "{operation}");
        if most < 1000 {
            assert!(edits(&json!(vec![operation.clone(); most + 1])).unwrap_err().too_large, "{operation}");
        }
    }
}
