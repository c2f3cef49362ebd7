//! `highline serve`

use crate::Outcome;
use crate::args::ServeArgs;
use crate::commands::node::{Node, until_asked_to_stop};
use crate::settings::Settings;
use crate::setup::World;

pub async fn run(settings: Settings, args: ServeArgs) -> anyhow::Result<Outcome> {
    let node = settings.node(&args.node);
    std::fs::create_dir_all(&node.workflows)?;
    let world = World::load(&settings)?;
    let connections = world.connections(&settings)?.unwrap_or_default();
    let node = Node::start(&settings, node, world, connections).await?;
    until_asked_to_stop().await?;
    node.stop().await;
    Ok(Outcome::Fine)
}
