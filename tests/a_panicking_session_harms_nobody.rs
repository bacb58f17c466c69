//! A session whose actor panics comes back from its log; what a panic cut short is done again; sessions
//! on the same thread feel nothing. The panics come from the outside, by effects of the tests' own.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use model::event::{Author, Message};
use model::session::{Command, Contact, State};
use model::{
    Channel, CustomerId, Identity, LegId, MessageId, Recorded, SessionEvent, SessionId, SiteId, Verification,
};
use store::{OutboxEntry, SqliteOptions, Store};
use support::House;
use tandem::actors::session::{Effects, EngineGone, Surroundings};
use tandem::actors::{Arbiters, DeliverError, Notice, Registry, notices};
use tandem::configuration::organisation::VirtualAgentKind;
use tandem::virtual_agents::Colleague;
use uuid::Uuid;

/// Panics before a message of this text is recorded, always.
const NEVER: &str = "never to be recorded";
/// Panics while what follows from it is done, the first time.
const ONCE: &str = "cut short once";
/// The same, always.
const ALWAYS: &str = "cut short always";

#[derive(Default)]
struct Poisoned {
    followed: Mutex<Vec<String>>,
    panics: AtomicUsize,
}

fn texts(events: &[Recorded<SessionEvent>]) -> impl Iterator<Item = &str> {
    events.iter().filter_map(|recorded| match &recorded.event {
        SessionEvent::MessagePosted { message } => Some(message.text.as_str()),
        _ => None,
    })
}

impl Poisoned {
    fn panic(&self) -> ! {
        self.panics.fetch_add(1, Ordering::SeqCst);
        panic!("as the test wants it")
    }
}

#[async_trait::async_trait]
impl Effects for Poisoned {
    fn outbox(
        &self,
        _: &State,
        events: &[Recorded<SessionEvent>],
    ) -> Result<(Vec<OutboxEntry>, Vec<String>), EngineGone> {
        if texts(events).any(|text| text == NEVER) {
            self.panic();
        }
        Ok((Vec::new(), Vec::new()))
    }

    async fn recorded(&self, _: SessionId, _: Arc<State>, events: Arc<[Recorded<SessionEvent>]>) {
        let first = self.panics.load(Ordering::SeqCst) == 0;
        for text in texts(&events) {
            if text == ALWAYS || (text == ONCE && first) {
                self.panic();
            }
            self.followed.lock().unwrap().push(text.to_owned());
        }
    }
}

struct Sessions {
    registry: Registry,
    poisoned: Arc<Poisoned>,
    store: Store,
    _data: tempfile::TempDir,
}

/// All sessions on one thread.
fn sessions() -> Sessions {
    let data = tempfile::tempdir().unwrap();
    let store = Store::open_sqlite(data.path(), SqliteOptions::default()).unwrap();
    let poisoned = Arc::new(Poisoned::default());
    let surroundings = Surroundings {
        store: store.clone(),
        effects: poisoned.clone(),
        idle_after: Duration::from_secs(600),
        inbox: 64,
    };
    let registry = Registry::new(Arbiters::start(1).unwrap(), surroundings, 1_000);
    Sessions { registry, poisoned, store, _data: data }
}

fn contact(session: SessionId) -> Command {
    Command::Contact(Contact {
        session,
        customer: CustomerId(Uuid::now_v7()),
        site: SiteId::new("shop").unwrap(),
        leg: LegId(session.0),
        channel: Channel::Chat,
        identity: Identity::Visitor(session.to_string().into()),
        verification: Verification::Verified,
        language: None,
        origin: None,
    })
}

fn post(session: SessionId, text: &str) -> Command {
    let message = Message {
        id: MessageId(Uuid::now_v7()),
        author: Author::Customer,
        channel: Channel::Chat,
        leg: Some(LegId(session.0)),
        text: text.to_owned(),
        visible: None,
        subject: None,
        attachments: Vec::new(),
        original: None,
        mail_id: None,
        inbox: None,
        citations: Vec::new(),
        automatic: false,
    };
    Command::Post { message, seen: None }
}

