//! A ledger as people see it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Allowance, Ledger, Millis, Waiting};
use crate::Timestamp;

const DAY: Millis = 24 * 3600 * 1000;
/// No pace is told from less than this of a day.
const SHORTEST_PAST: Millis = 15 * 60 * 1000;

/// What is left of the budget of one resource.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BudgetView {
    /// What is limited: the app, its host, and what the limit is counted for.
    pub resource: String,
    #[serde(flatten)]
    pub allowance: Allowance,
    /// Requests that can be sent now.
    pub left_in_window: u32,
    /// Requests that were sent since the day began.
    pub spent_today: u32,
    /// None where the app has no limit for a day.
    pub left_today: Option<u32>,
    /// 24 hours after the day's first request, or after the app was seen to begin a new one.
    pub day_ends_at: Option<DateTime<Utc>>,
    pub projection: Option<Projection>,
    /// Nothing is sent until then: the app refused, or its day is spent.
    pub closed_until: Option<DateTime<Utc>>,
    /// On all nodes, in memory.
    pub waiting: Waiting,
    /// Sent away to come back when there is room again.
    pub away: u32,
}

/// What comes of the day's budget if requests go on at the mean pace of the day so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Projection {
    SpentAt(DateTime<Utc>),
    LeftAtDayEnd(u32),
}

impl BudgetView {
    /// Of a budget that nobody has spent anything of.
    pub fn unused(resource: &str, allowance: Allowance) -> Self {
        let view = Ledger::new(allowance, 0).view(resource, 0);
        Self { day_ends_at: None, projection: None, ..view }
    }
}

impl Ledger {
    pub fn view(&self, resource: &str, now: Millis) -> BudgetView {
        let day_ended = now - self.day_began >= DAY;
        let spent = if day_ended { 0 } else { self.spent };
        let left_today = self.allowance.daily.map(|daily| daily.saturating_sub(spent));
        let live = self.demands.iter().filter(|demand| demand.is_live(now)).map(|demand| demand.waiting);
        let waiting = live.fold(Waiting::default(), |sum, one| Waiting {
            interactive: sum.interactive + one.interactive,
            event: sum.event + one.event,
            bulk: sum.bulk + one.bulk,
        });
        BudgetView {
            resource: resource.to_owned(),
            allowance: self.allowance,
            left_in_window: self.left(now),
            spent_today: spent,
            left_today,
            day_ends_at: left_today.filter(|_| !day_ended).and_then(|_| moment(self.day_began + DAY)),
            projection: left_today.filter(|_| !day_ended).and_then(|left| self.projection(left, now)),
            closed_until: self.shut_until(now).and_then(moment),
            waiting,
            away: self
                .demands
                .iter()
                .filter(|demand| demand.away_until > now)
                .map(|demand| demand.away)
                .sum(),
        }
    }

    fn shut_until(&self, now: Millis) -> Option<Millis> {
        let day = (self.left_today(now) == 0).then_some(self.probe_at);
        day.max(Some(self.closed_until)).filter(|until| *until > now)
    }

    fn projection(&self, left: u32, now: Millis) -> Option<Projection> {
        let past = (now - self.day_began).max(SHORTEST_PAST);
        let future = (self.day_began + DAY - now).max(0);
        let more = i64::from(self.spent) * future / past;
        if more < i64::from(left) || self.spent == 0 {
            return u32::try_from(i64::from(left) - more).ok().map(Projection::LeftAtDayEnd);
        }
        moment(now + i64::from(left) * past / i64::from(self.spent)).map(Projection::SpentAt)
    }
}

fn moment(at: Millis) -> Option<Timestamp> {
    DateTime::from_timestamp_millis(at)
}
