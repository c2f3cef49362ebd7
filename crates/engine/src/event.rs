//! What can be said of an event before it has a run: the scope of `where`, `concurrency.key` and `dedupe.key`.

use std::sync::Arc;

use highline_model::Timestamp;
use highline_store::{Concurrency, Once};
use highline_workflow::{Scope, Workflow, hash, is_truthy};
use serde_json::{Number, Value, json};

/// The concurrency key of a run for an event, where the workflow has one and it can be worked out.
pub(crate) fn concurrency(workflow: &Workflow, scope: &Scope) -> Option<Concurrency> {
    let wanted = workflow.concurrency.as_ref()?;
    let key = match wanted.key.evaluate(scope).ok()? {
        Value::String(text) => text,
        other => other.to_string(),
    };
    Some(Concurrency { key: bounded(key), limit: wanted.limit, on_limit: wanted.on_limit })
}

/// What the workflow's `where` says against an event. One that cannot be worked out says nothing: the run then fails with
/// the reason, which a person sees.
pub(crate) fn refusal(workflow: &Workflow, scope: &Scope) -> Option<Value> {
    let value = workflow.filter.as_ref()?.evaluate(scope).ok()?;
    (!is_truthy(&value)).then_some(value)
}

/// Bytes of the longest key that is kept as it stands.
const LONGEST_KEY: usize = 500;

/// A key that each database takes into its indexes: of a longer one the hash stands for it.
pub(crate) fn bounded(key: String) -> String {
    if key.len() > LONGEST_KEY { hash(&key) } else { key }
}

/// The key that the workflow gives an event, where it has one and it can be worked out. A blank one is none: records that
/// lack the value are not the same record.
pub(crate) fn once(workflow: &Workflow, scope: &Scope, now: Timestamp) -> Option<Once> {
    let wanted = workflow.dedupe.as_ref()?;
    let key = match wanted.key.evaluate(scope).ok()? {
        Value::Null => return None,
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number_key(&number)?,
        other => other.to_string(),
    };
    if key.is_empty() {
        return None;
    }
    let within = wanted.within.and_then(|within| chrono::Duration::from_std(within).ok());
    Some(Once { key: bounded(key), until: within.and_then(|within| now.checked_add_signed(within)) })
}

/// From here on numbers with a point or of more than 64 bits are not told from those beside them.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// `7` and `7.0` are one key. A number that may stand for another is none: better an event too many than one that is lost.
fn number_key(number: &Number) -> Option<String> {
    match number.as_f64().filter(|_| number.is_f64()) {
        Some(inexact) => (inexact.abs() < EXACT).then(|| inexact.to_string()),
        None => Some(number.to_string()),
    }
}

/// What templates outside of steps see.
pub(crate) fn trigger_scope(workflow: &Workflow, event: Option<Arc<Value>>, now: Timestamp) -> Scope {
    let mut scope = Scope::default();
    if let Some(event) = event {
        scope.set("trigger", event);
    }
    scope.set("vars", workflow.vars.clone());
    scope.set("maps", workflow.maps.clone());
    scope.set("now", json!(now));
    scope
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_a_key_unless_it_may_stand_for_another() {
        let key = |text: &str| number_key(&serde_json::from_str(text).unwrap());
        assert_eq!((key("7"), key("7.0")), (Some("7".to_owned()), Some("7".to_owned())));
        assert_eq!(
            (key("-7.5"), key("18446744073709551615")),
            (Some("-7.5".into()), Some(u64::MAX.to_string()))
        );
        assert_eq!(
            (key("18446744073709551617"), key("18446744073709551618"), key("-1e300")),
            (None, None, None)
        );
    }
}
