//! Settings that every command takes.

use std::path::PathBuf;

use clap::Args;

/// Each may also stand in the settings file; a flag goes before the environment, the environment before the file.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Global settings")]
pub struct GlobalArgs {
    /// The folder where the embedded database lives [default: ./data]
    #[arg(long, global = true, value_name = "DIR", env = "HIGHLINE_DATA")]
    pub data: Option<PathBuf>,
    /// PostgreSQL in place of the embedded database: postgres://user:password@host/name
    #[arg(long, global = true, value_name = "URL", env = "DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// A file that holds the database URL, for secrets that come as files
    #[arg(long, global = true, value_name = "FILE", env = "DATABASE_URL_FILE")]
    pub database_url_file: Option<PathBuf>,
    /// The file of connections [default: connections.yaml, where it exists]
    #[arg(long, global = true, value_name = "FILE", env = "HIGHLINE_CONNECTIONS")]
    pub connections: Option<PathBuf>,
    /// Let the connections file hold secrets themselves, not only env: and file: references
    #[arg(long, global = true, env = "HIGHLINE_INLINE_SECRETS")]
    pub inline_secrets: bool,
    /// The folder of your own apps' connector files [default: connectors, where it exists]
    #[arg(long, global = true, value_name = "DIR", env = "HIGHLINE_CONNECTORS")]
    pub connectors: Option<PathBuf>,
    /// A bearer token of the role admin for the HTTP API, beside those of `highline tokens`
    #[arg(long, global = true, value_name = "TOKEN", env = "HIGHLINE_API_TOKEN", hide_env_values = true)]
    pub api_token: Option<String>,
    /// The settings file [default: highline.toml, where it exists]
    #[arg(long, global = true, value_name = "FILE", env = "HIGHLINE_CONFIG")]
    pub config: Option<PathBuf>,
    /// What to log: error, warn, info, debug, or per part such as highline_engine=debug
    #[arg(long, global = true, value_name = "FILTER", env = "HIGHLINE_LOG")]
    pub log: Option<String>,
    /// Log JSON lines
    #[arg(long, global = true, env = "HIGHLINE_LOG_JSON")]
    pub log_json: bool,
}
