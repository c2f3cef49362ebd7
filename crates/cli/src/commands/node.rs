//! A node from start to stop: what `serve` and `demo` share.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use futures::FutureExt;
use highline_api::{Server, ServerParts};
use highline_catalog::Connections;
use highline_connector::{Http, Spenders};
use highline_engine::{Engine, Intake, Library, Notice, Parts, Polled, meter};
use highline_model::{Role, RunState};
use highline_store::{Guest, Store};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::broadcast;

use crate::Outcome;
use crate::budgets;
use crate::commands::tokens;
use crate::folder::Folder;
use crate::print;
use crate::say;
use crate::settings::{NodeSettings, Settings};
use crate::setup::{World, store};

pub struct Node {
    engine: Engine,
    server: Server,
    http: Http,
    store: Store,
    watching: tokio::task::JoinHandle<()>,
    telling: tokio::task::JoinHandle<()>,
}

impl Node {
    /// Starts everything; returns when HTTP is answered and the folder's workflows are in the database.
    pub async fn start(
        settings: &Settings,
        node: NodeSettings,
        world: World,
        connections: Connections,
    ) -> anyhow::Result<Self> {
        let store = store(settings).await?;
        world.state.keep_in(store.clone());
        world.http.share_budgets(budgets::keeper(&store, &node.engine.node_name));
        world.http.count_with(meter::sent);
        let spenders = Spenders::of(&world.schemas, &connections);
        let connections = Arc::new(connections);
        let clock = world.clock.clone();
        store.steer(&clock).await?;
        let library =
            Library::new(store.clone(), world.catalog.clone(), Some(connections.clone()), clock.clone());
        let library = library.enabling_new(node.enable_new).with_folder(node.workflows.clone());
        let library = Arc::new(library);
        let intake = Arc::new(Intake::new(library.clone(), store.journal(), clock.clone()));
        let folder = Folder::new(node.workflows.clone(), library, (store.clone(), &node.engine.node_name));
        // Before the folder is read, so that a file that is written meanwhile is not missed.
        let watch = folder.watch();
        folder.deploy_all().await?;
        name_measures(&store, &connections, node.metrics_names).await?;
        // Before the engine: a node that cannot listen must not have begun any run.
        let server = Server::start(ServerParts {
            listen: node.listen,
            store: store.clone(),
            intake: intake.clone(),
            clock: clock.clone(),
            spenders,
            apps: world.schemas.clone(),
            token: settings.api_token.clone(),
            proxies: node.trusted_proxies,
        })
        .await
        .with_context(|| format!("cannot listen on {}; --listen takes another address", node.listen))?;
        let engine = Engine::start(Parts {
            store: store.clone(),
            catalog: world.catalog.clone(),
            connections,
            intake,
            clock: clock.clone(),
            settings: highline_engine::Settings {
                address: Some(server.address().to_string()),
                ..node.engine
            },
        });
        server.follow(&engine);
        say!("{}", place(settings, &server));
        if node.show_link || (settings.api_token.is_none() && !store.has_tokens(clock.now()).await?) {
            let (guest, url) = (Guest { role: Role::Admin, name: None }, tokens::url_of(server.address()));
            let link = tokens::link(&store, &guest, &url, clock.now()).await?;
            say!("log in, once and within 15 minutes: {link}");
        }
        let telling = tokio::spawn(tell(engine.notices()));
        let watching = tokio::spawn(async move {
            match watch {
                Ok(watch) => folder.follow(watch).await,
                Err(error) => tracing::warn!("changes of the workflows folder are not noticed: {error:#}"),
            }
        });
        Ok(Self { engine, server, http: world.http, store, watching, telling })
    }

    /// Works until asked to stop, and stops in order; asked again, it ends at once.
    pub async fn work(self, stop: &mut StopSignals) -> anyhow::Result<Outcome> {
        tokio::select! {
            () = stop.asked() => {}
            () = self.end_of_engine() => anyhow::bail!("the engine ended by itself; the log says why"),
        }
        tokio::select! {
            () = self.stop() => Ok(Outcome::Fine),
            () = stop.asked_again() => {
                say!("ended at once; what was in flight is taken up again when its lease ends");
                Ok(Outcome::No)
            }
        }
    }

    async fn end_of_engine(&self) {
        let mut second = tokio::time::interval(Duration::from_secs(1));
        while self.engine.is_alive() {
            second.tick().await;
        }
    }

