//! What a calendar's settings mean: how long a slot is, when it is open, who takes the appointments.

use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta, TimeZone};
use chrono_tz::Tz;
use serde_json::Value;

use crate::highlevel::records::Record;
use crate::time::{DAY, HOUR, Millis, ZONE};

const MINUTE: Millis = HOUR / 60;

/// Reads the settings of one calendar.
#[derive(Debug, Clone, Copy)]
pub struct Plan<'a>(pub &'a Record);

impl<'a> Plan<'a> {
    pub fn id(self) -> &'a str {
        self.text("id")
    }

    /// Of one appointment.
    pub fn length(self) -> TimeDelta {
        TimeDelta::milliseconds(self.span("slotDuration").unwrap_or(HOUR / 2).max(MINUTE))
    }

    /// From one slot to the next.
    pub fn step(self) -> TimeDelta {
        TimeDelta::milliseconds(self.span("slotInterval").unwrap_or(HOUR / 2).max(MINUTE))
    }

    /// What is kept free between two appointments: the time after the one and that before the other.
    pub fn gap(self) -> Millis {
        self.span("slotBuffer").unwrap_or(0) + self.span("preBuffer").unwrap_or(0)
    }

    /// How many appointments one person takes at a time.
    pub fn seats(self) -> usize {
        self.count("appoinmentPerSlot").unwrap_or(1).max(1)
    }

    pub fn most_a_day(self) -> Option<usize> {
        self.count("appoinmentPerDay").filter(|most| *most > 0)
    }

    pub fn team(self) -> impl Iterator<Item = &'a str> {
        let members = self.0.get("teamMembers").and_then(Value::as_array).into_iter().flatten();
        members.filter_map(|member| member["userId"].as_str())
    }

    /// Whether everybody of the team comes to each appointment.
    pub fn is_collective(self) -> bool {
        self.text("calendarType") == "collective"
    }

    pub fn confirms(self) -> bool {
        self.0.get("autoConfirm") != Some(&Value::Bool(false))
    }

    /// The title of an appointment for which none is given.
    pub fn title(self, contact: &str) -> String {
        self.text("eventTitle").replace("{{contact.name}}", contact)
    }

    /// When an appointment may start as seen from `now`: the notice and the range, each only if it is set.
    pub fn bookable(self, now: Millis) -> RangeInclusive<Millis> {
        let after = self.span("allowBookingAfter").map_or(Millis::MIN, |notice| now + notice);
        let until = self.span("allowBookingFor").map_or(Millis::MAX, |range| now + range);
        after..=until
    }

    /// The opening hours of a day, in the sub-account's zone. Dates of their own replace those of the weekday; a
    /// calendar may also be told to go by one of the two alone.
    pub fn open(self, day: NaiveDate) -> Vec<(DateTime<Tz>, DateTime<Tz>)> {
        let kind = self.0.get("availabilityType").and_then(Value::as_f64);
        let own = self.hours_of_date(day).filter(|_| kind != Some(0.0));
        let hours = match own {
            Some(hours) => hours,
            None if kind == Some(1.0) => Vec::new(),
            None => self.hours_of_weekday(day),
        };
        hours.into_iter().filter_map(|hours| opening(day, hours)).collect()
    }

    fn hours_of_date(self, day: NaiveDate) -> Option<Vec<&'a Value>> {
        let dates = self.0.get("availabilities")?.as_array()?;
        let text = day.to_string();
        let date = dates.iter().find(|date| {
            date["deleted"] != true && date["date"].as_str().is_some_and(|own| own.starts_with(&text))
        })?;
        Some(date["hours"].as_array()?.iter().collect())
    }

    fn hours_of_weekday(self, day: NaiveDate) -> Vec<&'a Value> {
        let weekday = f64::from(day.weekday().num_days_from_sunday());
        let open = self.0.get("openHours").and_then(Value::as_array).into_iter().flatten();
        open.filter(|hours| {
            let days = hours["daysOfTheWeek"].as_array().into_iter().flatten();
            days.filter_map(Value::as_f64).any(|day| day == weekday)
        })
        .flat_map(|hours| hours["hours"].as_array().into_iter().flatten())
        .collect()
    }

    fn text(self, name: &str) -> &'a str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    fn count(self, name: &str) -> Option<usize> {
        self.0.get(name)?.as_f64().map(|count| count as usize)
    }

    /// A time with its unit; a year at most, so that no sum leaves the calendar.
    fn span(self, name: &str) -> Option<Millis> {
        let default = if name.starts_with("allow") { "days" } else { "mins" };
        let unit = match self.0.get(&format!("{name}Unit")).and_then(Value::as_str).unwrap_or(default) {
            "hours" => HOUR,
            "days" => DAY,
            "weeks" => 7 * DAY,
            "months" => 30 * DAY,
            _ => MINUTE,
        };
        let count = self.0.get(name)?.as_f64()?;
        Some((count * unit as f64).clamp(0.0, 366.0 * DAY as f64) as Millis)
    }
}

