//! What single commands promise where it is easily got wrong.

use model::event::{Author, CloseReason, DetachReason, Intervention, Reader, Role};
use model::session::{Command, MAX_ENTRIES, NewTask, Refusal, Wanted};
use model::task::{CancelReason, ReservationEnd, TransferReason, TransferTarget};
use model::*;

use crate::log::{Log, Outcome};
use crate::support::*;

fn post(number: u64) -> Command {
    Command::Post { message: message(number, Author::Customer), seen: None }
}

fn transfer(by: Option<&str>, target: TransferTarget) -> Command {
    Command::Transfer {
        task: task(1),
        by: by.map(agent),
        target,
        requirements: None,
        reason: TransferReason::Supervisor,
        note: None,
    }
}

fn to_queue() -> TransferTarget {
    TransferTarget::Queue { queue: queue("support") }
}

fn intervene(name: &str, intervention: Intervention) -> Command {
    Command::Intervene { supervisor: agent(name), intervention }
}

#[test]
fn a_leg_that_was_detached_comes_back_and_is_recorded() {
    let mut log = Log::opened();
    log.must(Command::Detach { leg: leg(1), reason: DetachReason::Lost });
    log.must(contact(1, Channel::Chat));
    assert!(log.state.is_present(Channel::Chat));
}

#[test]
fn a_customer_who_writes_on_an_open_page_after_closing_reopens_the_session() {
    let mut log = Log::opened();
    log.must(Command::Close { reason: CloseReason::Idle });
    let events = log.must(contact(1, Channel::Chat));
    assert!(matches!(events[..], [SessionEvent::Reopened, SessionEvent::LegAttached { .. }]), "{events:?}");
    log.must(post(1));
}

#[test]
fn a_leg_stays_on_its_channel() {
    let mut log = Log::opened();
    assert_eq!(log.must_refuse(contact(1, Channel::Email)), Refusal::Invalid("the leg's channel"));
}

#[test]
fn a_customer_who_comes_back_for_the_thousandth_time_is_let_in() {
    let mut log = Log::opened();
    for number in 2..1_000 {
        log.must(Command::Detach { leg: leg(number - 1), reason: DetachReason::Left });
        log.must(contact(number, Channel::Chat));
    }
    assert!(log.state.legs.len() <= MAX_ENTRIES);
    assert!(log.state.legs[&leg(999)].attached, "the newest is known");
    log.check_fold();
}

#[test]
fn so_many_pages_open_at_once_are_too_many() {
    let mut log = Log::opened();
    for number in 2..=MAX_ENTRIES as u64 {
        log.must(contact(number, Channel::Chat));
    }
    assert_eq!(log.must_refuse(contact(0, Channel::Chat)), Refusal::TooMany("legs"));
}

#[test]
fn an_offer_that_is_in_the_log_is_not_made_again() {
    let mut log = Log::ringing("ana");
    let (task, reservation) = (task(1), reservation(1));
    let outcome = ReservationEnd::Rejected;
    log.must(Command::EndReservation { task, reservation, outcome, reason: None });
    let again = Command::Reserve { task, reservation, agent: agent("ben"), expires_at: Timestamp(60_000) };
    assert_eq!(log.must_refuse(again), Refusal::Duplicate { sequence: Sequence(4) });
}

#[test]
fn who_was_only_offered_a_task_is_not_named_as_having_had_it() {
    let mut log = Log::ringing("ana");
    let events = log.must(transfer(None, to_queue()));
    assert!(matches!(&events[0], SessionEvent::ReservationEnded { outcome: ReservationEnd::Canceled, .. }));
    assert!(matches!(&events[1], SessionEvent::TaskTransferred { from: None, .. }), "{events:?}");
    let mut log = Log::assigned("ana");
    let events = log.must(transfer(Some("ana"), to_queue()));
    assert!(
        matches!(&events[1], SessionEvent::TaskTransferred { from: Some(from), .. } if *from == agent("ana")),
        "{events:?}"
    );
}

/// How the task ends when the customer closes.
fn closing(mut log: Log) -> CancelReason {
    let events = log.must(Command::Close { reason: CloseReason::Customer });
    let canceled = events.iter().find_map(|event| match event {
        SessionEvent::TaskCanceled { reason, .. } => Some(*reason),
        _ => None,
    });
    canceled.unwrap()
}

#[test]
fn a_customer_who_leaves_while_it_rings_has_abandoned_the_queue() {
    assert_eq!(closing(Log::ringing("ana")), CancelReason::Abandoned);
    assert_eq!(closing(Log::assigned("ana")), CancelReason::SessionClosed);
}

