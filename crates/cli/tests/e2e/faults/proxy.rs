//! The network between a node and its PostgreSQL, as bad as a test wants it.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use url::Url;

pub struct Proxy {
    address: SocketAddr,
    network: Arc<Network>,
}

#[derive(Default)]
struct Network {
    lines: Mutex<Vec<Arc<Line>>>,
    /// New connections are closed at once.
    closed: AtomicBool,
    /// Before each piece goes on, either way.
    delay_ms: AtomicU64,
    /// Answers to so many commits shall get lost.
    commits_to_lose: AtomicUsize,
    lost_commits: AtomicUsize,
}

/// A connection through the proxy.
struct Line {
    client: TcpStream,
    server: TcpStream,
    /// Takes everything and delivers nothing.
    silent: AtomicBool,
    /// Breaks after so many further bytes to the client; negative: it does not.
    breaks_after: AtomicI64,
    /// The next bytes to the client are the answer to a commit, and get lost.
    loses_answer: AtomicBool,
}

impl Proxy {
    /// Between whoever connects to it and the server that `url` names.
    pub fn before(url: &str) -> Self {
        let url = Url::parse(url).unwrap();
        let server = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let network = Arc::new(Network::default());
        let shared = network.clone();
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if !shared.closed.load(SeqCst) {
                    // Without a server there is nobody to talk to, and the client sees it.
                    shared.connect(client, &server).ok();
                }
            }
        });
        Self { address, network }
    }

    /// `url` by way of this proxy.
    pub fn url(&self, url: &str) -> String {
        let mut url = Url::parse(url).unwrap();
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(self.address.port())).unwrap();
        url.into()
    }

    /// Breaks every connection.
    pub fn cut(&self) {
        for line in self.network.lines.lock().unwrap().drain(..) {
            line.cut();
        }
    }

    pub fn close(&self, closed: bool) {
        self.network.closed.store(closed, SeqCst);
    }

    /// Every connection there is now stays open and says nothing any more.
    pub fn silence(&self) {
        self.network.lines.lock().unwrap().drain(..).for_each(|line| line.silent.store(true, SeqCst));
    }

    /// Every connection there is now breaks after `bytes` more to the node, in the middle of whatever that is.
    pub fn break_after(&self, bytes: u64) {
        let bytes = i64::try_from(bytes).unwrap();
        self.network.lines.lock().unwrap().iter().for_each(|line| line.breaks_after.store(bytes, SeqCst));
    }

    pub fn delay(&self, delay: Duration) {
        self.network.delay_ms.store(delay.as_millis() as u64, SeqCst);
    }

    /// The next so many commits reach the server, and their answers do not come back.
    pub fn lose_answers_of_commits(&self, commits: usize) {
        self.network.commits_to_lose.store(commits, SeqCst);
    }

    pub fn lost_commits(&self) -> usize {
        self.network.lost_commits.load(SeqCst)
    }
}

impl Network {
    fn connect(self: &Arc<Self>, client: TcpStream, server: &str) -> std::io::Result<()> {
        let server = TcpStream::connect(server)?;
        for stream in [&client, &server] {
            stream.set_nodelay(true)?;
        }
        let (mut from_client, mut from_server) = (client.try_clone()?, server.try_clone()?);
        let line = Arc::new(Line {
            client,
            server,
            silent: AtomicBool::default(),
            breaks_after: AtomicI64::new(-1),
            loses_answer: AtomicBool::default(),
        });
        self.lines.lock().unwrap().push(line.clone());
        let (network, same) = (self.clone(), line.clone());
        thread::spawn(move || {
            carry(&mut from_client, |bytes| network.to_server(&same, bytes));
            same.cut();
        });
        let network = self.clone();
        thread::spawn(move || {
            carry(&mut from_server, |bytes| network.to_client(&line, bytes));
            line.cut();
        });
        Ok(())
    }

    fn to_server(&self, line: &Line, bytes: &[u8]) -> bool {
        self.take_time();
        if line.silent.load(SeqCst) {
            return true;
        }
        let commits = bytes.windows(7).any(|part| part == b"COMMIT\0");
        let lose = |left: usize| left.checked_sub(1);
        if commits && self.commits_to_lose.fetch_update(SeqCst, SeqCst, lose).is_ok() {
            line.loses_answer.store(true, SeqCst);
        }
        (&line.server).write_all(bytes).is_ok()
    }

    fn to_client(&self, line: &Line, bytes: &[u8]) -> bool {
        self.take_time();
        if line.silent.load(SeqCst) {
            return true;
        }
        if line.loses_answer.load(SeqCst) {
            self.lost_commits.fetch_add(1, SeqCst);
            return false;
        }
        let left = line.breaks_after.load(SeqCst);
        if left >= 0 {
            let passing = bytes.len().min(left as usize);
            line.breaks_after.store(left - passing as i64, SeqCst);
            return (&line.client).write_all(&bytes[..passing]).is_ok() && passing == bytes.len();
        }
        (&line.client).write_all(bytes).is_ok()
    }

    fn take_time(&self) {
        let delay = self.delay_ms.load(SeqCst);
        if delay > 0 {
            thread::sleep(Duration::from_millis(delay));
        }
    }
}

impl Line {
    /// Who has gone already needs no goodbye.
    fn cut(&self) {
        self.client.shutdown(Shutdown::Both).ok();
        self.server.shutdown(Shutdown::Both).ok();
    }
}

/// Gives what comes in to `pass` until one of the two ends.
fn carry(from: &mut TcpStream, mut pass: impl FnMut(&[u8]) -> bool) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        if !pass(&buffer[..read]) {
            return;
        }
    }
}
