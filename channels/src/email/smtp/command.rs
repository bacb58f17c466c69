//! One command line of SMTP or LMTP, read.

use crate::email::address::normalise_address;

/// A command, with what we need of its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Command {
    Helo,
    Ehlo,
    Lhlo,
    Mail {
        sender: Option<String>,
        size: Option<usize>,
    },
    Recipient {
        address: String,
    },
    Data,
    Reset,
    Noop,
    Quit,
    Verify,
    /// Known, and not offered: BDAT, AUTH, STARTTLS, EXPN, HELP, TURN.
    NotOffered,
}

/// Why a line is no command; each has its reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Malformed {
    Unknown,
    Syntax,
    /// A parameter that we do not offer.
    Parameter,
}

impl Command {
    /// `line` comes without its line end.
    pub fn read(line: &[u8]) -> Result<Self, Malformed> {
        let line = std::str::from_utf8(line).map_err(|_| Malformed::Syntax)?;
        if line.chars().any(char::is_control) {
            return Err(Malformed::Syntax);
        }
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.trim();
        match verb.to_ascii_uppercase().as_str() {
            "HELO" => greeting(rest, Self::Helo),
            "EHLO" => greeting(rest, Self::Ehlo),
            "LHLO" => greeting(rest, Self::Lhlo),
            "MAIL" => mail(rest),
            "RCPT" => recipient(rest),
            "DATA" if rest.is_empty() => Ok(Self::Data),
            "RSET" if rest.is_empty() => Ok(Self::Reset),
            "QUIT" if rest.is_empty() => Ok(Self::Quit),
            "DATA" | "RSET" | "QUIT" => Err(Malformed::Syntax),
            "NOOP" => Ok(Self::Noop),
            "VRFY" => Ok(Self::Verify),
            "BDAT" | "AUTH" | "STARTTLS" | "EXPN" | "HELP" | "TURN" | "ETRN" => Ok(Self::NotOffered),
            _ => Err(Malformed::Unknown),
        }
    }
}

fn greeting(name: &str, command: Command) -> Result<Command, Malformed> {
    if name.is_empty() { Err(Malformed::Syntax) } else { Ok(command) }
}

fn mail(rest: &str) -> Result<Command, Malformed> {
    let (path, parameters) = path(rest, "FROM:")?;
    let mut size = None;
    for parameter in parameters.split_ascii_whitespace() {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match (name.to_ascii_uppercase().as_str(), value.to_ascii_uppercase().as_str()) {
            ("SIZE", _) => size = Some(value.parse().map_err(|_| Malformed::Syntax)?),
            ("BODY", "7BIT" | "8BITMIME") | ("SMTPUTF8", "") => {}
            _ => return Err(Malformed::Parameter),
        }
    }
    let sender = match path {
        "" => None,
        // Postmasters and scripts leave the domain out; it is nobody we could write to.
        local if !local.contains('@') => Some(local.to_ascii_lowercase()),
        address => Some(normalise_address(address).ok_or(Malformed::Syntax)?),
    };
    Ok(Command::Mail { sender, size })
}

fn recipient(rest: &str) -> Result<Command, Malformed> {
    let (path, parameters) = path(rest, "TO:")?;
    if !parameters.trim().is_empty() {
        return Err(Malformed::Parameter);
    }
    let address = normalise_address(path).ok_or(Malformed::Syntax)?;
    Ok(Command::Recipient { address })
}

/// What stands in the brackets, without a source route, and the parameters after them.
fn path<'l>(rest: &'l str, keyword: &str) -> Result<(&'l str, &'l str), Malformed> {
    let given = rest.get(..keyword.len()).ok_or(Malformed::Syntax)?;
    if !given.eq_ignore_ascii_case(keyword) {
        return Err(Malformed::Syntax);
    }
    let bracketed = rest[keyword.len()..].trim_start().strip_prefix('<').ok_or(Malformed::Syntax)?;
    let (path, parameters) = bracketed.split_once('>').ok_or(Malformed::Syntax)?;
    if !parameters.is_empty() && !parameters.starts_with(' ') {
        return Err(Malformed::Syntax);
    }
    let path = if path.starts_with('@') { path.split_once(':').ok_or(Malformed::Syntax)?.1 } else { path };
    Ok((path, parameters))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_read_whatever_their_case() {
        let mail = Command::read(b"mail from:<Ana@Example.org> SIZE=100 BODY=8BITMIME SMTPUTF8").unwrap();
        assert_eq!(mail, Command::Mail { sender: Some("ana@example.org".into()), size: Some(100) });
        assert_eq!(Command::read(b"MAIL FROM:<>").unwrap(), Command::Mail { sender: None, size: None });
        assert_eq!(
            Command::read(b"RCPT TO:<@a,@b:x@y.z>").unwrap(),
            Command::Recipient { address: "x@y.z".into() }
        );
    }

    #[test]
    fn nonsense_is_refused_by_kind() {
        assert_eq!(Command::read(b"GET / HTTP/1.1"), Err(Malformed::Unknown));
        assert_eq!(Command::read(b"MAIL FROM:<a@b> AUTH=<>"), Err(Malformed::Parameter));
        for line in [
            &b"MAIL FROM:a@b"[..],
            b"RCPT TO:<a@b",
            b"RCPT TO:<>",
            b"EHLO",
            b"DATA now",
            b"RCPT TO:<a\rb@c>",
            b"\xff\xfe",
        ] {
            assert_eq!(Command::read(line), Err(Malformed::Syntax), "{line:?}");
        }
    }
}
