//! Nodes: their signs of life, and what they shout to each other.

use highline_model::NodeId;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::sqlx::postgres::PgListener;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::entity::node;
use crate::sql::Sql;
use crate::{Backend, Error, NodeRecord, Store};

const CHANNEL: &str = "highline";

/// A node that gave no sign for so long is forgotten.
const FORGET_AFTER: chrono::Duration = chrono::Duration::hours(24);

/// What nodes tell each other so that nobody waits for a tick. It may get lost: the database has the truth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shout {
    /// There are runs that the node that made them has no room for.
    Work,
    /// A person has decided about runs, which some node may hold.
    Decided,
    /// Somebody looks at a node and wants to see the others too.
    Look,
    /// What happened on a node, for those who look; under 8,000 bytes.
    Told(String),
}

/// Hears what other nodes shout.
#[derive(Debug)]
pub struct Ear(PgListener);

impl Store {
    /// A sign of life.
    pub async fn see_node(&self, record: &NodeRecord) -> Result<(), Error> {
        let count = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
        let row = node::ActiveModel {
            id: Set(record.id.to_string()),
            version: Set(record.version.clone()),
            address: Set(record.address.clone()),
            runs: Set(count(record.runs)),
            polls: Set(count(record.polls)),
            started_at: Set(record.started_at),
            seen_at: Set(record.seen_at),
        };
        let mut again = OnConflict::column(node::Column::Id);
        again.update_columns([node::Column::Runs, node::Column::Polls, node::Column::SeenAt]);
        node::Entity::insert(row).on_conflict(again).exec_without_returning(&self.write).await?;
        let forgotten = node::Column::SeenAt.lt(record.seen_at - FORGET_AFTER);
        node::Entity::delete_many().filter(forgotten).exec(&self.write).await?;
        Ok(())
    }

    /// A node has stopped.
    pub async fn leave(&self, node: &NodeId) -> Result<(), Error> {
        node::Entity::delete_by_id(node.to_string()).exec(&self.write).await?;
        Ok(())
    }

    /// All nodes that have not been forgotten, the longest at work first.
    pub async fn nodes(&self) -> Result<Vec<NodeRecord>, Error> {
        let order = node::Entity::find().order_by_asc(node::Column::StartedAt).order_by_asc(node::Column::Id);
        let rows = order.all(&self.read).await?;
        Ok(rows.into_iter().map(NodeRecord::from).collect())
    }

    /// Tells all nodes. On SQLite there is nobody else.
    pub async fn shout(&self, shout: Shout) -> Result<(), Error> {
        if self.backend() == Backend::Postgres {
            let word = match shout {
                Shout::Work => "work".to_owned(),
                Shout::Decided => "decided".to_owned(),
                Shout::Look => "look".to_owned(),
                Shout::Told(text) => format!("told {text}"),
            };
            let notify = Sql::new("SELECT pg_notify(").value(CHANNEL).text(", ").value(word).text(")");
            let backend = self.write.get_database_backend();
            // Whoever tells has other work.
            self.in_time(async { Ok(self.write.execute_raw(notify.build(backend)).await?) }).await?;
        }
        Ok(())
    }

    /// A run that a person ends or sends back should not wait for a tick of its node.
    pub(crate) async fn tell_of_decision(&self) {
        if let Err(error) = self.shout(Shout::Decided).await {
            tracing::debug!(%error, "nodes were not told of a decision; their ticks find it");
        }
    }

    /// Listens from now on, over a connection of its own; none on SQLite.
    pub async fn listen(&self) -> Result<Option<Ear>, Error> {
        if self.backend() == Backend::Sqlite {
            return Ok(None);
        }
        let failed = |error: sea_orm::sqlx::Error| Error::from(sea_orm::DbErr::Custom(error.to_string()));
        let pool = self.read.get_postgres_connection_pool();
        let mut listener = PgListener::connect_with(pool).await.map_err(failed)?;
        listener.listen(CHANNEL).await.map_err(failed)?;
        Ok(Some(Ear(listener)))
    }
}

impl Ear {
    /// The next shout. None: the connection broke; what was shouted since is lost, and the next call listens again.
    pub async fn next(&mut self) -> Result<Option<Shout>, Error> {
        loop {
            let heard = self.0.try_recv().await;
            let heard = heard.map_err(|error| Error::from(sea_orm::DbErr::Custom(error.to_string())))?;
            match heard.as_ref().map(|heard| heard.payload()) {
                None => return Ok(None),
                Some("work") => return Ok(Some(Shout::Work)),
                Some("decided") => return Ok(Some(Shout::Decided)),
                Some("look") => return Ok(Some(Shout::Look)),
                Some(other) => {
                    if let Some(text) = other.strip_prefix("told ") {
                        return Ok(Some(Shout::Told(text.to_owned())));
                    }
                    // From a newer version.
                }
            }
        }
    }
}

impl From<node::Model> for NodeRecord {
    fn from(row: node::Model) -> Self {
        let count = |count: i32| u32::try_from(count).unwrap_or(0);
        Self {
            id: NodeId::from(row.id),
            version: row.version,
            address: row.address,
            runs: count(row.runs),
            polls: count(row.polls),
            started_at: row.started_at,
            seen_at: row.seen_at,
        }
    }
}
