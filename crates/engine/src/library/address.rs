//! The addresses of workflows that are started by requests from outside: one workflow each.

use highline_catalog::UnreadableSecret;
use highline_model::{ErrorKind, Failure, WorkflowId};
use highline_store::Error;
use highline_workflow::{Checked, Trigger, Workflow};
use highline_yaml::{Diagnostic, Source};

use super::Library;
use crate::hooks::read;

impl Library {
    /// What is wrong with a text, also beside the texts that are in use.
    pub(super) async fn checked(&self, id: &WorkflowId, source: &Source) -> Result<Checked, Error> {
        let mut checked = self.check(id, source);
        let taken = match &checked.workflow {
            Some(workflow) => self.taken(workflow).await?,
            None => None,
        };
        if let Some(taken) = taken {
            checked.diagnostics.push(taken);
            checked.workflow = None;
        }
        Ok(checked)
    }

    /// The finding for a path that another workflow has.
    pub(super) async fn taken(&self, workflow: &Workflow) -> Result<Option<Diagnostic>, Error> {
        let Trigger::Webhook(webhook) = &workflow.trigger else { return Ok(None) };
        let Some(path) = &webhook.path else { return Ok(None) };
        let holder = self.store.in_time(self.store.hook_holder(&path.text)).await?;
        Ok(holder.filter(|holder| *holder != workflow.id).map(|holder| {
            let message = format!("workflow `{holder}` has the path `{}` already", path.text);
            let help = "each address starts one workflow: take another path, or leave `path` out";
            Diagnostic::error("E0220", path.span, message).help(help)
        }))
    }

    /// Why a workflow that shall be switched on cannot have its address: the path of its text, which it let go when its file was
    /// gone, is another's now.
    pub(super) async fn retake(&self, workflow: &Workflow) -> Result<Result<(), Failure>, Error> {
        let Trigger::Webhook(webhook) = &workflow.trigger else { return Ok(Ok(())) };
        let Some(path) = &webhook.path else { return Ok(Ok(())) };
        if self.store.retake_hook(&workflow.id, &path.text).await? {
            return Ok(Ok(()));
        }
        let message = format!("the path `{}` of `{}` is another workflow's now", path.text, workflow.id);
        Ok(Err(Failure::new(ErrorKind::Configuration, message)))
    }

    /// Why this node cannot take requests in for a workflow: the secret that they must bring is not there.
    pub fn missing_secret(workflow: &Workflow) -> Option<UnreadableSecret> {
        let Trigger::Webhook(webhook) = &workflow.trigger else { return None };
        read(webhook.secret.as_ref()?).err()
    }
}
