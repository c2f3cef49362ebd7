//! What a node is started with.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args as ClapArgs;
use highline_api::Network;

use super::{KeepArgs, lease};

/// What `serve` and `demo` need besides the global settings.
#[derive(Debug, Clone, ClapArgs)]
pub struct NodeArgs {
    /// The folder of workflow files [default: workflows]
    #[arg(long, value_name = "DIR", env = "HIGHLINE_WORKFLOWS")]
    pub workflows: Option<PathBuf>,
    /// The address to answer HTTP on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR", env = "HIGHLINE_LISTEN")]
    pub listen: Option<SocketAddr>,
    /// Proxies in front, as addresses or networks such as 10.0.0.0/8: their X-Forwarded-For is believed [default: this machine]
    #[arg(long, value_name = "NETWORKS", env = "HIGHLINE_TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Option<Vec<Network>>,
    /// Runs under way at a time on this node [default: 1024]
    #[arg(long, value_name = "N", env = "HIGHLINE_MAX_RUNS")]
    pub max_runs: Option<usize>,
    /// Polls under way at a time on this node; where it polls several locations, one gets at most half [default: 16]
    #[arg(long, value_name = "N", env = "HIGHLINE_MAX_POLLS")]
    pub max_polls: Option<usize>,
    /// How long a run stays with a node that gives no sign of life, before another takes it [default: 10s]
    #[arg(long, value_name = "TIME", env = "HIGHLINE_LEASE", value_parser = lease)]
    pub lease: Option<std::time::Duration>,
    /// Workflows, operations, connections and rate budgets with numbers of their own in /metrics, of each [default: 1000]
    #[arg(long, value_name = "N", env = "HIGHLINE_METRICS_NAMES")]
    pub metrics_names: Option<usize>,
    #[command(flatten)]
    pub keep: KeepArgs,
}

#[derive(Debug, ClapArgs)]
pub struct DemoArgs {
    #[command(flatten)]
    pub node: NodeArgs,
    /// The seed of the simulated data
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// How many contacts the simulated location has
    #[arg(long, default_value_t = 300)]
    pub contacts: usize,
}

#[derive(Debug, ClapArgs)]
pub struct ServeArgs {
    #[command(flatten)]
    pub node: NodeArgs,
}
