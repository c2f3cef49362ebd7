//! The shape of a workflow, as it is drawn.

use serde_json::{Value, json};

use crate::world::checked;

const TEXT: &str = "\
trigger: { schedule: { cron: '0 9 * * MON-FRI', timezone: Europe/Berlin } }
steps:
  - id: mode
    if: '{{ vars.wanted }}'
    then:
      - { id: pause, wait: { for: 5m } }
    else:
      - id: each
        for_each: '{{ vars.ids }}'
        as: one
        steps:
          - id: note
            if: '{{ one }}'
            set: { a: 1, b: '{{ one }}' }
  - { id: over, stop: { result: failed, reason: 'no   more' } }
vars: { wanted: true, ids: [1] }
";

fn outline(text: &str) -> (Value, Value) {
    let found = checked("shape", text);
    let workflow = found.workflow.unwrap_or_else(|| panic!("{:?}", found.diagnostics));
    (json!(workflow.trigger.outline()), json!(workflow.outline()))
}

#[test]
fn each_step_says_where_it_stands_and_what_it_does() {
    let (trigger, steps) = outline(TEXT);
    assert_eq!(
        (&trigger["kind"], &trigger["text"]),
        (&json!("schedule"), &json!("0 9 * * MON-FRI (Europe/Berlin)"))
    );
    let said = |at: &Value| json!([at["path"], at["kind"], at["label"], at["line"]]);
    assert_eq!(said(&steps[0]), json!(["steps[0]", "if", "{{ vars.wanted }}", 3]));
    let then = &steps[0]["branches"][0];
    assert_eq!((&then["name"], &then["steps"][0]["path"]), (&json!("then"), &json!("steps[0].then[0]")));
    assert_eq!(then["steps"][0]["label"], "for 5m");
    let each = &steps[0]["branches"][1]["steps"][0];
    assert_eq!(said(each), json!(["steps[0].else[0]", "for_each", "one of {{ vars.ids }}", 8]));
    let note = &each["branches"][0]["steps"][0];
    assert_eq!(said(note), json!(["steps[0].else[0].steps[0]", "set", "a, b", 12]));
    assert_eq!((&note["condition"], &note["id"]), (&json!("{{ one }}"), &json!("note")));
    assert_eq!(said(&steps[1]), json!(["steps[1]", "stop", "failed: no more", 15]));
}

#[test]
fn an_operation_is_named_with_its_app_and_connection_and_what_is_done_when_it_fails() {
    let (trigger, steps) = outline(
        "trigger: { use: highlevel.contacts.search, connection: acme, every: 90s }\n\
         steps:\n  - id: note\n    use: highlevel.contacts.update\n    with: { contactId: '{{ trigger.id }}' }\n\
         \x20   on_error: { steps: [{ id: sad, set: { a: 1 } }] }\n",
    );
    assert_eq!(
        trigger,
        json!({
            "kind": "poll", "operation": "highlevel.contacts.search", "connection": "acme", "text": "every 1m30s"
        })
    );
    let step = &steps[0];
    assert_eq!(
        (&step["kind"], &step["app"], &step["connection"]),
        (&json!("action"), &json!("highlevel"), &json!("acme"))
    );
    assert_eq!(step["branches"][0]["name"], "on_error");
    assert_eq!(step["branches"][0]["steps"][0]["path"], "steps[0].on_error.steps[0]");
}
