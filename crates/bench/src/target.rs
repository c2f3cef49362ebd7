//! The system that workflows speak to: answers the same to everyone, and costs next to nothing.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::wire;

/// Below this path the request's number is noted with its time of arrival.
const NUMBERED: &[u8] = b"/event/";
/// Here the records are that a poll finds.
const RECORDS: &[u8] = b"/records";

#[derive(Default)]
struct Shared {
    requests: AtomicU64,
    arrivals: Mutex<HashMap<u64, Instant>>,
    records: Mutex<Arc<Vec<u8>>>,
}

/// A server on this machine, for as long as the process lives.
#[derive(Clone)]
pub struct Target {
    pub address: SocketAddr,
    shared: Arc<Shared>,
}

impl Target {
    pub async fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let target = Self { address: listener.local_addr()?, shared: Arc::default() };
        target.give_records("[]");
        let shared = target.shared.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, shared.clone()));
            }
        });
        Ok(target)
    }

    pub fn requests(&self) -> u64 {
        self.shared.requests.load(Ordering::Relaxed)
    }

    /// When each numbered request came first, since this was asked last.
    pub fn take_arrivals(&self) -> HashMap<u64, Instant> {
        std::mem::take(&mut self.shared.arrivals.lock().expect("nobody panics while noting arrivals"))
    }

    /// What a poll finds from now on, as JSON.
    pub fn give_records(&self, json: &str) {
        let answer = wire::answer(200, json);
        *self.shared.records.lock().expect("nobody panics while holding the records") = Arc::new(answer);
    }
}

async fn serve(mut stream: TcpStream, shared: Arc<Shared>) {
    stream.set_nodelay(true).ok();
    let done = wire::answer(200, r#"{"id":"made","received":true}"#);
    let (mut read, mut out) = (Vec::with_capacity(16 * 1024), Vec::new());
    while stream.read_buf(&mut read).await.is_ok_and(|bytes| bytes > 0) {
        let mut taken = 0;
        while let Some(message) = wire::Message::first_of(&read[taken..]) {
            taken += message.length;
            shared.requests.fetch_add(1, Ordering::Relaxed);
            match message.path() {
                path if path.starts_with(RECORDS) => {
                    let records = shared.records.lock().expect("nobody panics while holding the records");
                    out.extend_from_slice(&records);
                }
                path => {
                    note(path, &shared);
                    out.extend_from_slice(&done);
                }
            }
        }
        read.drain(..taken);
        if stream.write_all(&out).await.is_err() {
            return;
        }
        out.clear();
    }
}

fn note(path: &[u8], shared: &Shared) {
    let number = path.strip_prefix(NUMBERED).and_then(|rest| std::str::from_utf8(rest).ok());
    if let Some(number) = number.and_then(|text| text.parse().ok()) {
        let mut arrivals = shared.arrivals.lock().expect("nobody panics while noting arrivals");
        arrivals.entry(number).or_insert_with(Instant::now);
    }
}
