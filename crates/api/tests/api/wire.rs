//! A line to the database that falls silent when a test wants it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub struct Wire {
    /// The same database over this line.
    pub url: String,
    silent: Arc<AtomicBool>,
}

impl Wire {
    pub async fn before(url: &str) -> Self {
        let mut url = url::Url::parse(url).unwrap();
        let server = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
        let silent = Arc::new(AtomicBool::new(false));
        let shared = silent.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (from, to) = client.into_split();
                let (back, forth) = TcpStream::connect(&server).await.unwrap().into_split();
                tokio::spawn(carry(from, forth, shared.clone()));
                tokio::spawn(carry(back, to, shared.clone()));
            }
        });
        Self { url: url.into(), silent }
    }

    /// From now on everything is taken and nothing delivered.
    pub fn fall_silent(&self) {
        self.silent.store(true, Ordering::SeqCst);
    }
}

async fn carry(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, silent: Arc<AtomicBool>) {
    let mut piece = [0; 16 * 1024];
    while let Ok(size @ 1..) = from.read(&mut piece).await {
        if !silent.load(Ordering::SeqCst) && to.write_all(&piece[..size]).await.is_err() {
            return;
        }
    }
}
