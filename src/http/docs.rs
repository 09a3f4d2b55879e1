//! The API documents for people and machines: pages below `/docs`, JSON below `/openapi`.
//!
//! The page carries everything it needs: it works without a network and asks no other host.

use super::error::Refusal;
use super::openapi::{self, Writer};
use super::surface::Surface;
use crate::directory::{Caller, Door};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use poem::endpoint::{make, make_sync};
use poem::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use poem::http::{HeaderValue, StatusCode};
use poem::{Body, Endpoint, IntoResponse as _, Request, Response};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

/// The text of a document, written when it is first asked for; cheap to clone.
#[derive(Clone)]
pub(super) struct Text(Arc<LazyLock<String, Writer>>);

impl Text {
    pub(super) fn new(write: Writer) -> Self {
        Self(Arc::new(LazyLock::new(write)))
    }

    fn get(&self) -> &str {
        &self.0
    }
}

/// Serves an `OpenAPI` document.
pub(super) fn document(text: Text) -> impl Endpoint {
    lazily(move || json(text.get().to_owned()))
}

fn json(text: String) -> Fixed {
    Fixed::new(text, "application/json", "default-src 'none'".to_owned())
}

/// How the document of SCIM stands among the surfaces: whoever carries a token is known.
pub(super) const SURFACE: Surface = Surface {
    door: Door::Scim,
    prefix: Cow::Borrowed(""),
    roots: &["/openapi/scim.json"],
    errors: super::scim::SURFACE.errors,
    identifies: true,
    keys: &[],
    admit: |_, _| Ok(()),
};

/// Serves the `OpenAPI` document of SCIM: to the holder of a token that of its tenant, to anybody else the
/// one that is written.
pub(super) fn scim_document(text: Text) -> impl Endpoint {
    let everybody = Arc::new(document(text));
    make(move |request: Request| {
        let everybody = Arc::clone(&everybody);
        async move {
            let caller = request.extensions().get::<Caller>();
            let own = caller.filter(|caller| caller.native || caller.schemas.edition() > 0);
            let mut response = match own.map(|caller| Arc::clone(caller.registry())) {
                Some(registry) => {
                    let write = move || json(openapi::of_tenant(&registry));
                    let written = tokio::task::spawn_blocking(write).await;
                    written.map_err(|error| Refusal::internal(error.to_string()))?.answer(&request)
                }
                None => everybody.call(request).await?.into_response(),
            };
            response.headers_mut().insert(VARY, HeaderValue::from_static("Authorization"));
            Ok::<_, poem::Error>(response)
        }
    })
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
pub(super) fn page(text: Text) -> impl Endpoint {
    lazily(move || {
        let html = html(text.get());
        let policy = policy(&html);
        Fixed::new(html, "text/html; charset=utf-8", policy)
    })
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

/// Bytes that do not change while the program runs.
struct Fixed {
    content: Arc<[u8]>,
    media_type: &'static str,
    policy: String,
    tag: String,
}

impl Fixed {
    fn new(text: String, media_type: &'static str, policy: String) -> Self {
        let tag = format!("\"{}\"", BASE64_STANDARD.encode(Sha256::digest(&text)));
        Self { content: text.into_bytes().into(), media_type, policy, tag }
    }

    fn answer(&self, request: &Request) -> Response {
        let known = request.header(IF_NONE_MATCH).is_some_and(|tags| tags.contains(&self.tag));
        let response = Response::builder()
            .header(ETAG, &self.tag)
            .header(CACHE_CONTROL, "no-cache")
            .header(X_CONTENT_TYPE_OPTIONS, "nosniff")
            .header(REFERRER_POLICY, "no-referrer")
            .header(CONTENT_SECURITY_POLICY, &self.policy);
        if known {
            return response.status(StatusCode::NOT_MODIFIED).finish();
        }
        response.header(CONTENT_TYPE, self.media_type).body(Body::from_vec(self.content.to_vec()))
    }
}

/// Serves what is made when it is first asked for, so that the start waits for no document.
fn lazily(make: impl FnOnce() -> Fixed + Send + 'static) -> impl Endpoint {
    let fixed: LazyLock<Fixed, Box<dyn FnOnce() -> Fixed + Send>> = LazyLock::new(Box::new(make));
    make_sync(move |request: Request| fixed.answer(&request))
}

#[cfg(test)]
mod tests;
