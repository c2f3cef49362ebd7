//! Believable changes, one at a time, in an order that the seed decides.

use crate::dice::{Dice, Stream};
use crate::highlevel::{contacts, events, tags};
use crate::seed::{self, words};
use crate::time::{self, DAY, Millis};
use crate::world::{Note, Task, World};

/// One that a workflow would wait for; no seeded contact has it.
const CERTIFIED: &str = "certified";

#[derive(Debug)]
pub struct Changes {
    dice: Dice,
}

impl Changes {
    pub fn new(seed: u64) -> Self {
        Self { dice: Dice::new(seed, Stream::Changes) }
    }

    /// Makes the next change; says what it did.
    pub fn next(&mut self, world: &mut World) -> String {
        let chance = self.dice.below(100);
        match self.someone(world) {
            None => self.new_contact(world),
            Some(_) if chance < 12 => self.new_contact(world),
            Some(id) if chance < 42 => self.move_house(world, &id),
            Some(id) if chance < 62 => self.tag(world, &id),
            Some(id) if chance < 78 => self.new_task(world, &id),
            Some(id) if chance < 92 => self.complete_task(world, &id),
            Some(id) => self.new_note(world, &id),
        }
    }

    fn someone(&mut self, world: &World) -> Option<String> {
        if world.contacts.is_empty() {
            return None;
        }
        world.contacts.keys().nth(self.dice.below(world.contacts.len())).cloned()
    }

    /// Nobody once all users were deleted.
    fn user(&mut self, world: &World) -> Option<String> {
        (!world.users.is_empty()).then(|| self.dice.pick(&world.users).id.clone())
    }

    fn new_contact(&mut self, world: &mut World) -> String {
        let mut contact = world.new_contact();
        seed::fill_profile(&mut contact, &mut self.dice, world.made);
        contact.tags = vec!["lead".to_owned()];
        world.made += 1;
        let said = format!("new contact {}", contact.id);
        contacts::add(world, contact);
        said
    }

    fn move_house(&mut self, world: &mut World, id: &str) -> String {
        let place = self.dice.pick(&words::PLACES);
        if let Some(mut contact) = world.contacts.get(id).cloned() {
            contact.profile.insert("city", place.city.to_owned());
            contact.profile.insert("state", place.state.to_owned());
            contact.profile.insert("postalCode", place.postal_code.to_owned());
            contacts::replace(world, contact);
        }
        format!("contact {id} moved to {}", place.city)
    }

    fn tag(&mut self, world: &mut World, id: &str) -> String {
        let tag = if self.dice.percent(60) { CERTIFIED } else { *self.dice.pick(&words::TAGS) };
        match tags::add(world, id, &[tag.to_owned()]).is_empty() {
            false => format!("contact {id} tagged {tag}"),
            true => self.move_house(world, id),
        }
    }

    fn new_task(&mut self, world: &mut World, id: &str) -> String {
        let title = *self.dice.pick(&words::TASKS);
        let due = world.clock.tick() + (1 + self.dice.below(14)) as Millis * DAY;
        let task = Task {
            id: world.dice.id(),
            title: title.to_owned(),
            body: None,
            assigned_to: self.user(world),
            due_date: time::iso(due),
            completed: false,
            contact_id: id.to_owned(),
        };
        let said = format!("contact {id} has a new task {}", task.id);
        if let Some(contact) = world.contacts.get_mut(id) {
            contact.tasks.push(task.clone());
            events::task(world, "TaskCreate", &task);
        }
        said
    }

    /// Of this contact, or of the first after it in the order of ids that has an open one.
    fn complete_task(&mut self, world: &mut World, id: &str) -> String {
        let open = |world: &World| {
            let (before, from): (Vec<_>, Vec<_>) =
                world.contacts.values().partition(|contact| contact.id.as_str() < id);
            let mut tasks = from.into_iter().chain(before).flat_map(|contact| &contact.tasks);
            tasks.find(|task| !task.completed).map(|task| (task.contact_id.clone(), task.id.clone()))
        };
        let Some((owner, task_id)) = open(world) else { return self.new_task(world, id) };
        let mut tasks = world.contacts.get_mut(&owner).into_iter().flat_map(|contact| &mut contact.tasks);
        if let Some(task) = tasks.find(|task| task.id == task_id) {
            task.completed = true;
            let task = task.clone();
            events::task(world, "TaskComplete", &task);
        }
        format!("contact {owner} has completed task {task_id}")
    }

    fn new_note(&mut self, world: &mut World, id: &str) -> String {
        let note = Note {
            id: world.dice.id(),
            body: format!("<p>{}</p>", self.dice.pick(&words::NOTES)),
            user_id: self.user(world),
            title: None,
            color: None,
            pinned: false,
            added: world.clock.tick(),
        };
        let said = format!("contact {id} has a new note {}", note.id);
        if let Some(contact) = world.contacts.get_mut(id) {
            contact.notes.push(note.clone());
            events::note(world, "NoteCreate", id, &note);
        }
        said
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(seed: u64, times: usize) -> Vec<String> {
        let mut world = seed::world(seed, 30, "http://sandbox");
        let mut changes = Changes::new(seed);
        (0..times).map(|_| changes.next(&mut world)).collect()
    }

    #[test]
    fn the_same_seed_changes_the_same_things_in_the_same_order() {
        assert_eq!(said(3, 200), said(3, 200));
        assert_ne!(said(3, 200), said(4, 200));
    }

    #[test]
    fn every_kind_of_change_happens() {
        let said = said(3, 200).join("\n");
        for words in ["new contact", "moved to", "tagged certified", "new task", "completed task", "new note"]
        {
            assert!(said.contains(words), "{words}");
        }
    }
}
