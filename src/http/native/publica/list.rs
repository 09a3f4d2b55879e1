//! The list of users: which ones a query asks for, and a page of them with their sessions.

use super::answer::{Listed, Member, day};
use crate::auth::scope::Scope;
use crate::directory::login::Session;
use crate::directory::user::{Search, User};
use crate::http::error::Refusal;
use crate::http::native::call::Call;
use crate::http::native::page::{Page, Wanted};
use crate::scim;
use crate::scim::filter::{self, Filter, Operator};
use crate::scim::schema::ResourceType;
use serde_json::Value;
use std::collections::HashMap;

/// What is filtered by.
const ACTIVE: &str = "active";
const EMAIL: &str = "emails.value";
const ADMIN: &str = "urn:ietf:params:scim:schemas:extension:publica:2.0:User:admin";

/// The users that a query asks for: the deactivated ones, or of the others all, the administrators,
/// or those with such a part in a mail address.
fn filter(kind: &ResourceType, query: &str) -> Result<Filter, scim::Error> {
    let test = |path, operator, value: Value| filter::test(kind, path, operator, &value);
    // Who was made without a word on it is active.
    let active = || test(ACTIVE, Operator::Ne, Value::Bool(false));
    match query {
        "deactivated" => test(ACTIVE, Operator::Eq, Value::Bool(false)),
        "admins" => Ok(Filter::And(vec![active()?, test(ADMIN, Operator::Eq, Value::Bool(true))?])),
        "" => active(),
        part => Ok(Filter::And(vec![active()?, test(EMAIL, Operator::Co, Value::from(part))?])),
    }
}

/// The page that a request asks for.
pub(super) async fn page(call: &Call) -> Result<Listed, Refusal> {
    let query = call.parameter("query").unwrap_or_default().trim();
    let wanted = Wanted::of(call);
    let search = Search {
        filter: Some(filter(call.kind()?, query)?),
        sort: None,
        offset: wanted.offset(),
        limit: wanted.limit(),
    };
    let found = call.directory().users(call.caller()?, search).await?;
    let page = Page::new(call, wanted, found.total, found.users.len());
    Ok(Listed::new(&page, members(call, &found.users).await?))
}

/// One user as a page of its own.
pub(super) async fn of_one(call: &Call, user: &User) -> Result<Listed, Refusal> {
    let page = Page::new(call, Wanted::default(), 1, 1);
    Ok(Listed::new(&page, members(call, std::slice::from_ref(user)).await?))
}

async fn members(call: &Call, users: &[User]) -> Result<Vec<Member>, Refusal> {
    let (directory, caller) = (call.directory(), call.caller()?);
    let today = day(directory.now());
    let can_edit = caller.scopes.allow(Scope::UsersWrite);
    let nums: Vec<i64> = users.iter().map(|user| user.record.num).collect();
    let mut sessions: HashMap<i64, Vec<Session>> = HashMap::new();
    for session in directory.sessions_of(caller, &nums).await? {
        sessions.entry(session.user).or_default().push(session);
    }
    let member = |user: &User| {
        let sessions = sessions.remove(&user.record.num).unwrap_or_default();
        Member::new(user, sessions, &today, can_edit)
    };
    Ok(users.iter().map(member).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::Object;
    use crate::scim::schema::document::{Choices, built_in};
    use serde_json::json;

    fn user(value: &Value) -> Object {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn a_query_chooses_among_the_active_ones_or_all_others() {
        let registry = built_in(Choices { unique_group_names: true });
        let kind = registry.resource_type("User").unwrap();
        let urn = ADMIN.strip_suffix(":admin").unwrap();
        let plain = user(&json!({ "userName": "a", "emails": [{ "value": "Ann.Lee@example.com" }] }));
        let admin = user(&json!({ "userName": "b", "active": true, urn: { "admin": true } }));
        let gone = user(&json!({ "userName": "c", "active": false, urn: { "admin": true } }));
        for (query, expected) in [
            ("", [true, true, false]),
            ("admins", [false, true, false]),
            ("deactivated", [false, false, true]),
            ("ann.lee@", [true, false, false]),
            ("Admins", [false, false, false]),
            ("%", [false, false, false]),
        ] {
            let filter = filter(kind, query).unwrap();
            assert_eq!([&plain, &admin, &gone].map(|user| filter.matches(user)), expected, "{query}");
        }
    }
}
