//! Who is served next: by priority, by workflow in turns, and nobody never. Pure.

use std::collections::{HashMap, VecDeque};

use highline_model::Priority;
use highline_model::budget::Waiting;

/// So often those who are more urgent go before one who waits.
const MOST_PASSED: u32 = 9;

/// Those who wait for one resource.
#[derive(Debug)]
pub(super) struct Queue<T> {
    classes: [Class<T>; 3],
    /// The number of the next place.
    next: u64,
}

/// Those of one priority.
#[derive(Debug)]
struct Class<T> {
    waiting: HashMap<String, VecDeque<(u64, T)>>,
    /// Workflows of which somebody waits, in the order of their turns.
    turns: VecDeque<String>,
    count: usize,
    /// How many of another class were served since one of this was, while it waited.
    passed: u32,
}

/// A place in the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    priority: Priority,
    workflow: String,
    number: u64,
}

impl<T> Queue<T> {
    pub fn new() -> Self {
        let class = || Class { waiting: HashMap::new(), turns: VecDeque::new(), count: 0, passed: 0 };
        Self { classes: [class(), class(), class()], next: 0 }
    }

    pub fn is_empty(&self) -> bool {
        self.classes.iter().all(|class| class.count == 0)
    }

    pub fn push(&mut self, priority: Priority, workflow: &str, who: T) -> Place {
        let number = self.next;
        self.next += 1;
        let class = &mut self.classes[priority as usize];
        let line = class.waiting.entry(workflow.to_owned()).or_default();
        if line.is_empty() {
            class.turns.push_back(workflow.to_owned());
        }
        line.push_back((number, who));
        class.count += 1;
        Place { priority, workflow: workflow.to_owned(), number }
    }

    /// The next to be served.
    pub fn pop(&mut self) -> Option<T> {
        let waits = |class: &Class<T>| class.count > 0;
        let passed_over = (0..3).rev().find(|index| {
            let class = &self.classes[*index];
            waits(class) && class.passed >= MOST_PASSED
        });
        let index = passed_over.or_else(|| (0..3).find(|index| waits(&self.classes[*index])))?;
        for (other, class) in self.classes.iter_mut().enumerate() {
            class.passed = if other == index || class.count == 0 { 0 } else { class.passed + 1 };
        }
        self.classes[index].pop()
    }

    /// The next of [`Priority::Bulk`].
    pub fn pop_bulk(&mut self) -> Option<T> {
        self.classes[Priority::Bulk as usize].pop()
    }

    /// Gives a place up; who was served already has none.
    pub fn remove(&mut self, place: &Place) -> Option<T> {
        self.classes[place.priority as usize].remove(&place.workflow, place.number)
    }

    /// Takes out all who do not stay, with the priority and workflow of each. `leaves` is told how many of the same workflow
    /// are ahead.
    pub fn take_if(&mut self, leaves: impl Fn(Priority, usize, &T) -> bool) -> Vec<(Priority, String, T)> {
        let mut taken = Vec::new();
        for priority in Priority::ALL {
            let class = &mut self.classes[priority as usize];
            for (workflow, line) in &mut class.waiting {
                let mut stay = VecDeque::with_capacity(line.len());
                for (number, who) in line.drain(..) {
                    if leaves(priority, stay.len(), &who) {
                        taken.push((priority, workflow.clone(), who));
                    } else {
                        stay.push_back((number, who));
                    }
                }
                *line = stay;
            }
            class.waiting.retain(|_, line| !line.is_empty());
            class.turns.retain(|workflow| class.waiting.contains_key(workflow));
            class.count = class.waiting.values().map(VecDeque::len).sum();
        }
        taken
    }

    /// How many workflows take turns, by priority.
    pub fn workflows(&self) -> [usize; 3] {
        [0, 1, 2].map(|class: usize| self.classes[class].turns.len())
    }

    pub fn waiting(&self) -> Waiting {
        let count =
            |priority: Priority| u32::try_from(self.classes[priority as usize].count).unwrap_or(u32::MAX);
        Waiting {
            interactive: count(Priority::Interactive),
            event: count(Priority::Event),
            bulk: count(Priority::Bulk),
        }
    }

