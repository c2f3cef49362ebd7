//! The way out: one client for all apps, and the budgets of all resources.

mod answer;

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use highline_catalog::{Errand, Sent};
use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use tokio::time::Instant;
use url::{Host, Url};

pub use answer::Answer;

use crate::budget::{Budgets, Keeper};
use crate::lookup::Lookups;
use crate::request::{Request, RequestBody};
use crate::tape::{self, Took};

/// How Highline speaks HTTP outwards.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    pub user_agent: String,
    /// For name lookup, TCP and TLS together; the step's timeout holds for the whole call.
    pub connect_timeout: Duration,
    /// Hosts besides the loopback ones that may be spoken to without TLS.
    pub allow_http_hosts: Vec<String>,
    /// The largest answer that is read, decompressed.
    pub max_answer_bytes: usize,
    /// How long a first request waits in memory for the rate budget; later pages wait as long as the call may last.
    pub max_budget_wait: Duration,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            user_agent: concat!("highline/", env!("CARGO_PKG_VERSION")).to_owned(),
            connect_timeout: Duration::from_secs(10),
            allow_http_hosts: Vec::new(),
            max_answer_bytes: 8 * 1024 * 1024,
            max_budget_wait: Duration::from_secs(3),
        }
    }
}

/// The HTTP client could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client cannot be made: {0}")]
pub struct ClientError(#[from] reqwest::Error);

/// Who counts the requests that were sent.
type Counter = fn(Sent<'_>);

/// The shared client with the rate budgets and the lists that names are looked up in. Cloning shares all.
#[derive(Debug, Clone)]
pub struct Http {
    client: reqwest::Client,
    pub(crate) settings: Arc<HttpSettings>,
    pub(crate) budgets: Arc<Budgets>,
    pub(crate) lookups: Arc<Lookups>,
    counter: Arc<OnceLock<Counter>>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendError {
    /// The request cannot be sent as it is; nothing left.
    Unsendable(String),
    /// No connection could be made; nothing left.
    Connect(String),
    /// The time was over before anything was sent.
    NoTime,
    /// The time was over before the answer had come; the request may have been sent.
    Timeout,
    /// The request was sent at least in part, and the connection broke.
    Cut(String),
    /// The answer is larger than this many bytes.
    TooLarge(usize),
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unsendable(why) => write!(f, "it cannot be sent: {why}"),
            Self::Connect(why) => write!(f, "no connection: {why}"),
            Self::NoTime => f.write_str("the time was over before it was sent"),
            Self::Timeout => f.write_str("the time was over before the answer was there"),
            Self::Cut(why) => write!(f, "the connection broke before the answer was there: {why}"),
            Self::TooLarge(limit) => write!(f, "the answer has more than {limit} bytes"),
        }
    }
}

impl Http {
    /// Needs a process-wide rustls crypto provider, which `main` installs.
    pub fn new(settings: HttpSettings) -> Result<Self, ClientError> {
        let client = reqwest::Client::builder()
            .user_agent(&settings.user_agent)
            .connect_timeout(settings.connect_timeout)
            // A redirect could carry credentials to another host, and turns a POST into a GET.
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self {
            client,
            settings: Arc::new(settings),
            budgets: Arc::default(),
            lookups: Arc::default(),
            counter: Arc::default(),
        })
    }

    /// From now on each request that leaves is told there; only the first to ask for that is told.
    pub fn count_with(&self, counter: Counter) {
        self.counter.set(counter).ok();
    }

    /// From now on the rate budgets are granted from there; until then this process is alone with them.
    pub fn share_budgets(&self, keeper: Keeper) {
        self.budgets.keep_in(keeper);
    }

    /// Gives back what was granted and not used: before the process ends.
    pub async fn settle_budgets(&self) {
        self.budgets.settle().await;
    }

    /// Sends it once and reads the whole answer, whatever its status.
    pub async fn send(
        &self,
        request: &Request,
        errand: Errand<'_>,
        deadline: Instant,
    ) -> Result<Answer, SendError> {
        let began = Instant::now();
        let mut first_byte = None;
        let result = self.exchange(request, deadline, &mut first_byte).await;
        tape::tell(request, &result, || Took {
            first_byte: first_byte.map(|at| at - began),
            all: began.elapsed(),
        });
        self.count(errand, &result, began.elapsed());
        result
    }

    fn count(&self, errand: Errand<'_>, result: &Result<Answer, SendError>, took: Duration) {
        let stayed = matches!(result, Err(SendError::Unsendable(_) | SendError::NoTime));
        if let (Some(counter), false) = (self.counter.get(), stayed) {
            counter(Sent { errand, status: result.as_ref().ok().map(|answer| answer.status), took });
        }
    }

    /// `first_byte` becomes the moment when the head of the answer was there.
    async fn exchange(
        &self,
        request: &Request,
        deadline: Instant,
        first_byte: &mut Option<Instant>,
    ) -> Result<Answer, SendError> {
        let prepared = self.prepare(request)?;
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(SendError::NoTime);
        }
        let exchange = async {
            let mut response = self.client.execute(prepared).await.map_err(|error| without_answer(&error))?;
            *first_byte = Some(Instant::now());
            let mut body = Vec::new();
            while let Some(chunk) = response.chunk().await.map_err(|error| broken_answer(&error))? {
                if body.len() + chunk.len() > self.settings.max_answer_bytes {
                    return Err(SendError::TooLarge(self.settings.max_answer_bytes));
                }
                body.extend_from_slice(&chunk);
            }
            Ok(Answer { status: response.status().as_u16(), headers: response.headers().clone(), body })
        };
        tokio::time::timeout(left, exchange).await.unwrap_or(Err(SendError::Timeout))
    }

    fn prepare(&self, request: &Request) -> Result<reqwest::Request, SendError> {
        let url = request.full_url();
        self.refuse_plain_http(&url)?;
        let method = request.method.parse().map_err(|_| unsendable("the method is not an HTTP method"))?;
        let mut prepared = reqwest::Request::new(method, url);
        let body = match &request.body {
            RequestBody::None => None,
            RequestBody::Json(body) => Some(body.to_string()),
            RequestBody::Form(fields) => Some(form(fields)),
            RequestBody::Text(text) => Some(text.clone()),
        };
        if let Some(content_type) = request.body.content_type() {
            prepared.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        }
        let signed = request.signature.as_ref().map(|signature| {
            let text = signature.value(chrono::Utc::now(), body.as_deref().unwrap_or_default());
            (signature.header.clone(), text)
        });
        for (name, value) in request.headers.iter().chain(&signed) {
            let name: HeaderName =
                name.parse().map_err(|_| unsendable(&format!("`{name}` is not a header name")))?;
            let mut value = HeaderValue::from_str(value).map_err(|_| {
                unsendable(&format!("the value of the header `{name}` has control characters"))
            })?;
            value.set_sensitive(true);
            prepared.headers_mut().insert(name, value);
        }
        *prepared.body_mut() = body.map(Into::into);
        Ok(prepared)
    }

    fn refuse_plain_http(&self, url: &Url) -> Result<(), SendError> {
        let host = url.host_str().unwrap_or_default();
        let allowed =
            || self.settings.allow_http_hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(host));
        match url.scheme() {
            "https" => Ok(()),
            "http" if is_loopback(url) || allowed() => Ok(()),
            "http" => {
                Err(unsendable(&format!("`{host}` is asked without TLS: use https, or allow the host")))
            }
            other => Err(unsendable(&format!("`{other}` is not a scheme that can be asked: use https"))),
        }
    }
}

fn unsendable(message: &str) -> SendError {
    SendError::Unsendable(message.to_owned())
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

fn form(fields: &serde_json::Map<String, serde_json::Value>) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields {
        for text in crate::request::texts(value) {
            form.append_pair(name, &text);
        }
    }
    form.finish()
}

/// The request was not answered: it never left when no connection was made.
fn without_answer(error: &reqwest::Error) -> SendError {
    if error.is_builder() {
        SendError::Unsendable(root_cause(error))
    } else if error.is_connect() {
        SendError::Connect(root_cause(error))
    } else if error.is_timeout() {
        SendError::Timeout
    } else {
        SendError::Cut(root_cause(error))
    }
}

fn broken_answer(error: &reqwest::Error) -> SendError {
    if error.is_timeout() { SendError::Timeout } else { SendError::Cut(root_cause(error)) }
}

/// The innermost message: the outer ones name the URL, which may hold a secret.
fn root_cause(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let outermost = std::ptr::addr_eq(cause, error as &dyn std::error::Error);
    if outermost { "the request failed".into() } else { cause.to_string() }
}