/// Midnight at the end of a day is hour 23, minute 60.
fn opening(day: NaiveDate, hours: &Value) -> Option<(DateTime<Tz>, DateTime<Tz>)> {
    let at = |hour: &str, minute: &str| {
        let minutes = hours[hour].as_f64()? * 60.0 + hours[minute].as_f64()?;
        let local = day.and_time(NaiveTime::MIN) + TimeDelta::minutes(minutes as i64);
        ZONE.from_local_datetime(&local).earliest()
    };
    Some((at("openHour", "openMinute")?, at("closeHour", "closeMinute")?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn open(settings: Value, day: &str) -> Vec<String> {
        let settings = settings.as_object().unwrap();
        let open = Plan(settings).open(day.parse().unwrap());
        open.iter()
            .map(|(from, to)| format!("{} {}", from.format("%a %H:%M%:z"), to.format("%H:%M%:z")))
            .collect()
    }

    fn hours(open: u8, close: u8) -> Value {
        json!({ "openHour": open, "openMinute": 30, "closeHour": close, "closeMinute": 0 })
    }

    #[test]
    fn the_hours_are_those_of_the_weekday_in_the_zone_of_the_sub_account() {
        let settings = json!({ "openHours": [
            { "daysOfTheWeek": [1, 2], "hours": [hours(8, 12), hours(13, 17)] },
            { "daysOfTheWeek": [0], "hours": [hours(10, 11)] },
        ] });
        assert_eq!(
            open(settings.clone(), "2030-01-07"),
            ["Mon 08:30-06:00 12:00-06:00", "Mon 13:30-06:00 17:00-06:00"]
        );
        assert_eq!(open(settings.clone(), "2030-07-07"), ["Sun 10:30-05:00 11:00-05:00"]);
        assert!(open(settings, "2030-01-09").is_empty());
    }

    #[test]
    fn a_date_of_its_own_replaces_the_weekday() {
        let own = json!([{ "date": "2030-01-07T00:00:00.000Z", "hours": [hours(20, 22)] }]);
        let weekday = json!([{ "daysOfTheWeek": [1, 2], "hours": [hours(8, 12)] }]);
        let settings =
            |kind: Value| json!({ "openHours": weekday, "availabilities": own, "availabilityType": kind });
        assert_eq!(open(settings(Value::Null), "2030-01-07"), ["Mon 20:30-06:00 22:00-06:00"]);
        assert_eq!(open(settings(Value::Null), "2030-01-08"), ["Tue 08:30-06:00 12:00-06:00"]);
        assert_eq!(open(settings(json!(0)), "2030-01-07"), ["Mon 08:30-06:00 12:00-06:00"]);
        assert!(open(settings(json!(1)), "2030-01-08").is_empty());
    }

    #[test]
    fn lengths_have_units_and_are_never_nothing() {
        let settings = json!({ "slotDuration": 2, "slotDurationUnit": "hours", "slotInterval": 0 });
        let plan = Plan(settings.as_object().unwrap());
        assert_eq!((plan.length(), plan.step()), (TimeDelta::hours(2), TimeDelta::minutes(1)));
        let settings =
            json!({ "allowBookingAfter": 1e300, "allowBookingFor": 2, "allowBookingForUnit": "weeks" });
        let plan = Plan(settings.as_object().unwrap());
        assert_eq!(plan.bookable(DAY).into_inner(), (367 * DAY, 15 * DAY));
    }
}
