//! What comes out of right files.

use std::time::Duration;

use highline_catalog::Repeat;
use highline_workflow::{OnError, OnInterrupt, Scope, StepKind, Trigger, WaitFor, index, json_schema};
use highline_yaml::{Format, Source, render};
use serde_json::{Value, json};

use crate::world::checked;

fn right(name: &str) -> std::sync::Arc<highline_workflow::Workflow> {
    let path = format!("{}/tests/right/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
    let source = Source::read(path.as_ref()).unwrap();
    let found = checked(name, &source.text);
    let rendered = render(&[(&source, &found.diagnostics)], Format::Human { colour: false });
    assert_eq!(rendered, "", "{name}");
    found.workflow.unwrap()
}

fn scope(names: Value) -> Scope {
    Scope::new(names.as_object().cloned().unwrap())
}

#[test]
fn a_polling_workflow_is_compiled() {
    let workflow = right("badge_for_a_task");
    assert_eq!((workflow.name.as_str(), workflow.enabled), ("Badge for a completed task", true));
    let Trigger::Poll(poll) = &workflow.trigger else { panic!("{:?}", workflow.trigger) };
    assert_eq!(poll.every, Duration::from_secs(300));
    assert_eq!(poll.connection.as_deref(), Some("acme"));
    let names = json!({ "vars": workflow.vars, "trigger": { "completed": true, "contactId": "c1" } });
    assert_eq!(
        poll.with.evaluate(&scope(names.clone())).unwrap(),
        json!({ "contactId": "ocQHyuzHvysMo5N5VsXc" })
    );
    assert_eq!(workflow.filter.as_ref().unwrap().evaluate(&scope(names.clone())).unwrap(), true);
    assert_eq!(workflow.concurrency.as_ref().unwrap().key.evaluate(&scope(names)).unwrap(), "c1");
    let StepKind::Use(badge) = &workflow.steps[1].kind else { panic!() };
    assert_eq!((badge.retry.attempts, badge.on_interrupt), (5, OnInterrupt::Hold));
    let names = json!({
        "maps": workflow.maps,
        "steps": { "contact": { "id": "c1", "email": "ada@example.com", "tags": ["vip"] } },
    });
    assert_eq!(
        badge.with.evaluate(&scope(names)).unwrap(),
        json!({ "recipient_email": "ada@example.com", "issuer_earner_id": "c1", "badge_template_id": "4f1e0c" })
    );
}

#[test]
fn a_step_uses_the_connection_of_its_trigger_where_the_app_is_the_same() {
    let workflow = right("badge_for_a_task");
    let StepKind::Use(contact) = &workflow.steps[0].kind else { panic!() };
    assert_eq!(contact.connection.as_deref(), Some("acme"));
}

#[test]
fn a_value_may_make_a_step_unsafe_to_repeat() {
    let text = "trigger: manual\nsteps:\n  - use: highlevel.calendars.block\n    connection: acme\n    on_interrupt: skip\n    with: { userId: u1, from: \"{{ run.created_at }}\" }\n";
    let found = checked("block", text);
    assert_eq!(found.diagnostics, [], "on_interrupt has its use here");
    let workflow = found.workflow.unwrap();
    let StepKind::Use(block) = &workflow.steps[0].kind else { panic!() };
    let repeat = |input: Value| block.repeat_with(input.as_object().unwrap());
    assert_eq!(repeat(json!({"notify": false})), Repeat::Safe);
    assert_eq!(repeat(json!({"notify": true})), Repeat::Unsafe);
    assert_eq!(repeat(json!({"notify": "true"})), Repeat::Unsafe);
}

#[test]
fn every_kind_of_step_is_compiled() {
    let workflow = right("every_kind_of_step");
    assert_eq!(workflow.vars["phones"]["office"], "+15551234567");
    assert_eq!(workflow.vars["phones"]["postcode"], "01234");
    assert_eq!(workflow.vars["phones"]["long"], "12345678901234567890123");
    assert_eq!(workflow.vars["phones"]["norway"], "no");
    let ids: Vec<&str> = index(&workflow.steps).keys().copied().collect();
    assert_eq!(
        ids,
        ["found", "each", "each_1", "each_1_1", "tagged", "tagged_1", "step_3", "step_4", "values", "step_6"]
    );
    let StepKind::ForEach { item_name, parallel, steps, .. } = &workflow.steps[1].kind else { panic!() };
    assert_eq!((item_name.as_str(), *parallel), ("contact", 4));
    let StepKind::If { otherwise, .. } = &steps[0].kind else { panic!() };
    assert!(matches!(&otherwise[0].on_error, OnError::Steps(steps) if steps.len() == 1));
    assert!(matches!(&workflow.steps[2].kind, StepKind::Wait(WaitFor::Duration(_))));
    assert!(matches!(&workflow.steps[3].kind, StepKind::Wait(WaitFor::Until(_))));
}

#[test]
fn literals_keep_what_was_typed_and_take_the_type_of_their_field() {
    let workflow = right("every_kind_of_step");
    let StepKind::Use(update) = &workflow.steps[5].kind else { panic!() };
    let input = update.with.evaluate(&scope(json!({ "steps": { "values": null } }))).unwrap();
    assert_eq!(input["phone"], "+15551234567");
    assert_eq!(input["postalCode"], "01234");
    assert_eq!(input["lastName"], "1.10");
    assert_eq!(input["dnd"], true);
    assert_eq!(input["firstName"], "none");
}

#[test]
fn values_may_be_given_by_name_and_null_where_it_is_a_value() {
    let text = "
name: Names
trigger: manual
steps:
  - use: highlevel.contacts.update
    connection: acme
    with:
      contactId: c1
      customFields: { Lead score: '{{ trigger.score }}', Level: Gold }
  - use: highlevel.contacts.business.bulk_update
    connection: acme
    with: { ids: [c1], businessId: null }
";
    let found = checked("names", text);
    assert!(found.diagnostics.is_empty(), "{:?}", found.diagnostics);
    let workflow = found.workflow.unwrap();
    let input = |step: usize| {
        let StepKind::Use(used) = &workflow.steps[step].kind else { panic!("{step} is a use") };
        used.with.evaluate(&scope(json!({ "trigger": { "score": 42 } }))).unwrap()
    };
    assert_eq!(input(0)["customFields"], json!({ "Lead score": 42, "Level": "Gold" }));
    assert_eq!(input(1), json!({ "ids": ["c1"], "businessId": null }));
}

#[test]
fn a_workflow_by_hand_takes_any_event() {
    assert!(matches!(right("by_hand").trigger, Trigger::Manual));
}

#[test]
fn a_webhook_is_compiled_with_what_it_does_not_say() {
    let workflow = right("webhook");
    let Trigger::Webhook(webhook) = &workflow.trigger else { panic!("{:?}", workflow.trigger) };
    assert_eq!(webhook.path.as_ref().map(|path| path.text.as_str()), Some("acme/new-lead"));
    assert_eq!((webhook.methods_text(), webhook.max_body), ("POST, GET".to_owned(), 65_536));
    let secret = webhook.secret.as_ref().unwrap();
    assert_eq!(
        (secret.place.to_string(), secret.header.as_str()),
        ("env:LEADS_SECRET".to_owned(), "x-form-token")
    );
    let plain = right("webhook_word");
    let Trigger::Webhook(plain) = &plain.trigger else { panic!("{:?}", plain.trigger) };
    assert!(plain.path.is_none() && plain.secret.is_none(), "its address is its own");
    assert_eq!((plain.methods_text(), plain.max_body), ("POST".to_owned(), 262_144));
}

#[test]
fn right_files_fit_the_schema() {
    let schema = json_schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for name in ["badge_for_a_task", "every_kind_of_step", "by_hand", "webhook", "webhook_word"] {
        let path = format!("{}/tests/right/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
        let document = highline_yaml::parse(&Source::read(path.as_ref()).unwrap()).unwrap().to_json();
        let problems: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(problems.is_empty(), "{name}: {problems:?}");
    }
    for wrong in [
        json!({}),
        json!({ "trigger": "hand", "steps": [{ "set": {} }] }),
        json!({ "trigger": "manual", "steps": [{}] }),
        json!({ "trigger": { "webhook": { "path": "/a b" } }, "steps": [{ "set": {} }] }),
        json!({ "trigger": { "webhook": { "secret": "s3cret" } }, "steps": [{ "set": {} }] }),
    ] {
        assert!(!validator.is_valid(&wrong), "{wrong}");
    }
}

#[test]
fn the_schema_is_as_it_was() {
    insta::assert_json_snapshot!(json_schema());
}
