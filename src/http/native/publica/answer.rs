//! What the API answers: one user in two shapes, that of creation and that of lists.

use super::view::{self, Flag, Plan};
use crate::clock::Micros;
use crate::directory::login;
use crate::directory::user::User;
use crate::http::native::instant;
use crate::http::native::nullable::Nullable;
use crate::http::native::page::{Link, Page};
use jiff::Timestamp;
use poem_openapi::payload::Json;
use poem_openapi::types::ToJSON;
use poem_openapi::{ApiResponse, Object};

/// 200.
#[derive(ApiResponse)]
pub(super) enum Answer<T: ToJSON> {
    /// It is done.
    #[oai(status = 200, content_type = "application/json")]
    Success(Json<T>),
}

/// 204.
#[derive(ApiResponse)]
pub(super) enum Updated {
    /// It is updated.
    #[oai(status = 204)]
    Updated,
}

/// A user that was created.
#[derive(Object)]
pub(super) struct Created {
    /// Always `success`.
    #[oai(rename = "CODE")]
    code: String,
    /// The user.
    data: Account,
}

/// A page of users.
#[derive(Object)]
pub(super) struct Listed {
    /// Always `success`.
    #[oai(rename = "CODE")]
    code: String,
    /// The page.
    data: Found,
}

/// Where the page is.
#[derive(Object)]
pub(super) struct Found {
    /// The page.
    paginator: Paginator,
}

/// Something that was done.
#[derive(Object)]
pub(super) struct Done {
    /// Always `success`.
    #[oai(rename = "CODE")]
    code: String,
    /// Always empty.
    #[oai(validator(max_items = 0))]
    data: Vec<String>,
}

/// A user that is active again.
#[derive(Object)]
pub(super) struct Reactivated {
    /// Always `success`.
    #[oai(rename = "CODE")]
    code: String,
    /// Always 1.
    data: i32,
}

/// A user as creation shows it.
#[derive(Object)]
pub(super) struct Account {
    /// The number of the user.
    id: i64,
    /// What the platform of the client calls the user.
    external_id: Nullable<String>,
    /// The mail address; null for a user of another API that has none.
    email: Nullable<String>,
    /// The id of the user, which is that of SCIM.
    uuid: String,
    /// The URL of the picture.
    picture: String,
    /// Whether the user administrates the store.
    admin: bool,
    /// Whether the user administrates plans.
    plan_admin: bool,
    /// Whether the user is shown only what it may read.
    only_sees_readable: bool,
    /// How many sessions the user may have at once; null for as many as it likes.
    sessions_limit: Nullable<i64>,
    /// When the user was created.
    created_at: Moment,
    /// When the user last changed.
    updated_at: Moment,
    /// When the user was deactivated; null while it is active.
    deleted_at: Nullable<Moment>,
}

/// An instant.
#[derive(Object)]
pub(super) struct Moment {
    /// Seconds since 1970-01-01T00:00:00Z.
    timestamp: i64,
    /// The same, as `yyyy-mm-dd hh:mm:ss`.
    date: String,
    /// Always `UTC`.
    timezone: String,
}

/// A page as Laravel counts and links it.
#[derive(Object)]
pub(super) struct Paginator {
    /// The number of the page, from 1.
    current_page: u64,
    /// The users.
    data: Vec<Member>,
    /// The URL of the first page.
    first_page_url: String,
    /// The place of the first user among all, from 1; null on an empty page.
    from: Nullable<u64>,
    /// The number of the last page.
    last_page: u64,
    /// The URL of the last page.
    last_page_url: String,
    /// The pages near by.
    links: Vec<Link>,
    /// The URL of the page after.
    next_page_url: Nullable<String>,
    /// The URL of the list.
    path: String,
    /// How many users a page has at most.
    per_page: u64,
    /// The URL of the page before.
    prev_page_url: Nullable<String>,
    /// The place of the last user among all; null on an empty page.
    to: Nullable<u64>,
    /// How many users there are on all pages.
    total: u64,
}

