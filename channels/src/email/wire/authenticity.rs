//! What the receiving server found out about who sent a mail (Authentication-Results, RFC 8601).
//!
//! Anyone can write the field, so only the topmost one counts, and only if it bears the name of the
//! server that is believed; that server has to take out fields of its own name that come from outside.

use super::entity::Headers;
use super::mail::{ParsedMail, Problem};

/// Bytes of the field that are read.
const MAX_FIELD: usize = 4_096;

/// The topmost field on one line and without comments; none if it is too long or not closed.
pub(super) fn results(headers: &Headers<'_>) -> Option<String> {
    let named = |name: &str| name.eq_ignore_ascii_case("Authentication-Results");
    let (_, value) = headers.headers_raw().find(|(name, _)| named(name))?;
    (value.len() <= MAX_FIELD).then(|| without_comments(value)).flatten()
}

impl ParsedMail {
    /// Whether `server` has found that the mail comes from the domain of its From (DMARC passed).
    pub fn is_vouched_for_by(&self, server: &str) -> bool {
        let (Some(results), Some(from)) = (&self.authentication, &self.from) else { return false };
        if self.problems.contains(&Problem::SeveralSenders) {
            return false;
        }
        let mut parts = results.split(';');
        let named = parts.next().and_then(|part| part.split_whitespace().next());
        named.is_some_and(|named| named.eq_ignore_ascii_case(server))
            && parts.any(|part| passes(part, from.domain()))
    }
}

/// `dmarc=pass header.from=domain`, in this order, among other properties.
fn passes(part: &str, domain: &str) -> bool {
    let mut words = part.split_whitespace();
    let is_dmarc = words.next().is_some_and(|word| word.eq_ignore_ascii_case("dmarc=pass"));
    is_dmarc
        && words.any(|word| {
            let (name, value) = word.split_once('=').unwrap_or((word, ""));
            name.eq_ignore_ascii_case("header.from") && value.trim_matches('"').eq_ignore_ascii_case(domain)
        })
}

/// Quoted texts are left out as well: nothing that counts is ever quoted.
fn without_comments(value: &str) -> Option<String> {
    let (mut plain, mut depth, mut quoted, mut escaped) = (String::new(), 0_usize, false, false);
    for letter in value.chars() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted || depth > 0 => escaped = true,
            '"' if depth == 0 => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth = depth.checked_sub(1)?,
            _ if quoted || depth > 0 => {}
            letter if letter.is_whitespace() || letter.is_control() => plain.push(' '),
            letter => plain.push(letter),
        }
    }
    (depth == 0 && !quoted).then_some(plain)
}

#[cfg(test)]
mod tests {
    use crate::email::{Limits, parse};

    fn vouched(fields: &str) -> bool {
        let raw = format!("{fields}From: Dora <dora@example.org>\r\nSubject: hi\r\n\r\nhi\r\n");
        parse(raw.as_bytes(), &Limits::default()).is_vouched_for_by("mx.shop.example")
    }

    #[test]
    fn the_believed_servers_dmarc_pass_for_the_from_domain_counts() {
        for field in [
            "mx.shop.example; dmarc=pass header.from=example.org",
            "MX.shop.example 1; spf=pass smtp.mailfrom=x.org;\r\n dmarc=pass (p=reject (really)) header.from=Example.org",
            "mx.shop.example; dkim=fail; dmarc=pass policy.dmarc=none header.from=example.org; arc=none",
        ] {
            assert!(vouched(&format!("Authentication-Results: {field}\r\n")), "{field}");
        }
    }

    #[test]
    fn nothing_else_does() {
        for field in [
            "mx.other.example; dmarc=pass header.from=example.org",
            "mx.shop.example; dmarc=fail header.from=example.org",
            "mx.shop.example; dmarc=pass header.from=example.com",
            "mx.shop.example; dmarc=pass",
            "mx.shop.example; spf=pass header.from=example.org",
            "mx.shop.example; none (dmarc=pass header.from=example.org)",
            "mx.shop.example; spf=pass reason=\"; dmarc=pass header.from=example.org\"",
            "mx.shop.example; dmarc=pass header.from=example.org (",
            "(mx.shop.example; dmarc=pass header.from=example.org",
            "mx.shop.example",
            "",
        ] {
            assert!(!vouched(&format!("Authentication-Results: {field}\r\n")), "{field}");
        }
        assert!(!vouched(""));
        let long = format!("mx.shop.example; dmarc=pass header.from=example.org {}", "x".repeat(5_000));
        assert!(!vouched(&format!("Authentication-Results: {long}\r\n")));
    }

    #[test]
    fn a_field_below_another_does_not_count_nor_a_mail_of_two_authors() {
        let good = "Authentication-Results: mx.shop.example; dmarc=pass header.from=example.org\r\n";
        let other = "Authentication-Results: mx.other.example; dmarc=pass header.from=example.org\r\n";
        assert!(vouched(&format!("{good}{other}")));
        assert!(!vouched(&format!("{other}{good}")));
        assert!(!vouched(&format!("{good}From: eve@example.org\r\n")));
    }
}
