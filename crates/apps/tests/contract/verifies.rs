//! `verify`: what is asked is understood by the read, and the record that a write makes is known among others.

use chrono::{DateTime, TimeDelta, Utc};
use highline_catalog::{Effect, Kind, Repeat, Verify};

use super::requests::told;
use super::*;

fn began() -> DateTime<Utc> {
    "2026-11-21T08:00:00Z".parse().unwrap()
}

/// The value at a path of objects, made where it lacks.
fn put(record: &mut Value, path: &str, value: Value) {
    let slot = path.split('.').fold(record, |value, name| {
        if !value.is_object() {
            *value = json!({});
        }
        &mut value[name]
    });
    *slot = value;
}

/// What the app would list of a record made by the sample input of a write, so long after it began.
fn record(like: &Value, subject: &Subject, verify: &Verify, after: TimeDelta) -> Value {
    let mut record = like.clone();
    let input = subject.input();
    for same in &verify.same {
        put(&mut record, &same.record, input.get(&same.input).cloned().unwrap_or_default());
    }
    if let Some(path) = &verify.created {
        put(&mut record, path, (began() + after).to_rfc3339().into());
    }
    put(&mut record, &verify.id, format!("made {after}").into());
    record
}

#[tokio::test]
async fn what_a_write_made_is_known_among_what_its_read_gives() {
    let subjects = subjects();
    let mut verified = 0;
    for subject in &subjects {
        let Some(verify) = &subject.operation.definition().verify else { continue };
        verified += 1;
        let id = subject.id();
        let read = subjects.iter().find(|other| other.id() == verify.operation).unwrap();
        let mut asked = verify.ask(&subject.input(), began()).unwrap_or_else(|why| panic!("{id}: {why}"));
        for field in read.operation.definition().input.iter().filter(|field| field.from_connection) {
            asked.entry(&field.name).or_insert_with(|| format!("the-{}", field.name).into());
        }

        let mut page = read.reply();
        let list = read.data_of(&mut page).and_then(Value::as_array_mut);
        let list = list.unwrap_or_else(|| panic!("{id}: {} has no list in its sample", read.id()));
        let like = list[0].clone();
        let made = record(&like, subject, verify, TimeDelta::seconds(1));
        *list = vec![made.clone()];
        if verify.created.is_some() {
            list.push(record(&like, subject, verify, TimeDelta::minutes(-5)));
        }
        for same in verify.same.iter().filter(|same| subject.input().contains_key(&same.input)) {
            let mut other = made.clone();
            put(&mut other, &same.record, Value::Null);
            put(&mut other, &verify.id, format!("another {}", same.record).into());
            if !matches!(subject.input()[&same.input], Value::Bool(false)) {
                list.push(other);
            }
        }
        let (first, rest) = (read.answer(&page), read.answer(&read.empty_page()));
        let server = read.server(move |n, _| if n == 0 { first.clone() } else { rest.clone() }).await;
        let output = read.call(&server.uri(), &asked).await.unwrap_or_else(|error| panic!("{id}: {error}"));
        let found = verify.find(&subject.input(), began(), &output.data);
        let found = found.unwrap_or_else(|why| panic!("{id}: {why}"));
        let ids: Vec<_> = found.iter().filter_map(|record| verify.id_of(record)).collect();
        assert_eq!(ids, [verify.id_of(&made).unwrap()], "{id}: {:#}", output.data);

        let request = told(&read.sent(&server).await[0]);
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(format!("{id}.verified_by"), request);
        });
    }
    assert!(verified >= 15, "only {verified} operations can be verified");
}

#[test]
fn an_unsafe_action_can_be_verified_or_says_why_not() {
    for subject in subjects() {
        let definition = subject.operation.definition();
        let unsafe_at_times = definition.repeat == Repeat::Unsafe || !definition.unsafe_when.is_empty();
        if definition.kind != Kind::Action || definition.effect == Effect::Read || !unsafe_at_times {
            continue;
        }
        let told = definition.notes.iter().any(|note| note.starts_with("It cannot be verified."));
        assert!(
            definition.verify.is_some() != told,
            "{}: `verify`, or a note that it cannot be",
            subject.id()
        );
    }
}
