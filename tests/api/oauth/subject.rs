//! Issuers that speak for users: whom a subject names, what it may, and how it gets a user (RFC 7644 §3.11).

use super::issuer::{Publisher, claims, trust};
use super::keys::Pair;
use crate::server::{Api, BASE, both};
use jsonwebtoken::Algorithm;
use roster::auth::scope::Scopes;
use roster::directory::oauth::{SubjectIs, Trust};
use serde_json::{Value, json};
use tokio::task::JoinSet;

both!(
    a_subject_names_a_user_by_the_attribute_of_its_issuer,
    without_such_an_attribute_a_caller_is_a_program,
    a_subject_that_names_nobody_is_a_program_until_it_has_made_its_user,
    a_subject_makes_nobody_but_itself,
    a_subject_needs_the_right_to_make_its_user,
    the_subject_of_an_inactive_user_opens_nothing,
    a_subject_that_names_several_is_nobody,
    of_two_who_make_the_same_user_one_does,
    the_right_to_itself_goes_no_further,
);

/// The server under tokens of an issuer, whose subject is told.
struct Outside {
    api: Api,
    publisher: Publisher,
    issuer: i64,
}

impl Outside {
    async fn new(api: &Api, attribute: Option<SubjectIs>, scopes: &str) -> Self {
        let publisher = Publisher::start();
        publisher.publish(&[Pair::Ec]);
        let subject_is =
            Trust { subject_is: attribute, scopes: Scopes::parse(scopes).unwrap(), ..trust(&publisher, None) };
        let issuer = api.directory.trust_issuer("default", "default", subject_is).await.unwrap();
        assert_eq!(api.directory.issuers("default").await.unwrap().pop().unwrap(), issuer, "what was stored is read");
        Self { api: api.clone(), publisher, issuer: issuer.num }
    }

    fn as_subject(&self, subject: impl Into<Value>) -> Api {
        let mut claims = claims();
        claims["sub"] = subject.into();
        self.api.with_token(&Pair::Ec.sign(Algorithm::ES256, &claims))
    }

    /// Another trust in the same place.
    async fn change(self, attribute: Option<SubjectIs>, scopes: &str) -> Self {
        self.api.directory.distrust("default", self.issuer).await.unwrap();
        drop(self.publisher);
        Self::new(&self.api, attribute, scopes).await
    }
}

async fn ann(api: &Api) -> String {
    let body = json!({
        "userName": "Ann", "externalId": "hr-1",
        "emails": [{ "value": "ann@home.example" }, { "value": "Ann@x.example", "primary": true }]
    });
    api.post("/Users", &body).send().await.is(201).id()
}

async fn a_subject_names_a_user_by_the_attribute_of_its_issuer(api: Api) {
    let id = ann(&api).await;
    let bob = api.user("bob").await;
    let mut outside = Outside::new(&api, Some(SubjectIs::Id), "scim").await;
    for (attribute, right, wrong) in [
        (SubjectIs::Id, vec![id.as_str()], vec!["Ann", &bob[1..], "", "a\0b"]),
        (SubjectIs::UserName, vec!["Ann", "ANN"], vec!["hr-1", "ann@x.example", id.as_str()]),
        (SubjectIs::ExternalId, vec!["hr-1"], vec!["HR-1", "Ann"]),
        (SubjectIs::Emails, vec!["Ann@x.example", "ANN@X.example"], vec!["ann@home.example", "Ann"]),
    ] {
        outside = outside.change(Some(attribute), "scim").await;
        for subject in right {
            let me = outside.as_subject(subject).get("/Me").send().await.is(200);
            assert_eq!(me.id(), id, "{attribute}: {subject}");
            assert_eq!(me.header("location"), Some(format!("{BASE}/Users/{id}").as_str()));
        }
        for subject in wrong {
            let nobody = outside.as_subject(subject);
            nobody.get("/Me").send().await.is(404);
            nobody.get("/Users").send().await.is(200);
        }
    }
    let mut nameless = claims();
    nameless.as_object_mut().unwrap().remove("sub");
    let nameless = api.with_token(&Pair::Ec.sign(Algorithm::ES256, &nameless));
    nameless.get("/Me").send().await.is(404);
    nameless.post("/Me", &json!({ "userName": "x" })).send().await.is(404);
}

async fn without_such_an_attribute_a_caller_is_a_program(api: Api) {
    ann(&api).await;
    let outside = Outside::new(&api, None, "scim").await;
    let program = outside.as_subject("Ann");
    program.get("/Users").send().await.is(200);
    program.get("/Me").send().await.is(404);
    program.post("/Me", &json!({ "userName": "x" })).send().await.is(404);
}

