//! `docs/OPERATIONS.md`, made of the definitions and of the requests that are really sent.

use std::collections::BTreeMap;
use std::fmt::Write;

use highline_catalog::{Definition, Field, Kind, Shape};

use super::requests::told;
use super::*;

const HEAD: &str = "# Operations

Every operation in the box: what it takes, what it gives, the scopes it needs, and a request and a reply as they go over the wire. The same
is shown by `highline catalog list` and `highline catalog show ID`. In a workflow a trigger may be polled, or used as a step that reads; an
action is a step.

**Needed**: `yes`, or `connection` where the connection gives it unless the workflow does. **By name**: the field takes the name of the
record as well as its id; the name is looked up in the operation that is said. **Safe to repeat**: whether doing it twice ends like doing it
once; a step that is not is held when a crash leaves its outcome unknown, or [verified](#what-can-be-verified).

<!-- generated from crates/apps: UPDATE_DOCS=1 cargo test -p highline-apps --test contract docs writes it -->
";

#[tokio::test]
async fn the_book_of_operations_is_that_of_the_manifests() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/OPERATIONS.md");
    let book = book().await;
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, book).unwrap();
        return;
    }
    let kept = fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == book,
        "docs/OPERATIONS.md is stale: run UPDATE_DOCS=1 cargo test -p highline-apps --test contract docs"
    );
}

async fn book() -> String {
    let mut chapters: BTreeMap<(String, String), Vec<Subject>> = BTreeMap::new();
    for subject in subjects() {
        let definition = subject.operation.definition();
        // HighLevel, which the house is built for, comes first.
        let app = if definition.app == "highlevel" { String::new() } else { subject.app.title.clone() };
        chapters.entry((app, definition.category.clone())).or_default().push(subject);
    }
    let mut book = HEAD.to_owned();
    for subjects in chapters.values() {
        index(&mut book, subjects);
    }
    verified(&mut book, chapters.values().flatten());
    for subjects in chapters.values() {
        let _ = writeln!(book, "\n## {}", chapter(subjects));
        for subject in subjects {
            let request = request(subject).await;
            entry(&mut book, subject, &request);
        }
    }
    book
}

fn chapter(subjects: &[Subject]) -> String {
    let (app, category) = (&subjects[0].app.title, &subjects[0].operation.definition().category);
    if app == category { app.clone() } else { format!("{app}: {category}") }
}

fn index(book: &mut String, subjects: &[Subject]) {
    let _ = writeln!(book, "\n**{}**\n", chapter(subjects));
    for subject in subjects {
        let definition = subject.operation.definition();
        let _ = writeln!(
            book,
            "- [`{}`](#{}) ({}): {}",
            definition.id,
            definition.id.replace('.', ""),
            kind(definition),
            definition.summary
        );
    }
}

fn verified<'s>(book: &mut String, subjects: impl Iterator<Item = &'s Subject>) {
    let _ = writeln!(book, "\n## What can be verified\n");
    let _ = writeln!(
        book,
        "With `on_interrupt: verify` an action whose outcome is unknown is looked up by a read. A record is the one that it made when the fields \
         that are said are equal, as far as they were given, and it was not made earlier. Where the app tells no time of creation, one that \
         was there before counts too.\n"
    );
    let _ =
        writeln!(book, "| action | is looked up in | by | made not earlier | after |\n|---|---|---|---|---|");
    for definition in subjects.map(|subject| subject.operation.definition()) {
        let Some(verify) = &definition.verify else { continue };
        let same: Vec<String> = verify.same.iter().map(|same| format!("`{}`", same.input)).collect();
        let made = verify.created.as_ref().map(|path| format!("`{path}`")).unwrap_or_default();
        let (id, read, same) = (&definition.id, &verify.operation, same.join(", "));
        let _ = writeln!(book, "| `{id}` | `{read}` | {same} | {made} | {} s |", verify.after);
    }
}

fn kind(definition: &Definition) -> &'static str {
    match definition.kind {
        Kind::Trigger => "trigger",
        Kind::Action => "action",
    }
}

/// The request of the sample, as it is sent.
async fn request(subject: &Subject) -> String {
    let server = subject.sample_server().await;
    let output = subject.call(&server.uri(), &subject.input()).await;
    output.unwrap_or_else(|error| panic!("{}: {error}", subject.id()));
    told(&subject.sent(&server).await[0])
}