/// A user as lists show it.
#[derive(Object)]
pub(super) struct Member {
    /// The number of the user.
    id: i64,
    /// The id of the user, which is that of SCIM.
    uuid: String,
    /// What the platform of the client calls the user.
    external_id: Nullable<String>,
    /// Whether the user administrates the store.
    admin: bool,
    /// Whether the user administrates plans.
    plan_admin: bool,
    /// The mail address; null for a user of another API that has none.
    email: Nullable<String>,
    /// How many sessions the user may have at once; null for as many as it likes.
    sessions_limit: Nullable<i64>,
    /// 1 if the user is shown only what it may read, 0 otherwise.
    #[oai(validator(minimum(value = "0"), maximum(value = "1")))]
    only_sees_readable: i32,
    /// The URL of the picture.
    picture: String,
    /// When the user was created.
    created_at: String,
    /// When the user last changed.
    updated_at: String,
    /// When the user was deactivated; null while it is active.
    deleted_at: Nullable<String>,
    /// Always 0: purchases are not kept here.
    purchased_issues_with_cancelled_count: u64,
    /// How many plans the user has.
    user_plans_count: u64,
    /// Whether the token of the request may change the user.
    can_be_edited: bool,
    /// The day when the user was created.
    created_at_date_string: String,
    /// Always null: nobody can act as somebody else.
    impersonate: Nullable<String>,
    /// The sessions of the user; null if it has none.
    sessions: Nullable<Vec<Session>>,
    /// Always empty.
    #[oai(validator(max_items = 0))]
    ip_ranges: Vec<String>,
    /// Always empty.
    #[oai(validator(max_items = 0))]
    referrers: Vec<String>,
    /// Always empty: purchases are not kept here.
    #[oai(validator(max_items = 0))]
    purchased_issues_with_cancelled: Vec<String>,
    /// The plans of the user that have not ended.
    user_plans: Vec<UserPlan>,
}

/// A session.
#[derive(Object)]
pub(super) struct Session {
    /// The number of the session.
    id: i64,
    /// When it began.
    created_at: String,
    /// When it was last used, to the minute.
    last_used_at: String,
    /// When it ends, if it is not used before.
    expires_at: String,
    /// Where the login came from.
    ip_address: Nullable<String>,
    /// What the client called itself.
    user_agent: Nullable<String>,
}

/// A plan of a user.
#[derive(Object)]
pub(super) struct UserPlan {
    /// The number of the plan.
    plan_id: i64,
    /// The name under which the user sees it.
    name: Nullable<String>,
    /// Its last day; null if it does not end.
    valid_to: Nullable<String>,
    /// When the user got it.
    assigned_at: Nullable<String>,
}

fn success() -> String {
    "success".to_owned()
}

/// The day of an instant, yyyy-mm-dd.
pub(super) fn day(at: Micros) -> String {
    formatted("%Y-%m-%d", at)
}

fn formatted(form: &str, at: Micros) -> String {
    Timestamp::from_microsecond(at).map(|at| at.strftime(form).to_string()).unwrap_or_default()
}

impl<T: ToJSON> Answer<T> {
    pub(super) fn new(answer: T) -> Self {
        Self::Success(Json(answer))
    }
}

impl Done {
    pub(super) fn new() -> Self {
        Self { code: success(), data: Vec::new() }
    }
}

impl Reactivated {
    pub(super) fn new() -> Self {
        Self { code: success(), data: 1 }
    }
}

impl Created {
    pub(super) fn new(user: &User) -> Self {
        Self { code: success(), data: Account::new(user) }
    }
}

