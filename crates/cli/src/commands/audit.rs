//! `highline audit`, and what commands tell it.

use highline_store::{AuditFilter, NewAudit, Page, Store};
use serde_json::Value;

use crate::Outcome;
use crate::args::AuditArgs;
use crate::print;
use crate::say;
use crate::settings::Settings;
use crate::setup::{clock, existing_store};

/// Who decides, in the audit log and in the log of a run: whoever may use this machine and its database.
pub const BY: &str = "command line";

/// Writes down what a command has done, in the words of the HTTP API.
pub async fn tell(store: &Store, action: &str, target: &str, details: Option<Value>) -> anyhow::Result<()> {
    let target = Some(target).filter(|target| !target.is_empty());
    let now = clock(store).await?.now();
    store.audit(NewAudit { by: BY, action, target, details: details.as_ref(), now }).await?;
    Ok(())
}

pub async fn run(settings: &Settings, args: &AuditArgs) -> anyhow::Result<Outcome> {
    let store = existing_store(settings).await?;
    let page = &args.page;
    let filter = AuditFilter {
        by: args.by.as_deref(),
        action: args.action.as_deref(),
        target: args.target.as_deref(),
        ..AuditFilter::default()
    };
    let found = store.audited(&filter, Page { after: page.after, limit: page.limit }).await?;
    store.close().await;
    if page.json {
        print::json(&found)?;
        return Ok(Outcome::Fine);
    }
    let mut table = print::table(&["WHEN", "WHO", "WHAT", "OF", "MORE"]);
    for entry in &found.entries {
        table.add_row([
            print::time(entry.at),
            entry.by.clone(),
            entry.action.clone(),
            print::short(entry.target.as_deref().unwrap_or_default(), 60),
            entry.details.as_ref().map(|details| print::short(&details.to_string(), 80)).unwrap_or_default(),
        ]);
    }
    print::show(&table, "nobody has changed anything, as far as was asked for");
    if let Some(next) = found.next {
        say!("\nmore: --after {next}");
    }
    Ok(Outcome::Fine)
}
