//! Values of the domain that stand in bodies as one text: scopes, presets, instants.

use crate::auth::scope::Scope;
use crate::clock::{Micros, rfc3339};
use crate::directory::catalogue::Catalogue;
use crate::directory::oauth::SubjectIs;
use crate::scim::tolerance::Preset;
use poem_openapi::registry::{MetaSchema, MetaSchemaRef};
use poem_openapi::types::{ParseError, ParseFromJSON, ParseFromParameter, ParseResult, ToJSON, Type};
use serde_json::Value;
use std::borrow::Cow;
use std::fmt::{self, Display};
use std::str::FromStr;

/// What can be written as a [`Word`].
pub(super) trait Spoken: Display + FromStr<Err: Display> + Send + Sync {
    /// The format of the text in the document.
    const FORMAT: &'static str;

    /// Every text there is, if they can be counted.
    fn all() -> Vec<&'static str> {
        Vec::new()
    }
}

/// A value of the domain as text.
pub(super) struct Word<T>(pub T);

/// An instant (RFC 3339).
pub(super) struct Instant(pub Micros);

impl Spoken for Scope {
    const FORMAT: &'static str = "scope";

    fn all() -> Vec<&'static str> {
        Self::ALL.map(Self::name).to_vec()
    }
}

impl Spoken for SubjectIs {
    const FORMAT: &'static str = "attribute";

    fn all() -> Vec<&'static str> {
        Self::ALL.map(Self::name).to_vec()
    }
}

impl Spoken for Catalogue {
    const FORMAT: &'static str = "catalogue";

    fn all() -> Vec<&'static str> {
        Self::ALL.map(Self::name).to_vec()
    }
}

impl Spoken for Preset {
    const FORMAT: &'static str = "preset";

    fn all() -> Vec<&'static str> {
        Self::ALL.map(Self::name).to_vec()
    }
}

impl Spoken for Instant {
    const FORMAT: &'static str = "date-time";
}

impl Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&rfc3339(self.0))
    }
}

impl FromStr for Instant {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let instant = text.parse::<jiff::Timestamp>();
        let rule = "it must be an instant such as 2030-01-31T09:30:00Z (RFC 3339)";
        instant.map(|instant| Self(instant.as_microsecond())).map_err(|_| rule)
    }
}

impl<T: Spoken> Type for Word<T> {
    const IS_REQUIRED: bool = true;

    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        format!("string({})", T::FORMAT).into()
    }

    fn schema_ref() -> MetaSchemaRef {
        let words = T::all();
        let schema = if words.is_empty() {
            MetaSchema::new_with_format("string", T::FORMAT)
        } else {
            MetaSchema { enum_items: words.into_iter().map(Value::from).collect(), ..MetaSchema::new("string") }
        };
        MetaSchemaRef::Inline(Box::new(schema))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        Box::new(self.as_raw_value().into_iter())
    }
}

impl<T: Spoken> ParseFromJSON for Word<T> {
    fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
        let text = value.as_ref().and_then(Value::as_str).ok_or_else(ParseError::expected_input)?;
        text.parse().map(Self).map_err(ParseError::custom)
    }
}

impl<T: Spoken> ParseFromParameter for Word<T> {
    fn parse_from_parameter(text: &str) -> ParseResult<Self> {
        text.parse().map(Self).map_err(ParseError::custom)
    }
}

impl<T: Spoken> ToJSON for Word<T> {
    fn to_json(&self) -> Option<Value> {
        Some(Value::String(self.0.to_string()))
    }
}
