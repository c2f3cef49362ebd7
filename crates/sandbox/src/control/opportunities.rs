//! Opportunities made and changed in great numbers.

use serde_json::{Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::highlevel::opportunities::{create_opportunity, touch};
use crate::highlevel::refusal;
use crate::site::State;

use super::{data, object};

/// `{"count": N, "template": {…}}`: that many, shared out among the contacts. The template has the fields that create
/// takes, where `{n}` in a text is a number; without them each is open, in the first pipeline.
pub fn add_opportunities(state: &mut State, call: &Call) -> Outcome {
    let body = object(call)?;
    let count = body.get("count").and_then(Value::as_u64).unwrap_or(1) as usize;
    let template = body.get("template").and_then(Value::as_object).cloned().unwrap_or_default();
    let world = &mut state.world;
    let contacts: Vec<String> = world.contacts.keys().cloned().collect();
    if contacts.is_empty() {
        return Err(refusal::bad_request("there is no contact to have an opportunity"));
    }
    let mut ids = Vec::with_capacity(count);
    for (n, contact) in contacts.iter().cycle().take(count).enumerate() {
        let mut fields = data::numbered(&template, n);
        for (name, value) in [
            ("locationId", json!(world.ready.location_id)),
            ("pipelineId", json!(world.pipelines.first().map(|pipeline| &pipeline.id))),
            ("contactId", json!(contact)),
            ("name", json!(format!("Opportunity {n}"))),
            ("status", json!("open")),
        ] {
            fields.entry(name).or_insert(value);
        }
        let asked = Call { body: Some(Ok(Value::Object(fields))), ..Call::default() };
        ids.push(create_opportunity(world, &asked)?.body["opportunity"]["id"].take());
    }
    Ok(Reply::created(json!({ "ids": ids })))
}

/// Moves `updatedAt` as `/touch` does for contacts.
pub fn touch_opportunities(state: &mut State, call: &Call) -> Outcome {
    let world = &mut state.world;
    let all = world.opportunities.values().map(|one| (one.updated, one.id.clone())).collect();
    let touched = data::moments(world, &object(call)?, all);
    for (id, now) in &touched {
        touch(world, id, *now);
    }
    let ids: Vec<String> = touched.into_iter().map(|(id, _)| id).collect();
    Ok(Reply::ok(json!({ "touched": ids })))
}
