//! How often somebody may try what only some can do: to log in, to bring the secret of an address.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use highline_model::Timestamp;

/// In seconds.
const WINDOW: i64 = 60;
/// Addresses that fall into one place share its tries; the memory stays as it is, whoever comes.
const PLACES: usize = 1_024;

/// Counts tries by address: nobody shuts out others. One that succeeds is taken back.
pub struct Limit {
    /// Nobody outside can choose who falls into whose place.
    places: RandomState,
    /// Tries in a minute from one address.
    most: u32,
    counts: Mutex<Vec<Count>>,
}

#[derive(Clone, Copy, Default)]
struct Count {
    /// In seconds since 1970.
    since: i64,
    tries: u32,
}

impl Limit {
    /// So many tries a minute from one address.
    pub fn new(most: u32) -> Self {
        Self { places: RandomState::new(), most, counts: Mutex::new(vec![Count::default(); PLACES]) }
    }

    /// Takes a try; where there is none left, how many seconds until there is.
    pub fn take(&self, address: IpAddr, now: Timestamp) -> Result<(), u64> {
        self.look(address, now, 1)
    }

    /// Whether there is a try left, without taking it.
    pub fn left(&self, address: IpAddr, now: Timestamp) -> Result<(), u64> {
        self.look(address, now, 0)
    }

    fn look(&self, address: IpAddr, now: Timestamp, taken: u32) -> Result<(), u64> {
        let (place, now) = (self.place(address), now.timestamp());
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = &mut counts[place];
        count.begin_anew(now);
        if count.tries >= self.most {
            return Err(u64::try_from(count.since + WINDOW - now).unwrap_or(0).max(1));
        }
        count.tries += taken;
        Ok(())
    }

    /// The try succeeded.
    pub fn give_back(&self, address: IpAddr) {
        let place = self.place(address);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts[place].tries = counts[place].tries.saturating_sub(1);
    }

    /// Who has one IPv6 address has the 2^64 beside it.
    fn place(&self, address: IpAddr) -> usize {
        let network = match address {
            IpAddr::V4(address) => u64::from(u32::from(address)),
            IpAddr::V6(address) => (u128::from(address) >> 64) as u64,
        };
        (self.places.hash_one(network) % PLACES as u64) as usize
    }
}

impl Count {
    fn begin_anew(&mut self, now: i64) {
        if now - self.since >= WINDOW || now < self.since {
            *self = Self { since: now, tries: 0 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOST: u32 = 10;

    fn at(seconds: i64) -> Timestamp {
        chrono::DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn an_address_has_ten_tries_a_minute_and_those_that_succeed_do_not_count() {
        let limit = Limit::new(MOST);
        let address: IpAddr = "203.0.113.7".parse().unwrap();
        for _ in 0..50 {
            limit.take(address, at(0)).unwrap();
            limit.give_back(address);
        }
        for _ in 0..MOST {
            limit.take(address, at(10)).unwrap();
        }
        assert_eq!(limit.take(address, at(15)), Err(45));
        assert_eq!(limit.left(address, at(15)), Err(45));
        assert_eq!(limit.take(address, at(60)), Ok(()));
    }

    #[test]
    fn who_uses_up_all_tries_shuts_nobody_else_out() {
        let limit = Limit::new(MOST);
        let address = |n: u32| IpAddr::from((0x0a00_0000 + n).to_be_bytes());
        while limit.take(address(1), at(0)).is_ok() {}
        let kept_out = (2..1_002).filter(|n| limit.take(address(*n), at(0)).is_err()).count();
        assert!(kept_out < 20, "{kept_out} of 1,000 share a place with one");
    }

    #[test]
    fn the_addresses_of_one_network_are_one() {
        let limit = Limit::new(MOST);
        let address = |n: u16| IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, n]);
        assert!((0..10).all(|n| limit.take(address(n), at(0)).is_ok()));
        assert!(limit.take(address(11), at(0)).is_err());
    }
}
