//! What a password is, however it came (RFC 7643 §4.1.1, RFC 7644 §5 and §7.8).

use crate::server::{Api, both};
use serde_json::{Value, json};

both! {
    a_password_is_the_same_however_it_is_composed,
    a_put_without_a_password_keeps_it_and_one_with_it_sets_it,
}

/// Whether a login with the password succeeds.
async fn opens(api: &Api, password: &str) -> bool {
    let call = api.call("POST", "root:/auth/login").header("authorization", None);
    let body = json!({ "username": "u", "password": password });
    let answer = call.header("content-type", Some("application/json")).json(&body).send().await;
    assert!([200, 401].contains(&answer.status), "{}", answer.text);
    answer.status == 200
}

async fn a_password_is_the_same_however_it_is_composed(api: Api) {
    let path = format!("/Users/{}", api.user("u").await);
    for (set, same, other) in [
        ("caf\u{e9} au lait", "cafe\u{301} au lait", "cafe au lait"),
        ("cafe\u{301} crem\u{e8}", "caf\u{e9} creme\u{300}", "CAF\u{c9} CREM\u{c8}"),
        ("zwei\u{3000}Worte", "zwei Worte", "zweiWorte"),
        ("drei\u{a0}Worte", "drei\u{2003}Worte", "drei  Worte"),
        ("\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}", "\u{d55c}\u{ae00}", "\u{d55c}\u{ae00} "),
    ] {
        let put = json!([{ "op": "replace", "path": "password", "value": set }]);
        api.patch(&path, &put).send().await.is(200);
        assert!(opens(&api, set).await, "{set}");
        assert!(opens(&api, same).await, "{same}");
        assert!(!opens(&api, other).await, "{other}");
        api.clock.advance(60_000_000);
    }
}

async fn a_put_without_a_password_keeps_it_and_one_with_it_sets_it(api: Api) {
    let body = |password: Value| json!({ "userName": "u", "password": password });
    let made = api.post("/Users", &body(json!("the first one"))).send().await.is(201);
    let path = format!("/Users/{}", made.id());
    api.put(&path, &json!({ "userName": "u", "title": "T" })).send().await.is(200);
    assert!(opens(&api, "the first one").await);
    api.put(&path, &body(json!("the second one"))).send().await.is(200);
    assert!(opens(&api, "the second one").await && !opens(&api, "the first one").await);
    let answer = api.get(&format!("{path}?attributes=password,userName")).send().await.is(200);
    assert_eq!(answer.json.get("password"), None);
}
