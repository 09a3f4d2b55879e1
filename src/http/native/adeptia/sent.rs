//! The bodies of the API: how they are described, and how they are read with all their faults at once.

use super::error;
use super::person::{Assignment, Change, Company, Person};
use super::word::{Id, MaybeId, Raw, RoleInfo};
use crate::directory::catalogue::Entry;
use crate::directory::invitation::{Grant, NewInvitation};
use crate::http::error::Refusal;
use crate::http::native::call::Wire;
use crate::http::native::nullable::Nullable;
use crate::http::native::read::password::Policy;
use crate::http::native::read::value::{ID, digits, email, integer, is_email, lines, text};
use crate::http::native::read::{Fault, Fields, Kind};
use crate::scim::value::fold;
use crate::scim::{Object, json};
use poem_openapi::Object as Described;
use serde_json::Value;
use std::borrow::Cow;

/// The most characters of a name.
const NAME: usize = 255;
/// The most characters of a mail address.
const MAIL: usize = 254;
/// The most characters of the text of an invitation.
const MESSAGE: usize = 10_000;
/// The most people one request invites.
const RECIPIENTS: usize = 100;
/// Passwords have eight characters or more.
const PASSWORD: Policy = Policy::at_least(8);

/// Who signs in.
#[derive(Described)]
pub(super) struct Login {
    /// The user name or the email address.
    #[oai(validator(min_length = 1))]
    username: String,
    /// The password.
    #[oai(validator(min_length = 1))]
    password: String,
}

/// An invitation to be sent.
#[derive(Described)]
pub(super) struct NewInvitationBody {
    /// The invitation.
    #[oai(rename = "Invitation")]
    invitation: InvitationFields,
}

/// Who is invited to what.
#[derive(Described)]
#[oai(rename_all = "camelCase")]
struct InvitationFields {
    /// The id of the company the users are to belong to.
    #[oai(rename = "companyID")]
    company_id: Raw<Id>,
    /// Kept as it is.
    contact_email: Option<Nullable<String>>,
    /// Kept as it is; 300.
    #[oai(validator(minimum(value = "0")))]
    invitation_type: Option<Nullable<i64>>,
    /// The email address of who is invited, or several with commas between.
    mail_recipient: String,
    /// The text of the invitation; kept as it is.
    message: Option<Nullable<String>>,
    /// The roles at each partner: the JSON text of a list, or the list itself. Partners are companies.
    role_info: Raw<RoleInfo>,
    /// Kept as it is.
    sender_email: Option<Nullable<String>>,
    /// Kept as it is; 400.
    #[oai(validator(minimum(value = "0")))]
    subject: Option<Nullable<i64>>,
}

/// A user to be created.
#[derive(Described)]
pub(super) struct NewUserBody {
    /// The user.
    #[oai(rename = "IndigoUser")]
    user: NewUserFields,
}

/// Who the user is.
#[derive(Described)]
#[oai(rename_all = "camelCase")]
struct NewUserFields {
    /// The first name.
    #[oai(validator(min_length = 1, max_length = 255))]
    first_name: String,
    /// The last name.
    #[oai(validator(min_length = 1, max_length = 255))]
    last_name: String,
    /// The id of the invitation the user comes by.
    invitation_id: Raw<Id>,
    /// The password.
    #[oai(validator(min_length = 8, max_length = 255))]
    password: String,
    /// The role the user starts in, one of those it is invited to; null for the one the invitation says.
    role_id: Raw<MaybeId>,
}

/// What is to change in a user.
#[derive(Described)]
pub(super) struct UserBody {
    /// The user; what is absent or null stays.
    #[oai(rename = "IndigoUser")]
    user: UserFields,
}

