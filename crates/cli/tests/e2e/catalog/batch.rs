//! `highline call --batch` as a partner in conversation.

use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde_json::{Map, Value, json};

use crate::world::World;

/// `highline call --batch` that is asked one thing after the other.
pub struct Batch {
    child: Child,
    questions: Option<ChildStdin>,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Batch {
    pub fn start(world: &World, token: &str, values: &[&str]) -> Self {
        let connection = ["call", "--batch", "--base-url", &world.ready().base_url, "--token", token];
        let mut command = world.command(&[&connection, values].concat());
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary can be started");
        let questions = child.stdin.take();
        let answers = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        Self { child, questions, answers }
    }

    pub fn ask(&mut self, operation: &str, input: &Map<String, Value>) -> Value {
        let line = json!({ "operation": operation, "with": input });
        writeln!(self.questions.as_mut().expect("it is open until the end"), "{line}").unwrap();
        let answer = self.answers.next().unwrap_or_else(|| panic!("{operation} ended the batch")).unwrap();
        serde_json::from_str(&answer).unwrap()
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        drop(self.questions.take());
        self.child.wait().ok();
    }
}
