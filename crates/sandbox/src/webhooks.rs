//! Telling others what has happened: who is told, with what signature, and how it went.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::dice::{Dice, Stream};
use crate::faults::Faults;
use crate::settings::Ready;
use crate::time;
use crate::world::Happening;

pub mod courier;
mod faults;
mod log;

pub use faults::{Fault, Signature};
pub use log::{Deliveries, Delivery};

/// What stands before the 32 bytes of an Ed25519 key in a `SubjectPublicKeyInfo`.
const SPKI_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// An address that is told.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hook {
    #[serde(skip_deserializing)]
    pub id: u64,
    pub url: url::Url,
    /// `ContactCreate` and the like; everything if there is none.
    pub events: Option<Vec<String>>,
    /// How often an event is sent at most.
    #[serde(default = "five")]
    pub tries: u32,
    /// The pause after the first try; it doubles after each further one.
    #[serde(default = "a_tenth_of_a_second")]
    pub backoff_ms: u64,
    /// Whether the fields of an event lie under `data`: the vendor's docs show both.
    #[serde(default)]
    pub nested: bool,
}

fn five() -> u32 {
    5
}

fn a_tenth_of_a_second() -> u64 {
    100
}

impl Hook {
    fn wants(&self, kind: &str) -> bool {
        self.events.as_ref().is_none_or(|events| events.iter().any(|event| event == kind))
    }
}

/// One event on its way to one address.
#[derive(Debug)]
pub struct Parcel {
    pub hook: Hook,
    pub body: String,
    /// For `X-GHL-Signature`, unless a fault takes it away.
    pub signature: Option<String>,
    pub delay_ms: u64,
    pub delivery: Delivery,
}

/// Everything about webhooks that changes while the sandbox runs.
#[derive(Debug)]
pub struct Webhooks {
    key: Ed25519KeyPair,
    made: u64,
    pub hooks: Vec<Hook>,
    pub faults: Faults<Fault>,
    pub deliveries: Deliveries,
}

impl Webhooks {
    pub fn new(seed: u64) -> Self {
        Self {
            key: key(seed),
            made: 0,
            hooks: Vec::new(),
            faults: Faults::default(),
            deliveries: Deliveries::default(),
        }
    }

    pub fn add(&mut self, mut hook: Hook) -> &Hook {
        self.made += 1;
        hook.id = self.made;
        self.hooks.push(hook);
        self.hooks.last().expect("one was just added")
    }

    /// What is to be sent of a happening: to each address that wants it, once, or as a fault says.
    pub fn pack(&mut self, happening: &Happening, ready: &Ready, dice: &mut Dice) -> Vec<Parcel> {
        let wanting: Vec<Hook> =
            self.hooks.iter().filter(|hook| hook.wants(happening.kind)).cloned().collect();
        wanting.into_iter().flat_map(|hook| self.pack_for(hook, happening, (ready, dice.uuid()))).collect()
    }

    fn pack_for(&mut self, hook: Hook, happening: &Happening, stamp: (&Ready, String)) -> Vec<Parcel> {
        let (ready, webhook_id) = stamp;
        let fault = self.faults.take(|fault| fault.fits(happening.kind)).unwrap_or_default();
        let payload = payload(&hook, happening, ready, (&webhook_id, fault.age_ms));
        let body = payload.to_string();
        let signature = match fault.signature {
            None => Some(self.sign(body.as_bytes())),
            Some(Signature::Wrong) => Some(self.sign(b"something else")),
            Some(Signature::Missing) => None,
        };
        let copies = if fault.twice { 2 } else { 1 };
        let mut parcels = Vec::new();
        for _ in 0..copies {
            let delivery = self.deliveries.begin(&hook, happening.kind, payload.clone());
            if fault.drop {
                delivery.dropped();
                continue;
            }
            parcels.push(Parcel {
                hook: hook.clone(),
                body: body.clone(),
                signature: signature.clone(),
                delay_ms: fault.delay_ms,
                delivery,
            });
        }
        parcels
    }

    fn sign(&self, body: &[u8]) -> String {
        STANDARD.encode(self.key.sign(body).as_ref())
    }
}

fn payload(hook: &Hook, happening: &Happening, ready: &Ready, stamp: (&str, i64)) -> Value {
    let (webhook_id, age) = stamp;
    let mut payload = json!({
        "type": happening.kind,
        "timestamp": time::iso(time::now() - age),
        "webhookId": webhook_id,
        "appId": ready.app_id(),
    });
    let fields = happening.payload.as_object().cloned().unwrap_or_default();
    match hook.nested {
        true => payload["data"] = Value::Object(fields),
        false => payload.as_object_mut().expect("built as an object").extend(fields),
    }
    payload
}

fn key(seed: u64) -> Ed25519KeyPair {
    let bytes: [u8; 32] = Dice::new(seed, Stream::WebhookKey).bytes();
    Ed25519KeyPair::from_seed_unchecked(&bytes).expect("any 32 bytes are a seed")
}

/// The public half of the key that a sandbox of this seed signs with, as PEM.
pub fn public_key(seed: u64) -> String {
    let key = key(seed);
    let encoded = STANDARD.encode([&SPKI_PREFIX, key.public_key().as_ref()].concat());
    format!("-----BEGIN PUBLIC KEY-----\n{encoded}\n-----END PUBLIC KEY-----\n")
}
