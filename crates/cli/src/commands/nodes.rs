//! `highline nodes`

use serde_json::json;

use crate::Outcome;
use crate::print;
use crate::settings::Settings;
use crate::setup::existing_store;

pub async fn run(settings: &Settings, json: bool) -> anyhow::Result<Outcome> {
    let store = existing_store(settings).await?;
    let nodes = store.nodes().await?;
    store.close().await;
    if json {
        print::json(&json!({ "nodes": nodes, "next": null }))?;
        return Ok(Outcome::Fine);
    }
    let mut table = print::table(&["NODE", "VERSION", "ADDRESS", "RUNS", "POLLS", "STARTED", "SEEN"]);
    for node in &nodes {
        table.add_row([
            node.id.to_string(),
            node.version.clone(),
            node.address.clone().unwrap_or_default(),
            node.runs.to_string(),
            node.polls.to_string(),
            print::time(node.started_at),
            print::time(node.seen_at),
        ]);
    }
    print::show(&table, "no node works on this database: `highline serve` starts one");
    Ok(Outcome::Fine)
}
