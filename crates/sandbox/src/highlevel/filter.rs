//! The filters of a search: which fields take which operators, and which contacts fit.

use serde_json::{Value, json};

use crate::time::{self, Millis};
use crate::world::{Contact, World};

use super::view;

const EQUAL: [&str; 15] = [
    "id",
    "assignedTo",
    "country",
    "dnd",
    "email",
    "followers",
    "isValidWhatsapp",
    "timezone",
    "type",
    "validEmail",
    "website",
    "activeWorkflows",
    "finishedWorkflows",
    "opportunities.pipelineId",
    "opportunities.status",
];
const CONTAIN: [&str; 11] = [
    "address",
    "businessName",
    "city",
    "companyName",
    "firstNameLowerCase",
    "lastNameLowerCase",
    "phone",
    "postalCode",
    "source",
    "state",
    "tags",
];
const RANGE: [&str; 5] =
    ["dateAdded", "dateUpdated", "lastEmailClickedDate", "lastEmailOpenedDate", "lastAppointment"];

/// One condition or a group of them.
#[derive(Debug)]
pub enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    One { field: String, test: Test, negated: bool },
}

#[derive(Debug)]
pub enum Test {
    Equal(Vec<Value>),
    Contains(Vec<String>),
    Exists,
    Range(Range),
}

#[derive(Debug, Default)]
pub struct Range {
    above: Option<Millis>,
    from: Option<Millis>,
    to: Option<Millis>,
    below: Option<Millis>,
}

impl Range {
    fn holds(&self, at: Millis) -> bool {
        self.above.is_none_or(|bound| at > bound)
            && self.from.is_none_or(|bound| at >= bound)
            && self.to.is_none_or(|bound| at <= bound)
            && self.below.is_none_or(|bound| at < bound)
    }
}

impl Filter {
    /// The top-level array, of which all must hold.
    pub fn read_all(filters: Option<&Value>) -> Result<Self, Vec<String>> {
        match filters {
            None => Ok(Self::All(Vec::new())),
            Some(filters) => Ok(Self::All(read_members(filters, "filters")?)),
        }
    }

    fn read(filter: &Value, at: &str) -> Result<Self, Vec<String>> {
        if let Some(group) = filter.get("group") {
            let members = read_members(&filter["filters"], &format!("{at}.filters"))?;
            return match group.as_str() {
                Some("AND") => Ok(Self::All(members)),
                Some("OR") => Ok(Self::Any(members)),
                _ => Err(vec![format!("{at}.group must be one of the following values: AND, OR")]),
            };
        }
        let Some(field) = filter["field"].as_str() else {
            return Err(vec![format!("{at}.field must be a string")]);
        };
        let operator = filter["operator"].as_str().unwrap_or_default();
        let allowed =
            operators(field).ok_or_else(|| vec![format!("{at}.field {field} is not a searchable field")])?;
        let plain = operator.strip_prefix("not_").unwrap_or(operator);
        if !allowed.contains(&plain) || operator == "not_range" {
            return Err(vec![format!("{at}.operator {operator} is not allowed for {field}")]);
        }
        let test = read_test(plain, &filter["value"], &format!("{at}.value")).map_err(|wrong| vec![wrong])?;
        Ok(Self::One { field: field.to_owned(), test, negated: plain != operator })
    }

    pub fn holds(&self, world: &World, contact: &Contact) -> bool {
        match self {
            Self::All(members) => members.iter().all(|member| member.holds(world, contact)),
            Self::Any(members) => members.iter().any(|member| member.holds(world, contact)),
            Self::One { field, test, negated } => test.holds(&values(world, contact, field)) != *negated,
        }
    }
}

impl Test {
    /// Whether one of a field's values fits; an absent field has none.
    fn holds(&self, values: &[Value]) -> bool {
        match self {
            Self::Exists => !values.is_empty(),
            Self::Equal(wanted) => values.iter().any(|value| wanted.iter().any(|wanted| same(value, wanted))),
            Self::Contains(wanted) => values.iter().filter_map(Value::as_str).any(|value| {
                let value = value.to_lowercase();
                wanted.iter().any(|part| value.contains(part))
            }),
            Self::Range(range) => values.iter().filter_map(Value::as_i64).any(|at| range.holds(at)),
        }
    }
}

