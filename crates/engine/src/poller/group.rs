//! The workflows that share a poll with the one whose trigger was claimed.

use std::sync::Arc;
use std::time::Duration;

use highline_model::WorkflowId;
use highline_store::{ClaimedTrigger, Error, Follower};
use highline_workflow::{Trigger, Workflow};

use crate::shared::Shared;

/// A workflow that shares the poll.
pub(super) struct Member {
    pub workflow: Arc<Workflow>,
    pub follower: Follower,
    /// Its first poll: what is found is taken as seen.
    pub quiet: bool,
    every: Duration,
}

#[derive(Default)]
pub(super) struct Group {
    pub members: Vec<Member>,
    /// This node can do nothing for them.
    pub unfit: Vec<WorkflowId>,
}

impl Group {
    pub async fn load(shared: &Shared, claimed: &ClaimedTrigger) -> Result<Self, Error> {
        let mut group = Self::default();
        if claimed.followers == 0 {
            return Ok(group);
        }
        for follower in shared.store.in_time(shared.store.followers(&claimed.workflow)).await? {
            let workflow = shared.library.workflow(&follower.workflow, follower.revision).await?.ok();
            let poll = workflow.and_then(|workflow| match &workflow.trigger {
                Trigger::Poll(trigger) => Some((trigger.every, trigger.backfill, workflow.clone())),
                _ => None,
            });
            match poll {
                Some((every, backfill, workflow)) => {
                    let quiet = follower.first && !backfill;
                    group.members.push(Member { workflow, follower, quiet, every });
                }
                None => group.unfit.push(follower.workflow),
            }
        }
        Ok(group)
    }

    /// As often as the most eager of them wants it.
    pub fn every(&self, leader: Duration) -> Duration {
        self.members.iter().map(|member| member.every).fold(leader, Duration::min)
    }
}
