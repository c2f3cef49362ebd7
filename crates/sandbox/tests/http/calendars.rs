//! Calendars, groups, notifications, resources.

use serde_json::{Value, json};

use crate::client::{Client, id};

async fn calendar_ids(client: &Client, query: &str) -> Vec<String> {
    let (status, body) = client.get(&format!("/calendars/?locationId={}{query}", client.location())).await;
    assert_eq!(status, 200, "{body}");
    crate::client::ids(&body["calendars"])
}

#[tokio::test]
async fn a_calendar_lives_from_create_to_delete() {
    let client = Client::with_contacts(0).await;
    let seeded = calendar_ids(&client, "").await;
    assert_eq!(seeded.len(), 4);
    let body = json!({ "locationId": client.location(), "name": "Course Advice", "slotDuration": 45 });
    let (status, body) = client.post("/calendars/", body).await;
    assert_eq!(status, 200, "not 201: {body}");
    let made = &body["calendar"];
    assert_eq!((&made["slotDuration"], &made["slotInterval"]), (&json!(45), &json!(30)));
    assert_eq!((&made["calendarType"], &made["isActive"]), (&json!("event"), &json!(true)));
    assert_eq!(made["slug"], "course-advice-2", "the seeded one has the plain slug");
    let path = format!("/calendars/{}", id(made));
    assert_eq!(client.get(&path).await.1["calendar"], *made);
    let (status, body) = client.put(&path, json!({ "appoinmentPerDay": 4, "isActive": false })).await;
    assert_eq!((status, &body["calendar"]["appoinmentPerDay"]), (200, &json!(4)));
    assert_eq!(body["calendar"]["name"], "Course Advice", "the update is partial");
    assert!(calendar_ids(&client, "").await.contains(&id(made)));
    assert!(!calendar_ids(&client, "&showDrafted=false").await.contains(&id(made)));
    let (status, body) = client.delete(&path).await;
    assert_eq!((status, &body["calendar"]["id"]), (200, &made["id"]));
    assert_eq!(client.get(&path).await.0, 404);
    assert_eq!(calendar_ids(&client, "").await, seeded);
}

#[tokio::test]
async fn what_is_wrong_in_a_calendar_is_named() {
    let client = Client::with_contacts(0).await;
    let body = json!({
        "name": "Odd",
        "appointmentPerSlot": 2,
        "calendarType": "solo",
        "teamMembers": [{ "priority": 0.7 }],
        "openHours": [{ "daysOfTheWeek": [7], "hours": [{ "openHour": 24 }] }],
    });
    let (status, body) = client.post("/calendars/", body).await;
    assert_eq!(status, 422);
    for part in [
        "locationId should not be empty",
        "property appointmentPerSlot should not exist",
        "calendarType must be one of",
        "teamMembers.0.userId should not be empty",
        "teamMembers.0.priority must be one of",
        "openHours.0.daysOfTheWeek must be an array of numbers from 0 to 6",
        "openHours.0.hours.0.openHour must be a number from 0 to 23",
        "openHours.0.hours.0.closeMinute should not be empty",
    ] {
        let messages = body["message"].as_array().unwrap();
        assert!(messages.iter().any(|said| said.as_str().unwrap().starts_with(part)), "{part}: {body}");
    }
}

#[tokio::test]
async fn a_calendar_needs_the_team_of_its_kind() {
    let client = Client::with_contacts(0).await;
    let (first, second) = (client.directory("users", 0).await, client.directory("users", 1).await);
    let calendar = |kind: &str, users: &[&String]| {
        let team: Vec<Value> = users.iter().map(|user| json!({ "userId": user })).collect();
        json!({ "locationId": client.location(), "name": kind, "calendarType": kind, "teamMembers": team })
    };
    assert_eq!(client.post("/calendars/", calendar("round_robin", &[])).await.0, 422);
    assert_eq!(client.post("/calendars/", calendar("personal", &[&first, &second])).await.0, 422);
    assert_eq!(client.post("/calendars/", calendar("personal", &[&first])).await.0, 200);
    let unknown = "nobody".to_owned();
    assert_eq!(client.post("/calendars/", calendar("round_robin", &[&unknown])).await.0, 404);
    let taken = json!({ "slug": "sales-call" });
    let path = format!("/calendars/{}", client.directory("calendars", 0).await);
    assert_eq!(client.put(&path, taken).await.0, 400, "another calendar has this slug");
    assert_eq!(client.put(&path, json!({ "slug": "course-advice" })).await.0, 200, "its own");
    assert_eq!(client.put(&path, json!({ "calendarType": "event" })).await.0, 422, "only create takes it");
}

