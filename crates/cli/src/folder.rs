//! The folder of workflow files: what is in it becomes revisions, and goes on doing so.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use anyhow::Context;
use highline_engine::{Deployed, Library};
use highline_model::{Clock, WorkflowId};
use highline_store::{SavedText, Store, TriggerKind, WorkflowRecord, WrongFile};
use highline_yaml::{Diagnostic, Format, Source, Span, render};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;

use self::beside::Beside;

mod beside;

/// What is in the file once editors have written all of it.
const SETTLE: std::time::Duration = std::time::Duration::from_millis(150);

/// A change that could not be taken over, because the database did not answer, is tried again after this.
const AGAIN: std::time::Duration = std::time::Duration::from_secs(5);

/// A node says so often that its folder is there.
const SIGN: std::time::Duration = std::time::Duration::from_secs(20);

/// The workflow files of a folder (`*.yaml`, `*.yml`), by name.
pub fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries =
        std::fs::read_dir(folder).with_context(|| format!("cannot read the folder {}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| is_workflow_file(path))
        .collect();
    files.sort();
    Ok(files)
}

fn is_workflow_file(path: &Path) -> bool {
    let yaml = path.extension().is_some_and(|ext| ext == "yaml" || ext == "yml");
    let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    yaml && !hidden && path.is_file()
}

/// The workflow of a file: its stem.
pub fn id_of(path: &Path) -> Result<WorkflowId, Diagnostic> {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    stem.parse().map_err(|error: highline_model::id::InvalidId| {
        let start = Span { line: 1, column: 1, ..Span::default() };
        Diagnostic::error("E0110", start, format!("the file's name is the workflow's id, and {error}"))
            .help("rename the file, for example to contact-to-badge.yaml")
    })
}

/// Deploys the files of a folder into the database.
pub struct Folder {
    path: PathBuf,
    library: Arc<Library>,
    store: Store,
    beside: Beside,
    /// Files are missing that other nodes have: look again.
    waits: AtomicBool,
    /// By file, the text whose findings have been shown: each is shown once.
    shown: Mutex<HashMap<String, String>>,
}

impl Folder {
    /// The folder of a node on this machine.
    pub fn new(path: PathBuf, library: Arc<Library>, (store, host): (Store, &str)) -> Self {
        let beside = Beside::new(store.clone(), library.clock().clone(), (host, &path));
        Self { path, library, store, beside, waits: AtomicBool::new(false), shown: Mutex::default() }
    }

    /// Deploys every file once; workflows whose file is gone are switched off, until it is back. Wrong files are shown
    /// and do not stop the others.
    pub async fn deploy_all(&self) -> anyhow::Result<()> {
        let files = files(&self.path)?;
        self.retire(&ids_of(&files)).await?;
        let mut seen = HashSet::new();
        let mut wrong: HashSet<String> =
            self.store.wrong_files().await?.into_iter().map(|file| file.origin).collect();
        let saved = self.store.saved_texts().await?;
        for path in files {
            match id_of(&path) {
                Ok(id) if !seen.insert(id.clone()) => {
                    tracing::warn!("{} is not in use: another file has the same name", path.display());
                }
                _ => {
                    if self.deploy(&path, &saved).await? {
                        wrong.remove(&path.display().to_string());
                    }
                }
            }
        }
        for origin in wrong.iter().filter(|origin| Path::new(origin).parent() == Some(&self.path)) {
            self.store.forget_wrong_file(origin).await?;
        }
        Ok(())
    }

    /// Deploys a file. True: it is wrong, and there is no workflow of it.
    async fn deploy(&self, path: &Path, saved: &HashMap<WorkflowId, SavedText>) -> anyhow::Result<bool> {
        let _turn = self.library.turn().await;
        let name = path.display().to_string();
        let (source, deployed) = match (Source::read(path), id_of(path)) {
            (Err(unreadable), _) => (Source::new(&name, ""), refused(*unreadable)),
            (Ok(source), Err(wrong_name)) => (source, refused(wrong_name)),
            (Ok(source), Ok(id)) => {
                let saved = saved.get(&id);
                let was_gone = saved.is_some_and(|saved| saved.problem == Some(gone(&saved.origin)));
                let was_gone = was_gone && self.is_off(&id).await?;
                let deployed = self.library.deploy_over(saved, &id, (&source, &name)).await?;
                if was_gone && matches!(deployed, Deployed::Saved { .. }) {
                    self.library.set_enabled(&id, true).await?;
                    tracing::info!("workflow {id}: its file is back; it was switched on again");
                }
                (source, deployed)
            }
        };
        if self.is_news(&source) {
            report(&source, &deployed);
        }
        match deployed {
            Deployed::Refused { diagnostics } => self.note_wrong(path, &source, &diagnostics).await,
            Deployed::Saved { .. } | Deployed::Unchanged { .. } => Ok(false),
        }
    }

    /// Keeps what is wrong with a file that has no workflow; one that has a workflow tells it there.
    async fn note_wrong(
        &self,
        path: &Path,
        source: &Source,
        diagnostics: &[Diagnostic],
    ) -> anyhow::Result<bool> {
        if let Ok(id) = id_of(path)
            && self.store.workflow(&id).await?.is_some()
        {
            return Ok(false);
        }
        let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
        let file = WrongFile {
            origin: path.display().to_string(),
            id: path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default(),
            problem: highline_engine::problem(source, diagnostics),
            problems: u32::try_from(errors).unwrap_or(u32::MAX),
            since: Clock::system().now(),
        };
        self.store.note_wrong_file(&file).await?;
        Ok(true)
    }

    /// Whether this text of a file has not been reported yet.
    fn is_news(&self, source: &Source) -> bool {
        let mut shown = self.shown.lock().expect("nobody panics while holding what was shown");
        shown.insert(source.name.clone(), source.text.clone()).as_ref() != Some(&source.text)
    }

    async fn is_off(&self, id: &WorkflowId) -> anyhow::Result<bool> {
        Ok(self.store.workflow(id).await?.is_some_and(|known| !known.enabled))
    }

    /// Switches off what has no file any more, here or with any other node.
    async fn retire(&self, seen: &BTreeSet<WorkflowId>) -> anyhow::Result<()> {
        self.beside.tell(seen).await?;
        let holders = self.beside.holders().await?;
        let mut waits = false;
        for workflow in self.store.workflows().await? {
            let file = Path::new(&workflow.origin);
            let ours = file.parent() == Some(&self.path);
            // One that was made over HTTP meanwhile was not seen, and its file is there.
            if !ours || seen.contains(&workflow.id) || file.is_file() {
                continue;
            }
            if let Some(place) = holders.get(&workflow.id) {
                waits = true;
                self.tell_elsewhere(&workflow, place);
                continue;
            }
            self.let_go(&workflow).await?;
        }
        self.waits.store(waits, Ordering::Relaxed);
        Ok(())
    }

    fn tell_elsewhere(&self, workflow: &WorkflowRecord, place: &str) {
        let told =
            format!("its file {} is not in this node's folder, but in {place}: it stays", workflow.origin);
        let mut shown = self.shown.lock().expect("nobody panics while holding what was shown");
        if shown.insert(workflow.origin.clone(), told.clone()).as_ref() != Some(&told) {
            tracing::warn!(workflow = %workflow.id, "{told}");
        }
    }

    async fn let_go(&self, workflow: &WorkflowRecord) -> anyhow::Result<()> {
        if workflow.trigger == TriggerKind::Webhook {
            // A file that is renamed keeps its address.
            self.store.release_hook(&workflow.id).await?;
        }
        if workflow.enabled {
            self.library.set_enabled(&workflow.id, false).await?;
            let problem = gone(&workflow.origin);
            self.store.set_problem(&workflow.id, Some(&problem), chrono::Utc::now()).await?;
            tracing::warn!(workflow = %workflow.id, "{problem}");
        }
        Ok(())
    }

    /// Says that the folder is there, and looks again at what is waited for.
    async fn look_on(&self) -> anyhow::Result<()> {
        self.beside.go_on().await?;
        if self.waits.load(Ordering::Relaxed) {
            self.retire(&ids_of(&files(&self.path)?)).await?;
        }
        Ok(())
    }

    /// Begins to take note of what changes. What changes before is not noticed.
    pub fn watch(&self) -> anyhow::Result<Watch> {
        let (sender, changes) = mpsc::channel(64);
        let mut watcher = RecommendedWatcher::new(
            move |event: notify::Result<notify::Event>| {
                if event.is_ok_and(|event| !event.kind.is_access()) {
                    sender.try_send(()).ok();
                }
            },
            notify::Config::default(),
        )?;
        watcher
            .watch(&self.path, RecursiveMode::NonRecursive)
            .with_context(|| format!("cannot watch {}", self.path.display()))?;
        Ok(Watch { changes, _watcher: watcher })
    }

    /// Deploys again whatever changes, until it is dropped. Changes that come together are taken together.
    pub async fn follow(self, mut watch: Watch) {
        let changes = &mut watch.changes;
        let mut ticks = tokio::time::interval(SIGN);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                change = changes.recv() => if change.is_none() { return },
                _ = ticks.tick() => {
                    if let Err(error) = self.look_on().await {
                        tracing::warn!("cannot tell of the folder {} yet: {error:#}", self.path.display());
                    }
                    continue;
                }
            }
            while tokio::time::timeout(SETTLE, changes.recv()).await.is_ok_and(|change| change.is_some()) {}
            while let Err(error) = self.deploy_all().await {
                tracing::warn!("cannot take over the workflows of {} yet: {error:#}", self.path.display());
                tokio::time::sleep(AGAIN).await;
            }
        }
    }
}

