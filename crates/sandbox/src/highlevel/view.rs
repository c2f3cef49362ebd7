//! How a contact and its records look in answers. The three views of a contact differ, as they do in recorded
//! traffic: one record leaves absent fields out, a list gives null, the search says `address` for `address1`.

use serde_json::{Map, Value, json};

use crate::time::iso;
use crate::world::{Contact, Note, World};

/// The record of `GET /contacts/{contactId}`, create, update and upsert.
pub fn record(world: &World, contact: &Contact) -> Value {
    let lower = |field: &str| contact.text(field).map(str::to_lowercase);
    let mut view = json!({
        "id": contact.id,
        "locationId": world.ready.location_id,
        "type": "lead",
        "dateAdded": iso(contact.added),
        "dateUpdated": iso(contact.updated),
        "name": contact.name(),
        "fullNameLowerCase": contact.name().to_lowercase(),
        "firstNameLowerCase": lower("firstName"),
        "lastNameLowerCase": lower("lastName"),
        "emailLowerCase": lower("email"),
        "dnd": contact.dnd,
        "dndSettings": contact.dnd_settings,
        "inboundDndSettings": contact.inbound_dnd_settings,
        "tags": contact.tags,
        "customFields": custom_fields(contact),
        "additionalEmails": [],
        "followers": contact.followers,
        "businessId": contact.business,
    });
    let object = view.as_object_mut().expect("built as an object");
    object.extend(contact.profile.iter().map(|(name, value)| ((*name).to_owned(), json!(value))));
    object.retain(|_, value| !value.is_null());
    view
}

/// An item of `GET /contacts/` and of the list of a business.
pub fn list_item(world: &World, contact: &Contact) -> Value {
    let mut item = shared(world, contact);
    for field in ["firstName", "lastName"] {
        item.insert(field.to_owned(), json!(contact.text(field).map(str::to_lowercase)));
        item.insert(format!("{field}Raw"), json!(contact.text(field)));
    }
    item.insert("address1".to_owned(), json!(contact.text("address1")));
    item.insert("attributions".to_owned(), json!([]));
    Value::Object(item)
}

/// An item of `POST /contacts/search`, with the cursor that continues after it.
pub fn search_item(world: &World, contact: &Contact, search_after: Value) -> Value {
    let mut item = shared(world, contact);
    for field in ["firstName", "lastName"] {
        item.insert(field.to_owned(), json!(contact.text(field)));
        item.insert(format!("{field}LowerCase"), json!(contact.text(field).map(str::to_lowercase)));
    }
    item.insert("address".to_owned(), json!(contact.text("address1")));
    item.insert("businessName".to_owned(), json!(business_name(world, contact)));
    item.insert("additionalPhones".to_owned(), json!([]));
    item.insert("phoneLabel".to_owned(), Value::Null);
    item.insert("validEmail".to_owned(), Value::Null);
    item.insert("searchAfter".to_owned(), search_after);
    Value::Object(item)
}

pub fn business_name<'a>(world: &'a World, contact: &Contact) -> Option<&'a str> {
    let id = contact.business.as_ref()?;
    world.businesses.iter().find(|business| business.id == *id).map(|business| business.name.as_str())
}

fn shared(world: &World, contact: &Contact) -> Map<String, Value> {
    let mut item = json!({
        "id": contact.id,
        "locationId": world.ready.location_id,
        "contactName": contact.name(),
        "type": "lead",
        "dnd": contact.dnd,
        "dndSettings": contact.dnd_settings,
        "tags": contact.tags,
        "followers": contact.followers,
        "customFields": custom_fields(contact),
        "additionalEmails": [],
        "businessId": contact.business,
        "dateAdded": iso(contact.added),
        "dateUpdated": iso(contact.updated),
    });
    let item = item.as_object_mut().expect("built as an object");
    for field in [
        "email",
        "phone",
        "companyName",
        "source",
        "assignedTo",
        "city",
        "state",
        "postalCode",
        "country",
        "website",
        "timezone",
        "dateOfBirth",
    ] {
        item.insert(field.to_owned(), json!(contact.text(field)));
    }
    std::mem::take(item)
}

fn custom_fields(contact: &Contact) -> Vec<Value> {
    contact.custom_fields.iter().map(|(id, value)| json!({ "id": id, "value": value })).collect()
}

pub fn note(contact_id: &str, note: &Note) -> Value {
    let mut view = json!({
        "id": note.id,
        "body": note.body,
        "bodyText": without_markup(&note.body),
        "userId": note.user_id,
        "title": note.title,
        "color": note.color,
        "pinned": note.pinned,
        "dateAdded": iso(note.added),
        "contactId": contact_id,
        "relations": [{ "objectKey": "contact", "recordId": contact_id }],
    });
    view.as_object_mut().expect("built as an object").retain(|_, value| !value.is_null());
    view
}

fn without_markup(body: &str) -> String {
    let mut inside = false;
    body.chars()
        .filter(|c| {
            let markup = inside || *c == '<';
            inside = *c == '<' || (inside && *c != '>');
            !markup
        })
        .collect()
}
