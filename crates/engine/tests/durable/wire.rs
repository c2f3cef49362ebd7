//! What went over the wire of an attempt is in the log of its run.

use highline_catalog::OperationError;
use highline_engine::steps;
use highline_model::{ErrorKind, Failure, Heard, RunState};
use highline_testing::{TestDatabase, on_both_databases};
use serde_json::{Value, json};

use crate::node::World;

on_both_databases! {
    each_attempt_has_what_it_sent_and_got,
    a_workflow_says_of_which_attempts_it_is_kept,
    an_equal_read_that_was_not_sent_has_nothing,
}

const UPDATE: &str = r#"
name: An update
enabled: true
trigger: manual
steps:
  - id: update
    use: fake.things.update
    connection: fake
    with: { name: "{{ trigger.name }}" }
    retry: { attempts: 2, first: 1s }
"#;

fn refusal() -> OperationError {
    OperationError::from_failure(Failure {
        status: Some(422),
        ..Failure::new(ErrorKind::Rejected, "no such colour")
    })
}

fn body(heard: &Heard) -> &Value {
    &heard.response.as_ref().unwrap().body
}

async fn each_attempt_has_what_it_sent_and_got(database: TestDatabase) {
    let world = World::new(database).await;
    world.app.speak();
    world.app.answer("fake.things.update", Err(refusal()));
    world.deploy("update", UPDATE).await;
    let node = world.node().await;
    let failed = world.start_run("update", json!({ "name": "Ada" })).await;
    let views = steps(&world.run_is(failed, RunState::Failed).await.log);
    let [heard] = &views[0].attempts[0].wire.exchanges[..] else { panic!("{views:?}") };
    assert_eq!((heard.request.method.as_str(), heard.response.as_ref().unwrap().status), ("POST", 422));
    assert_eq!(
        (heard.request.body.as_ref().unwrap(), body(heard)),
        (&json!({ "name": "Ada" }), &json!("no such colour"))
    );

    let fine = world.start_run("update", json!({ "name": "Bo" })).await;
    let views = steps(&world.run_is(fine, RunState::Succeeded).await.log);
    assert_eq!(body(&views[0].attempts[0].wire.exchanges[0]), &json!({ "name": "Bo" }));
    node.stop().await;
}

async fn a_workflow_says_of_which_attempts_it_is_kept(database: TestDatabase) {
    let world = World::new(database).await;
    world.app.speak();
    for (which, of_failed, of_fine) in [("all", true, true), ("failed", true, false), ("none", false, false)]
    {
        let text = format!("keep: {{ exchanges: {which} }}{UPDATE}");
        world.deploy(which, &text).await;
        world.app.answer("fake.things.update", Err(refusal()));
        let node = world.node().await;
        for (kept, state) in [(of_failed, RunState::Failed), (of_fine, RunState::Succeeded)] {
            let run = world.start_run(which, json!({ "name": "Ada" })).await;
            let views = steps(&world.run_is(run, state).await.log);
            let wire = &views[0].attempts[0].wire;
            assert_eq!((wire.exchanges.len(), wire.not_kept), (usize::from(kept), !kept), "{which}, {state}");
        }
        node.stop().await;
    }
}

async fn an_equal_read_that_was_not_sent_has_nothing(database: TestDatabase) {
    let world = World::new(database).await;
    world.app.speak();
    let text = r#"
name: Two equal reads
enabled: true
trigger: manual
steps:
  - { id: first, use: fake.things.get, connection: fake, with: { name: a } }
  - { id: second, use: fake.things.get, connection: fake, with: { name: a } }
"#;
    world.deploy("reads", text).await;
    let node = world.node().await;
    let run = world.start_run("reads", json!({})).await;
    let views = steps(&world.run_is(run, RunState::Succeeded).await.log);
    let sent: Vec<usize> = views.iter().map(|view| view.attempts[0].wire.exchanges.len()).collect();
    assert_eq!(sent, [1, 0]);
    assert!(views[1].attempts[0].cached);
    node.stop().await;
}
