//! Appointments, alone and in series, their notes, and the lists they are in.

use serde_json::{Value, json};

use crate::client::{Client, id};
use crate::office::{DAY, HOUR, MONDAY, Office};

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
    let gone = office.client.get(&path).await.1["appointment"].clone();
    assert_eq!(gone["deleted"], true, "still answered");
    assert_ne!(gone["dateUpdated"], changed["dateUpdated"]);
    let list = format!(
        "/calendars/events?locationId={}&calendarId={}&startTime={MONDAY}&endTime={}",
        office.client.location(),
        office.calendar,
        MONDAY + 7 * DAY
    );
    assert_eq!(office.client.get(&list).await.1["events"], json!([gone]), "and listed");
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
    let made = office.booked("2030-01-07T10:00:00-06:00").await;
    let backwards = json!({ "appointmentStatus": "cancelled", "endTime": "2030-01-07T09:00:00-06:00" });
    assert_eq!(office.change(&made, backwards).await.0, 422);
    let block = format!("/calendars/events/block-slots/{}", id(&made));
    let title = json!({ "locationId": office.client.location(), "title": "Busy" });
    assert_eq!(office.client.put(&block, title).await.0, 404, "an appointment is no blocked time");
    assert_eq!(office.list("events").await[0]["appointmentStatus"], "confirmed");
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
