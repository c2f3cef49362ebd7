//! What people do about runs: send them back, do them again, end them, decide.

use highline_engine::{Rerun, Rerunning};
use highline_model::{Decision, RunId, RunPrefix, RunState};
use highline_store::{
    Bulk, Cancelled, Found, Resolved, Retried, Retry, RevisionChoice, RunDeleted, Selection, Store,
};
use serde_json::{Value, json};

use crate::Outcome;
use crate::args::{RerunArgs, Revision, RunsChoice};
use crate::commands::audit::{self, BY};
use crate::commands::{input, workflows};
use crate::say;
use crate::settings::Settings;
use crate::setup::clock;

/// The run that is meant; where there is none, or more than one, that has been told.
pub async fn find(store: &Store, prefix: &RunPrefix) -> anyhow::Result<Option<RunId>> {
    Ok(match store.find_run(prefix).await? {
        Found::One(id) => Some(id),
        Found::Nothing => {
            no(&format!("there is no run {prefix}"));
            None
        }
        Found::Several(some) => {
            let some: Vec<String> = some.iter().map(ToString::to_string).collect();
            no(&format!("several runs begin with {prefix}; give more of the id:\n  {}", some.join("\n  ")));
            None
        }
    })
}

pub async fn retry(store: &Store, choice: RunsChoice, revision: Revision) -> anyhow::Result<Outcome> {
    let now = clock(store).await?.now();
    let retry = Retry { by: BY, revision: choice_of(revision), now };
    let Some(prefix) = &choice.run else {
        if let Some(wrong) =
            choice.filter.state.iter().find(|s| !matches!(s, RunState::Failed | RunState::Cancelled))
        {
            return Ok(no(&format!("--state {wrong}: only failed and cancelled runs can be retried")));
        }
        let Some(selection) = selection(store, choice).await? else { return Ok(Outcome::No) };
        let bulk = store.retry_runs(&selection, retry).await?;
        account(store, "retry_runs", (&selection, bulk)).await?;
        return Ok(told(bulk, &selection, ["queued again", "queued again"]));
    };
    let Some(run) = find(store, prefix).await? else { return Ok(Outcome::No) };
    Ok(match store.retry_run_with(run, retry).await? {
        Retried::Done => {
            done(store, "retry_run", run, &format!("run {run} is queued again; it goes on where it failed"))
                .await?
        }
        Retried::NotFinished(state) => {
            no(&format!("run {run} is {state}; only a failed or cancelled run can be retried"))
        }
        Retried::Unknown => unknown(run),
    })
}

pub async fn delete(store: &Store, prefix: &RunPrefix) -> anyhow::Result<Outcome> {
    let now = clock(store).await?.now();
    let Some(run) = find(store, prefix).await? else { return Ok(Outcome::No) };
    Ok(match store.delete_run(run, now).await? {
        RunDeleted::Done => done(store, "delete_run", run, &format!("run {run} is deleted")).await?,
        RunDeleted::NotFinished(state) => {
            no(&format!("run {run} is {state}; only a run that is over can be deleted"))
        }
        RunDeleted::Unknown => unknown(run),
    })
}

pub async fn cancel(store: &Store, choice: RunsChoice) -> anyhow::Result<Outcome> {
    let now = clock(store).await?.now();
    let Some(prefix) = &choice.run else {
        if let Some(wrong) = choice.filter.state.iter().find(|state| state.is_finished()) {
            return Ok(no(&format!("--state {wrong}: a run that is over cannot be cancelled")));
        }
        let Some(selection) = selection(store, choice).await? else { return Ok(Outcome::No) };
        let bulk = store.cancel_runs(&selection, BY, now).await?;
        account(store, "cancel_runs", (&selection, bulk)).await?;
        return Ok(told(bulk, &selection, ["cancelled, or asked to end", "cancelled"]));
    };
    let Some(run) = find(store, prefix).await? else { return Ok(Outcome::No) };
    Ok(match store.cancel_run(run, BY, now).await? {
        Cancelled::Done => done(store, "cancel_run", run, &format!("run {run} is cancelled")).await?,
        Cancelled::Requested => {
            let text = format!("run {run} is being worked on; its node ends it within seconds");
            done(store, "cancel_run", run, &text).await?
        }
        Cancelled::AlreadyFinished(state) => no(&format!("run {run} has {state} already")),
        Cancelled::Unknown => unknown(run),
    })
}

