//! Text to a checked manifest, or all its problems with their places.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_saphyr::{Location, Spanned};

use super::{AppFile, Defaults, Operation, OperationsFile, check};

/// Larger files are refused before they are parsed.
const MAX_FILE_BYTES: usize = 2 * 1024 * 1024;

/// Something wrong in a manifest, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ManifestError {
    /// The name of the file as it was given.
    pub file: String,
    /// From 1; 0 when the whole file is meant.
    pub line: u64,
    /// From 1; 0 when the whole file is meant.
    pub column: u64,
    pub message: String,
}

impl fmt::Display for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.message),
            _ => write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message),
        }
    }
}

impl ManifestError {
    pub(crate) fn at(file: &str, location: Option<Location>, message: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line: location.map_or(0, |l| l.line()),
            column: location.map_or(0, |l| l.column()),
            message: message.into(),
        }
    }
}

/// An app with the operations of all its files, checked: every name that it uses is declared.
#[derive(Debug, Clone)]
pub struct AppManifest {
    /// The file that holds `app:`.
    pub file: String,
    /// Where it does.
    pub location: Location,
    /// `operations` is empty here: see `operations` beside it.
    pub app: AppFile,
    pub operations: Vec<PlacedOperation>,
}

/// An operation, the place it was read from and what its file says for all of them.
#[derive(Debug, Clone)]
pub struct PlacedOperation {
    pub file: String,
    pub location: Location,
    pub category: String,
    pub operation: Operation,
}

impl PlacedOperation {
    pub(crate) fn problem(&self, message: impl fmt::Display) -> ManifestError {
        let message = format!("{}: {message}", self.operation.id);
        ManifestError::at(&self.file, Some(self.location), message)
    }
}

/// Reads the files of one app, given as name and text: one with `app:`, any number with operations only. All problems
/// of all files are reported, in the order of the files.
pub fn read_app(files: &[(&str, &str)]) -> Result<AppManifest, Vec<ManifestError>> {
    let mut problems = Vec::new();
    let mut app: Option<(String, Location, AppFile)> = None;
    let mut more: Vec<(String, OperationsFile)> = Vec::new();
    for &(name, text) in files {
        match read_file(name, text) {
            Ok(File::App(..)) if app.is_some() => {
                problems.push(ManifestError::at(name, None, "`app` is given by two files of one app"));
            }
            Ok(File::App(location, file)) => app = Some((name.to_owned(), location, *file)),
            Ok(File::Operations(file)) => more.push((name.to_owned(), file)),
            Err(mut wrong) => problems.append(&mut wrong),
        }
    }
    let Some(app) = app else {
        if problems.is_empty() {
            let name = files.first().map_or("", |(name, _)| name);
            problems.push(ManifestError::at(name, None, "no file of this app holds `app:`"));
        }
        return Err(problems);
    };
    let manifest = gather(app, more);
    problems.extend(check::check(&manifest));
    if problems.is_empty() { Ok(manifest) } else { Err(problems) }
}

/// Reads the files of an app in the box, which the build has turned from YAML into JSON. They have been checked by the
/// tests that read the YAML, so only what JSON itself can tell is told here.
pub fn read_boxed(files: &[(&str, &str)]) -> Result<AppManifest, Vec<ManifestError>> {
    let mut app = None;
    let mut more = Vec::new();
    for &(name, text) in files {
        let wrong = |error: serde_json::Error| vec![ManifestError::at(name, None, error.to_string())];
        if text.starts_with("{\"app\"") {
            app = Some((name.to_owned(), Location::UNKNOWN, serde_json::from_str(text).map_err(wrong)?));
        } else {
            more.push((name.to_owned(), serde_json::from_str(text).map_err(wrong)?));
        }
    }
    let name = files.first().map_or("", |(name, _)| name);
    let app =
        app.ok_or_else(|| vec![ManifestError::at(name, None, "no file of this app begins with `app`")])?;
    Ok(gather(app, more))
}

enum File {
    App(Location, Box<AppFile>),
    Operations(OperationsFile),
}

/// Only to see what kind of file it is and where its operations begin.
#[derive(Deserialize)]
struct Outline {
    app: Option<Spanned<IgnoredAny>>,
    #[serde(default)]
    operations: Vec<Spanned<IgnoredAny>>,
}

