use std::time::Duration;

use highline_catalog::Retry;
use highline_connector::HttpSettings;
use secrecy::SecretString;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;

fn operation(id: &str) -> Operation {
    rustls::crypto::ring::default_provider().install_default().ok();
    let app = app(&Http::new(HttpSettings::default()).unwrap());
    app.operations.into_iter().find(|operation| operation.definition().id == id).unwrap()
}

async fn answering(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

fn connection(base_url: &str, secrets: &[&str]) -> Connection {
    let secrets =
        secrets.iter().map(|name| ((*name).to_owned(), SecretString::from(format!("s3cret-{name}"))));
    Connection {
        name: "partner".into(),
        app: "http".into(),
        base_url: Some(base_url.parse().unwrap()),
        secrets: secrets.collect(),
        ..Connection::default()
    }
}

async fn call(id: &str, input: Value, connection: &Connection) -> Result<Output, OperationError> {
    let call = Call::new(input.as_object().unwrap(), connection, Duration::from_secs(5));
    operation(id).call(call).await
}

#[tokio::test]
async fn a_connection_with_a_signing_secret_signs_what_is_sent_and_shows_no_secret() {
    let server = answering(ResponseTemplate::new(200)).await;
    let connection = connection(&server.uri(), &["signing_secret"]);
    let input = json!({"method": "POST", "url": "hooks", "body": {"name": "Mara"}});
    for _ in 0..2 {
        call("http.request", input.clone(), &connection).await.unwrap();
    }
    for sent in server.received_requests().await.unwrap() {
        let signature = sent.headers["x-highline-signature"].to_str().unwrap().to_owned();
        let (t, v1) = signature.split_once(",v1=").unwrap();
        let t: i64 = t.strip_prefix("t=").unwrap().parse().unwrap();
        let body = std::str::from_utf8(&sent.body).unwrap();
        assert_eq!(v1, hmac_of("s3cret-signing_secret", &format!("{t}.{body}")));
        assert!(!sent.headers.contains_key("authorization"));
    }
    let Operation::Action(action) = operation("http.request") else { panic!("an action") };
    let preview =
        action.preview(Call::new(input.as_object().unwrap(), &connection, Duration::from_secs(1))).unwrap();
    assert_eq!(preview.headers["X-Highline-Signature"], "t=…,v1=***");
}

/// HMAC-SHA256 as RFC 2104 has it, apart from the code under test.
fn hmac_of(key: &str, message: &str) -> String {
    use sha2::{Digest, Sha256};
    let mut block = [0_u8; 64];
    block[..key.len()].copy_from_slice(key.as_bytes());
    let padded = |with: u8| block.map(|byte| byte ^ with).to_vec();
    let inner = Sha256::digest([padded(0x36), message.as_bytes().to_vec()].concat());
    hex::encode(Sha256::digest([padded(0x5c), inner.to_vec()].concat()))
}

#[tokio::test]
async fn all_attempts_of_a_step_send_the_same_key_and_another_step_another() {
    let server = answering(ResponseTemplate::new(200)).await;
    let mut connection = connection(&server.uri(), &[]);
    connection.values.insert("idempotency_header".into(), json!("Idempotency-Key"));
    let input = json!({"method": "POST", "url": "orders", "body": {"n": 1}});
    let (workflow, run) = ("orders".parse().unwrap(), highline_model::RunId::new());
    for step in ["first", "first", "each[1].first"] {
        let step = highline_model::StepPath::from(step);
        let origin = Some(highline_catalog::Origin { workflow: &workflow, run, step: &step });
        let call = Call::new(input.as_object().unwrap(), &connection, Duration::from_secs(5));
        operation("http.request").call(Call { origin, ..call }).await.unwrap();
    }
    let sent = server.received_requests().await.unwrap();
    let keys: Vec<_> = sent.iter().map(|sent| sent.headers["idempotency-key"].clone()).collect();
    assert_eq!(keys[0], keys[1]);
    assert_ne!(keys[0], keys[2]);
}

#[tokio::test]
async fn a_request_without_a_connection_gives_status_headers_and_body() {
    let server =
        answering(ResponseTemplate::new(201).set_body_json(json!({"id": 7})).insert_header("x-a", "b")).await;
    let input = json!({
        "method": "POST", "url": format!("{}/hooks?fixed=1", server.uri()),
        "query": {"q": "a+b", "n": [1, 2]}, "headers": {"X-Mine": 5}, "body": {"name": "Mara"},
    });
    let output = call("http.request", input, &Connection::default()).await.unwrap();
    assert_eq!(
        (output.status, &output.data["status"], &output.data["body"]),
        (Some(201), &json!(201), &json!({"id": 7}))
    );
    assert_eq!(output.data["headers"]["x-a"], "b");
    let sent = &server.received_requests().await.unwrap()[0];
    assert_eq!(sent.url.query(), Some("fixed=1&q=a%2Bb&n=1&n=2"));
    assert_eq!(sent.headers["x-mine"], "5");
    assert_eq!(sent.headers["content-type"], "application/json");
    assert_eq!(sent.body, br#"{"name":"Mara"}"#);
}

#[tokio::test]
async fn text_goes_out_and_comes_in_as_text() {
    let server = answering(ResponseTemplate::new(200).set_body_string("plain")).await;
    let input = json!({
        "method": "PUT", "url": server.uri(), "headers": {"Content-Type": "application/xml"}, "body": "<a/>",
    });
    let output = call("http.request", input, &Connection::default()).await.unwrap();
    assert_eq!(output.data["body"], "plain");
    let sent = &server.received_requests().await.unwrap()[0];
    assert_eq!(
        (sent.body.as_slice(), sent.headers["content-type"].to_str().unwrap()),
        (&b"<a/>"[..], "application/xml")
    );
}

#[tokio::test]
async fn each_kind_of_connection_proves_who_asks() {
    let server = answering(ResponseTemplate::new(204)).await;
    for (secrets, header, wanted) in [
        (&["token"][..], "authorization", "Bearer s3cret-token"),
        (&["username", "password"], "authorization", "Basic czNjcmV0LXVzZXJuYW1lOnMzY3JldC1wYXNzd29yZA=="),
        (&["username"], "authorization", "Basic czNjcmV0LXVzZXJuYW1lOg=="),
        (&["key"], "x-api-key", "s3cret-key"),
    ] {
        let output =
            call("http.get", json!({"url": "/people"}), &connection(&server.uri(), secrets)).await.unwrap();
        assert_eq!(output.data["body"], json!(null));
        let sent = server.received_requests().await.unwrap().pop().unwrap();
        assert_eq!((sent.url.path(), sent.headers[header].to_str().unwrap()), ("/people", wanted));
    }
}

#[tokio::test]
async fn secrets_go_to_the_host_of_the_connection_only() {
    let other = answering(ResponseTemplate::new(200)).await;
    let connection = connection("https://partner.example.com/api", &["token"]);
    let input = json!({"url": format!("{}/steal", other.uri())});
    let error = call("http.get", input, &connection).await.unwrap_err();
    assert_eq!(error.failure.kind, ErrorKind::InvalidInput);
    assert!(error.failure.message.contains("its secrets are sent nowhere else"), "{error}");
    assert!(other.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_status_is_an_error_unless_it_is_expected() {
    let server =
        answering(ResponseTemplate::new(404).set_body_json(json!({"error": {"message": "no such"}}))).await;
    let error = call("http.get", json!({"url": server.uri()}), &Connection::default()).await.unwrap_err();
    assert_eq!((error.failure.kind, error.retry), (ErrorKind::NotFound, Retry::Never));
    assert!(error.failure.message.ends_with("was answered with 404: no such"), "{error}");
    let input = json!({"url": server.uri(), "expect": [200, 404]});
    assert_eq!(call("http.get", input, &Connection::default()).await.unwrap().data["status"], 404);
}

#[tokio::test]
async fn plain_http_and_other_schemes_are_refused() {
    for url in ["http://example.com/", "ftp://example.com/", "file:///etc/passwd", "people"] {
        let error = call("http.get", json!({"url": url}), &Connection::default()).await.unwrap_err();
        assert_eq!(error.failure.kind, ErrorKind::InvalidInput, "{url}: {error}");
    }
}

#[test]
fn a_preview_masks_the_secrets() {
    let Operation::Action(action) = operation("http.request") else { panic!("an action") };
    let connection = connection("https://partner.example.com", &["token"]);
    let input = json!({"method": "POST", "url": "/hooks", "body": {"a": 1}});
    let call = Call::new(input.as_object().unwrap(), &connection, Duration::from_secs(5));
    assert_eq!(
        serde_json::to_value(action.preview(call).unwrap()).unwrap(),
        json!({
            "method": "POST", "url": "https://partner.example.com/hooks",
            "headers": {"Authorization": "Bearer ***"}, "body": {"a": 1},
        })
    );
}
