//! A node with one workflow, whose runs are counted when they are over in the database.

use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};

use crate::bed::{Bed, Questions};
use crate::load::Inlet;
use crate::node::Node;
use crate::target::Target;

pub const WORKFLOW: &str = "inbound";

/// What goes on never stands still for so long; longer than a lease, after which others go on with a run.
const STANDSTILL: Duration = Duration::from_secs(30);

/// What so many runs took.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    pub runs: u64,
    pub wall: Duration,
    pub node_cpu: Duration,
    pub database_cpu: Duration,
    /// Of this process: the load and the target.
    pub own_cpu: Duration,
    /// Until the last event was accepted.
    pub accepted: Duration,
    /// The node's most resident memory so far, in bytes.
    pub memory: u64,
}

impl Measured {
    pub fn per_second(&self) -> f64 {
        self.runs as f64 / self.wall.as_secs_f64()
    }

    /// Milliseconds for each run.
    pub fn each(&self, time: Duration) -> f64 {
        time.as_secs_f64() * 1000.0 / self.runs as f64
    }

    /// Processor time of the product for each run, in milliseconds: the node's and the database's.
    pub fn cpu(&self) -> f64 {
        self.each(self.node_cpu + self.database_cpu)
    }

    pub fn describe(&self) -> String {
        let database = match self.database_cpu.is_zero() {
            true => String::new(),
            false => format!(", database {:.3}", self.each(self.database_cpu)),
        };
        format!(
            "{:.3} ms (node {:.3}{database}; load and target {:.3})",
            self.cpu(),
            self.each(self.node_cpu),
            self.each(self.own_cpu)
        )
    }
}

/// A node with the workflow on it, and a target for its requests.
pub struct Trial {
    pub bed: Bed,
    pub node: Node,
    pub target: Target,
    pub questions: Questions,
    /// That each run sends.
    pub requests: u64,
}

impl Trial {
    /// The request goes to `path`, which may be a template.
    pub async fn make(bed: Bed, path: &str) -> anyhow::Result<Self> {
        let file = format!("workflows/{WORKFLOW}.yaml");
        Self::prepare(bed, |bed, target| bed.write(&file, &workflow("manual", target, path))).await
    }

    /// Starts a node once `prepare` has written what it shall find.
    pub async fn prepare(
        bed: Bed,
        prepare: impl FnOnce(&Bed, &Target) -> anyhow::Result<()>,
    ) -> anyhow::Result<Self> {
        let target = Target::start().await?;
        prepare(&bed, &target)?;
        let node = Node::start(&bed, &[]).await?;
        let questions = bed.connect().await?;
        Ok(Self { bed, node, target, questions, requests: 1 })
    }

    pub fn inlet(&self) -> Inlet {
        self.inlet_at(&format!("/api/v1/workflows/{WORKFLOW}/start"))
    }

    pub fn inlet_at(&self, path: &str) -> Inlet {
        Inlet { address: self.node.address, path: path.to_owned() }
    }

    /// Sends so many events and waits until their runs are over in the database.
    pub async fn measure(&self, runs: u64) -> anyhow::Result<Measured> {
        Ok(self.measure_load(runs, self.inlet().flood(runs)).await?.0)
    }

    /// Waits for a load, and then until the runs that it makes are over in the database.
    pub async fn measure_load<T>(
        &self,
        runs: u64,
        load: impl Future<Output = anyhow::Result<T>>,
    ) -> anyhow::Result<(Measured, T)> {
        let goal = self.target.requests() + runs * self.requests;
        let done_before = self.succeeded().await?;
        let clock = Clock::start(&self.bed, &self.node)?;
        let told = load.await?;
        let accepted = clock.began.elapsed();
        let measured = clock.stop(self, (runs, accepted), goal).await?;
        self.check(runs, done_before).await?;
        ensure!(self.target.requests() == goal, "the target had {} requests", self.target.requests());
        Ok((measured, told))
    }

    /// Switches the workflow on and waits until the runs of what its first poll finds are over.
    pub async fn measure_after_switch(&self, runs: u64) -> anyhow::Result<Measured> {
        // The poll itself is a request too.
        let goal = self.target.requests() + runs + 1;
        let clock = Clock::start(&self.bed, &self.node)?;
        self.node.post(&format!("/api/v1/workflows/{WORKFLOW}/enable"), "").await?;
        let measured = clock.stop(self, (runs, Duration::ZERO), goal).await?;
        self.check(runs, 0).await?;
        Ok(measured)
    }

    async fn check(&self, runs: u64, done_before: i64) -> anyhow::Result<()> {
        let done = self.succeeded().await? - done_before;
        ensure!(done == i64::try_from(runs)?, "{done} of {runs} runs succeeded");
        Ok(())
    }

