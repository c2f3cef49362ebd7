//! What is true of every schema: which fields are always there, and words for what has none.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{sometimes, words};

pub fn complete(document: &mut Value) {
    let answers = of_answers(document);
    let heads = heads(document);
    let schemas = document["components"]["schemas"].as_object_mut().into_iter().flatten();
    for (name, schema) in schemas {
        close_variants(schema);
        if answers.contains(name) {
            let left_out = sometimes::fields_of(name);
            each_object(schema, &mut |object| require(object, left_out));
        }
        each_object(schema, &mut |object| describe(object, &heads));
    }
}

/// What is sent, and never taken.
fn of_answers(document: &Value) -> BTreeSet<String> {
    let (mut taken, mut sent) = (BTreeSet::new(), BTreeSet::new());
    for operation in
        document["paths"].as_object().into_iter().flatten().flat_map(|(_, item)| item.as_object())
    {
        for operation in operation.values() {
            names(&operation["requestBody"], document, &mut taken);
            names(&operation["parameters"], document, &mut taken);
            names(&operation["responses"], document, &mut sent);
        }
    }
    sent.difference(&taken).cloned().collect()
}

/// The schemas that a value names, and those that they name.
fn names(value: &Value, document: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            let name = fields.get("$ref").and_then(Value::as_str).and_then(|to| to.rsplit('/').next());
            if let Some(name) = name
                && found.insert(name.to_owned())
            {
                names(&document["components"]["schemas"][name], document, found);
            }
            fields.values().for_each(|field| names(field, document, found));
        }
        Value::Array(items) => items.iter().for_each(|item| names(item, document, found)),
        _ => {}
    }
}

/// Goes to each object of a schema: itself, its parts and its variants.
fn each_object(schema: &mut Value, with: &mut impl FnMut(&mut Value)) {
    for word in ["allOf", "oneOf", "anyOf"] {
        let parts = schema.get_mut(word).and_then(Value::as_array_mut).into_iter().flatten();
        parts.for_each(|part| each_object(part, with));
    }
    if schema.get("properties").is_some() {
        with(schema);
    }
}

/// All fields are there that are not left out where they say nothing, and null where there is nothing.
fn require(object: &mut Value, left_out: &[&str]) {
    let known = object["required"].as_array().cloned().unwrap_or_default();
    let fields = object["properties"].as_object().into_iter().flat_map(Map::keys);
    let always = fields.filter(|field| known.contains(&json!(field)) || !left_out.contains(&field.as_str()));
    let always: Vec<Value> = always.map(|field| json!(field)).collect();
    if !always.is_empty() {
        object["required"] = Value::Array(always);
    }
}

/// The first sentence of each schema.
fn heads(document: &Value) -> Map<String, Value> {
    let schemas = document["components"]["schemas"].as_object().into_iter().flatten();
    let head = |(name, schema): (&String, &Value)| {
        let said = schema["description"].as_str()?;
        let end = said.find(". ").or_else(|| said.find(".\n")).map_or(said.len(), |end| end + 1);
        Some((name.clone(), json!(said[..end])))
    };
    schemas.filter_map(head).collect()
}

/// A field without words of its own has those that its name has everywhere, or else those of what it holds.
fn describe(object: &mut Value, heads: &Map<String, Value>) {
    for (name, field) in object["properties"].as_object_mut().into_iter().flatten() {
        if is_described(field) {
            continue;
        }
        let said = words::field(name).map(Value::from).or_else(|| heads.get(holds(field)?).cloned());
        if let Some(said) = said {
            field["description"] = said;
        }
    }
}

/// The words of a field that may be null stand beside the reference inside.
pub fn is_described(field: &Value) -> bool {
    let inside = field["oneOf"].as_array().into_iter().flatten();
    field["description"].is_string() || inside.into_iter().any(|kind| kind["description"].is_string())
}

/// The schema that a field refers to, itself or with each of its items.
fn holds(field: &Value) -> Option<&str> {
    let one = field["oneOf"].as_array().and_then(|kinds| kinds.first()).unwrap_or(field);
    let to = one["$ref"].as_str().or_else(|| one["items"]["$ref"].as_str())?;
    to.rsplit('/').next()
}

/// A variant of an enum whose one field is its name has no other; one that has its name in `type` may be part of a larger object.
fn close_variants(schema: &mut Value) {
    for variant in schema.get_mut("oneOf").and_then(Value::as_array_mut).into_iter().flatten() {
        let fields = variant["properties"].as_object();
        if fields.is_some_and(|fields| fields.len() == 1 && !fields.contains_key("type")) {
            variant["additionalProperties"] = json!(false);
        }
    }
}
