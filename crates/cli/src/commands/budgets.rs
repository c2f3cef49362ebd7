//! `highline budgets`

use highline_connector::Spenders;
use highline_model::budget::{BudgetView, Projection, Waiting};
use serde_json::json;

use crate::Outcome;
use crate::args::BudgetsCommand;
use crate::commands::audit;
use crate::print;
use crate::say;
use crate::settings::Settings;
use crate::setup::{World, existing_store};

pub async fn run(settings: &Settings, command: BudgetsCommand) -> anyhow::Result<Outcome> {
    match command {
        BudgetsCommand::List { json } => list(settings, json).await,
        BudgetsCommand::Reopen { resource } => reopen(settings, &resource).await,
    }
}

async fn list(settings: &Settings, json: bool) -> anyhow::Result<Outcome> {
    let store = existing_store(settings).await?;
    let world = World::load(settings)?;
    let connections = world.connections(settings)?.unwrap_or_default();
    let budgets = Spenders::of(&world.schemas, &connections).budgets(store.budgets().await?);
    store.close().await;
    if json {
        print::json(&json!({ "budgets": budgets, "next": null }))?;
        return Ok(Outcome::Fine);
    }
    let header =
        ["RESOURCE", "CONNECTIONS", "LEFT NOW", "LEFT TODAY", "AT THIS PACE", "CLOSED UNTIL", "WAITING"];
    let mut table = print::table(&header);
    for budget in &budgets {
        let view = &budget.view;
        let window = print::span(chrono::Duration::milliseconds(view.allowance.window_ms.into()));
        table.add_row([
            view.resource.clone(),
            budget.connections.join(", "),
            format!("{} of {} in {window}", view.left_in_window, view.allowance.requests),
            left_today(view),
            view.projection.map(projection).unwrap_or_default(),
            view.closed_until.map(print::time).unwrap_or_default(),
            waiting(view.waiting, view.away),
        ]);
    }
    print::show(&table, "no connection has a rate budget");
    Ok(Outcome::Fine)
}

fn left_today(view: &BudgetView) -> String {
    match (view.left_today, view.allowance.daily) {
        (Some(left), Some(daily)) => format!("{left} of {daily}"),
        _ => "no limit".to_owned(),
    }
}

fn projection(projection: Projection) -> String {
    match projection {
        Projection::SpentAt(at) => format!("spent at {}", print::time(at)),
        Projection::LeftAtDayEnd(left) => format!("{left} left at day's end"),
    }
}

fn waiting(waiting: Waiting, away: u32) -> String {
    let counts = [
        (waiting.interactive, "by hand"),
        (waiting.event, "runs"),
        (waiting.bulk, "polls and bulk runs"),
        (away, "to come back"),
    ];
    let some = counts.into_iter().filter(|(count, _)| *count > 0);
    some.map(|(count, what)| format!("{count} {what}")).collect::<Vec<_>>().join(", ")
}

async fn reopen(settings: &Settings, resource: &str) -> anyhow::Result<Outcome> {
    let store = existing_store(settings).await?;
    let found = store.reopen_budget(resource).await?;
    if found {
        audit::tell(&store, "reopen_budget", resource, None).await?;
    }
    store.close().await;
    if found {
        say!("requests of {resource} are sent again");
        return Ok(Outcome::Fine);
    }
    eprintln!("error: there is no budget `{resource}`; `highline budgets list` names them");
    Ok(Outcome::No)
}
