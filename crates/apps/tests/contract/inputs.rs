//! Wrong input is refused before anything is sent.

use highline_catalog::{Done, Retry};
use highline_model::ErrorKind;

use super::*;

/// A server that must not be asked.
async fn silent() -> MockServer {
    let server = MockServer::start().await;
    let answer = |request: &Request| panic!("{} {} was sent", request.method, request.url);
    Mock::given(any())
        .respond_with(move |request: &Request| -> ResponseTemplate { answer(request) })
        .mount(&server)
        .await;
    server
}

async fn refused(subject: &Subject, server: &MockServer, input: &Map<String, Value>) -> OperationError {
    let connection = Connection { values: Map::new(), ..subject.connection(&server.uri()) };
    let call = Call::new(input, &connection, Duration::from_secs(10));
    let error = subject.operation.call(call).await.expect_err(subject.id());
    assert!(server.received_requests().await.unwrap().is_empty(), "{} sent something", subject.id());
    assert_eq!(
        (error.failure.kind, error.retry, error.done),
        (ErrorKind::InvalidInput, Retry::Never, Done::No)
    );
    error
}

#[tokio::test]
async fn each_required_field_that_is_left_out_is_named() {
    let server = silent().await;
    for subject in subjects() {
        for field in subject.operation.definition().input.iter().filter(|field| field.required) {
            let mut input = subject.input();
            input.remove(&field.name);
            let error = refused(&subject, &server, &input).await;
            let wanted = format!("missing field `{}`", field.name);
            assert!(error.failure.message.contains(&wanted), "{}: {error}", subject.id());
        }
    }
}

#[tokio::test]
async fn a_field_that_is_not_known_is_named() {
    let server = silent().await;
    for subject in subjects() {
        let mut input = subject.input();
        input.insert("noSuchField".into(), 1.into());
        let error = refused(&subject, &server, &input).await;
        assert!(error.failure.message.contains("unknown field `noSuchField`"), "{}: {error}", subject.id());
    }
}

#[tokio::test]
async fn every_operation_has_a_sample_and_says_what_it_gives() {
    for subject in subjects() {
        let definition = subject.operation.definition();
        assert!(subject.manifest.operation.sample.is_some(), "{} has no sample", definition.id);
        assert!(!definition.output.is_empty(), "{} does not say what it gives", definition.id);
        for field in &definition.input {
            let told = field.example.is_some() || !field.values.is_empty() || !field.fields.is_empty();
            assert!(
                told || field.kind == highline_catalog::FieldType::Boolean,
                "{}: `{}` has no example",
                definition.id,
                field.name
            );
        }
    }
}
