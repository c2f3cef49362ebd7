//! Where entries are: in the database of a node, or, for a run in the terminal, in this process alone.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use highline_model::{Clock, Timestamp};
use highline_store::{Error, NewState, StateClaim, StateEntry, StateFilter, StatePage, StateScope, Store};

/// Keeps entries. Cheap to clone; clones keep the same entries. Until it is given a store it keeps them in memory, so that
/// a workflow can be tried without a database.
#[derive(Debug, Clone, Default)]
pub struct StateKeeper(Arc<Place>);

#[derive(Debug, Default)]
struct Place {
    clock: Clock,
    store: OnceLock<Store>,
    memory: Mutex<BTreeMap<(String, String), StateEntry>>,
}

impl StateKeeper {
    pub fn new(clock: Clock) -> Self {
        Self(Arc::new(Place { clock, ..Place::default() }))
    }

    /// From now on entries are in `store`; a store that was given before stays.
    pub fn keep_in(&self, store: Store) {
        self.0.store.get_or_init(|| store);
    }

    pub(super) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    pub(super) async fn get(&self, scope: &StateScope, key: &str) -> Result<Option<StateEntry>, Error> {
        match self.0.store.get() {
            Some(store) => store.state(scope, key, self.now()).await,
            None => Ok(self.memory().get(&place(scope, key)).cloned()),
        }
    }

    pub(super) async fn list(&self, filter: StateFilter<'_>, limit: u32) -> Result<StatePage, Error> {
        if let Some(store) = self.0.store.get() {
            return store.states(filter, None, limit).await;
        }
        let (memory, scope) = (self.memory(), format!("{:?}", filter.scope));
        let fitting = memory.iter().filter(|((of, key), _)| *of == scope && key.starts_with(filter.prefix));
        let mut entries: Vec<StateEntry> = fitting.map(|(_, entry)| entry.clone()).collect();
        let more = entries.len() > limit as usize;
        entries.truncate(limit as usize);
        let next = entries.last().filter(|_| more).map(|entry| entry.key.clone());
        Ok(StatePage { entries, next })
    }

    pub(super) async fn put(&self, new: NewState<'_>) -> Result<(), Error> {
        if let Some(store) = self.0.store.get() {
            return store.put_state(new).await;
        }
        self.memory().insert(place(new.scope, new.key), entry(&new));
        Ok(())
    }

    pub(super) async fn claim(&self, new: NewState<'_>) -> Result<StateClaim, Error> {
        if let Some(store) = self.0.store.get() {
            return store.claim_state(new).await;
        }
        let mut memory = self.memory();
        let place = place(new.scope, new.key);
        if let Some(there) = memory.get(&place) {
            return Ok(StateClaim::Theirs(there.clone()));
        }
        memory.insert(place, entry(&new));
        Ok(StateClaim::Ours { expires_at: new.expires_at })
    }

    pub(super) async fn delete(&self, scope: &StateScope, key: &str) -> Result<bool, Error> {
        match self.0.store.get() {
            Some(store) => store.delete_state(scope, key, self.now()).await,
            None => Ok(self.memory().remove(&place(scope, key)).is_some()),
        }
    }

    /// The entries of this process, without those whose end has come.
    fn memory(&self) -> MutexGuard<'_, BTreeMap<(String, String), StateEntry>> {
        let now = self.now();
        let mut memory = self.0.memory.lock().expect("no one panics while holding the entries");
        memory.retain(|_, entry| entry.expires_at.is_none_or(|end| end > now));
        memory
    }
}

fn place(scope: &StateScope, key: &str) -> (String, String) {
    (format!("{scope:?}"), key.to_owned())
}

fn entry(new: &NewState<'_>) -> StateEntry {
    StateEntry {
        key: new.key.to_owned(),
        value: new.value.clone(),
        expires_at: new.expires_at,
        written_by_run: new.by.map(|(run, _)| run),
        created_at: new.now,
        updated_at: new.now,
    }
}
