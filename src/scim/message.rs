//! The protocol's messages: `SearchRequest` and `ListResponse` (RFC 7644 §3.4.2, §3.4.3; with cursors
//! RFC 9865 §2), Error (RFC 7644 §3.12); those of bulk requests (§3.7) are in [`bulk`].

pub mod bulk;
mod query;

#[cfg(test)]
mod tests;

use super::{Error, ScimType, urn};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// What a list or search asks for, from a query string or a `.search` body.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// The first result, from 1; never more than `i64` holds.
    pub start_index: u64,
    /// The largest number of results asked for; none means the server's default.
    pub count: Option<u64>,
    /// Pages go by cursor, and this is the one: empty for the first page. `start_index` is of no account then.
    pub cursor: Option<String>,
}

impl Default for SearchRequest {
    /// Everything, from the first result on.
    fn default() -> Self {
        Self {
            attributes: Vec::new(),
            excluded_attributes: Vec::new(),
            filter: None,
            sort_by: None,
            descending: false,
            start_index: 1,
            count: None,
            cursor: None,
        }
    }
}

/// The parameters of RFC 7644 §3.4.2 and RFC 9865 §2, from wherever they come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Parameter {
    Attributes,
    ExcludedAttributes,
    Filter,
    SortBy,
    SortOrder,
    StartIndex,
    Count,
    Cursor,
}

impl Parameter {
    const ALL: [Self; 8] = [
        Self::Attributes,
        Self::ExcludedAttributes,
        Self::Filter,
        Self::SortBy,
        Self::SortOrder,
        Self::StartIndex,
        Self::Count,
        Self::Cursor,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Attributes => "attributes",
            Self::ExcludedAttributes => "excludedAttributes",
            Self::Filter => "filter",
            Self::SortBy => "sortBy",
            Self::SortOrder => "sortOrder",
            Self::StartIndex => "startIndex",
            Self::Count => "count",
            Self::Cursor => "cursor",
        }
    }

    /// The parameter of that name, in any case.
    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name().eq_ignore_ascii_case(name))
    }
}

impl SearchRequest {
    /// From a raw query string (RFC 7644 §3.4.2). Names in any case; unknown parameters ignored;
    /// `+` in a filter is a blank unless the filter encodes its blanks as `%20`.
    ///
    /// # Errors
    /// `invalidValue` for a number that is none, `invalidFilter` for bad percent-encoding.
    pub fn from_query(query: &str) -> Result<Self, Error> {
        let mut request = Self::default();
        let mut seen = Vec::new();
        for (parameter, raw) in query::parameters(query) {
            let list = matches!(parameter, Parameter::Attributes | Parameter::ExcludedAttributes);
            if !list && seen.contains(&parameter) {
                return Err(Error::value(format!("parameter {} stands twice in the query", parameter.name())));
            }
            seen.push(parameter);
            request.take_text(parameter, &query::value(parameter, raw)?)?;
        }
        Ok(request)
    }

    /// From the body of a POST to `.search`.
    ///
    /// # Errors
    /// `invalidSyntax` or `invalidValue`, naming the member.
    pub fn from_body(body: &Value) -> Result<Self, Error> {
        let members = body
            .as_object()
            .ok_or_else(|| Error::syntax("the body must be a SearchRequest object (RFC 7644 §3.4.3)"))?;
        let mut request = Self::default();
        for (name, value) in members {
            let Some(parameter) = Parameter::named(name) else { continue };
            request.take_json(parameter, value)?;
        }
        Ok(request)
    }

    fn take_text(&mut self, parameter: Parameter, text: &str) -> Result<(), Error> {
        let text = text.trim();
        match parameter {
            Parameter::Attributes => self.attributes.extend(names(text)),
            Parameter::ExcludedAttributes => self.excluded_attributes.extend(names(text)),
            Parameter::Filter => self.filter = Some(text.to_owned()).filter(|text| !text.is_empty()),
            Parameter::SortBy => self.sort_by = Some(text.to_owned()).filter(|text| !text.is_empty()),
            Parameter::SortOrder if text.is_empty() || text.eq_ignore_ascii_case("ascending") => {
                self.descending = false;
            }
            Parameter::SortOrder if text.eq_ignore_ascii_case("descending") => self.descending = true,
            Parameter::SortOrder => return Err(wrong(parameter, "ascending or descending")),
            Parameter::StartIndex | Parameter::Count if text.is_empty() => {}
            Parameter::StartIndex | Parameter::Count => {
                self.take_number(parameter, whole(text).ok_or_else(|| wrong(parameter, "a whole number"))?);
            }
            Parameter::Cursor => self.cursor = Some(text.to_owned()),
        }
        Ok(())
    }

