//! Lists of appointments and of blocked times, and the deletion of either.

use serde_json::{Value, json};

use crate::exchange::{Call, Outcome, Reply};
use crate::highlevel::{fields, refusal};
use crate::world::World;

use super::book::Event;
use super::{told, view, window};

pub fn list_events(world: &mut World, call: &Call) -> Outcome {
    list(world, call, |event| event.contact.is_some())
}

pub fn list_blocked_slots(world: &mut World, call: &Call) -> Outcome {
    list(world, call, |event| event.contact.is_none())
}

/// Takes the id of any event; that of a series stands for all of its events. The vendor wants a body, and says 201.
pub fn delete_event(world: &mut World, call: &Call) -> Outcome {
    fields::body(call, &[])?;
    let id = call.param("eventId");
    let now = world.clock.tick();
    world.calendars.events.get_mut(id)?;
    for event in world.calendars.events.with_its_series(id) {
        event.delete(now);
    }
    told::appointment(world, "AppointmentDelete", id);
    Ok(Reply::created(json!({ "succeeded": true })))
}

/// What overlaps the window, the earliest first; deleted ones are among it and say so.
fn list(world: &World, call: &Call, is_kind: fn(&Event) -> bool) -> Outcome {
    fields::query(call, &["locationId", "userId", "calendarId", "groupId", "startTime", "endTime"])?;
    let span = window::asked(call, "startTime", "endTime")?;
    let whose = Whose::asked(world, call)?;
    let listed = world.calendars.events.listed().filter(|event| is_kind(event));
    let mut events: Vec<&Event> =
        listed.filter(|event| event.overlaps(span.from, span.to) && whose.has(event)).collect();
    events.sort_by_key(|event| event.starts);
    let events: Vec<Value> = events.into_iter().map(|event| view::event(world, event)).collect();
    Ok(Reply::ok(json!({ "events": events })))
}

/// Whose events are asked for; each that is named narrows the list.
struct Whose<'a> {
    user: Option<&'a str>,
    calendar: Option<&'a str>,
    /// The calendars of the group.
    group: Option<Vec<&'a str>>,
}

impl<'a> Whose<'a> {
    /// # Errors
    /// 422 when neither user nor calendar nor group is named.
    fn asked(world: &'a World, call: &'a Call) -> Result<Self, Reply> {
        let (user, calendar, group) = (call.query("userId"), call.query("calendarId"), call.query("groupId"));
        if [user, calendar, group].iter().all(|id| id.is_none_or(str::is_empty)) {
            let message = "Either of userId, calendarId or groupId is required";
            return Err(refusal::invalid(vec![message.to_owned()]));
        }
        let calendars_of = |group: &str| {
            let calendars = world.calendars.calendars.iter();
            calendars
                .filter(|calendar| calendar.get("groupId").is_some_and(|id| id == group))
                .filter_map(|calendar| calendar["id"].as_str())
                .collect()
        };
        Ok(Self { user, calendar, group: group.map(calendars_of) })
    }

    fn has(&self, event: &Event) -> bool {
        let calendar = event.calendar.as_deref();
        self.user.is_none_or(|user| event.user.as_deref() == Some(user))
            && self.calendar.is_none_or(|asked| calendar == Some(asked))
            && self.group.as_ref().is_none_or(|group| calendar.is_some_and(|id| group.contains(&id)))
    }
}
