//! The manifests in the box. A new app is a folder beside these and a line here.

use rust_embed::RustEmbed;

use crate::NamedText;

#[derive(RustEmbed)]
#[folder = "highlevel/"]
struct HighLevel;

#[derive(RustEmbed)]
#[folder = "credly/"]
struct Credly;

/// Each app with its files.
pub(crate) fn apps() -> Vec<(String, Vec<NamedText>)> {
    vec![files::<HighLevel>("highlevel"), files::<Credly>("credly")]
}

fn files<Folder: RustEmbed>(app: &str) -> (String, Vec<NamedText>) {
    let mut names: Vec<_> = Folder::iter().filter(|name| name.ends_with(".yaml")).collect();
    names.sort();
    let text = |name: &str| {
        let file = Folder::get(name).expect("the folder names only files that it has");
        String::from_utf8_lossy(&file.data).into_owned()
    };
    let files = names.iter().map(|name| (format!("{app}/{name}"), text(name))).collect();
    (app.to_owned(), files)
}
