//! Errors as problem details (RFC 9457).
//!
//! `type` is always `about:blank`: the status says what kind of problem it is (RFC 9457 §4.2.1), and
//! `errors` names the field or parameter that has to change.

use crate::directory::schema;
use crate::http::error::Refusal;
use poem_openapi::Object;
use poem_openapi::types::ToJSON;

/// The media type of every error (RFC 9457 §3).
pub(super) const MEDIA_TYPE: &str = "application/problem+json";

/// Why a request was refused (RFC 9457).
#[derive(Object)]
pub(in crate::http) struct Problem {
    /// Always `about:blank`: the status tells the kind.
    #[oai(rename = "type")]
    kind: String,
    /// The name of the status.
    title: String,
    /// The HTTP status.
    status: u16,
    /// What is wrong and what would be right, for people.
    detail: String,
    /// The fields or parameters that are wrong; absent where none is to blame.
    #[oai(skip_serializing_if_is_none)]
    errors: Option<Vec<FieldError>>,
    /// What the new schemas would break; absent where that is not the trouble.
    #[oai(skip_serializing_if_is_none)]
    breaks: Option<Vec<Break>>,
}

/// A rule of the new schemas that resources there are would break.
#[derive(Object)]
#[oai(rename_all = "camelCase")]
pub(in crate::http) struct Break {
    /// The name of the resource type.
    resource_type: String,
    /// The full name of the attribute, as filters write it.
    attribute: String,
    /// The rule, for people.
    rule: String,
    /// How many resources break it.
    resources: u64,
    /// The ids of a few of them.
    examples: Vec<String>,
}

/// What is wrong with a field.
#[derive(Object)]
pub(in crate::http) struct FieldError {
    /// The name of the field or parameter, such as `profile.preset`.
    field: String,
    /// What would be right.
    detail: String,
}

impl From<&schema::Break> for Break {
    fn from(of: &schema::Break) -> Self {
        Self {
            resource_type: of.resource_type.clone(),
            attribute: of.attribute.clone(),
            rule: of.rule.clone(),
            resources: of.resources,
            examples: of.examples.clone(),
        }
    }
}

/// The body of a refusal.
pub(super) fn write(refusal: &Refusal) -> String {
    let errors = refusal.field.as_ref().map(|field| {
        let rule = refusal.detail.strip_prefix(&**field).and_then(|rest| rest.strip_prefix(": "));
        vec![FieldError { field: field.to_string(), detail: rule.unwrap_or(&refusal.detail).to_owned() }]
    });
    let problem = Problem {
        kind: "about:blank".to_owned(),
        title: refusal.status.canonical_reason().unwrap_or("Error").to_owned(),
        status: refusal.status.as_u16(),
        detail: refusal.detail.to_string(),
        errors,
        breaks: refusal.report.as_ref().map(|report| report.breaks.iter().map(Break::from).collect()),
    };
    problem.to_json_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use poem::http::StatusCode;

    #[test]
    fn a_problem_has_the_members_of_the_rfc_and_names_the_field() {
        assert_eq!(
            write(&Refusal::new(StatusCode::NOT_FOUND, "there is no such tenant")),
            r#"{"type":"about:blank","title":"Not Found","status":404,"detail":"there is no such tenant"}"#
        );
        assert_eq!(
            write(&Refusal::field("name", "it must be text")),
            concat!(
                r#"{"type":"about:blank","title":"Bad Request","status":400,"detail":"name: it must be text","#,
                r#""errors":[{"field":"name","detail":"it must be text"}]}"#
            )
        );
    }
}
