//! Reads JSON text strictly: no duplicate keys (in any case), no U+0000, bounded depth.
//!
//! Attribute names differ by more than case (RFC 7643 §2.1), and readers of duplicate keys do not
//! agree which one counts (RFC 8259 §4): both are refused here, before anybody can differ.

use super::{Error, Object, ScimType};
use serde::de::{self, Deserialize as _, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};
use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

/// The most values in one document, in objects and lists together. A value takes up to a hundred
/// times the memory of its text, so that bytes alone are no bound; 200,000 members are below it.
const VALUES: usize = 500_000;

/// Parses one JSON document.
///
/// # Errors
/// `invalidSyntax` with line and column; `invalidValue` for U+0000 in a string; too large.
pub fn parse(text: &[u8]) -> Result<Value, Error> {
    if text.iter().all(u8::is_ascii_whitespace) {
        return Err(Error::syntax("the body is empty; it must be a JSON document"));
    }
    if text.starts_with(b"\xef\xbb\xbf") {
        return Err(Error::syntax("line 1, column 1: the body must not begin with a byte order mark (RFC 8259 §8.1)"));
    }
    let text = std::str::from_utf8(text).map_err(|error| {
        let before = text.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.split(|byte| *byte == b'\n');
        let column = line.clone().next_back().map_or(0, <[u8]>::len) + 1;
        Error::syntax(format!("line {}, column {column}: the body must be UTF-8 (RFC 8259 §8.1)", line.count()))
    })?;
    let (fault, left) = (Cell::new(None), Cell::new(VALUES));
    let mut reader = serde_json::Deserializer::from_str(text);
    let value =
        Strict { fault: &fault, left: &left }.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    value.map_err(|error| explain(&error, fault.get()))
}

/// What the strict reader refuses of well-formed JSON.
#[derive(Clone, Copy)]
enum Fault {
    Duplicate,
    Nul,
    TooMany,
}

fn explain(error: &serde_json::Error, fault: Option<Fault>) -> Error {
    let (scim_type, reason) = match fault {
        Some(Fault::Duplicate) => (
            ScimType::InvalidSyntax,
            "a key stands twice in one object; names differ by more than case (RFC 7643 §2.1)".to_owned(),
        ),
        Some(Fault::Nul) => (ScimType::InvalidValue, "text must not contain U+0000".to_owned()),
        Some(Fault::TooMany) => {
            return Error::too_large(format!("the body holds more than {VALUES} values; send less in one request"));
        }
        None => {
            let reason = error.to_string();
            let position = format!(" at line {} column {}", error.line(), error.column());
            (ScimType::InvalidSyntax, reason.strip_suffix(&position).unwrap_or(&reason).to_owned())
        }
    };
    Error::new(scim_type, format!("line {}, column {}: {reason}", error.line(), error.column()))
}

/// Reads any value, and every value in it, by the strict rules.
#[derive(Clone, Copy)]
struct Strict<'f> {
    fault: &'f Cell<Option<Fault>>,
    /// How many more values may come.
    left: &'f Cell<usize>,
}

impl Strict<'_> {
    fn refuse<E: de::Error>(self, fault: Fault) -> E {
        self.fault.set(Some(fault));
        E::custom("refused")
    }

    fn text<E: de::Error>(self, text: String) -> Result<String, E> {
        if text.contains('\0') { Err(self.refuse(Fault::Nul)) } else { Ok(text) }
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        match self.left.get().checked_sub(1) {
            Some(left) => self.left.set(left),
            None => return Err(self.refuse(Fault::TooMany)),
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: de::Error>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Bool(truth))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Value, E> {
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Value, E> {
        self.visit_string(text.to_owned())
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Value, E> {
        self.text(text).map(Value::String)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element_seed(self)? {
            list.push(element);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Object::new();
        let mut names = HashSet::new();
        while let Some(name) = entries.next_key_seed(Name(self))? {
            if !names.insert(name.to_ascii_lowercase()) {
                return Err(self.refuse(Fault::Duplicate));
            }
            object.insert(name, entries.next_value_seed(self)?);
        }
        Ok(Value::Object(object))
    }
}

/// Reads the key of an object.
struct Name<'f>(Strict<'f>);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        self.0.text(String::deserialize(deserializer)?)
    }
}

