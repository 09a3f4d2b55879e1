//! Limits: who asks too often is told to wait, and nobody else notices.

use crate::call::Answer;
use crate::server::{Api, both};
use poem::EndpointExt;
use roster::http::{self, Rates};
use serde_json::json;
use std::sync::Arc;
use tokio::task::JoinSet;

both! {
    a_connection_that_floods_is_told_when_to_come_back,
    a_flooding_tenant_is_refused_and_another_is_not,
    the_least_limit_answers_25_requests_at_once,
    wrong_tokens_are_throttled_and_a_right_one_is_not,
    a_revoked_token_is_refused_at_once_after_a_flood,
    what_is_open_to_everybody_is_not_counted,
}

/// The same server with these limits, and with no wrong credentials counted yet.
pub fn limited(api: &Api, connection: u32, tenant: u32) -> Api {
    let options = http::Options { rates: Rates { connection, tenant }, ..http::Options::default() };
    let options = http::Options { public_url: Some("https://roster.example".to_owned()), ..options };
    let endpoint = http::endpoint(api.directory.clone(), options);
    Api { endpoint: Arc::new(endpoint.map_to_response().boxed()), ..api.clone() }
}

/// The answers to so many requests at once.
async fn answers(api: &Api, path: &str, requests: usize) -> Vec<Answer> {
    let mut tasks = JoinSet::new();
    for _ in 0..requests {
        let (api, path) = (api.clone(), path.to_owned());
        tasks.spawn(async move { api.get(&path).send().await });
    }
    tasks.join_all().await
}

/// Their statuses.
async fn flood(api: &Api, path: &str, requests: usize) -> Vec<u16> {
    answers(api, path, requests).await.iter().map(|answer| answer.status).collect()
}

fn count(statuses: &[u16], status: u16) -> usize {
    statuses.iter().filter(|found| **found == status).count()
}

/// Another tenant of the server, with its token.
async fn other_tenant(api: &Api) -> Api {
    let made = api.directory.create_tenant("other").await.unwrap();
    Api { token: made.secret.reveal().to_owned(), ..api.clone() }
}

async fn a_connection_that_floods_is_told_when_to_come_back(api: Api) {
    let api = limited(&api, 25, 0);
    let statuses = flood(&api, "/Users?count=0", 400).await;
    assert!(count(&statuses, 200) >= 50, "{statuses:?}");
    assert!(count(&statuses, 429) > 0, "{statuses:?}");
    assert_eq!(count(&statuses, 200) + count(&statuses, 429), 400, "{statuses:?}");
    let detail = "the connection sent more than 25 requests a second; wait the seconds in Retry-After (RFC 6585 §4)";
    for path in ["/Users", "/Groups/1", "/Schemas", "/nothing", "root:/admin/v1/tenants"] {
        let answers = answers(&api, path, 200).await;
        let refused = answers.iter().find(|answer| answer.status == 429).unwrap_or_else(|| panic!("{path}"));
        assert_eq!(refused.header("retry-after"), Some("1"), "{path}");
        if path.starts_with("root:") {
            assert_eq!((&refused.json["status"], &refused.json["detail"]), (&json!(429), &json!(detail)), "{path}");
        } else {
            let schemas = ["urn:ietf:params:scim:api:messages:2.0:Error"];
            assert_eq!(refused.json, json!({ "schemas": schemas, "status": "429", "detail": detail }), "{path}");
        }
    }
}

async fn a_flooding_tenant_is_refused_and_another_is_not(api: Api) {
    let api = limited(&api, 0, 25);
    let other = other_tenant(&api).await;
    let statuses = flood(&api, "/Users?count=0", 400).await;
    assert!(count(&statuses, 429) > 0, "{statuses:?}");
    assert_eq!(flood(&other, "/Users?count=0", 40).await, [200; 40]);
}

async fn the_least_limit_answers_25_requests_at_once(api: Api) {
    let api = limited(&api, 25, 25);
    assert_eq!(flood(&api, "/Users?count=0", 25).await, [200; 25]);
}

async fn wrong_tokens_are_throttled_and_a_right_one_is_not(api: Api) {
    let wrong = |number: u32| Api { token: format!("wrong-token-{number:032}"), ..api.clone() };
    let mut statuses = Vec::new();
    for number in 0..400 {
        let answer = wrong(number).get("/Users").send().await;
        statuses.push(answer.status);
        if answer.status == 429 {
            let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
            assert!((1..=3).contains(&wait), "{wait}");
            assert_eq!(answer.json["status"], "429");
            assert_eq!(answer.header("www-authenticate"), None);
        }
    }
    assert_eq!(statuses[..300], [401; 300]);
    assert!(count(&statuses, 429) > 0, "{statuses:?}");
    assert_eq!(count(&statuses, 401) + count(&statuses, 429), 400, "{statuses:?}");
    api.get("/Users").send().await.is(200);
    // One that this process has never seen.
    other_tenant(&api).await.get("/Users").send().await.is(200);
    // A request without a credential is told to bring one.
    api.get("/Users").header("authorization", None).send().await.is(401);
}

async fn a_revoked_token_is_refused_at_once_after_a_flood(api: Api) {
    let api = limited(&api, 25, 0);
    let made = api.directory.create_tenant("other").await.unwrap();
    let other = Api { token: made.secret.reveal().to_owned(), ..api.clone() };
    let statuses = flood(&other, "/Users?count=0", 400).await;
    assert!(count(&statuses, 429) > 0, "{statuses:?}");
    api.directory.revoke_token("other", made.token.num).await.unwrap();
    for _ in 0..10_000 {
        let answer = other.get("/Users").send().await;
        assert_ne!(answer.status, 200, "a revoked token opens nothing");
        if answer.status == 401 {
            break;
        }
    }
    // It is no longer taken from its connection, and so no longer told to wait for that.
    other.get("/Users").send().await.is(401);
}

async fn what_is_open_to_everybody_is_not_counted(api: Api) {
    let api = limited(&api, 25, 25);
    flood(&api, "/Users?count=0", 400).await;
    for path in ["root:/livez", "root:/readyz", "root:/openapi/scim.json", "/ServiceProviderConfig"] {
        for _ in 0..5 {
            api.get(path).header("authorization", None).send().await.is(200);
        }
    }
}
