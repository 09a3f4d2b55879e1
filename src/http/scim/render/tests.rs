use super::*;
use crate::scim::schema::document::{Choices, built_in};
use crate::store::members::{Member, Membership};
use std::sync::Arc;

const BASE: &str = "https://id.example/scim/v2";

fn record(registry: &Registry, kind: &str, document: &str) -> Record {
    Record {
        kind: Arc::clone(registry.resource_type(kind).unwrap()),
        num: 7,
        id: "a1".to_owned(),
        version: 3,
        created: 1_769_851_800_000_000,
        modified: 1_769_851_801_250_000,
        document: document.to_owned(),
        groups: None,
        members: None,
        sessions: None,
        dependents: None,
        too_many_members: false,
        changed: Vec::new(),
        used: crate::scim::tolerance::Used::default(),
    }
}

fn render(registry: &Registry, record: &Record, attributes: &[&str], excluded: &[&str]) -> String {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let shown = Projection::new(&record.kind, &names(attributes), &names(excluded));
    Renderer { base: BASE, registry }.resource(record, &shown).unwrap()
}

fn registry() -> Registry {
    built_in(Choices { unique_group_names: true })
}

fn group(registry: &Registry) -> Record {
    let document = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"id":"a1","displayName":"Guides"}"#;
    let member = |id: &str, kind: &str, display: Option<&str>| Member {
        group: 7,
        id: id.to_owned(),
        kind: kind.to_owned(),
        display: display.map(str::to_owned),
    };
    let members = vec![member("u1", "User", Some("Babs \"B\"")), member("g1", "Group", None)];
    Record { members: Some(members), ..record(registry, "Group", document) }
}

const META: &str = concat!(
    r#""created":"2026-01-31T09:30:00.000Z","lastModified":"2026-01-31T09:30:01.250Z","#,
    r#""location":"https://id.example/scim/v2/Groups/a1","version":"W/\"3\"""#
);

#[test]
fn a_whole_resource_has_members_and_then_meta_at_its_end() {
    let registry = registry();
    assert_eq!(
        render(&registry, &group(&registry), &[], &[]),
        [
            r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"id":"a1","displayName":"Guides","members":["#,
            r#"{"value":"u1","$ref":"https://id.example/scim/v2/Users/u1","display":"Babs \"B\"","type":"User"},"#,
            r#"{"value":"g1","$ref":"https://id.example/scim/v2/Groups/g1","type":"Group"}],"#,
            r#""meta":{"resourceType":"Group","#,
            META,
            "}}"
        ]
        .concat()
    );
}

#[test]
fn both_ways_of_rendering_give_the_same_text() {
    let registry = registry();
    let user = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"a1","userName":"é\n","active":true}"#;
    let membership = Membership {
        member: 7,
        id: "g1".to_owned(),
        kind: "Group".to_owned(),
        display: Some("Guides".to_owned()),
        direct: false,
    };
    let user = Record { groups: Some(vec![membership]), ..record(&registry, "User", user) };
    for record in [group(&registry), user] {
        let renderer = Renderer { base: BASE, registry: &registry };
        let shown = Projection::new(&record.kind, &[], &[]);
        assert!(shown.is_whole());
        assert_eq!(renderer.resource(&record, &shown).unwrap(), renderer.project(&record, &shown).unwrap());
    }
}

#[test]
fn an_indirect_membership_says_so() {
    let registry = registry();
    let membership =
        |id: &str, direct| Membership { member: 7, id: id.to_owned(), kind: "Group".to_owned(), display: None, direct };
    let groups = Some(vec![membership("g1", true), membership("g2", false)]);
    let record = Record { groups, ..record(&registry, "User", r#"{"id":"a1"}"#) };
    let text = render(&registry, &record, &["groups.type"], &[]);
    let shown: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(shown["groups"], serde_json::json!([{ "type": "direct" }, { "type": "indirect" }]));
}

#[test]
fn no_members_are_no_attribute() {
    let registry = registry();
    let record = Record { members: Some(vec![]), ..group(&registry) };
    assert!(!render(&registry, &record, &[], &[]).contains("members"));
}

#[test]
fn what_is_excluded_or_not_asked_for_is_left_out() {
    let registry = registry();
    let text = render(&registry, &group(&registry), &[], &["members", "meta.created"]);
    assert!(!text.contains("members") && !text.contains("created") && text.contains("lastModified"), "{text}");
    let text = render(&registry, &group(&registry), &["displayName"], &[]);
    assert!(!text.contains("meta") && text.contains("\"id\":\"a1\"") && text.contains("Guides"), "{text}");
}
