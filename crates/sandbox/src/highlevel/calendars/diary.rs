//! Whether a calendar is free at a time: open, not blocked, with somebody of its team who has nothing else.

use chrono::{DateTime, Days};
use chrono_tz::Tz;

use crate::exchange::Reply;
use crate::highlevel::records::Record;
use crate::highlevel::refusal;
use crate::time::{self, DAY, Millis};

use super::book::{Calendars, Event};
use super::plan::Plan;

/// From one moment to another.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    pub from: Millis,
    pub to: Millis,
}

impl Span {
    pub fn of(event: &Event) -> Self {
        Self { from: event.starts.timestamp_millis(), to: event.ends.timestamp_millis() }
    }
}

/// What is in the way of one calendar's appointments.
#[derive(Debug)]
pub struct Diary<'a> {
    plan: Plan<'a>,
    /// Who may take an appointment; nobody for a calendar without a team.
    team: Vec<&'a str>,
    taken: Vec<&'a Event>,
}

impl<'a> Diary<'a> {
    /// As far as it concerns this time, buffers and the whole days included.
    pub fn around(book: &'a Calendars, calendar: &'a Record, span: Span) -> Self {
        let plan = Plan(calendar);
        let (from, to) = (span.from - DAY - plan.gap(), span.to + DAY + plan.gap());
        let taken = book.events.shown().filter(|event| event.takes_time() && event.overlaps(from, to));
        Self { plan, team: plan.team().collect(), taken: taken.collect() }
    }

    /// Leaves out what is about to be moved: an event, or all of a series.
    pub fn without(mut self, series: &str) -> Self {
        self.taken.retain(|event| event.series() != series);
        self
    }

    /// Asks for these people only; for anybody if there are none.
    pub fn of_users(mut self, users: &[&'a str]) -> Self {
        if !users.is_empty() && self.team.is_empty() {
            self.team = users.to_vec();
        } else if !users.is_empty() {
            self.team.retain(|member| users.contains(member));
        }
        self
    }

    /// The starts of the free slots from `span.from` on and before `span.to`.
    pub fn slots(&self, span: Span, now: Millis) -> Vec<DateTime<Tz>> {
        let bookable = self.plan.bookable(now);
        let first = time::local(span.from).date_naive();
        let days =
            (0..).map(|n| first + Days::new(n)).take_while(|day| *day <= time::local(span.to).date_naive());
        let mut slots = Vec::new();
        for (opens, closes) in days.flat_map(|day| self.plan.open(day)) {
            let mut at = opens;
            while at + self.plan.length() <= closes {
                let slot = self.slot(at);
                let is_asked = (span.from..span.to).contains(&slot.from);
                if is_asked && bookable.contains(&slot.from) && self.free_users(slot).is_some() {
                    slots.push(at);
                }
                at += self.plan.step();
            }
        }
        slots.sort_unstable();
        slots.dedup();
        slots
    }

    /// Whoever would take an appointment at this time: nobody in a calendar without a team.
    ///
    /// # Errors
    /// 400 unless the calendar is open all the time, and free.
    pub fn book(&self, span: Span) -> Result<Option<&'a str>, Reply> {
        let day = time::local(span.from).date_naive();
        let is_open = self.plan.open(day).iter().any(|(opens, closes)| {
            opens.timestamp_millis() <= span.from && span.to <= closes.timestamp_millis()
        });
        let users = self.free_users(span).filter(|_| is_open).ok_or_else(unavailable)?;
        Ok(users.first().copied())
    }

    /// # Errors
    /// 400 when it is too soon for the calendar's notice or too late for its range.
    pub fn refuse_out_of_range(&self, span: Span, now: Millis) -> Result<(), Reply> {
        if self.plan.bookable(now).contains(&span.from) { Ok(()) } else { Err(unavailable()) }
    }

    fn slot(&self, at: DateTime<Tz>) -> Span {
        Span { from: at.timestamp_millis(), to: (at + self.plan.length()).timestamp_millis() }
    }

    /// None when the calendar is not free; else those of the team who are.
    fn free_users(&self, span: Span) -> Option<Vec<&'a str>> {
        if self.is_blocked(span) || self.is_full_on_day_of(span) {
            return None;
        }
        let free: Vec<&str> = self.team.iter().copied().filter(|user| self.has_time(user, span)).collect();
        let is_free = match self.plan.team().next() {
            None if self.team.is_empty() => {
                self.in_way(span).filter(|event| self.is_own(event)).count() < self.plan.seats()
            }
            _ if self.plan.is_collective() => !free.is_empty() && free.len() == self.team.len(),
            _ => !free.is_empty(),
        };
        is_free.then_some(free)
    }

    /// Everything that overlaps the time, or is nearer than the gap.
    fn in_way(&self, span: Span) -> impl Iterator<Item = &'a Event> {
        let gap = self.plan.gap();
        self.taken.iter().copied().filter(move |event| event.overlaps(span.from - gap, span.to + gap))
    }

    /// Whether a person has a seat left here and is nowhere else.
    fn has_time(&self, user: &str, span: Span) -> bool {
        let (own, elsewhere): (Vec<_>, Vec<_>) = self
            .in_way(span)
            .filter(|event| event.user.as_deref() == Some(user))
            .partition(|event| self.is_own(event));
        elsewhere.is_empty() && own.len() < self.plan.seats()
    }

    /// An appointment of this very calendar.
    fn is_own(&self, event: &Event) -> bool {
        event.contact.is_some() && event.calendar.as_deref() == Some(self.plan.id())
    }

    fn is_blocked(&self, span: Span) -> bool {
        self.in_way(span)
            .any(|event| event.contact.is_none() && event.calendar.as_deref() == Some(self.plan.id()))
    }

    fn is_full_on_day_of(&self, span: Span) -> bool {
        let Some(most) = self.plan.most_a_day() else { return false };
        let day = |at: Millis| time::local(at).date_naive();
        let same_day = |event: &&&Event| day(event.starts.timestamp_millis()) == day(span.from);
        self.taken.iter().filter(|event| self.is_own(event)).filter(same_day).count() >= most
    }
}

fn unavailable() -> Reply {
    refusal::bad_request("The slot you have selected is no longer available.")
}
