//! Bodies of requests, as somebody might send them.

use serde_json::{Value, json};

const TEXT: &str =
    "name: Welcome\ntrigger: manual\nsteps:\n  - set: { greeting: 'Hello {{ trigger.name }}' }\n";

/// By the id of the operation.
pub fn body(operation: &str) -> Option<Value> {
    Some(match operation {
        "create_workflow" => json!({ "source": TEXT, "id": "welcome" }),
        "check_workflow" => json!({ "source": TEXT }),
        "replace_workflow" => json!({ "source": TEXT, "base_revision": 1 }),
        "start_workflow" => json!({ "id": "7", "name": "Ada" }),
        "rehearse_workflow" => json!({ "event": { "id": "7", "name": "Ada" } }),
        "retry_runs" => json!({
            "workflow": "welcome", "state": ["failed"], "since": "2026-11-22T00:00:00Z", "revision": "newest",
            "dry_run": true,
        }),
        "cancel_runs" => json!({ "workflow": "welcome", "state": ["queued", "waiting"], "dry_run": true }),
        "retry_run" => json!({ "revision": "newest" }),
        "rerun_run" => json!({ "from": "note", "input": { "id": "7" } }),
        "resolve_run" => json!({ "decision": "skip" }),
        "put_state" => json!({ "value": { "id": 9 }, "expires_in": "30d" }),
        "call_operation" => json!({ "connection": "acme", "input": { "query": "ada@example.com" } }),
        "reopen_budget" => {
            json!({ "resource": "highlevel services.leadconnectorhq.com locationId=ve9EPM428h8vShlRW1KT" })
        }
        "post_hook" => json!({ "id": "7", "email": "ada@example.com" }),
        "log_in" => json!({ "token": "hl_…" }),
        "create_login_link" => json!({ "role": "viewer" }),
        "create_token" => json!({ "name": "prometheus", "role": "viewer", "expires_in": "365d" }),
        _ => return None,
    })
}
