//! Events, as fast as they are taken or at a set pace, over connections that stay open.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::node::ask_on;
use crate::wire;

/// Where events go.
#[derive(Debug, Clone)]
pub struct Inlet {
    pub address: SocketAddr,
    pub path: String,
}

/// What was answered to an event, and after how long.
pub struct Asked {
    pub number: u64,
    pub answer: String,
    pub took: Duration,
}

/// Connections of a flood, and how many requests each has under way. The server works on one request of a connection
/// at a time, so the connections are what can be committed together.
const CONNECTIONS: usize = 64;
const DEPTH: usize = 8;

/// Connections of a paced load. Each sends its share and waits for the answer.
const PACED: usize = 20;

/// About 300 bytes, as a form or a webhook sends them.
pub fn event(number: u64) -> String {
    format!(
        r#"{{"number":{number},"firstName":"Mara","lastName":"Lindqvist","email":"Mara.{number}@Example.com","phone":"+14155552671","source":"landing page","tags":["vip","certified"],"address":{{"city":"Berlin","postalCode":"10115","country":"DE"}},"consent":true,"campaign":"autumn","dateAdded":"2026-11-20T08:15:00Z"}}"#
    )
}

impl Inlet {
    fn request(&self, out: &mut Vec<u8>, number: u64) {
        wire::post(out, &self.path, &event(number));
    }

    async fn connect(&self) -> anyhow::Result<TcpStream> {
        let stream = TcpStream::connect(self.address).await.context("cannot reach the node")?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    /// Sends so many events as fast as they are accepted; returns when the last is.
    pub async fn flood(&self, events: u64) -> anyhow::Result<()> {
        let next = Arc::new(AtomicU64::new(0));
        let mut connections = JoinSet::new();
        for _ in 0..CONNECTIONS {
            let (inlet, next) = (self.clone(), next.clone());
            connections.spawn(async move { inlet.flood_one(events, &next).await });
        }
        while let Some(ended) = connections.join_next().await {
            ended??;
        }
        Ok(())
    }

    async fn flood_one(&self, events: u64, next: &AtomicU64) -> anyhow::Result<()> {
        let mut stream = self.connect().await?;
        let (mut out, mut read) = (Vec::new(), Vec::with_capacity(16 * 1024));
        let mut open = 0;
        loop {
            // Refilled when half of it is answered, so that one write carries several requests.
            while open <= DEPTH / 2 || !out.is_empty() && open < DEPTH {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= events {
                    break;
                }
                self.request(&mut out, number);
                open += 1;
            }
            if open == 0 {
                return Ok(());
            }
            stream.write_all(&out).await?;
            out.clear();
            open -= accepted(&mut stream, &mut read).await?;
        }
    }

    /// Sends an event for each number, one at a time on each of so many connections.
    pub async fn ask(&self, numbers: Vec<u64>, connections: usize) -> anyhow::Result<Vec<Asked>> {
        let (numbers, next) = (Arc::new(numbers), Arc::new(AtomicU64::new(0)));
        let mut senders = JoinSet::new();
        for _ in 0..connections {
            let (inlet, numbers, next) = (self.clone(), numbers.clone(), next.clone());
            senders.spawn(async move { inlet.ask_one_by_one(&numbers, &next).await });
        }
        let mut asked = Vec::with_capacity(numbers.len());
        while let Some(ended) = senders.join_next().await {
            asked.extend(ended??);
        }
        Ok(asked)
    }

    async fn ask_one_by_one(&self, numbers: &[u64], next: &AtomicU64) -> anyhow::Result<Vec<Asked>> {
        let mut stream = self.connect().await?;
        let (mut asked, mut out) = (Vec::new(), Vec::new());
        while let Some(number) = numbers.get(usize::try_from(next.fetch_add(1, Ordering::Relaxed))?).copied()
        {
            out.clear();
            self.request(&mut out, number);
            let sent = Instant::now();
            let (status, answer) = ask_on(&mut stream, &out).await?;
            ensure!(status / 100 == 2, "{status}: {answer}");
            asked.push(Asked { number, answer, took: sent.elapsed() });
        }
        Ok(asked)
    }

    /// Sends `rate` events a second for so long. Gives for each, by its number, when it was sent and when accepted.
    pub async fn pace(&self, rate: u32, time: Duration) -> anyhow::Result<Vec<(u64, Instant, Instant)>> {
        let began = Instant::now();
        let mut connections = JoinSet::new();
        for lane in 0..PACED as u64 {
            let inlet = self.clone();
            connections.spawn(async move {
                let mut stream = inlet.connect().await?;
                let (mut read, mut times) = (Vec::new(), Vec::new());
                for number in (lane..).step_by(PACED) {
                    let due = began + Duration::from_secs(number) / rate;
                    if due > began + time {
                        return Ok(times);
                    }
                    tokio::time::sleep_until(due.into()).await;
                    let mut out = Vec::new();
                    inlet.request(&mut out, number);
                    let sent = Instant::now();
                    stream.write_all(&out).await?;
                    accepted(&mut stream, &mut read).await?;
                    times.push((number, sent, Instant::now()));
                }
                anyhow::Ok(times)
            });
        }
        let mut all = Vec::new();
        while let Some(times) = connections.join_next().await {
            all.extend(times??);
        }
        Ok(all)
    }
}

/// Reads once more, and says how many answers that completed.
async fn accepted(stream: &mut TcpStream, read: &mut Vec<u8>) -> anyhow::Result<usize> {
    let mut taken = 0;
    let mut answers = 0;
    while answers == 0 {
        ensure!(stream.read_buf(read).await? > 0, "the node closed a connection");
        while let Some(answer) = wire::Message::first_of(&read[taken..]) {
            let status = answer.status();
            ensure!(status / 100 == 2, "{status}: {}", String::from_utf8_lossy(answer.body));
            taken += answer.length;
            answers += 1;
        }
    }
    read.drain(..taken);
    Ok(answers)
}