#[cfg(test)]
mod tests {
    use super::{VALUES, parse};
    use crate::scim::ScimType;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    #[test]
    fn documents_are_read_in_order() {
        let text = br#" {"b": [1, -2, 3.5, true, false, null, "x\u00e9"], "a": {"c": {}, "C2": []}} "#;
        let value = parse(text).unwrap();
        assert_eq!(value, json!({ "b": [1, -2, 3.5, true, false, null, "xé"], "a": { "c": {}, "C2": [] } }));
        assert_eq!(value.as_object().unwrap().keys().collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(parse(b"18446744073709551615").unwrap(), json!(u64::MAX));
    }

    #[test]
    fn what_is_not_strict_json_is_refused_with_its_place() {
        let cases: [(&[u8], &str); 20] = [
            (b"", "the body is empty"),
            (b" \n\t ", "the body is empty"),
            (b"\xef\xbb\xbf{}", "line 1, column 1: the body must not begin with a byte order mark"),
            (b"{\"a\":\n\"x\xff\"}", "line 2, column 3: the body must be UTF-8"),
            (b"\xfe\xff\x00{", "line 1, column 1: the body must be UTF-8"),
            (b"{} {}", "line 1, column 4: trailing characters"),
            (b"{\"a\": 1", "line 1, column 7: EOF while parsing an object"),
            (b"{'a': 1}", "line 1, column 2: key must be a string"),
            (b"[1,]", "line 1, column 4: trailing comma"),
            (b"nul", "line 1, column 3: EOF"),
            (b"NaN", "line 1, column 1: expected value"),
            (b"[1e400]", "line 1, column 6: number out of range"),
            (b"[01]", "line 1, column 3: invalid number"),
            (b"\"\\ud800\"", "line 1, column 8: unexpected end of hex escape"),
            (b"\"a\nb\"", "line 2, column 0: control character"),
            (b"{\"a\":1,\n\"a\":2}", "line 2, column 3: a key stands twice"),
            (b"{\"userName\":1,\"username\":2}", "line 1, column 24: a key stands twice"),
            (b"[{\"a\":{\"B\":1,\"b\":2}}]", "line 1, column 16: a key stands twice"),
            (b"<a/>", "line 1, column 1: expected value"),
            (b"// x\n1", "line 1, column 1: expected value"),
        ];
        for (text, message) in cases {
            let error = parse(text).unwrap_err();
            assert_eq!(error.scim_type, ScimType::InvalidSyntax, "{}", error.detail);
            assert!(error.detail.starts_with(message), "{message}: {}", error.detail);
        }
    }

    #[test]
    fn nul_is_refused_in_texts_and_in_keys() {
        for text in [r#"["a\u0000b"]"#, r#"{"a\u0000":1}"#, r#""\u0000""#] {
            let error = parse(text.as_bytes()).unwrap_err();
            assert_eq!(error.scim_type, ScimType::InvalidValue, "{text}");
            assert!(error.detail.starts_with("line 1, column "), "{}", error.detail);
        }
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        parse(nested(127).as_bytes()).unwrap();
        for depth in [128, 200_000] {
            let error = parse(nested(depth).as_bytes()).unwrap_err();
            assert!(error.detail.contains("recursion limit"), "{}", error.detail);
        }
    }

    #[test]
    fn the_number_of_values_is_bounded() {
        let list = |values: usize| format!("[{}0]", "0,".repeat(values - 2));
        parse(list(VALUES).as_bytes()).unwrap();
        let error = parse(list(VALUES + 1).as_bytes()).unwrap_err();
        assert!(error.too_large && error.detail.starts_with("the body holds more than"), "{}", error.detail);
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_strange(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let strict = parse(&bytes);
            if let Ok(value) = strict {
                prop_assert_eq!(serde_json::from_slice::<Value>(&bytes).unwrap(), value);
            }
        }
    }
}
