//! Chance that can be repeated: a small generator, and what it makes: schemas, resources, filters.

use roster::scim::schema::{Attribute, Kind, Mutability, Registry, ResourceType, Returned, Storage, Uniqueness};
use serde_json::{Map, Value, json};

/// `SplitMix64`: one seed, one sequence.
pub struct Chance(pub u64);

/// Texts that fold, normalise, escape or sort in surprising ways.
const TEXTS: [&str; 36] = [
    "Straße",
    "STRASSE",
    "straße",
    "ﬁn",
    "FIN",
    "İstanbul",
    "istanbul",
    "ıstanbul",
    "ΣΊΣΥΦΟΣ",
    "σίσυφος",
    "Ångström",
    "A\u{30a}ngstro\u{308}m",
    "K",
    "k",
    "\u{212a}",
    "\u{10400}",
    "\u{10428}",
    "\u{ff21}",
    "a",
    "A",
    "ab",
    "a%b",
    "a_b",
    "50%",
    "\\",
    "a\\b",
    "\"quoted\"",
    "it's",
    "[x]",
    "null",
    "true",
    "007",
    "7",
    " padded ",
    "tab\there",
    "😀",
];
const INTEGERS: [i64; 12] =
    [0, 1, -1, 2, 7, 10, 1_000, i64::MAX, i64::MIN, (1 << 53) + 1, 1 << 53, -9_007_199_254_740_993];
const DECIMALS: [f64; 14] = [
    0.0,
    -0.0,
    0.1,
    0.3,
    0.300_000_000_000_000_04,
    1.0,
    -1.0,
    1.5,
    2.0,
    10.25,
    1e300,
    -1e300,
    5e-324,
    9_007_199_254_740_993.0,
];
const DATES: [&str; 12] = [
    "2026-01-31T09:30:00Z",
    "2026-01-31T09:30:00.000Z",
    "2026-01-31T10:30:00+01:00",
    "2026-01-31T09:30:00.1234567Z",
    "2026-01-31T09:30:00.123456Z",
    "2026-01-31T09:29:59.999999Z",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "1969-12-31T23:59:59.5Z",
    "2024-02-29T12:00:00-08:00",
    "2026-01-31T09:30:01Z",
    "1999-12-31T23:59:59.9Z",
];
const BINARIES: [&str; 4] = ["aGVsbG8=", "AAEC", "aGVsbG9=", "/+8="];
const REFERENCES: [&str; 5] = [
    "https://example.com/a",
    "https://example.com/A",
    "urn:example:x",
    "../relative",
    "https://example.com/a/b?c=d%20e",
];

impl Chance {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below the bound.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    /// True in so many cases of a hundred.
    pub fn percent(&mut self, share: usize) -> bool {
        self.below(100) < share
    }

