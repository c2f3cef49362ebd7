//! An app that counts: what it has to tell, what it was asked to make (unsafe) and to keep (safe), each by its event.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use highline_testing::Chance;
use serde_json::{Value, json};

/// The app as a connector of the user.
pub const CONNECTOR: &str = "
app: target
title: Target
base_url: http://127.0.0.1:1
operations:
  - id: things.list
    kind: trigger
    title: List Things
    summary: All things there are.
    method: GET
    path: /things
    response: { data: things, list: true, fields: [{ name: id }] }
    poll: { emit: new, key: [id] }
    sample: { input: {}, reply: { things: [{ id: t1 }] } }
  - id: things.keep
    kind: action
    title: Keep Thing
    summary: Keeps a thing, as often as it is asked.
    method: PUT
    path: /kept/{event}
    fields: [{ name: event, required: true, example: t1 }]
    response: { fields: [{ name: id }] }
    sample: { input: { event: t1 }, reply: { id: t1 } }
  - id: things.make
    kind: action
    title: Make Thing
    summary: Makes another thing each time it is asked.
    method: POST
    path: /made/{event}
    fields: [{ name: event, required: true, example: t1 }]
    response: { fields: [{ name: id }] }
    sample: { input: { event: t1 }, reply: { id: t1 } }
";

#[derive(Default)]
struct Counts {
    things: Vec<String>,
    kept: BTreeMap<String, usize>,
    made: BTreeMap<String, usize>,
}

/// Answers on a port of its own until the process ends.
pub struct Target {
    address: SocketAddr,
    inside: Arc<Inside>,
}

struct Inside {
    counts: Mutex<Counts>,
    chance: Mutex<Chance>,
    /// Requests with this method wait for their answer.
    held: Mutex<Option<&'static str>>,
    let_go: Condvar,
}

impl Target {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let inside = Arc::new(Inside {
            counts: Mutex::default(),
            chance: Mutex::new(Chance::new()),
            held: Mutex::default(),
            let_go: Condvar::new(),
        });
        let shared = inside.clone();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let inside = shared.clone();
                // A connection that breaks was broken by the test.
                thread::spawn(move || inside.answer_all(stream).ok());
            }
        });
        Self { address, inside }
    }

    pub fn connection(&self) -> String {
        format!("connections:\n  target:\n    app: target\n    base_url: http://{}\n", self.address)
    }

    /// Something that polls find from now on.
    pub fn add_thing(&self, id: String) {
        self.counts().things.push(id);
    }

    pub fn things(&self) -> Vec<String> {
        self.counts().things.clone()
    }

    /// How many requests of a method have come.
    pub fn asked(&self, method: &str) -> usize {
        let counts = self.counts();
        if method == "PUT" { counts.kept.values().sum() } else { counts.made.values().sum() }
    }

    /// How often something was made for an event.
    pub fn made(&self, event: &str) -> usize {
        self.counts().made.get(event).copied().unwrap_or(0)
    }

    pub fn kept(&self, event: &str) -> usize {
        self.counts().kept.get(event).copied().unwrap_or(0)
    }

    /// Requests with this method are counted and get no answer until they are let go.
    pub fn hold(&self, method: &'static str) {
        *self.inside.held.lock().unwrap() = Some(method);
    }

    pub fn let_go(&self) {
        *self.inside.held.lock().unwrap() = None;
        self.inside.let_go.notify_all();
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.inside.counts.lock().unwrap()
    }
}

impl Inside {
    fn answer_all(&self, stream: TcpStream) -> std::io::Result<()> {
        stream.set_nodelay(true)?;
        let mut reader = BufReader::new(stream.try_clone()?);
        let mut writer = stream;
        while let Some((method, path)) = read_request(&mut reader)? {
            let body = self.answer(&method, &path).to_string();
            let length = body.len();
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json";
            write!(writer, "{head}\r\ncontent-length: {length}\r\n\r\n{body}")?;
        }
        Ok(())
    }

    fn answer(&self, method: &str, path: &str) -> Value {
        let event = path.rsplit('/').next().unwrap_or_default().to_owned();
        if method == "GET" {
            let things = &self.counts.lock().unwrap().things;
            return json!({ "things": things.iter().map(|id| json!({ "id": id })).collect::<Vec<_>>() });
        }
        let mut counts = self.counts.lock().unwrap();
        let of_method = if method == "PUT" { &mut counts.kept } else { &mut counts.made };
        *of_method.entry(event.clone()).or_default() += 1;
        drop(counts);
        let held = self.held.lock().unwrap();
        drop(self.let_go.wait_while(held, |held| *held == Some(method)).unwrap());
        let mut chance = Chance::of(self.chance.lock().unwrap().below(u64::MAX));
        chance.pause(Duration::from_millis(30));
        json!({ "id": event })
    }
}

/// Method and path of the next request, its body read; none when the connection ends.
fn read_request(reader: &mut BufReader<TcpStream>) -> std::io::Result<Option<(String, String)>> {
    let mut first = String::new();
    if reader.read_line(&mut first)? == 0 {
        return Ok(None);
    }
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        match line.trim_end().split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse().unwrap_or(0);
            }
            Some(_) => {}
            None => break,
        }
    }
    reader.read_exact(&mut vec![0; length])?;
    let mut words = first.split_whitespace().map(str::to_owned);
    Ok(words.next().zip(words.next()))
}
