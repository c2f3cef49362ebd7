//! Associations that every location has and some that its people made.

use serde_json::{Map, Value, json};

use crate::dice::{Dice, Stream};
use crate::highlevel::associations::{Associations, association, relations::relation};
use crate::world::World;

/// Key, kind, and key and label of the two objects.
const ALL: [(&str, &str, [&str; 2], [&str; 2]); 3] = [
    ("contact_opportunity", "SYSTEM_DEFINED", ["contact", "contact"], ["opportunity", "opportunity"]),
    ("tutor_student", "USER_DEFINED", ["contact", "tutor"], ["contact", "student"]),
    ("course_graduate", "USER_DEFINED", ["custom_objects.courses", "course"], ["contact", "graduate"]),
];

/// The first two contacts are tutor and student.
pub fn seeded(seed: u64, world: &World) -> Associations {
    let mut dice = Dice::new(seed, Stream::Associations);
    let mut made = Associations::default();
    for (key, kind, first, second) in ALL {
        let body = objects(key, first, second);
        made.all.add(association(world, dice.object_id(), &body, kind));
    }
    let mut contacts = world.contacts.keys();
    if let (Some(tutor), Some(student)) = (contacts.next(), contacts.next()) {
        let tutoring = made.all.iter().nth(1).expect("three were just made").clone();
        made.relations.add(relation(&tutoring, &dice.object_id(), [tutor, student]));
    }
    made
}

fn objects(key: &str, first: [&str; 2], second: [&str; 2]) -> Map<String, Value> {
    let body = json!({
        "key": key,
        "firstObjectKey": first[0],
        "firstObjectLabel": first[1],
        "secondObjectKey": second[0],
        "secondObjectLabel": second[1],
    });
    body.as_object().cloned().unwrap_or_default()
}
