//! Writing the fields that a body of create, update or upsert carries onto a contact.

use serde_json::{Map, Value};

use crate::exchange::Reply;
use crate::time;
use crate::world::{Contact, PROFILE, World};

use super::fields::{Field, Kind, needed, optional};
use super::{custom_fields, refusal};

const COMMON: [Field; 18] = [
    optional("firstName", Kind::Clearable),
    optional("lastName", Kind::Clearable),
    optional("name", Kind::Clearable),
    optional("email", Kind::Clearable),
    optional("phone", Kind::Clearable),
    optional("address1", Kind::Clearable),
    optional("city", Kind::Clearable),
    optional("state", Kind::Clearable),
    optional("postalCode", Kind::Text),
    optional("website", Kind::Clearable),
    optional("timezone", Kind::Clearable),
    optional("dnd", Kind::Boolean),
    optional("dndSettings", Kind::Object),
    optional("inboundDndSettings", Kind::Object),
    optional("tags", Kind::Texts),
    optional("customFields", Kind::Objects),
    optional("dateOfBirth", Kind::Clearable),
    optional("country", Kind::Text),
];

/// What `PUT /contacts/{contactId}` takes: no `locationId`, `gender` or `companyName`, as the description says.
pub fn update_fields() -> Vec<Field> {
    let mut fields = COMMON.to_vec();
    fields.extend([optional("source", Kind::Clearable), optional("assignedTo", Kind::Clearable)]);
    fields
}

pub fn create_fields() -> Vec<Field> {
    let mut fields = COMMON.to_vec();
    fields.extend([
        needed("locationId", Kind::Text),
        optional("gender", Kind::Text),
        optional("companyName", Kind::Clearable),
        optional("source", Kind::Text),
        optional("assignedTo", Kind::Text),
    ]);
    fields
}

pub fn upsert_fields() -> Vec<Field> {
    let mut fields = create_fields();
    fields.push(optional("createNewIfDuplicateAllowed", Kind::Boolean));
    fields
}

/// The fields of `body` laid over `contact`; null clears one.
///
/// # Errors
/// 422 for an e-mail address, phone number, date, or custom field that cannot be one.
pub fn apply(world: &World, contact: &mut Contact, body: &Map<String, Value>) -> Result<(), Reply> {
    if let Some(name) = body.get("name") {
        set_full_name(contact, name.as_str().unwrap_or_default());
    }
    for field in PROFILE {
        let Some(value) = body.get(field) else { continue };
        match value.as_str().map(str::trim).filter(|text| !text.is_empty()) {
            None => drop(contact.profile.remove(field)),
            Some(text) => drop(contact.profile.insert(field, normal(field, text)?)),
        }
    }
    if let Some(dnd) = body.get("dnd").and_then(Value::as_bool) {
        contact.dnd = dnd;
    }
    if let Some(settings) = body.get("dndSettings") {
        contact.dnd_settings = settings.clone();
    }
    if let Some(settings) = body.get("inboundDndSettings") {
        contact.inbound_dnd_settings = settings.clone();
    }
    if let Some(tags) = body.get("tags") {
        contact.tags = tag_list(tags);
    }
    for item in body.get("customFields").and_then(Value::as_array).into_iter().flatten() {
        set_custom_field(world, contact, item)?;
    }
    Ok(())
}

/// Tags as HighLevel keeps them: lower case, trimmed, none twice.
pub fn tag_list(tags: &Value) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    for tag in tags.as_array().into_iter().flatten().filter_map(Value::as_str) {
        let tag = tag.trim().to_lowercase();
        if !tag.is_empty() && !list.contains(&tag) {
            list.push(tag);
        }
    }
    list
}

fn set_full_name(contact: &mut Contact, name: &str) {
    let (first, last) = name.trim().split_once(' ').unwrap_or((name.trim(), ""));
    for (field, part) in [("firstName", first), ("lastName", last.trim())] {
        match part {
            "" => drop(contact.profile.remove(field)),
            part => drop(contact.profile.insert(field, part.to_owned())),
        }
    }
}

fn normal(field: &str, text: &str) -> Result<String, Reply> {
    let wrong = |message: &str| refusal::invalid(vec![format!("{field} must be {message}")]);
    match field {
        "email" => email(text).ok_or_else(|| wrong("an email")),
        "phone" => phone(text).ok_or_else(|| wrong("a valid phone number")),
        "dateOfBirth" => time::parse_birth_date(text).ok_or_else(|| wrong("a valid date")),
        _ => Ok(text.to_owned()),
    }
}

pub fn email(text: &str) -> Option<String> {
    let (user, domain) = text.split_once('@')?;
    let fits = !user.is_empty()
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && !text.contains([' ', ',', ';'])
        && !domain.contains('@');
    fits.then(|| text.to_lowercase())
}

/// E.164; a number of ten digits without a country is one of the United States, where the location is.
pub fn phone(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let only_phone_signs = text.chars().all(|c| c.is_ascii_digit() || "+-(). ".contains(c));
    match (only_phone_signs, text.starts_with('+'), digits.len()) {
        (true, true, 7..=15) => Some(format!("+{digits}")),
        (true, false, 10) => Some(format!("+1{digits}")),
        (true, false, 11) if digits.starts_with('1') => Some(format!("+{digits}")),
        _ => None,
    }
}

/// Reads are `{id, value}`.
fn set_custom_field(world: &World, contact: &mut Contact, item: &Value) -> Result<(), Reply> {
    if let Some((id, value)) = custom_fields::written(world, "contact", item)? {
        contact.custom_fields.insert(id, value);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phone_numbers_become_e164() {
        assert_eq!(phone("+1 888-888-8888").as_deref(), Some("+18888888888"));
        assert_eq!(phone("(888) 888 8888").as_deref(), Some("+18888888888"));
        assert_eq!(phone("12"), None);
        assert_eq!(phone("call me"), None);
    }

    #[test]
    fn an_email_needs_a_domain() {
        assert_eq!(email("Ada@Example.com").as_deref(), Some("ada@example.com"));
        for wrong in ["ada", "@example.com", "ada@example", "a b@example.com", "a@b@c.d"] {
            assert_eq!(email(wrong), None, "{wrong}");
        }
    }
}
