//! Sends parcels in the background, each in a task of its own: as at the vendor, their order is not kept.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::Parcel;

/// Tries under way at a time.
const AT_ONCE: usize = 32;
const TIMEOUT: Duration = Duration::from_secs(10);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub struct Courier {
    /// Built when first needed: it takes a crypto provider, and many a sandbox never sends.
    client: OnceLock<reqwest::Client>,
    slots: Arc<Semaphore>,
    tasks: Mutex<JoinSet<()>>,
}

impl Default for Courier {
    fn default() -> Self {
        Self {
            client: OnceLock::new(),
            slots: Arc::new(Semaphore::new(AT_ONCE)),
            tasks: Mutex::new(JoinSet::new()),
        }
    }
}

impl Courier {
    /// Takes parcels and returns at once.
    pub fn send(&self, parcels: Vec<Parcel>) {
        if parcels.is_empty() {
            return;
        }
        let client = self.client.get_or_init(client);
        let mut tasks = self.tasks.lock().expect("nothing panics while it holds the tasks");
        while tasks.try_join_next().is_some() {}
        for parcel in parcels {
            tasks.spawn(deliver(client.clone(), self.slots.clone(), parcel));
        }
    }

    /// Gives up whatever is under way.
    pub fn stop(&self) {
        self.tasks.lock().expect("nothing panics while it holds the tasks").abort_all();
    }
}

fn client() -> reqwest::Client {
    rustls::crypto::ring::default_provider().install_default().ok();
    reqwest::Client::builder()
        .timeout(TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client without certificates of its own can always be built")
}

async fn deliver(client: reqwest::Client, slots: Arc<Semaphore>, parcel: Parcel) {
    tokio::time::sleep(Duration::from_millis(parcel.delay_ms)).await;
    let mut pause = Duration::from_millis(parcel.hook.backoff_ms);
    for n in 0..parcel.hook.tries {
        if n > 0 {
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        let slot = slots.acquire().await.expect("the slots are never closed");
        let outcome = post(&client, &parcel).await;
        drop(slot);
        let delivered = matches!(outcome, Ok(200..=299));
        parcel.delivery.tried(outcome);
        if delivered {
            return;
        }
    }
    parcel.delivery.give_up();
}

async fn post(client: &reqwest::Client, parcel: &Parcel) -> Result<u16, String> {
    let mut request = client
        .post(parcel.hook.url.clone())
        .header("Content-Type", "application/json")
        .body(parcel.body.clone());
    if let Some(signature) = &parcel.signature {
        request = request.header("X-GHL-Signature", signature);
    }
    match request.send().await {
        Ok(response) => Ok(response.status().as_u16()),
        Err(error) => Err(error.to_string()),
    }
}
