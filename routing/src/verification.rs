//! Holds what a replayed router decides against what the sessions recorded.
//!
//! Sessions need not follow: one that ended meanwhile refuses an offer, and what a process decided in
//! its last moments may not have reached the log. Both are known for what they are; anything else that
//! differs is a mismatch, in either direction.

use std::time::Duration;

use model::task::ReservationEnd;
use model::{ReservationId, Sequence, SessionEvent, Timestamp};
use rustc_hash::FxHashMap;
use serde::Serialize;

use crate::decision::Decision;
use crate::output::Output;

/// A decision this close to the end of a run may have been made and not recorded: the process died, or
/// is still at it.
const LAST_MOMENTS: Duration = Duration::from_secs(5);

/// Collects both sides, then says where they differ.
#[derive(Debug, Default)]
pub struct Verification {
    runs: Vec<Run>,
    replayed: Vec<(Place, Decision)>,
    recorded: Vec<(Timestamp, Decision)>,
}

/// From one start of the router to the next.
#[derive(Debug)]
struct Run {
    from: Timestamp,
    /// When it was last told something that could be replayed.
    until: Timestamp,
}

/// Where in the recording a decision was made.
#[derive(Debug, Clone, Copy)]
struct Place {
    sequence: Sequence,
    at: Timestamp,
    run: usize,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Verdict {
    /// Decisions that the session recorded as they were replayed.
    pub agreed: usize,
    /// Decisions that a session refused or that were overtaken, as the router was told afterwards.
    pub not_followed: usize,
    /// Decisions in the last moments of a run that are in no session.
    pub cut_off: usize,
    /// Decisions in the sessions from when nothing could be replayed: gaps, other versions, the moment
    /// before a crash.
    pub not_covered: usize,
    pub mismatches: usize,
    /// The first in the order of the recording; what only the sessions have comes last.
    pub first: Option<Mismatch>,
}

/// A decision on which the two disagree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mismatch {
    /// Of the input in the recording; none for what was never replayed.
    pub sequence: Option<Sequence>,
    pub at: Timestamp,
    pub replayed: Option<Decision>,
    pub recorded: Option<Decision>,
}

enum Judgement {
    Agreed,
    NotFollowed,
    CutOff,
    Mismatch(Option<Decision>),
}

/// All there is of one reservation on one side.
#[derive(Debug, Default)]
struct Life<'a> {
    offered: Option<&'a Decision>,
    ended: Option<&'a Decision>,
    assigned: Option<&'a Decision>,
}

impl Verification {
    /// A router started.
    pub fn started(&mut self, at: Timestamp) {
        self.runs.push(Run { from: at, until: at });
    }

    /// What followed from one input of the router that started last.
    pub fn replayed(&mut self, sequence: Sequence, at: Timestamp, outputs: &[Output]) {
        let Some(run) = self.runs.len().checked_sub(1) else { return };
        let span = &mut self.runs[run];
        (span.from, span.until) = (span.from.min(at), span.until.max(at));
        let place = Place { sequence, at, run };
        self.replayed.extend(outputs.iter().filter_map(Decision::of_output).map(|made| (place, made)));
    }

    /// An event of any session, at its time.
    pub fn recorded(&mut self, at: Timestamp, event: &SessionEvent) {
        self.recorded.extend(Decision::of_event(event).map(|decision| (at, decision)));
    }

    pub fn verdict(&self) -> Verdict {
        let replayed = lives(self.replayed.iter().map(|(_, decision)| decision));
        let recorded = lives(self.recorded.iter().map(|(_, decision)| decision));
        let mut verdict = Verdict::default();
        for (place, decision) in &self.replayed {
            let reservation = decision.reservation();
            let empty = Life::default();
            let theirs = recorded.get(&reservation).unwrap_or(&empty);
            let judgement = match judge(decision, &replayed[&reservation], theirs) {
                Judgement::Mismatch(None) if self.is_among_the_last(*place) => Judgement::CutOff,
                judgement => judgement,
            };
            verdict.note(judgement, Some(place.sequence), place.at, decision);
        }
        for (at, decision) in &self.recorded {
            if self.is_in_question(*at) && !self.is_replayed(decision, &replayed) {
                verdict.note_unknown(*at, decision, self.is_covered(*at));
            }
        }
        verdict
    }

