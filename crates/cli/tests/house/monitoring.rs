//! The alerts and the dashboard in `deploy`, held to the measures that docs/MONITORING.md tells of; another test holds that
//! page to the code.

use std::collections::{BTreeMap, BTreeSet};

use serde_yaml::Value;

use crate::none;
use crate::tree::{quoted, read, table};

const RULES: &str = "deploy/prometheus/highline.rules.yaml";
const DASHBOARD: &str = "deploy/grafana/highline.json";

/// What Prometheus itself adds, or its expressions need.
const PLAIN: [&str; 3] = ["le", "instance", "job"];

/// Each name that may be asked for, with its labels.
fn measures() -> BTreeMap<String, BTreeSet<String>> {
    let mut known = BTreeMap::new();
    for heading in ["## What each node counts", "## What the database has"] {
        for row in table("docs/MONITORING.md", heading) {
            let name = quoted(&row[0]).pop_first().expect("a measure has a name");
            let parts: &[&str] =
                if row[0].contains("histogram") { &["_bucket", "_sum", "_count"] } else { &[""] };
            for part in parts {
                known.insert(format!("{name}{part}"), quoted(&row[1]));
            }
        }
    }
    known
}

/// All texts under one of these keys.
fn texts(value: &Value, keys: &[&str]) -> Vec<String> {
    match value {
        Value::Mapping(fields) => fields
            .iter()
            .flat_map(|(key, value)| match (key.as_str(), value.as_str()) {
                (Some(key), Some(text)) if keys.contains(&key) => vec![text.to_owned()],
                _ => texts(value, keys),
            })
            .collect(),
        Value::Sequence(items) => items.iter().flat_map(|item| texts(item, keys)).collect(),
        _ => Vec::new(),
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// What stands in `by (…)`, and before `=`, `!=`, `=~` and `!~` in braces.
fn labels(expression: &str) -> BTreeSet<String> {
    let grouped = expression.split("by (").skip(1).filter_map(|rest| rest.split(')').next());
    let matched = expression.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    let matched = matched.flat_map(|inside| inside.split('"').step_by(2));
    let grouped = grouped.flat_map(|inside| words(inside).collect::<Vec<_>>());
    grouped.chain(matched.flat_map(|before| words(before).last())).map(str::to_owned).collect()
}

#[test]
fn alerts_and_the_dashboard_ask_for_measures_and_labels_that_there_are() {
    let known = measures();
    let mut wrong = Vec::new();
    let mut asked = 0;
    for file in [RULES, DASHBOARD] {
        let parsed: Value = serde_yaml::from_str(&read(file)).expect("JSON is YAML, and both are");
        for expression in texts(&parsed, &["expr"]) {
            let named: BTreeSet<&str> =
                words(&expression).filter(|word| word.starts_with("highline_")).collect();
            asked += named.len();
            let unknown = named.iter().filter(|name| !known.contains_key(**name));
            wrong.extend(unknown.map(|name| format!("{file}: there is no `{name}`: {expression}")));
            let allowed: BTreeSet<&String> =
                named.iter().filter_map(|name| known.get(*name)).flatten().collect();
            for label in labels(&expression) {
                if !allowed.contains(&label) && !PLAIN.contains(&label.as_str()) {
                    wrong.push(format!("{file}: nothing in it has the label `{label}`: {expression}"));
                }
            }
        }
    }
    none("measures", &wrong);
    assert!(asked > 15, "only {asked} measures were found: the test reads past them");
}

#[test]
fn every_alert_says_what_is_wrong_and_what_to_do() {
    let rules: Value = serde_yaml::from_str(&read(RULES)).unwrap();
    let alerts = rules["groups"][0]["rules"].as_sequence().unwrap();
    assert!(alerts.len() >= 5);
    for alert in alerts {
        for key in ["summary", "description"] {
            assert!(alert["annotations"][key].is_string(), "{alert:?} has no {key}");
        }
        assert!(alert["labels"]["severity"].is_string() && alert["for"].is_string(), "{alert:?}");
    }
}
