//! The calendars, what they send, the rooms, and the appointments of contacts.

use chrono::{DateTime, Datelike, Days, FixedOffset, NaiveTime, TimeDelta, TimeZone, Timelike, Weekday};
use serde_json::{Value, json};

use crate::dice::Dice;
use crate::highlevel::calendars::{Calendars, Event, defaults, office_hours};
use crate::highlevel::records::{Record, Records, merge, record};
use crate::time::{self, DAY, HOUR, Millis, START, ZONE};
use crate::world::{Contact, World};

use super::words;

/// Everything but appointments.
pub fn seeded(dice: &mut Dice, world: &World) -> Calendars {
    let mut made = Calendars::default();
    let location = &world.ready.location_id;
    let group = dice.id();
    made.groups.add(record(json!({
        "id": group,
        "locationId": location,
        "name": "Courses",
        "description": "Everything around the courses",
        "slug": "courses",
        "isActive": true,
    })));
    for settings in settings(world, &group) {
        let mut calendar = defaults();
        merge(&mut calendar, &record(settings));
        calendar.insert("id".to_owned(), json!(dice.id()));
        calendar.insert("locationId".to_owned(), json!(location));
        calendar.insert("widgetSlug".to_owned(), calendar["slug"].clone());
        add_notifications(&mut made, dice, &calendar);
        made.calendars.add(calendar);
    }
    add_resources(&mut made, dice, location);
    add_blocked_times(&mut made, dice, world);
    made
}

/// An own calendar for advice, for sales and for the practice room, and a draft. Each user is in one of the first two.
fn settings(world: &World, group: &str) -> [Value; 4] {
    let team = |users: &[usize]| -> Vec<Value> {
        users
            .iter()
            .map(|n| json!({ "userId": world.users[*n].id, "priority": 0.5, "isPrimary": false }))
            .collect()
    };
    let hours = |days: &[u8], open: u8, close: u8| {
        json!([{
            "daysOfTheWeek": days,
            "hours": [{ "openHour": open, "openMinute": 0, "closeHour": close, "closeMinute": 0 }],
        }])
    };
    [
        json!({
            "name": "Course Advice", "slug": "course-advice", "calendarType": "round_robin", "groupId": group,
            "description": "Which course fits", "teamMembers": team(&[0, 1]), "openHours": office_hours(),
            "eventTitle": "Advice for {{contact.name}}",
        }),
        json!({
            "name": "Sales Call", "slug": "sales-call", "calendarType": "personal", "teamMembers": team(&[2]),
            "description": "Prices and dates", "openHours": hours(&[1, 2, 3, 4, 5], 9, 17), "slotBuffer": 15,
            "slotBufferUnit": "mins",
        }),
        json!({
            "name": "Practice Room", "slug": "practice-room", "calendarType": "service_booking",
            "groupId": group, "description": "An hour to practise alone", "teamMembers": team(&[1]),
            "openHours": hours(&[1, 2, 3, 4, 5, 6], 8, 20), "slotDuration": 1, "slotDurationUnit": "hours",
            "slotInterval": 1, "slotIntervalUnit": "hours",
        }),
        json!({
            "name": "Evening Class", "slug": "evening-class", "calendarType": "class_booking", "isActive": false,
            "groupId": group, "description": "Twelve seats", "teamMembers": team(&[1]),
            "openHours": hours(&[2, 4], 18, 21), "slotDuration": 90, "slotInterval": 90,
            "appoinmentPerSlot": 12,
        }),
    ]
}

/// A confirmation to the contact, and a reminder a day before.
fn add_notifications(made: &mut Calendars, dice: &mut Dice, calendar: &Record) {
    let mut notifications = Records::new("Calendar notification", "_id");
    for (kind, subject) in [("confirmation", "Your appointment"), ("reminder", "Your appointment tomorrow")] {
        let mut notification = record(json!({
            "_id": dice.object_id(),
            "receiverType": "contact",
            "channel": "email",
            "notificationType": kind,
            "isActive": true,
            "deleted": false,
            "subject": subject,
            "body": "<p>We are looking forward to it.</p>",
        }));
        if kind == "reminder" {
            notification.insert("beforeTime".to_owned(), json!([{ "timeOffset": 1, "unit": "days" }]));
        }
        notifications.add(notification);
    }
    let id = calendar["id"].as_str().unwrap_or_default();
    made.notifications.insert(id.to_owned(), notifications);
}

