//! Events without a pause: things for polls to find, and starts through the HTTP API.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::json;

use super::target::Target;
use crate::world::TOKEN;

/// What was sent to `start`, and what is known of it.
#[derive(Debug, Clone, Default)]
pub struct Sent {
    /// Answered as started.
    pub taken: BTreeSet<String>,
    /// Without an answer: started or not.
    pub unsure: BTreeSet<String>,
    /// Refused by a node that said so.
    pub refused: BTreeSet<String>,
}

/// Sends until it is stopped.
pub struct Load {
    address: Arc<Mutex<Option<String>>>,
    done: Arc<AtomicBool>,
    sending: JoinHandle<Sent>,
}

impl Load {
    /// An event by each way every `pause`, no more than `most` by each.
    pub fn start(target: &Arc<Target>, pause: Duration, most: usize) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let address = Arc::new(Mutex::new(None::<String>));
        let done = Arc::new(AtomicBool::new(false));
        let (target, to, ended) = (target.clone(), address.clone(), done.clone());
        let sending = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let client = reqwest::Client::builder().timeout(Duration::from_secs(5)).build().unwrap();
            let mut sent = Sent::default();
            for number in 0..most {
                if ended.load(Ordering::SeqCst) {
                    break;
                }
                target.add_thing(format!("p{number}"));
                let node = to.lock().unwrap().clone();
                if let Some(node) = node {
                    let id = format!("s{number}");
                    let url = format!("{node}/api/v1/workflows/by-hand/start");
                    let answer = runtime.block_on(async {
                        client.post(url).bearer_auth(TOKEN).json(&json!({ "id": id })).send().await
                    });
                    let known = match answer.map(|answer| answer.status().as_u16()) {
                        Ok(201) => &mut sent.taken,
                        Ok(status) if status < 500 => &mut sent.refused,
                        _ => &mut sent.unsure,
                    };
                    known.insert(id);
                }
                thread::sleep(pause);
            }
            sent
        });
        Self { address, done, sending }
    }

    /// Where starts are sent from now on; none: nowhere.
    pub fn send_to(&self, node: Option<&str>) {
        *self.address.lock().unwrap() = node.map(str::to_owned);
    }

    /// Ends it; what was sent.
    pub fn stop(self) -> Sent {
        self.done.store(true, Ordering::SeqCst);
        self.sending.join().unwrap()
    }
}
