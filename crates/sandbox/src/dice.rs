//! The one source of chance: everything made up by the sandbox comes from a seed.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, RngExt, SeedableRng};

use crate::tokens::Issuer;

const ALPHANUMERIC: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const HEX: &[u8] = b"0123456789abcdef";

/// Named streams, so that using one more number in one place does not change the others.
#[derive(Debug, Clone, Copy)]
pub enum Stream {
    Seeding = 1,
    NewRecords = 2,
    Traces = 3,
    Changes = 4,
    Office = 5,
    AgencyUser = 6,
    Sales = 7,
    Associations = 20,
    Blogs = 21,
    Conversations = 22,
    Calendars = 70,
    Access = 90,
    WebhookKey = 91,
}

#[derive(Debug, Clone)]
pub struct Dice(Xoshiro256PlusPlus);

impl Dice {
    pub fn new(seed: u64, stream: Stream) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed.wrapping_mul(31).wrapping_add(stream as u64)))
    }

    /// A number below `bound`, which is above zero.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0.random_range(0..bound)
    }

    pub fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// 20 alphanumeric characters, as HighLevel's contacts, locations, tasks and notes have.
    pub fn id(&mut self) -> String {
        self.text(ALPHANUMERIC, 20)
    }

    /// 24 hex digits, as HighLevel's businesses have.
    pub fn object_id(&mut self) -> String {
        self.text(HEX, 24)
    }

    /// A UUID of version 4, as HighLevel's workflows, trace ids and everything of Credly have.
    pub fn uuid(&mut self) -> String {
        let hex = self.text(HEX, 32);
        let variant = self.pick(b"89ab");
        format!(
            "{}-{}-4{}-{}{}-{}",
            &hex[..8],
            &hex[8..12],
            &hex[13..16],
            char::from(*variant),
            &hex[17..20],
            &hex[20..]
        )
    }

    /// A bearer token as it looks for its issuer.
    pub fn token(&mut self, issuer: Issuer) -> String {
        match issuer {
            Issuer::PrivateIntegration => format!("pit-{}", self.uuid()),
            Issuer::App => self.text(ALPHANUMERIC, 40),
        }
    }

    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    fn text(&mut self, of: &[u8], length: usize) -> String {
        (0..length).map(|_| char::from(*self.pick(of))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_ids() {
        let ids = |seed| {
            let mut dice = Dice::new(seed, Stream::Seeding);
            (dice.id(), dice.object_id(), dice.uuid())
        };
        assert_eq!(ids(7), ids(7));
        assert_ne!(ids(7), ids(8));
        let (id, object_id, uuid) = ids(7);
        assert_eq!((id.len(), object_id.len(), uuid.len()), (20, 24, 36));
    }

    #[test]
    fn streams_of_one_seed_differ() {
        assert_ne!(Dice::new(7, Stream::Seeding).id(), Dice::new(7, Stream::NewRecords).id());
    }
}
