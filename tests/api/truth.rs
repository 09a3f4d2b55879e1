//! ServiceProviderConfig and the schemas tell the truth: each flag, number and characteristic is read from
//! what the server says of itself and then tried.

use crate::oauth::{by_secret, client};
use crate::server::{Api, both, encode};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use tokio::task::JoinSet;

both! {
    every_flag_is_one_that_is_tried_here,
    patch_sort_and_etag_are_there,
    a_password_can_be_changed,
    a_page_is_as_large_as_is_said,
    a_walk_by_cursor_is_there_if_it_is_said,
    a_bulk_request_is_as_large_as_is_said,
    the_schemes_open_the_door,
    the_documentation_is_there,
    everything_the_schemas_tell_can_be_written_and_is_shown_as_they_say,
    texts_are_compared_as_the_schemas_say,
    unique_is_what_the_schemas_say,
    values_have_the_types_the_schemas_say,
}

async fn config(api: &Api) -> Value {
    api.get("/ServiceProviderConfig").send().await.is(200).json
}

async fn every_flag_is_one_that_is_tried_here(api: Api) {
    let config = config(&api).await;
    let mut names: Vec<&str> = config.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "authenticationSchemes",
            "bulk",
            "changePassword",
            "documentationUri",
            "etag",
            "filter",
            "meta",
            "pagination",
            "patch",
            "schemas",
            "sort"
        ]
    );
    for flag in ["patch", "filter", "changePassword", "sort", "etag"] {
        assert_eq!(config[flag]["supported"], true, "{flag}");
    }
}

async fn patch_sort_and_etag_are_there(api: Api) {
    let ids = [api.user("b").await, api.user("a").await];
    let path = format!("/Users/{}", ids[0]);
    let change = json!([{ "op": "replace", "path": "title", "value": "Dr" }]);
    let changed = api.patch(&path, &change).if_match("W/\"1\"").send().await.is(200);
    assert_eq!((&changed.json["title"], changed.header("etag")), (&json!("Dr"), Some("W/\"2\"")));
    api.patch(&path, &change).if_match("W/\"1\"").send().await.is(412);
    api.get(&path).header("if-none-match", Some("W/\"2\"")).send().await.is(304);
    assert_eq!(api.get("/Users?sortBy=userName").send().await.is(200).each("userName"), ["a", "b"]);
    let descending = api.get("/Users?sortBy=userName&sortOrder=descending").send().await.is(200);
    assert_eq!(descending.each("userName"), ["b", "a"]);
}

async fn a_password_can_be_changed(api: Api) {
    let body = json!({ "userName": "ann", "password": "the first password" });
    let path = format!("/Users/{}", api.post("/Users", &body).send().await.is(201).id());
    let enter = async |password: &str| {
        let call = api.call("POST", "root:/auth/login").header("authorization", None);
        let call = call.header("content-type", Some("application/json"));
        call.json(&json!({ "username": "ann", "password": password })).send().await.status
    };
    assert_eq!(enter("the first password").await, 200);
    let change = json!([{ "op": "replace", "path": "password", "value": "the second password" }]);
    api.patch(&path, &change).send().await.is(200);
    assert_eq!((enter("the first password").await, enter("the second password").await), (401, 200));
    let body = json!({ "userName": "ann", "password": "the third password" });
    api.put(&path, &body).send().await.is(200);
    assert_eq!((enter("the second password").await, enter("the third password").await), (401, 200));
}

/// So many groups, made by a few clients at once.
async fn groups(api: &Api, count: u64) {
    let mut clients = JoinSet::new();
    for client in 0..8 {
        let api = api.clone();
        clients.spawn(async move {
            for number in (client..count).step_by(8) {
                api.group(&format!("g{number}"), &[]).await;
            }
        });
    }
    clients.join_all().await;
}

