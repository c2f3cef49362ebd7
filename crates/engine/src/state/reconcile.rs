//! What becomes of a record that two sides keep, when one of them or both have changed it: pure. Each field is compared
//! with what both sides last agreed on, so that a change is carried over and only a field that both have changed differently
//! is a conflict, which a rule decides.

use highline_catalog::{Definition, Effect, Field, FieldType};
use highline_model::Timestamp;
use serde_json::{Map, Value, json};

use super::definition::{definition, field, key, output, sample, scope};
use crate::echo::same;

/// Which side's value counts when both have changed a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    Newest,
    Here,
    There,
    /// Neither: both keep theirs, and a person decides.
    Flag,
}

impl Rule {
    fn of(word: &str) -> Self {
        match word {
            "newest" => Self::Newest,
            "here" => Self::Here,
            "there" => Self::There,
            _ => Self::Flag,
        }
    }
}

/// What is compared.
pub(super) struct Sides {
    here: Map<String, Value>,
    there: Map<String, Value>,
    rule: Rule,
    /// When each side was changed, where that is known.
    changed_at: (Option<Timestamp>, Option<Timestamp>),
}

impl Sides {
    /// Takes them out of the input, which was checked.
    pub fn of(input: &mut Map<String, Value>) -> Self {
        let time = |input: &Map<String, Value>, name: &str| input.get(name)?.as_str()?.parse().ok();
        let changed_at = (time(input, "here_changed_at"), time(input, "there_changed_at"));
        let rule = Rule::of(input.get("rule").and_then(Value::as_str).unwrap_or_default());
        let mut side = |name: &str| match input.shift_remove(name) {
            Some(Value::Object(fields)) => fields,
            _ => Map::new(),
        };
        Self { here: side("here"), there: side("there"), rule, changed_at }
    }

    /// What each side shall have now, given what they last agreed on.
    pub fn reconcile(&self, agreed: Option<&Value>) -> Value {
        let base = agreed.and_then(Value::as_object);
        let mut now = Now { here: self.here.clone(), there: self.there.clone(), ..Now::default() };
        let more = self.there.keys().filter(|name| !self.here.contains_key(*name));
        for name in self.here.keys().chain(more) {
            self.settle(name, base, &mut now);
        }
        let differs = |before: &Map<String, Value>, after: &Map<String, Value>| {
            after.iter().any(|(name, value)| !alike(before.get(name), Some(value)))
        };
        json!({
            "write_here": differs(&self.here, &now.here),
            "write_there": differs(&self.there, &now.there),
            "here": now.here,
            "there": now.there,
            "agreed": now.agreed,
            "flagged": now.conflicts.iter().any(|conflict| conflict["winner"].is_null()),
            "conflicts": now.conflicts,
        })
    }

    fn settle(&self, name: &str, base: Option<&Map<String, Value>>, now: &mut Now) {
        let (here, there) = (self.here.get(name), self.there.get(name));
        let before = base.and_then(|base| base.get(name));
        if alike(here, there) {
            now.agree(name, here);
            return;
        }
        let unchanged = |value| base.is_some_and(|base| base.contains_key(name)) && alike(value, before);
        let winner = match (unchanged(here), unchanged(there)) {
            (true, _) => Some("there"),
            (_, true) => Some("here"),
            _ => {
                let winner = self.winner();
                let conflict = json!({ "field": name, "here": here, "there": there, "before": before, "winner": winner });
                now.conflicts.push(conflict);
                winner
            }
        };
        match winner {
            Some("here") => now.agree(name, here),
            Some(_) => now.agree(name, there),
            // What they agreed on before stays, so that it is a conflict until a person has ended it.
            None => now.agreed.extend(before.map(|before| (name.to_owned(), before.clone()))),
        }
    }

    /// None: a person decides. Two changes of one moment, or of a time that is not known, are such a case.
    fn winner(&self) -> Option<&'static str> {
        match (self.rule, self.changed_at) {
            (Rule::Here, _) => Some("here"),
            (Rule::There, _) => Some("there"),
            (Rule::Newest, (Some(here), Some(there))) if here > there => Some("here"),
            (Rule::Newest, (Some(here), Some(there))) if there > here => Some("there"),
            (Rule::Newest | Rule::Flag, _) => None,
        }
    }
}

