//! Names are resolved here and only addresses that may be called are given on, so that what was
//! checked is what is connected to: a name cannot mean one address now and another a moment later.

use std::net::{IpAddr, SocketAddr};

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::allowed::Allowed;

/// Resolves names to allowed addresses.
pub struct Resolver {
    pub allowed: Allowed,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = self.allowed.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let admitted: Vec<SocketAddr> = found.filter(|address| allowed.admits(address.ip())).collect();
            if admitted.is_empty() {
                return Err("the name leads to no address that may be called".into());
            }
            Ok(Box::new(admitted.into_iter()) as Addrs)
        })
    }
}

/// An address that may be called as far as can be told before it is resolved. Clients do not resolve
/// numbers, so those are checked here.
pub fn checked(url: &str, allowed: &Allowed) -> Result<Url, String> {
    let url = Url::parse(url).map_err(|_| "the address is no URL".to_owned())?;
    if !matches!(url.scheme(), "https" | "http") || !url.username().is_empty() || url.password().is_some() {
        return Err("the address is not plain http or https".to_owned());
    }
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    match host.parse::<IpAddr>() {
        Ok(address) if !allowed.admits(address) => Err("the address may not be called".to_owned()),
        _ => Ok(url),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_in_any_spelling_is_checked() {
        for bad in [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://0x7f000001/",
            "http://2130706433/",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://017700000001/",
            "http://user@1.1.1.1/",
            "ftp://1.1.1.1/",
            "nothing",
            "file:///etc/passwd",
        ] {
            assert!(checked(bad, &Allowed::default()).is_err(), "{bad}");
        }
        assert!(checked("https://crm.example/tandem", &Allowed::default()).is_ok());
        assert!(checked("https://1.1.1.1/tandem", &Allowed::default()).is_ok());
    }
}