fn read_members(filters: &Value, at: &str) -> Result<Vec<Filter>, Vec<String>> {
    let Some(items) = filters.as_array() else { return Err(vec![format!("{at} must be an array")]) };
    items.iter().enumerate().map(|(n, item)| Filter::read(item, &format!("{at}.{n}"))).collect()
}

fn operators(field: &str) -> Option<&'static [&'static str]> {
    if EQUAL.contains(&field) || field == "opportunities.pipelineStageId" {
        return Some(if field == "id" { &["eq"] } else { &["eq", "exists"] });
    }
    if CONTAIN.contains(&field) || field.starts_with("customFields.") {
        return Some(&["eq", "contains", "exists"]);
    }
    RANGE.contains(&field).then_some(&["range", "exists"])
}

fn read_test(operator: &str, value: &Value, at: &str) -> Result<Test, String> {
    match operator {
        "exists" => Ok(Test::Exists),
        "range" => read_range(value, at).map(Test::Range),
        _ => {
            let wanted = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
            if wanted.is_empty() || wanted.iter().any(|one| one.is_null() || one.is_object()) {
                return Err(format!("{at} should not be empty"));
            }
            if wanted.iter().filter_map(Value::as_str).any(|text| text.chars().count() > 75) {
                return Err(format!("{at} must be shorter than or equal to 75 characters"));
            }
            if operator == "eq" {
                return Ok(Test::Equal(wanted));
            }
            wanted.iter().map(|part| read_part(part, at)).collect::<Result<_, _>>().map(Test::Contains)
        }
    }
}

/// What `contains` looks for: no special characters, as the vendor's guide says without listing them.
fn read_part(part: &Value, at: &str) -> Result<String, String> {
    let text = part.as_str().ok_or_else(|| format!("{at} must be a string"))?;
    let plain = text.chars().all(|c| c.is_alphanumeric() || c.is_whitespace() || "+-_.'".contains(c));
    if plain { Ok(text.to_lowercase()) } else { Err(format!("{at} must not contain special characters")) }
}

fn read_range(value: &Value, at: &str) -> Result<Range, String> {
    let bounds = value.as_object().filter(|bounds| !bounds.is_empty());
    let mut range = Range::default();
    for (name, bound) in bounds.ok_or_else(|| format!("{at} must be an object with gte, lte, gt or lt"))? {
        let moment = bound.as_i64().or_else(|| time::parse_iso(bound.as_str()?));
        let moment = moment.ok_or_else(|| format!("{at}.{name} must be a date"))?;
        match name.as_str() {
            "gte" => range.from = Some(moment),
            "gt" => range.above = Some(moment),
            "lte" => range.to = Some(moment),
            "lt" => range.below = Some(moment),
            other => return Err(format!("{at} property {other} should not exist")),
        }
    }
    Ok(range)
}

/// Case does not count, and `true` equals `"true"`, as in a search index.
fn same(value: &Value, wanted: &Value) -> bool {
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_lowercase);
    plain(value) == plain(wanted)
}

/// The values a contact has in a field; dates in milliseconds.
fn values(world: &World, contact: &Contact, field: &str) -> Vec<Value> {
    let text = |name: &str| contact.text(name).map(|value| json!(value)).into_iter().collect();
    if let Some(id) = field.strip_prefix("customFields.") {
        return match contact.custom_fields.get(id) {
            Some(Value::Array(values)) => values.clone(),
            value => value.cloned().into_iter().collect(),
        };
    }
    match field {
        "id" => vec![json!(contact.id)],
        "type" => vec![json!("lead")],
        "dnd" => vec![json!(contact.dnd)],
        "address" => text("address1"),
        "firstNameLowerCase" => text("firstName"),
        "lastNameLowerCase" => text("lastName"),
        "businessName" => view::business_name(world, contact).map(|name| json!(name)).into_iter().collect(),
        "tags" => contact.tags.iter().map(|tag| json!(tag)).collect(),
        "followers" => contact.followers.iter().map(|id| json!(id)).collect(),
        "activeWorkflows" => contact.workflows.iter().map(|id| json!(id)).collect(),
        "dateAdded" => vec![json!(contact.added)],
        "dateUpdated" => vec![json!(contact.updated)],
        "lastAppointment" => {
            let starts =
                world.calendars.events.of_contact(&contact.id).map(|event| event.starts.timestamp_millis());
            starts.max().map(|at| json!(at)).into_iter().collect()
        }
        _ => text(field),
    }
}
