//! Which addresses may be called: public ones, and private ones that the settings name.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::network::{InvalidNetwork, Network};

/// The addresses that may be called.
#[derive(Debug, Clone, Default)]
pub struct Allowed {
    private: Vec<Network>,
}

impl Allowed {
    /// Public addresses, and these besides.
    pub fn new(private: &[String]) -> Result<Self, InvalidNetwork> {
        private.iter().map(|text| text.parse()).collect::<Result<_, _>>().map(|private| Self { private })
    }

    pub fn admits(&self, address: IpAddr) -> bool {
        is_public(address) || self.private.iter().any(|network| network.contains(address))
    }
}

/// Whether an address is one of the open Internet.
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// Without the special blocks of RFC 6890.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    let is_special = match first {
        0 | 10 | 127 => true,
        100 => second & 0xc0 == 64,
        169 => second == 254,
        172 => second & 0xf0 == 16,
        192 => matches!((second, third), (0, 0 | 2) | (88, 99) | (168, _)),
        198 => matches!((second, third), (18 | 19, _) | (51, 100)),
        203 => (second, third) == (0, 113),
        first => first >= 224,
    };
    !is_special
}

/// Global unicast, without what leads to an IPv4 address (Teredo, 6to4) and what is for documents.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let is_global = first & 0xe000 == 0x2000;
    let is_special = match first {
        0x2001 => second < 0x0200 || second == 0x0db8,
        0x2002 | 0x3fff => true,
        _ => false,
    };
    is_global && !is_special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_call_reaches_the_houses_own_network() {
        let allowed = Allowed::default();
        for private in [
            "127.0.0.1",
            "127.9.9.9",
            "0.0.0.0",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "fe80::1",
            "fc00::1",
            "fd12:3456::1",
            "fec0::1",
            "ff02::1",
            "2002:7f00:1::",
            "2001::1",
            "2001:db8::1",
        ] {
            assert!(!allowed.admits(private.parse().unwrap()), "{private}");
        }
        for public in
            ["1.1.1.1", "172.32.0.1", "192.1.0.1", "223.255.255.1", "2606:4700::1111", "2001:4860::1"]
        {
            assert!(allowed.admits(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn the_settings_open_what_they_name_and_nothing_beside_it() {
        let allowed = Allowed::new(&["10.1.0.0/16".to_owned(), "127.0.0.1".to_owned()]).unwrap();
        for open in ["10.1.2.3", "127.0.0.1", "::ffff:10.1.0.1"] {
            assert!(allowed.admits(open.parse().unwrap()), "{open}");
        }
        for closed in ["10.2.0.1", "127.0.0.2", "::1"] {
            assert!(!allowed.admits(closed.parse().unwrap()), "{closed}");
        }
        for bad in ["10.1.0.0/33", "10.1/16", "", "host", "::/129", "1.1.1.1/-1"] {
            assert!(bad.parse::<Network>().is_err(), "{bad}");
        }
        assert!("0.0.0.0/0".parse::<Network>().unwrap().contains("10.0.0.1".parse().unwrap()));
    }
}
