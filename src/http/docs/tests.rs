use super::*;
use crate::http::openapi;
use crate::scim::schema::document::{Choices, built_in};
use poem::http::header::HeaderValue;

fn finished() -> String {
    let documents = openapi::documents(&built_in(Choices { unique_group_names: true }));
    documents.into_iter().find(|(name, _)| *name == "scim").unwrap().1
}

#[test]
fn the_page_shows_the_finished_document() {
    let html = html(&finished());
    assert!(html.contains("\"openapi\": \"3.1.0\""));
    assert!(html.contains("\"operationId\": \"patchUser\""));
    assert!(!html.contains("\"openapi\": \"3.0.0\""));
    assert!(html.starts_with("\n<!doctype html>") || html.starts_with("<!doctype html>"));
}

#[test]
fn a_document_cannot_end_its_script_element() {
    let hostile = finished().replacen("Roster SCIM 2.0", "</script><script>alert(1)</script>", 1);
    assert_eq!(html(&hostile).matches("</script>").count(), html(&finished()).matches("</script>").count());
}

#[test]
fn the_policy_names_every_script_and_no_other_host() {
    let html = html(&finished());
    let policy = policy(&html);
    assert_eq!(policy.matches("'sha256-").count(), 2);
    assert!(!policy.contains("http") && policy.contains("default-src 'none'"));
    let elements: Vec<&str> = html.split("<script").skip(1).filter_map(|rest| rest.split('>').next()).collect();
    assert!(elements.iter().all(|attributes| !attributes.contains("src")), "{elements:?}");
    assert!(HeaderValue::try_from(policy).is_ok());
}

#[tokio::test]
async fn a_document_that_is_known_is_not_sent_again() {
    let endpoint = document(Text::new(Box::new(|| "{}".to_owned())));
    let first = endpoint.get_response(Request::default()).await;
    assert_eq!(first.status(), StatusCode::OK);
    assert_eq!(first.content_type(), Some("application/json"));
    let tag = first.header(ETAG).unwrap().to_owned();
    assert_eq!(first.into_body().into_string().await.unwrap(), "{}");
    for (sent, status) in [(tag.as_str(), StatusCode::NOT_MODIFIED), ("\"other\"", StatusCode::OK)] {
        let request = Request::builder().header(IF_NONE_MATCH, sent).finish();
        assert_eq!(endpoint.get_response(request).await.status(), status);
    }
}
