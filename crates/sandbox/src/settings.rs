use std::net::SocketAddr;
use std::time::Duration;

use serde::Serialize;

/// How a sandbox is to be started.
#[derive(Debug, Clone)]
pub struct SandboxSettings {
    /// Where to listen; port 0 takes a free port.
    pub listen: SocketAddr,
    /// The same seed gives the same ids, tokens, contacts and dates.
    pub seed: u64,
    /// How many contacts exist at the start.
    pub contacts: usize,
    /// Whether HighLevel refuses more than 100 requests per 10 s and 200,000 per day, and sends the
    /// `X-RateLimit-*` headers. Off for load tests: then neither.
    pub rate_limit: bool,
    /// Seconds that an OAuth access token lasts.
    pub token_lifetime: i64,
    /// How long a search does not see what has changed; the vendor's takes a few seconds.
    pub index_lag: Duration,
    /// When set, one believable change happens each time this long has passed.
    pub changes_every: Option<Duration>,
}

impl Default for SandboxSettings {
    /// A free port of the loopback address, seed 1, 50 contacts, rate limit on, tokens that last a day, no lag, no changes by themselves.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            seed: 1,
            contacts: 50,
            rate_limit: true,
            token_lifetime: 86_399,
            index_lag: Duration::ZERO,
            changes_every: None,
        }
    }
}

/// What a client needs to use a running sandbox: the one JSON line that `highline sandbox` prints.
#[derive(Debug, Clone, Serialize)]
pub struct Ready {
    /// Stands for `https://services.leadconnectorhq.com`.
    pub base_url: String,
    pub location_id: String,
    pub company_id: String,
    /// A location token: it opens the contacts.
    pub token: String,
    /// An agency token: HighLevel refuses it on every location endpoint.
    pub agency_token: String,
    /// The OAuth app.
    pub client_id: String,
    pub client_secret: String,
    /// Checks the `X-GHL-Signature` of webhooks, as PEM.
    pub webhook_public_key: String,
    /// Stands for `https://api.credly.com/v1`.
    pub credly_base_url: String,
    pub credly_organization_id: String,
    /// The user name of Basic authentication; the password is blank.
    pub credly_token: String,
    /// Where state is read and changed without a token, see the README.
    pub control_url: String,
}

impl Ready {
    /// The id of the OAuth app: what its client id begins with.
    pub fn app_id(&self) -> &str {
        self.client_id.split('-').next().unwrap_or_default()
    }
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot listen on {listen}: {source}")]
    Listen { listen: SocketAddr, source: std::io::Error },
}