    /// One of them.
    pub fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.below(from.len())]
    }

    /// The text with its letters in chance case.
    fn recase(&mut self, text: &str) -> String {
        match self.below(4) {
            0 => text.to_uppercase(),
            1 => text.to_lowercase(),
            _ => text.to_owned(),
        }
    }

    pub(super) fn text(&mut self) -> String {
        let text = *self.pick(&TEXTS);
        if self.percent(15) { format!("{text}{}", self.pick(&TEXTS)) } else { text.to_owned() }
    }

    // ------------------------------------------------------------ schemas

    /// Two schema documents and a resource type of both, in the format of RFC 7643 §7 and §6: as a tenant may
    /// have them of its own.
    pub fn documents(&mut self, name: &str) -> (Vec<Value>, Vec<Value>) {
        let core = format!("urn:example:params:scim:schemas:{name}");
        let extension = format!("urn:example:params:scim:schemas:extension:{name}:2.0:More");
        let count = 4 + self.below(5);
        let mut attributes: Vec<Value> = (0..count).map(|number| self.attribute("a", number, true)).collect();
        attributes.push(json!({ "name": "label", "type": "string", "storage": "indexed" }));
        let more: Vec<Value> = (0..=self.below(4)).map(|number| self.attribute("x", number, true)).collect();
        let schemas = vec![
            json!({ "id": core, "name": name, "description": "By chance.", "attributes": attributes }),
            json!({ "id": extension, "name": "More", "description": "By chance.", "attributes": more }),
        ];
        let mut kind = json!({
            "name": name, "endpoint": format!("/{name}s"), "description": "By chance.", "schema": core,
            "schemaExtensions": [{ "schema": extension, "required": false }], "display": ["label"],
        });
        if self.percent(50) {
            kind["key"] = json!("label");
        }
        (schemas, vec![kind])
    }

    pub(super) fn attribute(&mut self, prefix: &str, number: usize, complex: bool) -> Value {
        let kinds = ["string", "string", "boolean", "decimal", "integer", "dateTime", "binary", "reference"];
        let mut attribute = json!({
            "name": format!("{prefix}{}{number}", self.pick(&["tag", "Name", "wert", "camelCase"])),
            "description": "By chance.", "caseExact": self.percent(40),
        });
        if prefix != "s" {
            attribute["multiValued"] = json!(self.percent(40));
        }
        if complex && self.percent(40) {
            let mut subs: Vec<Value> = (0..=self.below(3)).map(|sub| self.attribute("s", sub, false)).collect();
            subs.push(json!({ "name": "value", "type": *self.pick(&["string", "integer", "reference"]) }));
            if self.percent(50) {
                subs.push(json!({ "name": "primary", "type": "boolean" }));
            }
            attribute["type"] = json!("complex");
            attribute["subAttributes"] = json!(subs);
        } else {
            let kind = *self.pick(&kinds);
            attribute["type"] = json!(kind);
            if kind != "decimal" && self.percent(35) {
                attribute["storage"] = json!("indexed");
            }
            if kind == "string" && self.percent(15) {
                attribute["uniqueness"] = json!(self.pick(&["server", "global"]));
            }
        }
        attribute
    }

    // ------------------------------------------------------------ resources

    /// The body of a POST. The number makes unique what has to be.
    pub fn body(&mut self, kind: &ResourceType, number: usize) -> Value {
        let mut body = self.values(&kind.schema.attributes, number);
        if let Some(own) = self.external(kind) {
            body.extend([own]);
        }
        for extension in &kind.extensions {
            if self.percent(70) {
                let values = self.values(&extension.schema.attributes, number);
                body.insert(extension.schema.id.clone(), Value::Object(values));
            }
        }
        Value::Object(body)
    }

    /// What a connection calls a resource, in most cases.
    pub fn external(&mut self, kind: &ResourceType) -> Option<(String, Value)> {
        let attribute = kind.stored_as(Storage::Connection)?;
        self.percent(60).then(|| (attribute.name.clone(), json!(self.text())))
    }

    pub(super) fn values(&mut self, attributes: &[std::sync::Arc<Attribute>], number: usize) -> Map<String, Value> {
        let mut values = Map::new();
        for attribute in attributes {
            let stored = matches!(attribute.storage, Storage::Document | Storage::Indexed);
            let written = stored && attribute.mutability != Mutability::ReadOnly;
            if !written || !(attribute.required || self.percent(60)) {
                continue;
            }
            let value = if attribute.multi_valued {
                (0..self.below(4)).map(|_| self.value(attribute, number)).collect()
            } else {
                self.value(attribute, number)
            };
            values.insert(attribute.name.clone(), value);
        }
        values
    }

    pub(super) fn value(&mut self, attribute: &Attribute, number: usize) -> Value {
        match attribute.kind {
            Kind::Complex => Value::Object(self.values(&attribute.sub_attributes, number)),
            Kind::String if attribute.uniqueness != Uniqueness::None => json!(format!("{}-{number}", self.text())),
            Kind::String => json!(self.text()),
            Kind::Boolean => json!(self.percent(50)),
            Kind::Decimal => json!(self.pick(&DECIMALS)),
            Kind::Integer => json!(self.pick(&INTEGERS)),
            Kind::DateTime => json!(self.pick(&DATES)),
            Kind::Binary => json!(self.pick(&BINARIES)),
            Kind::Reference => json!(self.pick(&REFERENCES)),
        }
    }

    // ------------------------------------------------------------ filters

    /// A filter as a client could write it: always well formed and well typed. `known` are values
    /// worth asking for, such as the ids of the resources.
    pub fn filter(&mut self, kind: &ResourceType, known: &[String], depth: usize) -> String {
        let (left, right) = (depth.saturating_sub(1), depth.saturating_sub(1));
        match if depth == 0 { 99 } else { self.below(100) } {
            0..20 => {
                format!("{} {} {}", self.grouped(kind, known, left), self.word("and"), self.grouped(kind, known, right))
            }
            20..40 => {
                format!("{} {} {}", self.grouped(kind, known, left), self.word("or"), self.grouped(kind, known, right))
            }
            40..50 => format!("{} ({})", self.word("not"), self.filter(kind, known, left)),
            _ => self.question(kind, known),
        }
    }

    fn grouped(&mut self, kind: &ResourceType, known: &[String], depth: usize) -> String {
        let inner = self.filter(kind, known, depth);
        if depth > 0 || self.percent(30) { format!("({inner})") } else { inner }
    }

    /// An operator in chance case.
    fn word(&mut self, word: &str) -> String {
        if self.percent(80) { word.to_owned() } else { self.recase(word) }
    }

    /// A question about one attribute of the type.
    fn question(&mut self, kind: &ResourceType, known: &[String]) -> String {
        let extension =
            if self.percent(25) && !kind.extensions.is_empty() { Some(self.pick(&kind.extensions)) } else { None };
        let attributes: Vec<&Attribute> = if let Some(extension) = extension {
            extension.schema.attributes.iter().map(AsRef::as_ref).collect()
        } else {
            let common = kind.common.attributes.iter().filter(|common| kind.schema.attribute(&common.name).is_none());
            kind.schema.attributes.iter().chain(common).map(AsRef::as_ref).collect()
        };
        let askable: Vec<&Attribute> = attributes
            .into_iter()
            .filter(|attribute| attribute.returned != Returned::Never && attribute.storage != Storage::Password)
            .collect();
        let Some(attribute) = askable.get(self.below(askable.len().max(1))).copied() else { return "id pr".to_owned() };
        let prefix = match extension {
            Some(extension) => format!("{}:", extension.schema.id),
            None if self.percent(10) => format!("{}:", kind.schema.id),
            None => String::new(),
        };
        // Common attributes do not belong to the core schema's URN.
        let prefix = if kind.schema.attribute(&attribute.name).is_none() && extension.is_none() {
            String::new()
        } else {
            prefix
        };
        let name = format!("{prefix}{}", self.word(&attribute.name));
        if !attribute.is_complex() {
            if attribute.multi_valued && self.percent(25) {
                return format!("{name}[value {}]", self.comparison(attribute, known));
            }
            return format!("{name} {}", self.comparison(attribute, known));
        }
        let sub = self.pick(&attribute.sub_attributes);
        match self.below(10) {
            0 => format!("{name} pr"),
            1 if attribute.sub_attribute("value").is_some() => {
                let value = attribute.sub_attribute("value").unwrap();
                format!("{name} {}", self.comparison(value, known))
            }
            2..5 => format!("{name}[{}]", self.inner(attribute, known, 2)),
            5 => {
                let inner = self.inner(attribute, known, 1);
                format!("{name}[{inner}].{} {}", sub.name, self.comparison(sub, known))
            }
            _ => format!("{name}.{} {}", self.word(&sub.name), self.comparison(sub, known)),
        }
    }

    /// The filter of a value path.
    pub(super) fn inner(&mut self, attribute: &Attribute, known: &[String], depth: usize) -> String {
        let sub = self.pick(&attribute.sub_attributes);
        if depth == 0 || self.percent(60) {
            return format!("{} {}", self.word(&sub.name), self.comparison(sub, known));
        }
        match self.below(3) {
            0 => format!("not ({})", self.inner(attribute, known, depth - 1)),
            1 => format!("({}) or {}", self.inner(attribute, known, depth - 1), self.inner(attribute, known, 0)),
            _ => format!("{} and ({})", self.inner(attribute, known, 0), self.inner(attribute, known, depth - 1)),
        }
    }

    /// An operator and a literal that suit the attribute, or `pr`.
    fn comparison(&mut self, attribute: &Attribute, known: &[String]) -> String {
        if self.percent(10) {
            return self.word("pr");
        }
        if self.percent(6) {
            return format!("{} null", self.pick(&["eq", "ne"]));
        }
        let operators: &[&str] = match attribute.kind {
            Kind::String | Kind::Reference => &["eq", "eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"],
            Kind::Boolean | Kind::Binary | Kind::Complex => &["eq", "ne"],
            Kind::Decimal | Kind::Integer | Kind::DateTime => &["eq", "eq", "ne", "gt", "ge", "lt", "le"],
        };
        let operator = *self.pick(operators);
        let literal = self.literal(attribute, known);
        format!("{} {literal}", self.word(operator))
    }

    fn literal(&mut self, attribute: &Attribute, known: &[String]) -> Value {
        match attribute.kind {
            Kind::String | Kind::Reference if self.percent(25) && !known.is_empty() => {
                let text = self.pick(known).clone();
                json!(self.part(&text))
            }
            Kind::String | Kind::Complex => {
                let text = self.text();
                let text = self.recase(&text);
                json!(self.part(&text))
            }
            Kind::Reference => {
                let text = *self.pick(&REFERENCES);
                json!(self.part(text))
            }
            Kind::Boolean if self.percent(20) => json!(self.pick(&["True", "false", "FALSE"])),
            Kind::Boolean => json!(self.percent(50)),
            Kind::Decimal => json!(self.pick(&DECIMALS)),
            Kind::Integer if self.percent(20) => json!(self.pick(&INTEGERS).to_string()),
            Kind::Integer => json!(self.pick(&INTEGERS)),
            Kind::DateTime => json!(self.pick(&DATES)),
            Kind::Binary => json!(self.pick(&BINARIES)),
        }
    }

    /// The whole text, or one letter of it, or its beginning or end.
    fn part(&mut self, text: &str) -> String {
        let letters: Vec<char> = text.chars().collect();
        let cut = self.below(letters.len().max(1));
        match self.below(8) {
            0 => letters[..cut].iter().collect(),
            1 => letters[cut..].iter().collect(),
            2 => letters[cut..].iter().take(1).collect(),
            _ => text.to_owned(),
        }
    }

    /// The name of something to sort by: a simple attribute or a sub-attribute.
    pub fn sort(&mut self, registry: &Registry, kind: &ResourceType) -> Option<String> {
        let _ = registry;
        let sortable: Vec<String> = kind
            .schema
            .attributes
            .iter()
            .filter(|attribute| matches!(attribute.storage, Storage::Document | Storage::Indexed))
            .chain(kind.stored_as(Storage::Connection))
            .flat_map(|attribute| {
                let subs = attribute.sub_attributes.iter().map(|sub| format!("{}.{}", attribute.name, sub.name));
                if attribute.is_complex() { subs.collect() } else { vec![attribute.name.clone()] }
            })
            .chain(["meta.created".to_owned(), "id".to_owned()])
            .collect();
        if self.percent(40) { None } else { Some(self.pick(&sortable).clone()) }
    }
}
