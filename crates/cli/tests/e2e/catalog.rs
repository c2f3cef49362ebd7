//! Every operation of HighLevel from the front door: with what it needs it succeeds, without it leaves nothing.

mod batch;
mod round;
mod sources;

use highline_catalog::{Definition, Requirement, Shape};
use serde_json::{Map, Value};

use self::batch::Batch;
use self::round::{Round, definitions, is_removal};
use crate::world::World;

#[test]
fn every_operation_of_highlevel_succeeds_with_a_valid_input() {
    let world = World::with_contacts(12);
    world.raise_rate_limit();
    let mut round = Round::new(&world);
    let definitions = round.definitions.clone();
    for (id, _) in definitions.iter().filter(|(_, each)| !is_removal(each)) {
        round.output(id);
    }
    for (id, definition) in definitions.iter().filter(|(_, each)| each.shape == Shape::List) {
        round.ask_unfiltered(id, definition);
    }
    for id in round.removals() {
        round.output(&id);
    }
    assert!(round.problems.is_empty(), "{}", round.problems.join("\n"));
    assert_eq!(round.outputs.len(), 1 + round.definitions.len());
}

/// Inputs of an operation that each lack something it needs, with the names of what is missing.
fn incomplete(definition: &Definition) -> Vec<(Map<String, Value>, Vec<String>)> {
    let required =
        definition.input.iter().filter(|field| field.required).map(|field| vec![field.name.clone()]);
    let together = definition.require.iter().map(|requirement| match requirement {
        Requirement::OneOf(names) | Requirement::AnyOf(names) => names.clone(),
    });
    let sample = definition.sample.input.as_object().expect("a sample is an object");
    let without = |names: Vec<String>| {
        let mut input = sample.clone();
        input.retain(|name, _| !names.contains(name));
        (input, names)
    };
    required.chain(together).map(without).collect()
}

#[test]
fn what_an_operation_needs_is_named_before_anything_is_sent() {
    let world = World::with_contacts(0);
    let mut batch = Batch::start(&world, &world.ready().token, &[]);
    for definition in definitions(&world).values() {
        for (input, missing) in incomplete(definition) {
            let answer = batch.ask(&definition.id, &input);
            let told = format!("{} without {missing:?}: {answer}", definition.id);
            assert_eq!(answer["error"]["kind"], "invalid_input", "{told}");
            let message = answer["error"]["message"].as_str().expect("a refusal has a message");
            assert!(missing.iter().all(|name| message.contains(&format!("`{name}`"))), "{told}");
        }
    }
    assert_eq!(world.requests(""), Vec::<Value>::new());
}
