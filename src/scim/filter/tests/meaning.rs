//! The resolver and the evaluator: what a filter means for a document.

use crate::scim::filter::{self, Check, Filter, Operator, Test, compile};
use crate::scim::schema::ResourceType;
use crate::scim::schema::document::{Choices, built_in, read};
use crate::scim::value::Key;
use crate::scim::{Object, ScimType, urn};
use serde_json::{Value, json};
use std::sync::Arc;

fn user() -> Arc<ResourceType> {
    Arc::clone(built_in(Choices { unique_group_names: true }).resource_type("User").unwrap())
}

/// One attribute of every type, single and in a list.
fn thing() -> Arc<ResourceType> {
    let kinds = ["string", "boolean", "decimal", "integer", "dateTime", "binary", "reference"];
    let simple = |multi: bool| {
        kinds.iter().map(move |kind| {
            let name = if multi { format!("{kind}s") } else { (*kind).to_owned() };
            json!({ "name": name, "type": kind, "multiValued": multi })
        })
    };
    let mut attributes: Vec<Value> = simple(false).chain(simple(true)).collect();
    attributes.push(json!({ "name": "exact", "caseExact": true }));
    attributes.push(json!({ "name": "hidden", "returned": "never" }));
    attributes.push(json!({ "name": "part", "type": "complex", "multiValued": true, "subAttributes": [
        { "name": "value" }, { "name": "secret", "returned": "never" }, { "name": "tags", "multiValued": true },
    ] }));
    attributes.push(json!({ "name": "key", "type": "complex", "multiValued": true, "subAttributes": [
        { "name": "value", "returned": "never" }, { "name": "display" },
    ] }));
    let registry = read(
        &[json!({ "id": "urn:x:Thing", "attributes": attributes })],
        &[json!({ "name": "Thing", "endpoint": "/Things", "schema": "urn:x:Thing" })],
    );
    Arc::clone(registry.unwrap().resource_type("Thing").unwrap())
}

fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        other => panic!("{other} is no object"),
    }
}

fn barbara() -> Object {
    object(json!({
        "schemas": [urn::USER, urn::ENTERPRISE_USER],
        "id": "2819c223",
        "externalId": "Ext-1",
        "userName": "BJensen",
        "name": { "familyName": "Jensen", "givenName": "Bárbara" },
        "active": true,
        "emails": [
            { "value": "work@x.org", "type": "Work", "primary": true },
            { "value": "home@y.org", "type": "home" },
            { "type": "bare" },
        ],
        "roles": [{ "value": "boss", "primary": true }],
        "groups": [{ "value": "g-1", "display": "Tour Guides", "type": "direct" }],
        urn::ENTERPRISE_USER: { "department": "50% _\\*", "manager": { "value": "M-1", "displayName": "John" } },
        "meta": {
            "resourceType": "User",
            "created": "2011-05-13T04:42:34Z",
            "lastModified": "2011-05-13T04:42:34.5Z",
            "location": "https://x/Users/2819c223",
            "version": "W/\"1\"",
        },
    }))
}

fn check(kind: &ResourceType, document: &Object, cases: &[(&str, bool)]) {
    for (text, expected) in cases {
        let filter = compile(kind, text).unwrap_or_else(|error| panic!("{text}: {}", error.detail));
        assert_eq!(filter.matches(document), *expected, "{text}");
    }
}

