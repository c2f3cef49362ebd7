use super::super::{Away, Projection};
use super::*;

const SECOND: Millis = 1_000;
/// Some moment; the tests count from it.
const START: Millis = 1_795_000_000_000;

fn allowance(requests: u32, daily: Option<u32>) -> Allowance {
    Allowance { requests, window_ms: 10_000, daily }
}

fn ledger(requests: u32, daily: Option<u32>) -> Ledger {
    Ledger::new(allowance(requests, daily), START)
}

/// Node `a` with so many runs that wait.
fn runs(ledger: &Ledger, want: u32) -> Ask {
    Ask {
        resource: "acme".into(),
        node: "a".into(),
        allowance: ledger.declared,
        want,
        lasts_ms: 1_000,
        waiting: Waiting { event: want, ..Waiting::default() },
        away: Away::default(),
        accounts: vec![],
        told: None,
        close_ms: None,
    }
}

fn tells(ledger: &Ledger, told: Told) -> Ask {
    Ask { told: Some(told), ..runs(ledger, 0) }
}

fn polls(ledger: &Ledger, want: u32) -> Ask {
    Ask { waiting: Waiting { bulk: want, ..Waiting::default() }, ..runs(ledger, want) }
}

/// Asks again and again at one moment, as a node with a flood does; what it got.
fn take(ledger: &mut Ledger, ask: &Ask, now: Millis) -> u32 {
    let mut got = 0;
    while let Some(grant) = ledger.apply(ask, now).grant {
        got += grant.requests;
    }
    got
}

#[test]
fn a_grant_is_a_tenth_of_the_limit_at_most_and_they_end_with_it() {
    let mut ledger = ledger(100, None);
    let ask = runs(&ledger, 30);
    assert_eq!(ledger.apply(&ask, START).grant, Some(Grant { id: 1, requests: 10, bulk_only: 0 }));
    assert_eq!(take(&mut ledger, &ask, START), 90);
    let reply = ledger.apply(&ask, START);
    assert_eq!((reply.grant, reply.more_in_ms), (None, 10_350), "a moment, a window, a little more");
    assert_eq!(
        take(&mut ledger, &ask, START + 11_099),
        0,
        "a grant of which nothing was told counts in full"
    );
    assert_eq!(take(&mut ledger, &ask, START + 11_100), 100);
}

#[test]
fn what_was_not_sent_is_given_back_and_what_was_counts_from_its_last_answer() {
    let mut ledger = ledger(10, Some(50));
    let ask = runs(&ledger, 1);
    assert_eq!(take(&mut ledger, &ask, START), 10);
    let accounts: Vec<Account> = (1..=10)
        .map(|grant| Account { grant, used: u32::from(grant > 4), quiet_for_ms: Some(400) })
        .collect();
    let told = Ask { accounts, ..runs(&ledger, 0) };
    ledger.apply(&told, START + 500);
    assert_eq!(ledger.left(START + 500), 4);
    assert_eq!(ledger.view("acme", START + 500).spent_today, 6);
    assert_eq!(ledger.left(START + 10_199), 4, "what was answered at 100 counts as of 200");
    assert_eq!(ledger.left(START + 10_300), 10);
}

#[test]
fn a_request_on_its_way_counts_until_it_is_answered() {
    let mut ledger = ledger(10, None);
    let ask = runs(&ledger, 1);
    take(&mut ledger, &ask, START);
    for second in 1..20 {
        let account = Account { grant: 1, used: 1, quiet_for_ms: None };
        ledger.apply(&Ask { accounts: vec![account], ..runs(&ledger, 0) }, START + second * SECOND);
    }
    assert_eq!(ledger.left(START + 20 * SECOND), 9);
}

#[test]
fn what_others_sent_is_learnt_from_the_headers_and_what_we_sent_is_not_counted_twice() {
    let mut ledger = ledger(100, None);
    let ask = runs(&ledger, 10);
    assert_eq!(ledger.apply(&ask, START).grant.unwrap().requests, 10);
    ledger.apply(&tells(&ledger, Told { remaining: Some(91), ..Told::default() }), START);
    assert_eq!(ledger.left(START), 90);
    ledger.apply(&tells(&ledger, Told { remaining: Some(40), ..Told::default() }), START);
    assert_eq!(ledger.left(START), 40);
    ledger.apply(&tells(&ledger, Told { remaining: Some(60), ..Told::default() }), START);
    assert_eq!(ledger.left(START), 40, "an answer that was overtaken does not open the window");
    assert_eq!(ledger.left(START + 12 * SECOND), 100);
}

