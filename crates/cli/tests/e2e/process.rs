//! The binary as a child: run to its end, or running until it is told to stop.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::Value;

pub use highline_testing::{until, within};

/// The binary with an environment in which nothing can change what it does.
pub fn highline() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_highline"));
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("HIGHLINE_") || text.starts_with("DATABASE_URL") {
            command.env_remove(name);
        }
    }
    command.env("NO_PROXY", "127.0.0.1,localhost");
    command
}

/// What a command that has ended left.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    /// The same, which must have exit status 0.
    #[track_caller]
    pub fn succeeded(self) -> Self {
        self.with_code(0)
    }

    #[track_caller]
    pub fn with_code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self.without_panic()
    }

    #[track_caller]
    pub fn without_panic(self) -> Self {
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        self
    }

    /// Standard output as one JSON value.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }

    /// Standard output as a JSON value on each line.
    #[track_caller]
    pub fn json_lines(&self) -> Vec<Value> {
        let value =
            |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {}", self.stdout));
        self.stdout.lines().map(value).collect()
    }
}

/// Runs a command to its end, with `input` on its standard input.
pub fn run(mut command: Command, input: &str) -> Ended {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary can be started");
    let mut stdin = child.stdin.take().expect("it is piped");
    // A command that does not read its input closes the pipe: that is its right.
    stdin.write_all(input.as_bytes()).ok();
    drop(stdin);
    let output = child.wait_with_output().expect("a child can be waited for");
    let text = |bytes| String::from_utf8(bytes).expect("the binary writes UTF-8");
    Ended { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// A command that runs until it is told to stop; dropping it kills it as `kill -9` does.
pub struct Node {
    child: Child,
    stdout: Lines,
    stderr: Lines,
    address: String,
}

impl Node {
    /// Starts a node and waits until it tells where it answers.
    pub fn start(command: Command) -> Self {
        let mut node = Self::spawn(command);
        let ready = until("a node says where it answers", || {
            assert!(node.is_running(), "the node ended: {}{}", node.stdout(), node.stderr());
            node.stdout.find("highline: http://")
        });
        let place = ready.trim_start_matches("highline: ");
        node.address = place.split(',').next().expect("split gives one").to_owned();
        node
    }

    /// Starts a command and waits for nothing.
    pub fn spawn(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary can be started");
        let stdout = Lines::of(child.stdout.take().expect("it is piped"));
        let stderr = Lines::of(child.stderr.take().expect("it is piped"));
        Self { child, stdout, stderr, address: String::new() }
    }

    /// A URL of the HTTP API: `/api/v1/runs`.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// Of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn address(&self) -> &str {
        &self.address
    }

    /// The first line so far that begins with or holds `text`.
    pub fn line(&self, text: &str) -> Option<String> {
        self.stdout.find(text)
    }

    /// The same of its log.
    pub fn logged(&self, text: &str) -> Option<String> {
        self.stderr.find(text)
    }

    pub fn stdout(&self) -> String {
        self.stdout.all()
    }

    pub fn stderr(&self) -> String {
        self.stderr.all()
    }

    fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("a child can be asked").is_none()
    }

    /// `kill -9`: it has no chance to write anything.
    pub fn kill(mut self) {
        self.child.kill().expect("a child can be killed");
        self.child.wait().expect("a child can be waited for");
    }

    /// Sends a signal such as `TERM`.
    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status().expect("there is `kill`");
        assert!(sent.success(), "kill -s {name} {id}");
    }

    /// Waits for its end.
    pub fn end(&mut self, patience: Duration) -> ExitStatus {
        within(patience, "the node ends", || self.child.try_wait().expect("a child can be asked"))
    }

    /// Asks it to stop, as an init system does, and checks that it does so well.
    pub fn stop(mut self) {
        self.signal("TERM");
        let status = self.end(Duration::from_secs(15));
        assert!(status.success(), "{status}: {}{}", self.stdout(), self.stderr());
        assert!(!self.stderr().contains("panicked"), "{}", self.stderr());
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
        if thread::panicking() {
            eprintln!("--- the node's output\n{}--- its log\n{}", self.stdout(), self.stderr());
        }
    }
}

/// What a child has written so far, line by line.
struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    fn of(pipe: impl Read + Send + 'static) -> Self {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let kept = lines.clone();
        thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                kept.lock().expect("no one panics while holding the lines").push(line);
            }
        });
        Self(lines)
    }

    fn find(&self, text: &str) -> Option<String> {
        self.locked().iter().find(|line| line.contains(text)).cloned()
    }

    fn all(&self) -> String {
        self.locked().iter().map(|line| format!("{line}\n")).collect()
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.0.lock().expect("no one panics while holding the lines")
    }
}
