//! Blocked times: of a calendar or of a user. Making and changing one both answer 201.

use chrono::{DateTime, FixedOffset};
use serde_json::{Map, Value};

use crate::exchange::{Call, Outcome, Reply};
use crate::highlevel::fields::{self, Field, Kind, needed, optional};
use crate::highlevel::refusal;
use crate::time;
use crate::world::World;

use super::book::Event;
use super::view;

/// Create needs the times, though the vendor's description leaves them open: without them nothing is blocked.
const fn with(times: bool) -> [Field; 6] {
    [
        optional("title", Kind::Text),
        optional("calendarId", Kind::Text),
        optional("assignedUserId", Kind::Text),
        needed("locationId", Kind::Text),
        Field { name: "startTime", kind: Kind::Time, required: times },
        Field { name: "endTime", kind: Kind::Time, required: times },
    ]
}

const CREATE: [Field; 6] = with(true);
const UPDATE: [Field; 6] = with(false);

pub fn create_block(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(call, &CREATE)?;
    let owner = owner(world, body)?;
    let Some((calendar, user)) = owner else { return Err(one_owner()) };
    let span =
        |name: &str| moment(body, name).ok_or_else(|| refusal::invalid(vec![format!("{name} is no time")]));
    let times = (span("startTime")?, span("endTime")?);
    let mut event = Event::new(String::new(), times, world.clock.tick());
    event.title = body.get("title").and_then(Value::as_str).unwrap_or("Blocked").to_owned();
    (event.calendar, event.user) = (calendar, user);
    event.refuse_backwards()?;
    event.id = world.dice.id();
    let shown = view::blocked(world, &event);
    world.calendars.events.add(event);
    Ok(Reply::created(shown))
}

/// What is left out stays, the owner too.
pub fn update_block(world: &mut World, call: &Call) -> Outcome {
    let body = fields::body(call, &UPDATE)?;
    let owner = owner(world, body)?;
    let now = world.clock.tick();
    let known = known(world, call.param("eventId"))?;
    let mut event = known.clone();
    if let Some(title) = body.get("title").and_then(Value::as_str) {
        event.title = title.to_owned();
    }
    if let Some(owner) = owner {
        (event.calendar, event.user) = owner;
    }
    event.starts = moment(body, "startTime").unwrap_or(event.starts);
    event.ends = moment(body, "endTime").unwrap_or(event.ends);
    event.updated = now;
    event.refuse_backwards()?;
    *known = event.clone();
    Ok(Reply::created(view::blocked(world, &event)))
}

/// An appointment is not found here.
fn known<'a>(world: &'a mut World, id: &str) -> Result<&'a mut Event, Reply> {
    let event = world.calendars.events.get_mut(id)?;
    if event.contact.is_none() { Ok(event) } else { Err(refusal::not_found("Event", id)) }
}

/// The calendar or the user that a body names; not both.
type Owner = (Option<String>, Option<String>);

fn owner(world: &World, body: &Map<String, Value>) -> Result<Option<Owner>, Reply> {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    match (text("calendarId"), text("assignedUserId")) {
        (None, None) => Ok(None),
        (Some(_), Some(_)) => Err(one_owner()),
        (Some(calendar), None) => {
            world.calendars.calendars.get(calendar)?;
            Ok(Some((Some(calendar.to_owned()), None)))
        }
        (None, Some(user)) => Ok(Some((None, Some(super::known_user(world, user)?.to_owned())))),
    }
}

fn one_owner() -> Reply {
    refusal::invalid(vec!["Either calendarId or assignedUserId can be set, not both".to_owned()])
}

fn moment(body: &Map<String, Value>, name: &str) -> Option<DateTime<FixedOffset>> {
    time::parse_with_offset(body.get(name)?.as_str()?)
}
