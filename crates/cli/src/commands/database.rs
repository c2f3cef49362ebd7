//! `highline database`

use std::time::Instant;

use highline_store::{DatabaseStats, Store};
use serde_json::json;

use crate::Outcome;
use crate::args::DatabaseCommand;
use crate::print;
use crate::say;
use crate::settings::Settings;
use crate::setup::existing_store;

pub async fn run(settings: &Settings, command: DatabaseCommand) -> anyhow::Result<Outcome> {
    let store = existing_store(settings).await?;
    match command {
        DatabaseCommand::Stats { json: true } => {
            print::json(&json!({ "database": store.database_stats().await? }))?;
        }
        DatabaseCommand::Stats { json: false } => show(&store.database_stats().await?),
        DatabaseCommand::Compact => compact(&store).await?,
    }
    store.close().await;
    Ok(Outcome::Fine)
}

fn show(stats: &DatabaseStats) {
    let mut table = print::table(&["TABLE", "ROWS", "SIZE"]);
    for one in &stats.tables {
        table.add_row([one.name.clone(), one.rows.to_string(), size(one.bytes)]);
    }
    print::show(&table, "there are no tables");
    let free = stats.free_bytes.map(|bytes| format!(", {} of it free", size(bytes))).unwrap_or_default();
    say!("\nsize        {}{free}", size(stats.bytes));
    say!("oldest run  {}", stats.oldest_run.map_or_else(|| "none".to_owned(), print::time));
    if let Some(round) = &stats.last_round {
        let deleted = &round.deleted;
        say!(
            "deleted     {} runs with {} log entries, {} events, {} polls at {}",
            deleted.runs,
            deleted.log_entries,
            deleted.events,
            deleted.polls,
            print::time(round.finished_at)
        );
    }
}

async fn compact(store: &Store) -> anyhow::Result<()> {
    let before = store.database_stats().await?.bytes;
    let began = Instant::now();
    store.compact().await?;
    let took = chrono::Duration::from_std(began.elapsed()).unwrap_or_default();
    let after = store.database_stats().await?.bytes;
    say!("{} became {} in {}", size(before), size(after), print::span(took));
    Ok(())
}

/// `512 B`, `1.5 KiB`, `3.2 MiB`, `10.0 GiB`
fn size(bytes: u64) -> String {
    let mut value = bytes as f64;
    for unit in ["B", "KiB", "MiB"] {
        if value < 1024.0 {
            return if unit == "B" { format!("{bytes} B") } else { format!("{value:.1} {unit}") };
        }
        value /= 1024.0;
    }
    format!("{value:.1} GiB")
}
