//! Words for what many places have in common. What means something of its own says so at its type.

pub const INTRODUCTION: &str = "\
Highline watches HighLevel and the apps around it, and carries out workflows when something there changes. All that its \
dashboard does goes through this API.

**Who may ask.** Programs send `Authorization: Bearer hl_…`; `highline tokens create NAME --role ROLE` makes a token and prints \
it once. `viewer` looks, `operator` acts on what is there, `admin` changes what it is; each operation says what it needs at \
least (`x-role`). Browsers log in by `POST /api/v1/session` and have a cookie; with it, a request that changes something says \
`X-Highline-Csrf: 1` and comes from a page of this server.

**Requests.** Bodies are JSON with `Content-Type: application/json`, at most 2 MiB. A field or query parameter that is not known \
gets 400, so that a typing mistake is not taken for a wish. Times are RFC 3339 in UTC. `HEAD` gives what `GET` gives but the body.

**Answers.** One thing is `{\"<singular>\": {…}}`, a list `{\"<plural>\": […], \"next\": …}`: give `next` as `after` to see what comes behind \
it; it is null at the end. Lists of what happened begin with the newest. A field that says nothing may be left out only where \
its schema does not require it.

**Errors.** All have one shape, `ErrorAnswer`. Decide by `code`; `message` is for people and may change. 429 and 503 say in \
`Retry-After` when to ask again.

**Sending again.** `GET`, `PUT` and `DELETE` are safe to repeat, and so are the switch of a workflow and changes of many runs by a \
filter. For starting a run and for doing one again send an `Idempotency-Key`: the same request sent again starts nothing and gets \
the run of the first.

**Live.** `GET /api/v1/live` tells what happens as it happens, so nobody has to poll.";

/// What the operations of a noun are about.
pub fn noun(noun: &str) -> &'static str {
    match noun {
        "openapi" => "This document.",
        "schema" => "The language of workflows, for editors.",
        "workflows" => "What is to be done when: texts in YAML, each accepted one a revision.",
        "events" => "What triggers found, by the key that keeps it from being found twice.",
        "runs" => "One revision of a workflow, carried out for one event.",
        "retention" => "What was deleted because it was kept long enough.",
        "state" => "What workflows remember between runs, by key.",
        "catalog" => "What can be done: apps and their operations.",
        "connections" => "The credentials of one app under a name, which are never told.",
        "stats" => "Numbers: what ended when, what fails, how it stands.",
        "live" => "What happens, as it happens.",
        "nodes" => "Who works on the database.",
        "budgets" => "How many requests each app still takes, and who waits for them.",
        "polls" => "The poll log: what each poll found, and what became of it.",
        "session" => "The login of a browser.",
        "sessions" => "The logins of browsers, all of them.",
        "login-links" => "Links by which somebody logs in once.",
        "tokens" => "The logins of programs.",
        "audit" => "Who did what.",
        "healthz" | "readyz" => "For whatever starts and stops the process.",
        "metrics" => "For Prometheus.",
        "hooks" => "The addresses at which workflows take requests in.",
        _ => "",
    }
}

/// A part of a path that is not the same each time.
pub fn part_of_path(noun: &str, name: &str) -> &'static str {
    match (noun, name) {
        ("workflows", "id") => "The id of the workflow, such as `new-lead`.",
        ("workflows", "number") => "The number of the revision, from 1.",
        ("workflows", "key") => "The key, as `dedupe` made it; it may have slashes in it.",
        ("runs", "id") => {
            "The id of the run, or its first 8 characters or more, where only one run begins so."
        }
        ("state", "key") => "The key; it may have slashes in it.",
        ("catalog", "id") => "The id of the operation, such as `highlevel.contacts.create`.",
        ("connections", "name") => "The name of the connection.",
        ("events", "id") => "The id of the event.",
        ("sessions", "id") => "The id of the session, which the list of sessions gives.",
        ("tokens", "id") => "The id of the token, which the list of tokens gives.",
        ("hooks", "path") => "The path that the workflow names.",
        _ => "",
    }
}

/// A field that means the same wherever it is.
pub fn field(name: &str) -> Option<&'static str> {
    Some(match name {
        "id" => "What it is known by.",
        "name" => "Its name.",
        "next" => "Give it as `after` to see what comes behind; null at the end.",
        "at" => "When it was.",
        "started_at" => "When it began; null or left out where it has not.",
        "finished_at" => "When it ended; null or left out where it has not.",
        "ended_at" => "When it ended; left out where it has not.",
        "created_at" => "When it was made.",
        "updated_at" => "When it was changed last.",
        "expires_at" => "When it ends by itself; null where it does not.",
        "revoked_at" => "When it was revoked; null where it was not.",
        "retry_at" => "When the next attempt begins; left out where there is none.",
        "look_at" => "When the app is asked.",
        "until" => "When it goes on.",
        "first_at" => "When the first of them was.",
        "last_at" => "When the newest of them was.",
        "took_ms" => "How long it took, in milliseconds.",
        "workflow" => "The id of the workflow.",
        "run" => "The id of the run.",
        "revision" => "The number of the revision.",
        "node" => "The id of the node.",
        "owner" => "The node that holds it; null where none does.",
        "rerun_of" => "The run that it does again; null where it does none.",
        "app" => "The id of the app, such as `highlevel`.",
        "operation" => "The id of the operation; null where there is none.",
        "connection" => "The name of the connection; null where there is none.",
        "step" => "The step; in loops with its turns, as in `each[3].badge`.",
        "attempt" => "The number of the attempt, from 1.",
        "number" => "Its number, from 1.",
        "by" => "Who: the name of a token, `environment`, `login link` or `command line`.",
        "input" => "What the operation was given.",
        "output" => "What came out.",
        "value" => "The value, any JSON.",
        "state" => "How it stands.",
        "steps" => "In their order.",
        "attempts" => "The oldest first.",
        "failure" => "Why it failed; null or left out where it did not.",
        "error" => "Why it failed; null where it did not.",
        "error_kind" => "The kind of the failure.",
        "request" => "What was sent, or would be, with its secrets masked; null where nothing was.",
        "response" => "What came back, with its secrets masked; null or left out where nothing did.",
        "title" | "summary" => "For people.",
        "scopes" => "The permissions that a token needs.",
        "type" => "Which kind of this it is; the other fields depend on it.",
        "key" => "The key.",
        "status" => "The HTTP status; left out where there was no answer.",
        "handled" => "Whether the workflow goes on, by `on_error`.",
        "then" => "Whether the condition was true.",
        "items" => "What the loop goes through.",
        "spent_at" => "When it will be spent.",
        "left_at_day_end" => "What will be left when the day ends.",
        "seen" => "How many records the poll saw.",
        "fresh" => "How many of them started a run.",
        "duplicate" => "How many of them were known.",
        "filtered" => "How many of them `where` kept out.",
        "dropped" => "How many of them `concurrency` let go.",
        "requests" => "How many requests were sent.",
        "total" => "How many in all.",
        "succeeded" => "How many came to a good end.",
        "failed" => "How many failed.",
        "cancelled" => "How many were ended by a person.",
        "running" => "How many are under way.",
        "queued" => "How many wait to be begun.",
        "waiting" => "How many wait: for a time, a retry, or the rate budget.",
        "runs" => "The runs, or how many they are.",
        "polls" => "The polls, or how many they are.",
        _ => return None,
    })
}
