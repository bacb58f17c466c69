//! Recordings made by telling a router, and what is read from them.

use std::sync::Arc;

use model::QueueId;
use model::task::{Requirements, TransferTarget};
use routing::simulator::{RecordedPatience, RecordedTime};
use routing::{Queue, TaskRequest};

use super::*;

const START: i64 = 1_700_000_000_000;

fn at(seconds: i64) -> Timestamp {
    Timestamp(START + seconds * 1_000)
}

/// A router's recording, made by telling one.
struct Desk {
    recorded: Recorded,
    outputs: Vec<Output>,
    router: routing::Router,
}

impl Desk {
    fn new() -> Self {
        let queues = ["bot", "people"].map(|name| (QueueId::new(name).unwrap(), Queue::default()));
        let configuration = Configuration { queues: queues.into(), ..Configuration::default() };
        let mut recorded = Recorded::between(at(0), at(86_400));
        recorded.take(Record::started(&configuration, 7));
        Self { recorded, outputs: Vec::new(), router: routing::Router::new(configuration, 7) }
    }

    fn tell(&mut self, seconds: i64, input: Input) {
        self.router.handle(at(seconds), input.clone(), &mut self.outputs);
        self.recorded.take(Record::Fed { at: at(seconds), input: Box::new(input) });
    }

    fn is_at_work(&mut self, seconds: i64, agent: &str, queue: &str) {
        let profile = serde_json::json!({
            "agent": agent, "queues": [queue], "capacity": { "chat": { "most": 1 } },
        });
        self.tell(seconds, Input::AgentUpserted { profile: serde_json::from_value(profile).unwrap() });
        self.goes(seconds, agent, "available");
    }

    fn goes(&mut self, seconds: i64, agent: &str, presence: &str) {
        let (agent, presence) = (AgentId::new(agent).unwrap(), PresenceName::new(presence).unwrap());
        self.tell(seconds, Input::PresenceChanged { agent, presence });
    }

    fn comes(&mut self, seconds: i64, number: u128, queue: &str) {
        let task = serde_json::json!({
            "id": uuid::Uuid::from_u128(number), "queue": queue, "channel": "chat",
            "waiting_since": at(seconds),
        });
        let task: TaskRequest = serde_json::from_value(task).unwrap();
        self.tell(seconds, Input::TaskArrived { task });
    }

    /// The last offer is accepted.
    fn accepts(&mut self, seconds: i64) {
        let offered = self.outputs.iter().rev().find_map(|output| match output {
            Output::Offered { reservation, agent, .. } => Some((*reservation, agent.clone())),
            _ => None,
        });
        let (reservation, agent) = offered.unwrap();
        self.tell(seconds, Input::Accept { reservation, agent });
    }
}

fn task(number: u128) -> TaskId {
    TaskId(uuid::Uuid::from_u128(number))
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn a_recording_shows_waits_handling_wrap_up_and_shifts_and_says_what_it_assumes() {
    let mut desk = Desk::new();
    desk.is_at_work(0, "scout", "bot");
    desk.is_at_work(100, "ana", "people");
    desk.comes(200, 1, "bot");
    desk.accepts(202);
    let target = TransferTarget::Queue { queue: QueueId::new("people").unwrap() };
    let requirements = Requirements::NONE;
    desk.tell(
        260,
        Input::TaskTransferred { task: task(1), target, requirements, preferred_agent: None, facts: None },
    );
    desk.accepts(270);
    // While ana is busy somebody gives up, and somebody else still waits when the recording ends.
    desk.comes(300, 2, "people");
    desk.comes(310, 3, "people");
    desk.tell(350, Input::TaskCanceled { task: task(2), reason: CancelReason::Abandoned });
    desk.tell(570, Input::WrapUpStarted { task: task(1) });
    desk.goes(580, "ana", "break");
    desk.tell(600, Input::Completed { task: task(1) });
    let day = desk.recorded.day().unwrap();

    let Demand::Recorded(contacts) = &day.scenario.demand else { panic!("it is recorded") };
    let [handed_on, left, waiting] = &contacts[..] else { panic!("{contacts:?}") };
    let [bot, person] = &handed_on.segments[..] else { panic!("{handed_on:?}") };
    assert_eq!(
        (&bot.handling, &bot.wrap_up),
        (&RecordedTime::Known(seconds(58)), &RecordedTime::Known(Duration::ZERO))
    );
    assert_eq!(person.handling, RecordedTime::Known(seconds(300)));
    assert_eq!(person.wrap_up, RecordedTime::Known(seconds(30)));
    // Of the people's queue one left after fifty seconds; the first waited ten, the last 290 and goes on.
    assert_eq!(left.segments[0].patience, RecordedPatience::Left(seconds(50)));
    let longer = Some(Distribution::Exponential { mean: 350.0 });
    assert_eq!(person.patience, RecordedPatience::AtLeast(seconds(10), longer));
    assert_eq!(bot.patience, RecordedPatience::AtLeast(seconds(2), None));
    let handled_like_others = RecordedTime::Assumed(Distribution::Seen(Arc::from([300.0])));
    assert_eq!(
        (&left.segments[0].handling, &waiting.segments[0].handling),
        (&handled_like_others, &handled_like_others)
    );

    assert_eq!(day.scenario.begins, at(200));
    let shift = |name: &str| {
        let member = day.scenario.staff.iter().find(|member| member.agent.as_str() == name).unwrap();
        (member.shifts[0].from, member.shifts[0].to)
    };
    assert_eq!(shift("ana"), (Duration::ZERO, seconds(380)));
    assert!(shift("scout").1 > seconds(4 * 3_600));
    let all = day.remarks.join("\n");
    for said in [
        "3 contacts are recorded",
        "of 3 the patience is censored",
        "one in 350 s",
        "queue bot: nobody left",
        "2 were never handled",
    ] {
        assert!(all.contains(said), "{said}: {all}");
    }
}

#[test]
fn what_was_before_the_stretch_and_after_a_gap_is_not_played() {
    let mut desk = Desk::new();
    desk.comes(-60, 1, "people");
    desk.comes(10, 2, "people");
    desk.recorded.take(Record::Gap { missing: 3 });
    desk.recorded.take(Record::Fed { at: at(20), input: Box::new(Input::Completed { task: task(9) }) });
    let day = desk.recorded.day().unwrap();
    let Demand::Recorded(contacts) = &day.scenario.demand else { panic!("it is recorded") };
    assert_eq!(contacts.len(), 1);
    assert!(day.remarks.iter().any(|remark| remark.contains("could not be replayed")), "{:?}", day.remarks);
    assert!(Recorded::between(at(0), at(1)).day().is_none());
}
