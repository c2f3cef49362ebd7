//! How a workflow starts.

use std::time::Duration;

use highline_catalog::{Definition, Emit, Kind, Shape as OutputShape};
use highline_yaml::{Diagnostic, nearest};

use super::Checker;
use super::input::Use;
use super::shape::Shape;
use super::webhook;
use crate::document::{EmitWord, Located, ScheduleDocument, TriggerDocument, TriggerObject, TriggerWord};
use crate::schedule::InvalidSchedule;
use crate::{PollTrigger, Schedule, Trigger};

/// The ways to start; exactly one of them is in a trigger.
const KINDS: [&str; 5] = ["use", "schedule", "manual", "webhook", "event"];
const POLL_KEYS: [&str; 6] = ["connection", "every", "with", "emit", "backfill", "ignore_own_writes"];
const DEFAULT_EVERY: Duration = Duration::from_secs(300);

impl Checker<'_> {
    /// Checks the trigger, and adds `trigger` to the names.
    pub(super) fn trigger(&mut self, document: &TriggerDocument) -> Option<Trigger> {
        let (trigger, shape) = match document {
            TriggerDocument::Word(TriggerWord::Manual) => (Some(Trigger::Manual), Shape::Any),
            TriggerDocument::Word(TriggerWord::Webhook) => {
                let (webhook, shape) = webhook::plain();
                (Some(Trigger::Webhook(webhook)), shape)
            }
            TriggerDocument::Object(object) => self.trigger_object(object),
        };
        self.names.add("trigger", shape);
        trigger
    }

    fn trigger_object(&mut self, object: &TriggerObject) -> (Option<Trigger>, Shape) {
        let kinds: Vec<&str> = KINDS.into_iter().filter(|kind| object.keys.has(kind)).collect();
        self.trigger_keys(object, &kinds);
        match kinds.first() {
            Some(&"use") => self.poll(object),
            Some(&"schedule") => {
                let schedule = object.schedule.as_ref().and_then(|schedule| self.schedule(schedule));
                (
                    schedule.map(Trigger::Schedule),
                    Shape::fields(vec![("scheduled_at".to_owned(), Shape::Scalar("text"))]),
                )
            }
            Some(&"manual") => {
                if let Some(manual) = object.manual.as_ref().filter(|manual| !manual.value) {
                    self.error("E0204", manual.span, "`manual` can only be true");
                }
                (Some(Trigger::Manual), Shape::Any)
            }
            Some(&"webhook") => {
                let read = object.webhook.as_ref().map(|given| self.webhook(given));
                read.map_or((None, Shape::Any), |(webhook, shape)| (Some(Trigger::Webhook(webhook)), shape))
            }
            Some(kind) => {
                let span = object.keys.get(kind).unwrap_or(object.keys.span);
                let message = format!("a trigger cannot be `{kind}` yet");
                let help = "poll with `use` and `every`, or start with `schedule`, `webhook` or `manual`";
                self.diagnostics.push(Diagnostic::error("E0212", span, message).help(help));
                (None, Shape::Any)
            }
            None => {
                let message = "a trigger needs `use`, `schedule`, `webhook` or `manual`";
                self.error("E0202", object.keys.span, message);
                (None, Shape::Any)
            }
        }
    }

    /// Keys that do not go with the kind of trigger, and a second kind.
    fn trigger_keys(&mut self, object: &TriggerObject, kinds: &[&str]) {
        if kinds.first() != Some(&"use") {
            for key in POLL_KEYS {
                if let Some(span) = object.keys.get(key) {
                    let diagnostic = Diagnostic::error("E0205", span, format!("`{key}` goes with `use`"));
                    self.diagnostics
                        .push(diagnostic.help("name a polling trigger: `use: highlevel.contacts.search`"));
                }
            }
        }
        if let [first, second, ..] = kinds
            && let Some(span) = object.keys.get(second)
        {
            self.error("E0205", span, format!("a trigger cannot have both `{first}` and `{second}`"));
        }
    }

    fn poll(&mut self, object: &TriggerObject) -> (Option<Trigger>, Shape) {
        let every = self.every(object.every.as_ref().map(|every| (every.value.0, every.span)));
        let Some(uses) = &object.uses else { return (None, Shape::Any) };
        let Some(definition) = self.known_trigger(uses) else {
            self.free_input(object.with.as_ref());
            return (None, Shape::Any);
        };
        let connection = self.connection(definition, object.connection.as_ref(), uses.span);
        if let Some(connection) = &connection {
            self.trigger = Some((definition.app.clone(), connection.clone()));
        }
        let with = self.input(&Use {
            definition,
            connection: connection.as_deref(),
            with: object.with.as_ref(),
            span: uses.span,
        });
        let emit = self.emit(definition, object.emit.as_ref());
        let poll = PollTrigger {
            operation: definition.id.clone(),
            connection,
            every,
            with,
            emit,
            ignore_own_writes: object.ignore_own_writes.as_ref().map(|given| {
                let fits = (Duration::from_secs(1)..=Duration::from_secs(86_400)).contains(&given.value.0);
                if !fits {
                    self.error("E0213", given.span, "`ignore_own_writes` must be 1s to 1d");
                }
                given.value.0
            }),
            backfill: object.backfill.as_ref().is_some_and(|backfill| backfill.value),
        };
        (Some(Trigger::Poll(poll)), Shape::of_record(definition))
    }

    fn every(&mut self, given: Option<(Duration, highline_yaml::Span)>) -> Duration {
        let Some((every, span)) = given else { return DEFAULT_EVERY };
        if every < Duration::from_secs(1) {
            self.error("E0213", span, "`every` must be 1s or more");
        } else if every < Duration::from_secs(60) {
            let text = crate::format_duration(every);
            let message = format!("a poll every {text} spends much of the connection's rate budget");
            self.diagnostics.push(Diagnostic::warning("W0601", span, message).help("1m is enough for most"));
        }
        every
    }

    fn emit(&mut self, definition: &Definition, given: Option<&Located<EmitWord>>) -> Emit {
        let own = definition.poll.as_ref().map_or(Emit::New, |poll| poll.emit);
        let Some(given) = given else { return own };
        match given.value {
            EmitWord::New => Emit::New,
            EmitWord::NewOrChanged => Emit::NewOrChanged,
            EmitWord::ChangedRecord => {
                if definition.shape == OutputShape::List {
                    let message =
                        format!("`{}` finds many records; `changed_record` watches one", definition.id);
                    self.diagnostics.push(
                        Diagnostic::error("E0307", given.span, message)
                            .help("did you mean `new_or_changed`?"),
                    );
                }
                Emit::ChangedRecord
            }
        }
    }

    fn schedule(&mut self, given: &ScheduleDocument) -> Option<Schedule> {
        let Some(cron) = &given.cron else {
            if !given.keys.has("cron") {
                let help = "write `cron: \"0 9 * * *\"`";
                let diagnostic = Diagnostic::error("E0202", given.keys.span, "`schedule` needs `cron`");
                self.diagnostics.push(diagnostic.help(help));
            }
            return None;
        };
        let zone = given.timezone.as_ref().map_or("UTC", |zone| zone.value.as_str());
        let error = match Schedule::parse(&cron.value, zone) {
            Ok(schedule) => return Some(schedule),
            Err(error) => error,
        };
        let diagnostic = match &error {
            InvalidSchedule::Zone(zone) => {
                let span = given.timezone.as_ref().map_or(cron.span, |zone| zone.span);
                let zones = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
                Diagnostic::error("E0211", span, error.to_string()).meant(nearest(zone, zones))
            }
            InvalidSchedule::Pattern { .. } | InvalidSchedule::Never(_) => {
                Diagnostic::error("E0210", cron.span, error.to_string()).help(
                    "five fields: minute, hour, day of month, month, day of week, as in `0 9 * * MON-FRI`",
                )
            }
        };
        self.diagnostics.push(diagnostic);
        None
    }
}

