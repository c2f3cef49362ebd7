//! `highline sandbox`

use anyhow::Context;
use highline_sandbox::{Sandbox, SandboxSettings};

use crate::Outcome;
use crate::args::SandboxArgs;
use crate::commands::node::StopSignals;
use crate::say;

pub async fn run(args: SandboxArgs) -> anyhow::Result<Outcome> {
    let mut stop = StopSignals::listen()?;
    let settings = SandboxSettings {
        listen: args.listen,
        seed: args.seed,
        contacts: args.contacts,
        rate_limit: !args.no_rate_limit,
        changes_every: args.changes_every,
        ..Default::default()
    };
    let sandbox = Sandbox::start(settings)
        .await
        .with_context(|| format!("cannot start the sandbox on {}", args.listen))?;
    say!("{}", serde_json::to_string(sandbox.ready())?);
    stop.asked().await;
    sandbox.stop().await;
    Ok(Outcome::Fine)
}
