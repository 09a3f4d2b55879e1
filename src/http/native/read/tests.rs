use super::password::Policy;
use super::value::{ID, boolean, digits, email, integer, is_email, is_web_url, lines, one_of, switch, text, url};
use super::*;
use crate::auth;
use serde_json::json;

fn told(faults: &[Fault]) -> Vec<(&str, &Kind)> {
    faults.iter().map(|fault| (fault.field.as_str(), &fault.kind)).collect()
}

#[test]
fn every_fault_of_a_body_is_told_with_its_place() {
    let body = json!({
        "userName": " ", "name": null, "isActive": "yes", "limit": 0, "email": "a@", "roles": [1, "b", 2.5],
        "user": { "first": 7, "partners": [{ "id": "1" }, { "id": "x" }] }, "people": [{}, 1], "fine": "x",
    });
    let mut fields = Fields::of(&body).unwrap();
    fields.require(&["userName", "name", "email", "absent"]);
    assert_eq!(fields.read("userName", text(5)), None, "what is missing is not told twice");
    assert_eq!(fields.read("isActive", boolean), None);
    assert_eq!(fields.read("limit", integer(ID)), None);
    assert_eq!(fields.read("email", email(191)), None);
    assert_eq!(fields.each("roles", integer(ID)), None);
    let user = fields.within("user", |user| {
        assert_eq!(user.read("first", text(5)), None);
        user.each_within("partners", |partner| partner.read("id", digits(ID)))
    });
    assert_eq!(user.flatten(), Some(vec![Some(1), None]));
    assert_eq!(fields.each_within("people", |_| ()), None);
    assert_eq!(fields.read("fine", text(1)).as_deref(), Some("x"));
    assert_eq!(fields.read("nothing", text(1)), None);
    assert!(fields.is_faulty("user") && fields.is_faulty("roles") && !fields.is_faulty("role"));
    fields.fault("fine", Kind::Taken);
    let faults = fields.faults();
    assert_eq!(
        told(&faults),
        [
            ("userName", &Kind::Missing),
            ("name", &Kind::Missing),
            ("absent", &Kind::Missing),
            ("isActive", &Kind::NotBoolean),
            ("limit", &Kind::OutOfRange(1, *ID.end())),
            ("email", &Kind::NotEmail),
            ("roles.1", &Kind::NotInteger),
            ("roles.2", &Kind::NotInteger),
            ("user.first", &Kind::NotText),
            ("user.partners.1.id", &Kind::NotInteger),
            ("people.1", &Kind::NotObject),
            ("fine", &Kind::Taken),
        ]
    );
}

#[test]
fn only_an_object_has_fields_and_null_is_told_from_absent() {
    for body in [json!([]), json!(null), json!("a"), json!(1)] {
        assert!(Fields::of(&body).is_none(), "{body}");
    }
    let body = json!({ "a": null, "B": 1 });
    let fields = Fields::of(&body).unwrap();
    assert!(fields.has("a") && fields.get("a").is_none() && !fields.has("b"));
    assert!(fields.in_any_case().get("b").is_some());
}

#[test]
fn a_list_has_an_end() {
    let body = json!({ "a": vec![1; ELEMENTS], "b": vec![1; ELEMENTS + 1], "c": {} });
    let mut fields = Fields::of(&body).unwrap();
    assert_eq!(fields.each("a", integer(ID)).unwrap().len(), ELEMENTS);
    assert_eq!(fields.each("b", integer(ID)), None);
    assert_eq!(fields.each("c", integer(ID)), None);
    assert_eq!(told(&fields.faults()), [("b", &Kind::TooMany(ELEMENTS)), ("c", &Kind::NotList)]);
}

#[test]
fn text_is_kept_as_it_is_within_its_bounds() {
    for (value, read) in [
        (json!(" é "), Ok(" é ".to_owned())),
        (json!(""), Ok(String::new())),
        (json!("ééé"), Ok("ééé".to_owned())),
        (json!("four"), Err(Kind::TooLong(3))),
        (json!("a\u{0}"), Err(Kind::Control)),
        (json!("a\u{7f}"), Err(Kind::Control)),
        (json!("a\nb"), Err(Kind::Control)),
        (json!(1), Err(Kind::NotText)),
        (json!(["a"]), Err(Kind::NotText)),
    ] {
        assert_eq!(text(3)(&value), read, "{value}");
    }
    assert_eq!(lines(3)(&json!("a\nb")), Ok("a\nb".to_owned()));
    assert_eq!(lines(3)(&json!("a\u{0}")), Err(Kind::Control));
    assert_eq!(one_of(&["a", "b"])(&json!("b")), Ok("b".to_owned()));
    assert_eq!(one_of(&["a", "b"])(&json!("B")), Err(Kind::Unknown));
}

