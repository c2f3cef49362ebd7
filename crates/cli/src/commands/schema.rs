//! `highline schema`, `highline completions`

use clap::CommandFactory;

use crate::Outcome;
use crate::args::{Args, SchemaArgs, SchemaOf};

pub fn run(args: &SchemaArgs) -> anyhow::Result<Outcome> {
    let schema = match args.of {
        SchemaOf::Workflow => highline_workflow::json_schema(),
        SchemaOf::Manifest => highline_connector::manifest_schema(),
    };
    crate::print::json(&schema)?;
    Ok(Outcome::Fine)
}

pub fn completions(shell: clap_complete::Shell) -> anyhow::Result<Outcome> {
    clap_complete::generate(shell, &mut Args::command(), "highline", &mut std::io::stdout());
    Ok(Outcome::Fine)
}
