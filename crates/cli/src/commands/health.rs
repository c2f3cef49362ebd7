//! `highline health`: for container health checks, which have no other HTTP client at hand.

use std::time::Duration;

use anyhow::{Context, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::Outcome;
use crate::args::HealthArgs;
use crate::say;

const LIMIT: Duration = Duration::from_secs(5);

pub async fn run(args: &HealthArgs) -> anyhow::Result<Outcome> {
    let asked = tokio::time::timeout(LIMIT, ask(&args.url)).await;
    let answer = asked.unwrap_or_else(|_| bail!("no answer within {} s", LIMIT.as_secs()));
    match answer {
        Ok(()) => {
            say!("{} is well", args.url);
            Ok(Outcome::Fine)
        }
        Err(error) => {
            eprintln!("error: {}: {error:#}", args.url);
            Ok(Outcome::No)
        }
    }
}

async fn ask(url: &url::Url) -> anyhow::Result<()> {
    anyhow::ensure!(url.scheme() == "http", "only http:// can be asked; this is {}", url.scheme());
    let host = url.host_str().context("the URL has no host")?;
    let port = url.port_or_known_default().context("the URL has no port")?;
    let mut stream = TcpStream::connect((host, port)).await?;
    let request = format!("GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(4096).read_to_end(&mut answer).await?;
    let answer = String::from_utf8_lossy(&answer);
    let line = answer.lines().next().unwrap_or_default();
    anyhow::ensure!(line.split(' ').nth(1) == Some("200"), "it answered `{line}`");
    Ok(())
}
