//! The line with which a node hands a connection to another: whose it is, signed.
//!
//! `TANDEM/1`, a space, and what is sealed: the peer's address, a space, milliseconds since 1970. Then a
//! line end. It says who connects, not what follows: the network between nodes is to be a private one.

use std::net::IpAddr;

use model::Timestamp;
use secrecy::SecretString;

use crate::auth::signer::Signer;
use crate::foundation::now;

const PURPOSE: &str = "a connection from another node";
const WORD: &str = "TANDEM/1";
/// Clocks of nodes may differ by so much, and an introduction is worth nothing later.
const VALID_MS: i64 = 30_000;

/// Why a connection to the port for nodes is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotIntroduced {
    /// Not what a node says first, or not in time.
    #[error("it does not begin as a node does")]
    Malformed,
    /// Another secret, or none.
    #[error("it is signed with another secret")]
    Forged,
    /// Repeated, or of a node whose clock is wrong.
    #[error("it is older than 30 seconds, or from the future")]
    Stale,
}

/// Makes and reads introductions; all nodes have the same secret.
pub struct Introductions {
    signer: Signer,
}

impl Introductions {
    /// Longest line, its end included.
    pub const MAX: usize = 160;

    pub fn new(secret: &SecretString) -> Self {
        Self { signer: Signer::new(secret) }
    }

    pub(super) fn of(&self, peer: IpAddr) -> String {
        self.written(peer, now())
    }

    pub(super) fn read(&self, line: &str) -> Result<IpAddr, NotIntroduced> {
        self.read_at(line, now())
    }

    fn written(&self, peer: IpAddr, at: Timestamp) -> String {
        let said = format!("{peer} {}", at.as_millis());
        format!("{WORD} {}\n", self.signer.seal(PURPOSE, said.as_bytes()))
    }

    fn read_at(&self, line: &str, at: Timestamp) -> Result<IpAddr, NotIntroduced> {
        let sealed = line.strip_prefix(WORD).and_then(|rest| rest.strip_prefix(' '));
        let said = self.signer.open(PURPOSE, sealed.ok_or(NotIntroduced::Malformed)?);
        let said = String::from_utf8(said.ok_or(NotIntroduced::Forged)?);
        let said = said.map_err(|_| NotIntroduced::Malformed)?;
        let (peer, written) = said.split_once(' ').ok_or(NotIntroduced::Malformed)?;
        let written: i64 = written.parse().map_err(|_| NotIntroduced::Malformed)?;
        if written.abs_diff(at.as_millis()) > VALID_MS.unsigned_abs() {
            return Err(NotIntroduced::Stale);
        }
        peer.parse().map_err(|_| NotIntroduced::Malformed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_introduction_holds_for_its_time_and_its_secret() {
        let introductions = Introductions::new(&"one secret".into());
        let at = Timestamp(1_700_000_000_000);
        for peer in ["192.0.2.7", "2001:db8::7", "::ffff:192.0.2.7"] {
            let peer: IpAddr = peer.parse().unwrap();
            let line = introductions.written(peer, at);
            assert!(line.len() <= Introductions::MAX, "{} bytes", line.len());
            let line = line.trim_end();
            assert_eq!(introductions.read_at(line, at), Ok(peer));
            assert_eq!(introductions.read_at(line, Timestamp(at.0 + 29_000)), Ok(peer));
            for other in [at.0 + 31_000, at.0 - 31_000, i64::MIN, i64::MAX] {
                assert_eq!(introductions.read_at(line, Timestamp(other)), Err(NotIntroduced::Stale));
            }
            let stranger = Introductions::new(&"another".into());
            assert_eq!(stranger.read_at(line, at), Err(NotIntroduced::Forged));
            let (rest, last) = line.split_at(line.len() - 1);
            let lie = format!("{rest}{}", if last == "A" { 'B' } else { 'A' });
            assert_eq!(introductions.read_at(&lie, at), Err(NotIntroduced::Forged));
        }
    }

    #[test]
    fn what_is_no_introduction_is_refused() {
        let introductions = Introductions::new(&"one secret".into());
        for line in ["", "GET / HTTP/1.1", "TANDEM/1", "TANDEM/1 ", "TANDEM/1 192.0.2.7 1 =", "TANDEM/2 a"] {
            assert!(introductions.read_at(line, Timestamp(1)).is_err(), "{line:?}");
        }
    }
}