    fn take_json(&mut self, parameter: Parameter, value: &Value) -> Result<(), Error> {
        match (parameter, value) {
            (_, Value::Null) => Ok(()),
            (Parameter::StartIndex | Parameter::Count, Value::Number(number)) => {
                // serde_json writes a fraction or an exponent for every number that is no integer
                // of 64 bits, and no digits but those for the others.
                let number = whole(&number.to_string()).or_else(|| number.as_f64().and_then(beyond));
                self.take_number(parameter, number.ok_or_else(|| wrong(parameter, "a whole number"))?);
                Ok(())
            }
            (Parameter::StartIndex | Parameter::Count, _) => Err(wrong(parameter, "a whole number")),
            (Parameter::Attributes | Parameter::ExcludedAttributes, Value::Array(list)) => {
                for name in list {
                    let name = name.as_str().ok_or_else(|| wrong(parameter, "a list of attribute names"))?;
                    self.take_text(parameter, name)?;
                }
                Ok(())
            }
            (_, Value::String(text)) => self.take_text(parameter, text),
            (Parameter::Attributes | Parameter::ExcludedAttributes, _) => {
                Err(wrong(parameter, "a list of attribute names"))
            }
            (Parameter::Filter | Parameter::SortBy | Parameter::SortOrder | Parameter::Cursor, _) => {
                Err(wrong(parameter, "a string"))
            }
        }
    }

    /// RFC 7644 §3.4.2.4: below the smallest value means the smallest.
    fn take_number(&mut self, parameter: Parameter, number: i64) {
        match parameter {
            Parameter::StartIndex => self.start_index = u64::try_from(number).unwrap_or(0).max(1),
            Parameter::Count => self.count = Some(u64::try_from(number).unwrap_or(0)),
            Parameter::Attributes
            | Parameter::ExcludedAttributes
            | Parameter::Filter
            | Parameter::SortBy
            | Parameter::SortOrder
            | Parameter::Cursor => {}
        }
    }
}

fn names(text: &str) -> impl Iterator<Item = String> {
    text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned)
}

fn wrong(parameter: Parameter, wanted: &str) -> Error {
    let (kind, rule) = match parameter {
        Parameter::Cursor => (ScimType::InvalidCursor, "RFC 9865 §2"),
        Parameter::Count => (ScimType::InvalidCount, "RFC 7644 §3.4.2, RFC 9865 §2.1"),
        Parameter::Attributes
        | Parameter::ExcludedAttributes
        | Parameter::Filter
        | Parameter::SortBy
        | Parameter::SortOrder
        | Parameter::StartIndex => (ScimType::InvalidValue, "RFC 7644 §3.4.2"),
    };
    Error::new(kind, format!("{} must be {wanted} ({rule})", parameter.name()))
}

/// A whole number; one too large or too small for 64 bits is the nearest that fits.
fn whole(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let limit = if negative { i64::MIN } else { i64::MAX };
    Some(text.parse().unwrap_or(limit))
}

/// A number without fraction that JSON could not hold as an integer.
fn beyond(number: f64) -> Option<i64> {
    let large = number.fract() == 0.0 && number.abs() >= 1e18;
    large.then_some(if number < 0.0 { i64::MIN } else { i64::MAX })
}

/// Where a page stands in its list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The number of its first result, from 1.
    Index(u64),
    /// The cursors of the pages beside it.
    Cursor {
        /// Of the next page; none on the last.
        next: Option<String>,
        /// Of the page before; none on the first.
        previous: Option<String>,
    },
}

/// The text of a `ListResponse` around resources that are JSON texts already. Cursors are unreserved
/// characters (RFC 9865 §2), which no JSON text escapes.
#[must_use]
pub fn list_response(total: u64, place: &Place, resources: &[String]) -> String {
    let count = resources.len();
    let mut head = format!(r#"{{"schemas":["{}"],"totalResults":{total},"itemsPerPage":{count},"#, urn::LIST_RESPONSE);
    // Writing to a String cannot fail.
    let _ = match place {
        Place::Index(start_index) => write!(head, r#""startIndex":{start_index},"#),
        Place::Cursor { next, previous } => [("previousCursor", previous), ("nextCursor", next)]
            .into_iter()
            .filter_map(|(name, cursor)| Some((name, cursor.as_ref()?)))
            .try_for_each(|(name, cursor)| write!(head, r#""{name}":"{cursor}","#)),
    };
    head.push_str(r#""Resources":["#);
    let size: usize = resources.iter().map(|resource| resource.len() + 1).sum();
    let mut text = String::with_capacity(head.len() + size + 2);
    text.push_str(&head);
    for (index, resource) in resources.iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(resource);
    }
    text.push_str("]}");
    text
}

/// The text of an Error message; `status` is an HTTP status code.
#[must_use]
pub fn error(status: u16, scim_type: Option<&str>, detail: &str) -> String {
    error_message(status, scim_type, detail).to_string()
}

fn error_message(status: u16, scim_type: Option<&str>, detail: &str) -> Value {
    let mut message = Map::new();
    message.insert("schemas".to_owned(), json!([urn::ERROR]));
    message.insert("status".to_owned(), Value::from(status.to_string()));
    if let Some(scim_type) = scim_type {
        message.insert("scimType".to_owned(), Value::from(scim_type));
    }
    message.insert("detail".to_owned(), Value::from(detail));
    Value::Object(message)
}
