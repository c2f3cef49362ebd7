use highline_catalog::Connection;
use secrecy::SecretString;
use serde_json::json;

use super::*;

fn errors() -> Errors {
    serde_json::from_value(json!({
        "message": ["message", "error"],
        "trace_id": "traceId",
        "rules": [
            {"status": 400, "contains": "Duplicated contacts", "kind": "duplicate", "details": "meta"},
            {"status": 422, "contains": "already has", "as": "success", "output": {"id": "metadata.id", "x": "no.where"}},
        ],
    }))
    .unwrap()
}

fn answer(status: u16, headers: &[(&'static str, &str)], body: &str) -> Answer {
    let headers =
        headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
    Answer { status, headers, body: body.as_bytes().to_vec() }
}

fn judged<T>(effect: Effect, judged: impl Fn(&Judge<'_>) -> T) -> T {
    let mut connection = Connection::default();
    connection.secrets.insert("token".into(), SecretString::from("s3cret-token"));
    let errors = errors();
    let judge = Judge {
        what: "POST /things".into(),
        effect,
        rules: &[],
        errors: &errors,
        mask: Mask::of(&connection),
    };
    judged(&judge)
}

fn error(effect: Effect, answer: &Answer) -> OperationError {
    judged(effect, |judge| judge.refusal(answer, Some(Duration::from_secs(10))))
}

#[test]
fn the_status_decides_where_no_rule_does() {
    use ErrorKind as K;
    let (never, backoff, pause) = (Retry::Never, Retry::Backoff, Retry::After(Duration::from_secs(10)));
    for (status, kind, retry, done) in [
        (301, K::Rejected, never, Done::No),
        (400, K::Rejected, never, Done::No),
        (401, K::Unauthorized, never, Done::No),
        (403, K::Forbidden, never, Done::No),
        (404, K::NotFound, never, Done::No),
        (409, K::Rejected, never, Done::No),
        (422, K::Rejected, never, Done::No),
        (429, K::RateLimited, pause, Done::No),
        (500, K::Unavailable, backoff, Done::Unknown),
        (503, K::Unavailable, backoff, Done::No),
        (502, K::Unavailable, backoff, Done::Unknown),
        (504, K::Unavailable, backoff, Done::Unknown),
        (599, K::Unavailable, backoff, Done::Unknown),
    ] {
        let error = error(Effect::Write, &answer(status, &[], ""));
        assert_eq!((error.failure.kind, error.retry, error.done), (kind, retry, done), "{status}");
        assert_eq!(error.failure.status, Some(status));
    }
}

#[test]
fn a_read_that_got_lost_has_done_nothing() {
    assert_eq!(error(Effect::Read, &answer(504, &[], "")).done, Done::No);
}

#[test]
fn the_message_is_a_text_or_several() {
    let told = |body: &str| error(Effect::Write, &answer(422, &[], body)).failure.message;
    assert_eq!(told(r#"{"message":"No name"}"#), "POST /things was answered with 422: No name");
    assert_eq!(
        told(r#"{"message":["No name","No size"],"error":"Bad"}"#),
        "POST /things was answered with 422: No name; No size"
    );
    assert_eq!(told(r#"{"message":"","error":"Bad"}"#), "POST /things was answered with 422: Bad");
    assert_eq!(told("<html>\n  <h1>Oops</h1>"), "POST /things was answered with 422: <html> <h1>Oops</h1>");
    assert_eq!(told(""), "POST /things was answered with 422: unprocessable entity");
    assert!(told(&"x".repeat(5_000)).len() < 400);
}

#[test]
fn a_secret_that_the_app_repeats_is_masked() {
    let message =
        error(Effect::Write, &answer(401, &[], r#"{"message":"bad s3cret-token"}"#)).failure.message;
    assert_eq!(message, "POST /things was answered with 401: bad ***");
}

#[test]
fn a_duplicate_tells_which_record_it_is() {
    let body = r#"{"message":"This location does not allow duplicated contacts.","meta":{"contactId":"C1"},"traceId":"T"}"#;
    let failure = error(Effect::Write, &answer(400, &[], body)).failure;
    assert_eq!(failure.kind, ErrorKind::Duplicate);
    assert_eq!(failure.details, Some(json!({"contactId": "C1"})));
    assert_eq!(failure.trace_id.as_deref(), Some("T"));
    assert_eq!(error(Effect::Write, &answer(400, &[], "{}")).failure.kind, ErrorKind::Rejected);
}

#[test]
fn what_is_so_already_can_be_taken_for_success() {
    let body = r#"{"data":{"message":"User already has this badge"},"metadata":{"id":"B1"}}"#;
    let settled = |answer: &Answer| judged(Effect::Write, |judge| judge.settled(answer));
    assert_eq!(settled(&answer(422, &[], body)), Some(json!({"id": "B1"})));
    assert_eq!(settled(&answer(422, &[], "{}")), None);
    assert_eq!(settled(&answer(400, &[], body)), None);
}

#[test]
fn a_429_names_its_time_or_takes_the_window() {
    let wait = |headers: &[(&'static str, &str)]| error(Effect::Write, &answer(429, headers, "")).retry;
    assert_eq!(wait(&[("retry-after", "42")]), Retry::After(Duration::from_secs(42)));
    assert_eq!(wait(&[]), Retry::After(Duration::from_secs(10)));
}

#[test]
fn a_redirect_says_where_to_without_its_query() {
    let redirect = answer(302, &[("location", "https://other.example/login?token=abc")], "");
    assert_eq!(
        error(Effect::Write, &redirect).failure.message,
        "POST /things was answered with 302: it redirects to https://other.example/login, and redirects are not followed"
    );
}
