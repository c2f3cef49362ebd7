use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::client::{Client, id};

async fn call(client: &Client, more: Value) -> Value {
    let ada = id(&client.create(json!({ "firstName": "Ada", "phone": "+15125550111" })).await);
    let mut message = json!({ "type": "TYPE_CALL" });
    message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    client.receive(&ada, message).await
}

async fn file(client: &Client, path: &str) -> Response {
    client.request(Method::GET, path).send().await.unwrap()
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers()[name].to_str().unwrap()
}

fn recording(client: &Client, message: &Value) -> String {
    format!("/conversations/messages/{}/locations/{}/recording", id(message), client.location())
}

fn transcription(client: &Client, message: &Value) -> String {
    format!("/conversations/locations/{}/messages/{}/transcription", client.location(), id(message))
}

#[tokio::test]
async fn the_recording_of_a_call_is_a_wav_file() {
    let client = Client::with_contacts(0).await;
    let message = call(&client, json!({ "duration": 90 })).await;
    assert_eq!(message["meta"], json!({ "callDuration": 90, "callStatus": "completed" }));
    let response = file(&client, &recording(&client, &message)).await;
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "content-type"), "audio/x-wav");
    assert_eq!(header(&response, "content-disposition"), "Attachment; filename=audio.wav");
    let bytes = response.bytes().await.unwrap();
    let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    assert_eq!((&bytes[..4], &bytes[8..16], &bytes[36..40]), (&b"RIFF"[..], &b"WAVEfmt "[..], &b"data"[..]));
    assert_eq!((number(4) + 8, number(40) + 44), (bytes.len(), bytes.len()));
}

#[tokio::test]
async fn a_call_is_transcribed_sentence_by_sentence() {
    let client = Client::with_contacts(0).await;
    let message = call(&client, json!({ "transcript": ["Hello.", "Good morning."] })).await;
    let (status, sentences) = client.get(&transcription(&client, &message)).await;
    assert_eq!((status, sentences.as_array().unwrap().len()), (200, 2));
    assert_eq!((&sentences[1]["sentenceIndex"], &sentences[1]["mediaChannel"]), (&json!(1), &json!(2)));
    assert_eq!(sentences[1]["transcript"], "Good morning.");
    assert_eq!(sentences[0]["endTime"], sentences[1]["startTime"]);
    let response = file(&client, &format!("{}/download", transcription(&client, &message))).await;
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "content-type"), "text/plain");
    assert_eq!(header(&response, "content-disposition"), "Attachment; filename=\"transcription.txt\"");
    assert_eq!(response.text().await.unwrap(), "Hello.\nGood morning.\n");
}

#[tokio::test]
async fn what_was_not_recorded_is_not_found() {
    let client = Client::with_contacts(0).await;
    let silent = call(&client, json!({ "recorded": false, "transcript": [] })).await;
    let sms = client.receive(silent["contactId"].as_str().unwrap(), json!({})).await;
    for message in [&silent, &sms, &json!({ "id": "nothing" })] {
        let transcription = transcription(&client, message);
        for path in [&recording(&client, message), &transcription, &format!("{transcription}/download")] {
            assert_eq!(client.get(path).await.0, 404, "{path}");
        }
    }
}

#[tokio::test]
async fn the_recording_is_not_for_another_location() {
    let client = Client::with_contacts(0).await;
    let message = call(&client, json!({})).await;
    let path = format!("/conversations/messages/{}/locations/another/recording", id(&message));
    assert_eq!(client.get(&path).await.0, 403);
}
