use std::time::Duration;

use highline_catalog::Caller;
use highline_model::Priority;
use highline_model::budget::Told;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::*;

fn line(requests: u32) -> Arc<Line> {
    Budgets::default().line("acme", Allowance { requests, window_ms: 10_000, daily: None })
}

fn run(workflow: &str) -> Caller<'_> {
    Caller { priority: Priority::Event, workflow }
}

fn poll(workflow: &str) -> Caller<'_> {
    Caller { priority: Priority::Bulk, workflow }
}

/// Sends one request that is answered at once.
async fn send(line: &Arc<Line>, caller: Caller<'_>, until: Instant) -> Result<(), Duration> {
    line.spend(caller, until).await.map(drop)
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(3)
}

/// Sends as soon as it may and comes back when it is told to, as a run does; the second in which it was sent.
async fn persist(line: Arc<Line>, caller: Caller<'static>) -> (&'static str, u64) {
    let began = Instant::now();
    while let Err(wait) = send(&line, caller, soon()).await {
        tokio::time::sleep(wait).await;
    }
    (caller.workflow, began.elapsed().as_secs())
}

#[tokio::test(start_paused = true)]
async fn no_window_holds_more_than_the_limit_and_little_is_left_unused() {
    let line = line(100);
    let mut runs = JoinSet::new();
    for _ in 0..500 {
        runs.spawn(persist(Arc::clone(&line), run("flood")));
    }
    let mut sent: Vec<u64> = runs.join_all().await.into_iter().map(|(_, second)| second).collect();
    sent.sort_unstable();
    for from in 0..=*sent.last().unwrap() {
        let in_window = sent.iter().filter(|second| (from..from + 10).contains(*second)).count();
        assert!(in_window <= 100, "{in_window} from {from} on");
    }
    assert!(*sent.last().unwrap() < 48, "500 are five windows, and took {} s", sent.last().unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_one_workflow_does_not_keep_another_waiting() {
    let line = line(100);
    let mut runs = JoinSet::new();
    for _ in 0..500 {
        runs.spawn(persist(Arc::clone(&line), run("flood")));
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (_, waited) = persist(Arc::clone(&line), run("other")).await;
    assert!(
        waited <= 10,
        "the window opens after ten seconds, and the other goes with the first: {waited} s"
    );
}

#[tokio::test(start_paused = true)]
async fn a_poll_gets_through_under_a_flood_of_runs() {
    let line = line(100);
    let mut runs = JoinSet::new();
    for _ in 0..1_000 {
        runs.spawn(persist(Arc::clone(&line), run("flood")));
    }
    for _ in 0..5 {
        tokio::time::sleep(Duration::from_secs(4)).await;
        let (_, waited) = persist(Arc::clone(&line), poll("poll")).await;
        assert!(waited <= 12, "{waited} s");
    }
}

#[tokio::test(start_paused = true)]
async fn a_person_goes_before_all_others() {
    let line = line(10);
    let patient = Instant::now() + Duration::from_secs(60);
    for _ in 0..10 {
        send(&line, run("a"), patient).await.unwrap();
    }
    let mut all = JoinSet::new();
    for (number, caller) in [poll("p"), run("a"), run("a"), Caller::PERSON].into_iter().enumerate() {
        let line = Arc::clone(&line);
        all.spawn(async move {
            // In the order of this list, all of them while the window is full.
            tokio::time::sleep(Duration::from_millis(number as u64)).await;
            send(&line, caller, patient).await.unwrap();
            caller.priority
        });
    }
    let mut order = Vec::new();
    while let Some(priority) = all.join_next().await {
        order.push(priority.unwrap());
    }
    let sorted = [Priority::Interactive, Priority::Event, Priority::Event, Priority::Bulk];
    assert_eq!(order, sorted);
}

#[tokio::test(start_paused = true)]
async fn who_cannot_wait_long_enough_is_told_when_to_come_back() {
    let line = line(2);
    for _ in 0..2 {
        send(&line, run("a"), soon()).await.unwrap();
    }
    let began = Instant::now();
    let wait = send(&line, run("a"), soon()).await.unwrap_err();
    assert!((10..12).contains(&wait.as_secs()), "{wait:?}");
    assert_eq!(Instant::now(), began, "nobody waited in memory");
}

#[tokio::test(start_paused = true)]
async fn who_waits_is_served_when_the_limit_turns_out_larger() {
    let line = line(1);
    let first = line.spend(run("a"), soon()).await.unwrap();
    let waiting = tokio::spawn({
        let line = Arc::clone(&line);
        async move { send(&line, run("a"), Instant::now() + Duration::from_secs(60)).await }
    });
    tokio::time::sleep(Duration::from_secs(2)).await;
    let began = Instant::now();
    first.told(Told { requests: Some(100), ..Told::default() });
    waiting.await.unwrap().unwrap();
    assert!(began.elapsed() < Duration::from_millis(100), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_refusal_holds_everyone_back_for_its_time() {
    let line = line(100);
    let refused = line.spend(run("a"), soon()).await.unwrap();
    assert_eq!(refused.refused(Some(Duration::from_secs(30))), Duration::from_secs(30));
    drop(refused);
    let wait = send(&line, Caller::PERSON, soon()).await.unwrap_err();
    assert_eq!(wait.as_secs(), 30, "{wait:?}");
    let began = Instant::now();
    send(&line, run("a"), began + Duration::from_secs(60)).await.unwrap();
    assert_eq!(began.elapsed().as_secs(), 30);
}

#[tokio::test(start_paused = true)]
async fn who_stops_waiting_leaves_no_trace() {
    let line = line(1);
    send(&line, run("a"), soon()).await.unwrap();
    let patient = Instant::now() + Duration::from_secs(60);
    for _ in 0..20 {
        let gives_up = tokio::time::timeout(Duration::from_millis(5), send(&line, run("a"), patient));
        gives_up.await.unwrap_err();
    }
    send(&line, run("b"), patient).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn two_processes_with_one_keeper_share_the_limit() {
    let grants: Arc<dyn Grants> = Arc::new(grants::Alone::new());
    let (here, there) = (Budgets::default(), Budgets::default());
    here.keep_in(Keeper { node: "here".into(), grants: Arc::clone(&grants) });
    there.keep_in(Keeper { node: "there".into(), grants });
    let allowance = Allowance { requests: 100, window_ms: 10_000, daily: None };
    let lines = [here.line("acme", allowance), there.line("acme", allowance)];
    let mut runs = JoinSet::new();
    for number in 0..400 {
        runs.spawn(persist(Arc::clone(&lines[number % 2]), run("flood")));
    }
    let sent: Vec<u64> = runs.join_all().await.into_iter().map(|(_, second)| second).collect();
    for from in 0..50 {
        assert!(sent.iter().filter(|second| (from..from + 10).contains(*second)).count() <= 100);
    }
    assert!(sent.iter().all(|second| *second < 45), "{:?}", sent.iter().max());
    tokio::join!(here.settle(), there.settle());
}

#[test]
fn one_resource_has_one_line() {
    let budgets = Budgets::default();
    let line = |name| budgets.line(name, Allowance { requests: 1, window_ms: 1, daily: None });
    assert!(Arc::ptr_eq(&line("a"), &line("a")));
    assert!(!Arc::ptr_eq(&line("a"), &line("b")));
}
