//! Users that an issuer outside speaks for: by which attribute the subject of its tokens names one.

use crate::directory::user::{self, Key};
use crate::directory::{Caller, Error, Principal, write};
use crate::scim::part;
use crate::scim::value::fold;
use crate::scim::{self, Object};
use crate::store::sessions::Owner;
use crate::store::{Conn, Row};
use serde_json::{Value, json};
use std::fmt;
use std::str::FromStr;

/// By which attribute the claim `sub` names a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SubjectIs {
    /// `id`: the resource id.
    Id,
    /// `userName`, in any case.
    UserName,
    /// `externalId`: what the connection of the issuer calls the user.
    ExternalId,
    /// `emails`: the primary mail address, or else the first one, in any case.
    Emails,
}

/// A word that is none of these attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a subject is one of {}", SubjectIs::ALL.map(SubjectIs::name).join(", "))]
pub struct UnknownAttribute;

impl SubjectIs {
    /// Every attribute there is.
    pub const ALL: [Self; 4] = [Self::Id, Self::UserName, Self::ExternalId, Self::Emails];

    /// The attribute, as the schema, people and the store write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::UserName => "userName",
            Self::ExternalId => "externalId",
            Self::Emails => "emails",
        }
    }
}

impl fmt::Display for SubjectIs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for SubjectIs {
    type Err = UnknownAttribute;

    fn from_str(text: &str) -> Result<Self, UnknownAttribute> {
        Self::ALL.into_iter().find(|attribute| attribute.name() == text).ok_or(UnknownAttribute)
    }
}

/// Whom a token names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    attribute: SubjectIs,
    text: String,
}

impl Subject {
    /// None if no user can have this text.
    pub(super) fn new(attribute: SubjectIs, text: &str) -> Option<Self> {
        let is_name = !text.is_empty() && !text.chars().any(char::is_control);
        is_name.then(|| Self { attribute, text: text.to_owned() })
    }

    fn key(&self) -> Key<'_> {
        match self.attribute {
            SubjectIs::Id => Key::Id(&self.text),
            SubjectIs::UserName => Key::UserName(&self.text),
            SubjectIs::ExternalId => Key::ExternalId(&self.text),
            SubjectIs::Emails => Key::Email(&self.text),
        }
    }

    /// The one user it names.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Ambiguous`].
    pub(in crate::directory) async fn find(&self, conn: &mut Conn, caller: &Caller) -> Result<Row, Error> {
        user::find(conn, caller, caller.schemas.users()?, self.key()).await
    }

    /// The caller as the user it names; if there is none, or are several, as nobody.
    pub(super) async fn speaks(self, conn: &mut Conn, caller: Caller) -> Result<Caller, Error> {
        let row = match self.find(conn, &caller).await {
            Ok(row) => row,
            Err(Error::NotFound(_) | Error::Ambiguous(_)) => return Ok(Caller { subject: Some(self), ..caller }),
            Err(error) => return Err(error),
        };
        if !part::is_active(&write::parse(&row.document)?) {
            return Err(Error::Unauthenticated);
        }
        let user = Owner { num: row.num, id: row.id, active: true, document: row.document };
        let credential = format!("{}, user {}", caller.credential, user.num);
        Ok(Caller { principal: Some(Principal::new(&user, None)?), credential, ..caller })
    }

    /// Gives the document of a new user what names it, if it does not say so itself; false if that cannot
    /// be given.
    ///
    /// # Errors
    /// `invalidValue` if the document is somebody else's.
    pub(in crate::directory) fn put_into(&self, document: &mut Object) -> Result<bool, scim::Error> {
        let name = self.attribute.name();
        let text = || Value::from(self.text.as_str());
        let (said, given) = match self.attribute {
            SubjectIs::Id => return Ok(false),
            SubjectIs::UserName => (document.get(name).and_then(Value::as_str).map(fold), text()),
            SubjectIs::ExternalId => (document.get(name).and_then(Value::as_str).map(ToOwned::to_owned), text()),
            SubjectIs::Emails => {
                (part::primary(document, name).map(fold), json!([{ "value": text(), "primary": true }]))
            }
        };
        let own = if self.attribute == SubjectIs::ExternalId { self.text.clone() } else { fold(&self.text) };
        match said {
            Some(said) if said == own => {}
            None if !document.contains_key(name) => drop(document.insert(name.to_owned(), given)),
            Some(_) | None => {
                return Err(scim::Error::value(format!(
                    "{name}: it is not the subject of the credential; leave it out to be given that (RFC 7644 §3.11)"
                )));
            }
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(attribute: SubjectIs, text: &str, document: &Value) -> Result<Option<Value>, scim::Error> {
        let mut document = document.as_object().unwrap().clone();
        let subject = Subject::new(attribute, text).unwrap();
        Ok(subject.put_into(&mut document)?.then_some(Value::Object(document)))
    }

    #[test]
    fn what_names_a_new_user_is_given_unless_it_is_said() {
        use SubjectIs::{Emails, ExternalId, UserName};
        let mail = json!({ "emails": [{ "value": "Ann@x.org", "primary": true }] });
        let two = json!({ "emails": [{ "value": "b@x.org" }, { "value": "ANN@x.org", "primary": true }] });
        for (attribute, text, document, expected) in [
            (UserName, "Ann", json!({}), json!({ "userName": "Ann" })),
            (UserName, "Ann", json!({ "userName": "ANN" }), json!({ "userName": "ANN" })),
            (ExternalId, "x-1", json!({ "userName": "a" }), json!({ "userName": "a", "externalId": "x-1" })),
            (ExternalId, "x-1", json!({ "externalId": "x-1" }), json!({ "externalId": "x-1" })),
            (Emails, "Ann@x.org", json!({}), mail),
            (Emails, "ann@x.org", two.clone(), two),
        ] {
            assert_eq!(put(attribute, text, &document), Ok(Some(expected)), "{attribute} {document}");
        }
    }

    #[test]
    fn somebody_else_is_not_made() {
        use SubjectIs::{Emails, ExternalId, UserName};
        for (attribute, document) in [
            (UserName, json!({ "userName": "bob" })),
            (ExternalId, json!({ "externalId": "Ann" })),
            (Emails, json!({ "emails": [{ "value": "ann" , "type": "home" }, { "value": "bob", "primary": true }] })),
            (Emails, json!({ "emails": [{ "display": "ann" }] })),
        ] {
            let error = put(attribute, "ann", &document).unwrap_err();
            assert!(error.detail.starts_with(attribute.name()), "{error}");
        }
        assert_eq!(put(SubjectIs::Id, "1", &json!({})), Ok(None), "ids are the server's to give");
    }

    #[test]
    fn only_text_names_somebody() {
        for text in ["", "a\0b", "a\nb"] {
            assert_eq!(Subject::new(SubjectIs::UserName, text), None, "{text:?}");
        }
        for attribute in SubjectIs::ALL {
            assert_eq!(attribute.name().parse(), Ok(attribute));
        }
        assert!("mail".parse::<SubjectIs>().unwrap_err().to_string().contains("externalId"));
    }
}