fn entry(book: &mut String, subject: &Subject, request: &str) {
    let definition = subject.operation.definition();
    let _ = writeln!(
        book,
        "\n### `{}`\n\n**{}.** {}\n",
        definition.id,
        definition.title,
        sentence(&definition.summary)
    );
    let _ = writeln!(book, "{}\n", facts(definition).join(" · "));
    for note in &definition.notes {
        let _ = writeln!(book, "- {note}");
    }
    for requirement in &definition.require {
        let _ = writeln!(book, "- Of the fields, {}.", requirement.told());
    }
    table(book, "Input", &definition.input, true);
    let gives = if definition.shape == Shape::List { "Output, each item" } else { "Output" };
    table(book, gives, &definition.output, false);
    let reply = match &definition.sample.reply {
        Value::String(text) => text.clone(),
        reply => serde_json::to_string_pretty(reply).unwrap(),
    };
    let _ = writeln!(book, "\n```text\n{request}\n```\n\n```json\n{reply}\n```");
}

fn sentence(summary: &str) -> String {
    if summary.ends_with('.') { summary.to_owned() } else { format!("{summary}.") }
}

fn facts(definition: &Definition) -> Vec<String> {
    let word = |value: Value| value.as_str().unwrap_or_default().replace('_', " ");
    let mut facts = vec![kind(definition).to_owned()];
    if let (Some(method), Some(path)) = (&definition.method, &definition.path) {
        facts.push(format!("`{method} {path}`"));
    }
    facts.extend(definition.version.iter().map(|version| format!("Version `{version}`")));
    if definition.app == "highlevel" {
        facts.push(format!("token: {}", word(json!(definition.token))));
    }
    if !definition.scopes.is_empty() {
        facts.push(format!("scopes: `{}`", definition.scopes.join("`, `")));
    }
    facts.push(format!("{} to repeat", word(json!(definition.repeat))));
    facts.extend(definition.verify.iter().map(|verify| format!("verified by `{}`", verify.operation)));
    if let Some(poll) = &definition.poll {
        let mark = poll.changed.as_deref().map_or("its content".to_owned(), |path| format!("`{path}`"));
        facts.push(format!("emits {}, a change is told by {mark}", word(json!(poll.emit))));
    }
    facts
}

fn table(book: &mut String, title: &str, fields: &[Field], needs: bool) {
    if fields.is_empty() {
        return;
    }
    let needed = if needs { " needed |" } else { "" };
    let _ = writeln!(
        book,
        "\n| {title} | type |{needed} about |\n|---|---|{}---|",
        if needs { "---|" } else { "" }
    );
    rows(book, "", fields, needs);
}

fn rows(book: &mut String, before: &str, fields: &[Field], needs: bool) {
    for field in fields {
        let name = format!("{before}{}", field.name);
        let of = field.items.map(|items| format!(" of {items}")).unwrap_or_default();
        let needed = match (field.required, field.from_connection) {
            (_, true) => "connection",
            (true, _) => "yes",
            _ => "",
        };
        let needed = if needs { format!(" {needed} |") } else { String::new() };
        let _ = writeln!(book, "| `{name}` | {}{of} |{needed} {} |", field.kind, about(field));
        let step = if field.kind == highline_catalog::FieldType::Array { "[]." } else { "." };
        rows(book, &format!("{name}{step}"), &field.fields, needs);
    }
}

fn about(field: &Field) -> String {
    let mut about = vec![sentence(&field.label)];
    about.extend((!field.description.is_empty()).then(|| sentence(&field.description)));
    if !field.values.is_empty() {
        let values: Vec<String> = field.values.iter().map(|value| format!("`{}`", shown(value))).collect();
        about.push(format!("One of {}.", values.join(", ")));
    }
    about.extend(field.default.iter().map(|value| format!("Left out: `{}`.", shown(value))));
    about.extend(field.choices.iter().map(|choices| format!("By name, in `{}`.", choices.operation)));
    about.extend(field.by_name.iter().map(|by_name| format!("By name, in `{}`.", by_name.operation)));
    about.join(" ").replace('|', "\\|").replace('\n', " ")
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
