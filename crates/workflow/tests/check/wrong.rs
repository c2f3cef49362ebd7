//! Each wrong file gives the findings that its snapshot shows.

use highline_yaml::{Format, Source, render};

use crate::world::checked;

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
