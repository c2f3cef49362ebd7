use std::sync::{Arc, Mutex};

use highline_catalog::Connection;
use reqwest::header::{HeaderMap, HeaderValue};
use secrecy::SecretString;
use serde_json::json;

use super::*;

const SECRET: &str = r#"s3cret/"token"#;

fn took() -> Took {
    Took { first_byte: Some(Duration::from_millis(3)), all: Duration::from_millis(7) }
}

fn request() -> Request {
    Request::new("POST", Url::parse("https://example.com/a").unwrap())
}

fn answer(status: u16, body: impl Into<Vec<u8>>) -> Result<Answer, SendError> {
    Ok(Answer { status, headers: HeaderMap::new(), body: body.into() })
}

/// What a tape of a connection with the secret hears.
async fn heard(faults_only: bool, request: &Request, result: &Result<Answer, SendError>) -> Vec<Heard> {
    let mut connection = Connection::default();
    connection.secrets.insert("token".into(), SecretString::from(SECRET));
    let all = Arc::new(Mutex::new(Vec::new()));
    let told = all.clone();
    let tape = Tape {
        connection: connection.into(),
        most_bytes: 200,
        faults_only,
        listener: Box::new(move |heard| told.lock().unwrap().push(heard)),
    };
    Arc::new(tape).around(async { tell(request, result, took) }).await;
    tell(request, result, took);
    all.lock().unwrap().clone()
}

async fn only(request: &Request, result: &Result<Answer, SendError>) -> Heard {
    let mut all = heard(false, request, result).await;
    assert_eq!(all.len(), 1, "nobody listens any more when the tape is off");
    all.remove(0)
}

#[tokio::test]
async fn what_is_heard_holds_no_secret() {
    let mut request = request();
    request.set_query("key", &json!(SECRET));
    request.set_header("Authorization", "Basic czNjcmV0");
    request.set_header("X-Plain", format!("with {SECRET} in it"));
    request.set_body("note", json!([SECRET, "plain"]));
    let mut headers = HeaderMap::new();
    headers.insert("set-cookie", HeaderValue::from_static("session=abc"));
    let body = json!({ "echo": format!("you sent {SECRET}"), "access_token": "fresh", "password": null });
    let answer = Ok(Answer { status: 201, headers, body: body.to_string().into_bytes() });
    let heard = only(&request, &answer).await;
    let text = serde_json::to_string(&heard).unwrap();
    for secret in ["s3cret", "czNj", "session=abc", "fresh"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    assert_eq!(heard.request.body, Some(json!({ "note": ["***", "plain"] })));
    assert_eq!(heard.request.headers["Content-Type"], "application/json");
    let body = json!({ "echo": "you sent ***", "access_token": "***", "password": null });
    assert_eq!((heard.response.unwrap().body, heard.took_ms), (body, 7));
    assert_eq!(heard.first_byte_ms, Some(3));
}

#[tokio::test]
async fn a_body_that_is_cut_says_so_and_does_not_end_in_half_a_secret() {
    for before in 150..220 {
        let body = json!({ "text": format!("{}{SECRET}{}", "x".repeat(before), "é".repeat(200)) });
        let mut request = request();
        request.body = crate::RequestBody::Json(body.clone());
        let heard = only(&request, &answer(422, body.to_string())).await;
        let response = heard.response.unwrap();
        assert_eq!(
            (response.cut_from, heard.request.cut_from),
            (Some(body.to_string().len()), response.cut_from)
        );
        let kept = response.body.as_str().unwrap();
        assert!(kept.len() <= 200 && kept.len() > 150, "{kept}");
        assert!(!kept.contains("s3c") && kept.starts_with(r#"{"text":"xxx"#), "{kept}");
    }
}

#[tokio::test]
async fn what_is_no_text_is_not_shown_as_such() {
    let heard = only(&request(), &answer(200, vec![137, 80, 0, 71])).await;
    assert_eq!(heard.response.unwrap().body, "(4 bytes that are no text)");
}

#[tokio::test]
async fn a_password_in_a_url_is_masked() {
    let url = Url::parse("https://ann:letmein@example.com/a").unwrap();
    let heard = only(&Request::new("GET", url), &Err(SendError::Connect("refused".into()))).await;
    assert_eq!(heard.request.url, "https://ann:***@example.com/a");
    assert_eq!((heard.response, heard.error), (None, Some("no connection: refused".into())));
}

#[tokio::test]
async fn a_tape_for_faults_hears_of_nothing_else() {
    assert!(heard(true, &request(), &answer(200, "{}")).await.is_empty());
    assert_eq!(heard(true, &request(), &answer(422, "{}")).await.len(), 1);
    assert_eq!(heard(true, &request(), &Err(SendError::Timeout)).await.len(), 1);
}
