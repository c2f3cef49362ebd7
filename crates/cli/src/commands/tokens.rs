//! `highline tokens`

use std::net::{IpAddr, SocketAddr};

use anyhow::Context;
use highline_model::{Timestamp, login_name};
use highline_store::{Guest, NewToken, Page, Store, TokenMade, TokenRecord};
use secrecy::ExposeSecret;
use serde_json::json;

use crate::Outcome;
use crate::args::{NewTokenArgs, PageArgs, TokensCommand};
use crate::commands::audit::{self, BY};
use crate::print;
use crate::say;
use crate::settings::Settings;
use crate::setup::{clock, existing_store};

pub async fn run(settings: &Settings, command: TokensCommand) -> anyhow::Result<Outcome> {
    let store = existing_store(settings).await?;
    let now = clock(&store).await?.now();
    let outcome = match command {
        TokensCommand::List(page) => list(&store, &page, now).await?,
        TokensCommand::Create(new) => create(&store, new, now).await?,
        TokensCommand::Revoke { token } => revoke(&store, &token, now).await?,
        TokensCommand::Link { role, name, url } => {
            let name = name.as_deref().map(login_name).transpose().map_err(anyhow::Error::msg)?;
            let guest = Guest { role, name: name.map(str::to_owned) };
            let url = match url {
                Some(url) => url.to_string(),
                None => address(&store).await?,
            };
            say!("{}", link(&store, &guest, url.trim_end_matches('/'), now).await?);
            let details = json!({ "name": guest.name, "role": role });
            audit::tell(&store, "create_login_link", "", Some(details)).await?;
            Outcome::Fine
        }
    };
    store.close().await;
    Ok(outcome)
}

/// A link by which one browser can log in.
pub async fn link(store: &Store, guest: &Guest, url: &str, now: Timestamp) -> anyhow::Result<String> {
    let (code, _) = store.make_login_code(guest, now).await?;
    Ok(format!("{url}/login?code={}", code.expose_secret()))
}

/// Where a browser on this machine finds who listens there.
pub fn url_of(listen: SocketAddr) -> String {
    let local = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => "localhost".to_owned(),
        IpAddr::V6(ip) if ip.is_unspecified() => "localhost".to_owned(),
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    };
    format!("http://{local}:{}", listen.port())
}

/// That of the node that was heard of last.
async fn address(store: &Store) -> anyhow::Result<String> {
    let nodes = store.nodes().await?;
    let last = nodes.iter().filter(|node| node.address.is_some()).max_by_key(|node| node.seen_at);
    let address = last.and_then(|node| node.address.as_deref()).context(
        "no node works on this database, so there is nowhere to log in; start one, or say where it will be with --url",
    )?;
    Ok(address.parse().map_or_else(|_| format!("http://{address}"), url_of))
}

async fn list(store: &Store, page: &PageArgs, now: Timestamp) -> anyhow::Result<Outcome> {
    let found = store.tokens(Page { after: page.after, limit: page.limit }).await?;
    if page.json {
        print::json(&found)?;
        return Ok(Outcome::Fine);
    }
    let mut table = print::table(&["TOKEN", "NAME", "ROLE", "STATE", "MADE", "BY", "LAST USED", "ENDS"]);
    for token in &found.tokens {
        table.add_row([
            token.id.to_string(),
            token.name.clone(),
            token.role.to_string(),
            state(token, now).to_owned(),
            print::time(token.created_at),
            token.created_by.clone(),
            token.last_used_at.map(print::time).unwrap_or_default(),
            token.expires_at.map(print::time).unwrap_or_default(),
        ]);
    }
    print::show(&table, "there is no token yet: `highline tokens create NAME --role viewer` makes one");
    if let Some(next) = found.next {
        say!("\nmore: --after {next}");
    }
    Ok(Outcome::Fine)
}

fn state(token: &TokenRecord, now: Timestamp) -> &'static str {
    match (token.revoked_at, token.expires_at) {
        (Some(_), _) => "revoked",
        (None, Some(end)) if end <= now => "over",
        _ => "in force",
    }
}

async fn create(store: &Store, args: NewTokenArgs, now: Timestamp) -> anyhow::Result<Outcome> {
    let name = login_name(&args.name).map_err(anyhow::Error::msg)?;
    let expires_at = args.expires_in.map(|lasts| now + lasts);
    let new = NewToken { name, role: args.role, expires_at, by: BY, now };
    let (token, secret) = match store.make_token(new).await? {
        TokenMade::Made(token, secret) => (token, secret),
        TokenMade::NameTaken => {
            eprintln!("error: there is a token `{name}` already; revoke it first, or take another name");
            return Ok(Outcome::No);
        }
    };
    let details = json!({ "name": token.name, "role": token.role });
    audit::tell(store, "create_token", &token.id.to_string(), Some(details)).await?;
    if args.json {
        print::json(&json!({ "token": token, "secret": secret.expose_secret() }))?;
    } else {
        say!("{}", secret.expose_secret());
        eprintln!("this is shown once; send it as `Authorization: Bearer …`, or log in with it");
    }
    Ok(Outcome::Fine)
}

async fn revoke(store: &Store, token: &str, now: Timestamp) -> anyhow::Result<Outcome> {
    let Some(known) = find(store, token).await? else {
        eprintln!("error: there is no token `{token}` in force; `highline tokens list` names them");
        return Ok(Outcome::No);
    };
    store.revoke_token(known.id, now).await?;
    audit::tell(store, "revoke_token", &known.id.to_string(), Some(json!({ "name": known.name }))).await?;
    say!("the token `{}` is revoked", known.name);
    Ok(Outcome::Fine)
}

async fn find(store: &Store, token: &str) -> anyhow::Result<Option<TokenRecord>> {
    let mut page = Page { after: None, limit: 500 };
    loop {
        let found = store.tokens(page).await?;
        let is_meant = |one: &TokenRecord| {
            one.revoked_at.is_none() && (one.name == token || one.id.to_string() == token)
        };
        if let Some(known) = found.tokens.into_iter().find(is_meant) {
            return Ok(Some(known));
        }
        page.after = match found.next {
            Some(next) => Some(next),
            None => return Ok(None),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_sent_where_it_can_go() {
        for (listen, url) in [
            ("127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("0.0.0.0:80", "http://localhost:80"),
            ("[::]:8080", "http://localhost:8080"),
            ("[::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(url_of(listen.parse().unwrap()), url);
        }
    }
}
