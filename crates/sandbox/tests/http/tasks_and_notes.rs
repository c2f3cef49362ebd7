use serde_json::json;

use crate::client::{Client, id, keys};

#[tokio::test]
async fn a_task_lives_from_create_to_delete() {
    let client = Client::with_contacts(0).await;
    let ada = client.create(json!({})).await;
    let tasks = format!("/contacts/{}/tasks", id(&ada));
    let (status, body) =
        client.post(&tasks, json!({ "title": "Call", "dueDate": "2030-10-25T11:00:00Z" })).await;
    assert_eq!((status, &body["message"]), (422, &json!(["completed should not be empty"])));
    let new = json!({ "title": "Call", "dueDate": "2030-10-25T11:00:00Z", "completed": false });
    let (status, body) = client.post(&tasks, new).await;
    assert_eq!(status, 201);
    let task = &body["task"];
    assert_eq!(keys(task), ["completed", "contactId", "dueDate", "id", "title"]);
    assert_eq!(task["dueDate"], "2030-10-25T11:00:00.000Z");
    let one = format!("{tasks}/{}", id(task));
    assert_eq!(client.get(&one).await.1["task"], *task);
    let (status, body) = client.put(&one, json!({ "body": "Ask for the invoice" })).await;
    assert_eq!((status, &body["task"]["title"]), (200, &json!("Call")));
    let (status, body) = client.put(&format!("{one}/completed"), json!({ "completed": true })).await;
    assert_eq!((status, &body["task"]["completed"]), (200, &json!(true)));
    let (status, body) = client.get(&tasks).await;
    assert_eq!((status, body["tasks"].as_array().unwrap().len()), (200, 1));
    let (status, body) = client.delete(&one).await;
    assert_eq!((status, &body["succeded"]), (200, &json!(true)));
    assert_eq!(client.get(&one).await.0, 404);
    assert_eq!(client.get(&tasks).await.1["tasks"], json!([]));
    let now = client.get(&format!("/contacts/{}", id(&ada))).await.1;
    assert_eq!(now["contact"]["dateUpdated"], ada["dateUpdated"], "a task is no change of the contact");
}

#[tokio::test]
async fn a_note_lives_from_create_to_delete() {
    let client = Client::with_contacts(0).await;
    let notes = format!("/contacts/{}/notes", id(&client.create(json!({})).await));
    let (status, body) = client.post(&notes, json!({ "body": "<p>Hello <b>there</b></p>" })).await;
    assert_eq!(status, 201);
    let note = &body["note"];
    assert_eq!(note["bodyText"], "Hello there");
    assert_eq!(keys(note), ["body", "bodyText", "contactId", "dateAdded", "id", "pinned", "relations"]);
    let second = client.post(&notes, json!({ "body": "Second" })).await.1["note"].clone();
    let listed = client.get(&notes).await.1["notes"].clone();
    assert_eq!((&listed[0]["id"], &listed[1]["id"]), (&second["id"], &note["id"]), "newest first");
    let one = format!("{notes}/{}", id(note));
    let (status, body) = client.put(&one, json!({ "title": "Summary", "pinned": true })).await;
    assert_eq!((status, &body["note"]["body"]), (200, &note["body"]));
    assert_eq!(body["note"]["dateAdded"], note["dateAdded"]);
    assert_eq!(client.get(&one).await.1["note"], body["note"]);
    assert_eq!(client.delete(&one).await.0, 200);
    assert_eq!(client.delete(&one).await.0, 404);
    assert_eq!(client.post(&notes, json!({})).await.0, 422);
}

#[tokio::test]
async fn records_of_an_unknown_contact_are_not_found() {
    let client = Client::with_contacts(0).await;
    for path in ["tasks", "notes", "appointments"] {
        let (status, body) = client.get(&format!("/contacts/nobody/{path}")).await;
        assert_eq!((status, &body["message"]), (404, &json!("Contact with id nobody not found")));
    }
}