    fn is_among_the_last(&self, place: Place) -> bool {
        self.runs[place.run].until.since(place.at) <= LAST_MOMENTS
    }

    /// What sessions recorded before the first router and after the last is nobody's here.
    fn is_in_question(&self, at: Timestamp) -> bool {
        let (Some(first), Some(last)) = (self.runs.first(), self.runs.last()) else { return false };
        first.from <= at && at <= last.until + LAST_MOMENTS
    }

    /// Whether a replayed router was at work at this time, and told of everything.
    fn is_covered(&self, at: Timestamp) -> bool {
        self.runs.iter().any(|run| run.from <= at && at < run.until)
    }

    /// Ends of offers are the sessions' own affair: they record them before the router hears of it.
    fn is_replayed(&self, decision: &Decision, replayed: &FxHashMap<ReservationId, Life<'_>>) -> bool {
        let life = replayed.get(&decision.reservation());
        match decision {
            Decision::Offered { .. } => life.is_some_and(|life| life.offered.is_some()),
            Decision::Assigned { .. } => life.is_some_and(|life| life.assigned.is_some()),
            Decision::Ended { .. } => true,
        }
    }
}

fn lives<'a>(decisions: impl Iterator<Item = &'a Decision>) -> FxHashMap<ReservationId, Life<'a>> {
    let mut lives: FxHashMap<ReservationId, Life<'a>> = FxHashMap::default();
    for decision in decisions {
        let life = lives.entry(decision.reservation()).or_default();
        match decision {
            Decision::Offered { .. } => life.offered = Some(decision),
            Decision::Ended { .. } => life.ended = Some(decision),
            Decision::Assigned { .. } => life.assigned = Some(decision),
        }
    }
    lives
}

fn judge(decision: &Decision, ours: &Life<'_>, theirs: &Life<'_>) -> Judgement {
    let (same_kind, followed) = match decision {
        Decision::Offered { .. } => (theirs.offered, true),
        Decision::Ended { .. } => (theirs.ended, theirs.offered.is_some()),
        Decision::Assigned { .. } => (theirs.assigned, theirs.offered.is_some()),
    };
    match same_kind {
        Some(recorded) if recorded == decision => Judgement::Agreed,
        // Both were on their way at once: what the session says holds.
        Some(recorded) if is_withdrawal(recorded) || is_withdrawal(decision) && is_end(recorded) => {
            Judgement::NotFollowed
        }
        Some(recorded) => Judgement::Mismatch(Some(recorded.clone())),
        None if !followed => Judgement::NotFollowed,
        None => match decision {
            Decision::Offered { .. } if ours.ended.is_some_and(is_withdrawal) => Judgement::NotFollowed,
            Decision::Assigned { .. } if theirs.ended.is_some_and(is_withdrawal) => Judgement::NotFollowed,
            Decision::Assigned { .. } => Judgement::Mismatch(theirs.ended.cloned()),
            Decision::Ended { .. } => Judgement::Mismatch(theirs.assigned.cloned()),
            Decision::Offered { .. } => Judgement::Mismatch(None),
        },
    }
}

fn is_end(decision: &Decision) -> bool {
    matches!(decision, Decision::Ended { .. })
}

fn is_withdrawal(decision: &Decision) -> bool {
    let gone = |outcome| matches!(outcome, ReservationEnd::Canceled | ReservationEnd::Rescinded);
    matches!(decision, Decision::Ended { outcome, .. } if gone(*outcome))
}

impl Verdict {
    fn note(&mut self, judgement: Judgement, sequence: Option<Sequence>, at: Timestamp, decision: &Decision) {
        match judgement {
            Judgement::Agreed => self.agreed += 1,
            Judgement::NotFollowed => self.not_followed += 1,
            Judgement::CutOff => self.cut_off += 1,
            Judgement::Mismatch(recorded) => {
                self.mismatches += 1;
                let replayed = Some(decision.clone());
                self.first.get_or_insert(Mismatch { sequence, at, replayed, recorded });
            }
        }
    }

    fn note_unknown(&mut self, at: Timestamp, decision: &Decision, is_covered: bool) {
        if !is_covered {
            self.not_covered += 1;
            return;
        }
        self.mismatches += 1;
        let recorded = Some(decision.clone());
        self.first.get_or_insert(Mismatch { sequence: None, at, replayed: None, recorded });
    }
}
