//! The budgets as people see them, with the connections that spend them.

use std::collections::BTreeMap;

use highline_catalog::Connections;
use highline_model::budget::{Allowance, BudgetView};
use serde::Serialize;
use utoipa::ToSchema;

use crate::schema::ConnectionSchema;

/// Which connections of this node spend which budget.
#[derive(Debug, Clone, Default)]
pub struct Spenders {
    of: BTreeMap<String, (Allowance, Vec<String>)>,
}

/// A budget and who spends it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Budget {
    /// The names of this node's connections.
    pub connections: Vec<String>,
    #[serde(flatten)]
    pub view: BudgetView,
}

impl Spenders {
    pub fn of(schemas: &[ConnectionSchema], connections: &Connections) -> Self {
        let mut of = BTreeMap::new();
        for connection in connections.iter() {
            let schema = schemas.iter().find(|schema| schema.app == connection.app);
            if let Some((resource, allowance)) = schema.and_then(|schema| schema.budget_of(connection)) {
                let (_, names) = of.entry(resource).or_insert((allowance, Vec::new()));
                names.push(connection.name.clone());
            }
        }
        Self { of }
    }

    /// The budget that a connection of this node spends; none where its app has no limit.
    pub fn resource_of(&self, connection: &str) -> Option<&str> {
        let spends = |(_, (_, names)): &(&String, &(Allowance, Vec<String>))| {
            names.iter().any(|name| name == connection)
        };
        self.of.iter().find(spends).map(|(resource, _)| resource.as_str())
    }

    /// Every budget that was ever spent, and those that could be; by resource.
    pub fn budgets(&self, spent: Vec<BudgetView>) -> Vec<Budget> {
        let mut views: BTreeMap<String, BudgetView> =
            spent.into_iter().map(|view| (view.resource.clone(), view)).collect();
        for (resource, (allowance, _)) in &self.of {
            let unused = || BudgetView::unused(resource, *allowance);
            views.entry(resource.clone()).or_insert_with(unused);
        }
        let names =
            |resource: &str| self.of.get(resource).map(|(_, names)| names.clone()).unwrap_or_default();
        views.into_values().map(|view| Budget { connections: names(&view.resource), view }).collect()
    }
}