/// What is to change; what is absent or null stays.
#[derive(Described)]
#[oai(rename_all = "camelCase")]
struct UserFields {
    /// The first name.
    #[oai(validator(min_length = 1))]
    first_name: Option<Nullable<String>>,
    /// The last name.
    #[oai(validator(min_length = 1))]
    last_name: Option<Nullable<String>>,
    /// The email address.
    email: Option<Nullable<String>>,
    /// The name of the company; empty for none.
    company: Option<Nullable<String>>,
    /// The id of the user, if it is sent the one of the path.
    id: Raw<MaybeId>,
    /// All of the roles at each partner.
    user_partner_role: Option<Nullable<Vec<RoleFields>>>,
}

/// A role at a partner.
#[derive(Described)]
#[oai(rename_all = "camelCase")]
struct RoleFields {
    /// The partner.
    partner: IdFields,
    /// The role.
    role: IdFields,
    /// The user, if it is sent the one of the path.
    user: Option<Nullable<IdFields>>,
    /// Whether the user starts in this role at the partner; one at each.
    default_role: Option<Nullable<bool>>,
}

/// Something by its id.
#[derive(Described)]
struct IdFields {
    /// The id.
    id: Raw<Id>,
}

impl Wire for Login {}
impl Wire for NewInvitationBody {}
impl Wire for NewUserBody {}
impl Wire for UserBody {}

/// The catalogues that ids are held against. One without entries is not kept by the tenant.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    pub companies: Vec<Entry>,
    pub roles: Vec<Entry>,
}

impl Known {
    /// The name of a company.
    pub(super) fn company(&self, id: i64) -> Option<&str> {
        self.companies.iter().find(|entry| entry.id == id).map(|entry| entry.name.as_str())
    }

    /// The company of a name, in whatever case.
    fn company_named(&self, name: &str) -> Option<i64> {
        self.companies.iter().find(|entry| fold(&entry.name) == fold(name)).map(|entry| entry.id)
    }
}

fn has(entries: &[Entry], id: i64) -> bool {
    entries.is_empty() || entries.iter().any(|entry| entry.id == id)
}

fn own(rule: &'static str) -> Kind {
    Kind::Own(Cow::Borrowed(rule))
}

/// The fields of the object that stands in a body under a name.
pub(super) fn wrapped<'b>(body: &'b Value, name: &str) -> Result<Fields<'b>, Refusal> {
    let kind = match body.get(name) {
        None | Some(Value::Null) => Kind::Missing,
        Some(inner) => match Fields::of(inner) {
            Some(fields) => return Ok(fields),
            None => Kind::NotObject,
        },
    };
    Err(error::faulty(&[Fault { field: name.to_owned(), kind }]))
}

/// The user name and the password of who signs in.
pub(super) fn login(body: &Value) -> Result<(String, String), Refusal> {
    let Some(mut fields) = Fields::of(body) else {
        return Err(error::faulty(&[Fault { field: "body".to_owned(), kind: Kind::NotObject }]));
    };
    fields.require(&["username", "password"]);
    let (username, password) = (fields.read("username", any_text), fields.read("password", any_text));
    match (username, password) {
        (Some(username), Some(password)) => Ok((username, password)),
        _ => Err(error::faulty(&fields.faults())),
    }
}

/// What a password is compared with has no rules of its own.
fn any_text(value: &Value) -> Result<String, Kind> {
    value.as_str().map(ToOwned::to_owned).ok_or(Kind::NotText)
}

/// Reads an invitation. None if something that it needs is not right.
pub(super) fn invitation(fields: &mut Fields<'_>, known: &Known) -> Option<NewInvitation> {
    fields.require(&["companyID", "mailRecipient", "roleInfo"]);
    let company = fields.read("companyID", digits(ID));
    if company.is_some_and(|company| !has(&known.companies, company)) {
        fields.fault("companyID", Kind::Unknown);
    }
    let recipients = fields.read("mailRecipient", recipients);
    let grants = grants(fields, known);
    let texts = [("contactEmail", MAIL), ("message", MESSAGE), ("senderEmail", MAIL)];
    let texts = texts.map(|(name, most)| (name, fields.read(name, lines(most)).map(Value::from)));
    let numbers = ["invitationType", "subject"];
    let numbers = numbers.map(|name| (name, fields.read(name, integer(0..=*ID.end())).map(Value::from)));
    let details: Object =
        texts.into_iter().chain(numbers).filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    Some(NewInvitation { recipients: recipients?, company: company?, grants: grants?, details })
}

