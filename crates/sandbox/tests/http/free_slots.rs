//! When a calendar is free, and when not.

use serde_json::{Value, json};

use crate::client::id;
use crate::office::{DAY, HOUR, MONDAY, Office};

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
