//! The routing core: which task goes to which agent, and why.
//!
//! # The model
//! A **task** waits in a **queue** until an **agent**, a person or a virtual one, has accepted it.
//! A queue goes through its **steps**, each a set of requirements that holds for a time and then
//! relaxes to the next; a step's time adds up with those before and is held against the task's age
//! in the queue. An agent is free for a task when present in a routable state, with room for the
//! channel beside what is in hand, and meeting the step's skills, levels and language.
//!
//! A match is a **reservation**: the offer takes the agent's slot and rings until it is accepted,
//! rejected, withdrawn, or its time is over. A ring that nobody answers (RONA) makes the agent *not
//! responding* and sends the task on at its original place; a rejection does no more than keep the
//! task from that agent for a while, which may depend on the reason.
//!
//! A queue may have its tasks ring at several agents at once: the first who accepts has it, and the
//! others' offers end before it is said who. A task with fewer rings than it may have stays in line,
//! before all that come after it, as long as the step lasts in which it was first offered. Other queues
//! push nothing: agents pick from a list ([`Router::pickable`]). And somebody may give a task to an
//! agent ([`Input::Assign`]). Both ways, and where offers are answered in the agent's name, it is an
//! offer and its assignment in one.
//!
//! Among a queue's waiting tasks the higher priority is first, then the longer waiting, then the lower id,
//! unless the queue names another [`WaitingOrder`]. Queues share the agents they have in common in one
//! line, strictly, by weight or by service level ([`Share`]).
//! Among free agents each queue chooses by name ([`Selection`]): the longest idle by one of four
//! definitions, the most or the least proficient, the fewest active, in turn, or by lot; then the lower
//! id. Nothing is left to chance, not even the lot.
//!
//! # Running it
//! [`Router`] is a pure state machine: no I/O, no async, no clock, no randomness. Whoever runs it
//! feeds [`Input`]s with the time and does what the [`Output`]s say:
//!
//! ```
//! use std::collections::BTreeMap;
//! use model::{AgentId, Channel, PresenceName, QueueId, TaskId, Timestamp};
//! use routing::{AgentProfile, Capacity, Configuration, Input, Output, Queue, Router, TaskRequest};
//!
//! let sales = QueueId::new("sales")?;
//! let ana = AgentId::new("ana")?;
//! let configuration =
//!     Configuration { queues: [(sales.clone(), Queue::default())].into(), ..Configuration::default() };
//! let mut router = Router::new(configuration, 1);
//! let mut outputs = Vec::new();
//!
//! router.handle(Timestamp(0), Input::AgentUpserted { profile: AgentProfile {
//!     agent: ana.clone(),
//!     kind: Default::default(),
//!     skills: BTreeMap::new(),
//!     languages: Default::default(),
//!     capacity: [(Channel::Chat, Capacity::of(3))].into(),
//!     queues: [sales.clone()].into(),
//!     attributes: Default::default(),
//!     answering: Default::default(),
//! } }, &mut outputs);
//! router.handle(Timestamp(0), Input::PresenceChanged {
//!     agent: ana.clone(), presence: PresenceName::new("available")?,
//! }, &mut outputs);
//! router.handle(Timestamp(5), Input::TaskArrived { task: TaskRequest {
//!     id: TaskId("0190163d-8694-739b-aea5-966c26f8ad91".parse()?),
//!     queue: sales,
//!     channel: Channel::Chat,
//!     requirements: Default::default(),
//!     priority: Default::default(),
//!     waiting_since: Timestamp(5),
//!     preferred_agent: None,
//!     direction: Default::default(),
//!     not_before: None,
//!     callback: None,
//!     facts: Default::default(),
//! } }, &mut outputs);
//!
//! let [Output::Offered { reservation, agent, expires_at, .. }] = &outputs[..] else { panic!() };
//! assert_eq!((agent, *expires_at), (&ana, Timestamp(30_005)));
//! assert_eq!(router.next_deadline(), Some(*expires_at));
//! # let reservation = *reservation;
//! # outputs.clear();
//! router.handle(Timestamp(900), Input::Accept { reservation, agent: ana }, &mut outputs);
//! assert!(matches!(outputs[..], [Output::Assigned { .. }]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! ## What the caller owes
//! - **Durable before told.** Each output is made durable (the session appends it) before anybody
//!   hears of it, and outputs are followed in order. The router is derived state: after a crash it is
//!   rebuilt from what was recorded, so an offer that was not recorded is simply made again.
//! - **A record that fails is taken back.** If a session cannot append `Offered` or `Assigned`, tell
//!   the router by [`Input::TaskCanceled`], [`Input::TaskReleased`] or by restoring into a new router.
//! - **Time only goes forward**, and [`Input::Tick`] comes at [`Router::next_deadline`]. Late ticks
//!   delay what was due; they never lose it. An input that comes first does the same: whatever is due
//!   is done before it, so an acceptance after the ring time is late however slow the timer was.
//! - **Restoring**: a new router with a new seed, [`Input::AgentUpserted`] and
//!   [`Input::AgentRestored`] for all agents, [`Input::QueueWasClosed`] and [`Input::QueueClosed`], then
//!   [`Input::TaskRestored`] for all open tasks, and only then [`Input::PresenceChanged`]. Nothing is
//!   offered until then, before everything is known. Ids of reservations stay.
//!
//! # How it stays fast
//! No step looks at all waiting tasks or all agents. Tasks that ask the same are one **class**, an
//! ordered set; agents who can do the same are one **profile**, by channel an ordered set of the free
//! ones. Which profiles can do a class is worked out when it appears, from rows of bits: one a queue for
//! each skill at each level. A task that comes looks at the longest idle of each profile. An agent who
//! becomes free looks at the front of the lines, by a few bits a task, and only if nothing is there for
//! this agent at the first of each class. `benches/decisions.rs` measures it.

