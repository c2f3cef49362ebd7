//! The binary at work, as its own process.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::bed::Bed;
use crate::process;
use crate::wire;

/// Longer than any start, also with a hundred thousand new workflows.
const PATIENCE: Duration = Duration::from_secs(1_800);

pub struct Node {
    pub address: SocketAddr,
    child: Child,
    /// From the start of the process to the first `/readyz` that says so.
    pub ready_after: Duration,
}

impl Node {
    pub async fn start(bed: &Bed, arguments: &[&str]) -> anyhow::Result<Self> {
        let address = free_address()?;
        let listen = address.to_string();
        let log = File::create(bed.path("node.log"))?;
        let mut command = bed.command(&["serve", "--listen", &listen]);
        command.args(arguments).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let began = Instant::now();
        let child = command.spawn().context("cannot start the binary")?;
        let mut node = Self { address, child, ready_after: Duration::ZERO };
        while !node.is_ready().await {
            if let Some(status) = node.child.try_wait()? {
                bail!("the node ended, {status}: {}", last_lines(bed));
            }
            if began.elapsed() > PATIENCE {
                bail!("the node was not ready within {PATIENCE:?}: {}", last_lines(bed));
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        node.ready_after = began.elapsed();
        Ok(node)
    }

    async fn is_ready(&self) -> bool {
        self.ask(&wire::get("/readyz")).await.is_ok_and(|(status, _)| status == 200)
    }

    /// One request on a connection of its own; gives the status and the body.
    pub async fn ask(&self, request: &[u8]) -> anyhow::Result<(u16, String)> {
        let mut stream = TcpStream::connect(self.address).await?;
        ask_on(&mut stream, request).await
    }

    pub async fn post(&self, path: &str, json: &str) -> anyhow::Result<String> {
        let mut request = Vec::new();
        wire::post(&mut request, path, json);
        let (status, body) = self.ask(&request).await?;
        anyhow::ensure!(status / 100 == 2, "POST {path}: {status} {body}");
        Ok(body)
    }

    pub fn cpu(&self) -> anyhow::Result<Duration> {
        process::cpu(self.child.id())
    }

    /// Resident memory in bytes: now, and at most so far.
    pub fn memory(&self) -> anyhow::Result<(u64, u64)> {
        process::memory(self.child.id())
    }

    /// As a supervisor stops it.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        let id = self.child.id().to_string();
        std::process::Command::new("kill").args(["-TERM", &id]).status().context("cannot signal the node")?;
        let began = Instant::now();
        while self.child.try_wait()?.is_none() {
            if began.elapsed() > PATIENCE {
                bail!("the node did not stop within {PATIENCE:?}");
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }
}

impl Drop for Node {
    /// A measurement that failed leaves no process behind.
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

pub async fn ask_on(stream: &mut TcpStream, request: &[u8]) -> anyhow::Result<(u16, String)> {
    stream.write_all(request).await?;
    let mut read = Vec::new();
    loop {
        if let Some(answer) = wire::Message::first_of(&read) {
            return Ok((answer.status(), String::from_utf8_lossy(answer.body).into_owned()));
        }
        anyhow::ensure!(stream.read_buf(&mut read).await? > 0, "the node closed the connection");
    }
}

/// Free a moment ago, and nobody else on this machine is likely to take it.
fn free_address() -> std::io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}

fn last_lines(bed: &Bed) -> String {
    let log = std::fs::read_to_string(bed.path("node.log")).unwrap_or_default();
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}