#[test]
fn supervisors_leave_a_session_that_goes_on_elsewhere() {
    let mut log = Log::assigned("ana");
    log.must(intervene("eva", Intervention::Barge));
    log.must(intervene("flo", Intervention::Monitor));
    let events = log.must(Command::BeAbsorbed { into: session(9) });
    let left = SessionEvent::AgentLeft { agent: agent("eva"), role: Role::Supervisor };
    assert!(events.contains(&left), "{events:?}");
    assert!(log.state.supervisors.is_empty());
}

#[test]
fn two_sessions_cannot_each_go_on_as_the_other() {
    let mut log = Log::opened();
    log.must(Command::Absorb { other: session(9), through: Sequence(3) });
    assert!(matches!(log.must_refuse(Command::BeAbsorbed { into: session(9) }), Refusal::Invalid(_)));
}

#[test]
fn absorbed_sessions_are_bounded() {
    let mut log = Log::opened();
    for number in 1..=MAX_ENTRIES as u64 {
        log.must(Command::Absorb { other: session(number), through: Sequence(1) });
    }
    let more = Command::Absorb { other: session(5_000), through: Sequence(1) };
    assert_eq!(log.must_refuse(more), Refusal::TooMany("absorbed sessions"));
}

#[test]
fn nobody_supervises_their_own_session() {
    let mut log = Log::assigned("ana");
    for intervention in
        [Intervention::Monitor, Intervention::Whisper, Intervention::Barge, Intervention::TakeOver]
    {
        assert_eq!(log.must_refuse(intervene("ana", intervention)), Refusal::NothingChanges);
    }
}

#[test]
fn a_supervisor_who_gets_the_session_stops_supervising_it() {
    let mut log = Log::opened();
    log.must(new_task(1));
    log.must(intervene("eva", Intervention::Barge));
    let (task, reservation, agent) = (task(1), reservation(1), agent("eva"));
    let expires_at = Timestamp(30_000);
    log.must(Command::Reserve { task, reservation, agent: agent.clone(), expires_at });
    log.must(Command::Assign { task, reservation, agent: agent.clone(), by: None });
    assert!(log.state.supervisors.is_empty());
    assert_eq!(log.state.handler(), Some(&agent));
}

fn wanted(log: &Log) -> &Wanted {
    &log.state.task.as_ref().unwrap().wanted
}

#[test]
fn a_task_says_whom_it_asks_for_until_they_have_declined() {
    let mut log = Log::opened();
    let Command::CreateTask(plain) = new_task(1) else { unreachable!() };
    log.must(Command::CreateTask(NewTask { preferred_agent: Some(agent("ana")), ..plain }));
    assert_eq!(*wanted(&log), Wanted::First(agent("ana")));
    log.must(transfer(None, TransferTarget::Agent { agent: agent("ben"), queue: queue("support") }));
    assert_eq!(*wanted(&log), Wanted::Only(agent("ben")));
    let (task, reservation) = (task(1), reservation(1));
    log.must(Command::Reserve { task, reservation, agent: agent("ben"), expires_at: Timestamp(30_000) });
    let outcome = ReservationEnd::TimedOut;
    log.must(Command::EndReservation { task, reservation, outcome, reason: None });
    assert_eq!(*wanted(&log), Wanted::Anybody);
}

#[test]
fn an_erased_session_names_nobody() {
    let mut log = Log::assigned("ana");
    log.must(post(1));
    log.must(Command::Erase { by: agent("eva") });
    assert!(log.state.identities.is_empty() && log.state.legs.is_empty());
    assert_eq!(log.must_refuse(post(2)), Refusal::Erased);
    assert_eq!(log.must_refuse(contact(7, Channel::Chat)), Refusal::Erased);
}

#[test]
fn a_mark_in_the_middle_leaves_what_came_after_unread() {
    let mut log = Log::assigned("ana");
    let first = log.state.sequence;
    for number in 1..=5 {
        log.must(post(number));
    }
    let read = |through| Command::MarkRead { reader: Reader::Agent, through };
    log.must(read(first.advance(2)));
    assert_eq!(log.state.unread, 3);
    log.must(read(first.advance(5)));
    assert_eq!(log.state.unread, 0);
}

#[test]
fn unread_messages_beyond_what_is_remembered_are_still_counted() {
    let mut log = Log::opened();
    for number in 1..=200 {
        log.must(post(number));
    }
    assert_eq!(log.state.unread, 200);
    let newest = log.state.sequence;
    log.must(Command::MarkRead { reader: Reader::Agent, through: Sequence(newest.0 - 3) });
    assert_eq!(log.state.unread, 3);
}

#[test]
fn a_repeated_message_is_refused_by_the_state_and_much_later_by_the_log() {
    let mut log = Log::opened();
    log.must(post(1));
    assert_eq!(log.must_refuse(post(1)), Refusal::Duplicate { sequence: Sequence(3) });
    for number in 2..200 {
        log.must(post(number));
    }
    assert_eq!(log.deliver(post(1)), Outcome::Duplicate);
}

