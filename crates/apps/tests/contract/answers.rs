//! What answers may look like, and what a poll makes of them.

use highline_catalog::{Done, Effect, FieldType, Since};
use highline_model::ErrorKind;

use super::*;

#[tokio::test]
async fn fields_that_nobody_knows_yet_do_no_harm() {
    for subject in subjects().into_iter().filter(Subject::is_json) {
        let mut reply = subject.reply();
        let plain = subject.call(&subject.sample_server().await.uri(), &subject.input()).await.unwrap();
        let data = subject.data_of(&mut reply);
        match data {
            Some(Value::Object(record)) => drop(record.insert("brandNew".into(), Value::from(1))),
            Some(Value::Array(items)) => items.iter_mut().filter_map(Value::as_object_mut).for_each(|item| {
                item.insert("brandNew".into(), Value::from(1));
            }),
            _ => {}
        }
        if let Value::Object(top) = &mut reply {
            top.insert("brandNewTop".into(), Value::from(1));
        }
        let rest = subject.empty_page();
        let server = subject
            .server(move |n, _| ResponseTemplate::new(200).set_body_json(if n == 0 { &reply } else { &rest }))
            .await;
        let mut output = subject.call(&server.uri(), &subject.input()).await.unwrap();
        forget(&mut output.data);
        assert_eq!(output.data, plain.data, "{}", subject.id());
    }
}

fn forget(data: &mut Value) {
    match data {
        Value::Object(record) => {
            record.shift_remove("brandNew");
            record.shift_remove("brandNewTop");
            record.values_mut().for_each(forget);
        }
        Value::Array(items) => items.iter_mut().for_each(forget),
        _ => {}
    }
}

#[tokio::test]
async fn an_answer_that_is_not_json_is_a_bad_reply() {
    for subject in subjects().into_iter().filter(Subject::is_json) {
        let server = subject.server(|_, _| ResponseTemplate::new(200).set_body_string("<html>")).await;
        let error = subject.call(&server.uri(), &subject.input()).await.expect_err(subject.id());
        assert_eq!(error.failure.kind, ErrorKind::BadReply, "{}", subject.id());
        let read = subject.operation.definition().effect == Effect::Read;
        assert_eq!(error.done, if read { Done::No } else { Done::Unknown }, "{}", subject.id());
    }
}

#[tokio::test]
async fn the_sample_has_the_types_that_the_fields_declare() {
    for subject in subjects() {
        let output = subject.call(&subject.sample_server().await.uri(), &subject.input()).await.unwrap();
        let records = output.data.as_array().cloned().unwrap_or_else(|| vec![output.data.clone()]);
        for record in records.iter().filter(|record| record.is_object()) {
            for field in &subject.operation.definition().output {
                let value = record.get(&field.name).unwrap_or(&Value::Null);
                assert!(
                    fits(field.kind, value),
                    "{}: `{}` is {value}, not {}",
                    subject.id(),
                    field.name,
                    field.kind
                );
            }
        }
    }
}

fn fits(kind: FieldType, value: &Value) -> bool {
    value.is_null() || kind.fits(value)
}

#[tokio::test]
async fn a_poll_of_the_same_answer_gives_the_same_keys() {
    for subject in subjects() {
        let Operation::Trigger(trigger) = &subject.operation else { continue };
        let poll = trigger.definition().poll.clone().unwrap();
        let mut keys = Vec::new();
        for _ in 0..2 {
            let server = subject.sample_server().await;
            let connection = subject.connection(&server.uri());
            let input = subject.input();
            let call = Call::new(&input, &connection, Duration::from_secs(10));
            let now = "2026-11-21T08:00:00Z".parse().unwrap();
            let since = Since { cursor: None, backfill: false, emit: poll.emit, now };
            let batch =
                trigger.poll(call, since).await.unwrap_or_else(|error| panic!("{}: {error}", subject.id()));
            keys.push(batch.items.into_iter().map(|item| item.key).collect::<Vec<_>>());
        }
        assert!(!keys[0].is_empty(), "the sample of {} has nothing to find", subject.id());
        assert_eq!(keys[0], keys[1], "{}", subject.id());
    }
}
