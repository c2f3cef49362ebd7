//! Turns the manifests in the box into JSON, which is read many times faster at start than YAML with its anchors and
//! positions. What is wrong with them is told by the tests, which read the YAML.

use std::env;
use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut table =
        String::from("/// Each app with its files: name and JSON.\npub(crate) const APPS: &[App] = &[\n");
    for app in sorted(&root)?.into_iter().filter(|folder| folder.join("app.yaml").is_file()) {
        println!("cargo::rerun-if-changed={}", app.display());
        let app_name = name(&app)?;
        writeln!(table, "    ({app_name:?}, &[")?;
        for file in sorted(&app)?.into_iter().filter(|file| file.extension().is_some_and(|e| e == "yaml")) {
            let file_name = format!("{app_name}/{}", name(&file)?);
            let json = out.join(format!("{}.json", file_name.replace('/', ".")));
            fs::write(&json, as_json(&file)?)?;
            writeln!(table, "        ({file_name:?}, include_str!({:?})),", json.display().to_string())?;
        }
        writeln!(table, "    ]),")?;
    }
    fs::write(out.join("apps.rs"), table + "];\n")?;
    Ok(())
}

/// Every value in place of its anchor.
fn as_json(file: &Path) -> Result<String, Box<dyn Error>> {
    let options = serde_saphyr::options! { strict_booleans: true, with_snippet: false };
    let value: serde_json::Value = serde_saphyr::from_str_with_options(&fs::read_to_string(file)?, options)
        .map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(value.to_string())
}

fn sorted(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.sort();
    Ok(paths)
}

fn name(path: &Path) -> Result<&str, Box<dyn Error>> {
    path.file_name().and_then(|name| name.to_str()).ok_or_else(|| "a file name is not UTF-8".into())
}