fn read_file(name: &str, text: &str) -> Result<File, Vec<ManifestError>> {
    if text.len() > MAX_FILE_BYTES {
        let message = format!("the file has {} bytes; at most {MAX_FILE_BYTES} are read", text.len());
        return Err(vec![ManifestError::at(name, None, message)]);
    }
    let outline: Outline = parse(text).map_err(|error| vec![located(name, &error)])?;
    let file = match &outline.app {
        Some(app) => parse(text).map(|file| File::App(app.referenced, Box::new(file))),
        None => parse(text).map(File::Operations),
    };
    file.map_err(|error| each_problem(name, text, &outline.operations, &error))
}

/// A typed parse stops at the first problem. Reading each operation by itself finds the first one of each; but not of
/// those that use an anchor of another one, which cannot be read by themselves.
fn each_problem(
    name: &str,
    text: &str,
    operations: &[Spanned<IgnoredAny>],
    first: &serde_saphyr::Error,
) -> Vec<ManifestError> {
    let lines: Vec<&str> = text.lines().collect();
    let mut problems = vec![located(name, first)];
    for (index, operation) in operations.iter().enumerate() {
        let start = operation.referenced;
        let end = operations.get(index + 1).map(|next| next.referenced.line());
        if let Err(error) = parse::<Operation>(&alone(&lines, start, end)) {
            let problem = located(name, &error);
            let lacks_anchor = matches!(error.without_snippet(), serde_saphyr::Error::UnknownAnchor { .. });
            if !lacks_anchor && !problems.contains(&problem) {
                problems.push(problem);
            }
        }
    }
    problems.sort_by_key(|problem| (problem.line, problem.column));
    problems
}

/// The text of one operation with everything else blank, so that its lines and columns stay what they are.
fn alone(lines: &[&str], start: Location, end_line: Option<u64>) -> String {
    let first = usize::try_from(start.line()).unwrap_or(1).max(1) - 1;
    let column = usize::try_from(start.column()).unwrap_or(1).max(1) - 1;
    let last = end_line.and_then(|line| usize::try_from(line).ok()).map_or(lines.len(), |line| line - 1);
    let mut text = "\n".repeat(first);
    for (index, line) in lines.iter().enumerate().take(last).skip(first) {
        if index == first {
            text.extend(std::iter::repeat_n(' ', column));
            text.extend(line.chars().skip(column));
        } else if line.starts_with(|c: char| !c.is_whitespace() && c != '#' && c != '-') {
            break;
        } else {
            text.push_str(line);
        }
        text.push('\n');
    }
    text
}

fn parse<T: DeserializeOwned>(text: &str) -> Result<T, serde_saphyr::Error> {
    let options = serde_saphyr::options! { strict_booleans: true, with_snippet: false };
    serde_saphyr::from_str_with_options(text, options)
}

fn located(name: &str, error: &serde_saphyr::Error) -> ManifestError {
    let message = error.without_snippet().to_string();
    let message = match message.rfind(" at line ") {
        Some(end) if error.location().is_some() => message[..end].to_owned(),
        _ => message,
    };
    ManifestError::at(name, error.location(), message)
}

fn gather(
    (file, location, mut app): (String, Location, AppFile),
    more: Vec<(String, OperationsFile)>,
) -> AppManifest {
    let mut operations = Vec::new();
    let mut take =
        |file: &str, category: Option<String>, defaults: Defaults, read: Vec<Spanned<Operation>>| {
            let category = category.unwrap_or_else(|| app.title.clone());
            for operation in read {
                operations.push(PlacedOperation {
                    file: file.to_owned(),
                    location: operation.referenced,
                    category: operation.value.category.clone().unwrap_or_else(|| category.clone()),
                    operation: with_defaults(operation.value, &defaults),
                });
            }
        };
    let own = std::mem::take(&mut app.operations);
    take(&file, app.category.clone(), app.defaults.clone(), own);
    for (name, file) in more {
        take(&name, file.category, file.defaults, file.operations);
    }
    AppManifest { file, location, app, operations }
}

fn with_defaults(mut operation: Operation, defaults: &Defaults) -> Operation {
    for (name, value) in &defaults.headers {
        if !operation.headers.keys().any(|own| own.eq_ignore_ascii_case(name)) {
            operation.headers.insert(name.clone(), value.clone());
        }
    }
    operation.token = operation.token.or(defaults.token);
    operation
}
