//! Tokens for users: a login whose session can be used as a bearer token.

use super::answer::IssuedToken;
use super::form::TokenWish;
use super::{stored, words};
use crate::directory::login::{Attempt, Started};
use crate::directory::{Door, Error};
use crate::http::error::{CHALLENGE, Refusal};
use crate::http::native::call::Call;
use poem::http::header::WWW_AUTHENTICATE;
use poem::http::{HeaderValue, StatusCode};

/// Where tokens are asked for, by whoever has none.
pub(super) const PATH: &str = "/api/token";

/// A token for a user who may use the API.
pub(super) async fn give(call: &Call, wish: &TokenWish) -> Result<IssuedToken, Refusal> {
    let directory = call.directory();
    let attempt = Attempt {
        username: &wish.email,
        password: &wish.password,
        organization: None,
        address: call.address,
        agent: Some(&wish.device),
        door: Door::Appcrm,
    };
    let Started { token, user, .. } = directory.log_in(attempt).await.map_err(refused)?;
    let token = token.reveal();
    if !stored::access_api(&user.document) {
        // Who may not use the API gets no token for it; only now is it known who that is.
        directory.log_out(&directory.authenticate(token, call.address).await?).await?;
        return Err(words::no_access());
    }
    call.trail.record(&user.record);
    Ok(IssuedToken {
        access_token: token.to_owned(),
        user_id: user.record.num,
        email: stored::email(&user.document).map(ToOwned::to_owned).into(),
        name: stored::name(&user.document),
    })
}

fn refused(error: Error) -> Refusal {
    let told = |status, message| words::told(status, message);
    match error {
        Error::Credentials => {
            let refusal = told(StatusCode::UNAUTHORIZED, "These credentials do not match our records.");
            refusal.with_header(WWW_AUTHENTICATE, HeaderValue::from_static(CHALLENGE))
        }
        Error::Inactive => told(StatusCode::FORBIDDEN, "Your account is not active."),
        Error::SessionsLimit => told(StatusCode::FORBIDDEN, "You have as many sessions as you may have."),
        other => other.into(),
    }
}
