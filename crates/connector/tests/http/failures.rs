//! No answer, or a broken one.

use std::net::SocketAddr;

use highline_catalog::{Done, Retry};
use highline_model::ErrorKind;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

const WRITE: &str =
    "kind: action, method: POST, path: /things, response: { data: thing, fields: [{ name: id }] }";
const READ: &str = "kind: action, method: GET, path: /things";

async fn kind_of(operation: &str, base_url: &str, timeout: Duration) -> (ErrorKind, Retry, Done, String) {
    let connection = connection(base_url);
    let input = Map::new();
    let call = Call::new(&input, &connection, timeout);
    let error = super::operation(operation).call(call).await.unwrap_err();
    (error.failure.kind, error.retry, error.done, error.failure.message)
}

/// A server that reads a request, writes `answer` and closes.
async fn raw(answer: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(answer).await;
        }
    });
    address
}

#[tokio::test]
async fn a_refused_connection_has_done_nothing() {
    let address = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let (kind, retry, done, message) =
        kind_of(WRITE, &format!("http://{address}"), Duration::from_secs(5)).await;
    assert_eq!((kind, retry, done), (ErrorKind::Connection, Retry::Backoff, Done::No), "{message}");
}

#[tokio::test]
async fn a_name_that_does_not_exist_has_done_nothing() {
    let (kind, retry, done, message) =
        kind_of(WRITE, "https://no.such.host.invalid", Duration::from_secs(20)).await;
    assert_eq!((kind, retry, done), (ErrorKind::Connection, Retry::Backoff, Done::No), "{message}");
}

#[tokio::test]
async fn a_failed_handshake_has_done_nothing() {
    let address = raw(b"this is no TLS").await;
    let (kind, _, done, message) =
        kind_of(WRITE, &format!("https://{address}"), Duration::from_secs(5)).await;
    assert_eq!((kind, done), (ErrorKind::Connection, Done::No), "{message}");
}

#[tokio::test]
async fn a_connection_that_is_not_made_in_time_has_done_nothing() {
    rustls::crypto::ring::default_provider().install_default().ok();
    // Accepted, but the TLS handshake is never answered.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let settings = HttpSettings { connect_timeout: Duration::from_millis(200), ..HttpSettings::default() };
    let write = operation_with(&Http::new(settings).unwrap(), APP, WRITE);
    let connection = connection(&format!("https://{}", listener.local_addr().unwrap()));
    let input = Map::new();
    let call = Call::new(&input, &connection, Duration::from_secs(20));
    let error = write.call(call).await.unwrap_err();
    let told = (error.failure.kind, error.retry, error.done);
    assert_eq!(told, (ErrorKind::Connection, Retry::Backoff, Done::No), "{error}");
}

#[tokio::test]
async fn a_connection_cut_after_sending_leaves_a_write_unknown() {
    for answer in [&b""[..], b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"thing\":"] {
        let url = format!("http://{}", raw(answer).await);
        let (kind, retry, done, message) = kind_of(WRITE, &url, Duration::from_secs(5)).await;
        assert_eq!((kind, retry, done), (ErrorKind::Connection, Retry::Backoff, Done::Unknown), "{message}");
        assert_eq!(kind_of(READ, &url, Duration::from_secs(5)).await.2, Done::No, "a read has done nothing");
    }
}

#[tokio::test]
async fn a_timeout_after_sending_leaves_a_write_unknown() {
    let server = server(|_| json(json!({})).set_delay(Duration::from_secs(30))).await;
    let (kind, retry, done, message) = kind_of(WRITE, &server.uri(), Duration::from_millis(200)).await;
    assert_eq!((kind, retry, done), (ErrorKind::Timeout, Retry::Backoff, Done::Unknown));
    assert_eq!(message, "POST /things was not answered within 0.2 s");
}

#[tokio::test]
async fn a_2xx_that_cannot_be_read_was_done_all_the_same() {
    for (body, why) in [
        ("<html>", "the answer is not JSON"),
        ("", "the answer is empty"),
        (r#"{"other":1}"#, "the answer has no `thing`"),
        (r#"{"thing":[1]}"#, "a list where a record should be"),
        (r#"{"thing":{"name":"x"}}"#, "the answer has no `id`"),
    ] {
        let server = server(move |_| ResponseTemplate::new(201).set_body_string(body)).await;
        let (kind, retry, done, message) = kind_of(WRITE, &server.uri(), Duration::from_secs(5)).await;
        assert_eq!((kind, retry, done), (ErrorKind::BadReply, Retry::Never, Done::Unknown), "{body}");
        assert!(message.contains(why), "{message}");
    }
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let server = server(|_| ResponseTemplate::new(200).set_body_bytes(vec![b' '; 9 * 1024 * 1024])).await;
    let (kind, retry, ..) = kind_of(READ, &server.uri(), Duration::from_secs(10)).await;
    assert_eq!((kind, retry), (ErrorKind::TooLarge, Retry::Never));
}

#[tokio::test]
async fn unknown_fields_of_an_answer_are_kept_and_do_no_harm() {
    let server = server(|_| json(json!({"thing": {"id": "1", "brand_new": [1]}, "traceId": "t"}))).await;
    let output = call(&operation(WRITE), &connection(&server.uri()), json!({})).await.unwrap();
    assert_eq!(output.data, json!({"id": "1", "brand_new": [1]}));
}
