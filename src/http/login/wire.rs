//! The bodies of the surface.

use crate::clock::rfc3339;
use crate::directory::login;
use crate::directory::user::User;
use crate::http::body;
use crate::http::error::Refusal;
use crate::scim;
use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaRequest, Registry};
use poem_openapi::types::Type;
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions, Object};
use serde_json::Value;

/// What a user shows.
#[derive(Object)]
pub(super) struct Login {
    /// The user name or the mail address, in any case.
    pub username: String,
    /// The password.
    pub password: String,
    /// The tenant: its name, or the number of its organization; the first one if absent.
    pub organization: Option<String>,
}

/// A session that began just now.
#[derive(Object)]
pub(super) struct Started {
    /// Always `Bearer`.
    token_type: String,
    /// The token, which is shown this once.
    token: String,
    /// The number of the session.
    session_id: i64,
    /// When it ends unless it is used until then (RFC 3339).
    expires_at: String,
    /// Whose it is.
    user: Person,
}

/// Who is signed in.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct Current {
    /// The number of the session; absent if the token is one that stands for a user.
    session_id: Option<i64>,
    /// When it ends unless it is used until then (RFC 3339); absent without a session.
    expires_at: Option<String>,
    /// Whose it is.
    user: Person,
}

/// A user.
#[derive(Object)]
struct Person {
    /// The number by which native APIs know the user.
    id: i64,
    /// The resource id.
    scim_id: String,
    /// The user name.
    #[oai(rename = "userName")]
    user_name: String,
}

/// A session.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct Session {
    /// Its number.
    id: i64,
    /// The API of the login.
    door: String,
    /// When it began (RFC 3339).
    created_at: String,
    /// When it was last used (RFC 3339), to the minute.
    seen_at: String,
    /// When it ends unless it is used until then (RFC 3339).
    expires_at: String,
    /// Where the login came from; absent if it is not known.
    address: Option<String>,
    /// What the client called itself; absent if it did not.
    agent: Option<String>,
    /// Whether it is the one of this request.
    current: bool,
}

/// The sessions of a user.
#[derive(Object)]
pub(super) struct SessionList {
    /// The live sessions, oldest first.
    sessions: Vec<Session>,
}

/// Why a request was refused.
#[derive(Object)]
pub(super) struct Failure {
    /// A word for programs, such as `invalid_credentials`.
    pub error: String,
    /// A sentence for people.
    pub message: String,
}

impl From<login::Started> for Started {
    fn from(started: login::Started) -> Self {
        Self {
            token_type: "Bearer".to_owned(),
            token: started.token.reveal().to_owned(),
            session_id: started.session.num,
            expires_at: rfc3339(started.session.expires),
            user: Person::from(&started.user),
        }
    }
}

impl Current {
    pub(super) fn new(session: Option<&login::Session>, user: &User) -> Self {
        Self {
            session_id: session.map(|session| session.num),
            expires_at: session.map(|session| rfc3339(session.expires)),
            user: Person::from(user),
        }
    }
}

impl From<&User> for Person {
    fn from(user: &User) -> Self {
        let name = user.document.get("userName").and_then(Value::as_str);
        Self { id: user.record.num, scim_id: user.record.id.clone(), user_name: name.unwrap_or_default().to_owned() }
    }
}

impl SessionList {
    /// The sessions, of which one may be that of the request.
    pub(super) fn new(sessions: Vec<login::Session>, current: Option<i64>) -> Self {
        let shown = |session: login::Session| Session {
            id: session.num,
            created_at: rfc3339(session.created),
            seen_at: rfc3339(session.seen),
            expires_at: rfc3339(session.expires),
            current: current == Some(session.num),
            door: session.door,
            address: session.address,
            agent: session.agent,
        };
        Self { sessions: sessions.into_iter().map(shown).collect() }
    }
}

/// The body of a login, which stands nowhere else: not in the log, not in the journal.
pub(super) struct Shown(pub Login);

impl<'a> ApiExtractor<'a> for Shown {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        Login::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        Some(body::described_as::<Login>())
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _: ExtractParamOptions<Self::ParamType>,
    ) -> poem::Result<Self> {
        let (value, _place) = body::read(request, body, body::JSON).await?;
        Ok(Self(read(&value)?))
    }
}

/// What is not asked for is left alone, since clients send more than a login needs.
fn read(value: &Value) -> Result<Login, Refusal> {
    let Value::Object(object) = value else {
        return Err(scim::Error::syntax("the body must be a JSON object").into());
    };
    let text = |name: &str| match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(Refusal::field(name, "it must be text")),
    };
    let needed = |name: &str| text(name)?.ok_or_else(|| Refusal::field(name, "it is required"));
    Ok(Login { username: needed("username")?, password: needed("password")?, organization: text("organization")? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_login_has_a_name_and_a_password_as_text() {
        let login = read(&json!({ "username": "a", "password": "b", "organization": null, "remember": true })).unwrap();
        assert_eq!((login.username.as_str(), login.password.as_str(), login.organization), ("a", "b", None));
        for (body, wanted) in [
            (json!({}), "username: it is required"),
            (json!({ "username": "a" }), "password: it is required"),
            (json!({ "username": "a", "password": 5417 }), "password: it must be text"),
            (json!({ "username": "a", "password": "b", "organization": 5417 }), "organization: it must be text"),
            (json!([5417]), "the body must be a JSON object"),
        ] {
            assert_eq!(read(&body).err().map(|refusal| refusal.detail).as_deref(), Some(wanted));
        }
    }
}
