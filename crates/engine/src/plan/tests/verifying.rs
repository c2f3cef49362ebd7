//! `on_interrupt: verify`, step by step and from any entry of the log.

use super::*;

const NOTE: &str = "
  - { id: note, use: fake.things.create, with: { name: '{{ trigger.name }}', body: '{{ now }}' }, on_interrupt: verify }
  - { id: after, use: fake.things.get, with: { id: '{{ steps.note.id }}' } }
";

/// What becomes of a write.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    /// Done, and no answer came.
    DoneAndLost,
    /// Not done, and no answer came.
    Lost,
}

/// The app on its side: what it has made, what becomes of the next writes, and how many reads fail first. Then all goes
/// well.
#[derive(Clone, Default)]
struct Vendor {
    made: Vec<Value>,
    fates: Vec<Fate>,
    down: u32,
}

impl Vendor {
    fn answer(&mut self, attempt: &Attempt, now: Timestamp) -> Result<Value, OperationError> {
        match attempt.operation.as_str() {
            "fake.things.list" if self.down > 0 => {
                self.down -= 1;
                Err(unavailable())
            }
            "fake.things.list" => Ok(Value::Array(self.made.clone())),
            "fake.things.create" => {
                let fate = (!self.fates.is_empty()).then(|| self.fates.remove(0));
                let id = format!("made {}", self.made.len() + 1);
                let record = json!({ "id": id, "name": attempt.input["name"], "made": now });
                if fate != Some(Fate::Lost) {
                    self.made.push(record.clone());
                }
                if fate.is_some() { Err(lost()) } else { Ok(record) }
            }
            _ => Ok(Value::Object(attempt.input.clone())),
        }
    }
}

fn lost() -> OperationError {
    OperationError {
        retry: Retry::Backoff,
        done: Done::Unknown,
        ..OperationError::refused(ErrorKind::Timeout, "no answer")
    }
}

impl Table {
    /// Works on the run until it is over or held, as a node does. What the vendor had made by then stands beside each
    /// entry of the log.
    fn work(&mut self, vendor: &mut Vendor) -> (Next, Vec<Vendor>) {
        let mut beside = vec![vendor.clone(); self.log.len()];
        loop {
            let next = self.plan().next;
            match next {
                Next::Work => {}
                Next::Wait(at) => self.now = self.now.max(at),
                Next::Hold | Next::Finish { .. } => {
                    beside.resize(self.log.len(), vendor.clone());
                    return (next, beside);
                }
            }
            for attempt in self.flying.clone() {
                if attempt.repeat == highline_catalog::Repeat::Unsafe {
                    self.write(RunEvent::AttemptStarted {
                        step: attempt.step.clone(),
                        attempt: attempt.number,
                        input: Value::Object(attempt.input.clone()),
                    });
                }
                beside.resize(self.log.len(), vendor.clone());
                let result = vendor.answer(&attempt, self.now);
                self.answer(attempt.step.as_str(), result);
            }
            beside.resize(self.log.len(), vendor.clone());
        }
    }

    fn kinds(&self) -> Vec<&'static str> {
        self.log.iter().map(|entry| entry.event.kind()).collect()
    }
}

fn table() -> Table {
    Table::new(NOTE, json!({ "name": "x" }))
}

fn vendor(fates: &[Fate]) -> Vendor {
    Vendor { fates: fates.to_vec(), ..Vendor::default() }
}

fn succeeded(next: &Next) -> bool {
    matches!(next, Next::Finish { state: RunState::Succeeded, .. })
}

#[test]
fn a_write_whose_answer_was_lost_is_looked_up_and_found() {
    let (mut table, mut vendor) = (table(), vendor(&[Fate::DoneAndLost]));
    let began = table.now;
    let (next, _) = table.work(&mut vendor);
    assert!(succeeded(&next), "{next:?}");
    assert_eq!(vendor.made.len(), 1);
    assert_eq!(
        table.kinds(),
        ["attempt_started", "verify_started", "attempt_failed", "verified", "step_succeeded"]
    );
    assert_eq!(table.now, began + chrono::Duration::seconds(10), "it was waited for the vendor's index");
}