async fn a_page_is_as_large_as_is_said(api: Api) {
    let config = config(&api).await;
    let most = config["filter"]["maxResults"].as_u64().unwrap();
    let usual = config["pagination"]["defaultPageSize"].as_u64().unwrap();
    assert_eq!(
        (config["pagination"]["maxPageSize"].as_u64(), &config["pagination"]["index"]),
        (Some(most), &json!(true))
    );
    groups(&api, most + 1).await;
    let limits = [("", usual), ("&count=1", 1), (&format!("&count={most}"), most), ("&count=999999", most)];
    for (query, size) in limits {
        for path in ["/Groups?", "/?", "/Groups?filter=displayName%20pr&", "/Groups?sortBy=displayName&"] {
            let page = api.get(&format!("{path}attributes=id{query}")).send().await.is(200).json;
            let shown = page["Resources"].as_array().unwrap().len() as u64;
            assert_eq!((shown, &page["totalResults"]), (size, &json!(most + 1)), "{path}{query}");
        }
    }
    let search = json!({ "attributes": ["id"], "count": most + 1 });
    let page = api.post("/Groups/.search", &search).send().await.is(200).json;
    assert_eq!(page["Resources"].as_array().unwrap().len() as u64, most);
}

async fn a_walk_by_cursor_is_there_if_it_is_said(api: Api) {
    let pagination = config(&api).await["pagination"].clone();
    let method = pagination["defaultPaginationMethod"].as_str().unwrap();
    assert_eq!(pagination[method], true, "the method of whoever names none is there");
    let first = api.get("/Groups?cursor&count=2").send().await;
    if pagination["cursor"] != true {
        assert_eq!(first.json.get("nextCursor"), None);
        return;
    }
    groups(&api, 5).await;
    let mut seen = BTreeSet::new();
    let mut next = String::new();
    loop {
        let page = api.get(&format!("/Groups?count=2&cursor={}", encode(&next))).send().await.is(200);
        seen.extend(page.each("id").into_iter().map(ToOwned::to_owned));
        let Some(cursor) = page.json.get("nextCursor").and_then(Value::as_str) else { break };
        cursor.clone_into(&mut next);
    }
    assert_eq!(seen.len(), 5);
    let seconds = pagination["cursorTimeout"].as_i64().unwrap();
    let cursor = api.get("/Groups?count=2&cursor").send().await.is(200).text_at("/nextCursor").to_owned();
    let again = format!("/Groups?count=2&cursor={}", encode(&cursor));
    api.clock.advance((seconds - 1) * 1_000_000);
    api.get(&again).send().await.is(200);
    let cursor = api.get("/Groups?count=2&cursor").send().await.is(200).text_at("/nextCursor").to_owned();
    api.clock.advance((seconds + 1) * 1_000_000);
    let late = format!("/Groups?count=2&cursor={}", encode(&cursor));
    api.get(&late).send().await.refused(400, "expiredCursor");
}

async fn a_bulk_request_is_as_large_as_is_said(api: Api) {
    let bulk = config(&api).await["bulk"].clone();
    let request = |operations: usize, padding: usize| {
        let operation = |number: usize| {
            json!({
                "method": "POST", "path": "/Groups", "bulkId": format!("b{number}"),
                "data": { "displayName": format!("g{number}") }
            })
        };
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
            "Operations": (0..operations).map(operation).collect::<Vec<_>>()
        });
        let text = body.to_string();
        format!("{text}{}", " ".repeat(padding.saturating_sub(text.len())))
    };
    if bulk["supported"] != true {
        assert_eq!(bulk, json!({ "supported": false, "maxOperations": 0, "maxPayloadSize": 0 }));
        let status = api.call("POST", "/Bulk").body(request(1, 0)).send().await.status;
        assert!(matches!(status, 404 | 501), "{status}");
        return;
    }
    let limit = |name: &str| usize::try_from(bulk[name].as_u64().unwrap()).unwrap();
    let (operations, bytes) = (limit("maxOperations"), limit("maxPayloadSize"));
    for (request, status, made) in [
        (request(operations + 1, 0), 413, 0),
        (request(1, bytes + 1), 413, 0),
        (request(operations, bytes), 200, operations),
    ] {
        let answer = api.call("POST", "/Bulk").body(request).send().await.is(status);
        assert_eq!(api.get("/Groups?count=0").send().await.json["totalResults"], made, "{}", answer.status);
    }
}

