//! What each API tells of a user, brought under the same names. What is not there is not told.

use super::{ADEPTIA, APPCRM, ENTERPRISE, Facts, LIFECYCLE, LOGIXX, PUBLICA, ROLES};
use serde_json::{Value, json};

/// Those that are there.
fn present<const N: usize>(facts: [(&'static str, Value); N]) -> Facts {
    facts.into_iter().filter(|(_, value)| !value.is_null()).collect()
}

fn sorted(names: impl IntoIterator<Item = Value>) -> Value {
    let mut names: Vec<String> = names.into_iter().map(|name| name.as_str().unwrap().to_owned()).collect();
    names.sort();
    json!(names)
}

pub fn each(list: &Value, name: &str) -> Vec<Value> {
    list.as_array().into_iter().flatten().map(|element| element[name].clone()).collect()
}

pub fn scim(user: &Value) -> Facts {
    let primary = |attribute: &str| {
        let elements = user[attribute].as_array().cloned().unwrap_or_default();
        let primary = elements.iter().find(|element| element["primary"] == true).or(elements.first()).cloned();
        primary.map(|element| element["value"].clone()).unwrap_or_default()
    };
    let photos = user["photos"].as_array().cloned().unwrap_or_default();
    let photo = photos.iter().find(|photo| photo["type"] == "photo").map(|photo| photo["value"].clone());
    let name = &user["name"];
    let parts: Vec<&str> = ["givenName", "familyName"].iter().filter_map(|part| name[part].as_str()).collect();
    let shown = [&user["displayName"], &name["formatted"]].into_iter().find(|name| name.is_string()).cloned();
    let parts = (!parts.is_empty()).then(|| Value::from(parts.join(" ")));
    let flag = |urn: &str, name: &str| Value::from(user[urn][name] == true);
    let plans = user[PUBLICA]["plans"].as_array().into_iter().flatten();
    let plans = plans.map(|plan| json!([plan["planId"], plan["display"], plan["validTo"]]));
    present([
        ("number", user[LIFECYCLE]["numericId"].clone()),
        ("id", user["id"].clone()),
        ("user name", user["userName"].clone()),
        ("email", primary("emails")),
        ("given name", name["givenName"].clone()),
        ("family name", name["familyName"].clone()),
        ("name", shown.or(parts).unwrap_or_else(|| user["userName"].clone())),
        ("phone", primary("phoneNumbers")),
        ("picture", photo.unwrap_or_default()),
        ("active", Value::from(user["active"] != false)),
        ("locale", user["locale"].clone()),
        ("timezone", user["timezone"].clone()),
        ("roles", sorted(each(&user["roles"], "value"))),
        ("company", user[ENTERPRISE]["organization"].clone()),
        ("company id", user[ADEPTIA]["companyId"].clone()),
        ("external id", user["externalId"].clone()),
        ("branch", user[LOGIXX]["branchId"].clone()),
        ("lead role", user[LOGIXX]["leadRoleId"].clone()),
        ("subscriptions", user[LOGIXX]["subscriptionIds"].clone()),
        ("date format", user[APPCRM]["dateFormat"].clone()),
        ("time format", user[APPCRM]["timeFormat"].clone()),
        ("signature", user[APPCRM]["mailSignature"].clone()),
        ("super admin", flag(APPCRM, "superAdmin")),
        ("access to the API", flag(APPCRM, "accessApi")),
        ("admin", flag(PUBLICA, "admin")),
        ("plan admin", flag(PUBLICA, "planAdmin")),
        ("only sees readable", flag(PUBLICA, "onlySeesReadable")),
        ("sessions limit", user[LIFECYCLE]["sessionsLimit"].clone()),
        ("plans", plans.collect()),
    ])
}

pub fn appcrm(user: &Value) -> Facts {
    present([
        ("number", user["id"].clone()),
        ("name", user["name"].clone()),
        ("email", user["email"].clone()),
        ("timezone", user["timezone"].clone()),
        ("locale", Value::from(user["locale"].as_str().unwrap().replace('_', "-"))),
        ("date format", user["date_format"].clone()),
        ("time format", user["time_format"].clone()),
        ("signature", user["mail_signature"].clone()),
        ("super admin", user["super_admin"].clone()),
        ("access to the API", user["access_api"].clone()),
        ("picture", user["avatar_url"].clone()),
        ("active", user["active"].clone()),
        ("roles", sorted(each(&user["roles"], "name"))),
    ])
}

pub fn adeptia(user: &Value) -> Facts {
    let here = user["userPartnerRole"].as_array().into_iter().flatten();
    let here = here.filter(|role| role["partner"]["id"] == 1).map(|role| role["role"]["id"].as_u64().unwrap());
    let name = |id: u64| Value::from(ROLES[usize::try_from(id).unwrap() - 1]);
    present([
        ("number", user["id"].as_str().unwrap().parse::<i64>().unwrap().into()),
        ("given name", user["firstName"].clone()),
        ("family name", user["lastName"].clone()),
        ("email", user["email"].clone()),
        ("company", user["company"].clone()),
        ("active", Value::from(user["status"] == "Active")),
        ("roles", sorted(here.map(name))),
    ])
}

pub fn publica(user: &Value) -> Facts {
    let plans = user["user_plans"].as_array().unwrap().iter();
    present([
        ("number", user["id"].clone()),
        ("id", user["uuid"].clone()),
        ("email", user["email"].clone()),
        ("external id", user["external_id"].clone()),
        ("picture", user["picture"].clone()),
        ("admin", user["admin"].clone()),
        ("plan admin", user["plan_admin"].clone()),
        ("only sees readable", Value::from(user["only_sees_readable"] == 1)),
        ("sessions limit", user["sessions_limit"].clone()),
        ("active", Value::from(user["deleted_at"].is_null())),
        ("plans", plans.map(|plan| json!([plan["plan_id"], plan["name"], plan["valid_to"]])).collect()),
    ])
}

pub fn logixx(user: &Value) -> Facts {
    present([
        ("number", user["id"].clone()),
        ("user name", user["userName"].clone()),
        ("given name", user["name"].clone()),
        ("family name", user["surname"].clone()),
        ("name", user["fullName"].clone()),
        ("email", user["emailAddress"].clone()),
        ("active", user["isActive"].clone()),
        ("roles", sorted(user["roleNames"].as_array().unwrap().clone())),
        ("branch", user["branchId"].clone()),
        ("phone", user["phoneNumber"].clone()),
        ("lead role", user["leadRoleId"].clone()),
        ("picture", user["profileImage"].clone()),
        ("subscriptions", user["subscriptionIds"].clone()),
    ])
}