impl Listed {
    pub(super) fn new(page: &Page, data: Vec<Member>) -> Self {
        let paginator = Paginator {
            current_page: page.current,
            data,
            first_page_url: page.first_url(),
            from: page.from.into(),
            last_page: page.last,
            last_page_url: page.last_url(),
            links: page.links(),
            next_page_url: page.next_url(),
            path: page.path.clone(),
            per_page: page.size,
            prev_page_url: page.previous_url(),
            to: page.to.into(),
            total: page.total,
        };
        Self { code: success(), data: Found { paginator } }
    }
}

impl Moment {
    fn new(at: Micros) -> Self {
        Self {
            timestamp: at.div_euclid(1_000_000),
            date: formatted("%Y-%m-%d %H:%M:%S", at),
            timezone: "UTC".to_owned(),
        }
    }
}

impl Account {
    fn new(user: &User) -> Self {
        let User { record, document } = user;
        Self {
            id: record.num,
            external_id: view::external_id(document).map(ToOwned::to_owned).into(),
            email: view::email(document).map(ToOwned::to_owned).into(),
            uuid: record.id.clone(),
            picture: view::picture(document),
            admin: view::flag(document, Flag::Admin),
            plan_admin: view::flag(document, Flag::PlanAdmin),
            only_sees_readable: view::flag(document, Flag::OnlySeesReadable),
            sessions_limit: view::sessions_limit(document).into(),
            created_at: Moment::new(record.created),
            updated_at: Moment::new(record.modified),
            deleted_at: view::deleted(user).map(Moment::new).into(),
        }
    }
}

impl Member {
    /// A user with its live sessions, on this day.
    pub(super) fn new(user: &User, sessions: Vec<login::Session>, today: &str, can_be_edited: bool) -> Self {
        let User { record, document } = user;
        let plans: Vec<UserPlan> = view::active_plans(document, today).into_iter().map(UserPlan::from).collect();
        let sessions: Vec<Session> = sessions.into_iter().map(Session::from).collect();
        Self {
            id: record.num,
            uuid: record.id.clone(),
            external_id: view::external_id(document).map(ToOwned::to_owned).into(),
            admin: view::flag(document, Flag::Admin),
            plan_admin: view::flag(document, Flag::PlanAdmin),
            email: view::email(document).map(ToOwned::to_owned).into(),
            sessions_limit: view::sessions_limit(document).into(),
            only_sees_readable: i32::from(view::flag(document, Flag::OnlySeesReadable)),
            picture: view::picture(document),
            created_at: instant::written(record.created),
            updated_at: instant::written(record.modified),
            deleted_at: view::deleted(user).map(instant::written).into(),
            purchased_issues_with_cancelled_count: 0,
            user_plans_count: u64::try_from(plans.len()).unwrap_or(u64::MAX),
            can_be_edited,
            created_at_date_string: day(record.created),
            impersonate: None.into(),
            sessions: Some(sessions).filter(|sessions| !sessions.is_empty()).into(),
            ip_ranges: Vec::new(),
            referrers: Vec::new(),
            purchased_issues_with_cancelled: Vec::new(),
            user_plans: plans,
        }
    }
}

impl From<Plan<'_>> for UserPlan {
    fn from(plan: Plan<'_>) -> Self {
        Self {
            plan_id: plan.id,
            name: plan.name.map(ToOwned::to_owned).into(),
            valid_to: plan.valid_to.map(ToOwned::to_owned).into(),
            assigned_at: plan.assigned.map(instant::written).into(),
        }
    }
}

impl From<login::Session> for Session {
    fn from(session: login::Session) -> Self {
        Self {
            id: session.num,
            created_at: instant::written(session.created),
            last_used_at: instant::written(session.seen),
            expires_at: instant::written(session.expires),
            ip_address: session.address.into(),
            user_agent: session.agent.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn instants_are_those_of_the_document() {
        let at = 1_620_931_649_123_456;
        let moment = json!({ "timestamp": 1_620_931_649, "date": "2021-05-13 18:47:29", "timezone": "UTC" });
        assert_eq!(Moment::new(at).to_json(), Some(moment));
        assert_eq!(day(at), "2021-05-13");
    }
}
