//! The token endpoint: client credentials, shown by secret or by signed assertion.

use super::TOKEN;
use super::form::Form;
use super::metadata::site;
use crate::directory::oauth::{Granted, Proof, Refused};
use crate::http::access::{Credential, House, credential, peer};
use crate::http::error::Refusal;
use crate::http::limit::Account;
use poem::http::header::{CACHE_CONTROL, WWW_AUTHENTICATE};
use poem::http::{HeaderMap, HeaderValue, StatusCode};
use poem::{Body, Request, RequestBody, Response, handler};
use serde_json::json;

/// RFC 7523 §2.2.
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Gives an access token to a client (RFC 6749 §4.4.2).
#[handler]
pub(in crate::http) async fn issue(request: &Request, body: Body) -> Result<Response, Refusal> {
    let granted = grant(request, RequestBody::new(body)).await;
    granted.map_err(|refusal| refusal.with_header(CACHE_CONTROL, HeaderValue::from_static("no-store")))
}

async fn grant(request: &Request, mut body: RequestBody) -> Result<Response, Refusal> {
    let house = House::of(request)?;
    let form = Form::read(request, &mut body).await?;
    match form.grant_type.as_deref() {
        Some("client_credentials") => {}
        Some(_) => return Err(refused("unsupported_grant_type", "grant_type: only client_credentials is supported")),
        None => return Err(refused("invalid_request", "grant_type: the parameter is missing (RFC 6749 §4.4.2)")),
    }
    let basic = basic(request.headers())?;
    let audiences = match &house.options.public_url {
        Some(_) => {
            let site = site(request, &house)?;
            vec![format!("{site}{TOKEN}"), site]
        }
        None => Vec::new(),
    };
    let proof = proof(basic.as_ref(), &form, &audiences)?;
    let proved = house.directory.prove(proof).await.map_err(|why| doubted(why, &house, request))?;
    let (tenant, connection) = proved.connection();
    house.limits.spend(Account { tenant: tenant.0, connection })?;
    let Granted { token, lifetime, scopes } = house.directory.grant(proved, form.scope.as_deref()).await?;
    let body = json!({
        "access_token": token.reveal(),
        "token_type": "Bearer",
        "expires_in": lifetime,
        "scope": scopes.to_string(),
    });
    let response = Response::builder().content_type("application/json").header(CACHE_CONTROL, "no-store");
    Ok(response.header("pragma", "no-cache").body(body.to_string()))
}

/// Refuses a client; one that has not proved to be itself counts as a wrong credential.
fn doubted(why: Refused, house: &House, request: &Request) -> Refusal {
    let refusal = Refusal::from(why);
    if refusal.status != StatusCode::UNAUTHORIZED {
        return refusal;
    }
    house.limits.failed(peer(request)).err().map_or(refusal, Refusal::from)
}

/// The client id and secret of the Authorization header.
fn basic(headers: &HeaderMap) -> Result<Option<(String, String)>, Refusal> {
    match credential(headers) {
        Ok(None) => Ok(None),
        Ok(Some(Credential::Basic { id, secret })) => Ok(Some((id, secret))),
        Ok(Some(Credential::Bearer(_) | Credential::Raw(_))) | Err(_) => {
            Err(unproved("the Authorization header is not Basic with a client id and a secret (RFC 6749 §2.3.1)"))
        }
    }
}

/// The one way in which the client shows itself (RFC 6749 §2.3).
fn proof<'a>(
    basic: Option<&'a (String, String)>,
    form: &'a Form,
    audiences: &'a [String],
) -> Result<Proof<'a>, Refusal> {
    let id = form.client_id.as_deref();
    match (basic, form.client_secret.as_deref(), form.client_assertion.as_deref()) {
        (Some((named, _)), None, None) if id.is_some_and(|id| id != named) => {
            Err(refused("invalid_request", "client_id: it differs from the one in the Authorization header"))
        }
        (Some((id, secret)), None, None) => Ok(Proof::Secret { id, secret }),
        (None, Some(secret), None) => match id {
            Some(id) => Ok(Proof::Secret { id, secret }),
            None => Err(refused("invalid_request", "client_id: the parameter is missing (RFC 6749 §2.3.1)")),
        },
        (None, None, Some(text)) => {
            if form.client_assertion_type.as_deref() != Some(ASSERTION_TYPE) {
                let detail = format!("client_assertion_type: it must be {ASSERTION_TYPE} (RFC 7523 §2.2)");
                return Err(refused("invalid_request", &detail));
            }
            if audiences.is_empty() {
                let detail = "client_assertion: no assertion can name this server, because its setting public_url is \
                              not set";
                return Err(refused("invalid_request", detail));
            }
            Ok(Proof::Assertion { id, text, audiences })
        }
        (None, None, None) => Err(unproved("the request shows no secret and no assertion of a client (RFC 6749 §2.3)")),
        (Some(_), Some(_), _) | (Some(_), None, Some(_)) | (None, Some(_), Some(_)) => {
            Err(refused("invalid_request", "the client shows itself in more than one way (RFC 6749 §2.3)"))
        }
    }
}

fn refused(code: &'static str, detail: &str) -> Refusal {
    Refusal::oauth(StatusCode::BAD_REQUEST, code, detail)
}

/// 401: the client did not prove to be itself (RFC 6749 §5.2).
fn unproved(detail: &str) -> Refusal {
    let refusal = Refusal::oauth(StatusCode::UNAUTHORIZED, "invalid_client", detail);
    refusal.with_header(WWW_AUTHENTICATE, HeaderValue::from_static(crate::http::error::CHALLENGE_BASIC))
}

impl From<Refused> for Refusal {
    fn from(why: Refused) -> Self {
        match why {
            Refused::Client | Refused::Assertion(_) | Refused::Replayed => unproved(&why.to_string()),
            Refused::Scope(_) => refused("invalid_scope", &why.to_string()),
            Refused::Failed(error) => error.into(),
        }
    }
}
