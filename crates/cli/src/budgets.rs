//! The rate budgets of a node: granted by its database, and so shared with all other nodes.

use std::sync::Arc;

use async_trait::async_trait;
use highline_connector::{Grants, GrantsError, Keeper};
use highline_model::NodeId;
use highline_model::budget::{Ask, Reply};
use highline_store::Store;

struct InStore(Store);

#[async_trait]
impl Grants for InStore {
    async fn exchange(&self, asks: &[Ask]) -> Result<Vec<Reply>, GrantsError> {
        self.0.exchange_budgets(asks).await.map_err(|error| GrantsError(error.to_string()))
    }
}

/// The database as the keeper of the budgets, for a node of this name.
pub fn keeper(store: &Store, node_name: &str) -> Keeper {
    Keeper { node: NodeId::new(node_name).to_string(), grants: Arc::new(InStore(store.clone())) }
}
