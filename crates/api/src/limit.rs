//! How often somebody may try to log in.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use highline_model::Timestamp;

/// Tries in a minute from one address.
const OF_ONE: u32 = 10;
/// Tries in a minute from all of them.
const OF_ALL: u32 = 300;
/// In seconds.
const WINDOW: i64 = 60;
/// Addresses that fall into one place share its tries; the memory stays as it is, whoever comes.
const PLACES: usize = 1_024;

/// Counts tries by address and over all. One that succeeds is taken back.
pub struct Limit {
    /// Nobody outside can choose who falls into whose place.
    places: RandomState,
    counts: Mutex<Counts>,
}

struct Counts {
    all: Count,
    each: Vec<Count>,
}

#[derive(Clone, Copy, Default)]
struct Count {
    /// In seconds since 1970.
    since: i64,
    tries: u32,
}

impl Default for Limit {
    fn default() -> Self {
        let counts = Counts { all: Count::default(), each: vec![Count::default(); PLACES] };
        Self { places: RandomState::new(), counts: Mutex::new(counts) }
    }
}

impl Limit {
    /// Takes a try; where there is none left, how many seconds until there is.
    pub fn take(&self, address: IpAddr, now: Timestamp) -> Result<(), u64> {
        let (place, now) = (self.place(address), now.timestamp());
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let Counts { all, each } = &mut *counts;
        all.begin_anew(now);
        each[place].begin_anew(now);
        for (count, most) in [(&each[place], OF_ONE), (&*all, OF_ALL)] {
            if count.tries >= most {
                return Err(u64::try_from(count.since + WINDOW - now).unwrap_or(0).max(1));
            }
        }
        all.tries += 1;
        each[place].tries += 1;
        Ok(())
    }

    /// The try succeeded.
    pub fn give_back(&self, address: IpAddr) {
        let place = self.place(address);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.all.tries = counts.all.tries.saturating_sub(1);
        counts.each[place].tries = counts.each[place].tries.saturating_sub(1);
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

    fn at(seconds: i64) -> Timestamp {
        chrono::DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn an_address_has_ten_tries_a_minute_and_those_that_succeed_do_not_count() {
        let limit = Limit::default();
        let address: IpAddr = "203.0.113.7".parse().unwrap();
        for _ in 0..50 {
            limit.take(address, at(0)).unwrap();
            limit.give_back(address);
        }
        for _ in 0..OF_ONE {
            limit.take(address, at(10)).unwrap();
        }
        assert_eq!(limit.take(address, at(15)), Err(45));
        assert_eq!(limit.take(address, at(60)), Ok(()));
    }

    #[test]
    fn many_addresses_together_have_no_more_than_all() {
        let limit = Limit::default();
        let tries = (0..1_000_u32)
            .filter(|n| limit.take(IpAddr::from((0x0a00_0000 + n).to_be_bytes()), at(0)).is_ok());
        assert_eq!(tries.count(), OF_ALL as usize);
    }

    #[test]
    fn the_addresses_of_one_network_are_one() {
        let limit = Limit::default();
        let address = |n: u16| IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, n]);
        assert!((0..10).all(|n| limit.take(address(n), at(0)).is_ok()));
        assert!(limit.take(address(11), at(0)).is_err());
    }
}
