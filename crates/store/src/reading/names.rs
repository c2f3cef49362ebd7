use highline_model::WorkflowId;
use sea_orm::{EntityTrait, QueryOrder, QuerySelect};

use crate::entity::workflow;
use crate::{Error, Store};

impl Store {
    /// The ids of the workflows that come first by id.
    pub async fn first_workflows(&self, most: u64) -> Result<Vec<WorkflowId>, Error> {
        let ids = workflow::Entity::find()
            .select_only()
            .column(workflow::Column::Id)
            .order_by_asc(workflow::Column::Id)
            .limit(most)
            .into_tuple::<String>()
            .all(&self.read)
            .await?;
        let parse = |id: String| {
            id.parse().map_err(|error| Error::Corrupt {
                what: format!("workflow {id}"),
                reason: format!("{error}"),
            })
        };
        ids.into_iter().map(parse).collect()
    }
}
