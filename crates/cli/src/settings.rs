//! Settings: flags, then the environment, then `highline.toml`, then defaults.

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use highline_api::Network;
use highline_engine::meter;
use serde::{Deserialize, Deserializer};
use tracing_subscriber::EnvFilter;

use crate::args::{self, GlobalArgs, KeepArgs, NodeArgs};

/// The settings file, key by key as its flags are called.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    data: Option<PathBuf>,
    database_url: Option<String>,
    database_url_file: Option<PathBuf>,
    connections: Option<PathBuf>,
    inline_secrets: Option<bool>,
    connectors: Option<PathBuf>,
    log: Option<String>,
    log_json: Option<bool>,
    workflows: Option<PathBuf>,
    listen: Option<SocketAddr>,
    #[serde(default, deserialize_with = "networks")]
    trusted_proxies: Option<Vec<Network>>,
    max_runs: Option<usize>,
    max_polls: Option<usize>,
    #[serde(default, deserialize_with = "lease")]
    lease: Option<Duration>,
    metrics_names: Option<usize>,
    /// A table of its own: `[keep]`.
    #[serde(default)]
    keep: KeepArgs,
}

fn networks<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Vec<Network>>, D::Error> {
    let texts = Vec::<String>::deserialize(value)?;
    let networks = texts.iter().map(|text| text.parse().map_err(serde::de::Error::custom));
    networks.collect::<Result<_, _>>().map(Some)
}

fn lease<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(value)?;
    args::lease(&text).map(Some).map_err(serde::de::Error::custom)
}

/// What every command goes by.
#[derive(Debug, Clone)]
pub struct Settings {
    pub data: PathBuf,
    pub database_url: Option<String>,
    pub connections: PathsOr,
    pub inline_secrets: bool,
    pub connectors: PathsOr,
    /// What the API wants as bearer token.
    pub api_token: Option<String>,
    log: Option<String>,
    log_json: bool,
    file: File,
}

/// A proxy on this machine is somebody whom its owner has set up.
fn this_machine() -> Vec<Network> {
    ["127.0.0.0/8", "::1"].map(|own| own.parse().expect("it is a network")).to_vec()
}

/// The shortest token that nobody guesses.
const SHORTEST_TOKEN: usize = 16;

/// A variable that is set to nothing, as Compose files do, is none.
fn strong(token: Option<String>) -> anyhow::Result<Option<String>> {
    let token = token.filter(|token| !token.is_empty());
    if token.as_ref().is_some_and(|token| token.chars().count() < SHORTEST_TOKEN) {
        bail!(
            "HIGHLINE_API_TOKEN has fewer than {SHORTEST_TOKEN} characters and could be guessed: `openssl rand -hex 32` makes a good one"
        );
    }
    Ok(token)
}

/// A path that was asked for, which must exist, or a default, which may be missing.
#[derive(Debug, Clone)]
pub enum PathsOr {
    Asked(PathBuf),
    Default(PathBuf),
}

impl PathsOr {
    fn new(asked: Option<PathBuf>, default: &str) -> Self {
        asked.map_or_else(|| Self::Default(default.into()), Self::Asked)
    }

    /// The path, if there is anything to read.
    pub fn existing(&self) -> Option<&Path> {
        match self {
            Self::Asked(path) => Some(path),
            Self::Default(path) => path.exists().then_some(path),
        }
    }
}

/// What `serve` and `demo` go by.
#[derive(Debug, Clone)]
pub struct NodeSettings {
    /// Switch on what is seen for the first time.
    pub enable_new: bool,
    /// Print a link to log in by, whether or not there are tokens.
    pub show_link: bool,
    pub workflows: PathBuf,
    pub listen: SocketAddr,
    /// Of each label of a measure; see `/metrics`.
    pub metrics_names: usize,
    pub trusted_proxies: Vec<Network>,
    pub engine: highline_engine::Settings,
}

