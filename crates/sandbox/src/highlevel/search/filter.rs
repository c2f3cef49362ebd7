//! The filters of a search, and which records fit.

use serde_json::Value;

use crate::time;
use crate::world::World;

use super::Searched;

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

/// Of numbers, or of dates in milliseconds.
#[derive(Debug, Default)]
pub struct Range {
    above: Option<f64>,
    from: Option<f64>,
    to: Option<f64>,
    below: Option<f64>,
}

impl Range {
    fn holds(&self, at: f64) -> bool {
        self.above.is_none_or(|bound| at > bound)
            && self.from.is_none_or(|bound| at >= bound)
            && self.to.is_none_or(|bound| at <= bound)
            && self.below.is_none_or(|bound| at < bound)
    }
}

impl Filter {
    /// The top-level array, of which all must hold.
    pub fn read_all<T: Searched>(filters: Option<&Value>) -> Result<Self, Vec<String>> {
        match filters {
            None => Ok(Self::All(Vec::new())),
            Some(filters) => Ok(Self::All(read_members::<T>(filters, "filters")?)),
        }
    }

    fn read<T: Searched>(filter: &Value, at: &str) -> Result<Self, Vec<String>> {
        if let Some(group) = filter.get("group") {
            let members = read_members::<T>(&filter["filters"], &format!("{at}.filters"))?;
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
        let allowed = T::operators(field)
            .ok_or_else(|| vec![format!("{at}.field {field} is not a searchable field")])?;
        let plain = operator.strip_prefix("not_").unwrap_or(operator);
        if !allowed.contains(&plain) || operator == "not_range" {
            return Err(vec![format!("{at}.operator {operator} is not allowed for {field}")]);
        }
        let at = format!("{at}.value");
        let test = match plain {
            "exists" => Ok(Test::Exists),
            // What equals a value as well is a number; a date is only compared.
            "range" => read_range(&filter["value"], &at, !allowed.contains(&"eq")).map(Test::Range),
            _ => read_values(plain, &filter["value"], &at),
        };
        let test = test.map_err(|wrong| vec![wrong])?;
        Ok(Self::One { field: field.to_owned(), test, negated: plain != operator })
    }

    pub fn holds<T: Searched>(&self, world: &World, record: &T) -> bool {
        match self {
            Self::All(members) => members.iter().all(|member| member.holds(world, record)),
            Self::Any(members) => members.iter().any(|member| member.holds(world, record)),
            Self::One { field, test, negated } => test.holds(&record.values(world, field)) != *negated,
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
            Self::Range(range) => values.iter().filter_map(Value::as_f64).any(|at| range.holds(at)),
        }
    }
}

fn read_members<T: Searched>(filters: &Value, at: &str) -> Result<Vec<Filter>, Vec<String>> {
    let Some(items) = filters.as_array() else { return Err(vec![format!("{at} must be an array")]) };
    items.iter().enumerate().map(|(n, item)| Filter::read::<T>(item, &format!("{at}.{n}"))).collect()
}

fn read_values(operator: &str, value: &Value, at: &str) -> Result<Test, String> {
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

/// What `contains` looks for: no special characters, as the vendor's guide says without listing them.
fn read_part(part: &Value, at: &str) -> Result<String, String> {
    let text = part.as_str().ok_or_else(|| format!("{at} must be a string"))?;
    let plain = text.chars().all(|c| c.is_alphanumeric() || c.is_whitespace() || "+-_.'".contains(c));
    if plain { Ok(text.to_lowercase()) } else { Err(format!("{at} must not contain special characters")) }
}

fn read_range(value: &Value, at: &str, of_dates: bool) -> Result<Range, String> {
    let bounds = value.as_object().filter(|bounds| !bounds.is_empty());
    let mut range = Range::default();
    for (name, bound) in bounds.ok_or_else(|| format!("{at} must be an object with gte, lte, gt or lt"))? {
        let date = || Some(time::parse_iso(bound.as_str().filter(|_| of_dates)?)? as f64);
        let kind = if of_dates { "date" } else { "number" };
        let bound = bound.as_f64().or_else(date).ok_or_else(|| format!("{at}.{name} must be a {kind}"))?;
        match name.as_str() {
            "gte" => range.from = Some(bound),
            "gt" => range.above = Some(bound),
            "lte" => range.to = Some(bound),
            "lt" => range.below = Some(bound),
            other => return Err(format!("{at} property {other} should not exist")),
        }
    }
    Ok(range)
}

/// Case does not count, and `true` equals `"true"`, as in a search index.
fn same(value: &Value, wanted: &Value) -> bool {
    if let (Some(value), Some(wanted)) = (value.as_f64(), wanted.as_f64()) {
        return value == wanted;
    }
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_lowercase);
    plain(value) == plain(wanted)
}
