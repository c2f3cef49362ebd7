use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use super::*;
use crate::manifest::Alternatives;

fn stages() -> Choices {
    Choices {
        operation: "pipelines.list".into(),
        input: Map::new(),
        list: Some("stages".into()),
        within: BTreeMap::from([("id".to_owned(), "pipelineId".to_owned())]),
        also: vec![],
        value: "id".into(),
        label: "name".into(),
    }
}

fn pipelines() -> Vec<Value> {
    let stage = |id: &str, name: &str| json!({"id": id, "name": name});
    vec![
        json!({"id": "P1", "name": "Sales", "stages": [stage("S1", "New"), stage("S2", "Won")]}),
        json!({"id": "P2", "name": "Support", "stages": [stage("S3", "New"), stage("S4", "Solved")]}),
    ]
}

fn chosen(pipeline: Option<&str>, wanted: &str) -> Found {
    let input = pipeline.map(|id| ("pipelineId".to_owned(), json!(id))).into_iter().collect();
    choose(&stages(), &input, &pipelines(), wanted)
}

#[test]
fn a_stage_is_found_in_its_own_pipeline() {
    assert_eq!(chosen(Some("P1"), "New"), Found::Value(json!("S1")));
    assert_eq!(chosen(Some("P2"), "new "), Found::Value(json!("S3")));
    assert_eq!(chosen(None, "Solved"), Found::Value(json!("S4")));
    assert_eq!(chosen(None, "S2"), Found::Value(json!("S2")), "an id is found too");
}

#[test]
fn a_name_that_several_have_is_not_guessed() {
    assert_eq!(chosen(None, "New"), Found::No("there are several: S1, S3; give the id".into()));
}

#[test]
fn a_name_that_nobody_has_comes_with_the_nearest() {
    assert_eq!(chosen(Some("P2"), "Sovled"), Found::No("did you mean `Solved`?".into()));
    assert_eq!(chosen(Some("P1"), "Archived"), Found::No("there are New, Won".into()));
    assert_eq!(chosen(Some("P9"), "New"), Found::No("there are none at all".into()));
}

fn score() -> (ByName, Vec<Value>) {
    let by_name = ByName {
        operation: "fields.list".into(),
        input: Map::new(),
        id: "id".into(),
        name: "name".into(),
        key: Some("fieldKey".into()),
        value: Alternatives(vec!["value".into(), "fieldValue".into()]),
        into: Some("byName".into()),
    };
    (by_name, vec![json!({"id": "F1", "name": "Lead score", "fieldKey": "contact.lead_score"})])
}

#[test]
fn a_custom_field_goes_by_name_key_or_id() {
    let (by_name, fields) = score();
    for wanted in ["Lead score", "lead score", "lead_score", "contact.lead_score", "F1"] {
        assert_eq!(named(&by_name, &fields, wanted), Found::Value(json!("F1")), "{wanted}");
    }
    assert_eq!(named(&by_name, &fields, "Leed score"), Found::No("did you mean `Lead score`?".into()));
}

#[test]
fn values_are_told_by_name_and_what_has_no_name_by_id() {
    let (by_name, fields) = score();
    let list =
        [json!({"id": "F1", "fieldValue": 42}), json!({"id": "F7", "value": "x"}), json!({"value": 1})];
    assert_eq!(Value::Object(names(&by_name, &fields, &list)), json!({"Lead score": 42, "F7": "x"}));
}

#[tokio::test(start_paused = true)]
async fn a_list_is_read_once_and_again_when_it_is_old_or_lacks_a_name() {
    let lookups = Lookups::default();
    let reads = AtomicUsize::new(0);
    let read = || async {
        reads.fetch_add(1, Ordering::Relaxed);
        Ok(Some(vec![json!(1)]))
    };
    let any = |_: &Known| true;
    let young = |known: &Known| !known.may_lack();
    let known = lookups.list("k", any, read()).await.unwrap();
    lookups.list("k", young, read()).await.unwrap();
    assert_eq!(
        (reads.load(Ordering::Relaxed), known.may_lack()),
        (1, false),
        "a list this young lacks nothing"
    );
    tokio::time::advance(BELIEVED * 2).await;
    lookups.list("k", any, read()).await.unwrap();
    assert_eq!(reads.load(Ordering::Relaxed), 1);
    lookups.list("k", young, read()).await.unwrap();
    assert_eq!(reads.load(Ordering::Relaxed), 2);
    tokio::time::advance(FRESH).await;
    lookups.list("k", any, read()).await.unwrap();
    assert_eq!(reads.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn a_reading_that_failed_is_tried_again() {
    let lookups = Lookups::default();
    let failed = async { Err(OperationError::refused(ErrorKind::NotFound, "gone")) };
    assert!(lookups.list("k", |_| true, failed).await.is_err());
    let known = lookups.list("k", |_| true, async { Ok(Some(vec![json!(1)])) }).await.unwrap();
    assert_eq!(*known.records.unwrap(), [json!(1)]);
}
