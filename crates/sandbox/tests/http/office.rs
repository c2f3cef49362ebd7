//! A place to book appointments at. 7 January 2030 is a Monday; the sub-account is in Chicago.

use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Answer, Client, answer, id};

/// Monday 7 January 2030, 00:00 in Chicago, in milliseconds.
pub const MONDAY: i64 = 1_893_996_000_000;
pub const HOUR: i64 = 3_600_000;
pub const DAY: i64 = 24 * HOUR;

/// A sandbox with one contact and the calendar of one person, open Monday to Friday from nine to five.
pub struct Office {
    pub client: Client,
    pub calendar: String,
    pub contact: String,
}

impl Office {
    pub async fn open() -> Self {
        Self::with(json!({})).await
    }

    pub async fn with(settings: Value) -> Self {
        let client = Client::with_contacts(0).await;
        let user = client.directory("users", 0).await;
        let mut body = json!({
            "locationId": client.location(), "name": "Consulting", "calendarType": "personal",
            "teamMembers": [{ "userId": user }], "slotDuration": 1, "slotDurationUnit": "hours",
            "slotInterval": 1, "slotIntervalUnit": "hours",
        });
        body.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
        let (status, made) = client.post("/calendars/", body).await;
        assert_eq!(status, 200, "{made}");
        let contact = id(&client.create(json!({ "firstName": "Ada", "lastName": "Abbott" })).await);
        Self { calendar: id(&made["calendar"]), client, contact }
    }

    pub fn wish(&self, start: &str) -> Value {
        json!({
            "calendarId": self.calendar, "locationId": self.client.location(),
            "contactId": self.contact, "startTime": start,
        })
    }

    pub async fn book(&self, wish: Value) -> Answer {
        self.client.post("/calendars/events/appointments", wish).await
    }

    pub async fn booked(&self, start: &str) -> Value {
        let (status, body) = self.book(self.wish(start)).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    pub async fn free_slots(&self, from: i64, to: i64, more: &str) -> Answer {
        let path = format!("/calendars/{}/free-slots?startDate={from}&endDate={to}{more}", self.calendar);
        self.client.get(&path).await
    }

    /// The hours that Monday's free slots begin with.
    pub async fn monday(&self) -> Vec<String> {
        let body = self.free_slots(MONDAY, MONDAY + DAY, "").await.1;
        let slots = body["2030-01-07"]["slots"].as_array().cloned().unwrap_or_default();
        slots.iter().map(|slot| slot.as_str().unwrap()[11..16].to_owned()).collect()
    }

    /// Of the calendar, within sixty days; those that are not deleted.
    pub async fn list(&self, kind: &str) -> Vec<Value> {
        let (from, to) = (MONDAY, MONDAY + 60 * DAY);
        let query = format!("calendarId={}&startTime={from}&endTime={to}", self.calendar);
        let (status, body) = self
            .client
            .get(&format!("/calendars/{kind}?locationId={}&{query}", self.client.location()))
            .await;
        assert_eq!(status, 200, "{body}");
        let events = body["events"].as_array().unwrap().clone();
        events.into_iter().filter(|event| event["deleted"] == false).collect()
    }

    pub async fn of_contact(&self) -> Vec<Value> {
        let (_, body) = self.client.get(&format!("/contacts/{}/appointments", self.contact)).await;
        body["events"].as_array().unwrap().clone()
    }

    pub async fn change(&self, appointment: &Value, body: Value) -> Answer {
        self.client.put(&format!("/calendars/events/appointments/{}", id(appointment)), body).await
    }

    pub async fn delete(&self, event: &str) -> Answer {
        let path = format!("/calendars/events/{event}");
        answer(self.client.request(Method::DELETE, &path).json(&json!({}))).await
    }
}
