//! Reads the typed bodies of the surface, field by field, so that a refusal names the field.
//!
//! A field that is null is absent. A field nobody asked for is refused.

use super::word::{Spoken, Word};
use crate::directory::Error;
use crate::http::body;
use crate::http::error::Refusal;
use crate::scim::{self, Object};
use poem::http::StatusCode;
use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaRequest, Registry};
use poem_openapi::types::{Any, Type};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::str::FromStr;

/// An object that can be read from a body.
pub(super) trait Read: Type + Sized {
    /// Takes its fields.
    fn read(fields: &mut Fields) -> Result<Self, Refusal>;
}

/// A body that is one object.
pub(super) struct Body<T>(pub T);

impl<'a, T: Read> ApiExtractor<'a> for Body<T> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::RequestObject];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn request_meta() -> Option<MetaRequest> {
        Some(body::described_as::<T>())
    }

    async fn from_request(
        request: &'a Request,
        body: &mut RequestBody,
        _: ExtractParamOptions<Self::ParamType>,
    ) -> poem::Result<Self> {
        let (value, _place) = body::read(request, body, body::JSON).await?;
        Ok(Self(whole(value)?))
    }
}

/// Reads a value that must be an object with fields of its own and no other.
fn whole<T: Read>(value: Value) -> Result<T, Refusal> {
    let Value::Object(object) = value else {
        return Err(scim::Error::syntax("the body must be a JSON object").into());
    };
    let mut fields = Fields { path: String::new(), object };
    let read = T::read(&mut fields)?;
    fields.end()?;
    Ok(read)
}

/// The refusal of a value whose rule is told without a name: the field it came in.
pub(super) fn blame(error: Error, field: &str) -> Refusal {
    let refusal = Refusal::from(error);
    if refusal.status == StatusCode::BAD_REQUEST && refusal.field.is_none() {
        return Refusal::field(field, &refusal.detail);
    }
    refusal
}

/// The fields of an object that are not read yet.
pub(super) struct Fields {
    /// What stands before the names of the fields: empty, or `profile.`.
    path: String,
    object: Object,
}

impl Fields {
    /// A text.
    pub(super) fn text(&mut self, field: &str) -> Result<Option<String>, Refusal> {
        self.take(field, "it must be text", |value| match value {
            Value::String(text) => Some(text),
            _ => None,
        })
    }

    /// A whole number.
    pub(super) fn number(&mut self, field: &str) -> Result<Option<i64>, Refusal> {
        self.take(field, "it must be a whole number", |value| value.as_i64())
    }

    /// True or false.
    pub(super) fn truth(&mut self, field: &str) -> Result<Option<bool>, Refusal> {
        self.take(field, "it must be true or false", |value| value.as_bool())
    }

    /// A value that is written as text.
    pub(super) fn word<T: Spoken>(&mut self, field: &str) -> Result<Option<Word<T>>, Refusal> {
        let text = self.text(field)?;
        text.map(|text| self.spoken(field, &text)).transpose()
    }

    /// A list of texts.
    pub(super) fn texts(&mut self, field: &str) -> Result<Option<Vec<String>>, Refusal> {
        self.take(field, "it must be a list of texts", |value| match value {
            Value::Array(list) => list.iter().map(|text| text.as_str().map(ToOwned::to_owned)).collect(),
            _ => None,
        })
    }

    /// A list of values that are written as text.
    pub(super) fn words<T: Spoken>(&mut self, field: &str) -> Result<Option<Vec<Word<T>>>, Refusal> {
        let Some(texts) = self.texts(field)? else { return Ok(None) };
        texts.iter().map(|text| self.spoken(field, text)).collect::<Result<_, _>>().map(Some)
    }

    /// An object of true and false, under names of which there are only so many.
    pub(super) fn switches<T>(&mut self, field: &str) -> Result<Option<BTreeMap<T, bool>>, Refusal>
    where
        T: FromStr<Err: Display> + Ord,
    {
        let object = self.take(field, "it must be an object whose values are true or false", |value| match value {
            Value::Object(object) if object.values().all(Value::is_boolean) => Some(object),
            _ => None,
        })?;
        let Some(object) = object else { return Ok(None) };
        let switch = |(name, on): (&String, &Value)| {
            let name = name.parse().map_err(|unknown: T::Err| self.refuse(field, &unknown.to_string()))?;
            Ok((name, on == &Value::Bool(true)))
        };
        object.iter().map(switch).collect::<Result<_, _>>().map(Some)
    }

    fn spoken<T: Spoken>(&self, field: &str, text: &str) -> Result<Word<T>, Refusal> {
        text.parse().map(Word).map_err(|unknown: T::Err| self.refuse(field, &unknown.to_string()))
    }

