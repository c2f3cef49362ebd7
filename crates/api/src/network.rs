//! Networks of addresses, and whose word about others counts.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// An address, or all that begin with the same bits: `10.0.0.5`, `10.0.0.0/8`, `fd00::/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    first: IpAddr,
    bits: u8,
}

impl Network {
    pub fn has(&self, address: IpAddr) -> bool {
        match (self.first, address.to_canonical()) {
            (IpAddr::V4(first), IpAddr::V4(address)) => {
                same(u128::from(u32::from(first)) << 96, u128::from(u32::from(address)) << 96, self.bits)
            }
            (IpAddr::V6(first), IpAddr::V6(address)) => same(first.into(), address.into(), self.bits),
            _ => false,
        }
    }
}

fn same(a: u128, b: u128, bits: u8) -> bool {
    bits == 0 || (a ^ b) >> (128 - u32::from(bits)) == 0
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no address and no network such as 10.0.0.0/8");
        let (first, bits) = text.split_once('/').map_or((text, None), |(first, bits)| (first, Some(bits)));
        let first: IpAddr = first.trim().parse().map_err(|_| wrong())?;
        let most = if first.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), |bits| bits.trim().parse().map_err(|_| wrong()))?;
        if bits > most { Err(wrong()) } else { Ok(Self { first, bits }) }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.bits)
    }
}

/// For whom a request is, going by what proxies say of each other. `told` is what they said, the last of them last. What
/// somebody else than one of them says counts for nothing.
pub fn origin(peer: IpAddr, told: Option<&str>, proxies: &[Network]) -> IpAddr {
    let is_proxy = |address: IpAddr| proxies.iter().any(|network| network.has(address));
    let mut from = peer;
    for next in told.into_iter().flat_map(|all| all.rsplit(',')) {
        if !is_proxy(from) {
            break;
        }
        match next.trim().parse() {
            Ok(address) => from = address,
            Err(_) => break,
        }
    }
    from
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_the_addresses_that_begin_as_it_does() {
        for (network, inside, outside) in [
            ("10.0.0.0/8", "10.255.1.2", "11.0.0.1"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
            ("fd00::/8", "fd12::1", "fe80::1"),
            ("0.0.0.0/0", "203.0.113.9", "::1"),
            ("127.0.0.1", "::ffff:127.0.0.1", "127.0.0.2"),
        ] {
            let network: Network = network.parse().unwrap();
            assert!(network.has(inside.parse().unwrap()), "{inside} in {network}");
            assert!(!network.has(outside.parse().unwrap()), "{outside} in {network}");
        }
        for wrong in ["", "10.0.0.0/33", "::/129", "10.0.0", "localhost", "10.0.0.0/x"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn only_proxies_are_believed_and_only_as_far_as_they_go() {
        let proxies = ["127.0.0.1", "10.0.0.0/8"].map(|network| network.parse().unwrap());
        let from = |peer: &str, told| origin(peer.parse().unwrap(), told, &proxies).to_string();
        assert_eq!(from("127.0.0.1", Some("203.0.113.9")), "203.0.113.9");
        assert_eq!(from("127.0.0.1", Some("1.1.1.1, 203.0.113.9, 10.1.2.3")), "203.0.113.9");
        assert_eq!(from("172.17.0.1", Some("203.0.113.9")), "172.17.0.1", "nobody trusts it");
        assert_eq!(from("127.0.0.1", Some("nonsense")), "127.0.0.1");
        assert_eq!(from("127.0.0.1", None), "127.0.0.1");
    }
}
