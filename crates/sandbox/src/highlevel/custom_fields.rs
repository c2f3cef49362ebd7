//! Definitions of custom fields, and how values are written by them.

use serde_json::{Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::routes::Route;
use crate::routes::Token::Location;
use crate::time::iso;
use crate::world::{CustomField, World};

use super::{fields, refusal};

pub const ROUTES: &[Route] = &[Location.route(
    "GET",
    "/locations/{locationId}/customFields",
    "locations/customFields.readonly",
    list_custom_fields,
)];

/// Those of contacts, unless `model` asks for others.
fn list_custom_fields(world: &mut World, call: &Call) -> Outcome {
    fields::query(call, &["model"])?;
    let model = fields::choice(call, "model", &["contact", "opportunity", "all"])?.unwrap_or("contact");
    let wanted = world.custom_fields.iter().filter(|field| model == "all" || field.model == model);
    let shown: Vec<Value> = wanted.enumerate().map(|(n, field)| definition(world, n, field)).collect();
    Ok(Reply::ok(json!({ "customFields": shown })))
}

fn definition(world: &World, position: usize, field: &CustomField) -> Value {
    let mut shown = json!({
        "id": field.id,
        "name": field.name,
        "model": field.model,
        "fieldKey": field.full_key(),
        "placeholder": "",
        "dataType": field.data_type,
        "position": position * 50,
        "documentType": "field",
        "standard": false,
        "locationId": world.ready.location_id,
        "dateAdded": iso(field.added),
    });
    if !field.options.is_empty() {
        shown["picklistOptions"] = json!(field.options);
    }
    shown
}

/// The field id and the value of `{id | key, field_value}`; nothing for an id or key that no definition has, which
/// is passed over.
///
/// # Errors
/// 422 when the item names no field or has no value.
pub fn written(world: &World, model: &str, item: &Value) -> Result<Option<(String, Value)>, Reply> {
    let wrong = |what: &str| refusal::invalid(vec![format!("each customFields must have {what}")]);
    let text = |name: &str| item.get(name).and_then(Value::as_str);
    let field = text("id").or(text("key")).ok_or_else(|| wrong("an id or a key"))?;
    let value = item.get("field_value").ok_or_else(|| wrong("a field_value"))?;
    Ok(world.custom_field(model, field).map(|field| (field.id.clone(), value.clone())))
}
