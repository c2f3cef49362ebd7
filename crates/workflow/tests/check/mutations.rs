//! Text that nobody meant: `check` never panics and gives an answer that can be read. What never ended, the runner of the
//! tests would end.

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

/// The most findings that are told, and one that says how many more there are.
const MOST_FINDINGS: usize = 201;
/// The most bytes of an answer, whatever the text was: some hundred for each finding.
const LONGEST_ANSWER: usize = 512 * 1024;

fn is_answered(text: &str) {
    let found = checked("mutated", text);
    assert_eq!(found.workflow.is_none(), highline_yaml::has_errors(&found.diagnostics));
    assert!(found.diagnostics.len() <= MOST_FINDINGS, "{}", found.diagnostics.len());
    let source = highline_yaml::Source::new("mutated", text);
    for format in [
        highline_yaml::Format::Human { colour: true },
        highline_yaml::Format::Json,
        highline_yaml::Format::Github,
    ] {
        let answer = highline_yaml::render(&[(&source, &found.diagnostics)], format).len();
        assert!(answer <= LONGEST_ANSWER, "{answer} bytes for {} of text", text.len());
    }
}

proptest! {
    #[test]
    fn a_mutated_workflow_never_panics(badge: bool, changes in prop::collection::vec(change(), 1..6)) {
        is_answered(&changed(if badge { BADGE } else { EVERY }, &changes));
    }

    #[test]
    fn random_text_never_panics(text in "\\PC{0,200}") {
        is_answered(&text);
    }

    #[test]
    fn a_random_template_never_panics(template in "(\\{\\{|\\}\\}|[#/(){}\\[\\]\"'@.~&>*^|= a-z0-9_!-]){0,40}") {
        let quoted = template.replace('\\', "\\\\").replace('"', "\\\"");
        is_answered(&format!("trigger: manual\nsteps:\n  - set: {{ x: \"{quoted}\" }}\n"));
    }
}

#[test]
fn hostile_files_are_refused_with_an_answer_of_a_bounded_size() {
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
        is_answered(&text);
    }
}