#[test]
fn who_wraps_up_finishes_after_the_customer_has_closed_and_come_back() {
    let mut log = Log::assigned("ana");
    log.must(Command::WrapUp { task: task(1), agent: agent("ana") });
    log.must(Command::Close { reason: CloseReason::Customer });
    assert_eq!(log.state.handler(), Some(&agent("ana")));
    assert_eq!(log.must_refuse(Command::Close { reason: CloseReason::Agent }), Refusal::NothingChanges);
    let complete = Command::Complete {
        task: task(1),
        agent: agent("ana"),
        disposition: Some(Disposition::new("resolved").unwrap()),
        summary: None,
    };
    log.must(complete.clone());
    assert!(log.state.task.is_none() && !log.state.wants_another_contact());
    assert_eq!(log.must_refuse(complete), Refusal::Closed);
}

#[test]
fn transcripts_are_not_sent_without_end() {
    let mut log = Log::assigned("ana");
    let request = || Command::RequestTranscript { to: Identity::email("somebody@example.org") };
    for _ in 0..5 {
        log.must(request());
    }
    assert_eq!(log.must_refuse(request()), Refusal::TooMany("transcripts"));
}

/// Rings at these, in this order.
fn ringing_at(names: &[&str]) -> Log {
    let mut log = Log::ringing(names[0]);
    for (number, name) in (2..).zip(&names[1..]) {
        let (task, reservation) = (task(1), reservation(number));
        log.must(Command::Reserve { task, reservation, agent: agent(name), expires_at: Timestamp(90_000) });
    }
    log
}

fn live(log: &Log) -> Vec<String> {
    log.state.task.as_ref().unwrap().state.offers().iter().map(|offer| offer.agent.to_string()).collect()
}

#[test]
fn a_task_may_ring_at_several_and_the_others_hear_before_who_has_it() {
    let mut log = ringing_at(&["ana", "ben", "cem"]);
    assert_eq!(live(&log), ["ana", "ben", "cem"]);
    let (task, reservation) = (task(1), live_reservation(&log, "ben"));
    let events = log.must(Command::Assign { task, reservation, agent: agent("ben"), by: None });
    let withdrawn = |event: &SessionEvent, name: &str| {
        matches!(event, SessionEvent::ReservationEnded { agent: from, outcome: ReservationEnd::Rescinded, .. }
            if *from == agent(name))
    };
    assert!(withdrawn(&events[0], "ana") && withdrawn(&events[1], "cem"), "{events:?}");
    assert!(matches!(&events[2], SessionEvent::TaskAssigned { .. }), "{events:?}");
    assert_eq!(log.state.handler(), Some(&agent("ben")));
}

#[test]
fn one_offer_of_several_ends_and_the_others_ring_on() {
    let mut log = ringing_at(&["ana", "ben", "cem"]);
    let first = live_reservation(&log, "ana");
    let (task, outcome) = (task(1), ReservationEnd::TimedOut);
    log.must(Command::EndReservation { task, reservation: first, outcome, reason: None });
    assert_eq!(live(&log), ["ben", "cem"]);
    let late = Command::Assign { task, reservation: first, agent: agent("ana"), by: None };
    assert_eq!(log.must_refuse(late), Refusal::OfferOver(first));
    for name in ["cem", "ben"] {
        let reservation = live_reservation(&log, name);
        log.must(Command::EndReservation { task, reservation, outcome, reason: None });
    }
    assert_eq!(log.state.task.as_ref().unwrap().state, model::task::TaskState::Pending);
}

#[test]
fn nobody_is_asked_twice_at_once_and_no_more_than_fifty() {
    let mut log = ringing_at(&["ana", "ben"]);
    let ask = |number, name: &str| Command::Reserve {
        task: task(1),
        reservation: reservation(number),
        agent: agent(name),
        expires_at: Timestamp(90_000),
    };
    assert_eq!(log.must_refuse(ask(13, "ana")), Refusal::WrongTaskState);
    for number in 3..=50 {
        log.must(ask(100 + number, &format!("agent{number}")));
    }
    assert_eq!(log.must_refuse(ask(200, "zoe")), Refusal::TooMany("offers"));
    let events = log.must(transfer(None, to_queue()));
    assert_eq!(events.len(), 51, "fifty offers end, then it is transferred");
}

fn live_reservation(log: &Log, name: &str) -> ReservationId {
    let offers = log.state.task.as_ref().unwrap().state.offers();
    offers.iter().find(|offer| offer.agent == agent(name)).unwrap().reservation
}
