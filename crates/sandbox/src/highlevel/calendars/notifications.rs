//! What a calendar sends about its appointments. The id is `_id`, and lists are bare arrays.

use serde_json::{Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::highlevel::fields::{self, Field, Kind, optional};
use crate::highlevel::records::{self, Pages, Record};
use crate::world::World;

const SCHEDULE: [Field; 2] = [optional("timeOffset", Kind::Number), optional("unit", Kind::Text)];

const RECEIVERS: Kind =
    Kind::OneOf(&["contact", "guest", "assignedUser", "emails", "phoneNumbers", "business"]);
const CHANNELS: Kind = Kind::OneOf(&["email", "inApp", "sms", "whatsapp"]);
const TYPES: Kind =
    Kind::OneOf(&["booked", "confirmation", "cancellation", "reminder", "followup", "reschedule"]);

/// Create needs the first three.
const fn with(required: bool) -> [Field; 15] {
    [
        Field { name: "receiverType", kind: RECEIVERS, required },
        Field { name: "channel", kind: CHANNELS, required },
        Field { name: "notificationType", kind: TYPES, required },
        optional("isActive", Kind::Boolean),
        optional("templateId", Kind::Text),
        optional("body", Kind::Text),
        optional("subject", Kind::Text),
        optional("afterTime", Kind::List(&SCHEDULE)),
        optional("beforeTime", Kind::List(&SCHEDULE)),
        optional("additionalEmailIds", Kind::Texts),
        optional("additionalPhoneNumbers", Kind::Texts),
        optional("selectedUsers", Kind::Texts),
        optional("fromAddress", Kind::Text),
        optional("fromName", Kind::Text),
        optional("fromNumber", Kind::Text),
    ]
}

const CREATE: [Field; 15] = with(true);

fn update_fields() -> Vec<Field> {
    with(false).into_iter().chain([optional("deleted", Kind::Boolean)]).collect()
}

const PAGES: Pages = Pages { limit: "limit", skip: "skip", default: 100, max: 100 };

/// Those marked as deleted are shown only when asked for.
pub fn list_notifications(world: &mut World, call: &Call) -> Outcome {
    fields::query(call, &["isActive", "deleted", "limit", "skip"])?;
    let active = super::flag(call, "isActive")?;
    let deleted = super::flag(call, "deleted")?.unwrap_or(false);
    let notifications = world.calendars.notifications_of(call.param("calendarId"))?;
    let fits = |record: &&Record| {
        active.is_none_or(|active| record["isActive"] == active) && record["deleted"] == deleted
    };
    Ok(Reply::ok(json!(PAGES.cut(call, notifications.iter().filter(fits))?)))
}

pub fn get_notification(world: &mut World, call: &Call) -> Outcome {
    let notifications = world.calendars.notifications_of(call.param("calendarId"))?;
    Ok(Reply::ok(json!(notifications.get(call.param("notificationId"))?)))
}

/// Takes an array and answers 200 with an array.
pub fn create_notifications(world: &mut World, call: &Call) -> Outcome {
    let notifications = world.calendars.notifications_of(call.param("calendarId"))?;
    let items = fields::items(call, &CREATE)?;
    let made: Vec<Value> = items
        .into_iter()
        .map(|item| {
            let mut record = Record::new();
            for (name, value) in [("isActive", true), ("deleted", false)] {
                record.insert(name.to_owned(), json!(value));
            }
            records::merge(&mut record, item);
            record.insert("_id".to_owned(), json!(world.dice.object_id()));
            json!(notifications.add(record))
        })
        .collect();
    Ok(Reply::ok(json!(made)))
}

pub fn update_notification(world: &mut World, call: &Call) -> Outcome {
    let notifications = world.calendars.notifications_of(call.param("calendarId"))?;
    let known = notifications.get_mut(call.param("notificationId"))?;
    records::merge(known, fields::body(call, &update_fields())?);
    Ok(Reply::ok(json!({ "message": "Notification updated successfully" })))
}

pub fn delete_notification(world: &mut World, call: &Call) -> Outcome {
    let notifications = world.calendars.notifications_of(call.param("calendarId"))?;
    notifications.remove(call.param("notificationId"))?;
    Ok(Reply::ok(json!({ "message": "Notification deleted successfully" })))
}
