use std::pin::Pin;

use futures::{Stream, StreamExt};

use super::*;

type Texts = Pin<Box<dyn Stream<Item = Result<actix_web::web::Bytes, actix_web::Error>>>>;

fn at() -> Timestamp {
    "2026-11-21T08:00:00Z".parse().unwrap()
}

fn look(live: &Live, interest: Interest, last: Option<&str>) -> Texts {
    Box::pin(stream(live, interest, last))
}

/// What comes next, as `id event` for each event.
async fn next(texts: &mut Texts) -> Vec<(String, String)> {
    let text = String::from_utf8(texts.next().await.unwrap().unwrap().to_vec()).unwrap();
    let field = |event: &str, name: &str| {
        event.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().to_owned()
    };
    let events = text.split("\n\n").filter(|event| event.contains("event: "));
    events.map(|event| (field(event, "id: "), field(event, "event: "))).collect()
}

fn moved(workflow: &str, runs: usize) -> Batch {
    let workflow: WorkflowId = workflow.parse().unwrap();
    let one = |_| (RunId::new(), Moved { workflow: workflow.clone(), state: RunState::Running });
    Batch { runs: (0..runs).map(one).collect(), ..Batch::default() }
}

fn kinds(events: &[(String, String)]) -> Vec<&str> {
    events.iter().map(|(_, kind)| kind.as_str()).collect()
}

#[tokio::test]
async fn who_was_cut_off_goes_on_where_he_was() {
    let live = Live::default();
    let mut first = look(&live, Interest::default(), None);
    let hello = next(&mut first).await;
    assert_eq!(kinds(&hello), ["hello"]);
    live.tell(moved("a", 1), at());
    let seen = next(&mut first).await;
    assert_eq!(kinds(&seen), ["run"]);
    assert!(live.is_looked_at());
    drop(first);
    assert!(!live.is_looked_at());
    live.tell(moved("a", 2), at());
    let mut again = look(&live, Interest::default(), Some(&seen[0].0));
    assert_eq!(kinds(&next(&mut again).await), ["run", "run"]);
    let mut from_the_start = look(&live, Interest::default(), Some(&hello[0].0));
    assert_eq!(next(&mut from_the_start).await.len(), 3);
}

#[tokio::test]
async fn who_was_away_for_too_long_begins_anew() {
    let live = Live::default();
    let hello = next(&mut look(&live, Interest::default(), None)).await;
    for _ in 0..KEPT / ONE_BY_ONE + 1 {
        live.tell(moved("a", ONE_BY_ONE), at());
    }
    for last in [hello[0].0.as_str(), "other-3", "none", ""] {
        let mut again = look(&live, Interest::default(), Some(last));
        assert_eq!(kinds(&next(&mut again).await), ["reset"], "{last:?}");
        live.tell(moved("a", 1), at());
        assert_eq!(kinds(&next(&mut again).await), ["run"]);
    }
    let mut looking = look(&live, Interest::default(), None);
    next(&mut looking).await;
    live.lose();
    assert_eq!(kinds(&next(&mut looking).await), ["reset"]);
}

#[tokio::test]
async fn many_runs_are_counted_and_others_are_not_told() {
    let live = Live::default();
    let interest = Interest { workflow: Some("a".to_owned()), run: None };
    let mut looking = look(&live, interest, None);
    next(&mut looking).await;
    live.tell(moved("b", 3), at());
    live.tell(moved("a", 5_000), at());
    let events = next(&mut looking).await;
    assert_eq!(events.len(), ONE_BY_ONE + 1);
    assert_eq!(events.last().unwrap().1, "runs");
    let run = RunId::new();
    let mut one = look(&live, Interest { workflow: None, run: Some(run) }, None);
    next(&mut one).await;
    let mut batch = moved("a", 9);
    batch.runs.insert(run, Moved { workflow: "a".parse().unwrap(), state: RunState::Failed });
    live.tell(batch, at());
    assert_eq!(kinds(&next(&mut one).await), ["run"]);
}

#[tokio::test]
async fn who_looks_on_hears_that_the_connection_lives_also_when_nothing_happens() {
    let live = Live::with_a_sign_every(Duration::from_millis(1));
    let mut looking = look(&live, Interest::default(), None);
    assert_eq!(kinds(&next(&mut looking).await), ["hello"]);
    for _ in 0..2 {
        assert_eq!(looking.next().await.unwrap().unwrap(), ": keep-alive\n\n");
    }
}

#[tokio::test]
async fn a_server_that_ends_ends_the_streams() {
    let live = Live::default();
    let mut looking = look(&live, Interest::default(), None);
    next(&mut looking).await;
    live.close();
    assert!(looking.next().await.is_none());
}
