//! Each wrong file gives the findings that its snapshot shows.

use highline_catalog::Connections;
use highline_workflow::{Environment, check, hash};
use highline_yaml::{Format, Source, render};

use crate::world::{catalog, checked};

#[test]
fn every_wrong_file_is_told_what_is_wrong_with_it() {
    let mut files: Vec<_> = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/wrong"))
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    assert!(files.len() >= 45, "{} wrong files", files.len());
    for path in files {
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        let (rendered, wrong) = match Source::read(&path) {
            Err(diagnostic) => {
                let source = Source::new(format!("{stem}.yaml"), "");
                (render(&[(&source, &[*diagnostic])], Format::Human { colour: false }), true)
            }
            Ok(source) => {
                let source = Source::new(format!("{stem}.yaml"), source.text);
                let found = checked(&source.name, &source.text);
                let wrong = !found.diagnostics.is_empty();
                assert_eq!(found.workflow.is_none(), highline_yaml::has_errors(&found.diagnostics), "{stem}");
                (render(&[(&source, &found.diagnostics)], Format::Human { colour: false }), wrong)
            }
        };
        assert!(wrong, "{stem} is not wrong");
        insta::with_settings!({ snapshot_path => "../wrong/snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(stem, rendered);
        });
    }
}

fn codes(text: &str) -> Vec<&'static str> {
    checked("example.yaml", text).diagnostics.iter().map(|one| one.code).collect()
}

#[test]
fn an_app_without_a_connection_is_told_unless_it_is_plain_http() {
    let text = "trigger: manual\nsteps:\n  - use: highlevel.contacts.get\n    with: { contactId: a }\n  - use: http.request\n    with: { method: GET, url: \"https://example.com\" }\n";
    let (catalog, none) = (catalog(), Connections::default());
    let id = "example".parse().unwrap();
    let source = Source::new("example.yaml", text);
    let known = Environment { catalog: &catalog, connections: Some(&none) };
    let found: Vec<_> =
        check(&id, &source, &known).diagnostics.iter().map(|one| (one.code, one.span.line)).collect();
    assert_eq!(found, [("E0504", 3)]);
    let unknown = Environment { catalog: &catalog, connections: None };
    assert!(
        check(&id, &source, &unknown).workflow.is_some(),
        "without connections their names are not checked"
    );
}

#[test]
fn too_many_steps_and_too_many_findings_are_told_once() {
    let steps = |count: usize, step: &str| {
        format!("trigger: manual\nsteps:\n{}", format!("  - {step}\n").repeat(count))
    };
    assert_eq!(codes(&steps(1001, "set: { a: 1 }")), ["E0215"]);
    let found = codes(&steps(1000, "set: { a: \"{{ nobody }}\" }"));
    assert_eq!((found.len(), found.last()), (201, Some(&"W0604")));
}

#[test]
fn one_text_has_one_hash() {
    assert_eq!(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