    /// An object.
    pub(super) fn object<T: Read>(&mut self, field: &str) -> Result<Option<T>, Refusal> {
        let object = self.take(field, "it must be an object", |value| match value {
            Value::Object(object) => Some(object),
            _ => None,
        })?;
        let Some(object) = object else { return Ok(None) };
        let mut inner = Self { path: format!("{}.", self.name(field)), object };
        let read = T::read(&mut inner)?;
        inner.end()?;
        Ok(Some(read))
    }

    /// An object whose fields are not those of this surface.
    pub(super) fn tree(&mut self, field: &str) -> Result<Option<Any<Value>>, Refusal> {
        self.take(field, "it must be an object", |value| value.is_object().then_some(Any(value)))
    }

    /// Every field there is, for an object whose fields are judged elsewhere.
    pub(super) fn all(&mut self) -> Object {
        std::mem::take(&mut self.object)
    }

    /// The value of a field that must be there.
    pub(super) fn needed<T>(&self, field: &str, value: Option<T>) -> Result<T, Refusal> {
        value.ok_or_else(|| self.refuse(field, "it is required"))
    }

    /// A refusal of a field for what it holds.
    pub(super) fn refuse(&self, field: &str, rule: &str) -> Refusal {
        Refusal::field(self.name(field), rule)
    }

    fn name(&self, field: &str) -> String {
        format!("{}{field}", self.path)
    }

    fn take<T>(
        &mut self,
        field: &str,
        rule: &str,
        read: impl FnOnce(Value) -> Option<T>,
    ) -> Result<Option<T>, Refusal> {
        match self.object.remove(field) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => read(value).map(Some).ok_or_else(|| self.refuse(field, rule)),
        }
    }

    fn end(self) -> Result<(), Refusal> {
        match self.object.keys().next() {
            Some(unknown) => Err(self.refuse(unknown, "there is no such field")),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::connection::NewConnection;
    use super::super::tenant::NewTenant;
    use super::super::token::NewToken;
    use super::*;
    use serde_json::json;

    fn refused<T: Read>(value: Value) -> (Option<String>, String) {
        let refusal = whole::<T>(value).err().unwrap();
        (refusal.field.map(String::from), refusal.detail.into())
    }

    #[test]
    fn a_refusal_names_the_field_and_never_its_value() {
        let token = |name: &str, value: Value| {
            let mut body = json!({ "connection": "a", "name": "b", "scopes": ["scim"] });
            body[name] = value;
            refused::<NewToken>(body)
        };
        for (found, field, rule) in [
            (refused::<NewTenant>(json!({})), "name", "required"),
            (refused::<NewTenant>(json!({ "name": null })), "name", "required"),
            (refused::<NewTenant>(json!({ "name": 5417 })), "name", "text"),
            (refused::<NewTenant>(json!({ "name": "a", "nmae": "5417" })), "nmae", "no such field"),
            (token("scopes", json!("5417")), "scopes", "list"),
            (token("scopes", json!(["scim", 5417])), "scopes", "list"),
            (token("scopes", json!(["5417"])), "scopes", "no such scope"),
            (token("expires", json!("5417")), "expires", "instant"),
            (token("expires", json!(5417)), "expires", "text"),
            (token("addresses", json!({ "5417": 1 })), "addresses", "list"),
            (refused::<NewConnection>(json!({ "name": "a", "profile": "5417" })), "profile", "object"),
            (
                refused::<NewConnection>(json!({ "name": "a", "profile": { "preset": "5417" } })),
                "profile.preset",
                "default, okta, entra, strict",
            ),
            (refused::<NewConnection>(json!({ "name": "a", "profile": { "x": 1 } })), "profile.x", "no such field"),
            (
                refused::<NewConnection>(json!({ "name": "a", "profile": { "tolerances": { "a": 5417 } } })),
                "profile.tolerances",
                "true or false",
            ),
            (
                refused::<NewConnection>(json!({ "name": "a", "profile": { "tolerances": { "5417": true } } })),
                "profile.tolerances",
                "the tolerances are any-schemas, ",
            ),
        ] {
            let (name, detail) = found;
            assert_eq!(name.as_deref(), Some(field), "{detail}");
            assert!(detail.starts_with(&format!("{field}: ")) && detail.contains(rule), "{detail}");
            assert!(!detail.contains("5417"), "{detail}");
        }
        assert_eq!(refused::<NewTenant>(json!([])), (None, "the body must be a JSON object".to_owned()));
    }

    #[test]
    fn a_field_that_is_null_is_absent() {
        let body = json!({ "connection": "a", "name": "b", "scopes": ["scim"], "expires": null, "addresses": null });
        assert!(whole::<NewToken>(body).is_ok());
    }
}
