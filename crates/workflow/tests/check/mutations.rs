//! Text that nobody meant: `check` never panics and ends soon.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use crate::world::checked;

const BADGE: &str = include_str!("../right/badge_for_a_task.yaml");
const EVERY: &str = include_str!("../right/every_kind_of_step.yaml");

/// One change to a text: where, how much goes, and what comes.
fn change() -> impl Strategy<Value = (prop::sample::Index, usize, String)> {
    let piece = prop_oneof![
        Just("{{".to_owned()),
        Just("}}".to_owned()),
        Just("{{#if ".to_owned()),
        Just("{{/each}}".to_owned()),
        Just("(".to_owned()),
        Just(")".to_owned()),
        Just("\"".to_owned()),
        Just("'".to_owned()),
        Just(": ".to_owned()),
        Just("\n  - ".to_owned()),
        Just("[".to_owned()),
        Just("}".to_owned()),
        Just("&a ".to_owned()),
        Just("*a".to_owned()),
        Just("|\n".to_owned()),
        Just("null".to_owned()),
        Just("-1".to_owned()),
        Just("\t".to_owned()),
        Just("é🦀".to_owned()),
        Just("../".to_owned()),
        Just("@root.".to_owned()),
        Just("this.".to_owned()),
        Just("\\".to_owned()),
        Just("!!str ".to_owned()),
        ".{0,12}",
    ];
    (any::<prop::sample::Index>(), 0..12usize, piece)
}

fn changed(text: &str, changes: &[(prop::sample::Index, usize, String)]) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for (at, length, piece) in changes {
        let start = at.index(letters.len() + 1);
        let end = (start + length).min(letters.len());
        letters.splice(start..end, piece.chars());
    }
    letters.into_iter().collect()
}

fn ends_soon(text: &str) {
    let start = Instant::now();
    let found = checked("mutated", text);
    assert_eq!(found.workflow.is_none(), highline_yaml::has_errors(&found.diagnostics));
    assert!(start.elapsed() < Duration::from_secs(5), "{:?} for {text:?}", start.elapsed());
    let source = highline_yaml::Source::new("mutated", text);
    for format in [
        highline_yaml::Format::Human { colour: true },
        highline_yaml::Format::Json,
        highline_yaml::Format::Github,
    ] {
        highline_yaml::render(&[(&source, &found.diagnostics)], format);
    }
}

proptest! {
    #[test]
    fn a_mutated_workflow_never_panics(badge: bool, changes in prop::collection::vec(change(), 1..6)) {
        ends_soon(&changed(if badge { BADGE } else { EVERY }, &changes));
    }

    #[test]
    fn random_text_never_panics(text in "\\PC{0,200}") {
        ends_soon(&text);
    }

    #[test]
    fn a_random_template_never_panics(template in "(\\{\\{|\\}\\}|[#/(){}\\[\\]\"'@.~&>*^|= a-z0-9_!-]){0,40}") {
        let quoted = template.replace('\\', "\\\\").replace('"', "\\\"");
        ends_soon(&format!("trigger: manual\nsteps:\n  - set: {{ x: \"{quoted}\" }}\n"));
    }
}

#[test]
fn hostile_files_are_refused_soon() {
    let bomb = (0..12).fold("a0: &a0 [x, x]\n".to_owned(), |text, level| {
        let item = format!("*a{level}, ");
        text + &format!("a{}: &a{} [{}]\n", level + 1, level + 1, item.repeat(10))
    });
    let nested_blocks: String = (0..2000).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    let hostile = [
        bomb,
        "[".repeat(100_000),
        "{a: ".repeat(100_000),
        nested_blocks,
        "- ".repeat(100_000),
        "a".repeat(10 * 1024 * 1024),
        format!("trigger: manual\nsteps:\n  - set: {{ x: \"{}\" }}\n", "{{#if a}}".repeat(4000)),
        format!(
            "trigger: manual\nsteps:\n  - set: {{ x: \"{}1{}\" }}\n",
            "{{ not ".to_owned() + &"(not ".repeat(1000),
            ")".repeat(1000) + " }}"
        ),
        "x: {{ y }}\n".repeat(20_000),
        "? ".repeat(50_000),
        "\"".repeat(100_000),
        "a: |\n".repeat(50_000),
        format!("trigger: manual\nsteps:\n{}", "  - set: { x: 1 }\n".repeat(20_000)),
        (1..20_000).fold(
            "trigger: manual\nsteps:\n  - { id: a0, set: { x: 1 } }\n".to_owned(),
            |text, at| {
                text + &format!("  - {{ id: a{at}, set: {{ x: \"{{{{ steps.a{} }}}}\" }} }}\n", at - 1)
            },
        ),
    ];
    for text in hostile {
        ends_soon(&text);
    }
}