#[test]
fn filters_answer_about_a_user() {
    let cases = [
        (r#"userName eq "bjensen""#, true),
        (r#"USERNAME EQ "BJENSEN""#, true),
        (r#"urn:ietf:params:scim:schemas:core:2.0:user:userName eq "bjensen""#, true),
        (r#"userName eq "bjensen ""#, false),
        (r#"userName ne "bjensen""#, false),
        (r#"userName sw "BJ" and userName ew "SEN" and userName co "jen""#, true),
        (r#"userName co """#, true),
        (r#"userName eq """#, false),
        (r#"name.givenName eq "BA\u0301RBARA""#, true),
        (r#"externalId eq "Ext-1""#, true),
        (r#"externalId eq "ext-1""#, false),
        (r#"id eq "2819c223""#, true),
        (r#"schemas eq "urn:ietf:params:scim:schemas:core:2.0:User""#, true),
        (r#"schemas[value co "enterprise"]"#, true),
        ("active eq true", true),
        (r#"active eq "True""#, true),
        (r#"active ne "FALSE""#, true),
        ("title pr", false),
        ("title eq null", true),
        ("title ne null", false),
        (r#"title ne "x""#, true),
        (r#"not (title eq "x")"#, true),
        (r#"title co "x""#, false),
        (r#"title ge "a" or title lt "a""#, false),
        ("name pr and emails pr and schemas pr", true),
        ("photos pr", false),
        ("photos eq null", true),
        ("emails eq null", false),
        ("emails ne null", true),
        ("photos.type eq null", true),
        ("emails.primary eq null", true),
        ("emails.display pr", false),
        ("emails.type pr", true),
        (r#"emails eq "work@x.org""#, true),
        (r#"emails.value eq "WORK@x.org""#, true),
        (r#"emails.value ne "work@x.org""#, true),
        (r#"roles.value ne "boss""#, false),
        (r#"photos ne "x""#, true),
        (r#"not (emails.value eq "work@x.org")"#, false),
        (r#"emails[type eq "work" and value co "@x"]"#, true),
        (r#"emails[type eq "home" and value co "@x"]"#, false),
        (r#"emails.type eq "home" and emails.value co "@x""#, true),
        (r#"emails[type eq "work"].value eq "work@x.org""#, true),
        (r#"emails[type eq "home"].value eq "work@x.org""#, false),
        (r#"emails[type eq "none"].value ne "x""#, false),
        (r#"emails[type eq "bare"].value eq null"#, true),
        (r#"emails[type eq "bare"].value pr"#, false),
        ("emails[not (value pr)]", true),
        (r#"emails[type eq "home" or type eq "other"]"#, true),
        (r#"roles[primary eq "True"].value eq "boss""#, true),
        (r#"name[familyName eq "jensen" and givenName sw "b"]"#, true),
        (r#"name[familyName eq "x"]"#, false),
        (r#"groups eq "g-1""#, true),
        (r#"groups.display sw "tour""#, true),
        (r#"manager eq "M-1""#, true),
        (r#"manager.displayName eq "john""#, true),
        (r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "M-1""#, true),
        (r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.manager eq "m-1""#, false),
        (r#"department eq "50% _\\*""#, true),
        (r#"department sw "50%" and department co "_" and department ew "*""#, true),
        (r#"department sw "%" or department co "5_%" or department eq "50*""#, false),
        (r#"meta.created eq "2011-05-13T06:42:34+02:00""#, true),
        (r#"meta.lastModified gt "2011-05-13T04:42:34Z""#, true),
        (
            r#"meta.lastmodified ge "0001-01-03T00:00:00.0000000Z" and meta.lastmodified le "9999-12-31T23:59:59Z""#,
            true,
        ),
        (r#"meta.resourceType eq "User" and meta.version eq "W/\"1\"""#, true),
        (r#"meta.location ew "/Users/2819c223""#, true),
        ("(ActiVe eq true) and not(title pr)", true),
    ];
    check(&user(), &barbara(), &cases);
}

#[test]
fn every_operator_works_on_every_type_it_suits() {
    let document = object(json!({
        "string": "mM", "exact": "mM", "reference": "mM", "binary": "bU0=", "boolean": true,
        "integer": 5, "decimal": 5.5, "dateTime": "2020-01-01T00:00:00Z",
        "strings": ["a", "mM"], "integers": [1, 9], "booleans": [false], "dateTimes": ["2020-01-01T00:00:00Z"],
        "decimals": [0.5], "binarys": ["bU0="], "references": ["x"],
    }));
    // Literals below, at and above the value; for each operator what is expected of the three.
    let ordered = [
        ("eq", [false, true, false]),
        ("ne", [true, false, true]),
        ("gt", [true, false, false]),
        ("ge", [true, true, false]),
        ("lt", [false, false, true]),
        ("le", [false, true, true]),
    ];
    let literals = [
        ("string", ["\"ML\"", "\"Mm\"", "\"mn\""]),
        ("exact", ["\"mL\"", "\"mM\"", "\"mm\""]),
        ("reference", ["\"mL\"", "\"mM\"", "\"mm\""]),
        ("integer", ["4", "5", "\"6\""]),
        ("decimal", ["5", "5.50", "\"6e0\""]),
        (
            "dateTime",
            ["\"2019-12-31T23:59:59.999999Z\"", "\"2020-01-01T01:00:00+01:00\"", "\"2020-01-01T00:00:00.000001Z\""],
        ),
    ];
    for (name, literals) in literals {
        for (operator, expected) in ordered {
            for (literal, expected) in literals.iter().zip(expected) {
                check(&thing(), &document, &[(&format!("{name} {operator} {literal}"), expected)]);
            }
        }
    }
    let cases = [
        (r#"string co "M" and string sw "M" and string ew "M""#, true),
        (r#"exact sw "m" and exact ew "M" and not (exact sw "M")"#, true),
        (r#"reference co "M" and not (reference sw "M")"#, true),
        (r#"binary eq "bU0=" and not (binary eq "bu0=") and binary ne "aGk=""#, true),
        ("boolean eq true and boolean ne false", true),
        (r#"strings eq "MM" and strings sw "A" and not (strings eq "b")"#, true),
        ("integers gt 8 and integers lt 2 and not (integers eq 5)", true),
        ("integers ne 1", true),
        ("booleans eq false and decimals le 0.5", true),
        (r#"dateTimes eq "2020-01-01T00:00:00Z" and binarys eq "bU0=" and references eq "x""#, true),
        ("integers[value gt 5]", true),
        ("integers[value gt 5 and value lt 2]", false),
        ("string eq 5", false),
        ("string eq true", false),
    ];
    check(&thing(), &document, &cases);
    let nothing = [
        ("string ne \"x\" and integer ne 1 and boolean ne true and strings ne \"x\"", true),
        ("string eq \"x\" or integer gt 1 or boolean eq true or strings co \"\"", false),
    ];
    check(&thing(), &Object::new(), &nothing);
    check(&thing(), &object(json!({ "string": "12", "exact": "true" })), &[("string eq 12 and exact eq true", true)]);
}

#[test]
fn what_does_not_fit_the_attribute_is_refused_with_its_column() {
    let cases = [
        ("nope pr", "column 1: nope is no attribute of User"),
        ("active eq true and __proto__ pr", "column 20: expected an attribute name"),
        ("active eq true and constructor pr", "column 20: constructor is no attribute"),
        ("urn:x:y:userName pr", "column 1: the URN names no schema"),
        ("name.nope pr", "column 1: attribute name has no sub-attribute nope"),
        ("emails[nope pr]", "column 8: attribute emails has no sub-attribute nope"),
        ("emails[emails.type pr]", "column 8: attribute emails has no sub-attribute emails.type"),
        ("emails[type pr].nope pr", "column 17: attribute emails has no sub-attribute nope"),
        ("userName[value pr]", "column 1: attribute userName has no elements"),
        ("emails.type[value pr]", "column 1: attribute emails.type has no elements"),
        ("schemas[type pr]", "column 9: the elements of attribute schemas have no part but value"),
        ("name eq \"x\"", "column 1: attribute name is complex"),
        ("addresses co \"x\"", "column 1: attribute addresses is complex"),
        ("password eq \"x\"", "column 1: attribute password is never returned"),
        ("not (password pr)", "column 6: attribute password is never returned"),
        ("active gt true", "column 11: attribute active cannot be compared with gt"),
        ("active co \"r\"", "column 11: attribute active cannot be compared with co"),
        ("active eq 1", "column 11: attribute active must be a boolean"),
        ("active eq \"yes\"", "column 11: attribute active must be a boolean"),
        ("active eq \"\"", "column 11: attribute active cannot be compared with empty text"),
        ("userName gt null", "column 13: attribute userName can be compared with null by eq and ne only"),
        ("meta.created gt \"yesterday\"", "column 17: attribute created must be a date and time"),
        ("meta.created gt 5", "column 17: attribute created must be a date and time"),
        ("meta.created sw \"2011\"", "column 17: attribute meta.created cannot be compared with sw"),
        (
            "x509Certificates.value gt \"aGk=\"",
            "column 27: attribute x509Certificates.value cannot be compared with gt",
        ),
        ("x509Certificates co \"aGk=\"", "column 21: attribute x509Certificates.value cannot be compared with co"),
    ];
    for (text, message) in cases {
        let error = compile(&user(), text).unwrap_err();
        assert_eq!(error.scim_type, ScimType::InvalidFilter, "{text}");
        assert!(error.detail.starts_with(message), "{text}: {}", error.detail);
    }
    let cases = [
        ("integer eq 5.5", "column 12: attribute integer must be a whole number"),
        ("integer eq 5.0", "column 12: attribute integer must be a whole number"),
        ("integer eq true", "column 12: attribute integer must be a whole number"),
        ("integer eq 99999999999999999999", "column 12: attribute integer must be a whole number"),
        ("decimal co 5", "column 12: attribute decimal cannot be compared with co"),
        ("decimal eq \"x\"", "column 12: attribute decimal must be a decimal number"),
        ("hidden pr", "column 1: attribute hidden is never returned"),
        ("part.secret pr", "column 1: attribute part.secret is never returned"),
        ("key eq \"x\"", "column 1: attribute key.value is never returned"),
        ("key[display pr].value sw \"x\"", "column 17: attribute value is never returned"),
        ("part[secret eq \"x\"]", "column 6: attribute secret is never returned"),
        ("part.tags eq \"x\"", "column 1: attribute part.tags is a list within an element"),
        ("part[tags pr]", "column 6: attribute tags is a list within an element"),
    ];
    for (text, message) in cases {
        let error = compile(&thing(), text).unwrap_err();
        assert!(error.detail.starts_with(message), "{text}: {}", error.detail);
    }
}

#[test]
fn comparisons_on_lists_ask_the_elements() {
    let element = |filter: &Filter| match filter {
        Filter::Element { target, filter } => match filter.as_ref() {
            Filter::Test(Test { target: inner, check }) => (target.name(), inner.name(), check.clone()),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    let compile = |text: &str| compile(&user(), text).unwrap();
    let text = |text: &str| Key::Text(text.to_owned());
    assert_eq!(
        element(&compile(r#"emails co "X""#)),
        ("emails".into(), "value".into(), Check::Compare(Operator::Co, text("x")))
    );
    assert_eq!(element(&compile("emails.type pr")), ("emails".into(), "type".into(), Check::Present));
    assert_eq!(element(&compile("emails.type ne null")), ("emails".into(), "type".into(), Check::Present));
    assert_eq!(
        element(&compile(r#"schemas eq "U""#)),
        ("schemas".into(), "value".into(), Check::Compare(Operator::Eq, text("U")))
    );
    for (written, check) in
        [(r#"emails.type ne "X""#, Check::Compare(Operator::Ne, text("x"))), ("emails.type eq null", Check::Absent)]
    {
        let Filter::Or(parts) = compile(written) else { panic!("{written}") };
        assert_eq!(element(&parts[0]), ("emails".into(), "type".into(), check));
        let Filter::Test(Test { target, check: Check::Absent }) = &parts[1] else { panic!("{written}") };
        assert_eq!(target.name(), "emails");
    }
    for written in ["emails pr", "emails ne null"] {
        let Filter::Test(Test { target, check: Check::Present }) = compile(written) else { panic!("{written}") };
        assert_eq!(target.name(), "emails");
    }
    let Filter::Test(Test { target, check }) = compile(r#"manager eq "A""#) else { panic!("no test") };
    assert_eq!(target.name(), format!("{}:manager.value", urn::ENTERPRISE_USER));
    assert_eq!(check, Check::Compare(Operator::Eq, text("A")));
}

#[test]
fn an_element_that_says_nothing_of_it_is_not_primary() {
    let cases = [
        ("emails.primary eq false", true),
        ("emails[primary eq false and type eq \"home\"]", true),
        ("emails[primary eq false and type eq \"work\"]", false),
        ("emails[primary ne false].value eq \"work@x.org\"", true),
        ("emails[primary ne false].value eq \"home@y.org\"", false),
        ("roles.primary eq false", false),
        ("roles[not (primary eq false)]", true),
        ("roles.primary ne false", true),
        ("photos.primary eq false", false),
        ("photos.primary ne false", true),
        ("not (photos.primary eq false)", true),
        ("emails[primary eq null]", true),
    ];
    check(&user(), &barbara(), &cases);
}

#[test]
fn what_one_of_several_types_lacks_has_no_value_there() {
    let kinds = [user(), thing()];
    let compile = |text: &str| -> Result<Vec<Filter>, _> {
        kinds.iter().map(|kind| filter::compile_among(kind, &kinds, text)).collect()
    };
    let thing = object(json!({ "string": "x" }));
    for (text, of_user, of_thing) in [
        ("userName pr", true, false),
        ("userName eq \"bjensen\" or string eq \"x\"", true, true),
        ("not (userName pr) and string pr", false, true),
        ("string ne \"x\"", true, false),
        ("string ne \"y\"", true, true),
        ("userName ne null", true, false),
        ("title eq null", true, true),
        ("emails[type eq \"work\"] or integer gt 5", true, false),
        ("emails[type eq \"work\"].value pr", true, false),
        ("name.familyName sw \"j\"", true, false),
        ("id pr", true, false),
    ] {
        let filters = compile(text).unwrap_or_else(|error| panic!("{text}: {}", error.detail));
        assert_eq!((filters[0].matches(&barbara()), filters[1].matches(&thing)), (of_user, of_thing), "{text}");
    }
    for text in ["nope pr", "userName pr or nope pr", "active gt true", "password pr", "integer co \"5\""] {
        assert_eq!(compile(text).unwrap_err().scim_type, ScimType::InvalidFilter, "{text}");
    }
}

#[test]
fn filters_made_of_nothing_are_true_for_and_false_for_or() {
    assert!(Filter::And(vec![]).matches(&Object::new()));
    assert!(!Filter::Or(vec![]).matches(&Object::new()));
}

#[test]
fn groups_are_looked_through_a_bounded_number_of_times() {
    let user = user();
    let terms = |count: usize| vec!["groups.display co \"x\""; count].join(" or ");
    assert!(compile(&user, &terms(10)).is_ok());
    assert_eq!(compile(&user, &terms(11)).unwrap_err().scim_type, ScimType::InvalidFilter);
    assert!(compile(&user, &format!("groups[{}]", vec!["value eq \"x\""; 100].join(" or "))).is_ok());
}

#[test]
fn a_comparison_without_text_is_the_one_a_client_could_write() {
    let kind = user();
    for (path, operator, literal, text) in [
        ("userName", Operator::Eq, json!("Ann"), "userName eq \"Ann\""),
        ("emails.value", Operator::Co, json!("@X"), "emails.value co \"@X\""),
        ("emails", Operator::Ne, json!("a@x"), "emails ne \"a@x\""),
        ("active", Operator::Eq, json!(false), "active eq false"),
        ("title", Operator::Eq, Value::Null, "title eq null"),
        ("name.familyName", Operator::Sw, json!("\"quoted\" and more"), r#"name.familyName sw "\"quoted\" and more""#),
        ("meta.created", Operator::Ge, json!("2026-01-31T00:00:00Z"), "meta.created ge \"2026-01-31T00:00:00Z\""),
        (
            "urn:ietf:params:scim:schemas:extension:publica:2.0:User:admin",
            Operator::Eq,
            json!(true),
            "urn:ietf:params:scim:schemas:extension:publica:2.0:User:admin eq true",
        ),
    ] {
        assert_eq!(filter::test(&kind, path, operator, &literal), compile(&kind, text), "{text}");
    }
    assert_eq!(filter::present(&kind, "emails"), compile(&kind, "emails pr"));
    assert!(filter::test(&kind, "shoeSize", Operator::Eq, &json!(43)).is_err(), "no such attribute");
    assert!(filter::test(&kind, "active", Operator::Co, &json!("t")).is_err(), "an operator that does not suit");
    assert!(filter::test(&kind, "password", Operator::Eq, &json!("secret")).is_err(), "what is never shown");
    assert!(filter::present(&kind, "password").is_err());
}
