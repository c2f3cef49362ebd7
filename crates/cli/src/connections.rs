//! The connections file: named credentials, with secrets by reference.

use std::collections::BTreeMap;

use anyhow::{Context, anyhow, bail};
use highline_catalog::{Connection, Connections, SecretPlace};
use highline_connector::ConnectionSchema;
use highline_yaml::nearest;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Map, Value};
use url::Url;

use crate::settings::Settings;

/// The environment may hold the file's text itself.
const TEXT_VARIABLE: &str = "HIGHLINE_CONNECTIONS_YAML";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    connections: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
struct Entry {
    app: String,
    /// How it proves itself. `token` is a fixed credential; the only kind so far.
    #[serde(default)]
    kind: Kind,
    base_url: Option<Url>,
    scopes: Option<Vec<String>>,
    /// The app's secrets and values, under their own names.
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    #[default]
    Token,
}

/// All connections of this node. None: there is no connections file, so names cannot be checked.
pub fn load(settings: &Settings, apps: &[ConnectionSchema]) -> anyhow::Result<Option<Connections>> {
    if let Ok(text) = std::env::var(TEXT_VARIABLE) {
        return read(&text, apps, settings.inline_secrets).context(TEXT_VARIABLE).map(Some);
    }
    let Some(path) = settings.connections.existing() else { return Ok(None) };
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read connections file {}", path.display()))?;
    read(&text, apps, settings.inline_secrets).with_context(|| path.display().to_string()).map(Some)
}

fn read(text: &str, apps: &[ConnectionSchema], inline: bool) -> anyhow::Result<Connections> {
    let file: File = serde_yaml::from_str(text)?;
    let connections = file
        .connections
        .into_iter()
        .map(|(name, entry)| {
            connection(&name, entry, apps, inline).with_context(|| format!("connection `{name}`"))
        })
        .collect::<anyhow::Result<Vec<_>>>()?;
    Ok(Connections::new(connections))
}

fn connection(
    name: &str,
    entry: Entry,
    apps: &[ConnectionSchema],
    inline: bool,
) -> anyhow::Result<Connection> {
    let Kind::Token = entry.kind;
    let app = apps.iter().find(|app| app.app == entry.app).ok_or_else(|| {
        let known: Vec<&str> = apps.iter().map(|app| app.app.as_str()).collect();
        anyhow!("there is no app `{}`; there are {}", entry.app, known.join(", "))
    })?;
    let mut secrets = BTreeMap::new();
    let mut values = Map::new();
    for (key, value) in entry.rest {
        if app.secrets.iter().any(|secret| secret.name == key) {
            secrets.insert(key.clone(), secret(&key, &value, inline)?);
        } else if app.values.iter().any(|field| field.name == key) {
            values.insert(key, text_of(value));
        } else {
            bail!("{}", unknown_key(&key, app));
        }
    }
    let connection = Connection {
        name: name.to_owned(),
        app: entry.app,
        base_url: entry.base_url,
        secrets,
        values,
        scopes: entry.scopes,
    };
    let problems = app.problems(&connection);
    anyhow::ensure!(problems.is_empty(), "{}", problems.join("; "));
    Ok(connection)
}

fn unknown_key(key: &str, app: &ConnectionSchema) -> String {
    let own = ["app", "kind", "base_url", "scopes"].into_iter();
    let secrets = app.secrets.iter().map(|secret| secret.name.as_str());
    let values = app.values.iter().map(|field| field.name.as_str());
    let known: Vec<&str> = own.chain(secrets).chain(values).collect();
    match nearest(key, known.iter().copied()) {
        Some(near) => format!("unknown key `{key}`; did you mean `{near}`?"),
        None => format!("unknown key `{key}`; a connection of {} has {}", app.app, known.join(", ")),
    }
}

/// `env:NAME`, `file:PATH`, or the secret itself where that is allowed.
fn secret(key: &str, value: &Value, inline: bool) -> anyhow::Result<SecretString> {
    let text = value.as_str().ok_or_else(|| anyhow!("`{key}` must be a text: env:NAME or file:PATH"))?;
    match text.parse::<SecretPlace>() {
        Ok(place) => place.read().with_context(|| format!("`{key}`")),
        Err(_) if inline && !text.is_empty() => Ok(SecretString::from(text.to_owned())),
        Err(_) => bail!("`{key}` must be env:NAME or file:PATH (--inline-secrets allows the secret itself)"),
    }
}

/// Ids stay texts, also when they look like numbers.
fn text_of(value: Value) -> Value {
    match value {
        Value::Number(number) => Value::String(number.to_string()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn apps() -> Vec<ConnectionSchema> {
        rustls::crypto::ring::default_provider().install_default().ok();
        let http = highline_connector::Http::new(highline_connector::HttpSettings::default()).unwrap();
        highline_apps::load(&http, None).unwrap().connections
    }

    fn message(text: &str) -> String {
        format!("{:#}", read(text, &apps(), false).unwrap_err())
    }

    #[test]
    fn a_secret_comes_from_a_file_and_values_keep_their_names() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, "pit-1\n").unwrap();
        let text = format!(
            "connections:\n  acme:\n    app: highlevel\n    token: file:{}\n    locationId: 42\n",
            path.display()
        );
        let connections = read(&text, &apps(), false).unwrap();
        let acme = connections.get("acme").unwrap();
        assert_eq!(acme.secrets["token"].expose_secret(), "pit-1");
        assert_eq!(acme.values["locationId"], "42");
    }

    #[test]
    fn what_is_wrong_is_named_with_the_way_out() {
        let inline = "connections: { acme: { app: highlevel, token: pit-1 } }";
        assert_eq!(
            message(inline),
            "connection `acme`: `token` must be env:NAME or file:PATH (--inline-secrets allows the secret itself)"
        );
        assert!(read(inline, &apps(), true).is_ok());
        let near = "connections: { acme: { app: highlevel, token: 'env:PATH', location_id: x } }";
        assert_eq!(message(near), "connection `acme`: unknown key `location_id`; did you mean `locationId`?");
        let app = "connections: { acme: { app: highlvel } }";
        assert_eq!(
            message(app),
            "connection `acme`: there is no app `highlvel`; there are credly, highlevel, http"
        );
        let none = "connections: { acme: { app: highlevel } }";
        assert_eq!(message(none), "connection `acme`: the secret `token` is missing");
        let gone = "connections: { acme: { app: highlevel, token: 'env:HIGHLINE_NO_SUCH' } }";
        assert_eq!(message(gone), "connection `acme`: `token`: the environment has no HIGHLINE_NO_SUCH");
    }
}
