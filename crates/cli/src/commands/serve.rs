//! `highline serve`

use anyhow::Context;

use crate::Outcome;
use crate::args::ServeArgs;
use crate::commands::node::{Node, StopSignals};
use crate::say;
use crate::settings::Settings;
use crate::setup::World;

pub async fn run(settings: Settings, args: ServeArgs) -> anyhow::Result<Outcome> {
    let mut stop = StopSignals::listen()?;
    let node = settings.node(&args.node);
    if !node.workflows.exists() {
        std::fs::create_dir_all(&node.workflows)
            .with_context(|| format!("cannot make the folder {}", node.workflows.display()))?;
        say!("made the folder {}: put workflow files into it", node.workflows.display());
    }
    let world = World::load(&settings)?;
    let connections = world.connections(&settings)?.unwrap_or_default();
    let node = tokio::select! {
        node = Node::start(&settings, node, world, connections) => node?,
        () = stop.asked() => return Ok(Outcome::Fine),
    };
    node.work(&mut stop).await
}
