//! `highline runs show --step`: what went over the wire.

use highline_engine::{AttemptView, steps};
use highline_model::{Heard, RunPrefix};
use highline_store::Store;
use serde_json::{Map, Value, json};

use crate::Outcome;
use crate::commands::runs::{change, show_step};
use crate::print;
use crate::say;

pub async fn show(store: &Store, (run, wanted): (&RunPrefix, &str), json: bool) -> anyhow::Result<Outcome> {
    let Some(id) = change::find(store, run).await? else { return Ok(Outcome::No) };
    let log = store.run(id).await?.map(|detail| detail.log).unwrap_or_default();
    let all = steps(&log);
    let Some(step) = all.iter().find(|step| step.step.as_str() == wanted) else {
        let known: Vec<&str> = all.iter().map(|step| step.step.as_str()).collect();
        let known = if known.is_empty() { "none yet".to_owned() } else { known.join(", ") };
        eprintln!("error: run {id} has come to no step `{wanted}`; it has: {known}");
        return Ok(Outcome::No);
    };
    if json {
        print::json(&json!({ "step": step }))?;
        return Ok(Outcome::Fine);
    }
    show_step(step);
    step.attempts.iter().for_each(show_attempt);
    Ok(Outcome::Fine)
}

/// `POST https://… -> 422 in 12 ms`
pub fn line(heard: &Heard) -> String {
    let came = match (&heard.response, &heard.error) {
        (Some(answer), _) => answer.status.to_string(),
        (None, Some(error)) => error.clone(),
        (None, None) => "no answer".to_owned(),
    };
    format!("{} {} -> {came} in {} ms", heard.request.method, heard.request.url, heard.took_ms)
}

fn show_attempt(attempt: &AttemptView) {
    say!("\nattempt {}", attempt.number);
    let wire = &attempt.wire;
    if wire.not_kept {
        say!("  what went over the wire is not kept: see `keep.exchanges`");
    } else if wire.exchanges.is_empty() {
        say!("  nothing was sent, or the output is the whole answer");
    }
    for (place, heard) in wire.exchanges.iter().enumerate() {
        if wire.left_out > 0 && place == wire.exchanges.len() / 2 {
            say!("\n  ({} more are not kept)", wire.left_out);
        }
        show_exchange(heard);
    }
}

fn show_exchange(heard: &Heard) {
    say!("\n  {}", line(heard));
    let request = &heard.request;
    block(">", &request.headers, (request.body.as_ref(), request.cut_from));
    if let Some(answer) = &heard.response {
        block("<", &answer.headers, (Some(&answer.body), answer.cut_from));
    }
}

fn block(mark: &str, headers: &Map<String, Value>, (body, cut_from): (Option<&Value>, Option<usize>)) {
    for (name, value) in headers {
        say!("  {mark} {name}: {}", value.as_str().unwrap_or_default());
    }
    let text = match body {
        None | Some(Value::Null) => return,
        Some(Value::String(text)) => text.clone(),
        Some(json) => format!("{json:#}"),
    };
    text.lines().for_each(|line| say!("  {mark}   {line}"));
    if let Some(bytes) = cut_from {
        say!("  {mark}   (cut: it has {bytes} bytes)");
    }
}
