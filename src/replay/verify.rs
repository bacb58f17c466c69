//! `tandem replay --verify`: are the replayed decisions those that the sessions recorded?

use routing::{Replay, Verdict, Verification};
use store::{Store, StoreError};

use super::{PAGE, PastError, Problem, Window, step, walk};

/// What was held against each other.
#[derive(Debug)]
pub struct Verified {
    pub inputs: usize,
    pub verdict: Verdict,
    /// What could not be replayed, and from which record on.
    pub problems: Vec<(model::Sequence, Problem)>,
}

/// Problems kept; one after the other follows from a gap.
const MOST_PROBLEMS: usize = 20;

/// Replays the window from the start before it, then reads all sessions.
pub async fn verify(store: &Store, window: Window) -> Result<Verified, PastError> {
    let (mut replay, mut outputs) = (Replay::default(), Vec::new());
    let mut verified = Verified { inputs: 0, verdict: Verdict::default(), problems: Vec::new() };
    let mut verification = Verification::default();
    walk(store, window, |read| {
        outputs.clear();
        let starts = matches!(read.record, Ok(routing::Record::Started { .. }));
        match step(&mut replay, read.record, &mut outputs) {
            Ok(()) if starts => verification.started(read.at),
            Ok(()) => {
                verified.inputs += 1;
                verification.replayed(read.sequence, read.at, &outputs);
            }
            Err(Problem::Replay(routing::ReplayError::NotStarted)) => {}
            Err(problem) if verified.problems.len() < MOST_PROBLEMS => {
                verified.problems.push((read.sequence, problem));
            }
            Err(_) => {}
        }
    })
    .await?;
    read_sessions(store, &mut verification).await?;
    verified.verdict = verification.verdict();
    Ok(verified)
}

async fn read_sessions(store: &Store, verification: &mut Verification) -> Result<(), StoreError> {
    let mut after = 0;
    loop {
        let page = store.session_events(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.position;
        for event in &page {
            verification.recorded(event.recorded.at, &event.recorded.event);
        }
    }
}

impl Verified {
    pub fn is_good(&self) -> bool {
        self.verdict.mismatches == 0
    }

    /// What to tell people, in lines.
    pub fn lines(&self) -> Vec<String> {
        let Verdict { agreed, not_followed, cut_off, not_covered, mismatches, first } = &self.verdict;
        let mut lines: Vec<_> =
            self.problems.iter().map(|(sequence, problem)| format!("record {sequence}: {problem}")).collect();
        lines.push(format!(
            "{} inputs replayed, {agreed} decisions as the sessions recorded them",
            self.inputs
        ));
        let mut note = |count: usize, what: &str| {
            if count > 0 {
                lines.push(format!("{count} {what}"));
            }
        };
        note(*not_followed, "not followed by a session that had moved on");
        note(*cut_off, "made in the last moments before the router ended, and recorded by no session");
        note(*not_covered, "recorded by sessions while nothing could be replayed");
        note(*mismatches, "differ");
        if let Some(first) = first {
            let place = match first.sequence {
                Some(sequence) => format!("record {sequence}"),
                None => "no record".to_owned(),
            };
            lines.push(format!("the first that differs: {place}, {}", time(first.at)));
            let said = |decision: &Option<routing::Decision>| match decision {
                Some(decision) => serde_json::json!(decision).to_string(),
                None => "nothing".to_owned(),
            };
            lines.push(format!("  replayed: {}", said(&first.replayed)));
            lines.push(format!("  recorded: {}", said(&first.recorded)));
        }
        lines
    }
}

/// As RFC 3339 in UTC.
pub fn time(at: model::Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.0).map_or_else(|_| at.0.to_string(), |time| time.to_string())
}
