//! The organization and its badge templates.

use serde_json::{Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::world::World;

use super::{filter, page, refused, view};

const FILTERS: [&str; 4] = ["query", "name", "state", "public"];

pub fn get_organization(world: &mut World, _: &Call) -> Outcome {
    Ok(Reply::ok(page::one(json!({
        "id": world.ready.credly_organization_id,
        "name": "Sandbox Organization",
        "webhook_url": Value::Null,
    }))))
}

pub fn list_templates(world: &mut World, call: &Call) -> Outcome {
    let filters = filter::read(call, &FILTERS)?;
    let fits = |template: &Value| {
        filters.iter().all(|(key, wanted)| match key.as_str() {
            "query" => template["name"].as_str().is_some_and(|name| holds(name, wanted)),
            "public" => wanted == "true",
            key => template[key].as_str() == Some(wanted),
        })
    };
    let mut items: Vec<Value> =
        world.templates.iter().map(|template| view::template(world, template)).filter(fits).collect();
    filter::sort(call, &mut items);
    page::many(world, call, items)
}

pub fn get_template(world: &mut World, call: &Call) -> Outcome {
    let id = call.param("template");
    match world.templates.iter().find(|template| template.id == id) {
        Some(template) => Ok(Reply::ok(page::one(view::template(world, template)))),
        None => Err(refused(404, format!("badge template {id} not found"))),
    }
}

fn holds(text: &str, part: &str) -> bool {
    text.to_lowercase().contains(&part.to_lowercase())
}
