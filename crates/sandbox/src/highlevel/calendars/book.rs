//! What the sub-account's calendars hold.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset};

use crate::exchange::Reply;
use crate::highlevel::records::{Record, Records};
use crate::highlevel::refusal;
use crate::time::Millis;

/// Calendars and all that belongs to them.
#[derive(Debug)]
pub struct Calendars {
    pub calendars: Records,
    pub groups: Records,
    /// By calendar.
    pub notifications: BTreeMap<String, Records>,
    pub resources: Records,
    pub events: Events,
}

impl Default for Calendars {
    fn default() -> Self {
        Self {
            calendars: Records::new("Calendar", "id"),
            groups: Records::new("Calendar group", "id"),
            notifications: BTreeMap::new(),
            resources: Records::new("Calendar resource", "_id"),
            events: Events::default(),
        }
    }
}

impl Calendars {
    /// The notifications of a calendar that exists.
    ///
    /// # Errors
    /// 404 when there is no such calendar.
    pub fn notifications_of(&mut self, calendar: &str) -> Result<&mut Records, Reply> {
        self.calendars.get(calendar)?;
        Ok(self
            .notifications
            .entry(calendar.to_owned())
            .or_insert_with(|| Records::new("Calendar notification", "_id")))
    }
}

/// An appointment, or a time that is blocked.
#[derive(Debug, Clone)]
pub struct Event {
    pub id: String,
    /// None for a blocked time.
    pub contact: Option<String>,
    pub calendar: Option<String>,
    pub user: Option<String>,
    pub title: String,
    /// `confirmed`; blank for a blocked time.
    pub status: String,
    /// Both with the offset they came with.
    pub starts: DateTime<FixedOffset>,
    pub ends: DateTime<FixedOffset>,
    /// `address`, `description`, `meetingLocationType`, `rrule` and so on, as sent.
    pub details: Record,
    pub role: Role,
    /// Where it comes from: `booking_widget`, `public_api`.
    pub source: &'static str,
    pub added: Millis,
    pub updated: Millis,
    pub deleted: bool,
    pub notes: Records,
}

/// What an event is to a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    Single,
    /// Stands for all events of a series and has no place in the diary itself.
    Series,
    Instance {
        /// The id of the series.
        of: String,
    },
}

impl Event {
    /// A single one, without anything that may be left out.
    pub fn new(
        id: String,
        (starts, ends): (DateTime<FixedOffset>, DateTime<FixedOffset>),
        at: Millis,
    ) -> Self {
        Self {
            id,
            contact: None,
            calendar: None,
            user: None,
            title: String::new(),
            status: String::new(),
            starts,
            ends,
            details: Record::new(),
            role: Role::Single,
            source: "public_api",
            added: at,
            updated: at,
            deleted: false,
            notes: Records::new("Note", "id"),
        }
    }

    /// The series it belongs to, else itself.
    pub fn series(&self) -> &str {
        match &self.role {
            Role::Instance { of } => of,
            Role::Single | Role::Series => &self.id,
        }
    }

    /// Whether nothing else can be at its time.
    pub fn takes_time(&self) -> bool {
        self.is_shown() && !matches!(self.status.as_str(), "cancelled" | "invalid")
    }

    pub fn overlaps(&self, from: Millis, to: Millis) -> bool {
        self.starts.timestamp_millis() < to && self.ends.timestamp_millis() > from
    }

    /// # Errors
    /// 422 unless it ends after it starts.
    pub fn refuse_backwards(&self) -> Result<(), Reply> {
        match self.starts < self.ends {
            true => Ok(()),
            false => Err(refusal::invalid(vec!["endTime must be after startTime".to_owned()])),
        }
    }

    /// Marks it; what was deleted before keeps its time of change.
    pub fn delete(&mut self, now: Millis) {
        if !self.deleted {
            self.deleted = true;
            self.updated = now;
        }
    }

    fn is_shown(&self) -> bool {
        !self.deleted && self.role != Role::Series
    }
}

/// All events in the order made. None ever leaves: a deleted one is marked, since it is still answered by its id.
#[derive(Debug, Default)]
pub struct Events {
    all: Vec<Event>,
    by_id: BTreeMap<String, usize>,
    by_contact: BTreeMap<String, Vec<usize>>,
}

impl Events {
    pub fn add(&mut self, event: Event) {
        let place = self.all.len();
        self.by_id.insert(event.id.clone(), place);
        if let Some(contact) = &event.contact {
            self.by_contact.entry(contact.clone()).or_default().push(place);
        }
        self.all.push(event);
    }

    /// Whatever has this id, deleted or not.
    ///
    /// # Errors
    /// 404 when nothing ever had it.
    pub fn any(&self, id: &str) -> Result<&Event, Reply> {
        self.by_id.get(id).map(|place| &self.all[*place]).ok_or_else(|| refusal::not_found("Event", id))
    }

    /// # Errors
    /// 404 when there is none, or it was deleted.
    pub fn get_mut(&mut self, id: &str) -> Result<&mut Event, Reply> {
        let place = self.by_id.get(id).copied();
        let event = place.map(|place| &mut self.all[place]).filter(|event| !event.deleted);
        event.ok_or_else(|| refusal::not_found("Event", id))
    }

    /// What lists hold: deleted ones too, but not those that only stand for a series.
    pub fn listed(&self) -> impl Iterator<Item = &Event> {
        self.all.iter().filter(|event| event.role != Role::Series)
    }

    /// What stands in the diary: neither deleted ones nor those that only stand for a series.
    pub fn shown(&self) -> impl Iterator<Item = &Event> {
        self.all.iter().filter(|event| event.is_shown())
    }

    pub fn of_contact(&self, contact: &str) -> impl Iterator<Item = &Event> {
        let places = self.by_contact.get(contact).into_iter().flatten();
        places.map(|place| &self.all[*place]).filter(|event| event.is_shown())
    }

    /// An event, and if it stands for a series, all of its events too.
    pub fn with_its_series(&mut self, id: &str) -> impl Iterator<Item = &mut Event> {
        self.all.iter_mut().filter(move |event| !event.deleted && (event.id == id || event.series() == id))
    }

    /// Deletes what a contact had, as it goes itself.
    pub fn forget(&mut self, contact: &str, now: Millis) {
        for place in self.by_contact.remove(contact).unwrap_or_default() {
            self.all[place].delete(now);
        }
    }
}
