//! What the database keeps of a trigger.

use highline_catalog::Connections;
use highline_model::Timestamp;
use highline_store::{Feed, NewHook, NewTrigger, TriggerKind};
use highline_workflow::{PollTrigger, Trigger, Workflow, hash};
use serde_json::json;

/// The trigger of a text, as the database keeps it.
pub(super) fn new_trigger(
    workflow: &Workflow,
    connections: Option<&Connections>,
    now: Timestamp,
) -> NewTrigger {
    let (kind, what) = match &workflow.trigger {
        // The words of the text, not of the compiled form: they stay the same from version to version, and so does
        // the cursor.
        Trigger::Poll(poll) => {
            // The location behind the name counts too: another one has other records, which no cursor fits.
            let values = |name: &String| connections.and_then(|all| all.get(name)).map(|c| c.values.clone());
            let whose = poll.connection.as_ref().map(|name| json!([name, values(name)]));
            (TriggerKind::Poll, json!([poll.operation, whose, poll.with.source(), poll.emit]))
        }
        Trigger::Schedule(schedule) => {
            (TriggerKind::Schedule, json!([schedule.text(), schedule.zone().name()]))
        }
        Trigger::Webhook(_) => (TriggerKind::Webhook, json!("webhook")),
        Trigger::Manual => (TriggerKind::Manual, json!("manual")),
    };
    let fingerprint = hash(&what.to_string());
    let poll = match &workflow.trigger {
        Trigger::Poll(poll) => Some(poll),
        _ => None,
    };
    NewTrigger {
        feed: poll.map(|poll| Feed { id: feed(workflow, poll, &fingerprint), backfill: poll.backfill }),
        source: poll.map(|poll| source(poll, connections)),
        hook: match &workflow.trigger {
            Trigger::Webhook(webhook) => {
                Some(NewHook { path: webhook.path.as_ref().map(|path| path.text.clone()) })
            }
            _ => None,
        },
        kind,
        fingerprint,
        first_at: first_at(&workflow.trigger, now),
        latest_at: latest_at(workflow, now),
    }
}

/// What all is asked: with the same one, workflows share their polls. The fingerprint has the words of the input; where
/// there are templates among them, what they see belongs to it.
fn feed(workflow: &Workflow, poll: &PollTrigger, fingerprint: &str) -> String {
    let templates = poll.with.source().to_string().contains("{{");
    let seen = templates.then(|| json!([*workflow.vars, *workflow.maps]));
    hash(&json!([fingerprint, seen]).to_string())
}

/// The app, and which of its accounts: connections of the same one share its limits, whatever their names.
fn source(poll: &PollTrigger, connections: Option<&Connections>) -> String {
    let app = poll.operation.split('.').next().unwrap_or_default();
    let connection = poll.connection.as_ref().and_then(|name| connections?.get(name));
    let account = match connection {
        Some(connection) if !connection.values.is_empty() => json!(connection.values),
        _ => json!(poll.connection),
    };
    format!("{app} {account}")
}

/// One interval from now: what is planned for later was planned with a longer one.
fn latest_at(workflow: &Workflow, now: Timestamp) -> Option<Timestamp> {
    match &workflow.trigger {
        Trigger::Poll(poll) => now.checked_add_signed(chrono::Duration::from_std(poll.every).ok()?),
        _ => None,
    }
}

/// When a trigger that is switched on is due first.
pub(super) fn first_at(trigger: &Trigger, now: Timestamp) -> Option<Timestamp> {
    match trigger {
        Trigger::Poll(_) => Some(now),
        Trigger::Schedule(schedule) => schedule.next_after(now),
        Trigger::Webhook(_) | Trigger::Manual => None,
    }
}

#[cfg(test)]
mod tests {
    use highline_catalog::Connection;
    use highline_testing::FakeApp;
    use highline_workflow::{Environment, check};
    use highline_yaml::Source;

    use super::*;

    fn fingerprint(location: &str) -> String {
        let text =
            "trigger: { use: fake.things.list, connection: acme, every: 1m }\nsteps: [{ set: { a: 1 } }]";
        let values = json!({ "locationId": location }).as_object().cloned().unwrap();
        let acme = Connection { name: "acme".into(), app: "fake".into(), values, ..Connection::default() };
        let (catalog, connections) = (FakeApp::new().catalog(), Connections::new([acme]));
        let environment = Environment { catalog: &catalog, connections: Some(&connections) };
        let checked = check(&"test".parse().unwrap(), &Source::new("test.yaml", text), &environment);
        let now = "2026-11-21T08:00:00Z".parse().unwrap();
        new_trigger(&checked.workflow.unwrap(), Some(&connections), now).fingerprint
    }

    #[test]
    fn the_same_name_for_another_location_is_another_thing_to_poll() {
        assert_eq!(fingerprint("L1"), fingerprint("L1"));
        assert_ne!(fingerprint("L1"), fingerprint("L2"));
    }
}
