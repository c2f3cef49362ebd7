//! The user's own apps, from a folder.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use highline_connector::ManifestError;

use crate::NamedText;

/// The apps of a folder with their files, and what could not be read. A folder that is not there holds none.
pub(crate) fn read(folder: &Path) -> (Vec<(String, Vec<NamedText>)>, Vec<ManifestError>) {
    let (mut apps, mut problems) = (Vec::new(), Vec::new());
    for path in entries(folder, &mut problems) {
        let files = if path.is_dir() { entries(&path, &mut problems) } else { vec![path.clone()] };
        let texts: Vec<NamedText> =
            files.iter().filter(|path| is_yaml(path)).filter_map(|path| text(path, &mut problems)).collect();
        if !texts.is_empty() {
            apps.push((path.display().to_string(), texts));
        }
    }
    (apps, problems)
}

fn entries(folder: &Path, problems: &mut Vec<ManifestError>) -> Vec<PathBuf> {
    let read = fs::read_dir(folder).and_then(|entries| {
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<PathBuf>, _>>()
    });
    match read {
        Ok(mut paths) => {
            paths.sort();
            paths
        }
        Err(error) if error.kind() == ErrorKind::NotFound => vec![],
        Err(error) => {
            problems.push(problem(folder, &error));
            vec![]
        }
    }
}

fn text(path: &Path, problems: &mut Vec<ManifestError>) -> Option<NamedText> {
    fs::read_to_string(path)
        .map(|text| (path.display().to_string(), text))
        .map_err(|error| problems.push(problem(path, &error)))
        .ok()
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

fn problem(path: &Path, error: &std::io::Error) -> ManifestError {
    ManifestError {
        file: path.display().to_string(),
        line: 0,
        column: 0,
        message: format!("cannot be read: {error}"),
    }
}
