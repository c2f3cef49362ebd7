//! Nothing that changes between two polls is missed, and nothing is told twice.

use std::collections::HashSet;

use super::*;

/// The keys that a second poll finds after the first.
async fn fresh(world: &World, id: &str, first: &Batch) -> HashSet<String> {
    let known: HashSet<&str> = first.items.iter().map(|item| item.key.as_str()).collect();
    let second = world.poll(id, json!({}), first.cursor.as_ref()).await;
    second.items.into_iter().map(|item| item.key).filter(|key| !known.contains(key.as_str())).collect()
}

#[tokio::test]
async fn ten_thousand_changed_contacts_between_two_polls_are_all_seen() {
    let world = World::with_contacts(10_050).await;
    let first = world.poll("contacts.search", json!({}), None).await;
    world.control(Method::POST, "/touch", json!({"count": 10_000})).await;
    assert_eq!(fresh(&world, "contacts.search", &first).await.len(), 10_000);
}

#[tokio::test]
async fn ten_thousand_changed_opportunities_between_two_polls_are_all_seen() {
    let world = World::with_contacts(20).await;
    world.control(Method::POST, "/opportunities", json!({"count": 10_050})).await;
    let first = world.poll("opportunities.search", json!({}), None).await;
    world.control(Method::POST, "/opportunities/touch", json!({"count": 10_000, "same_time": true})).await;
    let seen = fresh(&world, "opportunities.search", &first).await.len();
    assert_eq!(seen, 10_000, "all of them changed at the same moment");
}

#[tokio::test]
async fn a_new_opportunity_is_told_once_to_who_wants_new_ones_only() {
    let world = World::with_contacts(5).await;
    let first = world.poll_as("opportunities.search", json!({}), (None, Emit::New)).await;
    world.control(Method::POST, "/opportunities", json!({"count": 3})).await;
    let second = world.poll_as("opportunities.search", json!({}), (first.cursor.as_ref(), Emit::New)).await;
    let known: HashSet<&str> = first.items.iter().map(|item| item.key.as_str()).collect();
    let new: Vec<&str> =
        second.items.iter().map(|item| item.key.as_str()).filter(|key| !known.contains(key)).collect();
    assert_eq!(new.len(), 3);
    world.control(Method::POST, "/opportunities/touch", json!({"count": 20})).await;
    let third = world.poll_as("opportunities.search", json!({}), (second.cursor.as_ref(), Emit::New)).await;
    let known: HashSet<&str> =
        first.items.iter().chain(&second.items).map(|item| item.key.as_str()).collect();
    assert!(third.items.iter().all(|item| known.contains(item.key.as_str())), "a change is not new");
}

#[tokio::test]
async fn messages_are_read_as_far_as_the_last_poll_and_none_is_missed() {
    let world = World::with_contacts(0).await;
    let contact = world.contact("ada@example.com").await;
    let path = format!("/conversations/{contact}/messages");
    let message = |n: usize| json!({"type": "TYPE_SMS", "body": format!("message {n}")});
    for n in 0..30 {
        world.control(Method::POST, &path, message(n)).await;
    }
    let conversations = world.call("conversations.search", json!({"contactId": contact})).await;
    let input = json!({"conversationId": conversations[0]["id"]});
    let first = world.poll("conversations.messages.list", input.clone(), None).await;
    for n in 30..180 {
        world.control(Method::POST, &path, message(n)).await;
    }
    let second = world.poll("conversations.messages.list", input, first.cursor.as_ref()).await;
    let known: HashSet<&str> = first.items.iter().map(|item| item.key.as_str()).collect();
    let new = second.items.iter().filter(|item| !known.contains(item.key.as_str())).count();
    assert_eq!(new, 150);
}

#[tokio::test]
async fn a_task_that_is_completed_opened_and_completed_again_is_told_each_time() {
    let world = World::with_contacts(0).await;
    let contact = world.contact("ada@example.com").await;
    let task =
        json!({"contactId": contact, "title": "Call", "dueDate": "2030-01-01T09:00:00Z", "completed": false});
    let task = id(&world.call("contacts.tasks.create", task).await);
    let watched = json!({"contactId": contact});
    let mut batch = world.poll("contacts.tasks.list", watched.clone(), None).await;
    let mut keys: HashSet<String> = batch.items.iter().map(|item| item.key.clone()).collect();
    for completed in [true, false, true] {
        let change = json!({"contactId": contact, "taskId": task, "completed": completed});
        world.call("contacts.tasks.complete", change).await;
        for told in [true, false] {
            batch = world.poll("contacts.tasks.list", watched.clone(), batch.cursor.as_ref()).await;
            let new = batch.items.iter().filter(|item| keys.insert(item.key.clone())).count();
            assert_eq!(new == 1, told, "completed: {completed}");
        }
    }
}

#[tokio::test]
async fn a_single_record_is_told_when_it_changes_and_not_before() {
    let world = World::with_contacts(0).await;
    let contact = world.contact("ada@example.com").await;
    let appointment = book(&world, &contact).await;
    let watched = json!({"eventId": appointment});
    let first = world.poll("calendars.appointments.get", watched.clone(), None).await;
    let second = world.poll("calendars.appointments.get", watched.clone(), first.cursor.as_ref()).await;
    assert_eq!(first.items, second.items);
    let change = json!({"eventId": appointment, "appointmentStatus": "cancelled"});
    world.call("calendars.appointments.update", change).await;
    let third = world.poll("calendars.appointments.get", watched, second.cursor.as_ref()).await;
    assert_ne!(third.items[0].key, second.items[0].key);
}

/// Books the first free slot of the first calendar; gives the appointment's id.
pub async fn book(world: &World, contact: &str) -> String {
    let calendars = world.call("calendars.list", json!({})).await;
    let calendar = &calendars[0]["id"];
    let slots = world.call("calendars.free_slots", json!({"calendarId": calendar})).await;
    let appointment = json!({
        "calendarId": calendar, "contactId": contact, "title": "First talk", "startTime": slots[0]["slot"],
    });
    id(&world.call("calendars.appointments.create", appointment).await)
}
