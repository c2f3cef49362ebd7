#![doc = include_str!("../README.md")]

mod boxed;
mod connectors;
mod http;

use std::path::Path;

use highline_catalog::{Catalog, Operation};
use highline_connector::{App, ConnectionSchema, Http, ManifestError, build, read_app, read_boxed};

/// All apps of this node.
#[derive(Clone, Default)]
pub struct Apps {
    /// The operations of all apps.
    pub catalog: Catalog,
    /// What a connection of each app holds, in the order of the apps' ids.
    pub connections: Vec<ConnectionSchema>,
}

/// Apps could not be loaded; every problem is told with its file, line and column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadError {
    pub problems: Vec<ManifestError>,
}

impl std::error::Error for LoadError {}

impl std::fmt::Display for LoadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let lines: Vec<String> = self.problems.iter().map(ToString::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl Apps {
    /// What a connection of `app` holds.
    pub fn connection(&self, app: &str) -> Option<&ConnectionSchema> {
        self.connections.iter().find(|schema| schema.app == app)
    }
}

/// Loads the apps in the box and those of the user's folder, if there is such a folder: each `*.yaml` or `*.yml` file in
/// it is an app, and so is each folder of such files. Problems of all apps are told together.
pub fn load(http: &Http, connectors: Option<&Path>) -> Result<Apps, LoadError> {
    let mut loading = Loading::default();
    loading.add(http::app(http), "http");
    for (name, files) in boxed::APPS {
        loading.made(read_boxed(files).and_then(|manifest| build(manifest, http)), name);
    }
    if let Some(folder) = connectors {
        let (apps, problems) = connectors::read(folder);
        loading.problems.extend(problems);
        for (name, files) in apps {
            loading.read(http, &name, &files);
        }
    }
    if !loading.problems.is_empty() {
        return Err(LoadError { problems: loading.problems });
    }
    loading.apps.connections.sort_by(|one, other| one.app.cmp(&other.app));
    Ok(loading.apps)
}

/// The operations of all apps; see [`load`].
pub fn catalog(http: &Http, connectors: Option<&Path>) -> Result<Catalog, LoadError> {
    load(http, connectors).map(|apps| apps.catalog)
}

/// A file's name and its text.
type NamedText = (String, String);

#[derive(Default)]
struct Loading {
    apps: Apps,
    problems: Vec<ManifestError>,
}

impl Loading {
    fn read(&mut self, http: &Http, name: &str, files: &[NamedText]) {
        let files: Vec<(&str, &str)> =
            files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        self.made(read_app(&files).and_then(|manifest| build(manifest, http)), name);
    }

    fn made(&mut self, app: Result<App, Vec<ManifestError>>, name: &str) {
        match app {
            Ok(app) => self.add(app, name),
            Err(problems) => self.problems.extend(problems),
        }
    }

    fn add(&mut self, app: App, file: &str) {
        if self.apps.connection(&app.id).is_some() {
            let message = format!("there is an app `{}` already", app.id);
            self.problems.push(ManifestError { file: file.to_owned(), line: 0, column: 0, message });
            return;
        }
        self.apps.connections.push(app.connection);
        for operation in app.operations {
            self.add_operation(operation, file);
        }
    }

    fn add_operation(&mut self, operation: Operation, file: &str) {
        if let Err(duplicate) = self.apps.catalog.add(operation) {
            let message = duplicate.to_string();
            self.problems.push(ManifestError { file: file.to_owned(), line: 0, column: 0, message });
        }
    }
}