    async fn succeeded(&self) -> anyhow::Result<i64> {
        self.questions
            .number(&format!(
                "SELECT count(*) FROM runs WHERE workflow_id = '{WORKFLOW}' AND state = 'succeeded'"
            ))
            .await
    }

    /// The sizes of the log entries of one run, before and after its request.
    pub async fn log_sizes(&self) -> anyhow::Result<(Vec<usize>, Vec<usize>)> {
        let sql = "SELECT kind, CAST(length(data) AS bigint) FROM run_events
            WHERE run_id = (SELECT max_id.id FROM (SELECT id FROM runs ORDER BY id DESC LIMIT 1) AS max_id) ORDER BY seq";
        let mut entries: Vec<(String, usize)> = Vec::new();
        for row in self.questions.rows(sql).await? {
            let size: i64 = row.try_get_by_index(1)?;
            entries.push((row.try_get_by_index(0)?, usize::try_from(size)?));
        }
        let sent = entries.iter().position(|(kind, _)| kind == "attempt_started");
        let before = sent.context("the request was announced in the log")? + 1;
        let mut sizes: Vec<usize> = entries.into_iter().map(|(_, size)| size).collect();
        let after = sizes.split_off(before);
        Ok((sizes, after))
    }

    /// Waits until the target has had so many requests and no run is left that goes on.
    pub async fn all_over(&self, goal: u64) -> anyhow::Result<()> {
        let mut last = (self.target.requests(), Instant::now());
        let mut open = true;
        while open {
            if self.target.requests() > last.0 {
                last = (self.target.requests(), Instant::now());
            }
            if last.1.elapsed() > STANDSTILL {
                bail!(
                    "{} of {goal} requests, and no further for {STANDSTILL:?}: {}",
                    last.0,
                    self.standing().await?
                );
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
            // Runs are over after their request, so the database need not be asked before.
            open = self.target.requests() < goal
                || !self
                    .questions
                    .rows("SELECT 1 FROM runs WHERE wake_at IS NOT NULL LIMIT 1")
                    .await?
                    .is_empty();
        }
        Ok(())
    }

    /// Where the runs are, and why the last poll failed if it did.
    async fn standing(&self) -> anyhow::Result<String> {
        let mut facts = Vec::new();
        for row in self.questions.rows("SELECT state, count(*) FROM runs GROUP BY state").await? {
            let (state, runs): (String, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
            facts.push(format!("{runs} runs are {state}"));
        }
        let failed = "SELECT error FROM polls WHERE error IS NOT NULL ORDER BY id DESC LIMIT 1";
        for row in self.questions.rows(failed).await? {
            facts.push(format!("a poll failed: {}", row.try_get_by_index::<String>(0)?));
        }
        Ok(facts.join(", "))
    }

    pub async fn end(self) -> anyhow::Result<()> {
        self.node.stop().await?;
        self.questions.connection.close().await?;
        self.bed.remove().await
    }
}

struct Clock {
    began: Instant,
    node: Duration,
    database: Duration,
    own: Duration,
}

impl Clock {
    fn start(bed: &Bed, node: &Node) -> anyhow::Result<Self> {
        let own = crate::process::cpu(std::process::id())?;
        Ok(Self { node: node.cpu()?, database: bed.database_cpu()?, own, began: Instant::now() })
    }

    async fn stop(self, of: &Trial, done: (u64, Duration), goal: u64) -> anyhow::Result<Measured> {
        of.all_over(goal).await?;
        let wall = self.began.elapsed();
        Ok(Measured {
            runs: done.0,
            wall,
            node_cpu: of.node.cpu()? - self.node,
            database_cpu: of.bed.database_cpu()? - self.database,
            own_cpu: crate::process::cpu(std::process::id())? - self.own,
            accepted: done.1,
            memory: of.node.memory()?.1,
        })
    }
}

pub fn workflow(trigger: &str, target: &Target, path: &str) -> String {
    format!(
        r#"name: An event from outside
enabled: false
trigger: {trigger}
steps:
  - id: mapped
    set:
      email: "{{{{ lower trigger.email }}}}"
      name: "{{{{ trigger.firstName }}}} {{{{ trigger.lastName }}}}"
      city: "{{{{ trigger.address.city }}}}"
      source: '{{{{ default trigger.source "unknown" }}}}'
      number: "{{{{ trigger.number }}}}"
  - use: http.request
    with:
      method: POST
      url: "http://{}{path}"
      body: "{{{{ steps.mapped }}}}"
"#,
        target.address
    )
}
