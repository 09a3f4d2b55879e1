//! The API documents for people and machines: pages below `/docs`, JSON below `/openapi`.
//!
//! The page carries everything it needs: it works without a network and asks no other host.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use poem::endpoint::make_sync;
use poem::http::StatusCode;
use poem::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use poem::{Body, Endpoint, Request, Response};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Serves an `OpenAPI` document.
pub(super) fn document(text: String) -> impl Endpoint {
    fixed(text, "application/json", "default-src 'none'".to_owned())
}

/// The pages, as the name of a document and what people call it.
const PAGES: [(&str, &str); 7] = [
    ("scim", "SCIM"),
    ("logixx", "Logixx CRM"),
    ("appcrm", "App CRM"),
    ("adeptia", "Adeptia Connect"),
    ("publica", "publica.la"),
    ("login", "Login"),
    ("admin", "Administration"),
];

/// Where the page of a document is.
pub(super) fn path(name: &str) -> String {
    if name == "scim" { "/docs".to_owned() } else { format!("/docs/{name}") }
}

/// Serves a page on which a document can be browsed and tried.
pub(super) fn page(document: &str) -> impl Endpoint + use<> {
    let html = html(document);
    let policy = policy(&html);
    fixed(html, "text/html; charset=utf-8", policy)
}

/// The framework's page, showing our finished document instead of the raw one.
fn html(document: &str) -> String {
    // A document must not be able to end the script element it stands in.
    let embedded = document.replace("</", "<\\/");
    let service = super::scim::service();
    service
        .swagger_ui_html()
        .replacen(&service.spec(), &embedded, 1)
        .replacen("<html charset=\"UTF-8\">", "<!doctype html>\n<html lang=\"en\">", 1)
        .replacen("<title>Swagger UI</title>", "<title>Roster API</title>", 1)
        .replacen("<body>", &format!("<body>\n{}", links()), 1)
}

/// Links to the pages of all documents; one of an API that is switched off leads nowhere.
fn links() -> String {
    let link = |(document, name): (&str, &str)| format!("<a href=\"{}\">{name}</a>", path(document));
    format!("<nav style=\"margin:1em;font-family:sans-serif\">{}</nav>", PAGES.map(link).join(" · "))
}

/// Allows the page's own scripts by their hashes, and requests to this server alone.
fn policy(html: &str) -> String {
    let scripts: Vec<String> = html
        .split("<script")
        .skip(1)
        .filter_map(|rest| rest.split_once('>')?.1.split_once("</script>"))
        .map(|(script, _)| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(script))))
        .collect();
    format!(
        "default-src 'none'; script-src {}; style-src 'unsafe-inline'; img-src 'self' data:; font-src data:; \
         connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        scripts.join(" ")
    )
}

/// Serves bytes that do not change while the program runs.
fn fixed(text: String, media_type: &'static str, policy: String) -> impl Endpoint {
    let tag = format!("\"{}\"", BASE64_STANDARD.encode(Sha256::digest(&text)));
    let content: Arc<[u8]> = text.into_bytes().into();
    make_sync(move |request: Request| {
        let known = request.header(IF_NONE_MATCH).is_some_and(|tags| tags.contains(&tag));
        let response = Response::builder()
            .header(ETAG, &tag)
            .header(CACHE_CONTROL, "no-cache")
            .header(X_CONTENT_TYPE_OPTIONS, "nosniff")
            .header(REFERRER_POLICY, "no-referrer")
            .header(CONTENT_SECURITY_POLICY, &policy);
        if known {
            return response.status(StatusCode::NOT_MODIFIED).finish();
        }
        response.header(CONTENT_TYPE, media_type).body(Body::from_vec(content.to_vec()))
    })
}

#[cfg(test)]
mod tests;
