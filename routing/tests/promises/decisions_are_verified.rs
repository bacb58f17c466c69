//! Replayed decisions are held against what the sessions recorded.

use model::task::ReservationEnd;
use model::{ReservationId, Sequence, SessionEvent, Timestamp};
use routing::*;

use crate::support::*;

fn reservation(number: u128) -> ReservationId {
    ReservationId(uuid::Uuid::from_u128(number))
}

fn offered(number: u128, name: &str) -> Output {
    let (task, agent) = (task(1), agent(name));
    Output::Offered { reservation: reservation(number), task, agent, expires_at: at(40.0) }
}

fn ended(number: u128, name: &str, outcome: ReservationEnd) -> Output {
    Output::ReservationEnded {
        reservation: reservation(number),
        task: task(1),
        agent: agent(name),
        outcome,
        reason: None,
    }
}

fn assigned(number: u128, name: &str) -> Output {
    Output::Assigned { reservation: reservation(number), task: task(1), agent: agent(name), by: None }
}

/// The event that records an output.
fn event(output: &Output) -> SessionEvent {
    match Decision::of_output(output).unwrap() {
        Decision::Offered { reservation, task, agent, expires_at } => {
            SessionEvent::TaskReserved { reservation, task, agent, expires_at }
        }
        Decision::Ended { reservation, task, agent, outcome } => {
            SessionEvent::ReservationEnded { reservation, task, agent, outcome, reason: None }
        }
        Decision::Assigned { reservation, task, agent } => {
            SessionEvent::TaskAssigned { reservation: Some(reservation), task, agent, by: None }
        }
    }
}

/// A run from second 0 to second 100 that decides one thing a second, and what the sessions have of it.
fn verdict(replayed: &[Output], recorded: &[Output]) -> Verdict {
    let mut verification = Verification::default();
    verification.started(at(0.0));
    let mut sequence = Sequence(1);
    let mut second = 1.0;
    for output in replayed {
        sequence = sequence.next();
        verification.replayed(sequence, at(second), std::slice::from_ref(output));
        second += 1.0;
    }
    verification.replayed(sequence.next(), at(100.0), &[]);
    for (number, output) in (0..).zip(recorded) {
        verification.recorded(Timestamp(at(2.0).0 + number), &event(output));
    }
    verification.verdict()
}

#[test]
fn what_the_sessions_recorded_as_decided_agrees() {
    use ReservationEnd::{Rejected, TimedOut};
    let all = [
        offered(1, "ana"),
        ended(1, "ana", TimedOut),
        offered(2, "ben"),
        ended(2, "ben", Rejected),
        offered(3, "cem"),
        assigned(3, "cem"),
    ];
    assert_eq!(verdict(&all, &all), Verdict { agreed: 6, ..Verdict::default() });
}

#[test]
fn the_first_decision_that_differs_is_named_with_both_sides() {
    let replayed = [offered(1, "ana"), assigned(1, "ana")];
    let recorded = [offered(1, "ana"), assigned(1, "ben")];
    let verdict = verdict(&replayed, &recorded);
    let first = verdict.first.unwrap();
    assert_eq!((verdict.agreed, verdict.mismatches), (1, 1));
    assert_eq!((first.sequence, first.at), (Some(Sequence(3)), at(2.0)));
    assert_eq!(first.replayed, Decision::of_output(&replayed[1]));
    assert_eq!(first.recorded, Decision::of_output(&recorded[1]));
}

#[test]
fn an_offer_or_assignment_missing_on_either_side_differs() {
    let offer = [offered(1, "ana")];
    assert_eq!(verdict(&offer, &[]).mismatches, 1);
    assert_eq!(verdict(&[], &offer).mismatches, 1);
    let both = [offered(1, "ana"), assigned(1, "ana")];
    assert_eq!(verdict(&both, &both[..1]).mismatches, 1);
    assert_eq!(verdict(&both[..1], &both).mismatches, 1);
    let rang_out = [offered(1, "ana"), ended(1, "ana", ReservationEnd::TimedOut)];
    assert_eq!(verdict(&rang_out, &both).mismatches, 2, "an end for an assignment, and the other way");
}

#[test]
fn a_session_that_had_moved_on_need_not_follow() {
    let withdrawn = [offered(1, "ana"), ended(1, "ana", ReservationEnd::Canceled)];
    assert_eq!(verdict(&withdrawn, &[]), Verdict { not_followed: 2, ..Verdict::default() });
    let taken = [offered(1, "ana"), assigned(1, "ana")];
    let left = [offered(1, "ana"), ended(1, "ana", ReservationEnd::Canceled)];
    assert_eq!(verdict(&taken, &left), Verdict { agreed: 1, not_followed: 1, ..Verdict::default() });
}

#[test]
fn the_last_moments_of_a_run_may_be_missing_and_those_before_may_not() {
    let mut verification = Verification::default();
    verification.started(at(0.0));
    verification.replayed(Sequence(2), at(10.0), &[offered(1, "ana")]);
    verification.replayed(Sequence(3), at(19.0), &[offered(2, "ben")]);
    verification.replayed(Sequence(4), at(20.0), &[]);
    verification.started(at(30.0));
    verification.replayed(Sequence(6), at(40.0), &[]);
    // Decided on an input that was not written any more.
    verification.recorded(at(21.0), &event(&offered(3, "cem")));
    let verdict = verification.verdict();
    assert_eq!((verdict.mismatches, verdict.cut_off, verdict.not_covered), (1, 1, 1));
    assert_eq!(verdict.first.unwrap().sequence, Some(Sequence(2)));
}