#[derive(Default)]
struct Now {
    here: Map<String, Value>,
    there: Map<String, Value>,
    agreed: Map<String, Value>,
    conflicts: Vec<Value>,
}

impl Now {
    fn agree(&mut self, name: &str, value: Option<&Value>) {
        for side in [&mut self.here, &mut self.there, &mut self.agreed] {
            side.insert(name.to_owned(), value.cloned().unwrap_or_default());
        }
    }
}

/// Equal in meaning; a field that is left out, null and blank text are the same.
fn alike(one: Option<&Value>, other: Option<&Value>) -> bool {
    let blank = |value: Option<&Value>| value.is_none_or(|value| value.is_null() || value == "");
    match (one, other) {
        _ if blank(one) || blank(other) => blank(one) && blank(other),
        (Some(one), Some(other)) => same(one, other),
        _ => false,
    }
}

pub(super) fn reconcile() -> Definition {
    let side = |name: &str, description: &str| Field {
        required: true,
        example: Some(json!({ "title": "{{ trigger.title }}" })),
        ..field(name, FieldType::Object, description)
    };
    let rule = Field {
        required: true,
        values: ["newest", "here", "there", "flag"].map(Value::from).to_vec(),
        example: Some(json!("here")),
        ..field(
            "rule",
            FieldType::String,
            "Whose value counts when both have changed a field: that of the side that was changed last, of one side, or neither.",
        )
    };
    let changed_at = |name: &str, side: &str| Field {
        example: Some(json!("{{ trigger.dateUpdated }}")),
        ..field(
            name,
            FieldType::Datetime,
            &format!("When the record was changed {side}; needed for rule newest."),
        )
    };
    Definition {
        effect: Effect::Read,
        notes: vec![
            "Reads what both sides agreed on last from the value of key, and writes nothing: when both sides are written, keep agreed under that key with state.put.".into(),
            "Where nothing was agreed on yet, each field that differs is a conflict. With rule newest a conflict whose times are missing or equal is flagged.".into(),
            "A field that is left out, null and blank text are the same; so are a moment with and without milliseconds, and a number and its text.".into(),
        ],
        input: vec![
            key(),
            side("here", "The fields to compare, as one side has them now."),
            side("there", "The same fields, by the same names, as the other side has them now."),
            rule,
            changed_at("here_changed_at", "here"),
            changed_at("there_changed_at", "there"),
            scope(),
        ],
        output: outputs(),
        sample: sample(
            json!({
                "key": "agreed:Jx4bY9nQ", "rule": "here",
                "here": { "title": "Call", "completed": true }, "there": { "title": "Call", "completed": false }
            }),
            json!({
                "write_here": false, "write_there": true,
                "here": { "title": "Call", "completed": true }, "there": { "title": "Call", "completed": true },
                "agreed": { "title": "Call", "completed": true }, "flagged": false,
                "conflicts": [{ "field": "completed", "here": true, "there": false, "before": null, "winner": "here" }]
            }),
        ),
        ..definition(
            "state.reconcile",
            "Reconcile Two Sides",
            "Tells what two sides of a sync have to write, by what they last agreed on and a rule for conflicts.",
        )
    }
}

