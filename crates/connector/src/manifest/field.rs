//! Fields of an input, an output or a nested object.

use highline_catalog::FieldType;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::{ByName, Choices, schema};

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
    /// What is taken when neither the workflow nor the connection gives a value.
    #[serde(default)]
    pub default: Option<Value>,
    /// How the value is written in the request where that is not its JSON form.
    #[serde(default)]
    pub send_as: Option<SendAs>,
    /// Null is a value of its own, which is sent. Else null is the same as leaving the field out.
    #[serde(default)]
    pub nullable: bool,
    /// The allowed values, of an array those of its items. Left out: any.
    #[serde(default)]
    pub values: Vec<Value>,
    /// Where the values to choose from are found. A workflow may then give the name in place of the value.
    #[serde(default)]
    pub choices: Option<Choices>,
    /// Where names stand for ids: a workflow may give `{ name: value }` in place of a list of ids and values, and an
    /// answer's list is given with its names too.
    #[serde(default)]
    pub by_name: Option<ByName>,
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

/// How a value is written in a request. The three for moments take ISO 8601 with a zone, a number of milliseconds, or a
/// moment counted from now: `now`, `now-1d`, `now+2h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SendAs {
    /// A list as one text with commas.
    Csv,
    /// A moment as a number of milliseconds since 1970.
    EpochMs,
    /// The same number as text.
    EpochMsText,
    /// A moment as a number of seconds since 1970.
    EpochS,
    /// A number or a truth value as text.
    Text,
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

    /// As the catalog describes it. Operations of other fields are those of `app`.
    pub fn describe(&self, app: &str) -> highline_catalog::Field {
        highline_catalog::Field {
            name: self.name.clone(),
            label: if self.label.is_empty() { label(&self.name) } else { self.label.clone() },
            kind: self.kind,
            required: self.required,
            from_connection: self.from == Some(Source::Connection),
            description: self.description.clone(),
            default: self.default.clone(),
            nullable: self.nullable,
            values: self.values.clone(),
            choices: self.choices.as_ref().map(|choices| choices.describe(app)),
            by_name: self.by_name.as_ref().map(|by_name| by_name.describe(app)),
            example: self.example.clone(),
            items: self.items,
            fields: self.fields.iter().map(|field| field.describe(app)).collect(),
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