impl Sessions {
    async fn say(&self, session: SessionId, text: &str) -> Result<(), DeliverError> {
        self.registry.deliver(session, vec![contact(session), post(session, text)]).await.map(drop)
    }

    async fn log(&self, session: SessionId) -> Vec<String> {
        let log = self.store.load_session(session, model::Sequence::START, 100).await.unwrap();
        texts(&log).map(str::to_owned).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_panics_goes_on_from_its_log_and_its_neighbours_do_not_notice() {
    let sessions = sessions();
    let (ill, well) = (SessionId(Uuid::now_v7()), SessionId(Uuid::now_v7()));
    sessions.say(ill, "before").await.unwrap();
    sessions.say(well, "hello").await.unwrap();
    let mut notices = notices::Receiver::new(1_000);
    sessions.registry.follow(well, &notices).await.unwrap();

    let mut longest = Duration::ZERO;
    for number in 0..50 {
        let (refused, began) = (sessions.say(ill, NEVER), Instant::now());
        let (refused, ()) = tokio::join!(refused, async {
            sessions.say(well, &format!("next door {number}")).await.unwrap();
        });
        longest = longest.max(began.elapsed());
        assert_eq!(refused, Err(DeliverError::Gone), "whoever asked for it is told");
    }
    println!("longest delivery, ill and well together: {longest:?}");
    assert!(sessions.poisoned.panics.load(Ordering::SeqCst) >= 50);
    assert!(longest < Duration::from_secs(2), "{longest:?}");

    sessions.say(ill, "after").await.unwrap();
    assert_eq!(sessions.log(ill).await, ["before", "after"], "nothing that was acknowledged is lost");
    assert_eq!(sessions.log(well).await.len(), 51);
    for _ in 0..50 {
        let heard = tokio::time::timeout(support::PATIENCE, notices.recv()).await;
        assert!(matches!(heard, Ok((_, Some(Notice::Events(_))))), "its followers follow still");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_panic_cut_short_is_done_again_once_and_what_panics_twice_is_given_up() {
    let sessions = sessions();
    let session = SessionId(Uuid::now_v7());
    sessions.say(session, ONCE).await.unwrap();
    sessions.say(session, "next").await.unwrap();
    let followed = || sessions.poisoned.followed.lock().unwrap().clone();
    assert_eq!(sessions.log(session).await, [ONCE, "next"]);
    until(|| followed() == [ONCE, "next"]).await;

    sessions.say(session, ALWAYS).await.unwrap();
    sessions.say(session, "and on").await.unwrap();
    until(|| followed() == [ONCE, "next", "and on"]).await;
    assert_eq!(sessions.log(session).await, [ONCE, "next", ALWAYS, "and on"]);
}

async fn until(holds: impl Fn() -> bool) {
    support::mail::eventually("what was awaited", async || holds().then_some(())).await;
}

/// A virtual agent with a bad day.
struct Panics;

#[async_trait::async_trait]
impl bots::VirtualAgent for Panics {
    async fn next(&self, _: bots::Turn) -> Result<Vec<bots::Action>, bots::VirtualAgentError> {
        panic!("as the test wants it")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_virtual_agent_that_panics_hands_over_with_the_reason_and_may_try_again() {
    let minds = BTreeMap::from([(
        "scout".parse().unwrap(),
        Colleague { agent: Arc::new(Panics), time_limit: Duration::from_secs(10) },
    )]);
    let outside = |_: &mut _, organisation: &mut tandem::configuration::Organisation| {
        organisation.virtual_agents[0].kind = VirtualAgentKind::External;
        organisation.virtual_agents[0].facts.clear();
    };
    let house = House::open_with_minds(outside, minds).await;
    let mut ana = house.agent("ana").await;
    for _ in 0..2 {
        let mut customer = house.customer().await;
        customer.tell("hello").await;
        let offer = ana.accept_next().await;
        assert_eq!(offer.context.handover_reason.as_deref(), Some("the virtual agent failed"));
    }
}
