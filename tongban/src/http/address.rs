//! The address of who asks. Behind a proxy it stands in `X-Forwarded-For`, which anybody can write:
//! it is believed only as far as it was written by a proxy that the operator named.

use std::net::IpAddr;
use std::str::FromStr;

use axum::http::HeaderMap;

/// A network: an address with the number of its leading bits that count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text} 不是网络地址 / is no network such as 10.0.0.0/8");
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            None => most,
            Some(bits) => bits.parse().ok().filter(|b| *b <= most).ok_or_else(wrong)?,
        };
        Ok(Self { address, bits })
    }
}

impl Network {
    fn holds(&self, other: IpAddr) -> bool {
        match (self.address, other.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.bits)).unwrap_or(0);
                own.to_bits() & mask == other.to_bits() & mask
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => {
                let mask = u128::MAX
                    .checked_shl(128 - u32::from(self.bits))
                    .unwrap_or(0);
                own.to_bits() & mask == other.to_bits() & mask
            }
            _ => false,
        }
    }
}

/// The proxies that the operator named.
#[derive(Clone, Debug, Default)]
pub struct Proxies(pub Vec<Network>);

impl Proxies {
    fn trust(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.holds(address))
    }

    /// Who asks: the peer, or behind named proxies the last address that none of them has.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if !self.trust(peer) {
            return peer.to_canonical();
        }
        let lines: Vec<&str> = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|v| v.to_str().ok())
            .collect();
        let mut client = peer;
        for part in lines.join(",").rsplit(',').map(str::trim) {
            let Ok(address) = part.parse::<IpAddr>() else {
                break;
            };
            client = address;
            if !self.trust(address) {
                break;
            }
        }
        client.to_canonical()
    }
}

/// What counts as one asker: an IPv4 address, or the network of 64 bits that a household has.
pub fn asker(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u128::from(v4.to_bits()),
        IpAddr::V6(v6) => v6.to_bits() >> 64 << 64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn forwarded(text: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", text.parse().unwrap());
        headers
    }

    #[test]
    fn only_named_proxies_are_believed() {
        let proxies = Proxies(vec!["10.0.0.0/8".parse().unwrap(), "::1".parse().unwrap()]);
        let ask = |peer: &str, line: &str| proxies.client(ip(peer), &forwarded(line));
        assert_eq!(ask("203.0.113.9", "1.2.3.4"), ip("203.0.113.9"));
        assert_eq!(ask("10.1.2.3", "1.2.3.4"), ip("1.2.3.4"));
        // What the client wrote itself stands before what the proxies wrote.
        assert_eq!(ask("10.1.2.3", "6.6.6.6, 1.2.3.4, 10.9.9.9"), ip("1.2.3.4"));
        assert_eq!(ask("::1", "nonsense"), ip("::1"));
        assert_eq!(ask("::ffff:10.1.1.1", "1.2.3.4"), ip("1.2.3.4"));
        let none = Proxies::default();
        assert_eq!(
            none.client(ip("10.0.0.1"), &forwarded("1.2.3.4")),
            ip("10.0.0.1")
        );
    }

    #[test]
    fn networks_are_read() {
        assert!("10.0.0.0/33".parse::<Network>().is_err());
        assert!("ten".parse::<Network>().is_err());
        let all: Network = "0.0.0.0/0".parse().unwrap();
        assert!(all.holds(ip("8.8.8.8")) && !all.holds(ip("::2")));
    }

    #[test]
    fn a_household_is_one_asker() {
        assert_eq!(asker(ip("2001:db8::1")), asker(ip("2001:db8::ffff")));
        assert_ne!(asker(ip("2001:db8:0:1::1")), asker(ip("2001:db8::1")));
    }
}