#[test]
fn truths_and_numbers_are_read_as_strictly_as_asked() {
    for (value, strict, loose) in [
        (json!(true), Some(true), Some(true)),
        (json!(false), Some(false), Some(false)),
        (json!(1), None, Some(true)),
        (json!("0"), None, Some(false)),
        (json!("true"), None, None),
        (json!(2), None, None),
        (json!(""), None, None),
    ] {
        assert_eq!((boolean(&value).ok(), switch(&value).ok()), (strict, loose), "{value}");
    }
    let range = Kind::OutOfRange(1, 9);
    for (value, number, digit) in [
        (json!(1), Ok(1), Ok(1)),
        (json!(9.0), Ok(9), Ok(9)),
        (json!("9"), Err(Kind::NotInteger), Ok(9)),
        (json!("009"), Err(Kind::NotInteger), Ok(9)),
        (json!(10), Err(range.clone()), Err(range.clone())),
        (json!(u64::MAX), Err(range.clone()), Err(range.clone())),
        (json!(-1e300), Err(range.clone()), Err(range.clone())),
        (json!("99999999999999999999"), Err(Kind::NotInteger), Err(range)),
        (json!(1.5), Err(Kind::NotInteger), Err(Kind::NotInteger)),
        (json!("+1"), Err(Kind::NotInteger), Err(Kind::NotInteger)),
        (json!("-1"), Err(Kind::NotInteger), Err(Kind::NotInteger)),
        (json!("1 "), Err(Kind::NotInteger), Err(Kind::NotInteger)),
        (json!(""), Err(Kind::NotInteger), Err(Kind::NotInteger)),
        (json!(true), Err(Kind::NotInteger), Err(Kind::NotInteger)),
    ] {
        assert_eq!((integer(1..=9)(&value), digits(1..=9)(&value)), (number, digit), "{value}");
    }
}

#[test]
fn mail_addresses_are_told_from_what_is_none() {
    let long = format!("{}@example.com", "a".repeat(64));
    for address in ["a@b.c", "john.doe+x@example.com", "o'neil@a-b.example", "a@localhost", "jörg@exämple.de", &long]
    {
        assert!(is_email(address), "{address}");
    }
    let (too_long, longer) = (format!("a{long}"), format!("a@{}com", "abcdefghi.".repeat(26)));
    for text in [
        "",
        "a",
        "@",
        "a@",
        "@b.c",
        "a@b@c.d",
        "a b@c.d",
        " a@b.c",
        "a@b.c ",
        ".a@b.c",
        "a.@b.c",
        "a..b@c.d",
        "a@b..c",
        "a@.b",
        "a@b.",
        "a@-b.c",
        "a@b-.c",
        "\"a\"@b.c",
        "a@[127.0.0.1]",
        "a@b_c.d",
        "a,b@c.d",
        "<a@b.c>",
        "a@b\u{0}.c",
        &too_long,
        &longer,
    ] {
        assert!(!is_email(text), "{text}");
    }
    assert_eq!(email(5)(&json!("ab@b.c")), Err(Kind::TooLong(5)));
}

#[test]
fn only_addresses_of_the_web_are_urls() {
    for fine in
        ["https://cdn.example.com/p/jdoe.png", "http://a", "HTTPS://a:8443/?b=c", "http://[::1]/", "https://a/%20"]
    {
        assert!(is_web_url(fine), "{fine}");
    }
    for wrong in [
        "",
        "/a",
        "a.example/b",
        "//a/b",
        "ftp://a/b",
        "javascript:alert(1)",
        "data:image/png;base64,AA==",
        "http:///a",
        "http://",
        "https:a",
        "https://a b/",
        "https://a/b c",
    ] {
        assert!(!is_web_url(wrong), "{wrong}");
    }
    assert_eq!(url(9)(&json!("http://abc")), Err(Kind::TooLong(9)));
}

#[test]
fn a_password_meets_its_policy_or_is_told_why_not() {
    let mixed = Policy::at_least(8).mixed();
    for (password, judged) in [
        ("Str0ngPassw0rd", Ok(())),
        ("Pässw0rt", Ok(())),
        ("Sh0rt", Err(Kind::TooShort(8))),
        ("password", Err(Kind::Weak)),
        ("passw0rd", Err(Kind::Weak)),
        ("PASSW0RD", Err(Kind::Weak)),
        ("Password", Err(Kind::Weak)),
        ("Passw0rd\u{0}", Err(Kind::Control)),
    ] {
        assert_eq!(mixed.check(password), judged, "{password}");
    }
    let long = "🔑".repeat(256);
    assert_eq!(Policy::at_least(6).check("secret"), Ok(()));
    assert_eq!(Policy::at_least(6).check(&long), Err(Kind::TooLong(255)));
    assert_eq!(Policy::at_least(6).read(&json!(123_456)), Err(Kind::NotText));
    assert!(Policy::at_least(6).max * 4 <= auth::password::MAX, "the hash takes every password of a policy");
}
