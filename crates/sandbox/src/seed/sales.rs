//! Two pipelines, and a dozen opportunities of contacts in them.

use serde_json::{Number, json};

use crate::dice::{Dice, Stream};
use crate::time::{DAY, HOUR, Millis, START};
use crate::world::{Opportunity, Pipeline, Stage, World};

use super::words;

const OPPORTUNITIES: usize = 12;
const STATUSES: [&str; 6] = ["open", "open", "open", "won", "lost", "abandoned"];

/// Puts pipelines and opportunities into a world that has its contacts and users; without contacts no opportunities.
pub fn add(world: &mut World, seed: u64) {
    let mut dice = Dice::new(seed, Stream::Sales);
    world.pipelines = words::PIPELINES
        .map(|(name, stages)| Pipeline {
            id: dice.id(),
            name,
            stages: stages
                .iter()
                .map(|&(name, win_probability)| Stage { id: dice.uuid(), name, win_probability })
                .collect(),
            created: START - DAY,
        })
        .into();
    let contacts: Vec<String> = world.contacts.keys().cloned().collect();
    for contact in contacts.iter().cycle().take(OPPORTUNITIES) {
        let opportunity = opportunity(world, &mut dice, contact);
        world.opportunities.insert(opportunity.id.clone(), opportunity);
    }
}

fn opportunity(world: &World, dice: &mut Dice, contact: &str) -> Opportunity {
    let created = world.contacts[contact].added + (1 + dice.below(72)) as Millis * HOUR;
    let mut opportunity = Opportunity::new(dice.id(), created);
    let pipeline = dice.pick(&world.pipelines);
    opportunity.pipeline = pipeline.id.clone();
    opportunity.stage = dice.pick(&pipeline.stages).id.clone();
    opportunity.name = format!("{} for {}", dice.pick(&words::COURSES), world.contacts[contact].name());
    opportunity.status = (*dice.pick(&STATUSES)).to_owned();
    opportunity.value = Number::from(100 * (1 + dice.below(50)));
    opportunity.contact = Some(contact.to_owned());
    opportunity.source = dice.percent(50).then(|| (*dice.pick(&words::SOURCES)).to_owned());
    opportunity.assigned_to = dice.percent(70).then(|| dice.pick(&world.users).id.clone());
    opportunity.updated = created + dice.below(20) as Millis * DAY;
    opportunity.status_changed = opportunity.updated;
    opportunity.stage_changed = opportunity.updated;
    if let Some(seats) = world.custom_field("opportunity", "seats") {
        opportunity.custom_fields.insert(seats.id.clone(), json!(1 + dice.below(30)));
    }
    opportunity
}
