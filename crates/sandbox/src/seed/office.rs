//! Users, businesses and custom fields of the location.

use crate::dice::Dice;
use crate::time::{HOUR, Millis, START};
use crate::world::CustomField;

use super::words;

/// `dice` makes the ids of the two fields that contacts have values in, `more` those of the others.
pub fn custom_fields(dice: &mut Dice, more: &mut Dice) -> Vec<CustomField> {
    let made = |(n, words): (usize, words::FieldWords)| CustomField {
        id: if n < 2 { dice.id() } else { more.id() },
        model: words.model,
        key: words.key,
        name: words.name,
        data_type: words.data_type,
        options: words.options,
        added: START + n as Millis * HOUR,
    };
    words::CUSTOM_FIELDS.into_iter().enumerate().map(made).collect()
}
