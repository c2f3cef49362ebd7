//! Every refusal and every lost answer means the same for every operation.

use std::net::SocketAddr;

use highline_catalog::{Done, Effect, Retry};
use highline_model::ErrorKind;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

use super::*;

/// What a status, with or without `Retry-After`, comes to.
const REFUSALS: [(u16, Option<u64>, ErrorKind, Retry); 11] = [
    (400, None, ErrorKind::Rejected, Retry::Never),
    (401, None, ErrorKind::Unauthorized, Retry::Never),
    (403, None, ErrorKind::Forbidden, Retry::Never),
    (404, None, ErrorKind::NotFound, Retry::Never),
    (422, None, ErrorKind::Rejected, Retry::Never),
    (500, None, ErrorKind::Unavailable, Retry::Backoff),
    (502, None, ErrorKind::Unavailable, Retry::Backoff),
    (503, None, ErrorKind::Unavailable, Retry::Backoff),
    (504, None, ErrorKind::Unavailable, Retry::Backoff),
    (429, Some(7), ErrorKind::RateLimited, Retry::After(Duration::from_secs(7))),
    (429, None, ErrorKind::RateLimited, Retry::After(Duration::from_secs(10))),
];

/// What is known of a lost request of this operation.
fn lost(subject: &Subject) -> Done {
    match subject.operation.definition().effect {
        Effect::Read => Done::No,
        Effect::Write => Done::Unknown,
    }
}

#[tokio::test]
async fn each_status_is_classified() {
    for (status, retry_after, kind, retry) in REFUSALS {
        for subject in subjects() {
            let server = subject
                .server(move |_, _| {
                    let answer =
                        ResponseTemplate::new(status).set_body_string(r#"{"message":["no","never"]}"#);
                    retry_after
                        .map_or(answer.clone(), |wait| answer.insert_header("retry-after", wait.to_string()))
                })
                .await;
            let connection = subject.connection(&server.uri());
            let input = subject.input();
            let call = Call::new(&input, &connection, Duration::from_secs(10));
            let error = subject.operation.call(call).await.expect_err(subject.id());
            let told = (error.failure.kind, error.retry, error.failure.status);
            assert_eq!(told, (kind, retry, Some(status)), "{}", subject.id());
            let done = if status >= 500 && status != 503 { lost(&subject) } else { Done::No };
            assert_eq!(error.done, done, "{} {status}", subject.id());
            assert!(error.failure.message.contains("no"), "{}: {error}", subject.id());
            assert_eq!(subject.sent(&server).await.len(), 1, "{} tried again by itself", subject.id());
        }
    }
}

#[tokio::test]
async fn an_answer_that_does_not_come_in_time_leaves_a_write_unknown() {
    let server = MockServer::start().await;
    let late = ResponseTemplate::new(200).set_delay(Duration::from_secs(60));
    Mock::given(any()).respond_with(late).mount(&server).await;
    for subject in subjects() {
        let connection = subject.connection(&server.uri());
        let input = subject.input();
        let call = Call::new(&input, &connection, Duration::from_millis(50));
        let error = subject.operation.call(call).await.expect_err(subject.id());
        let told = (error.failure.kind, error.retry, error.done);
        assert_eq!(told, (ErrorKind::Timeout, Retry::Backoff, lost(&subject)), "{}", subject.id());
    }
}

#[tokio::test]
async fn a_connection_that_is_cut_leaves_a_write_unknown_and_none_at_all_does_not() {
    let cut = cutting().await;
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    for subject in subjects() {
        let error = subject.call(&format!("http://{cut}"), &subject.input()).await.expect_err(subject.id());
        let told = (error.failure.kind, error.retry, error.done);
        assert_eq!(
            told,
            (ErrorKind::Connection, Retry::Backoff, lost(&subject)),
            "{}: {error}",
            subject.id()
        );
        let error =
            subject.call(&format!("http://{closed}"), &subject.input()).await.expect_err(subject.id());
        let told = (error.failure.kind, error.retry, error.done);
        assert_eq!(told, (ErrorKind::Connection, Retry::Backoff, Done::No), "{}: {error}", subject.id());
    }
}

/// A server that reads a request and hangs up.
async fn cutting() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = [0; 16 * 1024];
            let _ = stream.read(&mut request).await;
        }
    });
    address
}
