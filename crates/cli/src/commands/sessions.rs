//! `highline sessions`

use highline_store::{Page, SessionRecord, Store};
use serde_json::{Value, json};

use crate::Outcome;
use crate::args::{PageArgs, SessionsCommand};
use crate::commands::audit;
use crate::print;
use crate::say;
use crate::settings::Settings;
use crate::setup::{clock, existing_store};

pub async fn run(settings: &Settings, command: SessionsCommand) -> anyhow::Result<Outcome> {
    let store = existing_store(settings).await?;
    let outcome = match command {
        SessionsCommand::List(page) => list(&store, &page).await?,
        SessionsCommand::End { session } => match store.end_session_of(session).await? {
            Some(name) => {
                audit::tell(&store, "end_session", &session.to_string(), Some(json!({ "name": name })))
                    .await?;
                say!("`{name}` is logged out there");
                Outcome::Fine
            }
            None => {
                eprintln!("error: there is no session {session}");
                Outcome::No
            }
        },
    };
    store.close().await;
    Ok(outcome)
}

async fn list(store: &Store, page: &PageArgs) -> anyhow::Result<Outcome> {
    let now = clock(store).await?.now();
    let found = store.sessions(Page { after: page.after, limit: page.limit }, now).await?;
    if page.json {
        let sessions: Vec<Value> = found.sessions.iter().map(view).collect();
        print::json(&json!({ "sessions": sessions, "next": found.next }))?;
        return Ok(Outcome::Fine);
    }
    let mut table = print::table(&["SESSION", "NAME", "ROLE", "BY", "SINCE", "LAST USED", "ENDS"]);
    for session in &found.sessions {
        table.add_row([
            session.id.to_string(),
            session.name.clone(),
            session.role.to_string(),
            session.origin.word().to_owned(),
            print::time(session.created_at),
            print::time(session.last_used_at),
            print::time(session.expires_at),
        ]);
    }
    print::show(&table, "no browser is logged in");
    if let Some(next) = found.next {
        say!("\nmore: --after {next}");
    }
    Ok(Outcome::Fine)
}

fn view(session: &SessionRecord) -> Value {
    json!({
        "id": session.id,
        "name": session.name,
        "role": session.role,
        "by": session.origin.word(),
        "created_at": session.created_at,
        "last_used_at": session.last_used_at,
        "expires_at": session.expires_at,
    })
}
