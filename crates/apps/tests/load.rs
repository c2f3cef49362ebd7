//! Loading the apps in the box and the user's own.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use highline_apps::load;
use highline_catalog::Kind;
use highline_connector::{Http, HttpSettings};

fn http() -> Http {
    rustls::crypto::ring::default_provider().install_default().ok();
    Http::new(HttpSettings::default()).unwrap()
}

#[test]
fn the_apps_in_the_box_load() {
    let apps = load(&http(), None).unwrap_or_else(|error| panic!("{error}"));
    let ids: Vec<&str> = apps.connections.iter().map(|schema| schema.app.as_str()).collect();
    assert_eq!(ids, ["credly", "highlevel", "http"]);
    let count = |app: &str, kind: Kind| {
        apps.catalog.iter().map(|o| o.definition()).filter(|d| d.app == app && d.kind == kind).count()
    };
    assert_eq!((count("credly", Kind::Trigger), count("credly", Kind::Action)), (3, 4));
    assert_eq!((count("http", Kind::Trigger), count("http", Kind::Action)), (0, 2));
    assert!(count("highlevel", Kind::Trigger) >= 10 && count("highlevel", Kind::Action) >= 18);
}

#[test]
fn a_connection_is_told_what_it_lacks() {
    let apps = load(&http(), None).unwrap();
    insta::assert_json_snapshot!(apps.connection("credly"));
    let mut connection = highline_catalog::Connection::default();
    connection.secrets.insert("tokn".into(), "x".into());
    connection.values.insert("org".into(), "x".into());
    insta::assert_debug_snapshot!(apps.connection("credly").unwrap().problems(&connection), @r#"
    [
        "the secret `token` is missing",
        "Credly has no secret `tokn`; known: token",
        "the value `organization_id` is missing",
        "Credly has no value `org`; known: organization_id",
    ]
    "#);
}

#[test]
fn a_folder_that_is_not_there_holds_no_apps() {
    let folder = tempfile::tempdir().unwrap();
    let apps = load(&http(), Some(&folder.path().join("connectors"))).unwrap();
    assert_eq!(apps.connections.len(), 3);
}

const ONE: &str = "
app: one
title: One
base_url: https://one.example.com
operations:
  - { id: things.get, kind: action, title: Get, summary: Gets., method: GET, path: /things }
";

#[test]
fn an_app_of_the_user_is_a_file_or_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("one.yaml"), ONE).unwrap();
    std::fs::write(folder.path().join("notes.txt"), "not an app").unwrap();
    let two = folder.path().join("two");
    std::fs::create_dir(&two).unwrap();
    std::fs::write(two.join("app.yaml"), "{ app: two, title: Two, base_url: 'https://two.example.com' }")
        .unwrap();
    std::fs::write(two.join("things.yml"), ONE.split("com\n").nth(1).unwrap()).unwrap();
    let catalog = highline_apps::catalog(&http(), Some(folder.path())).unwrap();
    assert!(catalog.get("one.things.get").is_some() && catalog.get("two.things.get").is_some());
}

#[test]
fn problems_of_all_files_are_told_together() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("a.yaml", &ONE.replace("title: One", "titel: One"));
    write("b.yaml", &ONE.replace("app: one", "app: credly"));
    write("c.yaml", &ONE.replace("/things }", "things }"));
    write("d.yaml", &ONE.replace("/things }", "/things, sample: { input: { x: 1 }, reply: {} } }"));
    std::fs::write(folder.path().join("e.yaml"), [0xff, 0xfe]).unwrap();
    let error = load(&http(), Some(folder.path())).err().unwrap();
    let root = folder.path().display().to_string();
    insta::assert_snapshot!(error.to_string().replace(&root, "connectors"));
}
