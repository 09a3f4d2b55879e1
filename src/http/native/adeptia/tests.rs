use super::*;
use serde_json::Value;

fn body(refusal: &Refusal) -> Value {
    serde_json::from_str(refusal.body.as_deref().unwrap()).unwrap()
}

#[test]
fn a_change_of_owner_must_do_something() {
    let judged = |old, new, delete| match delete_user(old, new, delete) {
        Ok(deletes) => Ok(deletes),
        Err(refusal) => Err(body(&refusal)["error"]["message"].as_str().unwrap().to_owned()),
    };
    for (old, new, delete, expected) in [
        (Some("1"), None, Some("true"), Ok(true)),
        (Some("1"), None, Some("TRUE"), Ok(true)),
        (Some("1"), Some("2"), None, Ok(false)),
        (Some("1"), Some("2"), Some("false"), Ok(false)),
        (Some("1"), Some("2"), Some("true"), Ok(true)),
        (Some("1"), None, None, Err("deleteUser must be true if there is no newUserId.")),
        (Some("1"), None, Some("false"), Err("deleteUser must be true if there is no newUserId.")),
        (None, None, Some("true"), Err("oldUserId is required.")),
        (None, Some("2"), Some("yes"), Err("oldUserId is required. deleteUser must be true or false.")),
    ] {
        assert_eq!(judged(old, new, delete), expected.map_err(ToOwned::to_owned), "{old:?} {new:?} {delete:?}");
    }
}

#[test]
fn an_error_has_its_code_and_what_is_meant() {
    let owned = vec![crate::directory::user::Dependency { kind: "User", name: "James Paul".to_owned() }];
    let cases = [
        (Error::Dependencies(owned), 409, "USER_HAS_DEPENDENCIES"),
        (Error::NotFound("invitation".to_owned()), 404, "INVITATION_NOT_FOUND"),
        (Error::NotFound("User".to_owned()), 404, "USER_NOT_FOUND"),
        (Error::InvitationUsed, 409, "INVITATION_USED"),
        (Error::InvitationExpired, 409, "INVITATION_EXPIRED"),
        (Error::Conflict(crate::directory::Field::Email), 409, "USER_EXISTS"),
        (Error::Conflict(crate::directory::Field::UserName), 409, "USER_EXISTS"),
        (Error::Credentials, 401, "UNAUTHORIZED"),
        (Error::Inactive, 403, "FORBIDDEN"),
        (Error::SessionsLimit, 403, "FORBIDDEN"),
        (Error::TooManyAttempts(7), 429, "TOO_MANY_REQUESTS"),
    ];
    for (error, status, code) in cases {
        let refusal = refuse(error);
        assert_eq!(refusal.status.as_u16(), status, "{code}");
        assert_eq!(body(&refusal)["error"]["code"], code);
        if code == "USER_HAS_DEPENDENCIES" {
            assert_eq!(body(&refusal)["error"]["objects"], json!([{ "type": "User", "name": "James Paul" }]));
        }
    }
}

#[test]
fn a_refusal_without_words_of_its_own_is_told_by_its_status() {
    let written = |refusal: &Refusal| serde_json::from_str::<Value>(&error::write(refusal)).unwrap();
    let missing = written(&Refusal::no_credential());
    assert_eq!(
        missing,
        json!({ "error": { "code": "UNAUTHORIZED", "message": "Access token is missing, invalid or expired." } })
    );
    for (status, code) in [
        (400, "BAD_REQUEST"),
        (403, "FORBIDDEN"),
        (404, "NOT_FOUND"),
        (405, "METHOD_NOT_ALLOWED"),
        (408, "REQUEST_TIMEOUT"),
        (409, "CONFLICT"),
        (413, "TOO_LARGE"),
        (414, "TOO_LARGE"),
        (415, "UNSUPPORTED_MEDIA_TYPE"),
        (429, "TOO_MANY_REQUESTS"),
        (500, "INTERNAL_ERROR"),
        (503, "SERVICE_UNAVAILABLE"),
        (507, "INSUFFICIENT_STORAGE"),
    ] {
        let status = poem::http::StatusCode::from_u16(status).unwrap();
        assert_eq!(written(&Refusal::new(status, "why"))["error"]["code"], code);
    }
    let told = written(&Refusal::new(poem::http::StatusCode::BAD_REQUEST, "the body is empty"));
    assert_eq!(told["error"]["message"], "The body is empty.");
    let told = written(&Refusal::field("limit", "it must be a number"));
    assert_eq!(told["error"]["errors"][0]["field"], "limit");
}
