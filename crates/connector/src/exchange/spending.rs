//! The rate budget of a call: asked before each request, corrected by each answer.

use std::sync::Arc;
use std::time::Duration;

use highline_catalog::{Admission, Call, Connection, Done, OperationError, Retry};
use highline_model::{ErrorKind, Failure};
use tokio::time::Instant;

use super::{Exchange, Turn};
use crate::budget::{self, Limited, Line, Spent};
use crate::http::Answer;

impl Exchange {
    /// Waits for the budget of the first request of a write, so that nobody is told of a write that cannot leave yet. An app
    /// without a limit is not asked.
    pub async fn admit(&self, call: Call<'_>) -> Result<Admission, OperationError> {
        if self.app.rate_limit.is_none() {
            return Ok(Admission::free());
        }
        // What is looked up for the write is kept, so that the write itself asks for nothing else.
        self.resolved(self.input(call)?, call).await?;
        let turn = self.turn(Call { admission: None, ..call });
        Ok(self.spend(&turn).await?.map_or_else(Admission::free, Admission::with))
    }

    pub(super) async fn spend(&self, turn: &Turn<'_>) -> Result<Option<Spent>, OperationError> {
        let Some(line) = &turn.line else { return Ok(None) };
        // A later page waits as long as the call lasts: to start again would cost all the pages before it.
        let patience = if turn.requests == 0 { self.http.settings.max_budget_wait } else { Duration::MAX };
        let until =
            Instant::now().checked_add(patience).map_or(turn.deadline, |soon| soon.min(turn.deadline));
        let spent = line.spend(turn.caller, until).await;
        spent.map(Some).map_err(|wait| self.budget_spent(turn.connection, wait))
    }

    /// Takes what an answer tells of the budget; gives the pause that a 429 asks for.
    pub(super) fn learn(&self, answer: &Answer, spent: Option<&Spent>) -> Option<Duration> {
        let (spent, limit) = (spent?, self.app.rate_limit.as_ref()?);
        spent.told(answer.told(&limit.headers));
        (answer.status == 429).then(|| spent.refused(answer.retry_after()))
    }

    fn budget_spent(&self, connection: &Connection, wait: Duration) -> OperationError {
        let message = format!(
            "{}: the rate budget of connection `{}` is spent for {} s",
            self.part.definition.id,
            connection.name,
            wait.as_secs_f64().ceil()
        );
        OperationError {
            failure: Failure::new(ErrorKind::RateLimited, message),
            retry: Retry::After(wait),
            done: Done::No,
        }
    }

    /// The budget that this connection spends; an app without a limit has none.
    pub(super) fn line(&self, connection: &Connection) -> Option<Arc<Line>> {
        let limit = self.app.rate_limit.as_ref()?;
        let limited = Limited { app: &self.app.app, base_url: &self.app.base_url, limit };
        Some(self.http.budgets.line(&budget::resource(limited, connection), budget::allowance(limit)))
    }
}
