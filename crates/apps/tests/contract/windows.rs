//! What a poll after the first one asks, where the app can be asked for what changed.

use highline_catalog::{Emit, Since};
use serde_json::json;

use super::requests::told;
use super::*;

#[tokio::test]
async fn what_a_poll_asks_for_since_the_last_one_is_known() {
    let mut windows = 0;
    for subject in subjects() {
        let Operation::Trigger(trigger) = &subject.operation else { continue };
        let poll = subject.manifest.operation.poll.as_ref().unwrap();
        if poll.window.is_none() {
            continue;
        }
        windows += 1;
        for emit in [Emit::New, Emit::NewOrChanged] {
            let server = subject.sample_server().await;
            let connection = subject.connection(&server.uri());
            let input = subject.input();
            let call = Call::new(&input, &connection, Duration::from_secs(10));
            let cursor = json!({ "since": "2026-11-20T12:00:00.000Z" });
            let now = "2026-11-21T08:00:00Z".parse().unwrap();
            let since = Since { cursor: Some(&cursor), backfill: false, emit, now };
            trigger.poll(call, since).await.unwrap_or_else(|error| panic!("{}: {error}", subject.id()));
            let name = format!("{}.polled_for_{}", subject.id(), json!(emit).as_str().unwrap());
            let request = told(&subject.sent(&server).await[0]);
            insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
                insta::assert_snapshot!(name, request);
            });
        }
    }
    assert!(windows >= 2, "only {windows} windows were found");
}