    /// No more HTTP, no more claims; what is in flight ends or is handed back.
    async fn stop(self) {
        say!("stopping: what is in flight ends or is handed back");
        self.watching.abort();
        tokio::join!(self.server.stop(), self.engine.stop());
        self.telling.abort();
        self.http.settle_budgets().await;
        self.store.close().await;
        say!("stopped");
    }
}

/// Who has numbers of their own is settled before anything is counted, and the same after each start.
async fn name_measures(store: &Store, connections: &Connections, most: usize) -> anyhow::Result<()> {
    meter::name_at_most(most);
    meter::know_connections(connections.iter().map(|connection| connection.name.as_str()));
    meter::know_workflows(&store.first_workflows(most as u64).await?);
    Ok(())
}

fn place(settings: &Settings, server: &Server) -> String {
    format!("highline: http://{}, database {}", server.address(), settings.store_place())
}

/// Ctrl-C and SIGTERM, from the moment on when this exists. A signal that comes before it ends the process at once,
/// so it is made before anything that takes time.
pub struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
}

impl StopSignals {
    pub fn listen() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("cannot listen for signals");
        Ok(Self { interrupt: listen(SignalKind::interrupt())?, terminate: listen(SignalKind::terminate())? })
    }

    /// Waits for another, after one has come. What comes within a second of the first is the same wish: some
    /// supervisors signal the process and then its group.
    async fn asked_again(&mut self) {
        tokio::time::sleep(Duration::from_secs(1)).await;
        self.interrupt.recv().now_or_never();
        self.terminate.recv().now_or_never();
        self.asked().await;
    }

    /// Waits for one of them.
    pub async fn asked(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// A line for each poll that found something or failed, and for each run that came to rest. Under load, runs are
/// summed up instead, a line a second.
async fn tell(mut notices: broadcast::Receiver<Notice>) {
    let mut tally = Tally::default();
    let mut second = tokio::time::interval(Duration::from_secs(1));
    loop {
        tokio::select! {
            notice = notices.recv() => match notice {
                Ok(notice) => tally.take(notice),
                Err(broadcast::error::RecvError::Lagged(missed)) => tally.missed += missed,
                Err(broadcast::error::RecvError::Closed) => return,
            },
            _ = second.tick() => tally.next_second(),
        }
    }
}

/// Run lines in one second before they are summed up.
const MOST_LINES: usize = 10;

#[derive(Default)]
struct Tally {
    lines: usize,
    summed: usize,
    missed: u64,
}

impl Tally {
    fn take(&mut self, notice: Notice) {
        match notice {
            Notice::Polled(poll) => tell_poll(&poll),
            Notice::Rested { state: RunState::Waiting, .. } | Notice::Moved { .. } | Notice::Elsewhere(_) => {
            }
            Notice::Rested { .. } if self.lines >= MOST_LINES => self.summed += 1,
            Notice::Rested { run, workflow, state, failure, age } => {
                self.lines += 1;
                let age = print::span(chrono::Duration::from_std(age).unwrap_or_default());
                let why = failure.map(|failure| format!("  {failure}")).unwrap_or_default();
                say!("run   {run}  {workflow}  {state}  {age}{why}");
            }
        }
    }

    fn next_second(&mut self) {
        if self.summed > 0 {
            say!("run   … and {} more in this second", self.summed);
        }
        if self.missed > 0 {
            say!("run   … and {} happenings that came too fast to be shown", self.missed);
        }
        *self = Self::default();
    }
}

fn tell_poll(poll: &Polled) {
    let took = print::span(chrono::Duration::from_std(poll.took).unwrap_or_default());
    let workflow = &poll.workflow;
    match (&poll.failure, poll.first) {
        (Some(failure), _) => say!("poll  {workflow}  failed: {failure}"),
        (None, true) => say!(
            "poll  {workflow}  first poll: {} taken as seen, {} start runs  ({} requests, {took})",
            poll.seen.saturating_sub(poll.fresh),
            poll.fresh,
            poll.requests
        ),
        (None, false) => say!(
            "poll  {workflow}  {} seen, {} new, {} filtered  ({} requests, {took})",
            poll.seen,
            poll.fresh,
            poll.filtered,
            poll.requests
        ),
    }
}
