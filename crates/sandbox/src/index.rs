//! What the vendor's searches see: records as they were a moment ago. Everything else sees them as they are.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use crate::time::Millis;
use crate::world::{Contact, Opportunity};

#[derive(Debug, Default)]
pub struct Index {
    lag: Duration,
    pub contacts: Shown<Contact>,
    pub opportunities: Shown<Opportunity>,
}

impl Index {
    pub fn lag(&self) -> Duration {
        self.lag
    }

    /// Without a lag every search sees everything at once; also what is still on its way.
    pub fn set_lag(&mut self, lag: Duration) {
        if lag.is_zero() {
            *self = Self::default();
        }
        self.lag = lag;
    }

    /// Notes what has changed, and shows what changed long enough ago.
    pub fn update(
        &mut self,
        contacts: &BTreeMap<String, Contact>,
        opportunities: &BTreeMap<String, Opportunity>,
        now: Instant,
    ) {
        if !self.lag.is_zero() {
            let at = Moment { now, due: now + self.lag };
            self.contacts.update(contacts, |contact| contact.updated, at);
            self.opportunities.update(opportunities, |opportunity| opportunity.updated, at);
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Moment {
    now: Instant,
    /// When what changes now is to be seen.
    due: Instant,
}

/// Records of one kind as a search sees them. A change that does not move a record's time is seen with the next that
/// does.
#[derive(Debug)]
pub struct Shown<T> {
    /// None while there is no lag.
    seen: Option<BTreeMap<String, T>>,
    /// When each record that is known, seen or still to come, was changed last.
    marks: BTreeMap<String, Millis>,
    coming: VecDeque<(Instant, String, Option<T>)>,
}

impl<T> Default for Shown<T> {
    fn default() -> Self {
        Self { seen: None, marks: BTreeMap::new(), coming: VecDeque::new() }
    }
}

impl<T: Clone> Shown<T> {
    /// The records that a search goes through; `all` are those of this moment.
    pub fn of<'a>(&'a self, all: &'a BTreeMap<String, T>) -> impl Iterator<Item = &'a T> {
        self.seen.as_ref().unwrap_or(all).values()
    }

    fn update(&mut self, all: &BTreeMap<String, T>, changed: impl Fn(&T) -> Millis, at: Moment) {
        if self.seen.is_none() {
            self.seen = Some(all.clone());
            self.marks = all.iter().map(|(id, record)| (id.clone(), changed(record))).collect();
        }
        for (id, record) in all {
            let mark = changed(record);
            if self.marks.get(id) != Some(&mark) {
                self.marks.insert(id.clone(), mark);
                self.coming.push_back((at.due, id.clone(), Some(record.clone())));
            }
        }
        let gone: Vec<String> = self.marks.keys().filter(|id| !all.contains_key(*id)).cloned().collect();
        for id in gone {
            self.marks.remove(&id);
            self.coming.push_back((at.due, id, None));
        }
        self.show(at.now);
    }

    fn show(&mut self, now: Instant) {
        let Some(seen) = &mut self.seen else { return };
        while let Some((_, id, record)) = self.coming.pop_front_if(|(due, ..)| *due <= now) {
            match record {
                Some(record) => drop(seen.insert(id, record)),
                None => drop(seen.remove(&id)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAG: Duration = Duration::from_secs(5);

    /// An index of contacts with one of them in it, named `a`, and the time of its start.
    fn started() -> (Index, BTreeMap<String, Contact>, Instant) {
        let mut index = Index::default();
        index.set_lag(LAG);
        let contacts = BTreeMap::from([("a".to_owned(), Contact::new("a".to_owned(), 1))]);
        let start = Instant::now();
        index.update(&contacts, &BTreeMap::new(), start);
        (index, contacts, start)
    }

    fn seen(index: &Index, contacts: &BTreeMap<String, Contact>) -> Vec<(String, Millis)> {
        index.contacts.of(contacts).map(|contact| (contact.id.clone(), contact.updated)).collect()
    }

    #[test]
    fn a_change_is_seen_when_the_lag_is_over_and_not_before() {
        let (mut index, mut contacts, start) = started();
        contacts.insert("b".to_owned(), Contact::new("b".to_owned(), 2));
        contacts.get_mut("a").unwrap().updated = 3;
        let none = BTreeMap::new();
        index.update(&contacts, &none, start);
        index.update(&contacts, &none, start + LAG - Duration::from_millis(1));
        assert_eq!(seen(&index, &contacts), [("a".to_owned(), 1)]);
        index.update(&contacts, &none, start + LAG);
        assert_eq!(seen(&index, &contacts), [("a".to_owned(), 3), ("b".to_owned(), 2)]);
    }

    #[test]
    fn a_deleted_record_is_found_until_the_lag_is_over() {
        let (mut index, _, start) = started();
        let empty = BTreeMap::new();
        index.update(&empty, &BTreeMap::new(), start);
        assert_eq!(seen(&index, &empty).len(), 1);
        index.update(&empty, &BTreeMap::new(), start + LAG);
        assert_eq!(seen(&index, &empty).len(), 0);
    }

    #[test]
    fn without_a_lag_everything_is_seen_at_once() {
        let (mut index, mut contacts, start) = started();
        contacts.get_mut("a").unwrap().updated = 3;
        index.update(&contacts, &BTreeMap::new(), start);
        index.set_lag(Duration::ZERO);
        assert_eq!(seen(&index, &contacts), [("a".to_owned(), 3)]);
    }
}
