//! `highline catalog`

use highline_catalog::{Definition, Field, Kind, Token};
use serde_json::json;

use crate::Outcome;
use crate::args::CatalogCommand;
use crate::commands::call::find;
use crate::print;
use crate::say;
use crate::settings::Settings;
use crate::setup::World;

pub fn run(settings: &Settings, command: CatalogCommand) -> anyhow::Result<Outcome> {
    let world = World::load(settings)?;
    match command {
        CatalogCommand::List { app, category, kind, text, json } => {
            let filter = Filter { app, category, kind, text: text.map(|text| text.to_lowercase()) };
            let found: Vec<&Definition> =
                world.catalog.iter().map(|o| o.definition()).filter(|d| filter.wants(d)).collect();
            if json {
                print::json(&json!({ "operations": found, "next": null }))?;
            } else {
                list(&found);
            }
        }
        CatalogCommand::Show { operation, json } => {
            let definition = find(&world.catalog, &operation)?.definition();
            if json {
                print::json(&json!({ "operation": definition }))?;
            } else {
                show(definition)?;
            }
        }
    }
    Ok(Outcome::Fine)
}

struct Filter {
    app: Option<String>,
    category: Option<String>,
    kind: Option<String>,
    text: Option<String>,
}

impl Filter {
    fn wants(&self, definition: &Definition) -> bool {
        let same =
            |wanted: &Option<String>, is: &str| wanted.as_ref().is_none_or(|w| w.eq_ignore_ascii_case(is));
        let text = [&definition.id, &definition.title, &definition.summary];
        same(&self.app, &definition.app)
            && same(&self.category, &definition.category)
            && same(&self.kind, kind(definition))
            && self.text.as_ref().is_none_or(|wanted| text.iter().any(|t| t.to_lowercase().contains(wanted)))
    }
}

fn kind(definition: &Definition) -> &'static str {
    match definition.kind {
        Kind::Trigger => "trigger",
        Kind::Action => "action",
    }
}

fn list(found: &[&Definition]) {
    let mut table = print::table(&["OPERATION", "KIND", "CATEGORY", "TITLE", "SUMMARY"]);
    for definition in found {
        let summary = print::short(&definition.summary, 60);
        table.add_row([&definition.id, kind(definition), &definition.category, &definition.title, &summary]);
    }
    print::show(&table, "no operation fits");
    let triggers = found.iter().filter(|d| d.kind == Kind::Trigger).count();
    say!("\n{} operations: {triggers} triggers, {} actions", found.len(), found.len() - triggers);
}

fn show(definition: &Definition) -> anyhow::Result<()> {
    say!("{}  ({})\n{}. {}\n", definition.id, kind(definition), definition.title, definition.summary);
    if let (Some(method), Some(path)) = (&definition.method, &definition.path) {
        say!("request   {method} {path}");
    }
    if let Some(version) = &definition.version {
        say!("version   {version}");
    }
    if definition.token != Token::Any {
        say!("token     {}", word(&definition.token)?);
    }
    if !definition.scopes.is_empty() {
        say!("scopes    {}", definition.scopes.join(", "));
    }
    say!("repeat    {}", word(&definition.repeat)?);
    if let Some(verify) = &definition.verify {
        say!("verify    with {}, {} s later", verify.operation, verify.after);
    }
    for (name, value) in &definition.unsafe_when {
        say!("          unsafe with {name}: {value}");
    }
    if let Some(poll) = &definition.poll {
        let changed = poll.changed.as_deref().unwrap_or("a hash of the record");
        say!("poll      emits {}; key {}; change told by {changed}", word(&poll.emit)?, poll.key.join(" + "));
    }
    for note in &definition.notes {
        say!("note      {note}");
    }
    for requirement in &definition.require {
        say!("fields    {}", requirement.told());
    }
    fields("Input", &definition.input);
    fields("Output", &definition.output);
    say!("\nSample input\n{}", serde_json::to_string_pretty(&definition.sample.input)?);
    say!("\nSample reply\n{}", serde_json::to_string_pretty(&definition.sample.reply)?);
    Ok(())
}

/// The word of an enum as JSON has it.
fn word(value: &impl serde::Serialize) -> anyhow::Result<String> {
    Ok(serde_json::to_value(value)?.as_str().unwrap_or_default().replace('_', " "))
}

fn fields(title: &str, fields: &[Field]) {
    if fields.is_empty() {
        return;
    }
    say!("\n{title}");
    let mut table = print::table(&["  FIELD", "TYPE", "NEEDED", "ABOUT"]);
    rows(&mut table, "  ", fields);
    print::show(&table, "");
}

/// One row for each field, and for each field inside it.
fn rows(table: &mut comfy_table::Table, before: &str, fields: &[Field]) {
    for field in fields {
        let needed = match (field.required, field.from_connection) {
            (_, true) => "connection",
            (true, _) => "yes",
            _ => "",
        };
        let name = format!("{before}{}", field.name);
        table.add_row([name.as_str(), field.kind.as_str(), needed, &about(field)]);
        rows(table, &format!("{name}."), &field.fields);
    }
}

fn about(field: &Field) -> String {
    let mut about =
        if field.description.is_empty() { field.label.clone() } else { field.description.clone() };
    if !field.values.is_empty() {
        let values: Vec<String> = field.values.iter().map(ToString::to_string).collect();
        about += &format!(" (one of {})", values.join(", "));
    }
    if let Some(default) = &field.default {
        about += &format!(" (left out: {default})");
    }
    if let Some(choices) = &field.choices {
        about += &format!(" (id or name, from {})", choices.operation);
    }
    if let Some(by_name) = &field.by_name {
        about += &format!(" (by name too, from {})", by_name.operation);
    }
    about
}