#[test]
fn a_write_that_never_arrived_is_looked_up_and_sent_again() {
    let (mut table, mut vendor) = (table(), vendor(&[Fate::Lost]));
    let (next, _) = table.work(&mut vendor);
    assert!(succeeded(&next), "{next:?}");
    assert_eq!(vendor.made.len(), 1);
    assert_eq!(
        table.kinds()[1..],
        [
            "verify_started",
            "attempt_failed",
            "verified",
            "attempt_started",
            "step_succeeded",
            "step_succeeded"
        ]
    );
}

#[test]
fn a_write_that_never_arrives_fails_when_its_attempts_are_spent() {
    let steps = NOTE.replace("on_interrupt: verify", "on_interrupt: verify, retry: { attempts: 2 }");
    let mut table = Table::new(&steps, json!({ "name": "x" }));
    let mut vendor = vendor(&[Fate::Lost; 3]);
    let (next, _) = table.work(&mut vendor);
    let Next::Finish { state: RunState::Failed, failure: Some(failure) } = next else { panic!("{next:?}") };
    assert_eq!(failure.kind, ErrorKind::Timeout);
    assert_eq!(vendor.fates.len(), 1, "it was sent twice");
}

#[test]
fn a_read_that_fails_is_tried_again_and_one_that_goes_on_failing_holds_the_run() {
    let (mut table, mut vendor) = (table(), Vendor { down: 3, ..vendor(&[Fate::DoneAndLost]) });
    let (next, _) = table.work(&mut vendor);
    assert!(succeeded(&next), "{next:?}");
    assert_eq!(table.kinds().iter().filter(|kind| **kind == "verify_failed").count(), 3);

    let mut held = Table::new(NOTE, json!({ "name": "x" }));
    let (next, _) = held.work(&mut Vendor { down: 100, fates: vec![Fate::DoneAndLost], made: Vec::new() });
    assert_eq!(next, Next::Hold);
    let failure = held.history.interruption().unwrap();
    assert!(failure.message.contains("fake.things.list could not tell: unavailable"), "{}", failure.message);
}

#[test]
fn several_records_that_fit_are_shown_to_a_person() {
    let (mut table, mut vendor) = (table(), vendor(&[Fate::DoneAndLost]));
    vendor.made.push(json!({ "id": "by hand", "name": "X", "made": table.now }));
    assert_eq!(table.work(&mut vendor).0, Next::Hold);
    let failure = table.history.interruption().unwrap().clone();
    assert_eq!(failure.kind, ErrorKind::Interrupted);
    assert_eq!(failure.details.unwrap()["found"].as_array().unwrap().len(), 2);
    table.write(RunEvent::Resolved { step: "note".into(), decision: Decision::Retry, by: "test".into() });
    table.restart();
    assert_eq!(table.flying(), ["note"], "a person may still decide");
}

#[test]
fn an_older_record_is_not_the_one() {
    let (mut table, mut vendor) = (table(), vendor(&[Fate::Lost]));
    vendor.made.push(json!({ "id": "old", "name": "x", "made": table.now - chrono::Duration::minutes(5) }));
    assert!(succeeded(&table.work(&mut vendor).0));
    assert_eq!(vendor.made.len(), 2);
}

#[test]
fn a_node_that_died_at_any_entry_leaves_one_record_and_a_finished_run() {
    let mut whole = table();
    let mut vendor = Vendor { down: 2, ..vendor(&[Fate::Lost, Fate::DoneAndLost]) };
    let (next, beside) = whole.work(&mut vendor);
    assert!(succeeded(&next), "{next:?}");
    assert_eq!(whole.kinds().len(), 11, "{:?}", whole.kinds());
    for length in 1..=whole.log.len() {
        let last = whole.log[length - 1].event.kind();
        // What was announced may have been sent or not.
        let announced = (last == "attempt_started").then(|| beside[length].made.clone());
        for made in [beside[length - 1].made.clone()].into_iter().chain(announced) {
            let mut table = table();
            table.log = whole.log[..length].to_vec();
            table.now = whole.log[length - 1].at + chrono::Duration::seconds(90);
            table.restart();
            let mut vendor = Vendor { made, ..Vendor::default() };
            let (next, _) = table.work(&mut vendor);
            assert!(succeeded(&next), "after entry {length}, {last}: {next:?}");
            assert_eq!(vendor.made.len(), 1, "after entry {length}, {last}");
        }
    }
}