impl Settings {
    pub fn resolve(args: GlobalArgs) -> anyhow::Result<Self> {
        let file = read_file(args.config.as_deref())?;
        let url_file = args.database_url_file.or_else(|| file.database_url_file.clone());
        let database_url = match (args.database_url.or_else(|| file.database_url.clone()), url_file) {
            (Some(url), _) => Some(url),
            (None, Some(path)) => Some(read_url(&path)?),
            (None, None) => None,
        };
        Ok(Self {
            data: args.data.or_else(|| file.data.clone()).unwrap_or_else(|| "data".into()),
            database_url,
            connections: PathsOr::new(
                args.connections.or_else(|| file.connections.clone()),
                "connections.yaml",
            ),
            inline_secrets: args.inline_secrets || file.inline_secrets.unwrap_or(false),
            connectors: PathsOr::new(args.connectors.or_else(|| file.connectors.clone()), "connectors"),
            api_token: strong(args.api_token)?,
            log: args.log.or_else(|| file.log.clone()),
            log_json: args.log_json || file.log_json.unwrap_or(false),
            file,
        })
    }

    pub fn node(&self, args: &NodeArgs) -> NodeSettings {
        let defaults = highline_engine::Settings::default();
        let file = &self.file;
        NodeSettings {
            enable_new: false,
            show_link: false,
            workflows: args
                .workflows
                .clone()
                .or_else(|| file.workflows.clone())
                .unwrap_or("workflows".into()),
            listen: args.listen.or(file.listen).unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8080))),
            metrics_names: args.metrics_names.or(file.metrics_names).unwrap_or_else(meter::most),
            trusted_proxies: args
                .trusted_proxies
                .clone()
                .or_else(|| file.trusted_proxies.clone())
                .unwrap_or_else(this_machine),
            engine: highline_engine::Settings {
                node_name: host_name(),
                max_runs: args.max_runs.or(file.max_runs).unwrap_or(defaults.max_runs),
                max_polls: args.max_polls.or(file.max_polls).unwrap_or(defaults.max_polls),
                lease: args.lease.or(file.lease).unwrap_or(defaults.lease),
                keep: args.keep.settings(&file.keep),
                keep_input: args.keep.input.or(file.keep.input).map_or(defaults.keep_input, |size| size.0),
                keep_exchanges: args
                    .keep
                    .exchanges
                    .or(file.keep.exchanges)
                    .unwrap_or(defaults.keep_exchanges),
                ..defaults
            },
        }
    }

    /// The URL of the database: PostgreSQL where one is set, else SQLite in the data folder.
    pub fn store_url(&self) -> String {
        self.database_url
            .clone()
            .unwrap_or_else(|| format!("sqlite://{}", self.data.join("highline.db").display()))
    }

    /// Where the database is, for people: never with a password.
    pub fn store_place(&self) -> String {
        match &self.database_url {
            None => self.data.join("highline.db").display().to_string(),
            Some(url) => url::Url::parse(url).map_or_else(
                |_| "the database of DATABASE_URL".to_owned(),
                |mut url| {
                    url.set_password(None).ok();
                    url.set_query(None);
                    url.to_string()
                },
            ),
        }
    }

    /// Logs go to standard error. Commands that do one thing log warnings only.
    pub fn start_logs(&self, long_running: bool) -> anyhow::Result<()> {
        let quiet = if long_running { "warn,highline=info,highline_sandbox=warn" } else { "warn" };
        let text = self.log.as_deref().unwrap_or(quiet);
        let filter = EnvFilter::try_new(text).with_context(|| format!("`{text}` is not a log filter"))?;
        let logs = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            .with_target(false)
            .with_ansi(std::io::stderr().is_terminal());
        if self.log_json {
            logs.json().init();
        } else {
            logs.compact().init();
        }
        Ok(())
    }
}

fn read_file(asked: Option<&Path>) -> anyhow::Result<File> {
    let path = asked.unwrap_or(Path::new("highline.toml"));
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if asked.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(File::default());
        }
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read settings file {}", path.display()));
        }
    };
    toml::from_str(&text).with_context(|| format!("wrong settings file {}", path.display()))
}

fn read_url(path: &Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the database URL from {}", path.display()))?;
    let text = text.trim();
    if text.is_empty() {
        bail!("{} holds no database URL", path.display());
    }
    Ok(text.to_owned())
}

fn host_name() -> String {
    std::fs::read_to_string("/etc/hostname")
        .ok()
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "node".to_owned())
}
