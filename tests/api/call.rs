//! One request and its answer. Every answer is held against the rules that all answers keep.

use crate::server::{Api, BASE};
use poem::http::{HeaderMap, HeaderName, HeaderValue, Method};
use poem::{Endpoint, Request};
use serde_json::Value;

/// A request on its way.
pub struct Call<'a> {
    api: &'a Api,
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Option<Vec<u8>>,
}

impl<'a> Call<'a> {
    /// A request with the case's token; the path is below the SCIM base, exactly as sent.
    pub fn new(api: &'a Api, method: &str, path: &str) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", format!("Bearer {}", api.token).parse().unwrap());
        headers.insert("accept", HeaderValue::from_static("application/scim+json"));
        Self { api, method: method.parse().unwrap(), path: path.to_owned(), headers, body: None }
    }

    /// Sets a header; `None` takes it away.
    pub fn header(mut self, name: &str, value: Option<&str>) -> Self {
        let name: HeaderName = name.parse().unwrap();
        match value {
            Some(value) => drop(self.headers.insert(name, value.parse().unwrap())),
            None => drop(self.headers.remove(name)),
        }
        self
    }

    /// With If-Match.
    pub fn if_match(self, tag: &str) -> Self {
        self.header("if-match", Some(tag))
    }

    /// A JSON body, as `application/scim+json` unless the type was set.
    pub fn json(self, body: &Value) -> Self {
        self.body(body.to_string())
    }

    /// A body, as `application/scim+json` unless the type was set.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        if !self.headers.contains_key("content-type") {
            self.headers.insert("content-type", HeaderValue::from_static("application/scim+json"));
        }
        self.body = Some(body.into());
        self
    }

    /// Sends it.
    pub async fn send(self) -> Answer {
        let absolute = self.path.strip_prefix(BASE).unwrap_or(&self.path);
        let uri = if let Some(root) = absolute.strip_prefix("root:") {
            root.to_owned()
        } else {
            format!("/scim/v2{absolute}")
        };
        let asked = format!("{} {uri}", self.method);
        let head = self.method == Method::HEAD;
        let mut request = Request::builder().method(self.method).uri_str(&uri).finish();
        *request.headers_mut() = self.headers;
        if let Some(body) = self.body {
            request.set_body(body);
        }
        let response = self.api.endpoint.get_response(request).await;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = response.into_body().into_vec().await.unwrap();
        let text = String::from_utf8(body).expect("answers are UTF-8");
        let json = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap_or(Value::Null) };
        let answer = Answer { asked, status, headers, text, json };
        if uri.starts_with("/scim/") && !head {
            answer.check();
        }
        if uri.starts_with("/admin/") && !head {
            answer.check_admin();
        }
        answer
    }
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Method and path, for messages.
    pub asked: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    /// The body; null if there is none.
    pub json: Value,
}

