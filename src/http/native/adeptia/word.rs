//! How values of the API are described: ids that come as numbers or as their digits, JSON that stands in
//! a text, and parameters of queries. They are judged by hand, so reading them here never fails.

use poem_openapi::registry::{MetaSchema, MetaSchemaRef};
use poem_openapi::types::{ParseFromJSON, ParseFromParameter, ParseResult, ToJSON, Type};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::marker::PhantomData;

/// What a value is described as.
pub(super) trait Described: Send + Sync {
    /// Its name in messages of the framework.
    const NAME: &'static str;
    /// Whether it must be there.
    const REQUIRED: bool = true;

    /// Its schema.
    fn schema() -> MetaSchema;
}

/// An id: a number, or its digits.
pub(super) struct Id;
/// The same, or null.
pub(super) struct MaybeId;
/// The roles at each partner: a text that holds JSON, or that JSON.
pub(super) struct RoleInfo;
/// How many users to list.
pub(super) struct Limit;
/// The number or resource id of a user.
pub(super) struct UserId<const REQUIRED: bool>;
/// `true` or `false`.
pub(super) struct Truth;
/// What is invited to.
pub(super) struct Identifier;

/// The digits of an id.
const DIGITS: &str = "^[0-9]{1,16}$";

fn inline(schema: MetaSchema) -> MetaSchemaRef {
    MetaSchemaRef::Inline(Box::new(schema))
}

fn digits() -> MetaSchema {
    MetaSchema { pattern: Some(DIGITS.to_owned()), ..MetaSchema::new("string") }
}

fn number() -> MetaSchema {
    MetaSchema { minimum: Some(1.0), ..MetaSchema::new_with_format("integer", "int64") }
}

impl Described for Id {
    const NAME: &'static str = "id";

    fn schema() -> MetaSchema {
        MetaSchema { any_of: vec![inline(number()), inline(digits())], ..MetaSchema::ANY }
    }
}

impl Described for MaybeId {
    const NAME: &'static str = "maybe_id";
    const REQUIRED: bool = false;

    fn schema() -> MetaSchema {
        MetaSchema {
            any_of: vec![inline(number()), inline(digits()), inline(MetaSchema::new("null"))],
            ..MetaSchema::ANY
        }
    }
}

impl Described for RoleInfo {
    const NAME: &'static str = "roleInfo";

    fn schema() -> MetaSchema {
        let ids =
            MetaSchema { items: Some(Box::new(inline(Id::schema()))), min_items: Some(1), ..MetaSchema::new("array") };
        let grant = MetaSchema {
            required: vec!["partner", "roles", "defaultRole"],
            properties: vec![
                ("partner", inline(Id::schema())),
                ("roles", inline(ids)),
                ("defaultRole", inline(Id::schema())),
            ],
            ..MetaSchema::new("object")
        };
        let list = MetaSchema { items: Some(Box::new(inline(grant))), min_items: Some(1), ..MetaSchema::new("array") };
        MetaSchema {
            any_of: vec![inline(MetaSchema::new("string")), inline(list)],
            example: Some(json!(r#"[{"partner":1,"roles":[2],"defaultRole":2}]"#)),
            ..MetaSchema::ANY
        }
    }
}

impl Described for Limit {
    const NAME: &'static str = "limit";
    const REQUIRED: bool = false;

    fn schema() -> MetaSchema {
        MetaSchema { default: Some(json!(1)), ..number() }
    }
}

impl<const REQUIRED: bool> Described for UserId<REQUIRED> {
    const NAME: &'static str = "userId";
    const REQUIRED: bool = REQUIRED;

    fn schema() -> MetaSchema {
        MetaSchema::new("string")
    }
}

impl Described for Truth {
    const NAME: &'static str = "boolean";
    const REQUIRED: bool = false;

    fn schema() -> MetaSchema {
        MetaSchema::new("boolean")
    }
}

impl Described for Identifier {
    const NAME: &'static str = "resourceIdentifier";

    fn schema() -> MetaSchema {
        MetaSchema { enum_items: vec![json!("users")], ..MetaSchema::new("string") }
    }
}

/// A value of a body that is judged by hand.
pub(super) struct Raw<T>(PhantomData<T>);

/// A parameter of a query as it was sent, if it was.
pub(super) struct Asked<T> {
    pub text: Option<String>,
    described: PhantomData<T>,
}

macro_rules! described {
    ($holder:ident) => {
        impl<T: Described> Type for $holder<T> {
            const IS_REQUIRED: bool = T::REQUIRED;

            type RawValueType = Self;
            type RawElementValueType = Self;

            fn name() -> Cow<'static, str> {
                T::NAME.into()
            }

            fn schema_ref() -> MetaSchemaRef {
                inline(T::schema())
            }

            fn as_raw_value(&self) -> Option<&Self> {
                Some(self)
            }

            fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
                Box::new(self.as_raw_value().into_iter())
            }
        }
    };
}

described!(Raw);
described!(Asked);

impl<T: Described> ParseFromJSON for Raw<T> {
    fn parse_from_json(_: Option<Value>) -> ParseResult<Self> {
        Ok(Self(PhantomData))
    }
}

impl<T: Described> ToJSON for Raw<T> {
    fn to_json(&self) -> Option<Value> {
        None
    }
}

impl<T: Described> ParseFromParameter for Asked<T> {
    fn parse_from_parameter(value: &str) -> ParseResult<Self> {
        Ok(Self { text: Some(value.to_owned()), described: PhantomData })
    }

    fn parse_from_parameters<I: IntoIterator<Item = A>, A: AsRef<str>>(values: I) -> ParseResult<Self> {
        let text = values.into_iter().next().map(|value| value.as_ref().to_owned());
        Ok(Self { text, described: PhantomData })
    }
}