mod ability;
mod agents;
mod board;
mod classes;
mod closing;
mod comparison;
mod configuration;
mod deadlines;
mod decision;
mod explain;
mod explanation;
mod expression;
mod hours;
mod input;
mod lots;
mod order;
mod output;
mod overflow;
mod patience;
mod pickable;
mod place;
mod profiles;
mod queues;
mod ranked;
mod recording;
mod reservations;
mod rings;
mod rooms;
mod roster;
mod router;
mod seconds;
mod selection;
pub mod service_level;
mod share;
pub mod simulator;
mod slab;
mod steps;
mod tasks;
mod verification;
mod wishes;

pub use board::{AgentBoard, Board, ChannelLoad, Hold, Opening, QueueBoard, TaskInHand};
pub use comparison::{Comparison, Difference, Distance, OtherRules};
pub use configuration::{Configuration, PreferredAgentRule, Queue, Routability, WhenClosed};
pub use decision::Decision;
pub use explanation::{Candidate, Choice, Explanation, Need, OfferedBesides, PassedOver, Rule, Standing};
pub use expression::{AgentView, AttributeKind, Expression, ExpressionFlaw, Scope, TaskView, Vocabulary};
pub use hours::{Hours, InvalidHours};
pub use input::{
    AgentKind, AgentProfile, Answering, Capacity, CapacityRule, Delivery, Direction, Input, PreferredAgent,
    RestoredOffer, RestoredState, TaskRequest, Together,
};
pub use order::WaitingOrder;
pub use output::{End, Output, OverflowReason, Refusal};
pub use overflow::Overflow;
pub use pickable::Pickable;
pub use place::{Estimate, Place};
pub use recording::{Record, Replay, ReplayError};
pub use router::Router;
pub use selection::{LongestIdle, Selection};
pub use service_level::{Outcomes, ServiceLevel};
pub use share::{Share, Stake};
pub use steps::{Besides, OfTask, SkipWhen, Step, StepRequirements};
pub use verification::{Mismatch, Verdict, Verification};