    /// How many of this workflow wait, and how many workflows beside it.
    pub fn ahead(&self, priority: Priority, workflow: &str) -> (usize, usize) {
        let class = &self.classes[priority as usize];
        let own = class.waiting.get(workflow).map_or(0, VecDeque::len);
        (own, class.turns.len() - usize::from(own > 0))
    }
}

impl<T> Class<T> {
    /// The first of the workflow whose turn it is; the workflow goes to the end.
    fn pop(&mut self) -> Option<T> {
        let workflow = self.turns.pop_front()?;
        let line = self.waiting.get_mut(&workflow)?;
        let (_, who) = line.pop_front()?;
        self.count -= 1;
        if line.is_empty() {
            self.waiting.remove(&workflow);
        } else {
            self.turns.push_back(workflow);
        }
        Some(who)
    }

    fn remove(&mut self, workflow: &str, number: u64) -> Option<T> {
        let line = self.waiting.get_mut(workflow)?;
        let index = line.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        let (_, who) = line.remove(index)?;
        self.count -= 1;
        if line.is_empty() {
            self.waiting.remove(workflow);
            self.turns.retain(|turn| turn != workflow);
        }
        Some(who)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn served(queue: &mut Queue<&'static str>, most: usize) -> Vec<&'static str> {
        std::iter::from_fn(|| queue.pop()).take(most).collect()
    }

    #[test]
    fn workflows_take_turns_however_many_of_one_wait() {
        let mut queue = Queue::new();
        for _ in 0..500 {
            queue.push(Priority::Event, "flood", "flood");
        }
        served(&mut queue, 7);
        queue.push(Priority::Event, "other", "other");
        queue.push(Priority::Event, "third", "third");
        assert_eq!(served(&mut queue, 4), ["flood", "other", "third", "flood"]);
    }

    #[test]
    fn the_more_urgent_go_first_and_polls_get_a_tenth_all_the_same() {
        let mut queue = Queue::new();
        for _ in 0..100 {
            queue.push(Priority::Bulk, "poll", "poll");
            queue.push(Priority::Event, "run", "run");
        }
        for _ in 0..5 {
            queue.push(Priority::Interactive, "", "person");
        }
        let order = served(&mut queue, 105);
        assert_eq!(order[..5], ["person"; 5]);
        let polls = order.iter().take(100).filter(|who| **who == "poll").count();
        assert_eq!(polls, 10);
        assert!(order.windows(11).all(|some| some.contains(&"run")));
    }

    #[test]
    fn neither_runs_nor_polls_starve_under_a_flood_of_people() {
        let mut queue = Queue::new();
        for _ in 0..100 {
            queue.push(Priority::Interactive, "", "person");
            queue.push(Priority::Event, "run", "run");
            queue.push(Priority::Bulk, "poll", "poll");
        }
        let order = served(&mut queue, 100);
        let count = |name| order.iter().filter(|who| **who == name).count();
        assert!(count("run") >= 9 && count("poll") >= 9 && count("person") >= 80, "{order:?}");
    }

    #[test]
    fn who_leaves_takes_the_place_along() {
        let mut queue = Queue::new();
        let place = queue.push(Priority::Event, "a", "a1");
        queue.push(Priority::Event, "a", "a2");
        queue.push(Priority::Bulk, "b", "b1");
        assert_eq!(queue.remove(&place), Some("a1"));
        assert_eq!(queue.remove(&place), None);
        assert_eq!(queue.ahead(Priority::Event, "a"), (1, 0));
        assert_eq!(
            queue.take_if(|_, _, who| who.starts_with('a')),
            [(Priority::Event, "a".to_owned(), "a2")]
        );
        assert_eq!(queue.waiting(), Waiting { bulk: 1, ..Waiting::default() });
        assert_eq!((queue.pop_bulk(), queue.pop()), (Some("b1"), None));
        assert!(queue.is_empty());
    }
}
