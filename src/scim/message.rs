//! The protocol's messages: SearchRequest and ListResponse (RFC 7644 §3.4.2, §3.4.3), Error (§3.12).

use super::Error;
use serde_json::Value;

/// What a list or search asks for, from a query string or a `.search` body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchRequest {
    /// Names to show; empty for the default set.
    pub attributes: Vec<String>,
    /// Names to leave out.
    pub excluded_attributes: Vec<String>,
    /// The filter as text; none if absent or blank.
    pub filter: Option<String>,
    /// The attribute to sort by.
    pub sort_by: Option<String>,
    /// Whether the order is descending.
    pub descending: bool,
    /// The first result, from 1.
    pub start_index: u64,
    /// The largest number of results asked for; none means the server's default.
    pub count: Option<u64>,
}

impl SearchRequest {
    /// From a raw query string (RFC 7644 §3.4.2). Names in any case; unknown parameters ignored;
    /// `+` in a filter is a blank unless the filter encodes its blanks as `%20`.
    ///
    /// # Errors
    /// `invalidValue` for a number that is none, `invalidFilter` for bad percent-encoding.
    pub fn from_query(query: &str) -> Result<Self, Error> {
        let _ = query;
        todo!()
    }

    /// From the body of a POST to `.search`.
    ///
    /// # Errors
    /// `invalidSyntax` or `invalidValue`, naming the member.
    pub fn from_body(body: &Value) -> Result<Self, Error> {
        let _ = body;
        todo!()
    }
}

/// The text of a ListResponse around resources that are JSON texts already.
#[must_use]
pub fn list_response(total: u64, start_index: u64, resources: &[String]) -> String {
    let _ = (total, start_index, resources);
    todo!()
}

/// The text of an Error message; `status` is an HTTP status code.
#[must_use]
pub fn error(status: u16, scim_type: Option<&str>, detail: &str) -> String {
    let _ = (status, scim_type, detail);
    todo!()
}
