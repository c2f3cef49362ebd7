//! Relations: two records joined by an association, in the order of its objects.

use serde_json::{Map, Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::world::World;

use super::super::fields::{self, Field, Kind, needed};
use super::super::records::{Record, need};
use super::super::refusal;
use super::PAGES;

const CREATE: [Field; 4] = [
    needed("locationId", Kind::Text),
    needed("associationId", Kind::Text),
    needed("firstRecordId", Kind::Text),
    needed("secondRecordId", Kind::Text),
];

/// Whether the record is one of the two.
pub fn touches(relation: &Record, record: &str) -> bool {
    relation["firstRecordId"] == record || relation["secondRecordId"] == record
}

/// A relation as it is shown, of two records in the order of the association's objects.
pub fn relation(association: &Record, id: &str, records: [&str; 2]) -> Record {
    let relation = json!({
        "id": id,
        "locationId": association["locationId"],
        "associationId": association["id"],
        "firstObjectKey": association["firstObjectKey"],
        "firstRecordId": records[0],
        "secondObjectKey": association["secondObjectKey"],
        "secondRecordId": records[1],
    });
    relation.as_object().cloned().unwrap_or_default()
}

/// A record that nobody knows has none.
pub fn list_relations(world: &mut World, call: &Call) -> Outcome {
    fields::query(call, &["locationId", "skip", "limit", "associationIds", "associationIds[]"])?;
    need(call, &["skip", "limit"])?;
    let wanted = wanted_associations(call);
    let fits = |relation: &&Record| {
        touches(relation, call.param("recordId"))
            && (wanted.is_empty() || wanted.iter().any(|id| relation["associationId"] == **id))
    };
    let page = PAGES.cut(call, world.associations.relations.iter().filter(fits))?;
    Ok(Reply::ok(json!({ "relations": page })))
}

/// An array in a query comes in any of the usual ways: repeated, with brackets, or with commas.
fn wanted_associations(call: &Call) -> Vec<&str> {
    call.query
        .iter()
        .filter(|(name, _)| name.starts_with("associationIds"))
        .flat_map(|(_, value)| value.split(','))
        .filter(|id| !id.is_empty())
        .collect()
}

pub fn create_relation(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(call, &CREATE)?;
    let records = [text(body, "firstRecordId"), text(body, "secondRecordId")];
    let association = world.associations.all.get(text(body, "associationId"))?.clone();
    for (object, record) in ["firstObjectKey", "secondObjectKey"].into_iter().zip(records) {
        if association[object] == "contact" && !world.contacts.contains_key(record) {
            return Err(refusal::not_found("Contact", record));
        }
    }
    let exists = world.associations.relations.iter().any(|relation| {
        relation["associationId"] == association["id"]
            && relation["firstRecordId"] == records[0]
            && relation["secondRecordId"] == records[1]
    });
    if exists {
        return Err(refusal::bad_request("the relation already exists"));
    }
    let id = world.dice.object_id();
    let new = relation(&association, &id, records);
    world.tell("RelationCreate", json!(new));
    Ok(Reply::created(json!(world.associations.relations.add(new))))
}

pub fn delete_relation(world: &mut World, call: &Call) -> Outcome {
    fields::query(call, &["locationId"])?;
    let gone = world.associations.relations.remove(call.param("relationId"))?;
    world.tell("RelationDelete", json!(gone));
    Ok(Reply::ok(json!(gone)))
}

fn text<'a>(body: &'a Map<String, Value>, name: &str) -> &'a str {
    body[name].as_str().unwrap_or_default()
}