#[tokio::test]
async fn a_group_lives_from_create_to_delete() {
    let client = Client::with_contacts(0).await;
    let location = client.location();
    let slug = |slug: &str| json!({ "locationId": location, "slug": slug });
    let free = client.post("/calendars/groups/validate-slug", slug("evenings")).await;
    assert_eq!((free.0, &free.1["available"]), (200, &json!(true)));
    let new =
        json!({ "locationId": location, "name": "Evenings", "description": "Late", "slug": "evenings" });
    let (status, body) = client.post("/calendars/groups", new.clone()).await;
    assert_eq!((status, &body["group"]["isActive"]), (201, &json!(true)));
    let group = id(&body["group"]);
    let taken = client.post("/calendars/groups/validate-slug", slug("evenings")).await;
    assert_eq!(taken.1["available"], false);
    assert_eq!(client.post("/calendars/groups", new).await.0, 400, "the slug is taken");
    let path = format!("/calendars/groups/{group}");
    assert_eq!(client.put(&path, json!({ "name": "Nights" })).await.0, 422, "the update is a full one");
    let full = json!({ "name": "Nights", "description": "Late", "slug": "evenings" });
    assert_eq!(client.put(&path, full).await.1["group"]["name"], "Nights");
    let off = client.put(&format!("{path}/status"), json!({ "isActive": false })).await;
    assert_eq!((off.0, &off.1["success"]), (200, &json!(true)));
    let groups = client.get(&format!("/calendars/groups?locationId={location}")).await.1["groups"].clone();
    assert_eq!((groups.as_array().unwrap().len(), &groups[1]["isActive"]), (2, &json!(false)));

    let calendar = client.directory("calendars", 1).await;
    client.put(&format!("/calendars/{calendar}"), json!({ "groupId": group })).await;
    assert_eq!(calendar_ids(&client, &format!("&groupId={group}")).await, [calendar]);
    assert_eq!(client.delete(&path).await.1["success"], true);
    assert!(calendar_ids(&client, &format!("&groupId={group}")).await.is_empty());
    assert_eq!(client.delete(&path).await.0, 404);
}

#[tokio::test]
async fn notifications_go_in_and_out_as_bare_arrays() {
    let client = Client::with_contacts(0).await;
    let path = format!("/calendars/{}/notifications", client.directory("calendars", 0).await);
    let (status, seeded) = client.get(&path).await;
    assert_eq!((status, seeded.as_array().unwrap().len()), (200, 2));
    let new = |kind: &str| json!({ "receiverType": "contact", "channel": "sms", "notificationType": kind });
    let (status, made) = client.post(&path, json!([new("booked"), new("followup")])).await;
    assert_eq!((status, made.as_array().unwrap().len()), (200, 2));
    let one = format!("{path}/{}", made[0]["_id"].as_str().unwrap());
    assert_eq!(client.get(&one).await.1["notificationType"], "booked", "the record is the whole body");
    let page = client.get(&format!("{path}?limit=1&skip=2")).await.1;
    assert_eq!((page.as_array().unwrap().len(), &page[0]["_id"]), (1, &made[0]["_id"]));
    assert_eq!(client.get(&format!("{path}?limit=101")).await.0, 422);

    let (status, body) = client.put(&one, json!({ "isActive": false })).await;
    assert_eq!((status, body["message"].is_string()), (200, true));
    let inactive = client.get(&format!("{path}?isActive=false")).await.1;
    assert_eq!((inactive.as_array().unwrap().len(), &inactive[0]["_id"]), (1, &made[0]["_id"]));
    client.put(&one, json!({ "deleted": true })).await;
    assert_eq!(client.get(&path).await.1.as_array().unwrap().len(), 3, "hidden, but kept");
    assert_eq!(client.get(&format!("{path}?deleted=true")).await.1.as_array().unwrap().len(), 1);
    assert_eq!(client.delete(&one).await.0, 200);
    assert_eq!(client.get(&one).await.0, 404);

    assert_eq!(client.post(&path, new("booked")).await.0, 400, "create takes an array");
    assert_eq!(client.post(&path, json!([{ "channel": "sms" }])).await.0, 422);
    assert_eq!(client.post(&path, json!([new("party")])).await.0, 422);
    assert_eq!(client.get("/calendars/none/notifications").await.0, 404);
}

#[tokio::test]
async fn a_resource_lives_from_create_to_delete() {
    let client = Client::with_contacts(0).await;
    let calendars = [client.directory("calendars", 0).await, client.directory("calendars", 2).await];
    let list = format!("/calendars/resources/rooms?locationId={}", client.location());
    assert_eq!(client.get(&list).await.0, 422, "limit and skip are required");
    let room = json!({
        "locationId": client.location(), "name": "Hall", "description": "Big", "quantity": 1,
        "outOfService": 0, "capacity": 85, "calendarIds": calendars,
    });
    let (status, made) = client.post("/calendars/resources/rooms", room.clone()).await;
    assert_eq!((status, &made["resourceType"]), (201, &json!("rooms")));
    let one = format!("/calendars/resources/rooms/{}", made["_id"].as_str().unwrap());
    assert_eq!(client.get(&one).await.1["capacity"], 85);
    let rooms = client.get(&format!("{list}&limit=2&skip=2")).await.1;
    assert_eq!((rooms.as_array().unwrap().len(), &rooms[0]["name"]), (1, &json!("Hall")));
    let (status, changed) = client.put(&one, json!({ "capacity": 90, "isActive": false })).await;
    assert_eq!((status, &changed["capacity"]), (200, &json!(90)));
    assert_eq!(client.get(&one.replace("rooms", "equipments")).await.0, 404, "a room is no equipment");
    assert_eq!(
        client.post("/calendars/resources/equipments", room.clone()).await.0,
        422,
        "one calendar only"
    );
    assert_eq!(client.post("/calendars/resources/cars", room).await.0, 422);
    assert_eq!(client.delete(&one).await.1["success"], true);
    assert_eq!(client.get(&one).await.0, 404);
}
