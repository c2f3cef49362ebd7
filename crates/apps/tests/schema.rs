//! The JSON Schema that editors use knows every manifest in the box.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;

use highline_connector::manifest_schema;
use serde_json::Value;

#[test]
fn every_manifest_fits_the_schema() {
    let schema = jsonschema::validator_for(&manifest_schema()).unwrap();
    let mut files = 0;
    for app in ["highlevel", "credly"] {
        for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(app)).unwrap() {
            let path = entry.unwrap().path();
            let manifest: Value = serde_saphyr::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            // Of the two kinds of file the error is told for the one that it is.
            let wrong: Vec<String> = schema.iter_errors(&manifest).map(|error| error.to_string()).collect();
            assert!(wrong.is_empty(), "{}: {wrong:?}", path.display());
            files += 1;
        }
    }
    assert!(files > 5);
}

#[test]
fn what_the_reader_refuses_the_schema_refuses_too() {
    let schema = jsonschema::validator_for(&manifest_schema()).unwrap();
    let operation = "id: a, kind: action, title: A, summary: A., method: GET, path: /a";
    for (operation, right) in [
        (operation.to_owned(), true),
        (operation.replace("action", "acton"), false),
        (operation.replace("GET", "get"), false),
        (operation.replace(", path: /a", ""), false),
        (format!("{operation}, fields: [{{ name: x, type: text }}]"), false),
        (format!("{operation}, effect: delete"), false),
        (format!("{operation}, poll: {{ emit: changed, key: [id] }}"), false),
        (format!("{operation}, rules: [{{ status: 400, kind: wrong }}]"), false),
        (format!("{operation}, paging: {{ offset: {{ skip: 1 }} }}"), false),
    ] {
        let text =
            format!("app: a\ntitle: A\nbase_url: https://a.example.com\noperations: [{{ {operation} }}]\n");
        let manifest: Value = serde_saphyr::from_str(&text).unwrap();
        assert_eq!(schema.is_valid(&manifest), right, "schema: {text}");
        assert_eq!(highline_connector::read_app(&[("a.yaml", &text)]).is_ok(), right, "reader: {text}");
    }
}
