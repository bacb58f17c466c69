//! Networks as settings name them.

use std::net::IpAddr;
use std::str::FromStr;

/// A text is no network. Retrying is pointless.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an address or a network such as \"10.1.0.0/16\"")]
pub struct InvalidNetwork(String);

/// An address, or all addresses that share its first bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    /// As IPv6; an IPv4 address is mapped.
    bits: u128,
    /// Of those bits, how many count.
    prefix: u32,
}

impl FromStr for Network {
    type Err = InvalidNetwork;

    fn from_str(text: &str) -> Result<Self, InvalidNetwork> {
        let invalid = || InvalidNetwork(text.chars().take(80).collect());
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse::<u32>().map_err(|_| invalid())?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| invalid())?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let prefix = prefix.unwrap_or(width);
        if prefix > width {
            return Err(invalid());
        }
        Ok(Self { bits: mapped(address), prefix: prefix + 128 - width })
    }
}

impl Network {
    pub fn contains(&self, address: IpAddr) -> bool {
        let differing = self.bits ^ mapped(address);
        differing.leading_zeros() >= self.prefix
    }
}

fn mapped(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}