fn add_resources(made: &mut Calendars, dice: &mut Dice, location: &str) {
    let practice = made.calendars.iter().find(|calendar| calendar["calendarType"] == "service_booking");
    let calendars: Vec<Value> = practice.map(|calendar| calendar["id"].clone()).into_iter().collect();
    let things = [
        ("rooms", "Room A", "First floor, with a view", 12),
        ("rooms", "Room B", "Second floor, quiet", 6),
        ("equipments", "Projector", "Full HD, with a cable", 1),
    ];
    for (kind, name, description, capacity) in things {
        made.resources.add(record(json!({
            "_id": dice.object_id(),
            "locationId": location,
            "resourceType": kind,
            "name": name,
            "description": description,
            "quantity": 1,
            "outOfService": 0,
            "capacity": capacity,
            "calendarIds": calendars,
            "isActive": true,
        })));
    }
}

/// A team meeting that closes a calendar, and a day off of a user.
fn add_blocked_times(made: &mut Calendars, dice: &mut Dice, world: &World) {
    let first = made.calendars.iter().next().and_then(|calendar| calendar["id"].as_str()).map(str::to_owned);
    let span = |from: Millis, length: Millis| {
        (time::local(from).fixed_offset(), time::local(from + length).fixed_offset())
    };
    let mut meeting = Event::new(dice.id(), span(START + 7 * DAY + 6 * HOUR, HOUR), START);
    meeting.title = "Team meeting".to_owned();
    meeting.calendar = first;
    let mut day_off = Event::new(dice.id(), span(START + 9 * DAY + 5 * HOUR, 8 * HOUR), START);
    day_off.title = "Day off".to_owned();
    day_off.user = Some(world.users[2].id.clone());
    for event in [meeting, day_off] {
        made.events.add(event);
    }
}

/// One of five contacts has an appointment: of what `dice` says, with a note if it took place.
pub fn appointment(world: &World, contact: &Contact, dice: &mut Dice, notes: &mut Dice) -> Option<Event> {
    if !dice.percent(20) {
        return None;
    }
    let day = contact.added + (1 + dice.below(14)) as Millis * DAY;
    let status = *dice.pick(&words::APPOINTMENTS);
    let (id, room) = (dice.id(), dice.id());
    let user = &dice.pick(&world.users).id;
    let mut event = Event::new(id, office_time(day), contact.added);
    event.title = format!("Advice for {}", contact.name());
    event.status = status.to_owned();
    event.contact = Some(contact.id.clone());
    event.calendar = calendar_of(world, user);
    event.user = Some(user.clone());
    event.source = "booking_widget";
    event.details = record(json!({
        "address": format!("https://meet.example.com/{room}"),
        "meetingLocationType": "custom",
    }));
    if status == "showed" {
        event.notes.add(record(json!({
            "id": notes.id(),
            "body": notes.pick(&words::NOTES),
            "userId": user,
            "dateAdded": time::iso(event.ends.timestamp_millis()),
            "contactId": contact.id,
        })));
    }
    Some(event)
}

/// The first calendar that the user is a member of.
fn calendar_of(world: &World, user: &str) -> Option<String> {
    let is_member = |calendar: &&Record| {
        let team = calendar.get("teamMembers").and_then(Value::as_array);
        team.into_iter().flatten().any(|member| member["userId"] == user)
    };
    let calendar = world.calendars.calendars.iter().find(is_member)?;
    calendar["id"].as_str().map(str::to_owned)
}

/// Half an hour between nine and five near this moment, not on a weekend.
fn office_time(near: Millis) -> (DateTime<FixedOffset>, DateTime<FixedOffset>) {
    let near = time::local(near);
    let later = match near.weekday() {
        Weekday::Sat => 2,
        Weekday::Sun => 1,
        _ => 0,
    };
    let hour = NaiveTime::from_hms_opt(9 + near.hour() % 8, 0, 0).expect("nine to four is a time");
    let starts = (near.date_naive() + Days::new(later)).and_time(hour);
    let starts = ZONE.from_local_datetime(&starts).earliest().expect("clocks change at night").fixed_offset();
    (starts, starts + TimeDelta::minutes(30))
}

/// The ids and names of records, with the kind where there are several.
pub fn named(records: &Records) -> Vec<Value> {
    let named = |record: &Record| {
        let id = record.get("id").or(record.get("_id"));
        json!({ "id": id, "name": record.get("name"), "resourceType": record.get("resourceType") })
    };
    records.iter().map(named).collect()
}

pub fn blocked_times(world: &World) -> Vec<Value> {
    let blocked = world.calendars.events.shown().filter(|event| event.contact.is_none());
    blocked.map(|event| json!({ "id": event.id, "name": event.title })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opening_hours_are_meant_where_the_location_is() {
        let world = crate::seed::world(7, 0, "http://sandbox");
        let location = world.locations.get(&world.ready.location_id).unwrap();
        assert_eq!(location["timezone"], ZONE.name());
    }
}