#[test]
fn the_apps_own_limits_replace_those_of_the_manifest() {
    let mut ledger = ledger(100, Some(200_000));
    let told = Told { requests: Some(25), window_ms: Some(20_000), daily: Some(10_000), ..Told::default() };
    let reply = ledger.apply(&tells(&ledger, told), START);
    assert_eq!(reply.allowance, Allowance { requests: 25, window_ms: 20_000, daily: Some(10_000) });
    assert_eq!(ledger.left(START), 25);
    let changed = Ask { allowance: allowance(50, None), ..runs(&ledger, 0) };
    ledger.apply(&changed, START);
    assert_eq!(ledger.left(START), 50, "a changed manifest counts again");
}

#[test]
fn a_refusal_closes_for_the_time_it_names_and_a_person_may_open() {
    let mut ledger = ledger(100, None);
    ledger.apply(&Ask { close_ms: Some(30_000), ..runs(&ledger, 0) }, START);
    ledger.apply(&Ask { close_ms: Some(10_000), ..runs(&ledger, 0) }, START);
    let ask = runs(&ledger, 1);
    assert_eq!(ledger.apply(&ask, START + SECOND).more_in_ms, 29_000);
    let mut opened = ledger.clone();
    opened.reopen(START + SECOND);
    assert!(opened.apply(&ask, START + SECOND).grant.is_some());
    assert!(ledger.apply(&ask, START + 30 * SECOND).grant.is_some());
}

#[test]
fn a_spent_day_lets_one_through_now_and_then_until_the_app_tells_of_a_new_one() {
    let mut ledger = ledger(100, Some(2));
    let ask = runs(&ledger, 5);
    assert_eq!(take(&mut ledger, &ask, START), 2);
    assert_eq!(i64::from(ledger.apply(&ask, START).more_in_ms), DAY_PROBE);
    assert_eq!(take(&mut ledger, &ask, START + DAY_PROBE), 1);
    let later = START + 2 * DAY_PROBE;
    ledger.apply(&tells(&ledger, Told { daily_remaining: Some(2), ..Told::default() }), later);
    assert_eq!(take(&mut ledger, &ask, later), 2);
    assert_eq!(take(&mut ledger, &ask, START + DAY), 2, "after 24 hours it is another day in any case");
}

#[test]
fn the_days_count_follows_the_app() {
    let mut ledger = ledger(100, Some(200_000));
    let left = |ledger: &Ledger| ledger.view("acme", START).left_today.unwrap();
    let tell = |remaining| Told { daily_remaining: Some(remaining), ..Told::default() };
    ledger.apply(&tells(&ledger, tell(150_000)), START);
    assert_eq!(left(&ledger), 150_000, "others have sent");
    ledger.apply(&tells(&ledger, tell(150_100)), START);
    assert_eq!(left(&ledger), 150_000, "an answer was overtaken");
    ledger.apply(&tells(&ledger, tell(199_990)), START);
    assert_eq!(left(&ledger), 199_990, "a new day has begun");
}

#[test]
fn the_pace_of_the_day_is_projected() {
    let mut ledger = ledger(100, Some(200_000));
    ledger.apply(&tells(&ledger, Told { daily_remaining: Some(175_000), ..Told::default() }), START);
    let view = ledger.view("acme", START + 6 * 3_600_000);
    assert_eq!(view.projection, Some(Projection::LeftAtDayEnd(100_000)));
    let fast = ledger.view("acme", START + 3_600_000);
    let Some(Projection::SpentAt(at)) = fast.projection else { panic!("{fast:?}") };
    assert_eq!(at.timestamp_millis(), START + 8 * 3_600_000, "25,000 an hour last for seven more");
}

#[test]
fn two_nodes_share_what_is_left_and_the_more_urgent_goes_first() {
    let mut ledger = ledger(100, None);
    let ask = runs(&ledger, 500);
    take(&mut ledger, &ask, START);
    let other = Ask { node: "b".into(), ..runs(&ledger, 500) };
    assert_eq!(ledger.apply(&other, START).nodes, 2);
    ledger.apply(&ask, START + 10_500);
    ledger.apply(&other, START + 10_500);
    let now = START + 11_100;
    ledger.open.truncate(1);
    ledger.sent = vec![(now, 89)];
    ledger.open[0].until = now;
    ledger.open[0].requests = 1;
    let reply = ledger.apply(&ask, now);
    assert_eq!(
        (reply.grant.unwrap().requests, reply.more_in_ms),
        (5, NEXT_SHARE),
        "half of the ten that are left"
    );
    let person = Waiting { interactive: 3, ..Waiting::default() };
    ledger.apply(&Ask { waiting: person, want: 0, ..other.clone() }, now);
    assert_eq!(ledger.apply(&ask, now).grant.unwrap().requests, 2, "three of five are for those people");
}

