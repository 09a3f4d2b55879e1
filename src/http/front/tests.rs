use super::*;
use crate::http::scim::{Api, MEDIA_TYPE, PREFIX, SURFACE};
use poem::endpoint::make_sync;
use poem::http::StatusCode;
use poem::{Route, get};
use serde_json::Value;

fn front() -> impl Endpoint<Output = Response> {
    let echo = make_sync(|request: Request| request.uri().to_string());
    let broken = make_sync(|_| -> &'static str { panic!("secret") });
    let inner = Route::new().at("/livez", get(echo)).at("/readyz", get(broken));
    let routes = Routes::default().with::<Api>(PREFIX).with_pages(&["/livez", "/readyz"]);
    Front::new(inner, routes, Surfaces::new(SURFACE, []))
}

async fn call(method: Method, uri: &str) -> Response {
    let request = Request::builder().method(method).uri_str(uri).header("X-Request-Id", "theirs").finish();
    front().call(request).await.unwrap()
}

async fn error(response: Response) -> Value {
    assert_eq!(response.content_type(), Some(MEDIA_TYPE));
    serde_json::from_str(&response.into_body().into_string().await.unwrap()).unwrap()
}

#[tokio::test]
async fn slashes_at_the_end_of_a_path_are_ignored() {
    for (uri, seen) in
        [("/livez", "/livez"), ("/livez/", "/livez"), ("/livez//?a=b/", "/livez?a=b/"), ("/livez?", "/livez?")]
    {
        let response = call(Method::GET, uri).await;
        assert_eq!(response.status(), StatusCode::OK, "{uri}");
        assert_eq!(response.into_body().into_string().await.unwrap(), seen);
    }
}

#[tokio::test]
async fn head_has_the_headers_of_get_and_no_body() {
    let response = call(Method::HEAD, "/livez").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.header(CONTENT_LENGTH), Some("6"));
    assert!(response.into_body().is_empty());
    let response = call(Method::HEAD, "/nothing").await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert!(response.into_body().is_empty());
}

#[tokio::test]
async fn an_unknown_path_and_a_wrong_method_are_scim_errors() {
    for uri in ["/", "/nothing", "/livez/more", "/%ff", "/scim"] {
        let response = call(Method::GET, uri).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{uri}");
        assert_eq!(error(response).await["status"], "404");
    }
    for method in [Method::POST, Method::OPTIONS, Method::TRACE] {
        let response = call(method, "/livez").await;
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(response.header("Allow"), Some("GET, HEAD"));
        assert_eq!(error(response).await["status"], "405");
    }
}

#[tokio::test]
async fn a_panic_is_answered_and_not_told() {
    let response = call(Method::GET, "/readyz").await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let id = response.header("X-Request-Id").unwrap().to_owned();
    let detail = error(response).await["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains(&id) && !detail.contains("secret"), "{detail}");
}

#[tokio::test]
async fn a_request_gets_an_id_of_ours() {
    let ids = [call(Method::GET, "/livez").await, call(Method::GET, "/nothing").await];
    let ids = ids.map(|response| response.header("X-Request-Id").unwrap().to_owned());
    assert_ne!(ids[0], ids[1]);
    assert!(ids.iter().all(|id| id.len() == 32));
}

#[tokio::test]
async fn a_head_that_is_too_large_or_names_two_hosts_is_a_scim_error() {
    let request = |uri: &str, lines: &[(&str, &str)]| {
        let request = Request::builder().uri_str(uri);
        lines.iter().fold(request, |request, (name, value)| request.header(*name, *value)).finish()
    };
    let long = "x".repeat(HEADERS - 100);
    let cases = [
        (request(&format!("/livez?{long}"), &[("X", &long)]), StatusCode::OK),
        (request(&format!("/livez?{long}{long}"), &[]), StatusCode::URI_TOO_LONG),
        (request("/livez", &[("X", &long), ("Y", &long)]), StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE),
        (request("/livez", &[("Host", "a.example"), ("Host", "b.example")]), StatusCode::BAD_REQUEST),
    ];
    for (request, status) in cases {
        let response = front().call(request).await.unwrap();
        assert_eq!(response.status(), status);
        if status != StatusCode::OK {
            assert_eq!(error(response).await["status"], status.as_str());
        }
    }
}
