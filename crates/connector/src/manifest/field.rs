//! Fields of an input, an output or a nested object.

use highline_catalog::FieldType;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::schema;

/// One field of an input, an output, a connection or a nested object.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// The name in workflows: the app's own name.
    pub name: String,
    /// Where the request carries it; only for the input fields of an operation. Left out: `path` when the path has
    /// `{name}`, else `query` for GET, HEAD and DELETE, else `body`.
    #[serde(default, rename = "in")]
    pub place: Option<Place>,
    /// The name in the request where it differs from `name`, as in `filter[state]`.
    #[serde(default)]
    pub param: Option<String>,
    /// The type of the value. Left out: `string`.
    #[serde(default, rename = "type")]
    #[schemars(schema_with = "schema::field_type")]
    pub kind: FieldType,
    /// For people; left out: made of the name, `firstName` gives `First name`.
    #[serde(default)]
    pub label: String,
    /// Nothing is sent without it.
    #[serde(default)]
    pub required: bool,
    /// `connection`: the connection's value of this name is taken when the workflow leaves it out.
    #[serde(default)]
    pub from: Option<Source>,
    /// What it is, in one or two sentences.
    #[serde(default)]
    pub description: String,
    /// The allowed values. Left out: any.
    #[serde(default)]
    pub values: Vec<Value>,
    /// A right value; its type must be the field's.
    #[serde(default)]
    pub example: Option<Value>,
    /// The type of an array's items.
    #[serde(default)]
    #[schemars(schema_with = "schema::field_type")]
    pub items: Option<FieldType>,
    /// The fields of an object, or of each object in an array.
    #[serde(default)]
    pub fields: Vec<Field>,
}

/// Where a request carries a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// In place of `{name}` in the path, percent-encoded.
    Path,
    /// A query parameter; an array is sent as one parameter for each item.
    Query,
    /// A field of the body.
    Body,
    /// A header.
    Header,
}

/// Where a value comes from when the workflow leaves it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The connection's values.
    Connection,
}

impl Field {
    /// The name in the request.
    pub fn wire_name(&self) -> &str {
        self.param.as_deref().unwrap_or(&self.name)
    }

    /// As the catalog describes it.
    pub fn describe(&self) -> highline_catalog::Field {
        highline_catalog::Field {
            name: self.name.clone(),
            label: if self.label.is_empty() { label(&self.name) } else { self.label.clone() },
            kind: self.kind,
            required: self.required,
            from_connection: self.from == Some(Source::Connection),
            description: self.description.clone(),
            values: self.values.clone(),
            example: self.example.clone(),
            items: self.items,
            fields: self.fields.iter().map(Field::describe).collect(),
        }
    }
}

/// `firstName`, `first_name` and `first-name` give `First name`.
pub fn label(name: &str) -> String {
    let mut label = String::with_capacity(name.len() + 4);
    let mut before = ' ';
    for c in name.trim_start_matches('_').chars() {
        match c {
            '_' | '-' | '.' => label.push(' '),
            c if c.is_uppercase() && before.is_lowercase() => {
                label.push(' ');
                label.extend(c.to_lowercase());
            }
            c if label.is_empty() => label.extend(c.to_uppercase()),
            c => label.push(c),
        }
        before = c;
    }
    label
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_made_of_the_name() {
        for (name, wanted) in
            [("firstName", "First name"), ("recipient_email", "Recipient email"), ("_id", "Id"), ("id", "Id")]
        {
            assert_eq!(label(name), wanted);
        }
    }
}