#[test]
fn a_poll_that_found_nothing_left_has_a_tenth_of_the_next_windows() {
    let mut ledger = ledger(100, None);
    let (run, poll) = (runs(&ledger, 500), Ask { node: "b".into(), ..polls(&ledger, 1) });
    take(&mut ledger, &run, START);
    assert_eq!(ledger.apply(&poll, START).grant, None);
    let next = START + 11_100;
    assert_eq!(take(&mut ledger, &run, next), 90);
    assert_eq!(ledger.apply(&poll, next).grant.unwrap().bulk_only, 1);
    assert_eq!(take(&mut ledger, &run, next), 0);
}

#[test]
fn a_clock_that_was_set_back_closes_nothing_for_longer() {
    let mut ledger = ledger(100, None);
    let ask = runs(&ledger, 10);
    take(&mut ledger, &ask, START + 3_600_000);
    assert_eq!(take(&mut ledger, &ask, START), 0);
    assert_eq!(take(&mut ledger, &ask, START + 11_100), 100);
}

#[test]
fn a_ledger_is_the_same_when_it_has_been_kept() {
    let mut ledger = ledger(100, Some(1_000));
    let ask = runs(&ledger, 10);
    ledger.apply(&ask, START);
    ledger.apply(&polls(&ledger, 500), START);
    let kept: Ledger = serde_json::from_str(&serde_json::to_string(&ledger).unwrap()).unwrap();
    assert_eq!(kept, ledger);
}

mod flood {
    //! Three nodes that take what they get, with answers that take their time, and now and then a node that is killed.

    use proptest::prelude::*;

    use super::*;

    const WINDOW: Millis = 10_000;

    struct Chance(u64);

    impl Chance {
        fn below(&mut self, bound: i64) -> i64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            ((self.0 >> 33) as i64) % bound.max(1)
        }
    }

    /// A grant, and when the requests sent of it are answered.
    struct Held {
        grant: Grant,
        until: Millis,
        answers: Vec<Millis>,
    }

    #[derive(Default)]
    struct Node {
        held: Vec<Held>,
        asked: Millis,
    }

    impl Node {
        fn accounts(&mut self, now: Millis) -> Vec<Account> {
            let done = |held: &Held| held.until <= now || held.answers.len() == held.grant.requests as usize;
            let accounts = self.held.iter().filter(|held| done(held)).map(|held| Account {
                grant: held.grant.id,
                used: held.answers.len() as u32,
                quiet_for_ms: match held.answers.iter().max() {
                    Some(last) if *last > now => None,
                    last => Some((now - last.copied().unwrap_or(now)) as u32),
                },
            });
            let accounts: Vec<Account> = accounts.collect();
            let told =
                |id| accounts.iter().any(|account| account.grant == id && account.quiet_for_ms.is_some());
            self.held.retain(|held| !told(held.grant.id));
            accounts
        }
    }

    /// The moments at which requests reach the app.
    fn arrivals(seed: u64, slowest: Millis, deadly: bool) -> Vec<Millis> {
        let (mut chance, mut ledger) = (Chance(seed), ledger(20, None));
        let mut nodes: [Node; 3] = Default::default();
        let mut arrivals = Vec::new();
        for now in (START..START + 90 * SECOND).step_by(20) {
            let index = chance.below(3) as usize;
            let node = &mut nodes[index];
            if deadly && chance.below(60) == 0 {
                *node = Node::default();
            }
            let spendable =
                node.held.iter_mut().find(|h| h.until > now && h.answers.len() < h.grant.requests as usize);
            if let Some(held) = spendable {
                let way = 1 + chance.below(slowest);
                arrivals.push(now + way);
                held.answers.push(now + way + chance.below(40));
            } else if now >= node.asked + chance.below(300) {
                let ask = Ask { node: index.to_string(), accounts: node.accounts(now), ..runs(&ledger, 5) };
                // The grant lasts from when the node asked, and the ledger hears of it later.
                let reply = ledger.apply(&ask, now + chance.below(20));
                node.asked = now;
                let held = |grant| Held { grant, until: now + 1_000, answers: vec![] };
                node.held.extend(reply.grant.map(held));
            }
        }
        arrivals.sort_unstable();
        arrivals
    }

    fn most_in_a_window(arrivals: &[Millis]) -> usize {
        let in_window = |from: usize| arrivals[from..].partition_point(|at| *at < arrivals[from] + WINDOW);
        (0..arrivals.len()).map(in_window).max().unwrap_or(0)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn no_window_holds_more_than_the_limit(seed in any::<u64>()) {
            let arrivals = arrivals(seed, 900, false);
            prop_assert!(most_in_a_window(&arrivals) <= 20);
            prop_assert!(arrivals.len() >= 20 * 9 * 7 / 10, "only {} of 180", arrivals.len());
        }

        #[test]
        fn nor_when_nodes_are_killed(seed in any::<u64>()) {
            prop_assert!(most_in_a_window(&arrivals(seed, 90, true)) <= 20);
        }
    }
}