async fn the_schemes_open_the_door(api: Api) {
    let types = async || {
        let config = config(&api).await;
        let schemes = config["authenticationSchemes"].as_array().unwrap().clone();
        schemes.into_iter().map(|scheme| scheme["type"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(types().await, ["oauthbearertoken"], "the token that asks is one");
    let (client, secret) = client(&api, "scim").await;
    assert_eq!(types().await, ["oauthbearertoken", "oauth2", "httpbasic"]);
    let token = by_secret(&api, &client.id, &secret).await.is(200).text_at("/access_token").to_owned();
    api.with_token(&token).get("/Users").send().await.is(200);
    let basic = crate::oauth::basic(&client.id, &secret);
    api.get("/Users").header("authorization", Some(&basic)).send().await.is(200);
    api.directory.delete_client("default", &client.id).await.unwrap();
    assert_eq!(types().await, ["oauthbearertoken"]);
    api.get("/Users").header("authorization", Some(&basic)).send().await.is(401);
}

async fn the_documentation_is_there(api: Api) {
    let place = config(&api).await["documentationUri"].as_str().unwrap().to_owned();
    let path = place.strip_prefix("https://roster.example").unwrap().to_owned();
    api.get(&format!("root:{path}")).header("authorization", None).send().await.is(200);
}

/// A schema of a resource type, with the key its attributes stand under; none for the core.
struct Told {
    endpoint: String,
    /// The whole type: core schema first.
    schemas: Vec<Value>,
}

impl Told {
    async fn all(api: &Api) -> Vec<Self> {
        let mut told = Vec::new();
        for kind in api.get("/ResourceTypes").send().await.is(200).json["Resources"].as_array().unwrap() {
            let extensions = kind["schemaExtensions"].as_array().into_iter().flatten().map(|one| &one["schema"]);
            let mut schemas = Vec::new();
            for urn in std::iter::once(&kind["schema"]).chain(extensions) {
                schemas.push(api.get(&format!("/Schemas/{}", urn.as_str().unwrap())).send().await.is(200).json);
            }
            told.push(Self { endpoint: kind["endpoint"].as_str().unwrap().to_owned(), schemas });
        }
        told
    }

    /// Every attribute, and the URN before it if it is one of an extension.
    fn attributes(&self) -> impl Iterator<Item = (Option<&str>, &Value)> {
        self.schemas.iter().enumerate().flat_map(|(place, schema)| {
            let urn = (place > 0).then(|| schema["id"].as_str().unwrap());
            schema["attributes"].as_array().unwrap().iter().map(move |attribute| (urn, attribute))
        })
    }

    /// A body that has every attribute, made different by a mark; `refer` is the id of a resource.
    fn body(&self, mark: &str, refer: &str) -> Value {
        let mut body = Map::new();
        body.insert("schemas".to_owned(), self.schemas.iter().map(|schema| schema["id"].clone()).collect());
        for (urn, attribute) in self.attributes().filter(|(_, attribute)| attribute["mutability"] != "readOnly") {
            let place = match urn {
                Some(urn) => body.entry(urn).or_insert_with(|| json!({})).as_object_mut().unwrap(),
                None => &mut body,
            };
            place.insert(attribute["name"].as_str().unwrap().to_owned(), sample(attribute, mark, refer));
        }
        Value::Object(body)
    }
}

/// A value for an attribute.
fn sample(attribute: &Value, mark: &str, refer: &str) -> Value {
    let one = match attribute["type"].as_str().unwrap() {
        "boolean" => json!(true),
        "integer" => json!(7),
        "decimal" => json!(1.5),
        "dateTime" => json!("2026-01-31T08:00:00Z"),
        "binary" => json!("YWJj"),
        "reference" => json!(format!("https://example.com/{mark}")),
        "complex" => {
            let parts = attribute["subAttributes"].as_array().unwrap();
            let refers = parts.iter().any(|part| part["name"] == "$ref");
            let wanted = |part: &&Value| part["mutability"] != "readOnly" && (!refers || part["name"] == "value");
            let part = |part: &Value| {
                let value = if refers { json!(refer) } else { sample(part, mark, refer) };
                (part["name"].as_str().unwrap().to_owned(), value)
            };
            Value::Object(parts.iter().filter(wanted).map(part).collect())
        }
        _ => match attribute["canonicalValues"].get(0) {
            Some(first) => first.clone(),
            None => json!(format!("Some Text {mark}")),
        },
    };
    if attribute["multiValued"] == true { json!([one]) } else { one }
}

/// Whether what was sent is in what is shown, which may know more.
fn is_within(sent: &Value, shown: &Value) -> bool {
    match (sent, shown) {
        (Value::Object(sent), Value::Object(shown)) => {
            sent.iter().all(|(name, part)| shown.get(name).is_some_and(|found| is_within(part, found)))
        }
        (Value::Array(sent), Value::Array(shown)) => {
            sent.iter().all(|element| shown.iter().any(|found| is_within(element, found)))
        }
        (sent, shown) => sent == shown,
    }
}

async fn everything_the_schemas_tell_can_be_written_and_is_shown_as_they_say(api: Api) {
    let refer = api.user("reference").await;
    api.set_profile("strict").await;
    for told in Told::all(&api).await {
        let body = told.body("one", &refer);
        let made = api.post(&told.endpoint, &body).send().await.is(201);
        let path = format!("{}/{}", told.endpoint, made.id());
        let read = api.get(&path).send().await.is(200).json;
        assert_eq!(read, made.json);
        for (urn, attribute) in told.attributes() {
            let name = attribute["name"].as_str().unwrap();
            let of = |body: &Value| urn.map_or_else(|| body.clone(), |urn| body[urn].clone())[name].clone();
            let (sent, shown) = (of(&body), of(&read));
            match (attribute["mutability"].as_str().unwrap(), attribute["returned"].as_str().unwrap()) {
                (_, "never") => assert!(shown.is_null(), "{name} is never shown"),
                ("readOnly", _) => {}
                _ => assert!(is_within(&sent, &shown), "{name}: {sent} is shown as {shown}"),
            }
            if attribute["required"] == true && attribute["mutability"] != "readOnly" {
                let mut without = body.clone();
                without.as_object_mut().unwrap().remove(name);
                api.post(&told.endpoint, &without).send().await.refused(400, "invalidValue");
                let remove = json!([{ "op": "remove", "path": name }]);
                let refused = api.patch(&path, &remove).send().await;
                assert!(refused.status == 400, "{name}: {}", refused.text);
            }
            if attribute["mutability"] == "readOnly" && attribute["type"] != "complex" {
                let path_of = urn.map_or_else(|| name.to_owned(), |urn| format!("{urn}:{name}"));
                let write = json!([{ "op": "replace", "path": path_of, "value": sample(attribute, "x", &refer) }]);
                api.patch(&path, &write).send().await.refused(400, "mutability");
            }
        }
        assert_eq!(api.get(&path).send().await.json, read, "nothing was changed");
    }
}

async fn texts_are_compared_as_the_schemas_say(api: Api) {
    let refer = api.user("reference").await;
    for told in Told::all(&api).await {
        let body = told.body("One", &refer);
        api.post(&told.endpoint, &body).send().await.is(201);
        let total = async |filter: &str| api.find(&told.endpoint, filter).send().await;
        for (urn, attribute) in told.attributes().filter(|(_, attribute)| attribute["mutability"] != "readOnly") {
            let name = attribute["name"].as_str().unwrap();
            let place = urn.map_or_else(String::new, |urn| format!("{urn}:"));
            let whole = attribute["subAttributes"].as_array();
            let leaves = match whole {
                None => vec![(format!("{place}{name}"), attribute.clone())],
                Some(parts) => {
                    let refers = parts.iter().any(|part| part["name"] == "$ref");
                    let parts = parts.iter().filter(|part| part["mutability"] != "readOnly" && !refers);
                    parts
                        .map(|part| (format!("{place}{name}.{}", part["name"].as_str().unwrap()), part.clone()))
                        .collect()
                }
            };
            for (path, leaf) in leaves.into_iter().filter(|(_, leaf)| leaf["type"] == "string") {
                let value = sample(&leaf, "One", &refer);
                let text = value.as_str().unwrap();
                if attribute["returned"] == "never" {
                    total(&format!("{path} eq \"{text}\"")).await.refused(400, "invalidFilter");
                    continue;
                }
                let exact = total(&format!("{path} eq \"{text}\"")).await.is(200);
                assert_eq!(exact.json["totalResults"], 1, "{path} eq {text}");
                let other = total(&format!("{path} eq \"{}\"", text.to_uppercase())).await.is(200);
                let found = u64::from(leaf["caseExact"] != true);
                assert_eq!(other.json["totalResults"], found, "{path}: caseExact is {}", leaf["caseExact"]);
            }
        }
    }
}

async fn unique_is_what_the_schemas_say(api: Api) {
    let refer = api.user("reference").await;
    for profile in ["default", "strict"] {
        api.set_profile(profile).await;
        for told in Told::all(&api).await {
            let body = told.body(profile, &refer);
            api.post(&told.endpoint, &body).send().await.is(201);
            let unique: Vec<&str> = told
                .attributes()
                .filter(|(_, attribute)| attribute["uniqueness"] == "server" && attribute["mutability"] != "readOnly")
                .map(|(urn, attribute)| {
                    assert_eq!(urn, None, "this test looks for unique attributes in core schemas");
                    attribute["name"].as_str().unwrap()
                })
                .collect();
            for name in &unique {
                let mut other = body.clone();
                for unique in unique.iter().filter(|unique| *unique != name) {
                    other[*unique] = json!(format!("other {profile}"));
                }
                api.post(&told.endpoint, &other).send().await.refused(409, "uniqueness");
            }
            // All the rest may be shared.
            let mut other = body.clone();
            for name in &unique {
                other[*name] = json!(format!("other {profile}"));
            }
            api.post(&told.endpoint, &other).send().await.is(201);
        }
    }
}

async fn values_have_the_types_the_schemas_say(api: Api) {
    let refer = api.user("reference").await;
    api.set_profile("strict").await;
    for told in Told::all(&api).await {
        let body = told.body("one", &refer);
        for (urn, attribute) in told.attributes().filter(|(_, attribute)| attribute["mutability"] != "readOnly") {
            let name = attribute["name"].as_str().unwrap();
            let right = sample(attribute, "one", &refer);
            let is_list = attribute["multiValued"] == true;
            let other_type = match attribute["type"].as_str().unwrap() {
                "boolean" | "integer" | "decimal" | "dateTime" => json!("text"),
                "binary" => json!("?"),
                _ => json!(true),
            };
            let other_shape = if is_list { right[0].clone() } else { json!([right]) };
            for wrong in [if is_list { json!([other_type]) } else { other_type }, other_shape] {
                let mut sent = body.clone();
                match urn {
                    Some(urn) => sent[urn][name] = wrong.clone(),
                    None => sent[name] = wrong.clone(),
                }
                let answer = api.post(&told.endpoint, &sent).send().await;
                assert_eq!(answer.status, 400, "{name}: {wrong} is taken: {}", answer.text);
                answer.refused(400, "invalidValue");
            }
        }
    }
}
