//! Who has the slots for polls. A source, which is what a connection leads to, must not hold them all because it is slow: as
//! soon as a node has met a second one, none gets more than half.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// A source that was not polled for so long is not there any more.
const REMEMBERED: Duration = Duration::from_secs(3600);

/// The slots of a node.
pub(super) struct Slots {
    most: usize,
    held: Arc<Mutex<Held>>,
    /// When a source was polled last.
    met: HashMap<String, Instant>,
    /// Nobody but the source that has its half was waiting, and until then nobody is looked for: to look means to go
    /// through all that waits.
    nobody_until: Option<Instant>,
}

#[derive(Default)]
struct Held {
    all: usize,
    by_source: HashMap<String, usize>,
}

/// The slot of a poll; given back when dropped.
pub(super) struct Slot {
    held: Arc<Mutex<Held>>,
    source: Option<String>,
}

/// What may be claimed now.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Offer {
    pub slots: usize,
    /// Of all sources but this one, which has its half.
    pub without: Option<String>,
}

impl Slots {
    pub fn new(most: usize) -> Self {
        Self { most, held: Arc::default(), met: HashMap::new(), nobody_until: None }
    }

    /// What may be claimed at once, so that no source gets more than its share. None: there is no room.
    pub fn offer(&self, now: Instant) -> Option<Offer> {
        let held = locked(&self.held);
        let free = self.most.saturating_sub(held.all);
        if self.met.len() < 2 {
            return (free > 0).then_some(Offer { slots: free, without: None });
        }
        let share = self.most.div_ceil(2);
        // Two that have half each leave no room, so there is one at most.
        let full =
            held.by_source.iter().find(|(_, slots)| **slots >= share).map(|(source, _)| source.clone());
        if full.is_some() && self.nobody_until.is_some_and(|until| now < until) {
            return None;
        }
        let others = held.by_source.iter().filter(|(source, _)| Some(*source) != full.as_ref());
        let slots = free.min(share - others.map(|(_, slots)| *slots).max().unwrap_or(0));
        (slots > 0).then_some(Offer { slots, without: full })
    }

    /// Nobody took all of an offer. `took` is how long it took to find that out: the longer, the later the next try.
    pub fn nobody_else(&mut self, now: Instant, took: Duration) {
        let pause = (took * 20).clamp(Duration::from_millis(500), Duration::from_secs(60));
        self.nobody_until = Some(now + pause);
    }

    pub fn take(&mut self, source: Option<String>, now: Instant) -> Slot {
        if let Some(source) = &source {
            self.met.insert(source.clone(), now);
        }
        self.met.retain(|_, at| now.duration_since(*at) < REMEMBERED);
        let mut held = locked(&self.held);
        held.all += 1;
        if let Some(source) = &source {
            *held.by_source.entry(source.clone()).or_insert(0) += 1;
        }
        Slot { held: self.held.clone(), source }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut held = locked(&self.held);
        held.all -= 1;
        if let Some(source) = &self.source
            && let Some(slots) = held.by_source.get_mut(source)
        {
            *slots -= 1;
            if *slots == 0 {
                held.by_source.remove(source);
            }
        }
    }
}

fn locked(held: &Mutex<Held>) -> MutexGuard<'_, Held> {
    held.lock().expect("no one panics while holding the slots")
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;

    fn seconds(seconds: u64) -> Instant {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        *START + Duration::from_secs(seconds)
    }

    fn taken(slots: &mut Slots, source: &str, times: usize) -> Vec<Slot> {
        (0..times).map(|_| slots.take(Some(source.to_owned()), seconds(0))).collect()
    }

    fn offer(slots: usize, without: Option<&str>) -> Option<Offer> {
        Some(Offer { slots, without: without.map(str::to_owned) })
    }

    #[test]
    fn an_account_that_is_alone_gets_all_slots() {
        let mut slots = Slots::new(16);
        let _held = taken(&mut slots, "a", 10);
        assert_eq!(slots.offer(seconds(0)), offer(6, None));
    }

    #[test]
    fn one_of_several_gets_half_and_the_rest_is_for_the_others() {
        let mut slots = Slots::new(16);
        drop((taken(&mut slots, "a", 1), taken(&mut slots, "b", 1)));
        assert_eq!(slots.offer(seconds(0)), offer(8, None), "no claim brings more than half");
        let mut held = taken(&mut slots, "a", 5);
        assert_eq!(slots.offer(seconds(0)), offer(3, None));
        held.extend(taken(&mut slots, "a", 3));
        assert_eq!(slots.offer(seconds(0)), offer(8, Some("a")));
        held.extend(taken(&mut slots, "b", 2));
        assert_eq!(slots.offer(seconds(0)), offer(6, Some("a")));
        held.extend(taken(&mut slots, "b", 6));
        assert_eq!(slots.offer(seconds(0)), None);
        drop(held);
        assert_eq!(slots.offer(seconds(0)), offer(8, None));
    }

    #[test]
    fn when_nobody_else_waits_it_is_not_asked_again_at_once() {
        let mut slots = Slots::new(4);
        drop(taken(&mut slots, "b", 1));
        let _held = taken(&mut slots, "a", 2);
        slots.nobody_else(seconds(0), Duration::from_millis(100));
        assert_eq!(slots.offer(seconds(1)), None);
        assert_eq!(slots.offer(seconds(2)), offer(2, Some("a")));
    }

    #[test]
    fn an_account_that_is_gone_leaves_all_slots_to_the_other() {
        let mut slots = Slots::new(4);
        drop(taken(&mut slots, "b", 1));
        let later = seconds(3_600);
        let _slot = slots.take(Some("a".to_owned()), later);
        assert_eq!(slots.offer(later), offer(3, None));
    }

    #[test]
    fn a_single_slot_is_everyones() {
        let mut slots = Slots::new(1);
        drop(taken(&mut slots, "b", 1));
        drop(taken(&mut slots, "a", 1));
        assert_eq!(slots.offer(seconds(0)), offer(1, None));
    }
}