/// Mail addresses with commas between.
fn recipients(value: &Value) -> Result<Vec<String>, Kind> {
    let sent = value.as_str().ok_or(Kind::NotText)?;
    let recipients: Vec<String> =
        sent.split(',').map(str::trim).filter(|recipient| !recipient.is_empty()).map(ToOwned::to_owned).collect();
    if recipients.is_empty() || !recipients.iter().all(|recipient| is_email(recipient)) {
        return Err(Kind::NotEmail);
    }
    if recipients.len() > RECIPIENTS { Err(Kind::TooMany(RECIPIENTS)) } else { Ok(recipients) }
}

/// Reads the roles of an invitation, from JSON or from a text that holds JSON.
fn grants(fields: &mut Fields<'_>, known: &Known) -> Option<Vec<Grant>> {
    let list = fields.read("roleInfo", |value| match value {
        Value::String(text) => {
            let list = json::parse(text.as_bytes()).ok().filter(Value::is_array);
            list.ok_or_else(|| own("must be the JSON text of a list of partner, roles and defaultRole"))
        }
        Value::Array(_) => Ok(value.clone()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Err(Kind::NotList),
    })?;
    let whole = Value::Object([("roleInfo".to_owned(), list)].into_iter().collect());
    let mut inner = Fields::of(&whole)?;
    let grants = inner.each_within("roleInfo", |fields| grant(fields, known));
    let grants: Option<Vec<Grant>> = grants.and_then(|grants| grants.into_iter().collect());
    if let Some(grants) = &grants {
        if grants.is_empty() {
            inner.fault("roleInfo", own("must name a partner and its roles"));
        }
        for (at, grant) in grants.iter().enumerate() {
            if grants.iter().take(at).any(|other| other.partner == grant.partner) {
                inner.fault(&format!("roleInfo.{at}.partner"), own("must not be named twice"));
            }
        }
    }
    for Fault { field, kind } in inner.faults() {
        fields.fault(&field, kind);
    }
    grants
}

fn grant(fields: &mut Fields<'_>, known: &Known) -> Option<Grant> {
    fields.require(&["partner", "roles", "defaultRole"]);
    let partner = fields.read("partner", digits(ID));
    if partner.is_some_and(|partner| !has(&known.companies, partner)) {
        fields.fault("partner", Kind::Unknown);
    }
    let roles = fields.each("roles", digits(ID)).map(|roles| {
        for (at, role) in roles.iter().enumerate() {
            if !has(&known.roles, *role) {
                fields.fault(&format!("roles.{at}"), Kind::Unknown);
            }
        }
        if roles.is_empty() {
            fields.fault("roles", own("must name a role"));
        }
        distinct(roles)
    });
    let default_role = fields.read("defaultRole", digits(ID));
    if let (Some(roles), Some(default)) = (&roles, default_role)
        && !roles.is_empty()
        && !roles.contains(&default)
    {
        fields.fault("defaultRole", own("must be one of roles"));
    }
    Some(Grant { partner: partner?, roles: roles?, default_role: default_role? })
}

fn distinct(roles: Vec<i64>) -> Vec<i64> {
    let mut once = Vec::with_capacity(roles.len());
    for role in roles {
        if !once.contains(&role) {
            once.push(role);
        }
    }
    once
}

/// A user to be created, as far as it is right.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct NewUser {
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub invitation: Option<i64>,
    pub password: Option<String>,
    pub role: Option<i64>,
}

/// Reads a user that is to be created.
pub(super) fn new_user(fields: &mut Fields<'_>) -> NewUser {
    fields.require(&["firstName", "lastName", "invitationId"]);
    if fields.get("password").is_none() {
        fields.fault("password", Kind::Missing);
    }
    NewUser {
        first_name: fields.read("firstName", text(NAME)),
        last_name: fields.read("lastName", text(NAME)),
        invitation: fields.read("invitationId", digits(ID)),
        password: fields.read("password", |value| PASSWORD.read(value)),
        role: fields.read("roleId", digits(ID)),
    }
}

