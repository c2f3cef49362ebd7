//! `highline demo`: everything at once, with nothing to set up.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::Context;
use highline_catalog::{Connection, Connections};
use highline_sandbox::{Ready, Sandbox, SandboxSettings};
use secrecy::SecretString;
use serde_json::Map;

use crate::Outcome;
use crate::args::DemoArgs;
use crate::commands::node::{Node, StopSignals};
use crate::examples;
use crate::say;
use crate::settings::Settings;
use crate::setup::World;

/// The simulated contacts change this often: enough to see runs within seconds, and within HighLevel's rate limit.
const CHANGES_EVERY: Duration = Duration::from_millis(500);

/// Workflows poll this often, whatever they say: nobody waits a minute for a demonstration.
const POLL_EVERY: Duration = Duration::from_secs(2);

pub async fn run(settings: Settings, args: DemoArgs) -> anyhow::Result<Outcome> {
    let mut stop = StopSignals::listen()?;
    let mut node = settings.node(&args.node);
    node.enable_new = true;
    node.show_link = true;
    node.engine.poll_at_least_every = Some(POLL_EVERY);
    if examples::lay_out(&node.workflows)? {
        say!("the example workflows are in {}", node.workflows.display());
    }
    let world = World::load(&settings)?;
    let sandbox = Sandbox::start(SandboxSettings {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        seed: args.seed,
        contacts: args.contacts,
        rate_limit: true,
        changes_every: Some(CHANGES_EVERY),
        ..Default::default()
    })
    .await
    .context("cannot start the sandbox")?;
    let connections = connections(sandbox.ready())?;
    say!("simulated HighLevel and Credly: {}, {} contacts", sandbox.ready().base_url, args.contacts);
    let node = tokio::select! {
        node = Node::start(&settings, node, world, connections) => node?,
        () = stop.asked() => return Ok(Outcome::Fine),
    };
    say!("here workflows are on and poll every {} s, whatever their files say", POLL_EVERY.as_secs());
    say!(
        "in another terminal: highline runs list, highline runs show ID, highline polls list; Ctrl-C ends it\n"
    );
    let outcome = node.work(&mut stop).await;
    sandbox.stop().await;
    outcome
}

/// The connections that the example workflows name, pointed at the sandbox.
fn connections(ready: &Ready) -> anyhow::Result<Connections> {
    let acme = Connection {
        values: values(&[("locationId", &ready.location_id), ("companyId", &ready.company_id)]),
        ..simulated("acme", "highlevel", &ready.base_url, &ready.token)?
    };
    let credly = Connection {
        values: values(&[("organization_id", &ready.credly_organization_id)]),
        ..simulated("credly", "credly", &ready.credly_base_url, &ready.credly_token)?
    };
    Ok(Connections::new([acme, credly]))
}

fn simulated(name: &str, app: &str, base_url: &str, token: &str) -> anyhow::Result<Connection> {
    Ok(Connection {
        name: name.to_owned(),
        app: app.to_owned(),
        base_url: Some(base_url.parse()?),
        secrets: [("token".to_owned(), SecretString::from(token.to_owned()))].into(),
        ..Connection::default()
    })
}

fn values(pairs: &[(&str, &str)]) -> Map<String, serde_json::Value> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect()
}