impl<'a> Checker<'a> {
    fn known_trigger(&mut self, uses: &Located<String>) -> Option<&'a Definition> {
        let definition = self.known(uses, Some(Kind::Trigger))?;
        if definition.kind == Kind::Trigger {
            return Some(definition);
        }
        let message = format!("`{}` is an action and cannot start a workflow", definition.id);
        let help = "use a polling trigger here, and the action in a step";
        self.diagnostics.push(Diagnostic::error("E0302", uses.span, message).help(help));
        None
    }

    /// The operation with this id, or the error that names the nearest one of that kind.
    pub(super) fn known(&mut self, uses: &Located<String>, kind: Option<Kind>) -> Option<&'a Definition> {
        let found = self.definition(&uses.value);
        if found.is_none() {
            let all = self.environment.catalog.iter().map(|operation| operation.definition());
            let fitting = all.filter(|definition| kind.is_none_or(|kind| definition.kind == kind));
            let near = nearest(&uses.value, fitting.map(|definition| definition.id.as_str()));
            let diagnostic =
                Diagnostic::error("E0301", uses.span, format!("unknown operation `{}`", uses.value));
            self.diagnostics.push(match near {
                Some(near) => diagnostic.meant(Some(near)),
                None => diagnostic.help("`highline catalog list` lists all operations"),
            });
        }
        found
    }
}
