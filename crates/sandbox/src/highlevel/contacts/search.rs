//! `POST /contacts/search`

use serde_json::{Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::world::{Contact, World};

use super::super::fields::{self, Kind, needed, optional};
use super::super::search::{Searched, Sorted, custom_values, search};
use super::super::{list, opportunities, view};

const EQUAL: [&str; 15] = [
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
    "opportunities.pipelineStageId",
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

pub fn search_contacts(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(
        call,
        &[
            needed("locationId", Kind::Text),
            needed("pageLimit", Kind::Number),
            optional("page", Kind::Number),
            optional("searchAfter", Kind::Array),
            optional("query", Kind::Text),
            optional("filters", Kind::Array),
            optional("sort", Kind::Objects),
        ],
    )?;
    let found = search(world, body, "pageLimit", world.index.contacts.of(&world.contacts))?;
    let item = |one: &Sorted<Contact>| {
        let contact = one.record;
        let mut item = view::search_item(world, contact, one.search_after());
        item["opportunities"] = opportunities::of_contact(world, &contact.id);
        item
    };
    let items: Vec<Value> = found.page.iter().map(item).collect();
    Ok(Reply::ok(json!({ "contacts": items, "total": found.total })))
}

impl Searched for Contact {
    const MADE: &'static str = "dateAdded";
    const SORTABLE: &'static [&'static str] = &[
        "firstNameLowerCase",
        "lastNameLowerCase",
        "businessName",
        "dateAdded",
        "dateUpdated",
        "email",
        "dnd",
        "source",
    ];

    fn operators(field: &str) -> Option<&'static [&'static str]> {
        match field {
            "id" => Some(&["eq"]),
            _ if EQUAL.contains(&field) => Some(&["eq", "exists"]),
            _ if CONTAIN.contains(&field) || field.starts_with("customFields.") => {
                Some(&["eq", "contains", "exists"])
            }
            _ => RANGE.contains(&field).then_some(&["range", "exists"]),
        }
    }

    fn id(&self) -> &str {
        &self.id
    }

    fn values(&self, world: &World, field: &str) -> Vec<Value> {
        if let Some(id) = field.strip_prefix("customFields.") {
            return custom_values(&self.custom_fields, id);
        }
        let texts = |texts: &mut dyn Iterator<Item = &String>| texts.map(|text| json!(text)).collect();
        let lower = |name: &str| self.text(name).map(|text| json!(text.to_lowercase())).into_iter().collect();
        match field {
            "id" => vec![json!(self.id)],
            "type" => vec![json!("lead")],
            "dnd" => vec![json!(self.dnd)],
            "address" => lower("address1"),
            "firstNameLowerCase" => lower("firstName"),
            "lastNameLowerCase" => lower("lastName"),
            "businessName" => view::business_name(world, self).map(|name| json!(name)).into_iter().collect(),
            "tags" => texts(&mut self.tags.iter()),
            "followers" => texts(&mut self.followers.iter()),
            "activeWorkflows" => texts(&mut self.workflows.iter()),
            "dateAdded" => vec![json!(self.added)],
            "dateUpdated" => vec![json!(self.updated)],
            "lastAppointment" => {
                let events = world.calendars.events.of_contact(&self.id);
                let last = events.map(|event| event.starts.timestamp_millis()).max();
                last.map(|at| json!(at)).into_iter().collect()
            }
            "opportunities.pipelineId" => opportunities::pluck(world, &self.id, |one| &one.pipeline),
            "opportunities.pipelineStageId" => opportunities::pluck(world, &self.id, |one| &one.stage),
            "opportunities.status" => opportunities::pluck(world, &self.id, |one| &one.status),
            _ => self.text(field).map(|text| json!(text)).into_iter().collect(),
        }
    }

    fn mentions(&self, _: &World, text: &str) -> bool {
        list::mentions(self, Some(text))
    }
}