fn outputs() -> Vec<Field> {
    let conflict = vec![
        output("field", FieldType::String, "The name of the field."),
        output("here", FieldType::Any, "Its value here."),
        output("there", FieldType::Any, "Its value there."),
        output("before", FieldType::Any, "What both had before; null where nothing was agreed on."),
        output("winner", FieldType::String, "here, there, or null: flagged."),
    ];
    vec![
        output("write_here", FieldType::Boolean, "Whether this side has to be written."),
        output("write_there", FieldType::Boolean, "Whether the other side has to be written."),
        output("here", FieldType::Object, "What this side shall have: all its fields."),
        output("there", FieldType::Object, "What the other side shall have: all its fields."),
        output("agreed", FieldType::Object, "What both have when both are written; to be kept under key."),
        output("flagged", FieldType::Boolean, "Whether there is a conflict that a person has to end."),
        Field {
            items: Some(FieldType::Object),
            fields: conflict,
            ..output("conflicts", FieldType::Array, "The fields that both sides have changed differently.")
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reconciled(rule: &str, (here, there): (Value, Value), agreed: Option<Value>) -> Value {
        let mut input = json!({
            "rule": rule, "here": here, "there": there,
            "here_changed_at": "2026-11-21T08:00:00Z", "there_changed_at": "2026-11-21T08:00:01Z",
        });
        Sides::of(input.as_object_mut().unwrap()).reconcile(agreed.as_ref())
    }

    fn task(title: &str, completed: bool) -> Value {
        json!({ "title": title, "completed": completed })
    }

    #[test]
    fn what_only_one_side_has_changed_goes_to_the_other_whatever_the_rule() {
        for rule in ["newest", "here", "there", "flag"] {
            let both = (task("Call", true), task("Visit", false));
            let merged = reconciled(rule, both, Some(task("Call", false)));
            assert_eq!(
                (&merged["write_here"], &merged["write_there"]),
                (&json!(true), &json!(true)),
                "{rule}"
            );
            for side in ["here", "there", "agreed"] {
                assert_eq!(merged[side], task("Visit", true), "{rule} {side}");
            }
            assert_eq!((&merged["conflicts"], &merged["flagged"]), (&json!([]), &json!(false)));
        }
    }

    #[test]
    fn a_field_that_both_have_changed_goes_by_the_rule() {
        let before = || Some(task("Call", false));
        for (rule, title) in [("here", "Visit"), ("there", "Write"), ("newest", "Write")] {
            let merged = reconciled(rule, (task("Visit", false), task("Write", false)), before());
            assert_eq!(merged["agreed"], task(title, false), "{rule}");
            assert_eq!(merged["write_here"], title == "Write");
            assert_eq!(merged["write_there"], title == "Visit");
            assert_eq!(merged["conflicts"][0]["winner"], if title == "Visit" { "here" } else { "there" });
            assert_eq!(merged["flagged"], false);
        }
    }

    #[test]
    fn a_flagged_field_stays_as_it_is_on_both_sides_and_in_conflict_until_they_are_equal() {
        let merged =
            reconciled("flag", (task("Visit", true), task("Write", false)), Some(task("Call", false)));
        assert_eq!((&merged["here"], &merged["there"]), (&task("Visit", true), &task("Write", true)));
        assert_eq!((&merged["write_here"], &merged["write_there"]), (&json!(false), &json!(true)));
        assert_eq!((&merged["agreed"], &merged["flagged"]), (&task("Call", true), &json!(true)));
        assert_eq!(
            merged["conflicts"][0],
            json!({ "field": "title", "here": "Visit", "there": "Write", "before": "Call", "winner": null })
        );
        let again =
            reconciled("flag", (task("Visit", true), task("Write", true)), Some(merged["agreed"].clone()));
        assert_eq!((&again["flagged"], &again["write_there"]), (&json!(true), &json!(false)));
        let ended =
            reconciled("flag", (task("Visit", true), task("Visit", true)), Some(again["agreed"].clone()));
        assert_eq!((&ended["flagged"], &ended["agreed"]), (&json!(false), &task("Visit", true)));
    }

    #[test]
    fn the_newest_is_not_guessed() {
        let mut input = json!({ "rule": "newest", "here": { "title": "a" }, "there": { "title": "b" }, "here_changed_at": "2026-11-21T08:00:00Z" });
        let merged = Sides::of(input.as_object_mut().unwrap()).reconcile(None);
        assert_eq!((&merged["flagged"], &merged["agreed"]), (&json!(true), &json!({})));
    }

    #[test]
    fn values_that_mean_the_same_are_no_change_and_what_one_side_lacks_is_filled() {
        let here = json!({ "dueDate": "2026-12-01T15:00:00Z", "body": "", "count": 3 });
        let there = json!({ "dueDate": "2026-12-01T15:00:00.000Z", "count": "3", "owner": "ada" });
        let merged = reconciled("here", (here, there), Some(json!({ "owner": null })));
        assert_eq!(
            (&merged["write_here"], &merged["write_there"]),
            (&json!(true), &json!(false)),
            "{merged}"
        );
        assert_eq!((&merged["here"]["owner"], &merged["conflicts"]), (&json!("ada"), &json!([])));
    }
}
