//! An organisation of any size: equal agents behind one queue, no virtual ones, the supervisor `sam`.

use std::time::Duration;

use model::QueueId;
use tandem::configuration::organisation::{Capacity, Organisation, Password, Person, PersonRole, Queue};
use tandem::configuration::{Settings, organisation::RingTime};

pub const QUEUE: &str = "desk";

/// `agents` people named `agent-000` and so on, with room for `chats` chats each.
pub fn desk(organisation: &mut Organisation, agents: usize, chats: u16) {
    let queue = QueueId::new(QUEUE).unwrap();
    organisation.queues.truncate(1);
    organisation.queues[0] = Queue {
        id: queue.clone(),
        name: "Desk".into(),
        ring_time: ring(Duration::from_secs(60)),
        deadline: None,
        overflow: None,
        ..organisation.queues[0].clone()
    };
    organisation.virtual_agents.clear();
    organisation.routes.clear();
    organisation.dispositions.clear();
    organisation.canned_answers.clear();
    for site in &mut organisation.sites {
        (site.entry_queue, site.person_queue, site.email_queue) = (queue.clone(), queue.clone(), None);
    }
    organisation.agents.retain(|person| person.id.as_str() == "sam");
    organisation.agents.extend((0..agents).map(|number| agent(number, chats, &queue)));
}

/// The queue of [`desk`].
pub fn queue(organisation: &mut Organisation) -> &mut Queue {
    &mut organisation.queues[0]
}

pub fn ring(chat: Duration) -> RingTime {
    RingTime { chat, ..RingTime::default() }
}

/// Passwords cost next to nothing, and may be tried as often as one likes.
pub fn cheap_logins(settings: &mut Settings) {
    settings.auth.argon2_memory_kib = 8;
    settings.auth.argon2_iterations = 1;
    settings.auth.logins_per_address_per_minute = 100_000;
}

pub fn name(number: usize) -> String {
    format!("agent-{number:03}")
}

fn agent(number: usize, chats: u16, queue: &QueueId) -> Person {
    Person {
        id: model::AgentId::new(&name(number)).unwrap(),
        name: format!("Agent {number}"),
        email: None,
        password: Some(Password::Demo("tandem-demo".into())),
        roles: vec![PersonRole::Agent],
        skills: Default::default(),
        languages: vec![model::Language::new("en").unwrap()],
        capacity: Capacity { chat: chats, email: 0, voice: 0 },
        channels: Default::default(),
        attributes: Default::default(),
        queues: vec![queue.clone()],
        answering: Default::default(),
    }
}
