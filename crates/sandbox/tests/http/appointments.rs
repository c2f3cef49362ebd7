//! Free slots, appointments, blocked times and notes. 7 January 2030 is a Monday; the sub-account is in Chicago.

use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Answer, Client, answer, id};

/// Monday 7 January 2030, 00:00 in Chicago, in milliseconds.
const MONDAY: i64 = 1_893_996_000_000;
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// A sandbox with one contact and the calendar of one person, open Monday to Friday from nine to five.
struct Office {
    client: Client,
    calendar: String,
    contact: String,
}

impl Office {
    async fn open() -> Self {
        Self::with(json!({})).await
    }

    async fn with(settings: Value) -> Self {
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

    fn wish(&self, start: &str) -> Value {
        json!({
            "calendarId": self.calendar, "locationId": self.client.location(),
            "contactId": self.contact, "startTime": start,
        })
    }

    async fn book(&self, wish: Value) -> Answer {
        self.client.post("/calendars/events/appointments", wish).await
    }

    async fn booked(&self, start: &str) -> Value {
        let (status, body) = self.book(self.wish(start)).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    async fn free_slots(&self, from: i64, to: i64, more: &str) -> Answer {
        let path = format!("/calendars/{}/free-slots?startDate={from}&endDate={to}{more}", self.calendar);
        self.client.get(&path).await
    }

    /// The hours that Monday's free slots begin with.
    async fn monday(&self) -> Vec<String> {
        let body = self.free_slots(MONDAY, MONDAY + DAY, "").await.1;
        let slots = body["2030-01-07"]["slots"].as_array().cloned().unwrap_or_default();
        slots.iter().map(|slot| slot.as_str().unwrap()[11..16].to_owned()).collect()
    }

    async fn list(&self, kind: &str) -> Vec<Value> {
        let (from, to) = (MONDAY, MONDAY + 60 * DAY);
        let query = format!("calendarId={}&startTime={from}&endTime={to}", self.calendar);
        let (status, body) = self
            .client
            .get(&format!("/calendars/{kind}?locationId={}&{query}", self.client.location()))
            .await;
        assert_eq!(status, 200, "{body}");
        body["events"].as_array().unwrap().clone()
    }

    async fn of_contact(&self) -> Vec<Value> {
        let (_, body) = self.client.get(&format!("/contacts/{}/appointments", self.contact)).await;
        body["events"].as_array().unwrap().clone()
    }

    async fn change(&self, appointment: &Value, body: Value) -> Answer {
        self.client.put(&format!("/calendars/events/appointments/{}", id(appointment)), body).await
    }

    async fn delete(&self, event: &str) -> Answer {
        let path = format!("/calendars/events/{event}");
        answer(self.client.request(Method::DELETE, &path).json(&json!({}))).await
    }
}

#[tokio::test]
async fn free_slots_are_the_opening_hours_by_date() {
    let office = Office::open().await;
    let (status, body) = office.free_slots(MONDAY - 2 * DAY, MONDAY + 2 * DAY, "").await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(crate::client::keys(&body), ["2030-01-07", "2030-01-08", "traceId"], "closed at the weekend");
    let slots = body["2030-01-07"]["slots"].as_array().unwrap();
    assert_eq!((slots.len(), &slots[0]), (8, &json!("2030-01-07T09:00:00-06:00")));
    assert_eq!(slots[7], "2030-01-07T16:00:00-06:00", "the last one ends as the office closes");
    let (_, body) = office.free_slots(MONDAY, MONDAY + DAY, "&timezone=Asia/Tokyo").await;
    assert_eq!(body["2030-01-08"]["slots"][0], "2030-01-08T00:00:00+09:00");
    let (_, body) = office.free_slots(MONDAY + 10 * HOUR, MONDAY + 12 * HOUR, "").await;
    assert_eq!(body["2030-01-07"]["slots"].as_array().unwrap().len(), 2, "from ten and before twelve");
    let other = office.client.directory("users", 1).await;
    let (_, body) = office.free_slots(MONDAY, MONDAY + DAY, &format!("&userIds={other}")).await;
    assert_eq!(crate::client::keys(&body), ["traceId"], "somebody else is not of the team");
}

#[tokio::test]
async fn a_window_of_free_slots_has_31_days_at_most() {
    let office = Office::open().await;
    assert_eq!(office.free_slots(MONDAY, MONDAY + 31 * DAY, "").await.0, 200);
    assert_eq!(office.free_slots(MONDAY, MONDAY + 31 * DAY + 1, "").await.0, 400);
    assert_eq!(office.free_slots(MONDAY, MONDAY - 1, "").await.0, 400);
    assert_eq!(office.free_slots(MONDAY, i64::MAX, "").await.0, 422);
    assert_eq!(office.free_slots(MONDAY, MONDAY, "&timezone=Mars/Base").await.0, 422);
    let path = format!("/calendars/{}/free-slots?startDate={MONDAY}", office.calendar);
    assert_eq!(office.client.get(&path).await.0, 422, "both ends are required");
    assert_eq!(office.client.get("/calendars/none/free-slots?startDate=0&endDate=1").await.0, 404);
}

#[tokio::test]
async fn a_booked_time_is_free_for_nobody_else() {
    let office = Office::open().await;
    let made = office.booked("2030-01-07T10:00:00-06:00").await;
    assert_eq!(office.monday().await, ["09:00", "11:00", "12:00", "13:00", "14:00", "15:00", "16:00"]);
    for taken in [
        "2030-01-07T16:00:00Z",
        "2030-01-07T10:30:00",
        "2030-01-07T17:00:00-06:00",
        "2030-01-06T10:00:00-06:00",
    ] {
        let (status, body) = office.book(office.wish(taken)).await;
        assert_eq!(status, 400, "{taken}");
        assert!(body["message"].as_str().unwrap().contains("no longer available"), "{body}");
    }
    let mut forced = office.wish("2030-01-07T10:00:00-06:00");
    forced["ignoreFreeSlotValidation"] = json!(true);
    let twin = office.book(forced).await;
    assert_eq!(twin.0, 200, "{}", twin.1);
    assert_eq!(office.change(&twin.1, json!({ "appointmentStatus": "cancelled" })).await.0, 200);
    let (status, _) = office.change(&made, json!({ "startTime": "2030-01-07T15:00:00-06:00" })).await;
    assert_eq!(status, 200);
    assert_eq!(office.monday().await, ["09:00", "10:00", "11:00", "12:00", "13:00", "14:00", "16:00"]);
    let back = office.change(&twin.1, json!({ "appointmentStatus": "confirmed" })).await;
    assert_eq!(back.0, 200, "its time is free again");
    let (status, _) = office.change(&made, json!({ "startTime": "2030-01-07T10:00:00-06:00" })).await;
    assert_eq!(status, 400, "now it is taken");
}

#[tokio::test]
async fn an_appointment_lives_from_create_to_delete() {
    let office = Office::open().await;
    let mut wish = office.wish("2030-01-07T20:30:00+05:30");
    wish["address"] = json!("Main St 1");
    let (status, made) = office.book(wish).await;
    assert_eq!(status, 200, "not 201: {made}");
    assert_eq!(made["startTime"], "2030-01-07T20:30:00+05:30", "the offset is kept");
    assert_eq!(made["endTime"], "2030-01-07T21:30:00+05:30", "a slot long");
    assert_eq!((&made["title"], &made["appointmentStatus"]), (&json!("Ada Abbott"), &json!("confirmed")));
    assert_eq!((&made["meetingLocationType"], &made["isRecurring"]), (&json!("custom"), &json!(false)));
    let path = format!("/calendars/events/appointments/{}", id(&made));
    let shown = office.client.get(&path).await.1["appointment"].clone();
    assert_eq!((&shown["users"], &shown["deleted"]), (&json!([made["assignedUserId"]]), &json!(false)));
    assert_eq!(office.list("events").await, [shown]);
    let of_contact = office.of_contact().await;
    assert_eq!((of_contact.len(), &of_contact[0]["id"]), (1, &made["id"]));
    assert_eq!(
        of_contact[0]["startTime"], "2030-01-07 09:00:00",
        "in the sub-account's zone, without an offset"
    );

    let change = json!({ "startTime": "2030-01-08T21:30:00+05:30", "appointmentStatus": "showed" });
    let (status, changed) = office.change(&made, change).await;
    assert_eq!(
        (status, &changed["endTime"]),
        (200, &json!("2030-01-08T22:30:00+05:30")),
        "as long as before"
    );
    assert_eq!(changed["title"], made["title"], "the update is partial");
    assert_ne!(changed["dateUpdated"], made["dateUpdated"]);
    assert_eq!(office.of_contact().await[0]["appointmentStatus"], "showed");

    assert_eq!(
        office.client.delete(&format!("/calendars/events/{}", id(&made))).await.0,
        400,
        "it takes a body"
    );
    let (status, body) = office.delete(&id(&made)).await;
    assert_eq!((status, &body["succeeded"]), (201, &json!(true)));
    assert_eq!(office.client.get(&path).await.1["appointment"]["deleted"], true, "still answered");
    assert!(office.list("events").await.is_empty() && office.of_contact().await.is_empty());
    assert_eq!(office.delete(&id(&made)).await.0, 404);
    assert_eq!(office.change(&made, json!({ "title": "Again" })).await.0, 404);
}

#[tokio::test]
async fn what_an_appointment_names_must_exist_and_fit() {
    let office = Office::open().await;
    let with = |name: &str, value: Value| {
        let mut wish = office.wish("2030-01-07T10:00:00-06:00");
        wish[name] = value;
        wish
    };
    assert_eq!(office.book(with("contactId", json!("nobody"))).await.0, 404);
    assert_eq!(office.book(with("calendarId", json!("none"))).await.0, 404);
    assert_eq!(office.book(with("assignedUserId", json!("nobody"))).await.0, 404);
    let other = office.client.directory("users", 1).await;
    let (status, body) = office.book(with("assignedUserId", json!(other))).await;
    assert_eq!((status, body["message"].as_str().unwrap().contains("team")), (400, true));
    assert_eq!(office.book(with("appointmentStatus", json!("maybe"))).await.0, 422);
    assert_eq!(office.book(with("startTime", json!("tomorrow"))).await.0, 422);
    assert_eq!(office.book(with("endTime", json!("2030-01-07T09:00:00-06:00"))).await.0, 422);
    assert_eq!(office.book(with("rrule", json!("now and then"))).await.0, 422);
    assert_eq!(office.book(json!({ "locationId": office.client.location() })).await.0, 422);
    assert_eq!(office.client.get("/calendars/events/appointments/none").await.0, 404);
    assert!(office.list("events").await.is_empty());
}

#[tokio::test]
async fn a_person_has_one_appointment_at_a_time_whatever_the_calendar() {
    let office = Office::open().await;
    let client = &office.client;
    office.booked("2030-01-07T10:00:00-06:00").await;
    let advice = client.directory("calendars", 0).await;
    let slot = json!({
        "calendarId": advice, "locationId": client.location(), "contactId": office.contact,
        "startTime": "2030-01-07T10:30:00-06:00",
    });
    let first = office.book(slot.clone()).await;
    assert_eq!(first.1["assignedUserId"], client.directory("users", 1).await, "the other one of the team");
    assert_eq!(office.book(slot).await.0, 400, "both are taken");
}

#[tokio::test]
async fn a_calendar_may_ask_for_notice_buffers_and_a_few_a_day() {
    let office = Office::with(json!({ "slotBuffer": 30, "appoinmentPerDay": 2 })).await;
    office.booked("2030-01-07T12:00:00-06:00").await;
    assert_eq!(office.monday().await, ["09:00", "10:00", "14:00", "15:00", "16:00"]);
    office.booked("2030-01-07T09:00:00-06:00").await;
    assert!(office.monday().await.is_empty());

    let office = Office::with(json!({ "allowBookingFor": 1, "allowBookingForUnit": "weeks" })).await;
    let far = json!("2090-01-04T10:00:00-06:00");
    let mut wish = office.wish(far.as_str().unwrap());
    assert_eq!(office.book(wish.clone()).await.0, 400);
    wish["ignoreDateRange"] = json!(true);
    let (status, body) = office.book(wish).await;
    assert_eq!(status, 200, "{body}");
}

#[tokio::test]
async fn a_blocked_time_closes_a_calendar_or_takes_a_person() {
    let office = Office::open().await;
    let client = &office.client;
    let block = |owner: Value, from: &str, to: &str| {
        let mut body =
            json!({ "locationId": client.location(), "title": "Lunch", "startTime": from, "endTime": to });
        body.as_object_mut().unwrap().extend(owner.as_object().unwrap().clone());
        body
    };
    let (noon, two) = ("2030-01-07T12:00:00-06:00", "2030-01-07T14:00:00-06:00");
    let own = json!({ "calendarId": office.calendar });
    let (status, lunch) = client.post("/calendars/events/block-slots", block(own, noon, two)).await;
    assert_eq!((status, &lunch["startTime"]), (201, &json!(noon)));
    assert_eq!(office.monday().await, ["09:00", "10:00", "11:00", "14:00", "15:00", "16:00"]);
    let listed = office.list("blocked-slots").await;
    assert_eq!((listed.len(), &listed[0]["id"], &listed[0]["title"]), (1, &lunch["id"], &json!("Lunch")));
    assert!(office.list("events").await.is_empty(), "it is no appointment");

    let path = format!("/calendars/events/block-slots/{}", id(&lunch));
    let shorter = json!({ "locationId": client.location(), "endTime": "2030-01-07T13:00:00-06:00" });
    let (status, body) = client.put(&path, shorter).await;
    assert_eq!((status, &body["calendarId"]), (201, &json!(office.calendar)));
    assert_eq!(office.monday().await.len(), 7);

    let user = json!({ "assignedUserId": client.directory("users", 0).await });
    let late = block(user.clone(), "2030-01-07T15:00:00-06:00", "2030-01-07T18:00:00-06:00");
    assert_eq!(client.post("/calendars/events/block-slots", late).await.0, 201);
    assert_eq!(office.monday().await, ["09:00", "10:00", "11:00", "13:00", "14:00"]);
    assert_eq!(office.delete(&id(&lunch)).await.0, 201, "any event is deleted so");
    assert_eq!(office.monday().await.len(), 6);
    assert_eq!(client.put(&path, json!({ "locationId": client.location() })).await.0, 404);

    let mut both = block(user, noon, two);
    both["calendarId"] = json!(office.calendar);
    assert_eq!(client.post("/calendars/events/block-slots", both).await.0, 422);
    assert_eq!(client.post("/calendars/events/block-slots", block(json!({}), noon, two)).await.0, 422);
    let own = json!({ "calendarId": office.calendar });
    assert_eq!(client.post("/calendars/events/block-slots", block(own, two, noon)).await.0, 422);
}

#[tokio::test]
async fn events_are_those_of_a_calendar_a_user_or_a_group_within_the_window() {
    let office = Office::open().await;
    let client = &office.client;
    let late = office.booked("2030-01-07T15:00:00-06:00").await;
    let early = office.booked("2030-01-07T09:00:00-06:00").await;
    let list = async |query: String| {
        let path = format!("/calendars/events?locationId={}&{query}", client.location());
        let (status, body) = client.get(&path).await;
        (status, body["events"].as_array().map(|_| crate::client::ids(&body["events"])).unwrap_or_default())
    };
    let window = format!("startTime={MONDAY}&endTime={}", MONDAY + DAY);
    let both = (200, vec![id(&early), id(&late)]);
    assert_eq!(list(format!("calendarId={}&{window}", office.calendar)).await, both, "the earliest first");
    assert_eq!(list(format!("userId={}&{window}", client.directory("users", 0).await)).await, both);
    let group = client.directory("calendarGroups", 0).await;
    assert_eq!(list(format!("groupId={group}&{window}")).await, (200, vec![]));
    client.put(&format!("/calendars/{}", office.calendar), json!({ "groupId": group })).await;
    assert_eq!(list(format!("groupId={group}&{window}")).await, both);
    let morning = format!("startTime={MONDAY}&endTime={}", MONDAY + 12 * HOUR);
    assert_eq!(list(format!("groupId={group}&{morning}")).await.1, [id(&early)]);
    assert_eq!(list(window).await.0, 422, "one of the three is required");
    assert_eq!(list(format!("groupId={group}&startTime=monday&endTime={MONDAY}")).await.0, 422);
}

#[tokio::test]
async fn a_series_is_changed_as_a_whole_or_one_by_one() {
    let office = Office::open().await;
    office.booked("2030-01-09T10:00:00-06:00").await;
    let mut wish = office.wish("2030-01-07T10:00:00-06:00");
    wish["rrule"] = json!("RRULE:FREQ=DAILY;INTERVAL=1;COUNT=4");
    wish["title"] = json!("Daily");
    let (status, whole) = office.book(wish).await;
    assert_eq!((status, &whole["isRecurring"]), (200, &json!(true)), "{whole}");
    let series = async || -> Vec<Value> {
        office.list("events").await.into_iter().filter(|event| event["title"] != "Ada Abbott").collect()
    };
    let events = series().await;
    let days: Vec<&str> = events.iter().map(|event| &event["startTime"].as_str().unwrap()[..10]).collect();
    assert_eq!(days, ["2030-01-07", "2030-01-08", "2030-01-10"], "Wednesday at ten is taken");
    assert!(events.iter().all(|event| event["masterEventId"] == whole["id"]));
    assert_eq!(id(&events[0]), format!("{}_{}_3600", id(&whole), MONDAY + 10 * HOUR));
    assert_eq!(office.of_contact().await.len(), 4);

    assert_eq!(office.change(&events[1], json!({ "title": "Other" })).await.0, 200);
    assert_eq!(office.change(&whole, json!({ "startTime": "2030-01-07T11:00:00-06:00" })).await.0, 200);
    let now = series().await;
    assert!(
        now.iter().all(|event| event["startTime"].as_str().unwrap().ends_with("T11:00:00-06:00")),
        "{now:?}"
    );
    assert_eq!((&now[0]["title"], &now[1]["title"]), (&json!("Daily"), &json!("Other")));
    assert_eq!(office.delete(&id(&now[0])).await.0, 201);
    assert_eq!(series().await.len(), 2, "one event went");
    let longer = office.change(&whole, json!({ "rrule": "FREQ=WEEKLY;COUNT=3" })).await;
    assert_eq!(longer.0, 200);
    assert_eq!(series().await.len(), 3, "a new rule makes the events anew");
    assert_eq!(office.delete(&id(&whole)).await.0, 201);
    assert!(series().await.is_empty());
}

#[tokio::test]
async fn a_note_of_an_appointment_lives_from_create_to_delete() {
    let office = Office::open().await;
    let client = &office.client;
    let notes =
        format!("/calendars/appointments/{}/notes", id(&office.booked("2030-01-07T10:00:00-06:00").await));
    let user = client.directory("users", 0).await;
    let (status, body) = client.post(&notes, json!({ "body": "First", "userId": user })).await;
    assert_eq!((status, &body["note"]["createdBy"]["id"]), (201, &json!(user)));
    let first = body["note"].clone();
    client.post(&notes, json!({ "body": "Second" })).await;
    let page = client.get(&format!("{notes}?limit=1&offset=0")).await.1;
    assert_eq!(
        (&page["notes"][0]["body"], &page["hasMore"]),
        (&json!("Second"), &json!(true)),
        "newest first"
    );
    let page = client.get(&format!("{notes}?limit=1&offset=1")).await.1;
    assert_eq!((&page["notes"][0], &page["hasMore"]), (&first, &json!(false)));
    assert_eq!(client.get(&notes).await.0, 422, "limit and offset are required");
    assert_eq!(client.get(&format!("{notes}?limit=21&offset=0")).await.0, 422);
    let one = format!("{notes}/{}", id(&first));
    let (status, body) = client.put(&one, json!({ "body": "Changed" })).await;
    assert_eq!((status, &body["note"]["dateAdded"]), (200, &first["dateAdded"]));
    assert_eq!(client.put(&one, json!({ "userId": user })).await.0, 422, "the body is required");
    assert_eq!(client.post(&notes, json!({ "body": "x".repeat(5001) })).await.0, 422);
    assert_eq!(client.delete(&one).await.1["success"], true);
    assert_eq!(client.delete(&one).await.0, 404);
    assert_eq!(client.post("/calendars/appointments/none/notes", json!({ "body": "Lost" })).await.0, 404);
}

#[tokio::test]
async fn appointments_go_with_their_contact() {
    let office = Office::open().await;
    office.booked("2030-01-07T10:00:00-06:00").await;
    assert_eq!(office.client.delete(&format!("/contacts/{}", office.contact)).await.0, 200);
    assert!(office.list("events").await.is_empty());
    assert_eq!(office.monday().await.len(), 8);
}

#[tokio::test]
async fn seeded_appointments_are_found_in_their_calendar_and_at_their_contact() {
    let client = Client::with_contacts(60).await;
    let calendar = client.directory("calendars", 0).await;
    let path = format!(
        "/calendars/events?locationId={}&calendarId={calendar}&startTime=0&endTime={MONDAY}",
        client.location()
    );
    let events = client.get(&path).await.1["events"].as_array().unwrap().clone();
    assert!(!events.is_empty());
    for event in &events {
        let contact = event["contactId"].as_str().unwrap();
        let found = client.get(&format!("/contacts/{contact}/appointments")).await.1;
        assert!(crate::client::ids(&found["events"]).contains(&id(event)));
    }
}
