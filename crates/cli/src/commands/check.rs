//! `highline check`

use std::collections::HashMap;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use highline_workflow::{Environment, Trigger, WebhookTrigger, Workflow, check};
use highline_yaml::{Diagnostic, Format, Severity, Source, render};

use crate::Outcome;
use crate::args::{CheckArgs, CheckFormat};
use crate::folder;
use crate::print;
use crate::say;
use crate::settings::Settings;
use crate::setup::World;

/// A file with what is wrong in it.
struct Report {
    source: Source,
    diagnostics: Vec<Diagnostic>,
    workflow: Option<Arc<Workflow>>,
}

impl Report {
    fn webhook(&self) -> Option<&WebhookTrigger> {
        match &self.workflow.as_ref()?.trigger {
            Trigger::Webhook(webhook) => Some(webhook),
            _ => None,
        }
    }
}

pub fn run(settings: &Settings, args: &CheckArgs) -> anyhow::Result<Outcome> {
    let world = World::load(settings)?;
    let connections = world.connections(settings)?;
    let environment = Environment { catalog: &world.catalog, connections: connections.as_ref() };
    let files = files(&args.files)?;
    let mut reports: Vec<Report> = files.iter().map(|path| check_file(path, &environment)).collect();
    find_shared_paths(&mut reports);
    show(&reports, args.format);
    let errors = count(&reports, Severity::Error);
    if args.format == CheckFormat::Human {
        summary(&reports, errors, connections.is_some());
        reports.iter().for_each(tell_address);
    }
    Ok(if errors == 0 { Outcome::Fine } else { Outcome::No })
}

/// The files themselves, and the workflow files of folders.
fn files(given: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in given {
        if path.is_dir() {
            files.extend(folder::files(path)?);
        } else {
            std::fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
            files.push(path.clone());
        }
    }
    anyhow::ensure!(!files.is_empty(), "there is no workflow file (*.yaml, *.yml) in what was given");
    Ok(files)
}

fn check_file(path: &Path, environment: &Environment<'_>) -> Report {
    let source = match Source::read(path) {
        Ok(source) => source,
        Err(unreadable) => {
            let source = Source::new(path.display().to_string(), "");
            return Report { source, diagnostics: vec![*unreadable], workflow: None };
        }
    };
    let (diagnostics, workflow) = match folder::id_of(path) {
        Ok(id) => {
            let checked = check(&id, &source, environment);
            (checked.diagnostics, checked.workflow)
        }
        Err(wrong_name) => (vec![wrong_name], None),
    };
    Report { source, diagnostics, workflow }
}

/// Each address starts one workflow.
fn find_shared_paths(reports: &mut [Report]) {
    let mut known: HashMap<String, String> = HashMap::new();
    for report in reports {
        let Some(path) = report.webhook().and_then(|webhook| webhook.path.clone()) else { continue };
        if let Some(first) = known.get(&path.text) {
            let message = format!("{first} has the path `{}` already", path.text);
            let help = "each address starts one workflow: take another path, or leave `path` out";
            report.diagnostics.push(Diagnostic::error("E0220", path.span, message).help(help));
        } else {
            known.insert(path.text, report.source.name.clone());
        }
    }
}

fn tell_address(report: &Report) {
    let (Some(webhook), Some(workflow)) = (report.webhook(), &report.workflow) else { return };
    let methods = webhook.methods_text();
    match &webhook.path {
        Some(path) => say!("{} takes {methods} at /hooks/{}", workflow.id, path.text),
        None => say!(
            "{} takes {methods} at an address that Highline makes; `highline hooks` tells it once the workflow is in use",
            workflow.id
        ),
    }
}

fn show(reports: &[Report], format: CheckFormat) {
    let all: Vec<(&Source, &[Diagnostic])> =
        reports.iter().map(|report| (&report.source, report.diagnostics.as_slice())).collect();
    let format = match format {
        CheckFormat::Human => Format::Human { colour: std::io::stdout().is_terminal() },
        CheckFormat::Json => Format::Json,
        CheckFormat::Github => Format::Github,
    };
    print::write(format_args!("{}", render(&all, format)));
}

fn count(reports: &[Report], severity: Severity) -> usize {
    reports.iter().flat_map(|report| &report.diagnostics).filter(|d| d.severity == severity).count()
}

fn summary(reports: &[Report], errors: usize, connections_known: bool) {
    let warnings = count(reports, Severity::Warning);
    let files = if reports.len() == 1 { "1 file".to_owned() } else { format!("{} files", reports.len()) };
    let verdict = match (errors, warnings) {
        (0, 0) => "no problem".to_owned(),
        (0, w) => format!("no error, {w} warning{}", plural(w)),
        (e, 0) => format!("{e} error{}", plural(e)),
        (e, w) => format!("{e} error{}, {w} warning{}", plural(e), plural(w)),
    };
    say!("checked {files}: {verdict}");
    if !connections_known {
        say!("note: there is no connections file, so the names of connections were not checked");
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
