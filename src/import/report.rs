//! What an import could not carry over, by place and reason.

use std::fmt;

/// Lines kept; further ones are counted.
const MOST: usize = 5_000;
/// Characters of one reason.
const LONGEST: usize = 600;

/// How much of something came over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Nothing of it: it has no counterpart, or makes no sense.
    Lost,
    /// It came over as something that is not quite the same.
    Changed,
    /// Worth knowing.
    Note,
}

/// One thing, where it stands in what was imported, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub outcome: Outcome,
    /// As in `workflows[0].filters[2].targets[1].order_by`.
    pub place: String,
    pub reason: String,
}

/// Everything worth saying of an import, in its order.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    lines: Vec<Line>,
    left_out: usize,
}

impl Report {
    pub fn lost(&mut self, place: impl fmt::Display, reason: impl fmt::Display) {
        self.add(Outcome::Lost, place, reason);
    }

    pub fn changed(&mut self, place: impl fmt::Display, reason: impl fmt::Display) {
        self.add(Outcome::Changed, place, reason);
    }

    pub fn note(&mut self, place: impl fmt::Display, reason: impl fmt::Display) {
        self.add(Outcome::Note, place, reason);
    }

    fn add(&mut self, outcome: Outcome, place: impl fmt::Display, reason: impl fmt::Display) {
        if self.lines.len() == MOST {
            self.left_out += 1;
            return;
        }
        let reason = plain(&reason.to_string());
        self.lines.push(Line { outcome, place: plain(&place.to_string()), reason });
    }

    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    pub fn count(&self, outcome: Outcome) -> usize {
        self.lines.iter().filter(|line| line.outcome == outcome).count()
    }

    /// For people to read and keep.
    pub fn markdown(&self, source: &str) -> String {
        let mut text = format!("# Import of {}\n", plain(source));
        for (outcome, title) in [
            (Outcome::Lost, "Not carried over"),
            (Outcome::Changed, "Carried over as something else"),
            (Outcome::Note, "Worth knowing"),
        ] {
            text.push_str(&format!("\n## {title}\n\n"));
            let lines: Vec<_> = self.lines.iter().filter(|line| line.outcome == outcome).collect();
            if lines.is_empty() {
                text.push_str("Nothing.\n");
                continue;
            }
            text.push_str("| where | what |\n| --- | --- |\n");
            for line in lines {
                text.push_str(&format!("| `{}` | {} |\n", cell(&line.place), cell(&line.reason)));
            }
        }
        if self.left_out > 0 {
            text.push_str(&format!("\n{} more lines are left out.\n", self.left_out));
        }
        text
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.outcome {
            Outcome::Lost => '-',
            Outcome::Changed => '~',
            Outcome::Note => '*',
        };
        write!(f, "{sign} {}: {}", self.place, self.reason)
    }
}

/// One line, without anything that a terminal takes for more than text.
fn plain(text: &str) -> String {
    let letters = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    letters.take(LONGEST).collect()
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('`', "'")
}
