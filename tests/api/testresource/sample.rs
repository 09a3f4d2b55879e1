//! Values for attributes: right ones, whose order is that of their numbers, and wrong ones; bodies of them.

use super::Bench;
use roster::scim::path::Target;
use roster::scim::schema::{Attribute, Kind, Mutability, Schema};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// One value: those of greater numbers come later in an order. There are two booleans and 26 binaries.
pub fn one(attribute: &Attribute, number: usize) -> Value {
    match attribute.kind {
        Kind::String => json!(format!("Value-{number:04}")),
        Kind::Boolean => json!(number % 2 == 1),
        Kind::Decimal => json!(f64::from(u32::try_from(number).unwrap()) + 0.25),
        Kind::Integer => json!(1000 + number),
        Kind::DateTime => {
            json!(format!("2026-01-{:02}T{:02}:{:02}:00Z", 1 + number / 1440, number / 60 % 24, number % 60))
        }
        Kind::Binary => json!(format!("QUJ{}", char::from(b'A' + u8::try_from(number % 26).unwrap()))),
        Kind::Reference => json!(format!("https://example.com/Item/{number:04}")),
        Kind::Complex => {
            let writable = attribute.sub_attributes.iter().filter(|sub| sub.mutability != Mutability::ReadOnly);
            Value::Object(writable.map(|sub| (sub.name.clone(), whole(sub, number))).collect())
        }
    }
}

/// Where the value of this number stands in an order.
pub fn rank(attribute: &Attribute, number: usize) -> usize {
    if attribute.kind == Kind::Boolean { number % 2 } else { number }
}

/// Everything an attribute has: a list of one value if it is multi-valued.
pub fn whole(attribute: &Attribute, number: usize) -> Value {
    if attribute.multi_valued { json!([one(attribute, number)]) } else { one(attribute, number) }
}

/// The same for a target; for a part, a complex value with it and with the parts that are required. A mere
/// label among many values would be none (RFC 7643 §2.4).
pub fn around(target: &Target, number: usize) -> Value {
    let Target { attribute, sub: Some(sub), .. } = target else { return whole(&target.attribute, number) };
    let goes_along = |part: &Attribute| part.required || attribute.multi_valued && part.name == "value";
    let parts = attribute.sub_attributes.iter().filter(|part| goes_along(part) || part.name == sub.name);
    let element = Value::Object(parts.map(|part| (part.name.clone(), whole(part, number))).collect());
    if target.attribute.multi_valued { json!([element]) } else { element }
}

/// Values that are not of the attribute's type, whatever a profile tolerates; and those that are brought to it
/// by a tolerant one.
pub fn wrong(attribute: &Attribute) -> (Vec<Value>, Vec<Value>) {
    let object = json!({ "nobody": "knows" });
    let (wrong, tolerated) = match attribute.kind {
        Kind::String | Kind::Reference => (vec![json!(true), object], vec![json!(5)]),
        Kind::Boolean => (vec![json!("yes"), json!(1), object], vec![json!("True")]),
        Kind::Decimal => (vec![json!("many"), json!(true), object], vec![json!("1.5")]),
        Kind::Integer => (vec![json!("many"), json!(1.5), json!(true), object], vec![json!("15")]),
        Kind::DateTime => (vec![json!("tomorrow"), json!("2026-02-30T00:00:00Z"), json!(5), object], vec![]),
        Kind::Binary => (vec![json!("***"), json!(5), json!(true), object], vec![]),
        // Where there is a `value` a bare one is brought into it.
        Kind::Complex if attribute.sub_attribute("value").is_some() => (vec![], vec![json!("5")]),
        Kind::Complex => (vec![json!("text"), json!(5), json!(true)], vec![]),
    };
    let two = || json!([one(attribute, 1), one(attribute, 2)]);
    let several = if attribute.multi_valued { None } else { Some(two()) };
    (wrong.into_iter().chain(several).collect(), tolerated)
}

/// The object in a body that has a target's attribute; it is made.
fn container<'b>(target: &Target, body: &'b mut Value) -> &'b mut Map<String, Value> {
    let body = match &target.extension {
        Some(schema) => body.as_object_mut().unwrap().entry(schema.id.as_str()).or_insert_with(|| json!({})),
        None => body,
    };
    body.as_object_mut().unwrap()
}

/// Gives an attribute of a body everything it has.
pub fn put(target: &Target, body: &mut Value, value: Value) {
    container(target, body).insert(target.attribute.name.clone(), value);
}

/// What a body has of a target; of a list its first element counts.
pub fn get<'b>(target: &Target, body: &'b Value) -> Option<&'b Value> {
    let body = match &target.extension {
        Some(schema) => body.get(&schema.id)?,
        None => body,
    };
    let value = body.get(&target.attribute.name)?;
    match &target.sub {
        Some(sub) if target.attribute.multi_valued => value.get(0)?.get(&sub.name),
        Some(sub) => value.get(&sub.name),
        None => Some(value),
    }
}

impl Bench {
    /// The least a body must have.
    pub fn least(&self, number: usize) -> Value {
        let schemas = self.kind.extensions.iter().map(|one| &one.schema);
        let schemas: Vec<&Arc<Schema>> = std::iter::once(&self.kind.schema).chain(schemas).collect();
        let mut body = json!({ "schemas": schemas.iter().map(|schema| &schema.id).collect::<Vec<_>>() });
        for target in self.attributes().iter().filter(|target| target.attribute.required) {
            put(target, &mut body, whole(&target.attribute, number));
        }
        body
    }

    /// A body with everything a client may write.
    pub fn full(&self, number: usize) -> Value {
        let mut body = self.least(number);
        for target in self.attributes().iter().filter(|target| target.attribute.mutability != Mutability::ReadOnly) {
            put(target, &mut body, whole(&target.attribute, number));
        }
        body
    }
}
