use super::*;
use crate::http::route::Routes;
use crate::http::scim::{Api, MEDIA_TYPE, PREFIX, SURFACE};
use crate::scim::ScimType;
use serde_json::Value;

async fn rendered(refusal: Refusal) -> (Response, Value) {
    let mut response = refusal.render(SURFACE.errors, "the-request");
    let body = response.take_body().into_string().await.unwrap();
    (response, serde_json::from_str(&body).unwrap())
}

#[tokio::test]
async fn every_error_of_the_directory_has_its_status_and_scim_type() {
    let scim = |kind| directory::Error::Scim(scim::Error::new(kind, "why"));
    let store = || crate::store::Error::Stale;
    let cases = [
        (scim(ScimType::InvalidFilter), 400, Some("invalidFilter"), None),
        (scim(ScimType::InvalidPath), 400, Some("invalidPath"), None),
        (scim(ScimType::InvalidSyntax), 400, Some("invalidSyntax"), None),
        (scim(ScimType::InvalidValue), 400, Some("invalidValue"), None),
        (scim(ScimType::Mutability), 400, Some("mutability"), None),
        (scim(ScimType::NoTarget), 400, Some("noTarget"), None),
        (scim(ScimType::TooMany), 400, Some("tooMany"), None),
        (scim(ScimType::Uniqueness), 409, Some("uniqueness"), None),
        (directory::Error::Scim(scim::Error::too_large("why")), 413, None, None),
        (directory::Error::NotFound("User".to_owned()), 404, None, None),
        (directory::Error::VersionMismatch, 412, None, None),
        (directory::Error::Unauthenticated, 401, None, Some((WWW_AUTHENTICATE, CHALLENGE_INVALID))),
        (
            directory::Error::Forbidden("scim"),
            403,
            None,
            Some((WWW_AUTHENTICATE, "Bearer realm=\"roster\", error=\"insufficient_scope\", scope=\"scim\"")),
        ),
        (directory::Error::Busy(None), 503, None, Some((RETRY_AFTER, "1"))),
        (directory::Error::Full(store()), 507, None, None),
        (directory::Error::Store(store()), 500, None, None),
        (directory::Error::Internal("secret".to_owned()), 500, None, None),
    ];
    for (error, status, scim_type, header) in cases {
        let name = format!("{error:?}");
        let (response, body) = rendered(Refusal::from(error)).await;
        assert_eq!(response.status().as_u16(), status, "{name}");
        assert_eq!(response.content_type(), Some(MEDIA_TYPE), "{name}");
        assert_eq!(body["status"], status.to_string(), "{name}");
        assert_eq!(body["scimType"].as_str(), scim_type, "{name}");
        assert_eq!(body["schemas"][0], scim::urn::ERROR, "{name}");
        assert!(!body["detail"].as_str().unwrap().is_empty(), "{name}");
        if let Some((header, value)) = header {
            assert_eq!(response.headers()[header], value, "{name}");
        }
    }
}

#[tokio::test]
async fn an_internal_error_shows_the_request_id_and_nothing_else() {
    let (_, body) = rendered(directory::Error::Internal("secret".to_owned()).into()).await;
    let detail = body["detail"].as_str().unwrap();
    assert!(detail.contains("the-request") && !detail.contains("secret"), "{detail}");
}

#[test]
fn a_cause_is_told_with_its_own_causes() {
    let error = directory::Error::Full(crate::store::Error::Full("disk I/O".into()));
    assert_eq!(chain(&error), "the store cannot be written: the database cannot be written: disk I/O");
}

#[tokio::test]
async fn a_refusal_of_the_framework_is_a_scim_error() {
    let routes = Routes::default().with::<Api>(PREFIX);
    let users = routes.find("/scim/v2/Users");
    let cases = [
        (poem::Error::from(NotFoundError), 404, None),
        (poem::Error::from(MethodNotAllowedError), 405, None),
        (poem::Error::from_status(StatusCode::BAD_REQUEST), 400, Some("invalidSyntax")),
        (poem::Error::from_status(StatusCode::UNSUPPORTED_MEDIA_TYPE), 415, None),
        (poem::Error::from_string("secret", StatusCode::BAD_GATEWAY), 500, None),
        (Refusal::busy("later").into(), 503, None),
    ];
    for (error, status, scim_type) in cases {
        let (response, body) = rendered(Refusal::from_framework(error, users)).await;
        assert_eq!(response.status().as_u16(), status);
        assert_eq!(body["scimType"].as_str(), scim_type, "{status}");
        assert!(!body.to_string().contains("secret"));
        let allow = response.header(ALLOW);
        assert_eq!(allow, (status == 405).then_some("GET, HEAD, POST"), "{status}");
    }
}