fn ids_of(files: &[PathBuf]) -> BTreeSet<WorkflowId> {
    files.iter().filter_map(|path| id_of(path).ok()).collect()
}

/// What changes in a folder, from the moment on when this was made.
pub struct Watch {
    changes: mpsc::Receiver<()>,
    _watcher: RecommendedWatcher,
}

fn gone(origin: &str) -> String {
    format!("its file {origin} is gone; it was switched off")
}

fn refused(diagnostic: Diagnostic) -> Deployed {
    Deployed::Refused { diagnostics: vec![diagnostic] }
}

fn report(source: &Source, deployed: &Deployed) {
    let diagnostics = match deployed {
        Deployed::Saved { record, warnings } => {
            if record.changed {
                let switch = if record.enabled { "enabled" } else { "disabled" };
                tracing::info!("workflow {} revision {} ({switch})", record.id, record.revision);
            }
            warnings
        }
        Deployed::Unchanged { warnings } => warnings,
        Deployed::Refused { diagnostics } => {
            tracing::warn!(
                "{} is wrong and not in use; the last good revision, if any, goes on",
                source.name
            );
            diagnostics
        }
    };
    if !diagnostics.is_empty() {
        eprint!("{}", render(&[(source, diagnostics.as_slice())], Format::Human { colour: false }));
    }
}