impl Answer {
    /// The answer, if it has this status.
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {}", self.asked, self.text);
        self
    }

    /// A SCIM error of this status and scimType; its detail.
    #[track_caller]
    pub fn refused(self, status: u16, scim_type: &str) -> String {
        let answer = self.is(status);
        let found = answer.json["scimType"].as_str().unwrap_or("");
        assert_eq!(found, scim_type, "{}: {}", answer.asked, answer.text);
        answer.json["detail"].as_str().unwrap().to_owned()
    }

    /// A problem of this status that names this field, if any; its detail.
    #[track_caller]
    pub fn problem(self, status: u16, field: Option<&str>) -> String {
        let answer = self.is(status);
        let found = answer.json.pointer("/errors/0/field").and_then(Value::as_str);
        assert_eq!(found, field, "{}: {}", answer.asked, answer.text);
        answer.json["detail"].as_str().unwrap().to_owned()
    }

    /// A header's text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The text at a JSON pointer.
    #[track_caller]
    pub fn text_at(&self, pointer: &str) -> &str {
        let found = self.json.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_else(|| panic!("{}: no text at {pointer}: {}", self.asked, self.text))
    }

    /// The id of the resource.
    #[track_caller]
    pub fn id(&self) -> String {
        self.text_at("/id").to_owned()
    }

    /// One attribute of every resource of a list.
    #[track_caller]
    pub fn each(&self, attribute: &str) -> Vec<&str> {
        let resources = self.json["Resources"].as_array().unwrap_or_else(|| panic!("no list: {}", self.text));
        resources.iter().map(|resource| resource[attribute].as_str().unwrap_or("")).collect()
    }

    /// What every answer of the SCIM surface keeps, whatever was asked.
    fn check(&self) {
        let asked = &self.asked;
        let text = &self.text;
        assert!(self.status < 500 || self.status == 503, "{asked}: {} {text}", self.status);
        if self.status == 204 || self.status == 304 {
            assert!(text.is_empty(), "{asked}: {} with a body: {text}", self.status);
            return;
        }
        assert_eq!(self.header("content-type"), Some("application/scim+json"), "{asked}: {} {text}", self.status);
        assert!(self.json.is_object(), "{asked}: no JSON object: {text}");
        scan(&self.json, &mut |key, value| {
            assert!(!value.is_null(), "{asked}: {key} is null: {text}");
            assert_ne!(key, "password", "{asked}: a password is shown: {text}");
        });
        if self.status >= 400 {
            self.check_error();
        } else if self.json["schemas"][0] == "urn:ietf:params:scim:api:messages:2.0:ListResponse" {
            self.check_list();
        } else {
            self.check_resource(&self.json);
            if let Some(version) = self.json.pointer("/meta/version").and_then(Value::as_str) {
                assert_eq!(self.header("etag"), Some(version), "{asked}: ETag is not meta.version");
                let location = self.json.pointer("/meta/location").and_then(Value::as_str);
                assert_eq!(self.header("content-location"), location, "{asked}: Content-Location is not meta.location");
            }
            if self.status == 201 {
                let location = self.header("location").unwrap_or_else(|| panic!("{asked}: 201 without Location"));
                assert!(location.ends_with(&format!("/{}", self.text_at("/id"))), "{asked}: Location {location}");
                if let Some(shown) = self.json.pointer("/meta/location") {
                    assert_eq!(shown, location, "{asked}: Location is not meta.location");
                }
            }
        }
    }

    fn check_error(&self) {
        let Self { asked, text, status, json, .. } = self;
        let schemas = serde_json::json!(["urn:ietf:params:scim:api:messages:2.0:Error"]);
        assert_eq!(json["schemas"], schemas, "{asked}: {text}");
        assert_eq!(json["status"], status.to_string(), "{asked}: the status is repeated as text: {text}");
        assert!(json["detail"].as_str().is_some_and(|detail| detail.len() > 5), "{asked}: no detail: {text}");
        if *status == 400 {
            assert!(json["scimType"].is_string(), "{asked}: a 400 without scimType: {text}");
        }
        let promised = match status {
            401 => "www-authenticate",
            405 => "allow",
            503 => "retry-after",
            _ => return,
        };
        assert!(self.header(promised).is_some(), "{asked}: {status} without {promised}");
    }

    /// What every answer of the admin surface keeps: plain JSON, problem details, nothing cached.
    fn check_admin(&self) {
        let Self { asked, text, status, json, .. } = self;
        assert!(*status < 500 || *status == 503, "{asked}: {status} {text}");
        if *status == 204 {
            assert!(text.is_empty(), "{asked}: 204 with a body: {text}");
            return;
        }
        if *status < 400 {
            assert_eq!(self.header("content-type"), Some("application/json"), "{asked}");
            assert_eq!(self.header("cache-control"), Some("no-store"), "{asked}");
            assert_eq!(self.header("location").is_some(), *status == 201, "{asked}");
            return;
        }
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{asked}: {text}");
        assert_eq!(json["type"], "about:blank", "{asked}: {text}");
        assert_eq!(json["status"], *status, "{asked}: {text}");
        assert!(json["title"].as_str().is_some_and(|title| !title.is_empty()), "{asked}: {text}");
        assert!(json["detail"].as_str().is_some_and(|detail| detail.len() > 5), "{asked}: {text}");
        for error in json.get("errors").and_then(Value::as_array).into_iter().flatten() {
            assert!(error["field"].is_string() && error["detail"].is_string(), "{asked}: {text}");
        }
        let promised = match status {
            401 | 403 => "www-authenticate",
            405 => "allow",
            503 => "retry-after",
            _ => return,
        };
        assert!(self.header(promised).is_some(), "{asked}: {status} without {promised}");
    }

    fn check_list(&self) {
        let Self { asked, text, json, .. } = self;
        let resources = json["Resources"].as_array().unwrap_or_else(|| panic!("{asked}: no Resources: {text}"));
        assert_eq!(json["itemsPerPage"], resources.len(), "{asked}: itemsPerPage: {text}");
        assert!(json["totalResults"].as_u64().is_some_and(|total| total >= resources.len() as u64), "{asked}: {text}");
        let by_cursor = json.get("nextCursor").is_some() || json.get("previousCursor").is_some();
        match json.get("startIndex") {
            Some(start) => {
                assert!(start.as_u64().is_some_and(|start| start >= 1) && !by_cursor, "{asked}: startIndex: {text}");
            }
            None => assert!(by_cursor || asked.contains("cursor") || asked.contains(".search"), "{asked}: {text}"),
        }
        for resource in resources {
            self.check_resource(resource);
        }
    }

    fn check_resource(&self, resource: &Value) {
        let Self { asked, .. } = self;
        assert!(resource["schemas"][0].is_string(), "{asked}: no schemas: {resource}");
        let Some(kind @ ("User" | "Group")) = resource.pointer("/meta/resourceType").and_then(Value::as_str) else {
            return;
        };
        let id = resource["id"].as_str().unwrap_or_else(|| panic!("{asked}: no id: {resource}"));
        assert_eq!(resource["meta"]["location"], format!("{BASE}/{kind}s/{id}"), "{asked}: {resource}");
    }
}

/// Calls a function with every key and value of a tree.
fn scan(tree: &Value, visit: &mut impl FnMut(&str, &Value)) {
    match tree {
        Value::Object(object) => {
            for (key, value) in object {
                visit(key, value);
                scan(value, visit);
            }
        }
        Value::Array(list) => {
            for value in list {
                visit("an element", value);
                scan(value, visit);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
