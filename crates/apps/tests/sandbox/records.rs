//! Records of other shapes than most: times with a zone, files, texts.

use super::*;

#[tokio::test]
async fn an_appointment_keeps_its_zone() {
    let world = World::with_contacts(0).await;
    let contact = world.contact("ada@example.com").await;
    let calendars = world.call("calendars.list", json!({})).await;
    let booked = json!({
        "calendarId": calendars[0]["name"], "contactId": contact, "ignoreFreeSlotValidation": true,
        "startTime": "2030-06-03T09:30:00+05:30", "endTime": "2030-06-03T10:00:00+05:30",
    });
    let appointment = id(&world.call("calendars.appointments.create", booked).await);
    let read = world.call("calendars.appointments.get", json!({"eventId": appointment})).await;
    assert_eq!(
        (&read["startTime"], &read["endTime"]),
        (&json!("2030-06-03T09:30:00+05:30"), &json!("2030-06-03T10:00:00+05:30"))
    );
    let listed = json!({
        "calendarId": calendars[0]["id"], "startTime": "2030-06-03T00:00:00Z", "endTime": "2030-06-04T00:00:00Z",
    });
    let events = world.call("calendars.events.list", listed).await;
    assert_eq!(events[0]["id"], appointment.as_str());
    let error = world.refused("calendars.events.list", json!({})).await;
    assert!(error.failure.message.contains("give at least one of"), "{error}");
}

#[tokio::test]
async fn a_recorded_call_is_a_file_and_its_transcript_a_list_and_a_text() {
    let world = World::with_contacts(0).await;
    let contact = world.contact("ada@example.com").await;
    let call = json!({"type": "TYPE_CALL", "duration": 30, "recorded": true, "transcript": ["Hello", "Good morning"]});
    world.control(Method::POST, &format!("/conversations/{contact}/messages"), call).await;
    let conversations = world.call("conversations.search", json!({"contactId": contact})).await;
    let messages =
        world.call("conversations.messages.list", json!({"conversationId": conversations[0]["id"]})).await;
    let of = json!({"messageId": messages[0]["id"]});
    let recording = world.call("conversations.messages.recording.get", of.clone()).await;
    assert!(recording["base64"].as_str().unwrap().starts_with("UklGR"), "a WAV file begins with RIFF");
    assert_eq!(recording["contentType"], "audio/x-wav");
    let lines = world.call("conversations.messages.transcription.get", of.clone()).await;
    assert!(lines.to_string().contains("Good morning"), "{lines}");
    let text = world.call("conversations.messages.transcription.download", of).await;
    assert!(text["text"].as_str().unwrap().contains("Good morning"), "{text}");
}
