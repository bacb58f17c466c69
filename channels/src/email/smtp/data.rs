//! The mail after DATA: dots unstuffed, its end found, its size bounded.
//!
//! Only CR LF . CR LF ends it. A bare CR or LF anywhere spoils it: servers that disagree on where a
//! mail ends can be made to see two mails where there is one.

/// What became of a mail when its end was seen.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Complete(Vec<u8>),
    TooLarge,
    /// It was dropped while it came in.
    Dropped,
    /// It had a line end other than CR LF.
    BareLineEnd,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    LineStart,
    Dot,
    DotCr,
    Line,
    Cr,
}

/// Takes in one mail.
#[derive(Debug)]
pub(super) struct DataReader {
    at: At,
    mail: Vec<u8>,
    limit: usize,
    too_large: bool,
    dropped: bool,
    bare: bool,
}

impl DataReader {
    pub fn new(limit: usize) -> Self {
        Self { at: At::LineStart, mail: Vec::new(), limit, too_large: false, dropped: false, bare: false }
    }

    /// Bytes of the mail kept so far.
    pub fn held(&self) -> usize {
        self.mail.len()
    }

    /// Keeps nothing of this mail; its end is still looked for.
    pub fn drop_mail(&mut self) {
        self.dropped = true;
        self.mail = Vec::new();
    }

    /// Takes bytes until the mail ends; returns how many it took, and the mail when it is whole.
    pub fn read(&mut self, bytes: &[u8]) -> (usize, Option<Outcome>) {
        for (index, &byte) in bytes.iter().enumerate() {
            if self.take(byte) {
                return (index + 1, Some(self.outcome()));
            }
        }
        (bytes.len(), None)
    }

    /// True at the end of the mail.
    fn take(&mut self, byte: u8) -> bool {
        self.at = match (self.at, byte) {
            (At::DotCr, b'\n') => return true,
            (At::LineStart, b'.') => At::Dot,
            (At::Dot, b'\r') => At::DotCr,
            (At::DotCr, _) => {
                self.bare = true;
                At::Line
            }
            (At::Cr, b'\n') => {
                self.keep(b"\r\n");
                At::LineStart
            }
            (At::Cr, _) => {
                self.bare = true;
                At::Line
            }
            (_, b'\r') => At::Cr,
            (_, b'\n') => {
                self.bare = true;
                At::Line
            }
            (_, byte) => {
                self.keep(&[byte]);
                At::Line
            }
        };
        false
    }

    fn keep(&mut self, bytes: &[u8]) {
        if self.mail.len() + bytes.len() > self.limit {
            self.too_large = true;
            self.mail = Vec::new();
        }
        if !self.too_large && !self.dropped && !self.bare {
            self.mail.extend_from_slice(bytes);
        }
    }

    fn outcome(&mut self) -> Outcome {
        if self.bare {
            return Outcome::BareLineEnd;
        }
        match (self.too_large, self.dropped) {
            (true, _) => Outcome::TooLarge,
            (_, true) => Outcome::Dropped,
            _ => Outcome::Complete(std::mem::take(&mut self.mail)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> (usize, Option<Outcome>) {
        DataReader::new(1_000).read(bytes)
    }

    #[test]
    fn dots_are_unstuffed_and_an_empty_mail_ends() {
        assert_eq!(read(b"..a\r\n.b\r\n.\r\nQUIT"), (12, Some(Outcome::Complete(b".a\r\nb\r\n".to_vec()))));
        assert_eq!(read(b".\r\n"), (3, Some(Outcome::Complete(vec![]))));
    }

    #[test]
    fn no_other_end_is_an_end_and_it_spoils_the_mail() {
        for smuggled in
            ["a\n.\nMAIL", "a\n.\r\nMAIL", "a\r\n.\nMAIL", "a\r.\r\nMAIL", "a\r\n.\rMAIL", "a\r.\rMAIL"]
        {
            let whole = format!("{smuggled}\r\n.\r\n");
            assert_eq!(read(smuggled.as_bytes()).1, None, "{smuggled:?} ended the mail");
            assert_eq!(read(whole.as_bytes()), (whole.len(), Some(Outcome::BareLineEnd)), "{smuggled:?}");
        }
    }

    #[test]
    fn any_cut_reads_the_same() {
        let whole = b"one\r\n..two\r\n\r\n.\r\n";
        for cut in 0..whole.len() {
            let mut reader = DataReader::new(100);
            assert_eq!(reader.read(&whole[..cut]), (cut, None));
            assert_eq!(
                reader.read(&whole[cut..]).1,
                Some(Outcome::Complete(b"one\r\n.two\r\n\r\n".to_vec()))
            );
        }
    }

    #[test]
    fn a_mail_over_the_limit_is_not_kept() {
        let mut reader = DataReader::new(10);
        assert_eq!(reader.read(&[b'x'; 10_000]), (10_000, None));
        assert!(reader.mail.capacity() <= 16);
        assert_eq!(reader.read(b"\r\n.\r\n").1, Some(Outcome::TooLarge));
    }
}
