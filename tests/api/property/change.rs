//! What chance makes of what is there already: schemas that change while there are resources, and `PATCH`.

use super::chance::Chance;
use roster::scim::schema::{Attribute, Mutability, ResourceType, Storage};
use serde_json::{Value, json};
use std::sync::Arc;

impl Chance {
    /// Changes a schema document in one way, which resources there are may forbid.
    pub fn change(&mut self, schema: &mut Value, number: usize) {
        let attributes = schema["attributes"].as_array_mut().unwrap();
        let place = self.below(attributes.len());
        let Some(changed) = attributes.get_mut(place).filter(|_| self.percent(75)) else {
            attributes.push(self.attribute("n", number, true));
            return;
        };
        // Of a complex one a part.
        let subs = changed.get("subAttributes").and_then(Value::as_array).map(Vec::len);
        let changed = match subs {
            Some(_) if self.percent(10) => {
                let sub = self.attribute("s", number, false);
                changed["subAttributes"].as_array_mut().unwrap().push(sub);
                return;
            }
            Some(subs) => &mut changed["subAttributes"][self.below(subs)],
            None => changed,
        };
        let is_text = changed["type"] == "string";
        match self.below(4) {
            0 if is_text => changed["caseExact"] = json!(changed["caseExact"] != true),
            1 if is_text => {
                let is_unique = changed.get("uniqueness").is_some_and(|unique| unique != "none");
                changed["uniqueness"] = json!(if is_unique { "none" } else { "server" });
            }
            _ if changed["type"] == "decimal" => changed["description"] = json!("By another chance."),
            _ => {
                let is_indexed = changed.get("storage").is_some_and(|storage| storage == "indexed");
                changed["storage"] = json!(if is_indexed { "document" } else { "indexed" });
            }
        }
    }

    /// A few operations on one resource; not all can be carried out on each.
    pub fn patch(&mut self, kind: &ResourceType, known: &[String], number: usize) -> Value {
        let operations: Vec<Value> = (0..=self.below(2)).map(|_| self.operation(kind, known, number)).collect();
        json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations })
    }

    fn operation(&mut self, kind: &ResourceType, known: &[String], number: usize) -> Value {
        let extension = kind.extensions.get(self.below(kind.extensions.len() * 2 + 1));
        let (prefix, attributes) = match extension {
            Some(extension) => (format!("{}:", extension.schema.id), &extension.schema.attributes),
            None => (String::new(), &kind.schema.attributes),
        };
        let writable = |attribute: &&Arc<Attribute>| {
            matches!(attribute.storage, Storage::Document | Storage::Indexed)
                && attribute.mutability != Mutability::ReadOnly
        };
        let attributes: Vec<&Arc<Attribute>> = attributes.iter().filter(writable).collect();
        let attribute = *self.pick(&attributes);
        let path = format!("{prefix}{}", attribute.name);
        let op = *self.pick(&["add", "replace", "replace", "remove"]);
        let path = match self.below(4) {
            0 if attribute.is_complex() => format!("{path}.{}", self.pick(&attribute.sub_attributes).name),
            1 if attribute.is_complex() && attribute.multi_valued => {
                format!("{path}[{}]", self.inner(attribute, known, 1))
            }
            2 if attribute.is_complex() && attribute.multi_valued => {
                let inner = self.inner(attribute, known, 0);
                format!("{path}[{inner}].{}", self.pick(&attribute.sub_attributes).name)
            }
            _ => path,
        };
        if op == "remove" {
            return json!({ "op": op, "path": path });
        }
        let named = path.rsplit_once(['.', ']']).map(|(_, sub)| sub);
        let sub = attribute.sub_attributes.iter().find(|sub| Some(sub.name.as_str()) == named);
        let value = match sub {
            Some(sub) => self.value(sub, number),
            None if attribute.multi_valued && !path.ends_with(']') => {
                (0..=self.below(2)).map(|_| self.value(attribute, number)).collect()
            }
            None => self.value(attribute, number),
        };
        if self.percent(20) && prefix.is_empty() {
            return json!({ "op": op, "value": { path: value } });
        }
        json!({ "op": op, "path": path, "value": value })
    }
}
