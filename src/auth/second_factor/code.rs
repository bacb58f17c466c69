//! One-time codes by time, RFC 6238: HMAC-SHA1, six digits, thirty seconds, as every authenticator app has it.

use model::Timestamp;
use totp_rs::{Builder, Secret, Totp};

use crate::auth::token::{self, NoRandomness};

/// Bytes of a shared secret: as long as the hash, as RFC 4226 asks.
const SECRET: usize = 20;
/// Seconds a code is shown.
const STEP: u64 = 30;
/// Steps a device's clock may be off either way.
const SKEW: u16 = 1;

/// The secret that an app and the server share.
#[derive(Clone)]
pub struct SharedSecret([u8; SECRET]);

impl SharedSecret {
    pub fn random() -> Result<Self, NoRandomness> {
        token::random_bytes().map(Self)
    }

    /// None unless it has the length of one.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// As a person types it into an app: base32 in upper case.
    pub fn base32(&self) -> String {
        data_encoding::BASE32_NOPAD.encode(&self.0)
    }

    /// What the QR code says: `otpauth://totp/ISSUER:ACCOUNT?secret=…`.
    pub fn address(&self, issuer: &str, account: &str) -> String {
        let issuer: String = form_urlencoded::byte_serialize(issuer.as_bytes()).collect();
        let account: String = form_urlencoded::byte_serialize(account.as_bytes()).collect();
        // Apps read %20, not every one a plus.
        let label = format!("{issuer}:{account}").replace('+', "%20");
        let issuer = issuer.replace('+', "%20");
        format!(
            "otpauth://totp/{label}?secret={}&issuer={issuer}&algorithm=SHA1&digits=6&period={STEP}",
            self.base32()
        )
    }

    /// The step whose code this is, now or one step off; none for anything else.
    pub fn step_of(&self, code: &str, now: Timestamp) -> Option<u64> {
        let code: String = code.chars().filter(|letter| !letter.is_whitespace()).collect();
        let is_code = code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
        let seconds = u64::try_from(now.0 / 1_000).ok()?;
        if is_code { self.totp().check(&code, seconds) } else { None }
    }

    /// The code of a moment.
    pub fn code_at(&self, now: Timestamp) -> String {
        self.totp().generate(u64::try_from(now.0 / 1_000).unwrap_or_default()).to_string()
    }

    fn totp(&self) -> Totp {
        let secret = Secret::from(self.0);
        Builder::new().with_secret(secret).with_skew(SKEW).with_step_duration(STEP).build_noncompliant()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> SharedSecret {
        SharedSecret(*b"12345678901234567890")
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp(seconds * 1_000)
    }

    /// The last six of the eight digits that RFC 6238, appendix B, gives for SHA-1.
    #[test]
    fn codes_are_those_of_the_standard() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(secret().code_at(at(seconds)), code, "{seconds}");
            assert_eq!(secret().step_of(code, at(seconds)), Some(seconds.unsigned_abs() / STEP));
        }
    }

    #[test]
    fn a_code_holds_one_step_around_its_own_and_no_longer() {
        let code = secret().code_at(at(1_000_000_020));
        for (off, holds) in [(-60, false), (-30, true), (0, true), (30, true), (60, false)] {
            assert_eq!(secret().step_of(&code, at(1_000_000_020 + off)).is_some(), holds, "{off}");
        }
    }

    #[test]
    fn what_is_no_code_is_none() {
        for text in ["", "28708", "2870821", "28708a", "٢٨٧٠٨٢", "-28708", &"1".repeat(10_000)] {
            assert_eq!(secret().step_of(text, at(59)), None, "{text:.20}");
        }
        assert_eq!(secret().step_of("287 082", at(59)), Some(1), "apps show a gap");
    }

    #[test]
    fn an_app_is_told_all_it_needs() {
        let address = secret().address("Outdoor & Co", "ana@example.org");
        assert!(address.starts_with("otpauth://totp/Outdoor%20%26%20Co:ana%40example.org?secret="));
        assert!(address.contains("secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&"), "{address}");
    }
}
