#![doc = include_str!("../README.md")]

mod args;
mod budgets;
mod commands;
mod connections;
mod examples;
mod folder;
mod print;
mod settings;
mod setup;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Args, Command};

/// How a command ended that did not fail to do its work.
pub enum Outcome {
    Fine,
    /// It did its work and the answer is no: a wrong file, a refused call, an unknown run. Already told.
    No,
}

fn main() -> ExitCode {
    rustls::crypto::ring::default_provider()
        .install_default()
        .expect("no other TLS provider has been installed");
    let args = Args::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: cannot start: {error}");
            return ExitCode::from(2);
        }
    };
    match runtime.block_on(dispatch(args)) {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::No) => ExitCode::from(1),
        Err(error) => {
            print::error(&error);
            ExitCode::from(2)
        }
    }
}

async fn dispatch(args: Args) -> anyhow::Result<Outcome> {
    let settings = settings::Settings::resolve(args.global)?;
    settings
        .start_logs(matches!(args.command, Command::Serve(_) | Command::Demo(_) | Command::Sandbox(_)))?;
    match args.command {
        Command::Demo(demo) => commands::demo::run(settings, demo).await,
        Command::Serve(serve) => commands::serve::run(settings, serve).await,
        Command::Sandbox(sandbox) => commands::sandbox::run(sandbox).await,
        Command::Migrate => commands::migrate::run(settings).await,
        Command::Check(check) => commands::check::run(&settings, &check),
        Command::Run(run) => commands::run::run(&settings, run).await,
        Command::Call(call) => commands::call::run(&settings, call).await,
        Command::Catalog(catalog) => commands::catalog::run(&settings, catalog),
        Command::Workflows(workflows) => commands::workflows::run(&settings, workflows).await,
        Command::Runs(runs) => commands::runs::run(&settings, runs).await,
        Command::Why(why) => commands::why::run(&settings, why).await,
        Command::Nodes { json } => commands::nodes::run(&settings, json).await,
        Command::Hooks { json } => commands::hooks::run(&settings, json).await,
        Command::Polls(polls) => commands::polls::run(&settings, polls).await,
        Command::Budgets(budgets) => commands::budgets::run(&settings, budgets).await,
        Command::State(state) => commands::state::run(&settings, state).await,
        Command::Tokens(tokens) => commands::tokens::run(&settings, tokens).await,
        Command::Audit(audit) => commands::audit::run(&settings, &audit).await,
        Command::Sessions(sessions) => commands::sessions::run(&settings, sessions).await,
        Command::Events(events) => commands::events::run(&settings, events).await,
        Command::Database(database) => commands::database::run(&settings, database).await,
        Command::Schema(schema) => commands::schema::run(&schema),
        Command::Health(health) => commands::health::run(&health).await,
        Command::Completions { shell } => commands::schema::completions(shell),
    }
}