pub async fn rerun(settings: &Settings, store: &Store, args: RerunArgs) -> anyhow::Result<Outcome> {
    let Some(run) = find(store, &args.run).await? else { return Ok(Outcome::No) };
    let wish = Rerun {
        from: args.from,
        input: args.input.as_deref().map(input::value).transpose()?,
        revision: choice_of(args.revision),
        by: BY.to_owned(),
        key: None,
    };
    Ok(match workflows::library(settings, store, clock(store).await?)?.rerun(run, wish).await? {
        Rerunning::Run { run: new, sent_again, .. } => {
            let text = format!("run {new} is queued; it does run {run} again");
            let outcome = done(store, "rerun_run", run, &text).await?;
            if !sent_again.is_empty() {
                let named: Vec<&str> = sent_again.iter().take(10).map(|step| step.as_str()).collect();
                let more = sent_again.len() - named.len();
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                say!("it sends again what may not be safe to do twice: {}{more}", named.join(", "));
            }
            outcome
        }
        Rerunning::Dropped => {
            no("the workflow's concurrency key has no place free, and `on_limit: drop` starts no run then")
        }
        Rerunning::Known { .. } | Rerunning::OtherWish => {
            unreachable!("a wish from the command line has no key")
        }
        Rerunning::NotOver(state) => {
            no(&format!("run {run} is {state}; only a run that is over can be done again"))
        }
        Rerunning::Unfit(unfit) => no(&unfit.to_string()),
        Rerunning::Unusable(failure) => no(&failure.to_string()),
        Rerunning::Unknown => unknown(run),
    })
}

pub async fn resolve(
    store: &Store,
    prefix: &RunPrefix,
    decision: &str,
    output: Option<&str>,
) -> anyhow::Result<Outcome> {
    let decision = match decision {
        "retry" => Decision::Retry,
        "skip" => Decision::Skip,
        _ => Decision::Done(output.map(input::value).transpose()?.unwrap_or(Value::Null)),
    };
    let Some(run) = find(store, prefix).await? else { return Ok(Outcome::No) };
    let word = decision.word();
    Ok(match store.resolve_run(run, decision, BY, clock(store).await?.now()).await? {
        Resolved::Done => {
            let text = format!("run {run} is queued again with your decision");
            audit::tell(store, "resolve_run", &run.to_string(), Some(json!({ "decision": word }))).await?;
            said(&text)
        }
        Resolved::NotInterrupted(state) => {
            no(&format!("run {run} is {state}; only an interrupted run waits for a decision"))
        }
        Resolved::Unknown => unknown(run),
    })
}

fn choice_of(revision: Revision) -> RevisionChoice {
    match revision {
        Revision::Saved => RevisionChoice::Saved,
        Revision::Newest => RevisionChoice::Newest,
    }
}

/// None, already told, where the workflow is mistyped: an empty answer would look as if all were well.
async fn selection(store: &Store, choice: RunsChoice) -> anyhow::Result<Option<Selection>> {
    if let Some(id) = &choice.filter.workflow
        && store.workflow(id).await?.is_none()
    {
        workflows::unknown(store, id).await?;
        return Ok(None);
    }
    let filter = choice.filter.resolve(clock(store).await?.now())?;
    Ok(Some(Selection { filter, limit: choice.limit, dry_run: choice.dry_run, patience: None }))
}

fn told(bulk: Bulk, selection: &Selection, [done, would]: [&str; 2]) -> Outcome {
    let runs = |count: u64| if count == 1 { "1 run".to_owned() } else { format!("{count} runs") };
    let more = if bulk.more { "; there are more than the limit" } else { "" };
    if selection.dry_run {
        return said(&format!("{} would be {would}{more}", runs(bulk.matched)));
    }
    let missed = bulk.matched - bulk.changed;
    let missed = if missed > 0 { format!("; {} changed meanwhile", runs(missed)) } else { String::new() };
    let are = if bulk.changed == 1 { "is" } else { "are" };
    said(&format!("{} {are} {done}{missed}{more}", runs(bulk.changed)))
}

/// What was done to many runs is written down; a dry run did nothing.
async fn account(store: &Store, action: &str, (selection, bulk): (&Selection, Bulk)) -> anyhow::Result<()> {
    match selection.account(bulk) {
        Some(account) => audit::tell(store, action, "", Some(account)).await,
        None => Ok(()),
    }
}

/// It was done to this run: that is written down, and told.
async fn done(store: &Store, action: &str, run: RunId, what: &str) -> anyhow::Result<Outcome> {
    audit::tell(store, action, &run.to_string(), None).await?;
    Ok(said(what))
}

fn said(what: &str) -> Outcome {
    say!("{what}");
    Outcome::Fine
}

fn no(why: &str) -> Outcome {
    eprintln!("error: {why}");
    Outcome::No
}

fn unknown(run: RunId) -> Outcome {
    no(&format!("there is no run {run}"))
}
