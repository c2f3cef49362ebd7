//! Reading and rendering as a whole.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use highline_yaml::{Diagnostic, Format, MAX_BYTES, NodeValue, Source, parse, read, render};
use proptest::prelude::*;

fn source(text: &str) -> Source {
    Source::new("file.yaml", text)
}

fn codes(text: &str) -> Vec<&'static str> {
    read(&source(text)).diagnostics.iter().map(|one| one.code).collect()
}

#[test]
fn every_value_and_key_knows_where_it_stands() {
    let source = source(
        "name: Ä badge\nsteps:\n  - id: 'one'\n    with:\n      text: |\n        two\n        lines\nlast: 1\n",
    );
    let node = parse(&source).unwrap();
    let name = node.get("name").unwrap();
    assert_eq!(source.slice(name.span), "Ä badge");
    assert_eq!((name.span.line, name.span.column), (1, 7));
    let step = &node.get("steps").unwrap().as_sequence().unwrap()[0];
    assert_eq!(source.slice(step.get("id").unwrap().span), "'one'");
    let text = step.get("with").unwrap().get("text").unwrap();
    assert_eq!(text.as_str(), Some("two\nlines\n"));
    assert!(source.slice(text.span).contains("two\n        lines"), "{:?}", source.slice(text.span));
    let key = node.as_mapping().unwrap()["last"].key_span;
    assert_eq!((source.slice(key), key.line, key.column), ("last", 8, 1));
}

#[test]
fn what_was_typed_is_kept() {
    let node =
        parse(&source("[0123, 1.10, +15551234567, no, 12, '12', \"no\", ~, true, 12345678901234567890123]"))
            .unwrap();
    let items = node.as_sequence().unwrap();
    let texts: Vec<Option<&str>> = items.iter().map(|item| item.as_str()).collect();
    assert_eq!(texts[0], Some("0123"));
    assert_eq!((&items[1].value, items[1].typed.as_deref()), (&NodeValue::Float(1.1), Some("1.10")));
    assert_eq!(texts[2..4], [Some("+15551234567"), Some("no")]);
    assert_eq!(items[4].value, NodeValue::Integer(12));
    assert_eq!(texts[5..7], [Some("12"), Some("no")]);
    assert_eq!(items[5].typed, None);
    assert!(items[7].is_null());
    assert_eq!(texts[9], Some("12345678901234567890123"));
}

#[test]
fn an_unquoted_template_is_told_for_each_place_and_read_as_if_it_were_quoted() {
    let source = source("a: {{ x }}\nb: { c: {{ y }} and {{ z }} }\nd: fine\n");
    let parsed = read(&source);
    let told: Vec<(&str, usize)> = parsed.diagnostics.iter().map(|one| (one.code, one.span.line)).collect();
    assert_eq!(told, [("E0102", 1), ("E0102", 2)]);
    let node = parsed.node.unwrap();
    assert_eq!(node.get("a").unwrap().as_str(), Some("{{ x }}"));
    assert_eq!(node.get("b").unwrap().get("c").unwrap().as_str(), Some("{{ y }} and {{ z }}"));
    assert_eq!(node.get("d").unwrap().as_str(), Some("fine"));
    assert_eq!(codes("a: {{ x\n"), ["E0102"]);
}

#[test]
fn each_mistake_has_its_code() {
    for (text, expected) in [
        ("a: 1\na: 2\nb: 1\nb: 2\n", vec!["E0103", "E0103"]),
        ("a: [1, 2\n", vec!["E0101"]),
        ("a: 1\n---\nb: 2\n", vec!["E0106"]),
        ("a: &x 1\nb: *x\n", vec!["E0107", "E0107"]),
        ("a: *nobody\n", vec!["E0107"]),
        ("<<: { a: 1 }\n", vec!["E0107"]),
        ("a: !!int 5\n", vec!["E0107"]),
        ("? [a]\n: 1\n", vec!["E0109"]),
        ("~: 1\n", vec![]),
    ] {
        assert_eq!(codes(text), expected, "{text:?}");
    }
    assert_eq!(codes(&format!("{}{}", "[".repeat(65), "]".repeat(65))), ["E0104"]);
    let nested = (0..70).map(|level| format!("{}a:\n", " ".repeat(level))).collect::<String>();
    assert_eq!(codes(&nested), ["E0104"]);
    assert_eq!(codes(&"a".repeat(MAX_BYTES + 1)), ["E0105"]);
    assert!(parse(&source("")).unwrap().is_null());
}

#[test]
fn a_file_is_refused_by_size_and_by_the_first_wrong_byte() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("big.yaml");
    std::fs::write(&path, vec![b'a'; 10 * 1024 * 1024]).unwrap();
    let told = Source::read(&path).unwrap_err();
    assert_eq!(
        (told.code, told.message.as_str()),
        ("E0105", "too large: 10485760 bytes, where at most 1048576 are read")
    );
    std::fs::write(&path, b"a: 1\nb: caf\xe9\n").unwrap();
    let told = Source::read(&path).unwrap_err();
    assert_eq!((told.code, told.message.as_str()), ("E0108", "not UTF-8: byte 0xe9 at offset 11"));
    assert_eq!((told.span.line, told.span.column), (2, 7));
    assert_eq!(Source::read(&folder.path().join("none.yaml")).unwrap_err().code, "E0100");
}

fn findings() -> (Source, Vec<Diagnostic>) {
    let source = source("name: x\nsteps:\n  - use: highlevel.contacts.updaet\n");
    let at = source.text.find("highlevel").unwrap();
    let found = vec![
        Diagnostic::error("E0301", source.span(at, at + 25), "unknown operation `highlevel.contacts.updaet`")
            .label("not in the catalog")
            .note("the catalog has 31 operations")
            .help("did you mean `highlevel.contacts.update`?"),
        Diagnostic::warning("W0601", source.span(6, 7), "100% odd, is it?"),
    ];
    (source, found)
}

#[test]
fn findings_are_rendered_for_people() {
    let (source, found) = findings();
    insta::assert_snapshot!(render(&[(&source, &found)], Format::Human { colour: false }));
    let coloured = render(&[(&source, &found)], Format::Human { colour: true });
    assert!(coloured.contains("\u{1b}["), "colour has escape codes");
}

#[test]
fn findings_are_rendered_for_programs() {
    let (source, found) = findings();
    insta::assert_snapshot!(render(&[(&source, &found)], Format::Json));
    assert_eq!(render(&[], Format::Json), "[]\n");
}

#[test]
fn findings_are_rendered_for_code_review() {
    let (source, found) = findings();
    insta::assert_snapshot!(render(&[(&source, &found)], Format::Github));
}

proptest! {
    #[test]
    fn any_text_is_read_or_told_off(text in "[ \\n\\t{}\\[\\]:,&*!|>'\"%@`#?a-z0-9.<~-]{0,300}") {
        let source = source(&text);
        let parsed = read(&source);
        prop_assert!(parsed.node.is_some() || !parsed.diagnostics.is_empty());
        render(&[(&source, &parsed.diagnostics)], Format::Human { colour: false });
    }

    #[test]
    fn json_values_read_back_with_their_types(number: i64, text in "\\PC{0,40}", truth: bool) {
        let value = serde_json::json!({ "n": number, "t": text, "b": truth, "l": [null, { "x": text }] });
        let node = parse(&source(&value.to_string())).unwrap();
        prop_assert_eq!(node.to_json(), value);
    }
}
