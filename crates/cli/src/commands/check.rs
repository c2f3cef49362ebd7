//! `highline check`

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use anyhow::Context;
use highline_workflow::{Environment, check};
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
}

pub fn run(settings: &Settings, args: &CheckArgs) -> anyhow::Result<Outcome> {
    let world = World::load(settings)?;
    let connections = world.connections(settings)?;
    let environment = Environment { catalog: &world.catalog, connections: connections.as_ref() };
    let files = files(&args.files)?;
    let reports: Vec<Report> = files.iter().map(|path| check_file(path, &environment)).collect();
    show(&reports, args.format);
    let errors = count(&reports, Severity::Error);
    if args.format == CheckFormat::Human {
        summary(&reports, errors, connections.is_some());
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
            return Report { source, diagnostics: vec![*unreadable] };
        }
    };
    let diagnostics = match folder::id_of(path) {
        Ok(id) => check(&id, &source, environment).diagnostics,
        Err(wrong_name) => vec![wrong_name],
    };
    Report { source, diagnostics }
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
