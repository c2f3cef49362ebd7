//! What happens to events and requests when the process, the database, the network, the disk or the clock fails.
//!
//! Each test is short here and long in `make faults`, which prints what all of them have counted.

mod audit;
mod clocks;
mod cluster;
mod disk;
mod kills;
mod load;
mod network;
mod nodes;
mod proxy;
mod restarts;
mod stopped;
mod target;

/// A node whose runs are taken by others soon after it is gone.
const SERVE: [&str; 4] = ["--lease", "2s", "--max-runs", "64"];
