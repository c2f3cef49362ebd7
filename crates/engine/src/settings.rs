//! What can be set about an engine.

use std::time::Duration;

use highline_model::KeepExchanges;
use highline_store::KeepSettings;

/// The bounds and times of one node.
#[derive(Debug, Clone)]
pub struct Settings {
    /// For people; the node's id is made of it.
    pub node_name: String,
    /// Where people find this node, for the list of nodes.
    pub address: Option<String>,
    /// How long a run or trigger stays with a node that gives no sign of life.
    pub lease: Duration,
    /// Runs under way at a time.
    pub max_runs: usize,
    /// Polls under way at a time.
    pub max_polls: usize,
    /// One poll, all its pages included.
    pub poll_timeout: Duration,
    /// How long a run that this node cannot do goes round among the others before it fails.
    pub misfits_last: Duration,
    /// Poll at least this often, whatever workflows say: for a demonstration, where minutes are long.
    pub poll_at_least_every: Option<Duration>,
    /// The longest pause between two looks for due work, when nothing nudges.
    pub tick: Duration,
    /// How long a stop waits for attempts in flight before it hands their runs back.
    pub grace: Duration,
    /// How long runs and polls are kept where their workflow does not say.
    pub keep: KeepSettings,
    /// The most bytes of an input that are recorded.
    pub keep_input: usize,
    /// Of which attempts it is kept what went over the wire, where their workflow does not say.
    pub keep_exchanges: KeepExchanges,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            node_name: "node".to_owned(),
            address: None,
            lease: Duration::from_secs(10),
            max_runs: 1_024,
            max_polls: 16,
            poll_timeout: Duration::from_secs(300),
            misfits_last: Duration::from_secs(15 * 60),
            poll_at_least_every: None,
            tick: Duration::from_millis(500),
            grace: Duration::from_secs(10),
            keep: KeepSettings::default(),
            keep_input: 64 * 1024,
            keep_exchanges: KeepExchanges::default(),
        }
    }
}