/// Notes a role that an invitation does not give.
pub(super) fn check_role(fields: &mut Fields<'_>, role: Option<i64>, grants: &[Grant]) {
    if role.is_some_and(|role| !grants.iter().any(|grant| grant.roles.contains(&role))) {
        fields.fault("roleId", own("must be one of the roles of the invitation"));
    }
}

/// Reads what is to change in the user of a number. What is sent as it is already is not judged.
pub(super) fn change(fields: &mut Fields<'_>, (num, now): (i64, &Person<'_>), known: &Known) -> Change {
    if fields.read("id", digits(ID)).is_some_and(|id| id != num) {
        fields.fault("id", own("must be the id of the path"));
    }
    let mut name = |field: &str, now: Option<&str>| {
        let sent = fields.get(field)?;
        if sent.as_str().is_some() && sent.as_str() == now {
            return None;
        }
        fields.require(&[field]);
        fields.read(field, text(NAME))
    };
    let (first_name, last_name) = (name("firstName", now.first_name), name("lastName", now.last_name));
    let mail = fields.get("email").filter(|sent| sent.as_str().is_none() || sent.as_str() != now.email);
    let company = fields.get("company").filter(|sent| sent.as_str().is_none() || sent.as_str() != now.company);
    let company = company.and_then(|_| fields.read("company", text(NAME)));
    Change {
        first_name,
        last_name,
        email: mail.and_then(|_| fields.read("email", email(MAIL))),
        company: company.map(|name| match name.trim() {
            "" => Company { name: None, id: None },
            name => Company { id: known.company_named(name), name: Some(name.to_owned()) },
        }),
        roles: roles(fields, num, &now.roles, known),
    }
}

/// Reads all roles of the user of a number; those it has already are in no need of a catalogue.
fn roles(fields: &mut Fields<'_>, num: i64, now: &[Assignment], known: &Known) -> Option<Vec<Assignment>> {
    let roles = fields.each_within("userPartnerRole", |fields| role(fields, num))?;
    let roles: Vec<Assignment> = roles.into_iter().collect::<Option<_>>()?;
    for (at, role) in roles.iter().enumerate() {
        let of_partner = |other: &&Assignment| other.partner == role.partner;
        let before = || roles.iter().take(at).filter(of_partner);
        let place = format!("userPartnerRole.{at}");
        if before().any(|other| other.role == role.role) {
            fields.fault(&place, own("must not name a role twice at one partner"));
        } else if role.default && before().any(|other| other.default) {
            fields.fault(&place, own("must not be a second default role at one partner"));
        }
        if !has(&known.companies, role.partner) && !now.iter().any(|other| other.partner == role.partner) {
            fields.fault(&format!("{place}.partner.id"), Kind::Unknown);
        }
        if !has(&known.roles, role.role) && !now.iter().any(|other| other.role == role.role) {
            fields.fault(&format!("{place}.role.id"), Kind::Unknown);
        }
    }
    Some(roles)
}

fn role(fields: &mut Fields<'_>, num: i64) -> Option<Assignment> {
    fields.require(&["partner", "role"]);
    let mut id = |field: &str| {
        let id = fields.within(field, |inner| {
            inner.require(&["id"]);
            inner.read("id", digits(ID))
        });
        id.flatten()
    };
    let (partner, role, user) = (id("partner"), id("role"), id("user"));
    if user.is_some_and(|user| user != num) {
        fields.fault("user.id", own("must be the id of the path"));
    }
    let default = fields.read("defaultRole", |value| value.as_bool().ok_or(Kind::NotBoolean));
    Some(Assignment { partner: partner?, role: role?, default: default.unwrap_or_default() })
}

#[cfg(test)]
mod tests;