async fn a_subject_that_names_nobody_is_a_program_until_it_has_made_its_user(api: Api) {
    let mut outside = Outside::new(&api, Some(SubjectIs::UserName), "scim").await;
    for (number, (attribute, said, shown)) in [
        (SubjectIs::UserName, json!({}), "userName"),
        (SubjectIs::UserName, json!({ "userName": "SUB1" }), "userName"),
        (SubjectIs::ExternalId, json!({ "userName": "c" }), "externalId"),
        (SubjectIs::ExternalId, json!({ "userName": "d", "externalId": "sub3" }), "externalId"),
        (SubjectIs::Emails, json!({ "userName": "e" }), "emails"),
        (SubjectIs::Emails, json!({ "userName": "f", "emails": [{ "value": "sub5" }] }), "emails"),
    ]
    .into_iter()
    .enumerate()
    {
        outside = outside.change(Some(attribute), "scim").await;
        let subject = format!("sub{number}");
        let me = outside.as_subject(subject.as_str());
        me.get("/Me").send().await.is(404);
        me.get("/Users").send().await.is(200);
        let made = me.post("/Me?excludedAttributes=meta", &said).send().await.is(201);
        assert!(made.json[shown].to_string().to_lowercase().contains(&subject), "{}", made.text);
        assert_eq!(made.header("location"), Some(format!("{BASE}/Users/{}", made.id()).as_str()));
        assert_eq!(me.get("/Me").send().await.is(200).id(), made.id());
        me.post("/Me", &said).send().await.refused(409, "uniqueness");
    }
    assert_eq!(api.get("/Users").send().await.json["totalResults"], 6);
}

async fn a_subject_makes_nobody_but_itself(api: Api) {
    let mut outside = Outside::new(&api, Some(SubjectIs::UserName), "scim").await;
    for (attribute, said) in [
        (SubjectIs::UserName, json!({ "userName": "bob" })),
        (SubjectIs::ExternalId, json!({ "userName": "ann", "externalId": "ANN" })),
        (SubjectIs::Emails, json!({ "userName": "ann", "emails": [{ "value": "bob" }] })),
    ] {
        outside = outside.change(Some(attribute), "scim").await;
        let detail = outside.as_subject("ann").post("/Me", &said).send().await.refused(400, "invalidValue");
        assert!(detail.starts_with(attribute.name()), "{detail}");
    }
    outside = outside.change(Some(SubjectIs::Id), "scim").await;
    outside.as_subject("ann").post("/Me", &json!({ "userName": "ann" })).send().await.is(404);
    assert_eq!(api.get("/Users").send().await.json["totalResults"], 0);
}

async fn a_subject_needs_the_right_to_make_its_user(api: Api) {
    let mut outside = Outside::new(&api, Some(SubjectIs::UserName), "scim").await;
    for scopes in ["scim:read", "self", "users:write"] {
        outside = outside.change(Some(SubjectIs::UserName), scopes).await;
        let refused = outside.as_subject("ann").post("/Me", &json!({})).send().await.is(403);
        assert!(refused.text.contains("scope scim "), "{}", refused.text);
    }
    assert_eq!(api.get("/Users").send().await.json["totalResults"], 0);
}

async fn the_subject_of_an_inactive_user_opens_nothing(api: Api) {
    let id = ann(&api).await;
    let outside = Outside::new(&api, Some(SubjectIs::UserName), "scim").await;
    let me = outside.as_subject("ann");
    for (active, status) in [(true, 200), (false, 401), (true, 200)] {
        let operations = json!([{ "op": "replace", "path": "active", "value": active }]);
        api.patch(&format!("/Users/{id}"), &operations).send().await.is(200);
        me.get("/Me").send().await.is(status);
        me.get("/Users").send().await.is(status);
        if status == 401 {
            me.post("/Me", &json!({})).send().await.is(401);
        }
    }
    api.delete(&format!("/Users/{id}")).send().await.is(204);
    me.get("/Me").send().await.is(404);
    let again = me.post("/Me", &json!({})).send().await.is(201).id();
    assert_ne!(again, id);
}

async fn a_subject_that_names_several_is_nobody(api: Api) {
    for name in ["a", "b"] {
        api.post("/Users", &json!({ "userName": name, "externalId": "hr-1" })).send().await.is(201);
    }
    let outside = Outside::new(&api, Some(SubjectIs::ExternalId), "scim").await;
    let me = outside.as_subject("hr-1");
    me.get("/Me").send().await.is(404);
    me.post("/Me", &json!({ "userName": "c" })).send().await.refused(409, "uniqueness");
}

async fn of_two_who_make_the_same_user_one_does(api: Api) {
    let outside = Outside::new(&api, Some(SubjectIs::ExternalId), "scim").await;
    let mut attempts = JoinSet::new();
    for number in 0..8 {
        let me = outside.as_subject("hr-1");
        attempts.spawn(async move { me.post("/Me", &json!({ "userName": format!("u{number}") })).send().await.status });
    }
    let mut told = attempts.join_all().await;
    told.sort_unstable();
    assert_eq!(told, [201, 409, 409, 409, 409, 409, 409, 409]);
}

async fn the_right_to_itself_goes_no_further(api: Api) {
    let id = ann(&api).await;
    let outside = Outside::new(&api, Some(SubjectIs::UserName), "self").await;
    let me = outside.as_subject("ann");
    let change = |path: &str| json!([{ "op": "replace", "path": path, "value": "x" }]);
    assert_eq!(me.patch("/Me", &change("title")).send().await.is(200).json["title"], "x");
    me.patch("/Me", &change("userName")).send().await.is(403);
    me.delete("/Me").send().await.is(403);
    me.get(&format!("/Users/{id}")).send().await.is(403);
    me.get("/Users").send().await.is(403);
    let actors = api.directory.authenticate(&me.token, None).await.unwrap();
    assert!(actors.credential.ends_with(&format!("user {}", actors.principal.unwrap().num)), "{}", actors.credential);
}
