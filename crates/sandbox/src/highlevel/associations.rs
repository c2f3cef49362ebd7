//! Associations between kinds of records.

use serde_json::{Map, Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::routes::Route;
use crate::routes::Token::Location;
use crate::world::World;

use super::fields::{self, Field, Kind, needed};
use super::records::{Pages, Record, Records, merge, need};
use super::refusal;

pub mod relations;

pub const ROUTES: &[Route] = &[
    Location.route("GET", "/associations/", "associations.readonly", list_associations),
    Location.route("POST", "/associations/", "associations.write", create_association),
    Location.route(
        "POST",
        "/associations/relations",
        "associations/relation.write",
        relations::create_relation,
    ),
    Location.route("GET", "/associations/key/{key_name}", "associations.readonly", get_association_by_key),
    Location.route(
        "GET",
        "/associations/objectKey/{objectKey}",
        "associations.readonly",
        list_associations_of_object,
    ),
    Location.route(
        "GET",
        "/associations/relations/{recordId}",
        "associations/relation.readonly",
        relations::list_relations,
    ),
    Location.route(
        "DELETE",
        "/associations/relations/{relationId}",
        "associations/relation.write",
        relations::delete_relation,
    ),
    Location.route("GET", "/associations/{associationId}", "associations.readonly", get_association),
    Location.route("PUT", "/associations/{associationId}", "associations.write", update_association),
    Location.route("DELETE", "/associations/{associationId}", "associations.write", delete_association),
];

pub const PAGES: Pages = Pages { limit: "limit", skip: "skip", default: 100, max: 100 };

const LABELS: [Field; 2] = [needed("firstObjectLabel", Kind::Text), needed("secondObjectLabel", Kind::Text)];

const CREATE: [Field; 6] = [
    needed("locationId", Kind::Text),
    needed("key", Kind::Text),
    LABELS[0],
    needed("firstObjectKey", Kind::Text),
    LABELS[1],
    needed("secondObjectKey", Kind::Text),
];

/// What hangs together.
#[derive(Debug, Clone)]
pub struct Associations {
    pub all: Records,
    pub relations: Records,
}

impl Default for Associations {
    fn default() -> Self {
        Self { all: Records::new("Association", "id"), relations: Records::new("Relation", "id") }
    }
}

impl Associations {
    /// Ends the relations of a record that is gone.
    pub fn forget(&mut self, record: &str) {
        self.relations.retain(|relation| !relations::touches(relation, record));
    }

    fn by_key(&self, key: &str) -> Option<&Record> {
        self.all.iter().find(|association| association["key"] == key)
    }
}

/// An association as it is shown; `body` has its key, and the key and label of both objects.
pub fn association(world: &World, id: String, body: &Map<String, Value>, kind: &str) -> Record {
    let mut record = body.clone();
    record.insert("id".to_owned(), json!(id));
    record.insert("locationId".to_owned(), json!(world.ready.location_id));
    record.insert("associationType".to_owned(), json!(kind));
    record
}

fn list_associations(world: &mut World, call: &Call) -> Outcome {
    fields::query(call, &["locationId", "skip", "limit"])?;
    need(call, &["skip", "limit"])?;
    let page = PAGES.cut(call, world.associations.all.iter())?;
    Ok(Reply::ok(json!({ "associations": page })))
}

fn get_association(world: &mut World, call: &Call) -> Outcome {
    let association = world.associations.all.get(call.param("associationId"))?;
    Ok(Reply::ok(json!(association)))
}

fn get_association_by_key(world: &mut World, call: &Call) -> Outcome {
    fields::query(call, &["locationId"])?;
    let key = call.param("key_name");
    let found = world.associations.by_key(key);
    found.map(|found| Reply::ok(json!(found))).ok_or_else(|| refusal::not_found("Association", key))
}

/// Of one kind of object, on either side. `locationId` may be left out here.
fn list_associations_of_object(world: &mut World, call: &Call) -> Outcome {
    fields::query(call, if call.query.is_empty() { &[] } else { &["locationId"] })?;
    let key = call.param("objectKey");
    let found: Vec<&Record> = world
        .associations
        .all
        .iter()
        .filter(|association| association["firstObjectKey"] == key || association["secondObjectKey"] == key)
        .collect();
    Ok(Reply::ok(json!({ "associations": found })))
}

fn create_association(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(call, &CREATE)?;
    let text = |name: &str| body[name].as_str().unwrap_or_default();
    if world.associations.by_key(text("key")).is_some() {
        return Err(refusal::bad_request(format!("association with key {} already exists", text("key"))));
    }
    let ends = [text("firstObjectKey"), text("secondObjectKey")];
    let custom = |key: &&str| key.strip_prefix("custom_objects.").is_some_and(|name| !name.is_empty());
    let contacts = ends.iter().filter(|key| **key == "contact").count();
    if contacts + ends.iter().filter(|key| custom(key)).count() < 2 || contacts == 0 {
        return Err(refusal::bad_request("a contact can be associated with a contact or a custom object"));
    }
    let id = world.dice.object_id();
    let new = association(world, id, body, "USER_DEFINED");
    world.tell("AssociationCreate", json!(new));
    Ok(Reply::created(json!(world.associations.all.add(new))))
}

fn update_association(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(call, &LABELS)?;
    let association = world.associations.all.get_mut(call.param("associationId"))?;
    refuse_system_defined(association)?;
    merge(association, body);
    let shown = json!(association);
    world.tell("AssociationUpdate", shown.clone());
    Ok(Reply::ok(shown))
}

/// Takes the relations with it.
fn delete_association(world: &mut World, call: &Call) -> Outcome {
    let id = call.param("associationId");
    refuse_system_defined(world.associations.all.get(id)?)?;
    let gone = world.associations.all.remove(id)?;
    world.associations.relations.retain(|relation| relation["associationId"] != id);
    world.tell("AssociationDelete", json!(gone));
    Ok(Reply::ok(json!({ "deleted": true, "id": id, "message": "Association deleted successfully" })))
}

fn refuse_system_defined(association: &Record) -> Result<(), Reply> {
    if association["associationType"] == "SYSTEM_DEFINED" {
        return Err(refusal::bad_request("a system defined association cannot be changed"));
    }
    Ok(())
}
