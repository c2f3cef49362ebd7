//! `POST /opportunities/search`: 201, as seen in recorded traffic. Fields to filter and sort by are in snake_case,
//! those of the answer in camelCase.

use serde_json::{Map, Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::world::{Opportunity, World};

use super::super::fields::{self, Field, Kind, needed, optional};
use super::super::search::{Searched, Sorted, custom_values, search};
use super::super::{calendars, list, view as contact_view};
use super::view;

const DETAILS: [Field; 4] = [
    optional("notes", Kind::Boolean),
    optional("tasks", Kind::Boolean),
    optional("calendarEvents", Kind::Boolean),
    optional("unReadConversations", Kind::Boolean),
];

const BODY: [Field; 8] = [
    needed("locationId", Kind::Text),
    needed("limit", Kind::Number),
    optional("page", Kind::Number),
    optional("searchAfter", Kind::Array),
    optional("query", Kind::Text),
    optional("filters", Kind::Array),
    optional("sort", Kind::Objects),
    optional("additionalDetails", Kind::Nested(&DETAILS)),
];

pub fn search_opportunities(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(call, &BODY)?;
    let nothing = Map::new();
    let details = body.get("additionalDetails").and_then(Value::as_object).unwrap_or(&nothing);
    let found = search(world, body, "limit", world.index.opportunities.of(&world.opportunities))?;
    let items: Vec<Value> = found.page.iter().map(|one| item(world, one, details)).collect();
    Ok(Reply::created(json!({ "opportunities": items, "total": found.total, "aggregations": {} })))
}

/// Notes, tasks and appointments are those of the contact, and only there when asked for.
fn item(world: &World, one: &Sorted<Opportunity>, details: &Map<String, Value>) -> Value {
    let mut shown = view::record(world, one.record);
    shown["sort"] = one.search_after();
    let Some(contact) = view::contact(world, one.record) else { return shown };
    let asked = |name: &str| details.get(name) == Some(&Value::Bool(true));
    if asked("notes") {
        shown["notes"] = contact.notes.iter().map(|note| contact_view::note(&contact.id, note)).collect();
    }
    if asked("tasks") {
        shown["tasks"] = json!(contact.tasks);
    }
    if asked("calendarEvents") {
        let events = world.calendars.events.of_contact(&contact.id);
        shown["calendarEvents"] = events.map(|event| calendars::view::of_contact(world, event)).collect();
    }
    shown
}

impl Searched for Opportunity {
    const MADE: &'static str = "date_added";
    const SORTABLE: &'static [&'static str] = &[
        "date_added",
        "date_updated",
        "name",
        "monetary_value",
        "last_status_change_date",
        "last_stage_change_date",
    ];

    fn operators(field: &str) -> Option<&'static [&'static str]> {
        match field {
            "id" => Some(&["eq"]),
            "pipeline_id" | "pipeline_stage_id" | "status" | "lost_reason_id" | "source" | "assigned_to"
            | "contact_id" => Some(&["eq", "exists"]),
            "name" | "followers" | "contact_name" | "company_name" | "email" | "phone" => {
                Some(&["eq", "contains", "exists"])
            }
            "monetary_value" => Some(&["eq", "range", "exists"]),
            "date_added" | "date_updated" | "last_status_change_date" | "last_stage_change_date" => {
                Some(&["range", "exists"])
            }
            _ => field.starts_with("custom_fields.").then_some(&["eq", "contains", "exists"]),
        }
    }

    fn id(&self) -> &str {
        &self.id
    }

    fn values(&self, world: &World, field: &str) -> Vec<Value> {
        if let Some(id) = field.strip_prefix("custom_fields.") {
            return custom_values(&self.custom_fields, id);
        }
        let contact = || view::contact(world, self);
        let of_contact = |name: &str| contact().and_then(|contact| Some(json!(contact.text(name)?)));
        let text = |text: &Option<String>| text.as_ref().map(|text| json!(text));
        let value = match field {
            "followers" => return self.followers.iter().map(|id| json!(id)).collect(),
            "id" => Some(json!(self.id)),
            "pipeline_id" => Some(json!(self.pipeline)),
            "pipeline_stage_id" => Some(json!(self.stage)),
            "status" => Some(json!(self.status)),
            "lost_reason_id" => text(&self.lost_reason),
            "source" => text(&self.source),
            "assigned_to" => text(&self.assigned_to),
            "contact_id" => text(&self.contact),
            "name" => Some(json!(self.name)),
            "contact_name" => contact().map(|contact| json!(contact.name())),
            "company_name" => of_contact("companyName"),
            "monetary_value" => Some(json!(self.value)),
            "date_added" => Some(json!(self.created)),
            "date_updated" => Some(json!(self.updated)),
            "last_status_change_date" => Some(json!(self.status_changed)),
            "last_stage_change_date" => Some(json!(self.stage_changed)),
            _ => of_contact(field),
        };
        value.into_iter().collect()
    }

    fn mentions(&self, world: &World, text: &str) -> bool {
        let of_contact =
            || view::contact(world, self).is_some_and(|contact| list::mentions(contact, Some(text)));
        self.name.to_lowercase().contains(&text.to_lowercase()) || of_contact()
    }
}
